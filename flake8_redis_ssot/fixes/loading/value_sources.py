"""Where the values of variables come from within one file: assignments, lists, parameters, results of functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name
from flake8_redis_ssot.semantic.scopes import Binding, Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_MAX_DEPTH = 16
_COPIES = frozenset({"iter", "list", "reversed", "set", "sorted", "tuple"})
# Builtins that change no list that they are passed, and keep none.
_READERS = _COPIES | {"all", "any", "enumerate", "len", "max", "min", "print", "str", "sum"}
_ADDING_METHODS = frozenset({"add", "append", "insert"})
Values = list[ast.expr] | None  # None: there may be others
_OTHER_METHODS = frozenset({"clear", "count", "discard", "index", "remove", "sort"})


class ValueSources:
    """Follows the values of one file; `is_used_elsewhere` tells whether another file may use a name of it."""

    def __init__(self, symbol_table: SymbolTable, is_used_elsewhere: Callable[[str], bool]) -> None:
        self._symbol_table = symbol_table
        self._is_used_elsewhere = is_used_elsewhere
        self._pending: set[Symbol] = set()  # variables whose values are being collected: they add nothing to these

    def find(self, node: ast.expr, depth: int = 0) -> Values:
        """The expressions other than variables whose values an expression can have; None if others are possible."""
        if isinstance(node, ast.IfExp):
            return _join(self.find(each, depth + 1) for each in (node.body, node.orelse))
        if not isinstance(node, ast.Name):
            return [node]
        symbol = self._find_symbol(node)
        if symbol is None or depth > _MAX_DEPTH:
            return None
        return self._collect(symbol, lambda: _join(self._find_bound(each, depth + 1) for each in symbol.bindings))

    def _collect(self, symbol: Symbol, collect: Callable[[], Values]) -> Values:
        if symbol in self._pending:
            return []
        self._pending.add(symbol)
        try:
            return collect()
        finally:
            self._pending.remove(symbol)

    def find_elements(self, node: ast.expr, depth: int = 0) -> Values:
        """The expressions whose values the elements of a list, tuple or set can have; None if others are possible."""
        match node:
            case ast.List() | ast.Tuple() | ast.Set():
                return None if any(isinstance(each, ast.Starred) for each in node.elts) else node.elts
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return [node.elt]
            case ast.Name():
                return self._find_collected(node, depth + 1) if depth < _MAX_DEPTH else None
            case ast.Call(func=ast.Name(id=function), args=[argument], keywords=[]) if function in _COPIES:
                return self.find_elements(argument, depth + 1)
            case ast.Call():
                return self._find_returned(node, depth + 1) if depth < _MAX_DEPTH else None
        return None

    def _find_symbol(self, node: ast.Name) -> Symbol | None:
        """The symbol of a variable all of whose bindings are in this file."""
        symbol = self._symbol_table.lookup(node.id, node)
        if symbol is None or not symbol.bindings or symbol.has_inner_declaration or symbol.scope.kind == "class":
            return None
        return None if symbol.scope.kind == "module" and self._is_used_elsewhere(symbol.name) else symbol

    def _find_bound(self, binding: Binding, depth: int) -> Values:
        """The values that one binding gives a variable."""
        node, parent = binding.node, self._symbol_table.parent(binding.node)
        match parent:
            case ast.Assign() if node in parent.targets:
                return self.find(parent.value, depth)
            case ast.AnnAssign(value=ast.expr() as value):
                return self.find(value, depth)
            case ast.For() | ast.comprehension() if parent.target is node:
                elements = self.find_elements(parent.iter, depth)
                return None if elements is None else _join(self.find(each, depth) for each in elements)
        arguments = self._find_arguments(node) if isinstance(node, ast.arg) else None
        return None if arguments is None else _join(self.find(each, depth) for each in arguments)

    def _find_collected(self, node: ast.Name, depth: int) -> Values:
        """What a variable holds that is a new list, which is only read and added to."""
        symbol = self._find_symbol(node)
        if symbol is None:
            return None
        return self._collect(symbol, lambda: self._find_in_collection(symbol, depth))

    def _find_in_collection(self, symbol: Symbol, depth: int) -> Values:
        parents = [self._symbol_table.parent(binding.node) for binding in symbol.bindings]
        values = [each.value if isinstance(each, (ast.Assign, ast.AnnAssign)) else None for each in parents]
        first = (None if value is None else self.find_elements(value, depth) for value in values)
        return _join([*first, *(self._find_added(read, depth) for read in symbol.reads)])

    def _find_added(self, read: ast.Name, depth: int) -> Values:
        """What a use of a list adds to it; None if that is not known."""
        parent = self._symbol_table.parent(read)
        match parent:
            case ast.Attribute(attr=method) if (call := self._symbol_table.call_of(parent)) is not None:
                if method in _ADDING_METHODS and call.args:
                    return [call.args[-1]]
                is_extended = method in ("extend", "update") and len(call.args) == 1
                return self.find_elements(call.args[0], depth) if is_extended else _nothing(method in _OTHER_METHODS)
            case ast.Call(func=ast.Name(id=function)):
                return _nothing(function in _READERS)
            case ast.Subscript(ctx=context):
                return _nothing(isinstance(context, ast.Load))
            case ast.For() | ast.comprehension():
                return _nothing(parent.iter is read)
            case ast.Compare() | ast.FormattedValue() | ast.Return() | ast.If() | ast.UnaryOp():
                return []
        return None

    def _find_returned(self, call: ast.Call, depth: int) -> Values:
        """The elements of what a function returns that is defined once, under a name that no other file has."""
        function = self._find_function(last_name(call.func))
        if function is None or function.decorator_list or not isinstance(function, ast.FunctionDef):
            return None
        nodes = [node for node in ast.walk(function) if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom))]
        values = [node.value if isinstance(node, ast.Return) else None for node in nodes]
        return _join(None if value is None else self.find_elements(value, depth) for value in values)

    def _find_arguments(self, parameter: ast.arg) -> Values:
        """What all calls of its function pass for a parameter; None if there may be other calls."""
        function = self._symbol_table.symbol_of(parameter).scope.node
        if not isinstance(function, FunctionNode) or self._find_function(function.name) is not function:
            return None
        if function.decorator_list or function.name.startswith(("test", "__")):
            return None
        uses = [node for node in self._symbol_table.nodes if _is_use(node, function.name)]
        calls = [self._symbol_table.parent(node) for node in uses]
        is_called = bool(uses) and all(
            isinstance(call, ast.Call) and call.func is use for call, use in zip(calls, uses, strict=True)
        )
        passed = [_find_argument(call, parameter, function) for call in calls if isinstance(call, ast.Call)]
        return _join([argument] if argument is not None else None for argument in passed) if is_called else None

    def _find_function(self, name: str) -> FunctionNode | None:
        """The one function of a name that is in no other file, and in no string of this one."""
        functions = [node for node in self._symbol_table.nodes if isinstance(node, FunctionNode) and node.name == name]
        is_single = len(functions) == 1 and not self._symbol_table.find_text_rows(name)
        return functions[0] if is_single and not self._is_used_elsewhere(name) else None


def _is_use(node: ast.AST, name: str) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and last_name(node) == name


def _find_argument(call: ast.Call, parameter: ast.arg, function: FunctionNode) -> ast.expr | None:
    """What a call passes for a parameter; None if that is not written out."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None
    if isinstance(call.func, ast.Attribute) and last_name(call.func.value)[:1].isupper():
        return None  # perhaps a class: then the first argument is the instance
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    is_bound = bool(names) and names[0] in ("self", "cls") and isinstance(call.func, ast.Attribute)
    named = {each.arg: each.value for each in call.keywords}
    positional = dict(zip(names[1:] if is_bound else names, call.args))
    return named.get(parameter.arg) or positional.get(parameter.arg)


def _nothing(is_known: bool) -> Values:
    """What a use adds that is known to add nothing; None for others."""
    return [] if is_known else None


def _join(parts: Iterable[Values]) -> Values:
    joined: list[ast.expr] = []
    for part in parts:
        if part is None:
            return None
        joined += part
    return joined
