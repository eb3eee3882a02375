"""Connections of this process: who opened them, how many at once, and which are left."""

import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from flake8_redis_ssot.runtime.agent.constructions import Constructions
from flake8_redis_ssot.runtime.agent.latency import Latencies
from flake8_redis_ssot.runtime.agent.places import OUTSIDE, Place, PlaceFinder

_MAX_FINALIZER_DEPTH = 6  # frames between `__del__` and the call that closes a connection


class PoolKey(NamedTuple):
    """Whose connections are counted together: where the pool was made, and the object that it belongs to."""

    place: Place
    owner: Place


NO_POOL = PoolKey(OUTSIDE, OUTSIDE)


class PoolCounts:
    """The connections of the pools of one place; `leaks` counts by kind and test."""

    def __init__(self) -> None:
        self.pools = self.opened = self.open = self.peak = self.finalized = 0
        self.leaks: Counter[tuple[str, str]] = Counter()

    def to_values(self) -> dict[str, Any]:
        """The counts for JSON."""
        numbers = {name: getattr(self, name) for name in ("pools", "opened", "open", "peak", "finalized")}
        return {**numbers, "leaks": [[kind, test, number] for (kind, test), number in sorted(self.leaks.items())]}


class _Connection(NamedTuple):
    pool: PoolKey
    test: str  # in which it was opened
    pool_test: str  # in which the owner of its pool was made


class Connections:
    """The connections of one library."""

    def __init__(self, library: str, places: PlaceFinder, constructions: Constructions) -> None:
        self.library = library
        self.latencies = Latencies()
        self.pools: dict[PoolKey, PoolCounts] = {}
        self.peak = self.peak_in_use = self.opened = 0
        self.server_counts: list[tuple[int, int]] = []  # ours, and the server's at the same time
        self.count_on_server: Callable[[], int | None] = lambda: None
        self._places = places
        self._constructions = constructions
        self._pool_of: weakref.WeakKeyDictionary[Any, tuple[PoolKey, str]] = weakref.WeakKeyDictionary()
        self._open: dict[int, _Connection] = {}
        self._in_use: dict[int, str] = {}  # with the test that has taken them
        self._confirmed = self._ignored = 0
        self._lock = threading.RLock()

    @property
    def open_count(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    def add_pool(self, pool: object, frame: FrameType) -> None:
        """Count a new pool."""
        if pool in self._pool_of:
            return  # a subclass calls its base
        owner = self._constructions.owner_of(frame)
        key = PoolKey(self._places.find(frame), OUTSIDE if owner is None else owner.place)
        with self._lock:
            self._pool_of[pool] = (key, self._constructions.test if owner is None else owner.test)
            self._counts(key).pools += 1

    def add_connection(self, connection: object, pool: object) -> None:
        """Say which pool a connection belongs to."""
        known = self._pool_of.get(pool)
        if known is not None:
            self._pool_of[connection] = known

    def update(self, connection: object, *, is_open: bool) -> None:
        """Count a connection that was opened or closed."""
        identity = id(connection)
        if identity == self._ignored or is_open == (identity in self._open):
            return
        with self._lock:
            if is_open:
                self._add_open(identity, connection)
            else:
                self._remove_open(identity)

    def ignore(self, connection: object) -> None:
        """Do not count a connection of our own; there is one at a time."""
        self._ignored = id(connection)

    def use(self, connection: object) -> None:
        """Count a connection as in use."""
        self._in_use[id(connection)] = self._constructions.test
        self.peak_in_use = max(self.peak_in_use, len(self._in_use))

    def release(self, connection: object) -> None:
        """Count a connection as idle."""
        self._in_use.pop(id(connection), None)

    def end_test(self, test: str) -> None:
        """Count what a test leaves: connections that it has taken, or that it opened from a pool of its own."""
        for identity, each in list(self._open.items()):
            if self._in_use.get(identity) == test:
                self._counts(each.pool).leaks["in use at the end of the test", test] += 1
            elif each.test == each.pool_test == test:
                self._counts(each.pool).leaks["open at the end of the test", test] += 1
        self.confirm()

    def end_run(self) -> None:
        """Count what the run leaves; nothing twice."""
        for each in self._open.values():
            if not each.pool_test or each.pool_test != each.test:
                self._counts(each.pool).leaks["open at the end of the run", ""] += 1

    def confirm(self) -> None:
        """Ask the server for its count, where there are more connections open than ever asked about."""
        if self.open_count > self._confirmed:
            self._confirmed = self.open_count
            counted = self.count_on_server()
            self._ignored = 0
            if counted is not None:
                self.server_counts.append((self.open_count, counted))

    def forget_counts(self) -> None:
        """Start counting again in a forked process."""
        self.latencies = Latencies()
        self.pools, self._open, self._in_use, self.server_counts = {}, {}, {}, []
        self.peak = self.peak_in_use = self.opened = self._confirmed = 0
        self._lock = threading.RLock()

    def to_values(self) -> dict[str, Any]:
        """The counts for JSON."""
        return {
            "opened": self.opened,
            "peak": self.peak,
            "peak_in_use": self.peak_in_use,
            "open": self.open_count,
            "server_counts": self.server_counts,
            "latency": self.latencies.to_values(),
            "pools": [[*key, counts.to_values()] for key, counts in self.pools.items()],
        }

    def _add_open(self, identity: int, connection: object) -> None:
        pool, pool_test = self._pool_of.get(connection, (NO_POOL, ""))
        self._open[identity] = _Connection(pool, self._constructions.test, pool_test)
        counts = self._counts(pool)
        counts.opened += 1
        counts.open += 1
        counts.peak = max(counts.peak, counts.open)
        self.opened += 1
        self.peak = max(self.peak, len(self._open))

    def _remove_open(self, identity: int) -> None:
        counts = self._counts(self._open.pop(identity).pool)
        counts.open -= 1
        counts.finalized += _is_finalizing()
        self._in_use.pop(identity, None)

    def _counts(self, key: PoolKey) -> PoolCounts:
        return self.pools.setdefault(key, PoolCounts())


def _is_finalizing() -> bool:
    """Whether the garbage collector closes the connection, and not the program."""
    frame: FrameType | None = sys._getframe(1)
    for _ in range(_MAX_FINALIZER_DEPTH):
        frame = frame.f_back if frame is not None else None
        if frame is not None and frame.f_code.co_name == "__del__":
            return True
    return False
