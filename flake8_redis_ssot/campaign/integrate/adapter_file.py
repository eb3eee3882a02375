"""The file that an adapter is written to, and what is in it."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter import AdapterMethod
from flake8_redis_ssot.campaign.integrate.adapter_parameters import adapter_parameters
from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate
from flake8_redis_ssot.campaign.integrate.key_parameters import KeyKind, classify_parameters
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.project.types.class_model import MemberKind


class IntegrationOptions(NamedTuple):
    """The service, and the prefix of its keys (empty: none; None: what suits the duplicate).

    `force_adapter`: write an adapter even where the accessor would do. It can't be in one of the `reserved_paths`.
    `serializes_values`: replace a duplicate that keeps values in memory, which the shared class stores on a server.
    """

    service: str
    prefix: str | None
    force_adapter: bool
    reserved_paths: frozenset[str] = frozenset()
    serializes_values: bool = False


class AdapterPlace(NamedTuple):
    """The file, its module (dotted), and the name of the class in it."""

    path: str
    module: str
    name: str


def find_adapter_place(
    duplicate: Duplicate, paths: frozenset[str], options: IntegrationOptions, context: FixContext
) -> AdapterPlace:
    """Where the adapter of a duplicate can be written, in the service of `paths`.

    Raises NotFixableError if the file exists.
    """
    folder = os.path.dirname(duplicate.path)
    if duplicate.path not in paths:
        folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    for name in (duplicate.guarded_class.resource.name, duplicate.name):
        path = os.path.join(folder, f"{_snake_case(name)}_client.py")
        if path not in options.reserved_paths and not os.path.lexists(path):
            words = re.findall(r"[A-Za-z0-9]+", f"{options.service}_{_snake_case(name)}_client")
            return AdapterPlace(path, context.module_name(path), "".join(word[:1].upper() + word[1:] for word in words))
    raise NotFixableError(f"{context.relative_path(path)} already exists")


def adapt_method(compatibility: MethodCompatibility, *, has_prefix: bool) -> AdapterMethod:
    """The method that adapts one of the shared class. Raises NotFixableError."""
    if compatibility.shared_method is None or compatibility.own_method is None or compatibility.kind is None:
        raise NotFixableError(f"the result of `{compatibility.name}()` could not be determined")
    try:
        parameters = tuple(
            adapter_parameters(compatibility.shared_method, compatibility.own_method, compatibility.calls)
        )
        keys = (
            classify_parameters(compatibility.shared_method, parameters)
            if has_prefix
            else (KeyKind.NONE,) * len(parameters)
        )
    except NotFixableError as error:
        raise NotFixableError(f"`{compatibility.name}()`: {error}") from None
    return AdapterMethod(
        compatibility.shared_method,
        compatibility.kind,
        compatibility.is_awaited or compatibility.kind is MemberKind.COROUTINE,
        parameters,
        keys,
    )


def _snake_case(name: str) -> str:
    """`StubRedisManager` as `stub_redis_manager`."""
    return re.sub(r"[^0-9a-z]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
