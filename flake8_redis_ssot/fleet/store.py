"""The SQLite file that scans are kept in. `docs/scale.md` documents its schema."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from typing import Any, NamedTuple, cast

from flake8_redis_ssot import __version__
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.fleet.model import ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.repositories import Repository, redact

WAITING, DONE, FAILED = "waiting", "done", "failed"
_APPLICATION = 0x52535346  # "RSSF"
_SCHEMA_VERSION = 1
_SCHEMA = """\
CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    started REAL NOT NULL,
    finished REAL,
    tool TEXT NOT NULL,
    options TEXT NOT NULL
);
CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    team TEXT NOT NULL
);
CREATE TABLE results (
    scan INTEGER NOT NULL REFERENCES scans,
    repository INTEGER NOT NULL REFERENCES repositories,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    revision TEXT NOT NULL DEFAULT '',
    configuration TEXT NOT NULL DEFAULT 'none',
    settings TEXT NOT NULL DEFAULT '',
    files INTEGER NOT NULL DEFAULT 0,
    findings INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    processor_seconds REAL NOT NULL DEFAULT 0,
    megabytes INTEGER NOT NULL DEFAULT 0,
    finished REAL,
    PRIMARY KEY (scan, repository)
) WITHOUT ROWID;
CREATE TABLE findings (
    scan INTEGER NOT NULL,
    repository INTEGER NOT NULL,
    path TEXT NOT NULL,
    row INTEGER NOT NULL,
    column INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    applicability TEXT NOT NULL,
    origin TEXT NOT NULL,
    owner TEXT NOT NULL,
    in_tests INTEGER NOT NULL,
    FOREIGN KEY (scan, repository) REFERENCES results
);
CREATE INDEX findings_by_result ON findings (scan, repository);
"""


class StoreError(Exception):
    """The file can't be used; the text says which, and why."""


class Scan(NamedTuple):
    """A scan: its number, and its start and end (seconds since the epoch; None: it has not ended)."""

    number: int
    started: float
    finished: float | None


class FleetStore:
    """An open file. All methods raise StoreError."""

    def __init__(self, path: str, *, must_exist: bool = False) -> None:
        self._place = to_display_path(path)
        if must_exist and not os.path.isfile(path):
            raise StoreError(f"{self._place}: no such file; create it with `redis-ssot fleet scan`")
        with self._errors():
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
            try:
                self._open()
            except BaseException:
                self._connection.close()
                raise

    def _open(self) -> None:
        application = self._value("PRAGMA application_id")
        version = self._value("PRAGMA user_version")
        if (application, version) == (0, 0) and not self._value("SELECT count(*) FROM sqlite_master"):
            # One transaction, so that there is never half a schema.
            header = f"PRAGMA application_id = {_APPLICATION};\nPRAGMA user_version = {_SCHEMA_VERSION};"
            self._connection.executescript(f"PRAGMA journal_mode = WAL;\nBEGIN;\n{header}\n{_SCHEMA}COMMIT;")
        elif application != _APPLICATION:
            raise StoreError(f"{self._place}: is not a database of `redis-ssot fleet`")
        elif version != _SCHEMA_VERSION:
            raise StoreError(f"{self._place}: was written by another version (schema {version}, not {_SCHEMA_VERSION})")
        # A result is in the file when its transaction ends; only a crash of the whole system can undo the last ones.
        self._connection.executescript("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._place}: {error}") from None

    def _value(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        with self._errors():
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def start_scan(self, repositories: Sequence[Repository], options: ScanOptions, *, is_new: bool) -> int:
        """The number of the scan to go on with: the last one if it has not ended, with these options; or a new one.

        What has failed in it is tried again. Repositories that are no longer in the list wait no longer.
        """
        summary = _describe_options(options)
        with self._transaction():
            number = 0 if is_new else self._find_unfinished(summary)
            if not number:
                row = (time.time(), __version__, summary)
                query = "INSERT INTO scans (started, tool, options) VALUES (?, ?, ?)"
                number = int(self._connection.execute(query, row).lastrowid or 0)
            self._connection.executemany(
                "INSERT INTO repositories (name, url, team) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET url = excluded.url, team = excluded.team",
                [each._replace(url=redact(each.url)) for each in repositories],
            )
            self._connection.execute("DELETE FROM results WHERE scan = ? AND state != 'done'", (number,))
            self._connection.executemany(
                "INSERT INTO results (scan, repository, state) SELECT ?, id, 'waiting' FROM repositories WHERE name = ?"
                " ON CONFLICT DO NOTHING",
                [(number, each.name) for each in repositories],
            )
        return number

    def _find_unfinished(self, options: str) -> int:
        query = (
            "SELECT id FROM scans WHERE finished IS NULL AND options = ? AND tool = ?"
            " AND id = (SELECT max(id) FROM scans)"
        )
        row = self._connection.execute(query, (options, __version__)).fetchone()
        return int(row[0]) if row else 0

    def names(self, scan: int, state: str) -> set[str]:
        """The names of the repositories of a scan in a state."""
        query = "SELECT name FROM results JOIN repositories ON id = repository WHERE scan = ? AND state = ?"
        with self._errors():
            return {row[0] for row in self._connection.execute(query, (scan, state))}

    def last_seconds(self) -> dict[str, float]:
        """The time that each repository took when it was scanned last."""
        query = (
            "SELECT name, seconds, max(scan) FROM results JOIN repositories ON id = repository"
            " WHERE state != 'waiting' GROUP BY name"
        )
        with self._errors():
            return {row[0]: row[1] for row in self._connection.execute(query)}

    def add(self, scan: int, outcome: ScanOutcome) -> None:
        """Record the outcome of a repository, instead of an earlier one in the same scan."""
        with self._transaction():
            repository = self._value("SELECT id FROM repositories WHERE name = ?", outcome.name)
            self._connection.execute("DELETE FROM findings WHERE scan = ? AND repository = ?", (scan, repository))
            fields = {
                "state": DONE if outcome.is_done else FAILED,
                "reason": _to_text(outcome.reason),
                "revision": outcome.revision,
                "configuration": outcome.configuration,
                "settings": _to_text(outcome.settings),
                "files": outcome.file_count,
                "findings": len(outcome.findings),
                "seconds": outcome.seconds,
                "processor_seconds": outcome.processor_seconds,
                "megabytes": outcome.megabytes,
                "finished": time.time(),
            }
            assignments = ", ".join(f"{name} = ?" for name in fields)
            self._connection.execute(
                f"UPDATE results SET {assignments} WHERE scan = ? AND repository = ?",
                (*fields.values(), scan, repository),
            )
            self._connection.executemany(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (scan, repository, *(_to_text(each) if isinstance(each, str) else each for each in finding))
                    for finding in outcome.findings
                ],
            )

    def finish_scan(self, scan: int) -> None:
        """Record the end of a scan in which no repository waits any more."""
        with self._transaction():
            self._connection.execute("UPDATE scans SET finished = ? WHERE id = ?", (time.time(), scan))

    def scans(self) -> list[Scan]:
        """All scans, in order."""
        return [
            Scan(*cast("tuple[Any, ...]", row))
            for row in self.rows("SELECT id, started, finished FROM scans ORDER BY id")
        ]

    def rows(self, query: str, values: Iterable[object] = ()) -> Iterator[tuple[object, ...]]:
        """The rows that a query selects."""
        with self._errors(), closing(self._connection.execute(query, tuple(values))) as cursor:
            yield from cursor


def _describe_options(options: ScanOptions) -> str:
    """The options that decide what is found, as text without secrets."""
    digest = blake2b(options.config_text.encode(), digest_size=8).hexdigest() if options.config_name else "own"
    return f"configuration={digest} propose={int(options.propose)} fixes={int(options.fixes)}"


def _to_text(text: str) -> str:
    """Text that SQLite can store: a byte that is no UTF-8 as an escape sequence."""
    return text.encode("utf-8", "backslashreplace").decode()
