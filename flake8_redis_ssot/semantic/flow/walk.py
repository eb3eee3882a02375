"""Flow analysis of the statements of one file, in the order in which Python executes them.

Module level first, then the functions (they run when the module is complete). The values that every name can have are
known at each statement; where branches join, a name has the values of both.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.flow.evaluator import Evaluator
from flake8_redis_ssot.semantic.flow.frames import (
    Bindings,
    Elements,
    FlowValue,
    FlowValues,
    Frame,
    SelfReference,
    StringConstant,
    join_bindings,
)
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.semantic.relevant_rows import RelevantRows
from flake8_redis_ssot.syntax.lazy_bodies import PartialTree
from flake8_redis_ssot.syntax.trees import TOO_DEEP

# Reads one kind of statement and returns whether its end is reachable.
StatementReaders = dict[type[ast.AST], Callable[..., bool]]


class DeferredBody(NamedTuple):
    """A function body to read later: its frame, the initial state, its rows (1-based, inclusive), its unique name."""

    frame: Frame
    start_state: Bindings
    first: int
    last: int
    qualname: str


class FlowAnalysis:
    """The analysis of one file. The readers of statements are in the other modules of this package.

    `members` are class attributes (`Class.name`) and `bases` base classes, as visible to other files; `declared_names`
    are names that are bound at module level somewhere, possibly in code that is not analysed; `lazy_returns` are the
    values that the module's `__getattr__` returns; `loop_depth` is the
    number of loops of this scope around the current statement, `finally_depth` that of `finally` bodies being read for
    an exit.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        readers: StatementReaders,
        bound_names: Mapping[int, tuple[str, ...]],
        partial_tree: PartialTree | None,
    ) -> None:
        self.evaluator = evaluator
        self.readers = readers
        self.bound_names = bound_names
        self.partial_tree = partial_tree
        self.recorder = evaluator.recorder
        self.unanalysed_ranges: list[UnanalysedRange] = []
        self.members: dict[str, tuple[str, ...]] = {}
        self.bases: dict[str, tuple[str, ...]] = {}
        self.definitions: dict[str, ast.AST] = {}
        self.lazy_returns: dict[ast.Return, FlowValues] = {}
        self.declared_names: set[str] = set()
        self.dunder_all: list[str] | None = None
        self.is_dunder_all_computed = False
        self.is_typing_only = False
        self.loop_depth = 0
        self.finally_depth = 0
        self._deferred: list[DeferredBody] = []
        # Bodies that were parsed later, by the row of their function; None: it was not skipped.
        self._expanded_bodies: dict[int, Sequence[ast.stmt] | None] = {}

    @property
    def frame(self) -> Frame:
        """The current scope."""
        return self.evaluator.frame

    @property
    def is_at_module_level(self) -> bool:
        """Whether the current scope is the module itself."""
        return self.frame.outer is None

    def analyse_module(self, tree: ast.Module, relevant_rows: RelevantRows) -> None:
        """Read a whole file, but of its functions only those with relevant rows."""
        pending = self._read_module_level(tree)
        finished: list[DeferredBody] = []
        while True:
            while aliases := self._find_aliases(relevant_rows.patterns):
                relevant_rows.add_names(aliases)
            ready = [body for body in pending if _is_relevant_body(body, relevant_rows)]
            if not ready:
                break
            pending = [body for body in pending if not _is_relevant_body(body, relevant_rows)]
            self._read_bodies(ready)
            finished += ready
        if self.frame.has_rebound_global:
            # A function has rebound a global, which may change the values in those read before, and after calls of it.
            rebound = self.evaluator.outer_bindings.owned_by(self.frame)
            values = [value for binding in rebound for value in self.frame.bindings.get(binding.name, ())]
            if any(_is_relevant(relevant_rows.patterns, value) for value in values):
                self.recorder.forget_calls(self.frame)
                pending = self._read_module_level(tree)
                finished = [body for body in pending if _is_relevant_body(body, relevant_rows)]
                for binding in rebound:
                    self.frame.add_values(binding.name, binding.values)
            self._read_bodies(finished)

    def _read_module_level(self, tree: ast.Module) -> list[DeferredBody]:
        """Read everything outside functions; the bodies of the functions, to read later."""
        self.frame.bindings, self.evaluator.star_modules, self.dunder_all = {}, [], None
        self.read_block(tree.body)
        self._read_lambdas()
        bodies, self._deferred = self._deferred, []
        return bodies

    def _find_aliases(self, patterns: NamePatterns) -> set[str]:
        """Names that resolve to a match in this file: aliases, class attributes, derived classes."""
        items = [*self.frame.bindings.items(), *self.members.items(), *self.bases.items()]
        aliases = {
            key.rpartition(".")[2].partition("#")[0]
            for key, values in items
            if any(_is_relevant(patterns, value) for value in values)
        }
        return {name for name in aliases if not patterns.matches_name(name)}

    def read_block(self, statements: Iterable[ast.stmt]) -> bool:
        """Read statements in order; whether the end of the last one is reachable."""
        is_reachable = True
        for statement in statements:
            is_reachable = self._read_statement(statement) and is_reachable
        return is_reachable

    def _read_statement(self, statement: ast.stmt) -> bool:
        frame = self.frame
        self.evaluator.row = statement.lineno
        try:
            is_reachable = self.readers[type(statement)](self, statement)
        except RecursionError:
            self.evaluator.frame = frame
            self.unanalysed_ranges.append(UnanalysedRange(statement.lineno, 0, TOO_DEEP))
            is_reachable = True
        if frame.exception_state is not None:
            frame.exception_state = join_bindings(frame.exception_state, frame.bindings)
        return is_reachable

    def read_branch(self, start_state: Bindings, statements: Iterable[ast.stmt]) -> Bindings | None:
        """Read statements from the state `start_state`: the state at their end, or None if it is unreachable."""
        self.frame.bindings = dict(start_state)
        return self.frame.bindings if self.read_block(statements) else None

    def join_branches(self, states: Iterable[Bindings | None]) -> bool:
        """Continue with the union of the given states; whether any of them is reachable."""
        reachable = [state for state in states if state is not None]
        for state in reachable:
            self.frame.bindings = state if state is reachable[0] else join_bindings(self.frame.bindings, state)
        return bool(reachable)

    def defer_body(self, frame: Frame, function: FunctionNode, qualname: str) -> None:
        """Read the body of a function later, when the enclosing scope is complete; `qualname` is unique."""
        skipped_row = self.partial_tree and self.partial_tree.last_skipped_row(function.lineno)
        last_row = skipped_row or function.end_lineno or function.lineno
        self._deferred.append(DeferredBody(frame, frame.bindings, function.lineno, last_row, qualname))

    def read_in_frame(self, frame: Frame, statements: Iterable[ast.stmt]) -> None:
        """Read statements in a scope of their own."""
        outer, outer_depth = self.frame, self.loop_depth
        self.evaluator.frame, self.loop_depth = frame, 0
        self.read_block(statements)
        self.evaluator.frame, self.loop_depth = outer, outer_depth

    def _read_bodies(self, bodies: Iterable[DeferredBody]) -> None:
        """Read functions whose enclosing scope is complete, each with those nested in it."""
        for body in bodies:
            self._expand_body(body)
            known = self.evaluator.outer_bindings.owned_by(body.frame)
            self._read_body(body)
            if self.evaluator.outer_bindings.owned_by(body.frame) != known:
                self.recorder.forget_calls(body.frame)
                self._read_body(body)  # with what calls of its own functions bind in it

    def _read_body(self, body: DeferredBody) -> None:
        frame = body.frame
        frame.bindings, frame.exit_states = dict(body.start_state), []
        self.read_in_frame(frame, frame.body)
        frame.bindings = frame.final_bindings()
        self.evaluator.outer_bindings.record(body.qualname, frame)
        self._read_lambdas()
        inner_bodies, self._deferred = self._deferred, []
        self._read_bodies(inner_bodies)

    def _expand_body(self, body: DeferredBody) -> None:
        """Parse the body of a skipped function, once: its nodes identify what was recorded in it."""
        if self.partial_tree is None:
            return
        if body.first not in self._expanded_bodies:
            content = self.partial_tree.parse_body(body.first)
            self._expanded_bodies[body.first] = content and content.body
            self.unanalysed_ranges += content.unanalysed_ranges if content is not None else ()
        body.frame.body = self._expanded_bodies[body.first] or body.frame.body

    def _read_lambdas(self) -> None:
        """Read the lambdas of a complete scope."""
        outer = self.frame
        while self.evaluator.deferred_lambdas:
            self.evaluator.frame, node, self.evaluator.row = self.evaluator.deferred_lambdas.pop()
            self.recorder.mark_returned(self.evaluator.read(node.body), self.frame)
        self.evaluator.frame = outer


def _is_relevant_body(body: DeferredBody, rows: RelevantRows) -> bool:
    """Whether a function contains a name that matches, or is a class method of a class that does."""
    return rows.has_row_in(body.first, body.last) or any(
        isinstance(value, SelfReference) and value.is_class and rows.patterns.matches_dotted(value.origin)
        for values in body.start_state.values()
        for value in values
    )


def _is_relevant(patterns: NamePatterns, value: FlowValue) -> bool:
    """Whether a value matches: an origin, a string that may become one, or a container with one of them."""
    if isinstance(value, Elements):
        return any(_is_relevant(patterns, each) for item in value.items for each in item or ())
    text = value if isinstance(value, str) else value.value if isinstance(value, StringConstant) else ""
    return patterns.matches_dotted(text)
