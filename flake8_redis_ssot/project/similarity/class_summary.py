"""Summarises a class: its methods, whether they do anything, and which libraries it uses."""

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
_VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})
_LOGGER_NAMES = frozenset({"log", "logger", "logging", "LOG", "LOGGER", "warnings"})
LoadTree = Callable[[str], ast.Module]
LoadOutline = Callable[[str], "ast.Module | None"]


def collect_methods(
    definition: Definition, resolver: Resolver, load_outline: LoadOutline, visiting: tuple[Definition, ...] = ()
) -> dict[str, FunctionNode]:
    """The methods of a class of the project by name, own and inherited.

    `load_outline` returns the tree of a file (a path), in which function bodies may be empty, or None.
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


def _ancestors(definition: Definition, resolver: Resolver, seen: set[Definition]) -> Iterator[Definition]:
    """The classes of the project that a class derives from, directly or not, each once."""
    if definition.path is None:
        return
    for base in resolver.load_exports(definition.path).bases.get(definition.qualname, ()):
        for parent in resolver.resolve(base, definition.path):
            parent = parent._replace(via=())
            if parent.path is not None and parent.qualname and parent not in seen:
                seen.add(parent)
                yield parent
                yield from _ancestors(parent, resolver, seen)


def _own_functions(node: ast.ClassDef) -> list[FunctionNode]:
    return [each for each in iter_statements(node.body) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]


class ClassSummary:
    """A summary of the class at `definition`, computed lazily. Its properties raise OSError.

    `load_tree` returns the full tree of a file (a path), `load_outline` one in which function bodies may be empty.
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
        """The public methods, own and inherited, and whether each is asynchronous; validators do not count."""
        functions = collect_methods(self._definition, self._resolver, self._load_outline).items()
        public = {name: method for name, method in functions if not (name.startswith("_") or _is_validator(method))}
        return {name: _is_async(method) for name, method in public.items()}

    @cached_property
    def interfaces(self) -> dict[Definition, frozenset[str]]:
        """The classes of the project that it derives from, with the methods that each has."""
        ancestors = _ancestors(self._definition, self._resolver, set())
        return {each: frozenset(collect_methods(each, self._resolver, self._load_outline)) for each in ancestors}

    @cached_property
    def node(self) -> ast.ClassDef | None:
        """The class definition."""
        if self._definition.path is None:
            return None
        node = find_definition(self._load_tree(self._definition.path), self._definition.qualname)
        return node if isinstance(node, ast.ClassDef) else None

    @cached_property
    def is_service(self) -> bool:
        """Whether it is more than a value, an exception or an interface."""
        if self.node is None:
            return False
        bases, public = _base_names(self.node), self._public_methods(self.node)
        is_unimplemented = bool(public) and all(_is_unimplemented(each) or _is_abstract(each) for each in public)
        return not (is_unimplemented or bases & (_VALUE_BASES | _ABSTRACT_BASES))

    @cached_property
    def is_stub(self) -> bool:
        """Whether none of its public methods does anything; without such methods, whether its body is empty."""
        if self.node is None:
            return True
        public = self._public_methods(self.node)
        return all(map(_is_no_op, public)) if public else all(map(_is_no_op_statement, self.node.body))

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The third-party packages whose objects it stores, by top-level name.

        Base classes do not count: every service has its own subclass of a framework's settings.
        """
        if self.node is None or self._definition.path is None:
            return frozenset()
        return frozenset(_stored_libraries(self.node, self._load_tree(self._definition.path), self._resolver))

    @cached_property
    def is_framework_subclass(self) -> bool:
        """Whether it derives from a third-party class, and so has its interface."""
        if self.node is None or self._definition.path is None:
            return False
        top_packages = dict(_import_bindings(iter_statements(self._load_tree(self._definition.path).body)))
        roots = {dotted_name(base).partition(".")[0] for base in self.node.bases}
        return any(_is_third_party(top_packages[root], self._resolver) for root in roots if root in top_packages)

    @cached_property
    def delegating_methods(self) -> frozenset[str]:
        """The methods that call a method of the same name on an attribute."""
        public = self._public_methods(self.node) if self.node is not None else []
        return frozenset(each.name for each in public if _is_delegating(each))

    def _public_methods(self, node: ast.ClassDef) -> list[FunctionNode]:
        return [each for each in _own_functions(node) if not each.name.startswith("_")]


def _decorator_names(method: FunctionNode) -> list[str]:
    return [dotted_name(each.func if isinstance(each, ast.Call) else each) for each in method.decorator_list]


def _is_async(method: FunctionNode) -> bool:
    return isinstance(method, ast.AsyncFunctionDef) or any(
        name.endswith("asynccontextmanager") for name in _decorator_names(method)
    )


def _is_validator(method: FunctionNode) -> bool:
    """Whether it is a validator of pydantic: https://docs.pydantic.dev/latest/concepts/validators/."""
    return any(name.rpartition(".")[2] in _VALIDATORS for name in _decorator_names(method))


def _base_names(node: ast.ClassDef) -> set[str]:
    base_nodes = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    base_nodes += [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
    return {dotted_name(base).rpartition(".")[2] for base in base_nodes}


def _is_no_op(function: FunctionNode) -> bool:
    """Whether a function does nothing but log and return a constant."""
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
    """Whether a function ends by raising NotImplementedError."""
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
    """The third-party packages whose objects are assigned to attributes."""
    top_packages = dict(_import_bindings([*iter_statements(tree.body), *ast.walk(node)]))
    stored_values = [
        each.value
        for each in ast.walk(node)
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and _is_attribute_assignment(each)
    ]
    for value in stored_values:
        call = value.value if isinstance(value, ast.Await) else value
        root = dotted_name(call.func).partition(".")[0] if isinstance(call, ast.Call) else ""
        package = top_packages.get(root, "")
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
    """The names that imports bind, each with its top-level package."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, node.module.partition(".")[0]
