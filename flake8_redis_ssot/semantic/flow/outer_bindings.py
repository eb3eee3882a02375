"""What calls of a file's own functions bind outside of them, by `global` and `nonlocal`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.semantic.flow.frames import (
    NO_VALUES,
    FlowValues,
    Frame,
    child_nodes,
    merge_values,
    stored_names,
)


class OuterBinding(NamedTuple):
    """A name of another scope that a function binds: its values at the end, and whether each call binds it."""

    owner: Frame
    name: str
    values: FlowValues
    is_certain: bool


class OuterBindings:
    """The outer bindings of each function of a file, by its unique qualified name."""

    def __init__(self) -> None:
        self._by_function: dict[str, tuple[OuterBinding, ...]] = {}

    def record(self, qualname: str, frame: Frame) -> None:
        """Take over what a function has bound, from its final state; an earlier reading is replaced."""
        found = [
            OuterBinding(owner, name, _final_values(frame, owner, name), _is_certain(frame.body, name))
            for name, owner in frame.outer_names.items()
        ]
        if found or qualname in self._by_function:
            self._by_function[qualname] = tuple(found)

    def owned_by(self, frame: Frame) -> tuple[OuterBinding, ...]:
        """All bindings of names of a scope by functions."""
        return tuple(each for group in self._by_function.values() for each in group if each.owner is frame)

    def apply_call(self, qualnames: Iterable[str], frame: Frame) -> None:
        """Bind in the current scope what a call of one of these functions binds in it."""
        names = list(qualnames)
        for qualname in names:
            for binding in self._by_function.get(qualname, ()):
                is_certain = binding.is_certain and len(names) == 1
                _apply(binding._replace(is_certain=is_certain), frame)


def _apply(binding: OuterBinding, frame: Frame) -> None:
    name = binding.name
    if frame is not binding.owner and frame.declared_frames.get(name) is not binding.owner:
        frame.note_outer_name(name, binding.owner)
        return
    previous = NO_VALUES if binding.is_certain else frame.lookup(name) or NO_VALUES
    frame.bind(name, merge_values(previous, binding.values))


def _final_values(frame: Frame, owner: Frame, name: str) -> FlowValues:
    values = frame.bindings.get(name)
    return owner.bindings.get(name, NO_VALUES) if values is None else values


def _is_certain(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether a function binds a name whenever it ends: by a statement that no other one can precede or skip."""
    for statement in body:
        if isinstance(statement, _SIMPLE_BINDERS) and name in stored_names([statement]):
            return True
        if _may_leave(statement):
            return False
    return False


_SIMPLE_BINDERS = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Delete)


def _may_leave(statement: ast.AST) -> bool:
    if isinstance(statement, (ast.Return, ast.Raise)):
        return True
    return isinstance(statement, ast.stmt) and any(map(_may_leave, child_nodes(statement)))
