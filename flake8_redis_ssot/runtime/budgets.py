"""The limits of the settings, checked against a run; each broken one with the places that broke it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource, RuntimeBudgets
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.agent.places import Place
from flake8_redis_ssot.runtime.exemptions import Exemptions
from flake8_redis_ssot.runtime.records import ALL_COMMANDS, Leak, RunRecord, Site

LIBRARIES = ("redis", "sqlalchemy")
_MAX_PLACES = 10


class BudgetEvidence(NamedTuple):
    """What counts against a limit: a place of the project, or None for a command."""

    place: Place | None
    text: str

    def __str__(self) -> str:
        return self.text if self.place is None else f"{format_place(self.place)}: {self.text}"


class BudgetResult(NamedTuple):
    """A limit and what was measured; `where` are the places that count, the largest first.

    `has_passed` is None if the run has not measured it.
    """

    resource: str
    budget: str
    limit: float
    measured: float | None
    has_passed: bool | None
    summary: str
    where: tuple[BudgetEvidence, ...] = ()

    @property
    def title(self) -> str:
        """`redis: instances`."""
        return f"{self.resource}: {self.budget}"


def check_budgets(config: Config, record: RunRecord) -> list[BudgetResult]:
    """Check all limits of all resources, in the order of the settings."""
    return [result for resource in config.resources for result in _check_resource(config, resource, record)]


def library_of(resource: Resource) -> str | None:
    """The library whose connections are those of a resource: as set, or the package of a constructor or its name."""
    if resource.runtime is not None and resource.runtime.library is not None:
        return resource.runtime.library
    packages = {name.partition(".")[0] for name in resource.constructors}
    named = [library for library in LIBRARIES if library in packages or library in resource.name.lower()]
    return named[0] if named else None


def counted_sites(exemptions: Exemptions, resource: Resource, record: RunRecord) -> list[Site]:
    """The constructions that count as instances: not those that are part of others, nor exempt ones.

    The one in the canonical module is the instance itself, and counts.
    """
    return [
        site
        for site in record.sites()
        if site.resource == resource.name and not site.is_part and exemptions.reason(site) in ("", "canonical module")
    ]


def resource_leaks(resource: Resource, record: RunRecord, exemptions: Exemptions) -> list[Leak]:
    """The connections of a resource that are left; what the canonical module keeps open is shared.

    A connection that is not put back to the pool is a leak of whoever took it.
    """
    library = library_of(resource)
    return [
        leak
        for each in record.libraries()
        for leak in each.leaks
        if each.name == library and (leak.is_in_use or not exemptions.reason_for_place(leak.origin, resource))
    ]


def _check_resource(config: Config, resource: Resource, record: RunRecord) -> Iterator[BudgetResult]:
    budgets, exemptions = resource.runtime, Exemptions(config)
    if budgets is None:
        return
    if budgets.instances is not None:
        sites = counted_sites(exemptions, resource, record)
        yield _check_instances(resource.name, budgets, budgets.instances, sites)
    if budgets.connections is not None:
        yield _check_connections(resource, budgets, budgets.connections, record)
    if budgets.leaks is not None:
        yield _check_leaks(resource, budgets.leaks, record, exemptions)
    if budgets.p95_ms is not None:
        yield _check_latency(resource, budgets.p95_ms, record)


def _check_instances(name: str, budgets: RuntimeBudgets, limit: int, sites: Sequence[Site]) -> BudgetResult:
    counts: Counter[object] = Counter()
    for site in sites:
        if budgets.per == "test":
            for test, number in site.tests.items():
                counts[site.process, test] += number if test else 0
        else:
            counts[site.process if budgets.per == "process" else ""] += site.constructed
    worst, measured = max(counts.items(), key=lambda item: item[1], default=("", 0))
    places: Counter[Place] = Counter()
    for site in sites:
        places[site.place._replace(column=-1)] += _count_in_scope(site, worst, budgets.per)
    unit = plural(measured, "instance")
    return BudgetResult(
        name,
        "instances",
        limit,
        measured,
        measured <= limit,
        f"{unit} in a {budgets.per}, {limit} allowed" if budgets.per != "session" else f"{unit}, {limit} allowed",
        tuple(_describe_counts(places, worst)) if measured > limit else (),
    )


def _count_in_scope(site: Site, scope: object, per: str) -> int:
    """The constructions of a place in one process, test (with its process) or in the session."""
    if per == "session":
        return site.constructed
    if isinstance(scope, tuple):
        return site.tests.get(scope[1], 0) if site.process == scope[0] else 0
    return site.constructed if site.process == scope else 0


def _describe_counts(places: Counter[Place], scope: object) -> Iterator[BudgetEvidence]:
    suffix = f" in {scope[1]}" if isinstance(scope, tuple) else ""
    for place, number in places.most_common(_MAX_PLACES):
        if number:
            yield BudgetEvidence(place, f"{number}{suffix}")


def _check_connections(resource: Resource, budgets: RuntimeBudgets, limit: int, record: RunRecord) -> BudgetResult:
    libraries = [each for each in record.libraries() if each.name == library_of(resource)]
    if not libraries:
        return _report_unmeasured(resource, "connections", limit)
    peaks = [each.peak for each in libraries]
    measured = sum(peaks) if budgets.per == "session" else max(peaks)
    places: Counter[Place] = Counter()
    for pool in (pool for each in libraries for pool in each.pools):
        origin = pool.owner if pool.owner.file else pool.place
        places[origin._replace(column=-1)] += pool.peak
    return BudgetResult(
        resource.name,
        "connections",
        limit,
        measured,
        measured <= limit,
        f"{plural(measured, 'connection')} open at the same time, {limit} allowed",
        tuple(_describe_counts(places, None)) if measured > limit else (),
    )


def _check_leaks(resource: Resource, limit: int, record: RunRecord, exemptions: Exemptions) -> BudgetResult:
    if not any(each.name == library_of(resource) for each in record.libraries()):
        return _report_unmeasured(resource, "leaks", limit)
    leaks = resource_leaks(resource, record, exemptions)
    measured = sum(leak.connections for leak in leaks)
    where = tuple(map(leak_evidence, sorted(leaks, key=lambda leak: -leak.connections)))[:_MAX_PLACES]
    summary = f"{plural(measured, 'connection')} left, {limit} allowed"
    return BudgetResult(
        resource.name, "leaks", limit, measured, measured <= limit, summary, where if measured > limit else ()
    )


def _check_latency(resource: Resource, limit: float, record: RunRecord) -> BudgetResult:
    latencies = record.latencies(library_of(resource))
    if not latencies:
        return _report_unmeasured(resource, "p95-ms", limit)
    overall = next(each for each in latencies if each.command == ALL_COMMANDS)
    slow = sorted((each for each in latencies if each.p95 > limit), key=lambda each: -each.p95)
    where = tuple(
        BudgetEvidence(
            None, f"{each.command}: p95 {each.p95:.2f} ms, maximum {each.maximum:.2f} ms, {plural(each.calls, 'call')}"
        )
        for each in slow
        if each.command != ALL_COMMANDS
    )
    summary = f"95 % of {plural(overall.calls, 'command')} within {overall.p95:.2f} ms, {limit:g} ms allowed"
    has_passed = overall.p95 <= limit
    return BudgetResult(
        resource.name, "p95-ms", limit, overall.p95, has_passed, summary, () if has_passed else where[:_MAX_PLACES]
    )


def _report_unmeasured(resource: Resource, budget: str, limit: float) -> BudgetResult:
    library = library_of(resource)
    if library is None:
        reason = "which library's connections are meant could not be inferred; set `library`"
    else:
        reason = f"not measured: no observed process has imported {library}"
    return BudgetResult(resource.name, budget, limit, None, None, reason)


def render_budget(result: BudgetResult) -> Iterator[str]:
    """A budget as lines of a report, with the places that broke it."""
    state = {True: "held", False: "BROKEN", None: "not known"}[result.has_passed]
    yield f"  {result.title}: {state}: {result.summary}"
    yield from (f"    {each}" for each in result.where)


def leak_evidence(leak: Leak) -> BudgetEvidence:
    """A leak as evidence."""
    test = f" {leak.test}" if leak.test else ""
    return BudgetEvidence(leak.origin, f"{plural(leak.connections, 'connection')} {leak.kind}{test}")


def format_place(place: Place) -> str:
    """`services/cart.py:12 (Cart.__init__)`."""
    if not place.file:
        return "outside of the project"
    function = f" ({place.function})" if place.function else ""
    return f"{place.file}:{place.row}{function}" if place.row else f"{place.file}{function}"


def broken(results: Iterable[BudgetResult]) -> list[BudgetResult]:
    """The limits that were broken."""
    return [result for result in results if result.has_passed is False]
