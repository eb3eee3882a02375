"""What a class is like: what it offers, whether it does anything at all, and which libraries it stands on."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.types.decorators import Load
from flake8_redis_ssot.semantic.ast_queries import Function, definition_of, dotted_of, methods_in, statements

_ABSTRACT = frozenset({"ABC", "ABCMeta", "Protocol"})
_NO_CLASS_OF_ITS_KIND = frozenset({"BaseException", "Enum", "Exception", "NamedTuple", "TypedDict"})
_LOGGERS = frozenset({"log", "logger", "logging", "LOG", "LOGGER", "warnings"})
Outline = Callable[[str], "ast.Module | None"]


def methods_of(home: Home, project: Project, outline: Outline, below: tuple[Home, ...] = ()) -> dict[str, Function]:
    """The methods of a class of the project by name, with those that it inherits.

    `outline` gives the tree of a file (a path), in which functions may be hollow; None where there is none.
    """
    tree = outline(home.path) if home.path is not None and home not in below else None
    node = definition_of(tree, home.local) if tree is not None else None
    if home.path is None or not isinstance(node, ast.ClassDef):
        return {}
    found = methods_in(node)
    for base in project.load(home.path).bases.get(home.local, ()):
        for parent in project.resolve(base, home.path):
            inherited = methods_of(parent._replace(chain=()), project, outline, (*below, home))
            found |= {name: method for name, method in inherited.items() if name not in found}
    return found


def _functions(node: ast.ClassDef) -> list[Function]:
    return [each for each in statements(node.body) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]


class Portrait:
    """A class of the project (at `home`), looked at no closer than is asked for. Raises OSError when it is.

    `load` gives whole trees, `outline` those in which functions may be hollow.
    """

    def __init__(self, home: Home, project: Project, load: Load, outline: Outline) -> None:
        self._home = home
        self._project = project
        self._load = load
        self._outline = outline

    @cached_property
    def methods(self) -> dict[str, bool]:
        """The public methods, own and inherited, and whether each is awaited."""
        found = methods_of(self._home, self._project, self._outline)
        return {name: _is_awaited(method) for name, method in found.items() if not name.startswith("_")}

    @cached_property
    def node(self) -> ast.ClassDef | None:
        """The class itself."""
        node = definition_of(self._load(self._home.path), self._home.local) if self._home.path is not None else None
        return node if isinstance(node, ast.ClassDef) else None

    @cached_property
    def is_service(self) -> bool:
        """Whether it is more than a value, an error, or a word on what others are to do."""
        if self.node is None:
            return False
        bases, public = _bases(self.node), self._public(self.node)
        refuses = bool(public) and all(_refuses(each) or _is_abstract(each) for each in public)
        return not (refuses or bases & (_NO_CLASS_OF_ITS_KIND | _ABSTRACT))

    @cached_property
    def is_hollow(self) -> bool:
        """Whether none of its methods does anything, and there is nothing else in it."""
        public = self._public(self.node) if self.node is not None else []
        return all(map(_does_nothing, public)) if public else self.node is None or all(map(_is_idle, self.node.body))

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The third parties whose objects it keeps, by their top-level names.

        To derive from a class of a framework says nothing: every service has settings of its own.
        """
        if self.node is None or self._home.path is None:
            return frozenset()
        return frozenset(_libraries(self.node, self._load(self._home.path), self._project))

    @cached_property
    def is_plugin(self) -> bool:
        """Whether it derives from a class of a third party, whose interface it then has."""
        if self.node is None or self._home.path is None:
            return False
        tops = dict(_imported(statements(self._load(self._home.path).body)))
        roots = {dotted_of(base).partition(".")[0] for base in self.node.bases}
        return any(_is_third_party(tops[root], self._project) for root in roots if root in tops)

    @cached_property
    def delegated(self) -> frozenset[str]:
        """The methods that call one of the same name of something in an attribute."""
        public = self._public(self.node) if self.node is not None else []
        return frozenset(each.name for each in public if _delegates(each))

    def _public(self, node: ast.ClassDef) -> list[Function]:
        return [each for each in _functions(node) if not each.name.startswith("_")]


def _is_awaited(method: Function) -> bool:
    named = [dotted_of(each.func if isinstance(each, ast.Call) else each) for each in method.decorator_list]
    return isinstance(method, ast.AsyncFunctionDef) or any(name.endswith("asynccontextmanager") for name in named)


def _bases(node: ast.ClassDef) -> set[str]:
    named = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    named += [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
    return {dotted_of(base).rpartition(".")[2] for base in named}


def _does_nothing(function: Function) -> bool:
    """Whether a function gives back a constant at most."""
    return all(_is_idle(statement) for statement in function.body)


def _is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_constant(statement.value)
    if isinstance(statement, ast.Expr):
        return _is_constant(statement.value) or _is_log(statement.value)
    return isinstance(statement, ast.Pass)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_constant(key) for key in node.keys) and all(map(_is_constant, node.values))
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and _is_constant(node.operand))


def _is_log(node: ast.expr) -> bool:
    dotted = dotted_of(node.func) if isinstance(node, ast.Call) else ""
    return dotted == "print" or dotted.removeprefix("self.").lstrip("_").partition(".")[0] in _LOGGERS


def _refuses(function: Function) -> bool:
    """Whether a function only says that it is not implemented."""
    last = function.body[-1]
    raised = last.exc if isinstance(last, ast.Raise) else None
    error = raised.func if isinstance(raised, ast.Call) else raised
    return error is not None and dotted_of(error) == "NotImplementedError"


def _is_abstract(function: Function) -> bool:
    return any(dotted_of(each).rpartition(".")[2] == "abstractmethod" for each in function.decorator_list)


def _delegates(function: Function) -> bool:
    called = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    owners = (each.value for each in called if isinstance(each, ast.Attribute) and each.attr == function.name)
    return any(isinstance(owner, ast.Attribute) for owner in owners)


def _libraries(node: ast.ClassDef, tree: ast.Module, project: Project) -> Iterator[str]:
    """The third parties whose objects are kept in attributes."""
    tops = dict(_imported([*statements(tree.body), *ast.walk(node)]))
    kept = [each.value for each in ast.walk(node) if isinstance(each, (ast.Assign, ast.AnnAssign)) and _keeps(each)]
    for value in kept:
        made = value.value if isinstance(value, ast.Await) else value
        top = tops.get(dotted_of(made.func).partition(".")[0], "") if isinstance(made, ast.Call) else ""
        if top and _is_third_party(top, project):
            yield top


def _is_third_party(top: str, project: Project) -> bool:
    if top in sys.stdlib_module_names:
        return False
    return project.modules.path_of(top) is None and project.modules.folder_of(top) is None


def _keeps(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(isinstance(target, ast.Attribute) for target in targets)


def _imported(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Names that are imported, each with the top-level package that it comes from."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, node.module.partition(".")[0]
