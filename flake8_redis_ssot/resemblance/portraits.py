"""What a class is like: what it offers, whether it does anything at all, and which libraries it stands on."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.accessors.naming import Load, dotted_of
from flake8_redis_ssot.interface import Interface, Kind, Member, interface_of
from flake8_redis_ssot.project import Project
from flake8_redis_ssot.signatures import Function, definition_of, statements

_CALLED = frozenset(
    {Kind.METHOD, Kind.COROUTINE, Kind.GENERATOR, Kind.ASYNC_GENERATOR, Kind.CONTEXT, Kind.ASYNC_CONTEXT}
)
_ABSTRACT = frozenset({"ABC", "ABCMeta", "Protocol"})
_NO_CLASS_OF_ITS_KIND = frozenset({"BaseException", "Enum", "Exception", "NamedTuple", "TypedDict"})
_LOGGERS = frozenset({"log", "logger", "logging", "LOG", "LOGGER", "warnings"})


class Portrait(NamedTuple):
    """A class. `methods` are its public ones, own and inherited, by name.

    `hollow`: none of its methods does anything, and there is nothing else in it. `abstract`: it only says what others
    are to do.
    `libraries` are the third parties whose objects it keeps, by their top-level names. (To derive from a class of a
    framework says nothing: every service has settings of its own.)
    """

    node: ast.ClassDef
    interface: Interface
    methods: dict[str, Member]
    hollow: bool
    abstract: bool
    libraries: frozenset[str]


def portrait_of(path: str, local: str, load: Load, project: Project) -> Portrait | None:
    """The class with this local name in a file; None where there is none, or one that is no service. Raises OSError."""
    node, interface = definition_of(load(path), local), interface_of(path, local, load, project)
    if not isinstance(node, ast.ClassDef) or interface is None or _bases(node) & _NO_CLASS_OF_ITS_KIND:
        return None
    methods = {
        name: member
        for name, member in interface.members.items()
        if member.kind in _CALLED and not name.startswith("_")
    }
    own = [each for each in statements(node.body) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    public = [each for each in own if not each.name.startswith("_")]
    return Portrait(
        node,
        interface,
        methods,
        all(map(_does_nothing, public)) if public else all(map(_is_idle, node.body)),
        bool(_bases(node) & _ABSTRACT) or (bool(public) and all(map(_refuses, public))),
        frozenset(_libraries(node, load(path), project)),
    )


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


def _libraries(node: ast.ClassDef, tree: ast.Module, project: Project) -> Iterator[str]:
    """The third parties whose objects are kept in attributes."""
    tops = dict(_imported([*statements(tree.body), *ast.walk(node)]))
    kept = [each.value for each in ast.walk(node) if isinstance(each, (ast.Assign, ast.AnnAssign)) and _keeps(each)]
    for value in kept:
        made = value.value if isinstance(value, ast.Await) else value
        top = tops.get(dotted_of(made.func).partition(".")[0], "") if isinstance(made, ast.Call) else ""
        if top and top not in sys.stdlib_module_names and _is_foreign(top, project):
            yield top


def _is_foreign(top: str, project: Project) -> bool:
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
