"""Whether the result of a construction flows to what an accessor reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.accessors.model import Variable, format_code, format_place
from flake8_redis_ssot.fixes.accessors.owners import may_own
from flake8_redis_ssot.fixes.accessors.reads import AccessorReads, methods_named
from flake8_redis_ssot.fixes.accessors.variables import find_variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.usage.references import find_calls, find_references
from flake8_redis_ssot.project.types.receivers import receiver_of_parameter
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name
from flake8_redis_ssot.semantic.scopes import Symbol

_MAX_STEPS = 300  # limits the search
# What contains its operands, or is one of them.
_CONTAINERS = (
    *(ast.Await, ast.BoolOp, ast.Dict, ast.IfExp, ast.Lambda, ast.List, ast.NamedExpr, ast.Set, ast.Starred),
    *(ast.Tuple, ast.keyword),
)
Place = tuple[str, ast.expr]  # an expression of the file at an absolute path


class FlowSearch:
    """Follows a value forwards, through variables, parameters, attributes and functions, until an accessor reads it.

    For an accessor that was recognised whole, what sets its variables is known, so the value is followed in its file.
    """

    def __init__(self, reads: AccessorReads, context: FixContext) -> None:
        self._reads, self._context = reads, context
        self._pending: list[Place] = []
        self._seen: set[ast.AST] = set()
        self.sink: tuple[str, ast.AST] | None = None  # the file and the node where the accessor gets the value

    def run(self, path: str, expression: ast.expr) -> str | None:
        """Where the accessor gets the value of an expression, as a phrase; None if that was not found."""
        self._pending = [(path, expression)]
        while self._pending and len(self._seen) < _MAX_STEPS and self.sink is None:
            place = self._pending.pop()
            if place[1] not in self._seen:
                self._seen.add(place[1])
                self._follow(*place)
        if self.sink is None:
            return None
        return f"{format_code(self.sink[1])} ({format_place(*self.sink, self._context)})"

    def _follow(self, path: str, node: ast.AST) -> None:
        """Go from an expression outwards to what takes its value."""
        table = self._context.symbol_table(path)
        parent = table.parent(node)
        while parent is not None and not isinstance(parent, ast.stmt):
            if isinstance(parent, ast.NamedExpr) and parent.value is node:
                self._bind(path, parent.target)
            elif isinstance(parent, ast.Call) and parent.func is not node:
                self._pass(path, parent, node)
            elif isinstance(parent, ast.Dict) and self._is_read_key(parent, node):
                self.sink = path, parent
            elif isinstance(parent, ast.withitem) and parent.optional_vars is not None:
                self._bind(path, parent.optional_vars)
            elif isinstance(parent, (ast.Yield, ast.YieldFrom)):
                self._return(path, parent)
            if not isinstance(parent, (*_CONTAINERS, ast.Call, ast.Attribute)):
                return
            node, parent = parent, table.parent(parent)
        self._leave(path, node, parent)

    def _leave(self, path: str, node: ast.AST, statement: ast.AST | None) -> None:
        """A statement binds or returns the value."""
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                self._bind(path, target)
        elif isinstance(statement, (ast.For, ast.AsyncFor)) and statement.iter is node:
            self._bind(path, statement.target)
        elif isinstance(statement, ast.Return):
            self._return(path, statement)

    def _bind(self, path: str, target: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List, ast.Starred)):
            for element in getattr(target, "elts", [getattr(target, "value", target)]):
                self._bind(path, element)
        elif isinstance(target, ast.Name):
            self._bind_name(path, target)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(path, target)
        elif isinstance(target, ast.Subscript) and (
            self._is_read_object(path, target.value) or self._is_read_string(target.slice)
        ):
            self.sink = path, target

    def _bind_name(self, path: str, target: ast.Name) -> None:
        symbol = self._context.symbol_table(path).symbol_of(target)
        if symbol.scope.kind == "module" and Variable(path, symbol.name) in self._reads.variables:
            self.sink = path, target
        if symbol.scope.kind == "class" and symbol.name in self._reads.attributes:
            self.sink = path, target
        self._follow_symbol(path, symbol)

    def _follow_symbol(self, path: str, symbol: Symbol) -> None:
        self._pending += [(path, read) for read in symbol.reads[: _MAX_STEPS + 1]]
        if symbol.scope.kind == "module" and not self._reads.is_recognised:
            references = find_references(path, symbol, self._context)
            self._pending += [(read.path, read.node) for read in references.reads]

    def _bind_attribute(self, path: str, target: ast.Attribute) -> None:
        variables = (variable for variable in self._reads.variables if variable.name == target.attr)
        if target.attr in self._reads.attributes or any(
            may_own(target.value, path, variable, self._context) for variable in variables
        ):
            self.sink = path, target
        reads = self._context.remember(
            ("reads by text", path, target.attr), lambda: _reads_by_text(target.attr, path, self._context)
        )
        self._pending += [(path, each) for each in reads.get(ast.unparse(target), ())]

    def _pass(self, path: str, call: ast.Call, node: ast.AST) -> None:
        """A call takes the value as an argument."""
        keyword = node.arg if isinstance(node, ast.keyword) else None
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if (
            keyword in self._reads.attributes
            or any(map(self._is_read_string, call.args))
            or (owner is not None and self._is_read_object(path, owner))
            or self._is_attribute_set(call)
            or self._is_unknown_callback(path, call.func)
        ):
            self.sink = path, call
        for function_path, function in self._find_callees(path, call.func):
            self._pending += _argument_reads(function_path, function, call, node, self._context)
        for argument in call.args:  # as in `partial(function, value)`
            for function_path, function in self._find_callees(path, argument) if argument is not node else ():
                self._pending += _argument_reads(function_path, function, call, None, self._context)

    def _find_callees(self, path: str, function: ast.expr) -> Iterator[tuple[str, FunctionNode]]:
        names = self._context.names(path)
        definition = names.resolve(function)
        if definition is not None and definition.path is not None:
            node = names.find_node(definition)
            if isinstance(node, ast.ClassDef):
                node = names.in_file(definition.path).find_definition(f"{definition.qualname}.__init__")
            if isinstance(node, FunctionNode):
                yield definition.path, node
        elif isinstance(function, ast.Attribute):
            for method_path in {path, *self._reads.paths}:
                for method in methods_named(function.attr, method_path, self._context):
                    yield method_path, method

    def _return(self, path: str, statement: ast.AST) -> None:
        """The callers of the function around a statement get the value."""
        table = self._context.symbol_table(path)
        function = next((each for each in table.ancestors(statement) if isinstance(each, FunctionNode)), None)
        if function is None:
            return
        symbol = table.symbol_of(function)
        if self._reads.is_recognised:
            self._pending += [(path, table.call_of(read) or read) for read in symbol.reads]
            return
        if symbol.scope.kind != "module":
            self._pending += _attribute_reads(symbol.name, {path, *self._reads.paths}, self._context)
            self._pending += [(path, read) for read in symbol.reads]
            return
        references = find_references(path, symbol, self._context)
        self._pending += [(read.path, call or read.node) for read, call in find_calls(references, self._context)]

    def _is_read_object(self, path: str, node: ast.expr) -> bool:
        """Whether an expression is a variable that the accessor reads, or a part of one."""
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            variable = find_variable(node, path, self._context) if isinstance(node, ast.Attribute) else None
            if variable in self._reads.variables:
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        variable = find_variable(node, path, self._context) if isinstance(node, ast.Name) else None
        variables = {variable} | ({_origin_of(node, path, self._context)} if isinstance(node, ast.Name) else set())
        return not variables.isdisjoint(self._reads.variables)

    def _is_read_string(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and node.value in self._reads.strings | self._reads.attributes

    def _is_unknown_callback(self, path: str, function: ast.expr) -> bool:
        """Whether a parameter is called, which may be a function that sets what the accessor reads."""
        if self._reads.is_recognised or not isinstance(function, ast.Name):
            return False
        table = self._context.symbol_table(path)
        symbol = table.lookup(function.id, function)
        parameters = (each for each in symbol.binding_nodes if isinstance(each, ast.arg)) if symbol is not None else ()
        return any(receiver_of_parameter(each, table) is None for each in parameters)

    def _is_attribute_set(self, call: ast.Call) -> bool:
        """Whether `setattr` is passed the name of a variable that the accessor reads."""
        names = {variable.name for variable in self._reads.variables}
        is_setter = last_name(call.func) in ("setattr", "__setattr__")
        return is_setter and any(isinstance(each, ast.Constant) and each.value in names for each in call.args)

    def _is_read_key(self, mapping: ast.Dict, node: ast.AST) -> bool:
        return any(
            key is not None and value is node and self._is_read_string(key)
            for key, value in zip(mapping.keys, mapping.values)
        )


def _origin_of(node: ast.Name, path: str, context: FixContext) -> Variable | None:
    """The variable that a name is imported from."""
    definition = context.names(path).resolve(node)
    is_variable = definition is not None and definition.path is not None and bool(definition.qualname)
    return Variable(definition.path or "", definition.qualname) if definition is not None and is_variable else None


def _argument_reads(
    path: str, function: FunctionNode, call: ast.Call, node: ast.AST | None, context: FixContext
) -> Iterator[Place]:
    """The reads of the parameter of a function that a call passes a node to; of all if that is not certain."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    table = context.symbol_table(path)
    if table.scope_of(function).kind == "class":
        positional = positional[1:]
    parameters = [*positional, *arguments.kwonlyargs, *filter(None, (arguments.vararg, arguments.kwarg))]
    if isinstance(node, ast.keyword) and node.arg is not None:
        parameters = [each for each in parameters if each.arg == node.arg] or parameters
    elif node in call.args and call.args.index(node) < len(positional):
        parameters = [positional[call.args.index(node)]]
    for parameter in parameters:
        yield from ((path, read) for read in table.symbol_of(parameter).reads)


def _reads_by_text(name: str, path: str, context: FixContext) -> dict[str, list[ast.Attribute]]:
    """The reads of an attribute of that name in a file, by the text of the expression."""
    reads: dict[str, list[ast.Attribute]] = {}
    for node in context.symbol_table(path).attribute_reads.get(name, ()):
        reads.setdefault(ast.unparse(node), []).append(node)
    return reads


def _attribute_reads(name: str, paths: set[str], context: FixContext) -> Iterator[Place]:
    """The reads, or calls, of an attribute of that name in some files."""
    for path in sorted(paths):
        table = context.symbol_table(path)
        for node in table.attribute_reads.get(name, ()):
            yield path, table.call_of(node) or node
