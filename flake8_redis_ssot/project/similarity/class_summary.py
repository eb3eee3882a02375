"""What a class is like: what it offers, whether it does anything at all, and which libraries it stands on."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.semantic.ast_queries import (
    FunctionNode,
    dotted_name,
    find_definition,
    iter_statements,
    methods_in,
)

_ABSTRACT_BASES = frozenset({"ABC", "ABCMeta", "Protocol"})
_VALUE_BASES = frozenset({"BaseException", "Enum", "Exception", "NamedTuple", "TypedDict"})
_LOGGER_NAMES = frozenset({"log", "logger", "logging", "LOG", "LOGGER", "warnings"})
LoadTree = Callable[[str], ast.Module]
LoadOutline = Callable[[str], "ast.Module | None"]


def collect_methods(
    definition: Definition, resolver: Resolver, load_outline: LoadOutline, visiting: tuple[Definition, ...] = ()
) -> dict[str, FunctionNode]:
    """The methods of a class of the project by name, with those that it inherits.

    `load_outline` gives the tree of a file (a path), in which functions may be hollow; None where there is none.
    """
    tree = load_outline(definition.path) if definition.path is not None and definition not in visiting else None
    node = find_definition(tree, definition.qualname) if tree is not None else None
    if definition.path is None or not isinstance(node, ast.ClassDef):
        return {}
    methods = methods_in(node)
    for base in resolver.load_exports(definition.path).bases.get(definition.qualname, ()):
        for parent in resolver.resolve(base, definition.path):
            inherited = collect_methods(parent._replace(via=()), resolver, load_outline, (*visiting, definition))
            methods |= {name: method for name, method in inherited.items() if name not in methods}
    return methods


def _own_functions(node: ast.ClassDef) -> list[FunctionNode]:
    return [each for each in iter_statements(node.body) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]


class ClassSummary:
    """A class of the project (at `definition`), looked at no closer than is asked for. Raises OSError when it is.

    `load_tree` gives whole trees, `load_outline` those in which functions may be hollow.
    """

    def __init__(
        self, definition: Definition, resolver: Resolver, load_tree: LoadTree, load_outline: LoadOutline
    ) -> None:
        self._definition = definition
        self._resolver = resolver
        self._load_tree = load_tree
        self._load_outline = load_outline

    @cached_property
    def methods(self) -> dict[str, bool]:
        """The public methods, own and inherited, and whether each is awaited."""
        functions = collect_methods(self._definition, self._resolver, self._load_outline)
        return {name: _is_async(method) for name, method in functions.items() if not name.startswith("_")}

    @cached_property
    def node(self) -> ast.ClassDef | None:
        """The class itself."""
        node = (
            find_definition(self._load_tree(self._definition.path), self._definition.qualname)
            if self._definition.path is not None
            else None
        )
        return node if isinstance(node, ast.ClassDef) else None

    @cached_property
    def is_service(self) -> bool:
        """Whether it is more than a value, an error, or a word on what others are to do."""
        if self.node is None:
            return False
        bases, public = _base_names(self.node), self._public_methods(self.node)
        is_unimplemented = bool(public) and all(_is_unimplemented(each) or _is_abstract(each) for each in public)
        return not (is_unimplemented or bases & (_VALUE_BASES | _ABSTRACT_BASES))

    @cached_property
    def is_stub(self) -> bool:
        """Whether none of its methods does anything, and there is nothing else in it."""
        public = self._public_methods(self.node) if self.node is not None else []
        return (
            all(map(_is_no_op, public))
            if public
            else self.node is None or all(map(_is_no_op_statement, self.node.body))
        )

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The third parties whose objects it keeps, by their top-level names.

        To derive from a class of a framework says nothing: every service has settings of its own.
        """
        if self.node is None or self._definition.path is None:
            return frozenset()
        return frozenset(_stored_libraries(self.node, self._load_tree(self._definition.path), self._resolver))

    @cached_property
    def is_framework_subclass(self) -> bool:
        """Whether it derives from a class of a third party, whose interface it then has."""
        if self.node is None or self._definition.path is None:
            return False
        top_packages = dict(_import_bindings(iter_statements(self._load_tree(self._definition.path).body)))
        roots = {dotted_name(base).partition(".")[0] for base in self.node.bases}
        return any(_is_third_party(top_packages[root], self._resolver) for root in roots if root in top_packages)

    @cached_property
    def delegating_methods(self) -> frozenset[str]:
        """The methods that call one of the same name of something in an attribute."""
        public = self._public_methods(self.node) if self.node is not None else []
        return frozenset(each.name for each in public if _is_delegating(each))

    def _public_methods(self, node: ast.ClassDef) -> list[FunctionNode]:
        return [each for each in _own_functions(node) if not each.name.startswith("_")]


def _is_async(method: FunctionNode) -> bool:
    decorator_names = [dotted_name(each.func if isinstance(each, ast.Call) else each) for each in method.decorator_list]
    return isinstance(method, ast.AsyncFunctionDef) or any(
        name.endswith("asynccontextmanager") for name in decorator_names
    )


def _base_names(node: ast.ClassDef) -> set[str]:
    base_nodes = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    base_nodes += [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
    return {dotted_name(base).rpartition(".")[2] for base in base_nodes}


def _is_no_op(function: FunctionNode) -> bool:
    """Whether a function gives back a constant at most."""
    return all(_is_no_op_statement(statement) for statement in function.body)


def _is_no_op_statement(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_constant(statement.value)
    if isinstance(statement, ast.Expr):
        return _is_constant(statement.value) or _is_log_call(statement.value)
    return isinstance(statement, ast.Pass)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_constant(key) for key in node.keys) and all(map(_is_constant, node.values))
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and _is_constant(node.operand))


def _is_log_call(node: ast.expr) -> bool:
    dotted = dotted_name(node.func) if isinstance(node, ast.Call) else ""
    return dotted == "print" or dotted.removeprefix("self.").lstrip("_").partition(".")[0] in _LOGGER_NAMES


def _is_unimplemented(function: FunctionNode) -> bool:
    """Whether a function only says that it is not implemented."""
    last = function.body[-1]
    raised = last.exc if isinstance(last, ast.Raise) else None
    error = raised.func if isinstance(raised, ast.Call) else raised
    return error is not None and dotted_name(error) == "NotImplementedError"


def _is_abstract(function: FunctionNode) -> bool:
    return any(dotted_name(each).rpartition(".")[2] == "abstractmethod" for each in function.decorator_list)


def _is_delegating(function: FunctionNode) -> bool:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    owners = (each.value for each in called if isinstance(each, ast.Attribute) and each.attr == function.name)
    return any(isinstance(owner, ast.Attribute) for owner in owners)


def _stored_libraries(node: ast.ClassDef, tree: ast.Module, resolver: Resolver) -> Iterator[str]:
    """The third parties whose objects are kept in attributes."""
    top_packages = dict(_import_bindings([*iter_statements(tree.body), *ast.walk(node)]))
    stored_values = [
        each.value
        for each in ast.walk(node)
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and _is_attribute_assignment(each)
    ]
    for value in stored_values:
        expression = value.value if isinstance(value, ast.Await) else value
        package = (
            top_packages.get(dotted_name(expression.func).partition(".")[0], "")
            if isinstance(expression, ast.Call)
            else ""
        )
        if package and _is_third_party(package, resolver):
            yield package


def _is_third_party(package: str, resolver: Resolver) -> bool:
    if package in sys.stdlib_module_names:
        return False
    return resolver.modules.path_of(package) is None and resolver.modules.folder_of(package) is None


def _is_attribute_assignment(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(target, ast.Attribute) for target in targets)


def _import_bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Names that are imported, each with the top-level package that it comes from."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, node.module.partition(".")[0]
