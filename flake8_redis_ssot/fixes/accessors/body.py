"""Recognise the body of an accessor, statement by statement: on every way it returns the one instance."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

from flake8_redis_ssot.fixes.accessors.binding import find_only_binding
from flake8_redis_ssot.fixes.accessors.construction import recognise_construction
from flake8_redis_ssot.fixes.accessors.model import (
    AccessorModel,
    NotRecognisedError,
    OwnImport,
    Variable,
    format_code,
    format_place,
)
from flake8_redis_ssot.fixes.accessors.presence import read_presence_test
from flake8_redis_ssot.fixes.accessors.storage import Storage
from flake8_redis_ssot.fixes.accessors.variables import assigned_value, find_variable, strip_cast
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.known_names import is_inert_module, is_standard_module
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


class State(Enum):
    """What an expression may be at a statement."""

    MISSING = "it is None, or does not exist"
    UNKNOWN = "it is None or the instance"
    NEW = "a new instance that is stored nowhere yet"
    SHARED = "the instance"


States = dict[str, State]  # by local name, or by the text of what stores the instance


class BodyReader:
    """Reads the body of the accessor `node`; `recognise` returns the model of another accessor that it calls."""

    def __init__(
        self,
        function: Variable,
        node: FunctionNode,
        context: FixContext,
        recognise: Callable[[Variable], AccessorModel],
        *,
        is_memoised: bool,
    ) -> None:
        self._path, self._node, self._context = function.path, node, context
        self._names = context.names(function.path)
        self._storage = Storage(function, node, context)
        self._recognise, self._is_memoised = recognise, is_memoised
        self._aliases: dict[str, str] = {}
        self.model = AccessorModel(functions=(function,), nodes=(node,), is_memoised=is_memoised)

    def read(self) -> AccessorModel:
        """The model. Raises NotRecognisedError."""
        if self._read_block(self._node.body, {}) is not None:
            place = format_place(self._path, self._node.body[-1], self._context)
            raise NotRecognisedError(f"`{self._node.name}()` may end without returning anything ({place})")
        return self.model

    def _reject(self, node: ast.AST, phrase: str) -> NotRecognisedError:
        place = format_place(self._path, node, self._context)
        return NotRecognisedError(f"`{self._node.name}()` {phrase} ({place})")

    def _read_block(self, body: Sequence[ast.stmt], states: States) -> States | None:
        """The states after a block; None if it returns."""
        after: States | None = states
        for statement in body:
            if after is None:
                raise self._reject(statement, "goes on after it has returned")
            after = self._read_statement(statement, after)
        return after

    def _read_statement(self, statement: ast.stmt, states: States) -> States | None:
        match statement:
            case ast.Pass() | ast.Global() | ast.Expr(value=ast.Constant()):
                return states
            case ast.Import() | ast.ImportFrom():
                self._check_import(statement)
                return states
            case ast.Return(value=ast.expr() as value):
                self._read_return(value, statement, states)
                return None
            case ast.If():
                return self._read_if(statement, states)
            case ast.With(items=[ast.withitem(context_expr=lock, optional_vars=None)]):
                self._read_lock(lock)
                return self._read_block(statement.body, states)
            case ast.Assign(targets=targets, value=value):
                return self._assign(targets, value, states)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign([target], value, states)
        raise self._reject(statement, f"does something else as well: {format_code(statement)}")

    def _check_import(self, statement: ast.Import | ast.ImportFrom) -> None:
        modules = [alias.name for alias in statement.names]
        if isinstance(statement, ast.ImportFrom):
            modules = [] if statement.level else [statement.module or ""]
        for module in modules:
            is_project = self._context.resolver.path_of(module, self._path) is not None
            if not is_project and not is_inert_module(module):
                problem = "acts when it is loaded" if is_standard_module(module) else "may be missing"
                raise self._reject(statement, f"imports `{module}`, which {problem}")
        self.model = self.model.merge(AccessorModel(imports=(OwnImport(self._path, statement),)))

    def _read_return(self, value: ast.expr, statement: ast.stmt, states: States) -> None:
        state = self._evaluate(value, states)
        if state is State.NEW and not self._is_memoised:
            raise self._reject(statement, "creates a new instance")
        if state in (State.MISSING, State.UNKNOWN):
            raise self._reject(statement, f"returns {format_code(value)}, which may be None then")

    def _read_if(self, statement: ast.If, states: States) -> States | None:
        if_true, if_false = self._branch(statement.test, states)
        ways = self._read_block(statement.body, if_true), self._read_block(statement.orelse, if_false)
        remaining = [way for way in ways if way is not None]
        if len(remaining) < 2:
            return remaining[0] if remaining else None
        first, second = remaining
        return {key: _join(first[key], second[key]) for key in first.keys() & second.keys()}

    def _branch(self, test: ast.expr, states: States) -> tuple[States, States]:
        """The states where a test is true, and where it is false."""
        presence = read_presence_test(test)
        if presence is None:
            raise self._reject(test, f"depends on {format_code(test)}")
        subject = presence.subject
        if isinstance(subject, ast.NamedExpr):
            states = self._assign([subject.target], subject.value, states)
            subject = subject.target
        key = self._key_of(subject, states, is_hasattr=presence.is_hasattr)
        keys = [
            each for each in states if each == key or self._aliases.get(each) == key or self._aliases.get(key) == each
        ]
        present = {**states, **dict.fromkeys(keys, State.SHARED)}
        missing = {**states, **dict.fromkeys(keys, State.MISSING)}
        if states[key] is State.SHARED:
            missing = states  # that branch does not run
        return (missing, present) if presence.is_negated else (present, missing)

    def _key_of(self, node: ast.expr, states: States, *, is_hasattr: bool = False) -> str:
        """The key of what a name or attribute reads, whose state is added where it is read for the first time."""
        if isinstance(node, ast.Name) and node.id in states:
            return node.id
        variable = self._storage.locate(node)
        if variable is None:
            raise self._reject(node, f"reads {format_code(node)}, which may be anything")
        if variable.qualname not in states:
            try:
                is_ready, model = self._storage.read_initial(variable, is_hasattr=is_hasattr)
            except NotRecognisedError as error:
                message = f"`{self._node.name}()` reads {format_code(node)}: {error}"
                raise NotRecognisedError(message) from None
            states[variable.qualname] = State.SHARED if is_ready else State.UNKNOWN
            self.model = self.model.merge(model)
        return variable.qualname

    def _evaluate(self, node: ast.expr, states: States) -> State:
        value = strip_cast(node, self._path, self._context)
        match value:
            case ast.Name() | ast.Attribute():
                return states[self._key_of(value, states)]
            case ast.NamedExpr(target=target, value=inner):
                states.update(self._assign([target], inner, states))
                return states[self._key_of(target, states)]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                if_true, if_false = self._branch(test, states)
                return _join(self._evaluate(body, if_true), self._evaluate(orelse, if_false))
            case ast.Call():
                return self._evaluate_call(value)
        raise self._reject(node, f"returns or stores {format_code(node)}")

    def _evaluate_call(self, call: ast.Call) -> State:
        accessor = self._find_accessor(call)
        if accessor is not None:
            self.model = self.model.merge(self._recognise(accessor))
            return State.SHARED
        construction = recognise_construction(call, self._path, self._context)
        self.model = self.model.merge(construction).merge(AccessorModel(is_lazy=True))
        return State.NEW

    def _find_accessor(self, call: ast.Call) -> Variable | None:
        """Another function that is called without arguments, unless it only makes an instance."""
        definition = self._names.resolve(call.func)
        if call.args or call.keywords or definition is None or definition.path is None:
            return None
        if not isinstance(self._names.find_node(definition), FunctionNode):
            return None
        try:
            recognise_construction(call, self._path, self._context)
        except NotRecognisedError:
            return Variable(definition.path, definition.qualname)
        return None

    def _assign(self, targets: Iterable[ast.expr], value: ast.expr, states: States) -> States:
        """The states after an assignment of one value to some targets."""
        states = dict(states)
        state = self._evaluate(value, states)
        source = value.id if isinstance(value, ast.Name) else None
        stored_keys, local_names = [], []
        for target in targets:
            if isinstance(target, ast.Name) and target.id in self._storage.local_names:
                local_names.append(target.id)
            else:
                stored_keys.append(self._key_of(target, states))
        for key in stored_keys:
            if state is not State.NEW or states[key] is not State.MISSING:
                raise self._reject(value, f"sets `{key}` even if it is set already")
        if stored_keys:
            state = State.SHARED
            states |= dict.fromkeys([source] if source else [], State.SHARED)
        for name in local_names:
            self._aliases.pop(name, None)
            if isinstance(value, (ast.Name, ast.Attribute)):
                self._aliases[name] = self._key_of(value, states)
        return states | dict.fromkeys((*stored_keys, *local_names), state)

    def _read_lock(self, node: ast.expr) -> None:
        lock = find_variable(node, self._path, self._context) or self._storage.class_attribute(node)
        if lock is not None:
            value = assigned_value(find_only_binding(lock, self._context))
            callee = self._context.names(lock.path).resolve(value.func) if isinstance(value, ast.Call) else None
            if callee is not None and _is_lock(callee):
                self.model = self.model.merge(AccessorModel(locks=(lock,)))
                return
        raise self._reject(node, f"enters {format_code(node)}, which is no lock of its module")


def _is_lock(definition: Definition) -> bool:
    return definition.name in ("threading.Lock", "threading.RLock")


def _join(first: State, second: State) -> State:
    return first if first is second else State.UNKNOWN
