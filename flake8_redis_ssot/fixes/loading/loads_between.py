"""What may be loaded between two lists of the loaded modules of which code takes the difference."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Sequence

from flake8_redis_ssot.fixes.loading.value_sources import ValueSources
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.text_patterns import UNKNOWN, find_text_pattern

# Modules of libraries whose calls import nothing of a project and call nothing of it.
_LIBRARIES = frozenset({"gc", "os", "psutil", "time", "tracemalloc"})
_CALLS = frozenset({"builtins.len", "builtins.str", "importlib.util.module_from_spec"})
_LOADER = "importlib.util.spec_from_file_location"
_PATH_METHODS = frozenset({"append", "insert", "remove"})  # of `sys.path`


class LoadsBetween:
    """Finds what one file loads between two statements of a function; `base_names` are the files of the project."""

    def __init__(self, names: FileNames, is_used_elsewhere: Callable[[str], bool], base_names: Collection[str]) -> None:
        self._names = names
        self._symbol_table = names.symbol_table
        self._sources = ValueSources(names.symbol_table, is_used_elsewhere)
        self._base_names = base_names

    def loads_nothing_of_project(self, difference: ast.BinOp) -> bool:
        """Whether no file of the project is loaded between the two lists: only files that the code wrote itself."""
        later, earlier = (self._find_assignment(each) for each in (difference.left, difference.right))
        if earlier is None or later is None:
            return False
        scope = self._symbol_table.scope_of(later)
        if scope is not self._symbol_table.scope_of(earlier) or not isinstance(scope.node, ast.FunctionDef):
            return False
        first, last = earlier.end_lineno or 0, later.lineno
        nodes = [node for node in ast.walk(scope.node) if first < getattr(node, "lineno", 0) < last]
        return all(map(self._is_known, nodes))

    def _find_assignment(self, node: ast.expr) -> ast.Assign | None:
        """The one assignment of a local variable that is read."""
        symbol = self._symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
        statements = [binding.statement for binding in symbol.bindings] if symbol is not None else []
        return statements[0] if len(statements) == 1 and isinstance(statements[0], ast.Assign) else None

    def _is_known(self, node: ast.AST) -> bool:
        """Whether a node between the two lists runs no code of the project."""
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Yield, ast.YieldFrom, ast.Await, ast.With, ast.For)):
            return False
        return not isinstance(node, ast.Call) or self._is_known_call(node)

    def _is_known_call(self, call: ast.Call) -> bool:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "exec_module":
            return self._is_own_loader(function.value)
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
            return self._is_known_call(function.value)
        name = self._find_name(function)
        if name == _LOADER:
            return len(call.args) == 2 and self._is_own_file(call.args[1])
        is_path = name.startswith("sys.path.") and last_name(function) in _PATH_METHODS
        return name in _CALLS or is_path or name.partition(".")[0] in _LIBRARIES

    def _find_name(self, node: ast.expr) -> str:
        """The dotted name of something outside of the project; empty for others."""
        definition = self._names.resolve(node)
        return definition.name if definition is not None and definition.path is None else ""

    def _is_own_loader(self, node: ast.expr) -> bool:
        """Whether an expression is `spec.loader`, where `spec` is made of a file that the code wrote itself."""
        if not isinstance(node, ast.Attribute) or node.attr != "loader":
            return False
        specs = self._sources.find(node.value)
        return bool(specs) and all(
            isinstance(each, ast.Call) and self._find_name(each.func) == _LOADER and self._is_known_call(each)
            for each in specs or ()
        )

    def _is_own_file(self, node: ast.expr) -> bool:
        """Whether a path is not that of a file of the project: none has a name that the path can have."""
        paths = self._sources.find(node)
        return bool(paths) and not any(self._may_be_of_project(each) for each in paths or ())

    def _may_be_of_project(self, path: ast.expr) -> bool:
        parts: Sequence[ast.expr] | None = None
        if isinstance(path, ast.BinOp) and isinstance(path.op, ast.Div):
            parts = self._sources.find(path.right)
        if parts is None:
            return True
        patterns = [find_text_pattern(each, self._symbol_table).replace(UNKNOWN, ".*") for each in parts]
        return any(re.fullmatch(pattern, name) for pattern in patterns for name in self._base_names)
