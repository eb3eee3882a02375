"""Where `sys.modules` and lists of its names go: code that only deletes modules or restores the table sees none."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flake8_redis_ssot.fixes.loading.module_table import TableRead, find_tables, is_module_table
from flake8_redis_ssot.fixes.loading.name_tests import (
    find_fragments,
    find_loop_tests,
    find_target_names,
    only_deletes,
)
from flake8_redis_ssot.fixes.loading.value_sources import ValueSources
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.text_patterns import UNKNOWN, find_text_pattern, is_composed, join_alternatives

_VIEWS = frozenset({"copy", "difference", "intersection", "items", "keys", "values"})
_KEYED_METHODS = frozenset({"__contains__", "__getitem__", "get", "pop", "setdefault"})
_CHANGING_METHODS = frozenset({"__delitem__", "__setitem__", "clear", "discard", "remove", "sort", "update"})
_COPIES = frozenset({"dict", "enumerate", "frozenset", "iter", "list", "reversed", "set", "sorted", "tuple"})
# Attributes that are the name of a module which is loaded for another reason.
_OWN_NAMES = frozenset({"__module__", "__name__", "__package__"})
_MAX_DEPTH = 8
_Fragments = tuple[str, ...]


class ModuleLists:
    """The lists of loaded modules in one file.

    `is_used_elsewhere` tells whether another file may use a name of this one; `is_unrelated` whether nothing of the
    project is loaded between the two lists of which an expression is the difference.
    """

    def __init__(
        self,
        names: FileNames,
        is_used_elsewhere: Callable[[str], bool] = lambda name: False,
        is_unrelated: Callable[[ast.BinOp], bool] = lambda difference: False,
    ) -> None:
        self._names = names
        self._symbol_table = names.symbol_table
        self._is_used_elsewhere = is_used_elsewhere
        self._is_unrelated = is_unrelated
        self._sources = ValueSources(names.symbol_table, is_used_elsewhere)
        self._followed: set[tuple[ast.expr, _Fragments]] = set()

    def find_reads(self) -> Iterator[TableRead]:
        """The code that sees which modules are loaded."""
        for table in find_tables(self._names):
            yield from self._follow(table)

    def _follow(self, node: ast.expr, fragments: _Fragments = ()) -> Iterator[TableRead]:
        """What the code around an expression does with the names of modules that contain all `fragments`."""
        if (node, fragments) in self._followed:
            return
        self._followed.add((node, fragments))
        parent = self._symbol_table.parent(node)
        match parent:
            case ast.Subscript(slice=key, ctx=context) if parent.value is node:
                yield from self._read_key(key, parent, node) if isinstance(context, ast.Load) else ()
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()]) if node in parent.comparators:
                yield from self._read_key(key, parent, node)
            case ast.Attribute(attr=method):
                yield from self._read_method(method, parent, fragments)
            case ast.Call() if node is not parent.func:
                yield from self._read_call(parent, node, fragments)
            case _:
                yield from self._follow_list(parent, node, fragments)

    def _follow_list(self, parent: ast.AST | None, node: ast.expr, fragments: _Fragments) -> Iterator[TableRead]:
        """What is done with a list as a whole; `parent` is the code around its expression."""
        match parent:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) if parent.value is node:
                yield from self._follow_target(target, node, fragments)
            case ast.For() if parent.iter is node:
                tests, body = find_loop_tests(parent)
                if parent.orelse or not only_deletes(body):
                    yield TableRead(node.lineno, fragments + find_fragments(tests, find_target_names(parent.target)))
            case ast.comprehension() if parent.iter is node:
                yield from self._read_comprehension(parent, node, fragments)
            case ast.BinOp(op=ast.Sub() | ast.BitAnd()) if parent.left is node or self._is_list(parent.left):
                yield from self._follow(parent, fragments)
            case _:
                yield TableRead(node.lineno, fragments)

    def _read_method(self, method: str, attribute: ast.Attribute, fragments: _Fragments) -> Iterator[TableRead]:
        call = self._symbol_table.call_of(attribute)
        if method in _VIEWS and call is not None:
            yield from self._follow(call, fragments)
        elif method in _KEYED_METHODS and call is not None and call.args:
            is_discarded = isinstance(self._symbol_table.parent(call), ast.Expr)
            yield from () if is_discarded else self._read_key(call.args[0], call, attribute.value)
        elif method not in _CHANGING_METHODS:
            yield TableRead(attribute.lineno, fragments)

    def _read_call(self, call: ast.Call, node: ast.expr, fragments: _Fragments) -> Iterator[TableRead]:
        function = last_name(call.func)
        if (function in ("delitem", "setitem") and call.args[0] is node) or self._is_restored(call, node):
            return
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        is_compared = owner is not None and function in ("difference", "intersection") and self._is_list(owner)
        if is_compared or (owner is None and function in _COPIES):
            yield from self._follow(call, fragments)
        elif not (function == "len" and isinstance(node, ast.BinOp) and self._is_unrelated(node)):
            yield TableRead(call.lineno, fragments)

    def _is_restored(self, call: ast.Call, node: ast.expr) -> bool:
        """Whether a call puts the modules of a list into `sys.modules`, or changes the table for a while."""
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="update")):
                return is_module_table(owner, self._names)
            case ast.Call(func=ast.Attribute(attr="dict"), args=[table, *_]):
                return table is node or self._is_named_table(table)
            case ast.Call(func=function, args=[table, *_]) if last_name(function) == "patch":
                return self._is_named_table(table)
            case ast.Call(func=function, args=[_, ast.Constant(value="modules"), _]):
                return last_name(function) == "setattr"
        return False

    def _is_named_table(self, node: ast.expr) -> bool:
        return is_module_table(node, self._names) or (isinstance(node, ast.Constant) and node.value == "sys.modules")

    def _follow_target(self, target: ast.expr, node: ast.expr, fragments: _Fragments) -> Iterator[TableRead]:
        """The uses of a variable or attribute that holds a list."""
        reads = self._find_variable_reads(target)
        if reads is None:
            yield TableRead(node.lineno, fragments)
        for read in reads or ():
            yield from self._follow(read, fragments)

    def _find_variable_reads(self, target: ast.expr) -> list[ast.expr] | None:
        """The reads of what an assignment sets; None if other files may read it."""
        if isinstance(target, ast.Name):
            symbol = self._symbol_table.symbol_of(target)
            is_local = symbol.scope.kind == "function" and not symbol.has_inner_declaration
            is_local |= symbol.scope.kind == "module" and not self._is_used_elsewhere(symbol.name)
            return [*symbol.reads] if is_local else None
        if not isinstance(target, ast.Attribute):
            return None
        if last_name(target.value) == "sys" and target.attr == "modules":
            return []
        is_hidden = self._is_used_elsewhere(target.attr) or self._symbol_table.find_text_rows(target.attr)
        nodes = (node for node in self._symbol_table.nodes if isinstance(node, ast.Attribute))
        own_reads = [node for node in nodes if node.attr == target.attr and isinstance(node.ctx, ast.Load)]
        return None if is_hidden or self._reads_all_attributes else [*own_reads]

    @property
    def _reads_all_attributes(self) -> bool:
        """Whether the file lists attributes of objects."""
        has_vars = bool(self._symbol_table.unresolved_reads("vars"))
        nodes = self._symbol_table.nodes
        return has_vars or any(isinstance(node, ast.Attribute) and node.attr == "__dict__" for node in nodes)

    def _read_comprehension(
        self, generator: ast.comprehension, node: ast.expr, fragments: _Fragments
    ) -> Iterator[TableRead]:
        """A comprehension over names: one that only selects some is a shorter list of them."""
        variables = find_target_names(generator.target)
        fragments += find_fragments(generator.ifs, variables)
        comprehension = self._symbol_table.parent(generator)
        if _is_selection(comprehension, variables) and isinstance(comprehension, ast.expr):
            yield from self._follow(comprehension, fragments)
        else:
            yield TableRead(node.lineno, fragments)

    def _read_key(self, key: ast.expr, use: ast.expr, table: ast.expr) -> Iterator[TableRead]:
        """A lookup by a name. In `sys.modules` itself, constant names are found by their text."""
        if isinstance(key, ast.Constant) and is_module_table(table, self._names):
            return
        if isinstance(key, (ast.Name, ast.Attribute)) and last_name(key) in _OWN_NAMES:
            return
        statement = self._symbol_table.statement_of(use)
        is_tested = isinstance(statement, ast.If) and statement.test is use and not statement.orelse
        if isinstance(statement, ast.If) and is_tested and only_deletes(statement.body):
            return
        if not self._is_from_list(key):
            yield TableRead(use.lineno, pattern=self._find_key_pattern(key))

    def _find_key_pattern(self, key: ast.expr) -> str | None:
        sources = self._sources.find(key) or [key]
        patterns = [find_text_pattern(each, self._symbol_table) for each in sources]
        is_known = all(map(is_composed, patterns)) and UNKNOWN not in patterns
        return join_alternatives(patterns) if is_known else None

    def _is_from_list(self, key: ast.expr) -> bool:
        """Whether a name is taken from a list of loaded modules, whose reads are found where it is looped over."""
        symbol = self._symbol_table.lookup(key.id, key) if isinstance(key, ast.Name) else None
        if symbol is None or symbol.has_inner_declaration or symbol.scope.kind not in ("function", "comprehension"):
            return False
        loops = [self._symbol_table.parent(binding.node) for binding in symbol.bindings]
        return all(isinstance(loop, (ast.For, ast.comprehension)) and self._is_list(loop.iter) for loop in loops)

    def _is_list(self, node: ast.expr, depth: int = 0) -> bool:
        """Whether an expression is certainly a list of names of loaded modules, or `sys.modules`."""
        if depth > _MAX_DEPTH:
            return False
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in _VIEWS:
                return self._is_list(owner, depth + 1)
            case ast.Call(func=ast.Name(id=function), args=[argument]) if function in _COPIES - {"enumerate"}:
                return self._is_list(argument, depth + 1)
            case ast.BinOp(left=left, op=ast.Sub() | ast.BitAnd()):
                return self._is_list(left, depth + 1)
            case ast.ListComp(generators=[loop]) | ast.SetComp(generators=[loop]) | ast.GeneratorExp(generators=[loop]):
                return _is_selection(node, find_target_names(loop.target)) and self._is_list(loop.iter, depth + 1)
        if is_module_table(node, self._names):
            return True
        values = self._find_assigned_values(node)
        return bool(values) and all(value is not None and self._is_list(value, depth + 1) for value in values)

    def _find_assigned_values(self, node: ast.expr) -> list[ast.expr | None]:
        """What all assignments give a variable, or attributes of that name in this file; None for other bindings."""
        if isinstance(node, ast.Name):
            symbol = self._symbol_table.lookup(node.id, node)
            targets: list[ast.AST] = [binding.node for binding in symbol.bindings] if symbol is not None else []
        elif isinstance(node, ast.Attribute):
            nodes = (each for each in self._symbol_table.nodes if isinstance(each, ast.Attribute))
            targets = [each for each in nodes if each.attr == node.attr and not isinstance(each.ctx, ast.Load)]
        else:
            return []
        statements = ((target, self._symbol_table.parent(target)) for target in targets)
        return [
            each.value if isinstance(each, ast.Assign) and target in each.targets else None
            for target, each in statements
        ]


def _is_selection(node: ast.AST | None, variables: tuple[str, ...]) -> bool:
    """Whether a comprehension only selects some of the names that it loops over."""
    match node:
        case ast.ListComp(generators=[_], elt=ast.Name(id=name)) | ast.SetComp(generators=[_], elt=ast.Name(id=name)):
            return name in variables[:1]
        case ast.GeneratorExp(generators=[_], elt=ast.Name(id=name)):
            return name in variables[:1]
        case ast.DictComp(generators=[_], key=ast.Name(id=key), value=ast.Name(id=value)):
            return (key, value) == variables
    return False
