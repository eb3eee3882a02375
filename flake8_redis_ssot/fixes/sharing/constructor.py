"""What `__init__` leaves in the attributes of an instance, recognised whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.shared_class import ClassPart, Method, NotRecognisedError, SharedClass
from flake8_redis_ssot.fixes.sharing.values import GlobalName, Kind, NameRead, ValueReader
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, does_nothing


@dataclass
class InitialState:
    """The attributes of a new instance, where each is set (path and 1-based row), and the names that were read.

    `unset` are those that are None at first, `class_names` those that a class body binds. `problems` are the reasons
    why the constructor is not recognised.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    unset: set[str] = field(default_factory=set)
    class_names: dict[str, NameRead] = field(default_factory=dict)
    reads: set[NameRead] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def set_attribute(self, name: str, kind: Kind, value: ast.expr, part: ClassPart) -> None:
        """Set an attribute to a value that is written in a class body or its `__init__`."""
        self.kinds[name], self.rows[name] = kind, (part.path, value.lineno)
        is_none = isinstance(value, ast.Constant) and value.value is None
        (self.unset.add if is_none else self.unset.discard)(name)


def evaluate_constructor(shared_class: SharedClass, context: FixContext) -> InitialState:
    """What is in a new instance that is made without arguments."""
    state = InitialState()
    for part in reversed(shared_class.parts):
        _add_class_names(part, state)
        owner = part.names.symbol_table.qualname_of(part.node)
        state.reads |= {NameRead(GlobalName.CLASS, name, part.path, owner) for name in ("__init__", "__new__")}
    method = shared_class.find_method("__init__")
    if method is not None:
        _Constructor(shared_class, state, context).run(method)
    return state


def _add_class_names(part: ClassPart, state: InitialState) -> None:
    owner = part.names.symbol_table.qualname_of(part.node)
    for target, value in map(_single_assignment, part.node.body):
        if isinstance(target, ast.Name) and value is not None:
            kind = _kind_or_unknown(value, ValueReader(part.names))
            state.set_attribute(target.id, Kind.CLASS_OBJECT if kind is Kind.OWN else kind, value, part)
            state.class_names[target.id] = NameRead(GlobalName.CLASS, target.id, part.path, owner)


def _kind_or_unknown(value: ast.expr, reader: ValueReader) -> Kind:
    try:
        return reader.kind_of(value)
    except NotRecognisedError:
        return Kind.UNKNOWN


@dataclass
class _Constructor:
    """Runs the `__init__` of a class and of its bases."""

    shared_class: SharedClass
    state: InitialState
    context: FixContext

    def run(self, method: Method) -> None:
        """Add what a method sets, and what is not recognised in it."""
        if isinstance(method.node, ast.AsyncFunctionDef) or not method.takes_instance or method.decorators:
            self.state.problems.append(f"`__init__` ({self._place(method, method.node)}) is not a plain method")
        variables = dict(self._parameters(method))
        for statement in method.node.body:
            self._run_statement(statement, method, variables)

    def _parameters(self, method: Method) -> Iterator[tuple[str, Kind]]:
        """The kinds of the parameters that have defaults, which the others are not given."""
        arguments = method.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaulted = positional[len(positional) - len(arguments.defaults) :]
        for argument, default in (
            *zip(defaulted, arguments.defaults),
            *zip(arguments.kwonlyargs, arguments.kw_defaults),
        ):
            if default is not None:
                yield argument.arg, self._evaluate(default, method, ValueReader(method.part.names))

    def _evaluate(self, value: ast.expr, method: Method, reader: ValueReader) -> Kind:
        try:
            kind = reader.kind_of(value)
        except NotRecognisedError as error:
            self.state.problems.append(
                f"`{self.shared_class.name}()` evaluates {error} ({self._place(method, value)}), "
                "which may differ from instance to instance"
            )
            return Kind.UNKNOWN
        self.state.reads |= {self.state.class_names[each] for each in reader.own_reads & self.state.class_names.keys()}
        return kind

    def _run_statement(self, statement: ast.stmt, method: Method, variables: dict[str, Kind]) -> None:
        target, value = _single_assignment(statement)
        own_name = first_parameter(method.node)
        reader = ValueReader(method.part.names, variables, self.state.kinds, own_name, self.state.reads)
        if does_nothing(statement):
            return
        if isinstance(target, ast.Name) and value is not None and target.id != own_name:
            variables[target.id] = self._evaluate(value, method, reader)
        elif isinstance(target, ast.Attribute) and value is not None and self._is_settable(target, method):
            self.state.set_attribute(target.attr, self._evaluate(value, method, reader), value, method.part)
        elif _is_super_init(statement):
            base = self.shared_class.find_method("__init__", after=method.part)
            if base is not None:
                self.run(base)
        else:
            text = ast.unparse(statement).partition("\n")[0]
            self.state.problems.append(
                f"`{self.shared_class.name}()` runs `{text}` ({self._place(method, statement)}), "
                "which may do more than set up the instance"
            )
            self._forget_targets(statement)

    def _forget_targets(self, statement: ast.stmt) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self.state.kinds[node.attr] = Kind.UNKNOWN

    def _is_settable(self, target: ast.Attribute, method: Method) -> bool:
        """Whether a target is an attribute of the instance with a plain name, which no method or property has."""
        is_private = target.attr.startswith("__")  # its name is another one outside of the class
        is_method = self.shared_class.find_method(target.attr) is not None
        return method.part.is_own(target.value, method.node) and not is_private and not is_method

    def _place(self, method: Method, node: ast.expr | ast.stmt) -> str:
        return f"{self.context.relative_path(method.part.path)}:{node.lineno}"


def _single_assignment(statement: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0], statement.value
    return (statement.target, statement.value) if isinstance(statement, ast.AnnAssign) else (None, None)


def _is_super_init(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement.value) == "super().__init__()"


def find_local_kinds(method: FunctionNode, part: ClassPart, before: ast.stmt, reader: ValueReader) -> dict[str, Kind]:
    """The kinds of the local variables of a method that are assigned once, before a statement; others are unknown."""
    kinds: dict[str, Kind] = {each.arg: Kind.UNKNOWN for each in ast.walk(method.args) if isinstance(each, ast.arg)}
    reader.variables = kinds
    for target, value in map(_single_assignment, ast.walk(method)):
        if isinstance(target, ast.Name) and value is not None and value.lineno < before.lineno:
            is_only = len(part.names.symbol_table.symbol_of(target).bindings) == 1
            kinds[target.id] = _kind_or_unknown(value, reader) if is_only else Kind.UNKNOWN
    return kinds


def first_parameter(node: FunctionNode) -> str:
    """The name of the first parameter; empty if there is none."""
    return next((each.arg for each in (*node.args.posonlyargs, *node.args.args)), "")
