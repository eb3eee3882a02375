"""RSS003, on demand: calls of a factory become calls of the accessor, in every file, and the factory goes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from flake8_redis_ssot.fixes.context import Bench, Question, Unanswered
from flake8_redis_ssot.fixes.draft import Draft, Operation
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.factories.callers import Callers, Holder, Read, callers_of, calls_of, unseen_reads
from flake8_redis_ssot.fixes.factories.delete import deleted
from flake8_redis_ssot.fixes.factories.factory import Factory, factory_of
from flake8_redis_ssot.fixes.factories.move_patches import repatched
from flake8_redis_ssot.fixes.factories.replace_caller import Replaced, replaced_call
from flake8_redis_ssot.fixes.imports.import_node import Entry, is_tested
from flake8_redis_ssot.fixes.imports.try_imports import in_try
from flake8_redis_ssot.fixes.imports.unused import named_elsewhere, needed_here, offered
from flake8_redis_ssot.fixes.instances.call_site import Spot, spot_of
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.module_stubs import replaced_anywhere
from flake8_redis_ssot.fixes.patches.patch import shown
from flake8_redis_ssot.fixes.patches.untracked import check_set
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call


def inline(fact: Call | Argument, view: View, bench: Bench) -> Draft | Refusal:
    """Put the shared instance in the place of each call of the function around a new one. Raises Unanswered."""
    try:
        _check_whole(view.path, bench)
        spot = spot_of(fact, view, bench.sheet(view.path))
        factory = factory_of(spot, bench, view.path)
        draft = deleted(factory, spot, view, bench)
    except Blocked as block:
        return Refusal((str(block),))
    work = _Work(factory, spot, view, bench, callers_of(view.path, factory.variable, bench), draft)
    work.run()
    return Refusal(tuple(dict.fromkeys(work.refused))) if work.refused else work.draft


def _check_whole(path: str, bench: Bench) -> None:
    gaps = bench.sheet(path).gaps
    if gaps:
        raise Blocked(f"a part of {bench.relative(path)} can't be read (line {gaps[0].row})")


@dataclass
class _Work:
    """What is done to the callers, one after the other; `refused` are the reasons of those that can't follow."""

    factory: Factory
    spot: Spot
    view: View
    bench: Bench
    callers: Callers
    draft: Draft
    refused: list[str] = field(default_factory=list)
    done: list[tuple[Read, Replaced]] = field(default_factory=list)
    questions: set[Question] = field(default_factory=set)

    def run(self) -> None:
        """Look at everything, whatever is refused on the way. Raises Unanswered with all questions."""
        self.refused += [f"{shown(path, row, self.view)}: {why}" for path, row, why in self.callers.lost]
        for read, call in calls_of(self.callers, self.bench):
            if not self.factory.holds(read.node, self.bench.sheet(self.factory.path)):
                self._attempt(partial(self._call, read, call), f"{shown(read.path, read.row, self.view)}: ")
        self._attempt(self._strangers, "")
        for holder in self.callers.holders:
            self._attempt(partial(self._holder, holder), f"{self.bench.relative(holder.path)}: ")
        if self.questions:
            raise Unanswered(*self.questions)
        if not self.done:
            self.draft = self.draft.doubted(["nobody in the project calls it; whoever else does would miss it"])

    def _attempt(self, work: Callable[[], None], where: str) -> None:
        try:
            work()
        except Unanswered as unanswered:
            self.questions.update(unanswered.questions)
        except Blocked as block:
            self.refused.append(f"{where}{block}")

    def _take(self, operations: tuple[Operation, ...], doubts: tuple[Doubt, ...], where: str = "") -> None:
        self.draft = self.draft.joined(Draft(self.draft.title, operations))
        for doubt in doubts:
            self.draft = self.draft.doubted([f"{where}{doubt.reason}"], doubt.applicability)

    def _call(self, read: Read, call: ast.Call | None) -> None:
        _check_whole(read.path, self.bench)
        near = [other for other in self.callers.reads if other.path == read.path]
        done = replaced_call(read, call, near, self.factory, self.spot, self.view, self.bench)
        self.done.append((read, done))
        is_near = read.path == self.factory.path
        self._take(done.operations, done.doubts, "" if is_near else f"{self.bench.relative(read.path)}: ")

    def _strangers(self) -> None:
        """Attributes of that name, of something that cannot be seen. Raises Blocked where that may be the module."""
        for path, row, is_near in unseen_reads(self.callers, self.bench):
            why = f"{shown(path, row, self.view)} reads `{self.factory.name}` of something that cannot be seen"
            if is_near:
                raise Blocked(why)
            self._take((), (Doubt(why),))

    def _holder(self, holder: Holder) -> None:
        """The name itself goes, whoever else may know it. Raises Blocked."""
        _check_whole(holder.path, self.bench)
        sheet, variable = self.bench.sheet(holder.path), holder.variable
        why = next(needed_here(variable, sheet, {*variable.reads}), None)
        if why is not None:
            raise Blocked(why)
        if holder.is_patchable:
            self._module_holder(holder)
        if holder.entry is not None:
            self._import(holder, holder.entry)

    def _module_holder(self, holder: Holder) -> None:
        """Raises Blocked where the name is known by text, or something stands in for it that can't follow."""
        bench, name = self.bench, holder.variable.name
        why = next(named_elsewhere(name, holder.path, bench), None)
        if why is not None:
            raise Blocked(why)
        check_set(holder.path, name, self.view, bench)
        place = next(replaced_anywhere(holder.path, bench), None) if self._is_source(holder) else None
        if place is not None:
            raise Blocked(f"{place} may put something else in the place of `{bench.module(holder.path)}`")
        known = tuple(Doubt(why) for why in offered(holder.variable, bench.sheet(holder.path)))
        self._take((), known, f"{bench.relative(holder.path)}: ")
        self._take(*repatched(holder, self.factory, self.done, self.view, bench))

    def _is_source(self, holder: Holder) -> bool:
        """Whether others have the function from a holder's module."""
        path_of = self.bench.project.path_of
        entries = [other.entry for other in self.callers.holders if other.entry is not None]
        modules = {path_of(entry.fact.origin.partition(":")[0], entry.path) for entry in entries}
        modules |= {path_of(read.module, read.path) for read in self.callers.reads if read.holder is None}
        return holder.path in modules

    def _import(self, holder: Holder, entry: Entry) -> None:
        """An import of the name goes, or becomes one of the accessor by the same name. Raises Blocked."""
        sheet = self.bench.sheet(holder.path)
        if entry.fact.typing_only:
            raise Blocked(f"line {entry.statement.lineno} imports it for type checkers only")
        if in_try(entry.statement, sheet) or is_tested(entry.statement, sheet):
            raise Blocked(f"what happens next depends on whether the import in line {entry.statement.lineno} fails")
        named = next((done.named for read, done in self.done if read.holder is holder and done.named), ())
        self._take((entry.take(named),), ())
