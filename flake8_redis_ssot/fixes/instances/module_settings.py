"""Arguments that are variables of their module which a loader of plugins sets: the module connects to its own place."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.accessors.variables import find_variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.sharing.reflection import Reflection, find_unknown_writes

# What loads modules whose names are computed.
_LOADING_WORDS = (b"import_module", b"__import__", b"load_module", b"exec_module", b"spec_from_file_location")


def check(arguments: Iterable[Argument], path: str, context: FixContext) -> None:
    """Raise NotFixableError if an argument in the file at `path` is a variable of that file which a loader may set.

    The loader sets computed names (`setattr(plugin, name, value)`), loads modules, and is in a package around the file.
    Variables in capital letters are constants.
    """
    for each in arguments:
        value = each.value
        variable = find_variable(value, path, context) if isinstance(value, ast.Name) else None
        if variable is None or variable.path != path or variable.name.isupper():
            continue
        write = next(_find_loaders(path, context), None)
        if write is not None:
            raise NotFixableError(
                f"the argument `{each.format(ast.unparse)}` is a setting of this module, which "
                f"{context.relative_path(write.path)}:{write.row} may set"
            )


def _find_loaders(path: str, context: FixContext) -> Iterator[Reflection]:
    """Where code around the file at `path` may set names of modules that it loads."""
    for write in find_unknown_writes(context):
        is_around = path.startswith(os.path.dirname(write.path) + os.sep)
        if is_around and write.text.startswith("setattr(") and write.path != path:
            text = context.references.code_bytes(write.path)
            if any(word in text for word in _LOADING_WORDS):
                yield write
