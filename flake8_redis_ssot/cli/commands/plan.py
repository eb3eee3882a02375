"""`redis-ssot plan`: the order in which findings can be mended, and how they are spread."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from flake8_redis_ssot.baseline.entries import path_from
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
from flake8_redis_ssot.linter.fix.factories import FactoryConsolidation, FactoryUse
from flake8_redis_ssot.model import Applicability, Finding, Span, plural
from flake8_redis_ssot.syntax.notebooks.locations import span_in_cell


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `plan`."""
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
    parser.add_argument("--factories", action="store_true", help="instead, every factory with all its callers")
    parser.add_argument("--json", action="store_true", help="for machines: all batches with their findings")


def main(arguments: Namespace) -> int:
    """Print the plan: 0."""
    config = load_single_config(request_from_args(arguments))
    if arguments.factories:
        return _print_factories(arguments, str(config.root))
    result = run_check_strict(request_from_args(arguments, fixes=True, baseline=None))
    items = Classifier(config, load_codeowners(str(config.root))).classify(result.findings)
    plan = make_plan(items, arguments.batch_size)
    print(
        json.dumps(_plan_to_dict(plan), indent=2, ensure_ascii=False)
        if arguments.json
        else _format_plan(plan, arguments.files)
    )
    return 0


def _print_factories(arguments: Namespace, root: str) -> int:

    factories = run_check_strict(request_from_args(arguments, factories=True, baseline=None)).factory_consolidations
    print(
        json.dumps(factories_to_dict(factories, root), indent=2, ensure_ascii=False)
        if arguments.json
        else format_factories(factories, root)
    )
    return 0


def _format_plan(plan: Plan, with_files: bool) -> str:
    if not plan.batches:
        return "Nothing to do: no findings."
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
    width = max(len(title), *(len(share.name) for share in rows))
    header = f"{title:{width}}  findings  files"
    return [header, *(f"{share.name:{width}}  {share.findings:8}  {share.files:5}" for share in rows)]


def _format_batch(batch: Batch, with_files: bool) -> list[str]:
    fixes = _count_applicability(batch.items)
    fix_summary = ", ".join(f"{number} {name}" for name, number in fixes.items() if number)
    size = f"{plural(len(batch.items), 'finding')} in {plural(len(batch.files), 'file')}"
    header = f"  {batch.name:6} {batch.risk.name.lower():7} {size:26} {fix_summary:36} {batch.owner}".rstrip()
    return [header, *(f"           {path}" for path in batch.files if with_files)]


def _count_applicability(items: Sequence[WorkItem]) -> dict[str, int]:
    """How many of some findings have fixes, by how far these can be trusted."""
    labels = [applicability_label(each.finding) for each in items]
    return {name: labels.count(name) for name in ("safe", "unsafe", "by hand")}


def _plan_to_dict(plan: Plan) -> dict[str, Any]:
    return {
        "findings": len(plan.items),
        "distribution": {
            title: [share._asdict() for share in compute_distribution(plan.items, key)]
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


_MAX_REASONS = 3  # reasons
_USE_LABELS = {"calls": "called", "reads": "read", "patches": "patched"}


def format_factories(factories: Sequence[FactoryConsolidation], root: str) -> str:
    """All factories, for people."""
    if not factories:
        return "No factories."
    replaceable = sum(_applicability_label(each.applicability) in ("safe", "unsafe") for each in factories)
    findings = plural(sum(len(each.findings) for each in factories), "finding")
    summary = (
        f"{findings} in {plural(len(factories), 'factory', 'factories')}; the calls of {replaceable} can be replaced."
    )
    return "\n".join([summary, *(line for each in factories for line in _format_factory(each, root))])


def _format_factory(factory: FactoryConsolidation, root: str) -> list[str]:
    survey = factory.survey
    lines = [
        "",
        f"{_format_location(survey.path, survey.row, root)} {_format_name(factory)} makes "
        f"{' and '.join(factory.created_names)}",
    ]
    for use, label in _USE_LABELS.items():
        uses = [location for location in survey.uses if location.action == use]
        qualifier = "perhaps " if any(location.is_uncertain for location in uses) else ""
        lines += _format_list(
            f"{qualifier}{label}", [_format_location(location.path, location.row, root) for location in uses]
        )
    reasons = [*factory.reasons[:_MAX_REASONS]]
    if len(factory.reasons) > _MAX_REASONS:
        reasons.append(f"and {len(factory.reasons) - _MAX_REASONS} more; --json has all")
    return [*lines, *_format_list("--inline", [_applicability_label(factory.applicability), *reasons])]


def _format_location(path: str, row: int, root: str) -> str:
    cell, inner = _in_cell(path, row)
    return f"{path_from(root, path)}:{inner}" if cell is None else f"{path_from(root, path)}:cell {cell}:{inner}"


def _in_cell(path: str, row: int) -> tuple[int | None, int]:
    """The number of the cell in a notebook (None in a module), and the row in it."""
    cell, span = span_in_cell(path, Span(row, 0, row, 0))
    return cell, span.row


def _format_name(factory: FactoryConsolidation) -> str:
    name, kind = factory.survey.name.rpartition("<locals>.")[2], factory.survey.kind
    return f"`{name}` ({kind})" if name and kind != "lambda" else f"({kind})"


def _format_list(title: str, items: Iterable[str]) -> list[str]:
    return [f"    {title if number == 0 else '':16}  {part}" for number, part in enumerate(items)]


def _applicability_label(applicability: Applicability | None) -> str:
    return "no" if applicability is None or applicability == Applicability.MANUAL else applicability.name.lower()


def factories_to_dict(factories: Iterable[FactoryConsolidation], root: str) -> dict[str, Any]:
    """The same, for machines."""
    return {"factories": [_factory_to_dict(each, root) for each in factories]}


def _factory_to_dict(factory: FactoryConsolidation, root: str) -> dict[str, Any]:
    cell, row = _in_cell(factory.survey.path, factory.survey.row)
    return {
        "path": path_from(root, factory.survey.path),
        "cell": cell,
        "row": row,
        "name": factory.survey.name,
        "kind": factory.survey.kind,
        "makes": list(factory.created_names),
        "findings": [_finding_to_dict(finding) for finding in factory.findings],
        "callers": [_use_to_dict(use, root) for use in factory.survey.uses if use.action != "patches"],
        "patches": [_use_to_dict(use, root) for use in factory.survey.uses if use.action == "patches"],
        "inline": _applicability_label(factory.applicability),
        "reasons": list(factory.reasons),
    }


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    cell, span = span_in_cell(finding.path, finding.span)
    return {"cell": cell, "row": span.row, "column": span.column + 1}


def _use_to_dict(use: FactoryUse, root: str) -> dict[str, Any]:
    path, (cell, row) = path_from(root, use.path), _in_cell(use.path, use.row)
    return {"path": path, "cell": cell, "row": row, "does": use.action, "perhaps": use.is_uncertain}
