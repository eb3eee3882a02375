"""One duplicate of a service: what stands against its going, or everything that changes so that it can go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter import Adapter, Method, text_of
from flake8_redis_ssot.campaign.integrate.adapter_parameters import parameters_of
from flake8_redis_ssot.campaign.integrate.compatibility import Fit, Shared, fits, shared_class
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, User, duplicates_in, users_of
from flake8_redis_ssot.campaign.integrate.key_parameters import Key, keys_of
from flake8_redis_ssot.campaign.integrate.migrate_callers import (
    Instead,
    check_import,
    class_of,
    is_alone,
    switch,
    without,
)
from flake8_redis_ssot.campaign.integrate.usage import usage_of
from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.fixes.compose import cuts_of
from flake8_redis_ssot.fixes.context import Bench, Unanswered
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Operation
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.linter.fix.draft import answer, new_bench
from flake8_redis_ssot.linter.fix.regression_check import Trials, new_trouble
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.types.class_model import Kind
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.ast_queries import Function, methods_in
from flake8_redis_ssot.syntax.edits import Overlap


class Wish(NamedTuple):
    """What is asked for: the service, and the prefix of its keys (empty: none).

    `adapter`: one is to be written even where the accessor alone would do; files that are `taken` can't hold it.
    """

    service: str
    prefix: str
    adapter: bool
    taken: frozenset[str] = frozenset()


class Integration(NamedTuple):
    """What comes of one duplicate. `users` are files (from the root), `fits` what they call.

    `outcome` says what is done; with `reasons` nothing is, and they say why. `changes` belong together.
    """

    duplicate: Duplicate
    users: tuple[str, ...]
    fits: tuple[Fit, ...]
    outcome: str
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]


def integrate(analysis: Analysis, wish: Wish, paths: frozenset[str]) -> list[Integration]:
    """The duplicates that a service has or uses; `paths` are the files of the service (absolute)."""
    done: list[Integration] = []
    for duplicate, view in list(duplicates_in(analysis, paths)):
        taken = frozenset(change.path for each in done for change in each.changes if change.before is None)
        done.append(_answered(analysis, duplicate, view, wish._replace(taken=taken), paths))
    return done


def _answered(analysis: Analysis, duplicate: Duplicate, view: View, wish: Wish, paths: frozenset[str]) -> Integration:
    bench = new_bench(analysis)
    while True:
        work = _Work(duplicate, view, wish, paths, bench)
        try:
            return work.done()
        except Unanswered as unanswered:
            answer(analysis, unanswered.questions, bench)
        except Blocked as block:
            return work.result("", (*work.reasons, str(block)))
        except Overlap:
            return work.result("", ("parts of the change would get in each other's way",))


class _Work:
    """The work on one duplicate, as far as it has come; `reasons` are what stands against it so far."""

    def __init__(self, duplicate: Duplicate, view: View, wish: Wish, paths: frozenset[str], bench: Bench) -> None:
        self._duplicate = duplicate
        self._view = view
        self._wish = wish
        self._paths = paths
        self._bench = bench
        self._users: list[User] = []
        self._fits: list[Fit] = []
        self.reasons: list[str] = []

    def result(self, outcome: str, reasons: tuple[str, ...] = (), changes: tuple[Change, ...] = ()) -> Integration:
        """What there is to say now."""
        own = [user.path for user in self._users if user.entry is None and user.variable.reads]
        readers = [each.path for each in self._bench.readers(self._duplicate.path, self._duplicate.name)]
        users = dict.fromkeys(self._bench.relative(path) for path in (*own, *readers) if path in self._paths)
        return Integration(self._duplicate, tuple(users), tuple(self._fits), outcome, reasons, changes)

    def done(self) -> Integration:
        """All of it. Raises Blocked, Unanswered, Overlap."""
        everybody, reasons = users_of(self._duplicate, self._bench)
        self._users = [user for user in everybody if user.path in self._paths]
        resource, view = self._duplicate.model.resource, self._view
        accessor = view.accessor(resource)
        self.reasons = [*self._at_the_border(accessor), *reasons]
        alone = not any(user for user in everybody if user not in self._users)
        usage = usage_of(self._users, self._paths, self._bench, alone=alone)
        is_instance = accessor == resource.instance
        shared = _shared(accessor, is_instance, self._duplicate, self._bench, view)
        node = class_of(self._duplicate, self._bench.tree(self._duplicate.path))
        own = methods_in(node) if node is not None else {}
        self._fits = fits(usage.called, shared, own, frozenset(resource.tear_down))
        self.reasons += [f"it has `{name}()`, and the shared class has not" for name in _special(own, shared)]
        self.reasons += [f"`{fit.name}()`: {fit.refusal}" for fit in self._fits if fit.refusal]
        if self.reasons:
            return self.result("", tuple(self.reasons))
        others = [user for user in everybody if user not in self._users and user.variable.reads]
        if self._wish.adapter or any(fit.trouble for fit in self._fits):
            return self._with_adapter(accessor, is_instance, shared, others)
        return self._with_accessor(accessor, is_instance, shared, others)

    def _at_the_border(self, accessor: str) -> Iterator[str]:
        """Why the service can't have what is configured at all."""
        try:
            check_import(self._duplicate.path, accessor, self._bench)
        except Blocked as block:
            yield str(block)

    def _with_accessor(self, accessor: str, is_instance: bool, shared: Shared, others: Sequence[User]) -> Integration:
        if is_instance:
            raise Blocked("an accessor is needed: the instance can't be called where a new one is made now")
        instead = Instead(accessor, shared.home.name)
        changes = self._changes(instead, others, ())
        return self.result(f"its users call `{accessor}()`", (), changes)

    def _with_adapter(self, accessor: str, is_instance: bool, shared: Shared, others: Sequence[User]) -> Integration:
        path, module, name = self._place()
        for dotted in (accessor, shared.home.name):
            check_import(self._duplicate.path, dotted, self._bench)
        # In the order in which the shared class has them.
        ordered = sorted(self._fits, key=lambda fit: fit.there.lineno if fit.there is not None else 0)
        methods = tuple(map(self._method, ordered))
        home = self._bench.tree(shared.home.path or "")
        text = text_of(
            Adapter(
                name, self._wish.service, accessor, not is_instance, shared.home.name, home, self._wish.prefix, methods
            )
        )
        whole = f"{module}.{name}"
        trouble = new_trouble((Sheet.of(path, b""), Sheet.of(path, text.encode())))
        if trouble:
            raise Blocked(f"the adapter would not do: {trouble}")
        made = Change(path, None, text.encode())
        changes = self._changes(Instead(whole, whole), others, (made,))
        keys = f", whose keys begin with `{self._wish.prefix}`" if self._wish.prefix else ""
        return self.result(f"an adapter, `{name}` in {self._bench.relative(path)}{keys}", (), changes)

    def _method(self, fit: Fit) -> Method:
        if fit.there is None or fit.own is None or fit.kind is None:
            raise Blocked(f"`{fit.name}()` can't be seen")
        try:
            parameters = tuple(parameters_of(fit.there, fit.own, fit.calls))
            keys = keys_of(fit.there, parameters) if self._wish.prefix else (Key.NONE,) * len(parameters)
        except Blocked as block:
            raise Blocked(f"`{fit.name}()`: {block}") from None
        return Method(fit.there, fit.kind, fit.awaited or fit.kind is Kind.COROUTINE, parameters, keys)

    def _place(self) -> tuple[str, str, str]:
        """Where an adapter goes: its file, its module, and its name."""
        folder = os.path.dirname(self._duplicate.path)
        if self._duplicate.path not in self._paths:
            folder = os.path.commonpath([os.path.dirname(path) for path in self._paths])
        for stem in (f"{_snake(self._duplicate.model.resource.name)}_client", f"{_snake(self._duplicate.name)}_client"):
            path = os.path.join(folder, f"{stem}.py")
            if path not in self._wish.taken and not os.path.lexists(path):
                words = re.findall(r"[A-Za-z0-9]+", f"{self._wish.service}_{stem}")
                return path, self._bench.module(path), "".join(word[:1].upper() + word[1:] for word in words)
        raise Blocked(f"{self._bench.relative(path)} is there already")

    def _changes(self, instead: Instead, others: Sequence[User], made: tuple[Change, ...]) -> tuple[Change, ...]:
        """Everything that changes; the duplicate goes where nobody else has it."""
        operations: list[Operation] = []
        for user in self._users:
            view = self._bench.known.view(user.path)
            if view is not None and (user.entry is not None or user.variable.reads):
                operations += switch(user, instead, view, self._bench)
        path, sheet = self._duplicate.path, self._bench.sheet(self._duplicate.path)
        is_gone = not others and is_alone(self._duplicate, self._users, self._bench)
        if not others and not is_gone:
            operations.append(without(self._duplicate, sheet))
        sheets, troubles = Trials(self._bench, jobs=1).after(cuts_of(operations, self._bench))
        trouble = next((f"{self._bench.relative(each)}: {why}" for each, why in troubles.items()), None)
        if trouble:
            raise Blocked(trouble)
        changed = [Change(each, self._bench.sheet(each).data, after.data) for each, after in sheets.items()]
        gone = (Change(path, sheet.data, None),) if is_gone else ()
        return (*made, *(each for each in changed if not (is_gone and each.path == path)), *gone)


# They say nothing about how an instance behaves once it is there.
_HARMLESS = frozenset({"__init__", "__init_subclass__", "__new__", "__repr__", "__str__"})


def _special(own: Mapping[str, Function], shared: Shared) -> list[str]:
    """Methods of a duplicate that Python calls where nobody names them, and that the shared class lacks."""
    names = sorted(name for name in own if name.startswith("__") and name.endswith("__"))
    return [name for name in names if name not in _HARMLESS and name not in shared.methods]


def _snake(name: str) -> str:
    """`StubRedisManager` as `stub_redis_manager`."""
    return re.sub(r"[^0-9a-z]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def _shared(accessor: str, is_instance: bool, duplicate: Duplicate, bench: Bench, view: View) -> Shared:
    """The class of what an accessor gives, or of the instance. Raises Blocked."""
    from flake8_redis_ssot.project.types.inference import instance_of

    module, _, name = bench.project.locate(accessor).partition(":")
    path = bench.project.path_of(module, view.path)
    if path is None or not name:
        raise Blocked("neither an accessor nor an instance is configured for it")
    home: Home | None
    if is_instance:
        home = instance_of(path, name, bench.tree, bench.project).home
    else:
        result = bench.result(Home(accessor, path, name))
        if result is None or result.is_coroutine or result.is_generator or result.fresh:
            raise Blocked(f"`{accessor}` is no plain function that gives back the shared instance")
        home = result.home
    home = home or duplicate.model.home
    interface = bench.interface(home)
    if interface is None:
        raise Blocked(f"what `{accessor}` gives can't be seen")
    return shared_class(home, interface, bench.tree, bench.project)
