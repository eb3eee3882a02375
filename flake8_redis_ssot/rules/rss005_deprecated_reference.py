"""A string with the dotted path of a deprecated module, or a patch of a constructor where it is imported.

## Why
Renames miss strings. Once the code imports the new path, a mock whose target is
`app.legacy.redis_manager.get_redis_manager` replaces a name that nothing reads: the test still runs, against the real
server. A setting with an old path keeps the deprecated module alive, and fails when the module is deleted.

Targets of `mock.patch`, `patch.object`, `patch.dict`, `patch.multiple`, `mocker.patch`, `monkeypatch.setattr` and
`delattr` are reported, as decorators, context managers and calls, also where the string is composed from constants; so
are other strings that consist of a dotted path to a deprecated module or a name in it. A patch of a constructor in a
module that imports it (`app.service.RedisManager`) shows that the module creates its own instances: it is fixed along
with that module. Docstrings and comments are never reported.

## Bad
```python
from unittest import mock


def test_without_a_server():
    with mock.patch("app.legacy.redis_manager.get_redis_manager"):
        pass
```

## Good
```python
from unittest import mock


def test_without_a_server():
    with mock.patch("app.redis_manager.get_redis_manager"):
        pass
```

## Fix safety
A target is fixed together with the import or call that it replaces, across files. Where no code reads the old path, the
fix would activate a mock that has no effect today: it is shown, and never applied. The fix of a string that is not a
target is unsafe, since its purpose is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import FindingKind, Refusal
from flake8_redis_ssot.project.constructions import find_constructors
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.search.string_references import is_patch, string_origins
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts, StringReference

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each string that may be a dotted path."""
    for reference in facts.string_references:
        yield Candidate.in_statement(reference.span, reference.statement_row, reference, FindingKind.REFERENCE)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose a path into a deprecated module, or a patch of a constructor in a module that imports it."""
    for origin in string_origins(candidate.fact, file.resolver):
        diagnosis = _diagnose_deprecated(origin, candidate.fact, file) or _diagnose_constructor_patch(
            origin, candidate.fact, file
        )
        if diagnosis is not None:
            return diagnosis
    return None


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace the path in the string, together with the code that it patches."""
    from flake8_redis_ssot.fixes.patches.retarget import retarget_reference  # late: only for fixes

    return retarget_reference(candidate.fact, file, context)


def _diagnose_deprecated(origin: str, reference: StringReference, file: FileContext) -> Diagnosis | None:
    """Diagnose a path that itself names a deprecated module or symbol, wherever the object is defined."""
    module, _, attributes = origin.partition(":")
    if reference.role == "object" and "." in attributes:
        return None  # only the last attribute is a string
    module_name = file.resolver.module_name(module, file.path)
    name = f"{module_name}.{attributes}" if attributes else module_name
    old = file.resources.find_deprecated(name)
    if old is None or file.is_exempt(old.resource):
        return None
    if file.resolver.path_of(module, file.path) is None:
        return None  # the module does not exist
    return _describe_deprecated(old, name, file)


def _describe_deprecated(old: DeprecatedName, name: str, file: FileContext) -> Diagnosis:
    message = f"`{name}` is in deprecated `{old.name}`" if name != old.name else f"`{name}` is deprecated"
    replacement = f"`{old.replacement}`" if old.replacement else file.replacement_phrase(old.resource)
    advice = f"use {replacement} in the string"
    return Diagnosis(f"{message}; use {replacement} instead", advice, name, resource=old.resource.name)


def _diagnose_constructor_patch(origin: str, reference: StringReference, file: FileContext) -> Diagnosis | None:
    """Diagnose a patch of a constructor in a module that imports it and is not exempt."""
    module, _, name = origin.partition(":")
    path = file.resolver.path_of(module, file.path)
    if not is_patch(reference) or path is None or not name or "." in name:
        return None
    for definition, resource in find_constructors([origin], file):
        importer = file.resolver.modules.name_of(path)
        is_reexported = definition.path != path
        if is_reexported and not file.is_exempt(resource) and not file.resources.is_exempt(resource, path, importer):
            message = f"the patch replaces `{definition.name}` in `{importer}`"
            advice = f"fix `{importer}`, and the patch is updated with it"
            importer_file = file._replace(path=path)  # its accessor, which the fix calls, may not be that of the test
            message += f"; use {importer_file.replacement_phrase(resource)} there"
            return Diagnosis(message, advice, definition.name, FindingKind.CONSTRUCTOR_PATCH, resource.name)
    return None


RULE = Rule(__name__, (FindingKind.REFERENCE, FindingKind.CONSTRUCTOR_PATCH), collect, judge, fix)
