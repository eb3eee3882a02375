"""`redis-ssot plan`: print the distribution of findings, and the batches in which to fix them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.classify import Classifier, WorkItem, applicability_label
from flake8_redis_ssot.campaign.codeowners import load_codeowners
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
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.reports import factories
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell
from flake8_redis_ssot.terminal import escape_unprintable


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
        print(factories.FORMATS[format_name](factories.FactoryReport(result.factory_consolidations, str(config.root))))
        return 0
    result = run_check_strict(request_from_args(arguments, fixes=True, baseline=None))
    items = Classifier(config, load_codeowners(str(config.root))).classify(result.findings)
    print(_FORMATS[format_name](PlanReport(make_plan(items, arguments.batch_size), arguments.files)))
    return 0


class PlanReport(NamedTuple):
    """A plan, and whether the files of each batch are listed."""

    plan: Plan
    with_files: bool


def _render_text(report: PlanReport) -> str:
    plan, with_files = report
    if not plan.batches:
        return "No findings: nothing to plan."
    lines = [f"{plural(len(plan.items), 'finding')} in {plural(len({item.path for item in plan.items}), 'file')}."]
    for title, key in DISTRIBUTION_KEYS.items():
        lines += ["", *_format_table(f"By {title}", compute_distribution(plan.items, key))]
    for phase, title in PHASES.items():
        batches = plan.batches_in_phase(phase)
        if batches:
            lines += ["", f"Phase {phase}: {title}"]
            lines += [line for batch in batches for line in _format_batch(batch, with_files)]
    return "\n".join(lines)


def _format_table(title: str, rows: Sequence[DistributionRow]) -> list[str]:
    names = [escape_unprintable(row.name) for row in rows]
    width = max(len(title), *map(len, names))
    header = f"{title:{width}}  findings  files"
    return [header, *(f"{name:{width}}  {row.findings:8}  {row.files:5}" for name, row in zip(names, rows))]


def _format_batch(batch: Batch, with_files: bool) -> list[str]:
    fixes = _count_applicability(batch.items)
    fix_summary = ", ".join(f"{number} {name}" for name, number in fixes.items() if number)
    size = f"{plural(len(batch.items), 'finding')} in {plural(len(batch.files), 'file')}"
    owner = escape_unprintable(batch.owner)
    header = f"  {batch.name:6} {batch.risk.name.lower():7} {size:26} {fix_summary:36} {owner}".rstrip()
    return [header, *(f"           {to_display_path(path)}" for path in batch.files if with_files)]


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
