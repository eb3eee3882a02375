"""What the agents of all processes of a run have written, as values; also the file of a recorded run."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.files.atomic_write import read, write_atomic
from flake8_redis_ssot.files.codec import decoder_for
from flake8_redis_ssot.runtime.agent.latency import bucket_limit
from flake8_redis_ssot.runtime.agent.places import OUTSIDE, Place
from flake8_redis_ssot.runtime.agent.snapshots import SUFFIX, UNOBSERVED_SUFFIX

_VERSION = 1


class RecordError(ValueError):
    """A file is no record of a run; the text says which and why."""


class Site(NamedTuple):
    """The constructions of one class (or calls of one function) at one place in one process.

    `owner` is the place of the object that they are a part of. `untracked` are those whose end is not recorded. `tests`
    counts by test (empty: outside of tests).
    """

    process: int
    resource: str
    constructor: str
    type: str
    place: Place
    owner: Place
    caller: str  # the module that makes the call for the project, if that is not one of its own
    constructed: int
    failed: int
    alive: int
    peak: int
    untracked: int
    threads: int
    loops: int
    arguments: tuple[str, ...]
    tests: dict[str, int]

    @property
    def is_part(self) -> bool:
        """Whether the objects belong to others that are counted."""
        return self.owner != OUTSIDE


class Leak(NamedTuple):
    """Connections that are left: of which library and pool, when (the kind), in which test, and how many."""

    process: int
    library: str
    place: Place
    owner: Place
    kind: str
    test: str
    connections: int

    @property
    def is_in_use(self) -> bool:
        """Whether somebody has taken the connections from their pool, and not put them back."""
        return self.kind.startswith("in use")

    @property
    def origin(self) -> Place:
        """Who is to close them: the owner of the pool, or where the pool was made."""
        return self.place if self.owner == OUTSIDE else self.owner


class Pool(NamedTuple):
    """The connections of the pools that are made at one place; `finalized` were closed by the garbage collector."""

    library: str
    place: Place
    owner: Place
    pools: int
    opened: int
    peak: int
    finalized: int


class Library(NamedTuple):
    """The connections of one library in one process; `server_counts` are pairs of our count and the server's."""

    process: int
    name: str
    opened: int
    peak: int
    peak_in_use: int
    open: int
    server_counts: tuple[tuple[int, int], ...]
    pools: tuple[Pool, ...]
    leaks: tuple[Leak, ...]


class Latency(NamedTuple):
    """The durations of a command, in milliseconds; percentiles are at most 2.2 % too large."""

    command: str
    calls: int
    p50: float
    p95: float
    p99: float
    maximum: float


class Process(NamedTuple):
    """An observed process. `has_ended` is false if it was killed, so that its counts are those of some time before."""

    number: int
    parent: int
    program: str
    has_ended: bool
    problems: tuple[tuple[str, str], ...]


class RunRecord(NamedTuple):
    """A run: its processes as they were written, and why others were not observed."""

    processes: Sequence[Mapping[str, Any]]
    unobserved: tuple[str, ...] = ()
    seconds: float = 0.0

    def process_infos(self) -> list[Process]:
        """The observed processes."""
        return [
            Process(
                each["process"], each["parent"], each["program"], each["has_ended"], tuple(map(tuple, each["problems"]))
            )
            for each in self.processes
        ]

    def sites(self) -> Iterator[Site]:
        """All places that construct."""
        for each in self.processes:
            for resource, constructor, type_name, place, owner, caller, counts in each["sites"]:
                values = {**counts, "arguments": tuple(counts["arguments"]), "caller": caller}
                yield Site(each["process"], resource, constructor, type_name, Place(*place), Place(*owner), **values)

    def libraries(self) -> Iterator[Library]:
        """The connections, by process and library."""
        for each in self.processes:
            for name, values in each["libraries"].items():
                yield _parse_library(each["process"], name, values)

    def latencies(self, library: str | None = None) -> list[Latency]:
        """The durations by command over all processes, the most frequent first; the last is that of all commands."""
        histograms: dict[str, Counter[int]] = {}
        maxima: Counter[str] = Counter()
        for each in self.processes:
            for name, values in each["libraries"].items():
                if library is None or name == library:
                    for command, durations in values["latency"].items():
                        for key in (command, ALL_COMMANDS):
                            histograms.setdefault(key, Counter()).update(dict(durations["buckets"]))
                            maxima[key] = max(maxima[key], durations["max"])
        by_count = sorted(histograms.items(), key=lambda item: (item[0] == ALL_COMMANDS, -item[1].total(), item[0]))
        return [_summarize(name, buckets, maxima[name] / 1e6) for name, buckets in by_count]

    def test_seconds(self) -> dict[str, float]:
        """The duration of each test, in seconds."""
        return {test: seconds for each in self.processes for test, seconds in each["tests"].items()}

    def accessors(self) -> dict[str, tuple[int, int]]:
        """By accessor: its calls, and the largest number of different objects that it returned in a process."""
        counts: dict[str, tuple[int, int]] = {}
        for each in self.processes:
            for name, values in each["accessors"].items():
                calls, objects = counts.get(name, (0, 0))
                counts[name] = (calls + values["calls"], max(objects, values["objects"]))
        return counts


ALL_COMMANDS = "all"


def collect_run(folder: str, seconds: float, current: Mapping[str, Mapping[str, Any]] | None = None) -> RunRecord:
    """Read what the agents have written to the folder of a run. Raises OSError.

    `current` are the values of this process, by the name of its file, which are newer than those of the file.
    """
    processes, unobserved = [], []
    current = current or {}
    for name in sorted({*os.listdir(folder), *current}):
        if not name.endswith((SUFFIX, UNOBSERVED_SUFFIX)):
            continue
        values = current[name] if name in current else _read_values(os.path.join(folder, name))
        if name.endswith(SUFFIX):
            processes.append(values)
        else:
            unobserved.append(f"process {values['process']}: {values['reason']}")
    return RunRecord(processes, tuple(unobserved), seconds)


def _read_values(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save_record(file: str, records: Iterable[RunRecord]) -> None:
    """Write runs to a file. Raises OSError."""
    runs = [record._asdict() for record in records]
    write_atomic(os.path.abspath(file), json.dumps({"version": _VERSION, "runs": runs}).encode())


def append_record(file: str, record: RunRecord) -> None:
    """Add a run to a file, which may not exist. Raises OSError or RecordError."""
    save_record(file, [*(load_record(file) if os.path.exists(file) else ()), record])


def load_record(file: str) -> tuple[RunRecord, ...]:
    """Read the runs in a file. Raises RecordError."""
    try:
        values = json.loads(read(file))
    except OSError as error:
        raise RecordError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{file}: is no record of a run: {error}") from error
    try:
        if values["version"] != _VERSION:
            raise RecordError(f"{file}: was recorded by another version; record it again")
        records = tuple(
            RunRecord(run["processes"], tuple(run["unobserved"]), float(run["seconds"])) for run in values["runs"]
        )
        for record in records:
            _check_types(record)
    except RecordError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise RecordError(f"{file}: is no record of a run") from error
    if not records:
        raise RecordError(f"{file}: holds no run")
    return records


def _check_types(record: RunRecord) -> None:
    """Read everything once, so that what does not fit is reported here. Raises DecodeError, or what reading raises."""
    values = (
        record.process_infos(),
        list(record.sites()),
        list(record.libraries()),
        record.latencies(),
        record.accessors(),
        {test: float(seconds) for test, seconds in record.test_seconds().items()},
        record.unobserved,
    )
    decoder_for(_RecordValues)(json.loads(json.dumps(values)))


_RecordValues = tuple[
    tuple[Process, ...],
    tuple[Site, ...],
    tuple[Library, ...],
    tuple[Latency, ...],
    dict[str, tuple[int, int]],
    dict[str, float],
    tuple[str, ...],
]


def _parse_library(process: int, name: str, values: Mapping[str, Any]) -> Library:
    pools, leaks = [], []
    for place_values, owner_values, counts in values["pools"]:
        place, owner = Place(*place_values), Place(*owner_values)
        pools.append(Pool(name, place, owner, counts["pools"], counts["opened"], counts["peak"], counts["finalized"]))
        leaks += [Leak(process, name, place, owner, kind, test, count) for kind, test, count in counts["leaks"]]
    server_counts = tuple((ours, theirs) for ours, theirs in values["server_counts"])
    opened, peak, in_use, still_open = (values[key] for key in ("opened", "peak", "peak_in_use", "open"))
    return Library(process, name, opened, peak, in_use, still_open, server_counts, tuple(pools), tuple(leaks))


def _summarize(command: str, buckets: Counter[int], maximum: float) -> Latency:
    total = buckets.total()

    def percentile(fraction: float) -> float:
        """The nearest rank: the smallest value that this fraction of all values do not exceed."""
        needed, seen = fraction * total, 0
        for bucket in sorted(buckets):
            seen += buckets[bucket]
            if seen >= needed:
                return min(bucket_limit(bucket), maximum)
        return maximum

    return Latency(command, total, percentile(0.5), percentile(0.95), percentile(0.99), maximum)
