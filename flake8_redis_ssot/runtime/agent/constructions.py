"""Counting constructions by place: how many, how many at once, and what became of them."""

import inspect
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import Any, NamedTuple

from flake8_redis_ssot.runtime.agent.places import OUTSIDE, Place, PlaceFinder
from flake8_redis_ssot.runtime.agent.watch_list import Target

_MAX_NAMES = 50  # tests, threads … of one place that are listed


class Owner(NamedTuple):
    """The object that another one is a part of: where it was constructed, and in which test."""

    place: Place
    test: str


class SiteKey(NamedTuple):
    """What is counted together: who constructs what, where, and for whom.

    `type` is the dotted name of the class, or of the function that was called. `owner` is the place where the object
    was constructed in whose method this one is (OUTSIDE if there is none): the client of a manager is a part of it.
    `caller` is the module that makes the call for the project, if that is not one of its own.
    """

    resource: str
    constructor: str
    type: str
    place: Place
    owner: Place
    caller: str


class SiteCounts:
    """The counts of a place; `peak` is the largest number that were alive at the same time."""

    def __init__(self) -> None:
        self.constructed = self.failed = self.alive = self.peak = self.untracked = 0
        self.arguments: set[str] = set()
        self.tests: dict[str, int] = {}
        self.threads: set[int] = set()
        self.loops: set[int] = set()

    def to_values(self) -> dict[str, Any]:
        """The counts for JSON."""
        names = {"arguments": sorted(self.arguments), "tests": dict(list(self.tests.items())[:_MAX_NAMES])}
        sizes = {"threads": len(self.threads), "loops": len(self.loops)}
        numbers = {name: getattr(self, name) for name in ("constructed", "failed", "alive", "peak", "untracked")}
        return numbers | sizes | names


class _TrackedObject(NamedTuple):
    """A live object: where it was constructed, and the number of objects until then."""

    owner: Owner  # of what its methods construct
    site: SiteCounts
    reference: weakref.ref[Any]
    serial: int


class PendingCall:
    """A call of a constructor that has not returned."""

    __slots__ = ("key", "owner", "parent", "serial", "site", "subject")

    def __init__(
        self, key: SiteKey, owner: Owner, site: SiteCounts, subject: int, parent: "PendingCall | None", serial: int
    ) -> None:
        self.serial = serial
        self.owner = owner
        self.key = key
        self.site = site
        self.subject = subject
        self.parent = parent


_PENDING: ContextVar[PendingCall | None] = ContextVar("redis_ssot_pending", default=None)


class Constructions:
    """All constructions of this process. `report_place` is called after the first construction at a place."""

    def __init__(self, places: PlaceFinder) -> None:
        self.sites: dict[SiteKey, SiteCounts] = {}
        self.report_place: Callable[[], None] = lambda: None
        self.test = ""
        self._places = places
        self._outermost_frame = 0  # its identity: a reference would keep the variables of the program alive
        self._objects: dict[int, _TrackedObject] = {}
        self._serial = 0
        self._loops: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._lock = threading.RLock()  # a weak reference's callback can run inside of anything that allocates

    def begin(self, target: Target, type_name: str, subject: object | None, frame: FrameType) -> PendingCall | None:
        """Enter a call; `subject` is the object whose `__init__` runs, None for a function.

        Returns None if the call is a part of one that is counted already.
        """
        parent, pending = _PENDING.get(), _PENDING.get()
        identity = 0 if subject is None else id(subject)
        while pending is not None:
            if identity and pending.subject == identity:
                return None  # a subclass calls its base
            pending = pending.parent
        if identity and self._find(subject) is not None:
            return None  # `__init__` runs again on the object that `__new__` returned before
        place = self._places.find(frame)
        if parent is not None and parent.key.resource == target.resource and parent.key.place == place:
            return None  # the library's own way from one constructor to the next
        owner = self.owner_of(frame)
        owner_place, caller = OUTSIDE if owner is None else owner.place, self._places.foreign_caller(frame)
        key = SiteKey(target.resource, target.name, type_name, place, owner_place, caller)
        call = PendingCall(key, owner or Owner(place, self.test), self._site(key), identity, parent, self._serial)
        _PENDING.set(call)
        return call

    def complete(self, call: PendingCall, result: object, arguments: tuple[str, ...]) -> None:
        """Leave a call that has returned `result`, or the object itself."""
        _PENDING.set(call.parent)
        site = call.site
        with self._lock:
            known = self._find(result)
            if known is not None and known.serial <= call.serial:
                return  # a function that caches: no new object
            if known is not None:
                self._forget(known)  # the outer call is what the project has written
            site.constructed += 1
            site.arguments.update(arguments)
            site.threads.add(threading.get_ident())
            site.tests[self.test] = site.tests.get(self.test, 0) + 1
            self._add_loop(site)
            self._track(call.owner, site, result)
        if site.constructed == 1:
            self.report_place()

    def fail(self, call: PendingCall) -> None:
        """Leave a call that has raised."""
        _PENDING.set(call.parent)
        call.site.failed += 1

    def suspend(self, call: PendingCall) -> None:
        """Leave a call that has returned a coroutine, which will go on later or never."""
        _PENDING.set(call.parent)

    def resume(self, call: PendingCall) -> None:
        """Enter a call again whose coroutine goes on."""
        _PENDING.set(call)

    def owner_of(self, frame: FrameType | None) -> Owner | None:
        """The object whose method is running; None if no caller is a method of one that is counted."""
        pending_owners = self._pending_owners()
        if not self._objects and not pending_owners:
            return None
        for each in self._places.caller_frames(frame, self._outermost_frame):
            subject = _first_argument(each)
            if id(subject) in pending_owners:
                return pending_owners[id(subject)]
            known = self._find(subject)
            if known is not None and _is_method(subject, each.f_code):
                return known.owner
        return None

    @contextmanager
    def owners_above(self, frame: FrameType) -> Iterator[None]:
        """Look for owners only among what a frame calls, for as long as the block runs."""
        before, self._outermost_frame = self._outermost_frame, id(frame)
        try:
            yield
        finally:
            self._outermost_frame = before

    def _pending_owners(self) -> dict[int, Owner]:
        """The objects that are under construction here."""
        owners: dict[int, Owner] = {}
        pending = _PENDING.get()
        while pending is not None:
            if pending.subject:
                owners[pending.subject] = pending.owner
            pending = pending.parent
        return owners

    def add_existing(self, target: Target, subject: object, place: Place) -> None:
        """Count an object that was constructed while its own module was loading, before that could be watched."""
        if self._find(subject) is not None:
            return
        key = SiteKey(target.resource, target.name, dotted_name(type(subject)), place, OUTSIDE, "")
        site = self._site(key)
        with self._lock:
            site.constructed += 1
            site.tests[""] = site.tests.get("", 0) + 1
            self._track(Owner(place, ""), site, subject)

    def forget_counts(self) -> None:
        """Start counting again: this is a forked process, and what it inherited was counted by its parent."""
        self.sites = {}
        self._lock = threading.RLock()
        _PENDING.set(None)

    def _find(self, subject: object) -> _TrackedObject | None:
        known = self._objects.get(id(subject))
        return known if known is not None and known.reference() is subject else None

    def _forget(self, known: _TrackedObject) -> None:
        """Take back an object that was counted where it is not to be counted."""
        site = known.site
        site.constructed -= 1
        site.alive -= 1
        site.tests[self.test] = site.tests.get(self.test, 1) - 1

    def _site(self, key: SiteKey) -> SiteCounts:
        with self._lock:
            if key not in self.sites:
                self.sites[key] = SiteCounts()
            return self.sites[key]

    def _track(self, owner: Owner, site: SiteCounts, subject: object) -> None:
        identity = id(subject)
        known: _TrackedObject

        def forget(_: object, pid: int = os.getpid()) -> None:
            if self._objects.get(identity) is known:
                del self._objects[identity]
                if pid == os.getpid():
                    site.alive -= 1

        try:
            reference = weakref.ref(subject, forget)
        except TypeError:  # no weak references to it: when it goes is not known
            site.untracked += 1
            return
        self._serial += 1
        self._objects[identity] = known = _TrackedObject(owner, site, reference, self._serial)
        site.alive += 1
        site.peak = max(site.peak, site.alive)

    def _add_loop(self, site: SiteCounts) -> None:
        asyncio = sys.modules.get("asyncio.events")  # importing it would take longer than all the rest
        loop = None if asyncio is None else asyncio._get_running_loop()
        if loop is not None:
            site.loops.add(self._loops.setdefault(loop, len(self._loops) + 1))


def argument_names(code: CodeType | None, args: tuple[object, ...], keywords: dict[str, Any]) -> tuple[str, ...]:
    """The names of the parameters that a call gives values to; never the values."""
    names = () if code is None else code.co_varnames[: code.co_argcount][: len(args)]
    return (*names, *("*" for _ in args[len(names) : len(names) + 1]), *keywords)


def dotted_name(value: Any) -> str:
    """The module and qualified name of a class or function."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def _is_method(subject: object, code: CodeType) -> bool:
    """Whether a function that runs is a method of an object, or a property."""
    for cls in type(subject).__mro__:
        member: Any = vars(cls).get(code.co_name)
        member = getattr(member, "fget", member)
        while hasattr(member, "__wrapped__"):
            member = member.__wrapped__
        if getattr(member, "__code__", None) is code:
            return True
    return False


def _first_argument(frame: FrameType) -> object:
    """The first argument of a running function, such as `self`; None where reading it could be noticed."""
    code = frame.f_code
    if not code.co_argcount or not code.co_flags & inspect.CO_OPTIMIZED or "locals" in code.co_names:
        return None
    variables = frame.f_locals
    value = variables.get(code.co_varnames[0])
    if sys.version_info < (3, 13):
        variables.clear()  # a copy, which would keep its values alive for as long as the function runs
    return value
