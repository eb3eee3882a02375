"""The report of a run as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.agent.places import Place
from flake8_redis_ssot.runtime.budgets import (
    check_budgets,
    format_place,
    leak_evidence,
    library_of,
    render_budget,
    resource_leaks,
)
from flake8_redis_ssot.runtime.exemptions import Exemptions
from flake8_redis_ssot.runtime.records import RunRecord, Site

_MAX_ROWS = 20


def render_report(config: Config, record: RunRecord, *, limit: int = _MAX_ROWS) -> str:
    """The whole report: each resource, latency, what was not observed, and the budgets."""
    exemptions = Exemptions(config)
    lines = [f"{plural(len(record.processes), 'process', 'processes')} observed"]
    for resource in config.resources:
        lines += ["", *_render_resource(resource, record, exemptions, limit)]
    lines += _render_latency(record, limit)
    lines += _render_unknown(record)
    budgets = check_budgets(config, record)
    if budgets:
        lines += ["", "budgets", *(line for result in budgets for line in render_budget(result))]
    return "\n".join(lines)


def _instance_sites(resource: Resource, record: RunRecord) -> list[Site]:
    """The places that construct what is no part of something else."""
    return [site for site in record.sites() if site.resource == resource.name and not site.is_part]


def _count_instances(sites: Sequence[Site], exemptions: Exemptions) -> tuple[int, int]:
    """The instances, and those that bypass the canonical module."""
    bypassing = [site for site in sites if not exemptions.reason(site)]
    return sum(site.constructed for site in sites), sum(site.constructed for site in bypassing)


def _render_resource(resource: Resource, record: RunRecord, exemptions: Exemptions, limit: int) -> Iterator[str]:
    sites = _instance_sites(resource, record)
    total, bypassing = _count_instances(sites, exemptions)
    alive = sum(site.alive for site in sites)
    yield (
        f"{resource.name}: {plural(total, 'instance')} constructed, {bypassing} of them bypass the canonical module; "
        f"{alive} alive at the end"
    )
    yield from _render_sites(sites, exemptions, limit)
    for name, (calls, objects) in record.accessors().items():
        if name in _accessors(resource):
            suffix = "" if objects <= 1 else f", which returned another object {objects - 1} times"
            yield f"  {plural(calls, 'call')} of {name}{suffix}"
    yield from _render_connections(resource, record, exemptions, limit)


def _accessors(resource: Resource) -> set[str]:
    return {resource.accessor or "", *(each.accessor for each in resource.accessor_for)}


def _render_sites(sites: Sequence[Site], exemptions: Exemptions, limit: int) -> Iterator[str]:
    """The places that construct, those that may not first."""
    counts: Counter[tuple[Place, str, str]] = Counter()
    for site in sites:
        counts[site.place._replace(column=-1), site.type, exemptions.reason(site)] += site.constructed
    rows = sorted(((number, *key) for key, number in counts.items() if number), key=lambda row: (bool(row[3]), -row[0]))
    for number, place, type_name, reason in rows[:limit]:
        yield f"  {number:6}  {format_place(place)}: {type_name}{f' [{reason}]' if reason else ''}"
    if len(rows) > limit:
        yield f"          {plural(len(rows) - limit, 'more place')}"


def _render_connections(resource: Resource, record: RunRecord, exemptions: Exemptions, limit: int) -> Iterator[str]:
    libraries = [each for each in record.libraries() if each.name == library_of(resource)]
    if not libraries:
        return
    pools = sum(pool.pools for each in libraries for pool in each.pools)
    yield (
        f"  {plural(pools, 'pool')}, {plural(sum(each.opened for each in libraries), 'connection')} opened; "
        f"in one process at most {max(each.peak for each in libraries)} open and "
        f"{max(each.peak_in_use for each in libraries)} in use at the same time; "
        f"{sum(pool.finalized for each in libraries for pool in each.pools)} closed by the garbage collector"
    )
    yield _render_server_count([pair for each in libraries for pair in each.server_counts])
    leaks = resource_leaks(resource, record, exemptions)
    yield f"  {plural(sum(leak.connections for leak in leaks), 'connection')} left"
    yield from (f"    {leak_evidence(leak)}" for leak in leaks[:limit])
    if len(leaks) > limit:
        yield f"    {len(leaks) - limit} more"


def _render_server_count(pairs: Sequence[tuple[int, int]]) -> str:
    if not pairs:
        return "  no server has confirmed the number of connections"
    ours, theirs = max(pairs)
    return f"  the server listed {plural(theirs, 'client')} when {ours} of these connections were open"


def _render_latency(record: RunRecord, limit: int) -> Iterator[str]:
    latencies = record.latencies()
    if not latencies:
        return
    width = max(len(each.command) for each in latencies)
    yield ""
    yield f"{'command':{width}}     calls   p50 ms   p95 ms   p99 ms   max ms"
    rows = [*latencies[:-1][:limit], latencies[-1]]
    for each in rows:
        numbers = "".join(f" {number:8.2f}" for number in (each.p50, each.p95, each.p99, each.maximum))
        yield f"{each.command:{width}}  {each.calls:8}{numbers}"


def _render_unknown(record: RunRecord) -> Iterator[str]:
    """What was not observed, and what is therefore not known."""
    lines = [f"  {each}: nothing of it is known" for each in record.unobserved]
    for process in record.process_infos():
        if not process.has_ended:
            lines.append(
                f"  process {process.number} ({process.program}) was killed or is running: its counts are those of the "
                "last snapshot, at least"
            )
        lines += [f"  {name}: {reason}" for name, reason in process.problems]
    if lines:
        yield from ("", "not observed", *dict.fromkeys(lines))
