"""Items of dictionaries of constants, which modules bind once, as settings."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.sharing.only_value import find_only_value
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames


def find_dictionary(owner: ast.expr, key: ast.expr, names: FileNames) -> Definition | None:
    """The variable of a module of the project that an item with a constant key is read from.

    It is bound once, directly in the body, to a dictionary of constants that has the key; otherwise None.
    """
    definition = names.resolve(owner)
    if definition is None or definition.path is None or "." in definition.qualname:
        return None
    value = find_only_value("", definition.qualname, names.in_file(definition.path))
    if not isinstance(value, ast.Dict) or not isinstance(key, ast.Constant):
        return None
    is_flat = all(isinstance(each, ast.Constant) for each in (*value.keys, *value.values))
    keys = [each.value for each in value.keys if isinstance(each, ast.Constant)]
    return definition._replace(via=()) if is_flat and key.value in keys else None
