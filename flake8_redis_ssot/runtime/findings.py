"""Findings and a run side by side: what each finding has cost, and what was constructed without a finding."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.model import CONSTRUCTIONS, Finding, FindingKind
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.agent.places import Place
from flake8_redis_ssot.runtime.budgets import format_place
from flake8_redis_ssot.runtime.exemptions import Exemptions
from flake8_redis_ssot.runtime.records import RunRecord, Site

_MAX_ROWS = 20  # of the table of costs


class Cost(NamedTuple):
    """What was really made at a finding: instances, and the connections that they opened."""

    instances: int
    connections: int

    def __str__(self) -> str:
        return f"{plural(self.instances, 'instance')}, {plural(self.connections, 'connection')}"


NO_COST = Cost(0, 0)


class UnreportedSite(NamedTuple):
    """A place that constructs without a finding, how often, and why none is reported (empty: it was missed)."""

    place: Place
    type: str
    constructed: int
    explanation: str


class RuntimeComparison(NamedTuple):
    """The costs of the findings that are constructions, and what has none."""

    costs: Mapping[Finding, Cost]
    unreported: tuple[UnreportedSite, ...]
    exempt: Mapping[str, int]  # constructions by why they are allowed

    @property
    def executed(self) -> list[Finding]:
        """The findings that were executed, the most expensive first."""
        return _by_cost(self.costs)

    def sort_key(self, finding: Finding) -> tuple[int, int, Finding]:
        """Findings by what they cost, the most expensive first; the others behind them as they were."""
        return _cost_key(finding, self.costs)


def _by_cost(costs: Mapping[Finding, Cost]) -> list[Finding]:
    """The findings that cost anything, the most expensive first."""
    return sorted((each for each, cost in costs.items() if cost != NO_COST), key=lambda each: _cost_key(each, costs))


def _cost_key(finding: Finding, costs: Mapping[Finding, Cost]) -> tuple[int, int, Finding]:
    cost = costs.get(finding, NO_COST)
    return -cost.connections, -cost.instances, finding


def compare_with_run(
    config: Config, record: RunRecord, findings: Sequence[Finding], hidden: Sequence[Finding] = ()
) -> RuntimeComparison:
    """Compare findings with a run; `hidden` are those that comments or the baseline suppress."""
    root, exemptions = str(config.root), Exemptions(config)
    finder, hidden_finder = _FindingFinder(root, findings), _FindingFinder(root, hidden)
    connections = _connections_by_place(record)
    instances: Counter[Finding] = Counter()
    opened: Counter[Finding] = Counter()
    unreported: Counter[tuple[Place, str, str]] = Counter()
    exempt: Counter[str] = Counter()
    seen: set[tuple[Finding, Place]] = set()
    for site in record.sites():
        if site.is_part or not site.constructed:
            continue
        finding = finder.find(site)
        if finding is not None:
            instances[finding] += site.constructed
            if (finding, site.place) not in seen:
                seen.add((finding, site.place))
                opened[finding] += connections[site.place]
        elif reason := exemptions.reason(site):
            exempt[reason] += site.constructed
        else:
            explanation = _explain(site, config, finder, hidden_finder)
            unreported[site.place, site.type, explanation] += site.constructed
    costs = {
        finding: Cost(instances[finding], opened[finding])
        for finding in findings
        if finding.context.kind in CONSTRUCTIONS
    }
    sites = (UnreportedSite(place, type_name, number, why) for (place, type_name, why), number in unreported.items())
    return RuntimeComparison(
        costs, tuple(sorted(sites, key=lambda site: (bool(site.explanation), -site.constructed))), exempt
    )


def annotate(findings: Iterable[Finding], comparison: RuntimeComparison) -> list[Finding]:
    """The findings by what they cost, the most expensive first, with the cost in the note."""
    return [_with_cost(finding, comparison) for finding in sorted(findings, key=comparison.sort_key)]


def render_comparison(comparison: RuntimeComparison) -> Iterator[str]:
    """The comparison as lines of a report."""
    executed, total = len(comparison.executed), len(comparison.costs)
    yield f"At run time: {executed} of {plural(total, 'construction')} that are reported were executed."
    yield from render_costs(comparison.costs)
    for reason, number in sorted(comparison.exempt.items()):
        yield f"  {plural(number, 'instance')} in places that may construct: {reason}"
    if comparison.unreported:
        yield f"{plural(len(comparison.unreported), 'place')} constructed without a finding:"
    for site in comparison.unreported:
        why = site.explanation or "missed; please report it"
        yield f"  {format_place(site.place)}: {site.type}, {plural(site.constructed, 'time')}: {why}"


def render_costs(costs: Mapping[Finding, Cost]) -> Iterator[str]:
    """A table of the findings that were executed, the most expensive first."""
    executed = _by_cost(costs)
    rows = executed[:_MAX_ROWS]
    if rows:
        yield "  connections  instances"
    for finding in rows:
        cost, place = costs[finding], f"{to_display_path(finding.path)}:{finding.span.row}"
        yield f"  {cost.connections:11}  {cost.instances:9}  {place}: {finding.code}"
    if len(executed) > len(rows):
        yield f"  {len(executed) - len(rows)} more"


class _FindingFinder:
    """Finds the finding of a place: the row decides, and the column if a row has several."""

    def __init__(self, root: str, findings: Iterable[Finding]) -> None:
        self._by_file: defaultdict[str, list[Finding]] = defaultdict(list)
        self.passed: list[Finding] = []
        for finding in findings:
            if finding.context.kind in CONSTRUCTIONS:
                self._by_file[to_relative_path(root, os.path.abspath(finding.path))].append(finding)
                if finding.context.kind is FindingKind.FACTORY and not finding.context.snippet.endswith(")"):
                    self.passed.append(finding)

    def find(self, site: Site) -> Finding | None:
        """The finding at a place; None if there is none."""
        place = site.place
        candidates = [
            finding
            for finding in self._by_file.get(place.file, ())
            if finding.span.row <= place.end_row and finding.span.end_row >= place.row
        ]
        exact = [each for each in candidates if (each.span.row, each.span.column) == (place.row, place.column)]
        same_row = [each for each in candidates if each.span.row == place.row]
        return next(iter([*exact, *same_row, *candidates]), None)


def _explain(site: Site, config: Config, finder: _FindingFinder, hidden_finder: _FindingFinder) -> str:
    """Why a construction has no finding; empty if it should have one."""
    if hidden_finder.find(site) is not None:
        return "suppressed by a comment, the settings or the baseline"
    passed = [each for each in finder.passed if _can_create(each, site)]
    root = str(config.root)
    passed = [each for each in passed if to_relative_path(root, each.path) == site.place.file] or passed
    if passed:
        places = ", ".join(f"{to_relative_path(root, each.path)}:{each.span.row}" for each in passed)
        return f"created where the constructor was passed to, which is reported at {places}"
    if site.caller:
        return f"created by {site.caller}, which is no code of the project"
    if _is_third_party_subclass(site):
        return "a subclass of a third-party class, which the rules leave alone"
    return ""


def _can_create(finding: Finding, site: Site) -> bool:
    name = finding.context.origin.rpartition(".")[2]
    return name in (site.type.rpartition(".")[2], site.constructor.rpartition(".")[2])


def _is_third_party_subclass(site: Site) -> bool:
    package = site.constructor.partition(".")[0]
    return "*" not in package and not site.type.startswith(f"{package}.")


def _connections_by_place(record: RunRecord) -> Counter[Place]:
    """The connections that were opened, by the place of the object that they belong to."""
    opened: Counter[Place] = Counter()
    for library in record.libraries():
        for pool in library.pools:
            opened[pool.owner if pool.owner.file else pool.place] += pool.opened
    return opened


def _with_cost(finding: Finding, comparison: RuntimeComparison) -> Finding:
    cost = comparison.costs.get(finding)
    if cost is None:
        return finding
    text = f"at run time: {cost}" if cost != NO_COST else "not executed at run time"
    return finding._replace(note=f"{finding.note}; {text}" if finding.note else text)
