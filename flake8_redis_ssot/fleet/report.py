"""What the file of scans says: the last scan by repository, code, team and origin, and the trend over all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from flake8_redis_ssot.fleet.model import FleetFinding
from flake8_redis_ssot.fleet.store import FAILED, WAITING, FleetStore, Scan, StoreError

NO_TEAM = "(no team)"
# https://host/group/project, or git@host:group/project
_WEB_URL = re.compile(r"https?://[^/\s]+/[^\s]+")
_SSH_URL = re.compile(r"(?:ssh://)?(?:[\w.-]+@)([\w.-]+)(?::\d+)?[:/](?!/)([^\s]+)")


class RepositoryRow(NamedTuple):
    """A repository in a scan. `previous` is its number of findings in the scan before, None if it was not in it."""

    number: int
    name: str
    url: str
    team: str
    state: str
    reason: str
    revision: str
    configuration: str
    files: int
    findings: int
    previous: int | None
    by_code: Mapping[str, int]
    by_applicability: Mapping[str, int]


class CountRow(NamedTuple):
    """A code, team or origin: its findings, how many of them have a safe fix, and in how many repositories they are."""

    name: str
    findings: int
    safe: int
    repositories: int


class TrendPoint(NamedTuple):
    """A scan with its number of findings, and of the repositories that were scanned, that failed, and that wait."""

    scan: Scan
    findings: int
    scanned: int
    failed: int
    waiting: int


class FleetReport(NamedTuple):
    """The last scan, with the repositories that have most findings first, and the trend, oldest scan first."""

    scan: Scan
    repositories: list[RepositoryRow]
    by_code: list[CountRow]
    by_team: list[CountRow]
    by_origin: list[CountRow]
    trend: list[TrendPoint]

    def count(self, applicability: str) -> int:
        """The number of findings with fixes of an applicability."""
        return sum(each.by_applicability.get(applicability, 0) for each in self.repositories)

    @property
    def finding_count(self) -> int:
        """The number of all findings."""
        return sum(each.findings for each in self.repositories)


def load_report(store: FleetStore) -> FleetReport:
    """The report of a file. Raises StoreError, also if it holds no scan."""
    scans = store.scans()
    if not scans:
        raise StoreError("there is no scan to report; start one with `redis-ssot fleet scan`")
    scan = scans[-1].number
    return FleetReport(
        scans[-1],
        _load_repositories(store, scan),
        _count(store, scan, "code"),
        _count(store, scan, f"CASE WHEN team != '' THEN team WHEN owner LIKE '(%' THEN '{NO_TEAM}' ELSE owner END"),
        _count(store, scan, "CASE WHEN origin != '' THEN origin ELSE '(none)' END"),
        list(_load_trend(store, scans)),
    )


def _load_repositories(store: FleetStore, scan: int) -> list[RepositoryRow]:
    codes, applicabilities = (_count_by(store, scan, column) for column in ("code", "applicability"))
    query = (
        "SELECT repository, name, url, team, state, reason, revision, configuration, files, findings,"
        " (SELECT findings FROM results AS older WHERE older.repository = results.repository AND state = 'done'"
        "  AND scan < results.scan ORDER BY scan DESC LIMIT 1)"
        " FROM results JOIN repositories ON id = repository WHERE scan = ? ORDER BY findings DESC, name"
    )
    rows = []
    for row in cast("Iterable[tuple[Any, ...]]", store.rows(query, (scan,))):
        fields: tuple[Any, ...] = (*row, codes.get(row[0], {}), applicabilities.get(row[0], {}))
        rows.append(RepositoryRow(*fields))
    return rows


def _count_by(store: FleetStore, scan: int, column: str) -> dict[int, Counter[str]]:
    query = f"SELECT repository, {column}, count(*) FROM findings WHERE scan = ? GROUP BY repository, {column}"
    counts: dict[int, Counter[str]] = {}
    for repository, value, number in cast("Iterable[tuple[int, str, int]]", store.rows(query, (scan,))):
        counts.setdefault(repository, Counter())[value] = number
    return counts


def _count(store: FleetStore, scan: int, expression: str) -> list[CountRow]:
    query = (
        f"SELECT {expression} AS name_of, count(*), sum(applicability = 'safe'), count(DISTINCT repository)"
        " FROM findings JOIN repositories ON id = repository WHERE scan = ?"
        " GROUP BY name_of ORDER BY count(*) DESC, name_of"
    )
    return [CountRow(*cast("tuple[Any, ...]", row)) for row in store.rows(query, (scan,))]


def _load_trend(store: FleetStore, scans: Iterable[Scan]) -> Iterator[TrendPoint]:
    query = (
        "SELECT scan, sum(findings), sum(state = 'done'), sum(state = 'failed'), sum(state = 'waiting')"
        " FROM results GROUP BY scan"
    )
    counts = {row[0]: row[1:] for row in cast("Iterable[tuple[Any, ...]]", store.rows(query))}
    for scan in scans:
        yield TrendPoint(scan, *counts.get(scan.number, (0, 0, 0, 0)))


def load_findings(store: FleetStore, scan: int) -> Iterator[tuple[int, FleetFinding]]:
    """The findings of a scan with the number of their repository, ordered by repository, path and row."""
    columns = "repository, path, row, column, code, message, applicability, origin, owner, in_tests"
    query = f"SELECT {columns} FROM findings WHERE scan = ? ORDER BY repository, path, row, column, code"
    for repository, *fields in cast("Iterable[Any]", store.rows(query, (scan,))):
        finding = FleetFinding(*fields)
        yield repository, finding._replace(is_in_tests=bool(finding.is_in_tests))


def web_url(url: str) -> str:
    """The page of a repository; empty if its URL tells none."""
    match = _SSH_URL.fullmatch(url)
    page = f"https://{match[1]}/{match[2]}" if match else url if _WEB_URL.fullmatch(url) else ""
    return page.rstrip("/").removesuffix(".git")


def is_unfinished(row: RepositoryRow) -> bool:
    """Whether nothing is known about a repository."""
    return row.state in (FAILED, WAITING)
