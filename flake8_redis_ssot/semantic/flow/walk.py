"""The walk over the statements of one file, in the order in which Python runs them.

Module level first, then the functions (they run when the module is complete). At each point the walk knows
what every name can stand for; where two ways meet, a name can stand for what it did on either.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from flake8_redis_ssot.model import Gap
from flake8_redis_ssot.semantic.flow.evaluator import Evaluator
from flake8_redis_ssot.semantic.flow.frames import Bindings, Frame, Text, Value, join
from flake8_redis_ssot.semantic.name_patterns import Words
from flake8_redis_ssot.semantic.relevant_rows import Interest
from flake8_redis_ssot.syntax.lazy_bodies import Outline

# Reads one kind of statement and tells whether Python can come out at its end.
Readers = dict[type[ast.AST], Callable[..., bool]]


class Body(NamedTuple):
    """A function's body that waits to be read: its scope, the state it starts from, its rows (1-based, inclusive)."""

    frame: Frame
    start: Bindings
    first: int
    last: int


class Walk:
    """One file while it is being read. The readers of the single statements stand in the modules beside this one.

    `members` are class attributes (`Class.name`) and `bases` base classes, as other files can see them; `declared` are
    names that are bound at module level somewhere, though perhaps not where the walk could see it; `loops` tells how
    many loops of this scope are around the present statement, `finals` how many `finally` bodies are being read on
    the way out.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        readers: Readers,
        bound_names: Mapping[int, tuple[str, ...]],
        outline: Outline | None,
    ) -> None:
        self.evaluator = evaluator
        self.readers = readers
        self.bound_names = bound_names
        self.outline = outline
        self.ledger = evaluator.ledger
        self.gaps: list[Gap] = []
        self.members: dict[str, tuple[str, ...]] = {}
        self.bases: dict[str, tuple[str, ...]] = {}
        self.definitions: dict[str, ast.AST] = {}
        self.declared: set[str] = set()
        self.public: list[str] | None = None
        self.public_is_computed = False
        self.typing_only = False
        self.loops = 0
        self.finals = 0
        self._later: list[Body] = []
        self._filled: set[int] = set()  # rows of functions whose insides were read

    @property
    def frame(self) -> Frame:
        """The scope that is being read."""
        return self.evaluator.frame

    @property
    def at_module_level(self) -> bool:
        """Whether the present scope is the module itself."""
        return self.frame.outer is None

    def module(self, tree: ast.Module, interest: Interest) -> None:
        """Read a whole file; of its functions only those in which something that matters can be named."""
        self.block(tree.body)
        self._run_lambdas()
        waiting, self._later = self._later, []
        read: list[Body] = []
        while True:
            while carriers := self._carriers(interest.words):
                interest.learn(carriers)
            now = [body for body in waiting if interest.touches(body.first, body.last)]
            if not now:
                break
            waiting = [body for body in waiting if not interest.touches(body.first, body.last)]
            self._run(now)
            read += now
        if self.frame.has_spread:
            # A function has bound a global: what was read before did not know of it.
            self._run(read)

    def _carriers(self, words: Words) -> set[str]:
        """Names of this file that stand for something that matters: aliases, class attributes, derived classes."""
        origins = [*self.frame.bindings.items(), *self.members.items(), *self.bases.items()]
        found = {
            key.rpartition(".")[2].partition("#")[0]
            for key, values in origins
            if any(_hits(words, value) for value in values)
        }
        return {name for name in found if not words.has(name)}

    def block(self, statements: Iterable[ast.stmt]) -> bool:
        """Read statements one after the other; whether Python can come out at the end of the last one."""
        alive = True
        for statement in statements:
            alive = self._statement(statement) and alive
        return alive

    def _statement(self, statement: ast.stmt) -> bool:
        frame = self.frame
        self.evaluator.row = statement.lineno
        try:
            alive = self.readers[type(statement)](self, statement)
        except RecursionError:
            self.evaluator.frame = frame
            self.gaps.append(Gap(statement.lineno, 0, "nested too deeply"))
            alive = True
        if frame.risks is not None:
            frame.risks = join(frame.risks, frame.bindings)
        return alive

    def branch(self, start: Bindings, statements: Iterable[ast.stmt]) -> Bindings | None:
        """Read statements from the state `start`: the state at their end, or None where it can't be reached."""
        self.frame.bindings = dict(start)
        return self.frame.bindings if self.block(statements) else None

    def meet(self, states: Iterable[Bindings | None]) -> bool:
        """Go on where the given states meet; whether any of them can be reached."""
        reached = [state for state in states if state is not None]
        for state in reached:
            self.frame.bindings = state if state is reached[0] else join(self.frame.bindings, state)
        return bool(reached)

    def body_of(self, frame: Frame, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Read the body of a function later, when the scope around it is complete."""
        hidden = self.outline and self.outline.last_row(function.lineno)
        last = hidden or function.end_lineno or function.lineno
        self._later.append(Body(frame, frame.bindings, function.lineno, last))

    def within(self, frame: Frame, statements: Iterable[ast.stmt]) -> None:
        """Read statements in a scope of their own."""
        outer, loops = self.frame, self.loops
        self.evaluator.frame, self.loops = frame, 0
        self.block(statements)
        self.evaluator.frame, self.loops = outer, loops

    def _run(self, bodies: Iterable[Body]) -> None:
        """Read functions whose outer scope is complete, each with those in it."""
        for body in bodies:
            frame = body.frame
            self._fill(body)
            frame.bindings, frame.exits = dict(body.start), []
            self.within(frame, frame.body)
            frame.bindings = frame.closed()
            self._run_lambdas()
            inner, self._later = self._later, []
            self._run(inner)

    def _fill(self, body: Body) -> None:
        """Read what is in a hollow function, once."""
        inside = self.outline.inside(body.first) if self.outline and body.first not in self._filled else None
        self._filled.add(body.first)
        if inside is not None:
            body.frame.body = inside.body
            self.gaps += inside.gaps

    def _run_lambdas(self) -> None:
        """Read the lambdas of a complete scope."""
        outer = self.frame
        while self.evaluator.lambdas:
            self.evaluator.frame, node, self.evaluator.row = self.evaluator.lambdas.pop()
            self.ledger.hand_back(self.evaluator.read(node.body), self.frame)
        self.evaluator.frame = outer


def _hits(words: Words, value: Value) -> bool:
    """Whether a value holds one of the words: an origin, or a text that may become one."""
    text = value if isinstance(value, str) else value.value if isinstance(value, Text) else ""
    return words.hits(text)
