"""`redis-ssot plan`: print the distribution of findings, and the batches in which to fix them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.classify import Classifier, Risk, WorkItem, applicability_label
from flake8_redis_ssot.campaign.codeowners import NO_OWNER, load_codeowners
from flake8_redis_ssot.campaign.plan import (
    BATCH_SIZE,
    DISTRIBUTION_KEYS,
    PHASES,
    Batch,
    DistributionRow,
    Plan,
    compute_distribution,
    make_plan,
)
from flake8_redis_ssot.cli.options import add_config_options, add_path_arguments, parse_count
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check_strict
from flake8_redis_ssot.cli.wrapping import print_report
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports import factories
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell
from flake8_redis_ssot.terminal import Style, escape_unprintable, shorten_to_width

_COLUMNS = 80  # of a terminal
_MAX_NAME = 60  # characters of a name in a table
_RISK_COLORS = {Risk.LOW: "green", Risk.MEDIUM: "yellow", Risk.HIGH: "red"}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `plan`."""
    add_path_arguments(parser, default="the working directory")
    add_config_options(parser)
    parser.add_argument(
        "--batch-size",
        type=parse_count,
        default=BATCH_SIZE,
        metavar="N",
        help=f"files in a batch (default: {BATCH_SIZE})",
    )
    parser.add_argument("--files", action="store_true", help="list the files of each batch")
    parser.add_argument("--factories", action="store_true", help="list every factory with its callers instead")
    parser.add_argument("--json", action="store_true", help="default: text; json has all batches with their findings")


def main(arguments: Namespace) -> int:
    """Print the plan, or the factories; returns 0."""
    config = load_single_config(request_from_args(arguments))
    format_name = "json" if arguments.json else "text"
    if arguments.factories:
        result = run_check_strict(request_from_args(arguments, factories=True, baseline=None))
        report = factories.FactoryReport(result.factory_consolidations, str(config.root))
        print_report(factories.FORMATS[format_name](report), format_name)
        return 0
    result = run_check_strict(request_from_args(arguments, fixes=True, baseline=None))
    items = Classifier(config, load_codeowners(str(config.root))).classify(result.findings)
    plan = make_plan(items, arguments.batch_size)
    print(_FORMATS[format_name](PlanReport(plan, arguments.files, Style.for_stream(sys.stdout))))
    return 0


class PlanReport(NamedTuple):
    """A plan, whether the files of each batch are listed, and the colours."""

    plan: Plan
    with_files: bool
    style: Style = Style()


def _render_text(report: PlanReport) -> str:
    plan, style = report.plan, report.style
    if not plan.batches:
        return "No findings: nothing to plan."
    lines = [f"{plural(len(plan.items), 'finding')} in {plural(len({item.path for item in plan.items}), 'file')}."]
    for title, key in DISTRIBUTION_KEYS.items():
        rows = compute_distribution(plan.items, key)
        if [row.name for row in rows] != [NO_OWNER]:
            lines += ["", *_format_table(f"By {title}", rows, style)]
    for phase, title in PHASES.items():
        batches = plan.batches_in_phase(phase)
        if batches:
            lines += ["", style("bold", f"Phase {phase}: {title}")]
            lines += _format_batches(batches, report)
    return "\n".join(lines)


def _format_table(title: str, rows: Sequence[DistributionRow], style: Style) -> list[str]:
    names = [shorten_to_width(escape_unprintable(row.name), _MAX_NAME) for row in rows]
    width = max(len(title), *map(len, names))
    header = style("bold", f"{title:{width}}  findings  files")
    return [header, *(f"{name:{width}}  {row.findings:8}  {row.files:5}" for name, row in zip(names, rows))]


def _format_batches(batches: Sequence[Batch], report: PlanReport) -> Iterator[str]:
    """A line for each batch, in columns as wide as the batches need; owners only if there is one."""
    sizes = [f"{plural(len(batch.items), 'finding')} in {plural(len(batch.files), 'file')}" for batch in batches]
    fixes = [_summarize_fixes(batch.items) for batch in batches]
    size_width, fixes_width = max(map(len, sizes)), max(map(len, fixes))
    has_owner = any(item.owner != NO_OWNER for item in report.plan.items)
    for batch, size, summary in zip(batches, sizes, fixes):
        risk = report.style(_RISK_COLORS[batch.risk], f"{batch.risk.name.lower():7}")
        owner = escape_unprintable(batch.owner) if has_owner else ""
        line = f"  {batch.name:5} {risk} {size:{size_width}}  {summary:{fixes_width}}"
        used = 2 + 5 + 1 + 7 + 1 + size_width + 2 + fixes_width + 2
        is_fitting = used + len(owner) <= _COLUMNS
        yield f"{line}  {owner}".rstrip() if is_fitting else line.rstrip()
        yield from () if is_fitting else [f"{'':16}{owner}"]
        yield from (f"{'':16}{to_display_path(path)}" for path in batch.files if report.with_files)


def _summarize_fixes(items: Sequence[WorkItem]) -> str:
    return ", ".join(f"{number} {name}" for name, number in _count_applicability(items).items() if number)


def _count_applicability(items: Sequence[WorkItem]) -> dict[str, int]:
    """The numbers of findings by the applicability of their fix."""
    labels = [applicability_label(each.finding) for each in items]
    return {name: labels.count(name) for name in ("safe", "unsafe", "by hand")}


def _render_json(report: PlanReport) -> str:
    plan = report.plan
    document = {
        "findings": len(plan.items),
        "distribution": {
            title: [row._asdict() for row in compute_distribution(plan.items, key)]
            for title, key in DISTRIBUTION_KEYS.items()
        },
        "batches": [
            {
                "batch": batch.name,
                "phase": batch.phase,
                "risk": batch.risk.name.lower(),
                "owner": batch.owner,
                "files": list(batch.files),
                "findings": [_item_to_dict(item) for item in batch.items],
            }
            for batch in plan.batches
        ],
    }
    return format_json(document)


def _item_to_dict(item: WorkItem) -> dict[str, Any]:
    finding = item.finding
    cell, span = span_in_cell(finding.path, finding.span)
    return {
        "path": item.path,
        "cell": cell,
        "row": span.row,
        "column": span.column + 1,
        "code": finding.code,
        "message": finding.message,
        "pattern": finding.context.kind,
        "risk": item.risk.name.lower(),
        "category": item.category,
        "service": item.service,
        "fix": applicability_label(finding),
    }


_FORMATS: Renderers[PlanReport] = {"text": _render_text, "json": _render_json}
