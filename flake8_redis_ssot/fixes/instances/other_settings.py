"""Arguments that read another setting than those of the shared instance, which connects to something else then."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_redis_ssot.fixes.accessors.origins import have_same_origin
from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError


def check(
    arguments: Iterable[Argument],
    path: str,
    shared_arguments: Iterable[Argument],
    shared_path: str,
    context: FixContext,
) -> None:
    """Raise NotFixableError if an argument is `settings.a`, and that of the shared instance `settings.b`.

    The arguments are those of a construction in the file at `path`, and of that of the shared instance at `shared_path`
    that differ; both read the same object.
    """
    shared_values = {each.key: each.value for each in shared_arguments}
    for each in arguments:
        own, shared = each.value, shared_values.get(each.key)
        if not isinstance(own, ast.Attribute) or not isinstance(shared, ast.Attribute):
            continue
        if own.attr != shared.attr and have_same_origin(own.value, path, shared.value, shared_path, context):
            raise NotFixableError(
                f"the argument `{each.format(ast.unparse)}` is another setting than `{ast.unparse(shared)}`, which the "
                "shared instance is created with"
            )
