"""Code that takes folders off the search path: a module that is no longer loaded may not be found later."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.known_names import LOADING_FUNCTIONS
from flake8_redis_ssot.semantic.ast_queries import last_name, string_value

_PATH_CUTS = (
    rb"\bsys\.path\.(?:clear|pop|remove)\(|\bdel\s+sys\.path\b|\bsys\.path(?:\[[^\]\n]*\])?[ \t]*=(?!=)"
    rb"|\bfrom\s+sys\s+import\b[^\n]*\bpath\b|\bsyspath_prepend\(|\bDirsOnSysPath\b"
    rb"|\b(?:setattr|object)\(\s*sys\s*,\s*[\"']path[\"']|\b(?:patch|setattr)\(\s*[\"']sys\.path[\"']"
)
# What removes an entry, and what adds one.
_REMOVAL = re.compile(rb"sys\.path\.remove\((.+)\)[ \t]*$", re.MULTILINE)
_ADDITION = rb"sys\.path\.(?:append\(|insert\([ \t]*\d+[ \t]*,[ \t]*)"
_PATH_WORDS = (b"path", b"syspath_prepend", b"DirsOnSysPath")


def find_path_cut(paths: Collection[str], context: FixContext) -> str | None:
    """Where code may take the folder of one of some files that are no longer loaded off the search path, as a clause.

    Modules in a package that is still loaded are found by that. A test puts the search path back when it ends.
    """
    outside = [path for path in paths if not _is_in_loaded_package(path, paths, context)]
    cuts = context.remember(
        "cuts of the search path", lambda: tuple(context.references.find_rows(_PATH_CUTS, _PATH_WORDS))
    )
    for path, row in cuts if outside else ():
        if is_test_path(context.relative_path(path)) and (
            _removes_own_entries(path, context) or not _loads_in_function(path, outside, context)
        ):
            continue
        place = f"{context.relative_path(path)}:{row}"
        return f"{place} changes the search path, on which `{context.module_name(outside[0])}` is to be found later"
    return None


def _is_in_loaded_package(path: str, unloaded_paths: Collection[str], context: FixContext) -> bool:
    top = context.resolver.modules.path_of(context.module_name(path).partition(".")[0])
    return top is not None and os.path.basename(top).startswith("__init__.") and top not in unloaded_paths


def _removes_own_entries(path: str, context: FixContext) -> bool:
    """Whether a file only removes entries of the search path that it adds itself."""
    code = context.references.code_bytes(path)
    removals = [_REMOVAL.match(code, match.start()) for match in re.finditer(_PATH_CUTS, code)]
    return all(
        removal is not None and re.search(_ADDITION + re.escape(removal[1]) + rb"\)", code) is not None
        for removal in removals
    )


def _loads_in_function(path: str, unloaded_paths: Collection[str], context: FixContext) -> bool:
    """Whether a function of a file may load one of some modules, by an import or by a call."""
    table, graph = context.symbol_table(path), context.import_graph
    imported: set[str] = set()
    for node in table.nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and table.scope_of(node) is not table.module_scope:
            imported |= graph.imported_files(path, node)
        elif isinstance(node, ast.Call) and last_name(node.func) in LOADING_FUNCTIONS:
            name = string_value(node.args[0]) if node.args else None
            if name is None:
                return True
            imported |= {found for found in [context.resolver.path_of(name, path)] if found is not None}
    return not set(graph.loaded_with(imported)).isdisjoint(unloaded_paths)
