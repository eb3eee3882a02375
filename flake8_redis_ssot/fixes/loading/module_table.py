"""Code that asks which modules are loaded: reads of `sys.modules` that do not name a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.text_patterns import UNKNOWN, find_text_pattern, is_composed

TABLE_PATTERN = rb"\.[ \t]*modules\b|\bfrom[ \t]+sys[ \t]+import\b[^\n]*\bmodules\b"
_VIEWS = frozenset({"items", "keys", "values"})
_KEYED_METHODS = frozenset({"__contains__", "__getitem__", "get", "pop", "setdefault"})
_COPIES = frozenset({"enumerate", "iter", "list", "reversed", "set", "sorted", "tuple"})
_SETTERS = frozenset({"delitem", "setitem", "update"})
# Attributes that are the name of a module which is loaded for another reason.
_OWN_NAMES = frozenset({"__module__", "__name__", "__package__"})


class TableRead(NamedTuple):
    """Code at `row` (1-based) that sees every loaded module whose name contains all `fragments`.

    With a `pattern`, a regular expression for the whole name, it sees only modules that match. If it is None, the name
    comes from elsewhere.
    """

    row: int
    fragments: tuple[str, ...] = ()
    pattern: str | None = UNKNOWN

    def may_see(self, module: str) -> bool:
        """Whether a module (dotted) may be seen, unless the name comes from elsewhere."""
        return all(each in module for each in self.fragments) and bool(re.fullmatch(self.pattern or "", module))


def find_table_reads(names: FileNames) -> Iterator[TableRead]:
    """The reads of `sys.modules` in one file, but for those that only set or delete modules."""
    for node in names.symbol_table.nodes:
        if isinstance(node, (ast.Attribute, ast.Name)) and last_name(node) == "modules":
            definition = names.resolve(node)
            if definition is not None and definition.name == "sys.modules":
                yield from _read_use(node, names)


def _read_use(node: ast.expr, names: FileNames) -> Iterator[TableRead]:
    """What the code around an expression does with the table that it evaluates to."""
    parent = names.symbol_table.parent(node)
    match parent:
        case ast.Subscript(slice=key, ctx=context) if parent.value is node:
            yield from _read_key(key, parent, names) if isinstance(context, ast.Load) else ()
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()]) if node in parent.comparators:
            yield from _read_key(key, parent, names)
        case ast.Attribute(attr=method):
            yield from _read_method(method, parent, names)
        case ast.Call() if last_name(parent.func) in _COPIES:
            yield from _read_iterated(parent, names)
        case ast.Call() if last_name(parent.func) in _SETTERS:
            return
        case ast.Call(func=ast.Attribute(attr="dict")):
            return  # `patch.dict(sys.modules, …)`
        case ast.Call() if last_name(parent.func) == "dict":
            yield from _read_copy(parent, names)
        case ast.Assign(targets=[ast.Name() as variable]) if parent.value is node:
            for read in names.symbol_table.symbol_of(variable).reads:
                yield from _read_use(read, names)
        case _:
            yield from _read_iterated(node, names)


def _read_method(method: str, attribute: ast.Attribute, names: FileNames) -> Iterator[TableRead]:
    call = names.symbol_table.call_of(attribute)
    if method in _VIEWS and call is not None:
        yield from _read_view(call, names)
    elif method in _KEYED_METHODS and call is not None and call.args:
        is_discarded = isinstance(names.symbol_table.parent(call), ast.Expr)
        yield from () if is_discarded else _read_key(call.args[0], call, names)
    elif method == "copy" and call is not None:
        yield from _read_copy(call, names)
    elif method not in ("clear", "update", "__setitem__", "__delitem__"):
        yield TableRead(attribute.lineno)


def _read_view(call: ast.Call, names: FileNames) -> Iterator[TableRead]:
    parent = names.symbol_table.parent(call)
    is_copied = isinstance(parent, ast.Call) and last_name(parent.func) in _COPIES
    yield from _read_iterated(parent if isinstance(parent, ast.Call) and is_copied else call, names)


def _read_copy(call: ast.Call, names: FileNames) -> Iterator[TableRead]:
    """A copy from which the table is restored lists nothing."""
    parent = names.symbol_table.parent(call)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        reads = names.symbol_table.symbol_of(parent.targets[0]).reads
        if all(_is_restored(read, names) for read in reads):
            return
    yield TableRead(call.lineno)


def _is_restored(read: ast.Name, names: FileNames) -> bool:
    parent = names.symbol_table.parent(read)
    return isinstance(parent, ast.Call) and last_name(parent.func) in ("dict", "update")


def _read_iterated(node: ast.expr, names: FileNames) -> Iterator[TableRead]:
    """A loop over the names of all modules, unless it only deletes some."""
    parent = names.symbol_table.parent(node)
    if isinstance(parent, ast.For) and parent.iter is node:
        tests, body = _loop_tests(parent)
        if not all(map(_only_deletes, body)):
            yield TableRead(node.lineno, _fragments(tests))
    elif isinstance(parent, ast.comprehension) and parent.iter is node:
        comprehension = names.symbol_table.parent(parent)
        if comprehension is None or not _is_list_to_delete(comprehension, names):
            yield TableRead(node.lineno, _fragments(parent.ifs))
    else:
        yield TableRead(node.lineno)


def _loop_tests(loop: ast.For) -> tuple[list[ast.expr], list[ast.stmt]]:
    """The conditions under which the body of a loop does something, and what it does then."""
    match loop.body:
        case [ast.If(test=test, body=body, orelse=[])]:
            return [test], body
        case [ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=[ast.Continue()], orelse=[]), *body]:
            return [test], body
    return [], loop.body


def _is_list_to_delete(comprehension: ast.AST, names: FileNames) -> bool:
    """Whether modules are listed only to be deleted."""
    parent = names.symbol_table.parent(comprehension)
    if isinstance(parent, ast.For):
        return all(map(_only_deletes, parent.body))
    if not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
        return False
    loops = [names.symbol_table.parent(read) for read in names.symbol_table.symbol_of(parent.targets[0]).reads]
    return all(isinstance(loop, ast.For) and all(map(_only_deletes, loop.body)) for loop in loops)


def _only_deletes(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but delete modules."""
    if isinstance(statement, ast.If):
        return all(map(_only_deletes, [*statement.body, *statement.orelse]))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return last_name(statement.value.func) in ("pop", "delitem")
    return isinstance(statement, (ast.Delete, ast.Pass, ast.Continue))


def _read_key(key: ast.expr, use: ast.expr, names: FileNames) -> Iterator[TableRead]:
    """A lookup with a key; constant keys are found by their text."""
    if isinstance(key, ast.Constant) or (isinstance(key, ast.Name) and key.id in _OWN_NAMES):
        return
    if isinstance(key, ast.Attribute) and key.attr in _OWN_NAMES:
        return
    statement = names.symbol_table.statement_of(use)
    if isinstance(statement, ast.If) and statement.test is use and all(map(_only_deletes, statement.body)):
        return
    pattern = find_text_pattern(key, names.symbol_table)
    yield TableRead(use.lineno, pattern=pattern if is_composed(pattern) else None)


def _fragments(tests: Sequence[ast.expr]) -> tuple[str, ...]:
    return tuple(fragment for test in tests for fragment in find_fragments(test))


def find_fragments(test: ast.expr) -> list[str]:
    """The constant strings that a name must contain for a test to hold: of `"x" in name`, `name.startswith("x")`."""
    match test:
        case ast.BoolOp(op=ast.And()):
            return [fragment for value in test.values for fragment in find_fragments(value)]
        case ast.Compare(left=ast.Constant(value=str() as fragment), ops=[ast.In() | ast.Eq()]):
            return [fragment]
        case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=str() as fragment)]):
            return [fragment]
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith"), args=[ast.Constant(value=str() as fragment)]):
            return [fragment]
    return []
