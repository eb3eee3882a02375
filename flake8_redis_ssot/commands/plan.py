"""`redis-ssot plan`: the order in which findings can be mended, and how they are spread."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.campaign.owners import owners_of
from flake8_redis_ssot.campaign.plan import BATCH_SIZE, PHASES, TABLES, Batch, Plan, Share, distribution, make_plan
from flake8_redis_ssot.campaign.work import Surveyor, Work, trust_in
from flake8_redis_ssot.cells import in_cell
from flake8_redis_ssot.commands.flags import add_configuration, add_paths, count
from flake8_redis_ssot.commands.running import configuration_of, request_of, whole_outcome_of
from flake8_redis_ssot.selection import counted


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `plan`."""
    add_paths(parser, default="the working directory")
    add_configuration(parser)
    parser.add_argument(
        "--batch-size", type=count, default=BATCH_SIZE, metavar="N", help=f"files in a batch (default: {BATCH_SIZE})"
    )
    parser.add_argument("--files", action="store_true", help="list the files of each batch")
    parser.add_argument("--factories", action="store_true", help="instead, every factory with all its callers")
    parser.add_argument("--json", action="store_true", help="for machines: all batches with their findings")


def main(arguments: Namespace) -> int:
    """Print the plan: 0."""
    config = configuration_of(request_of(arguments))
    if arguments.factories:
        return _factories(arguments, str(config.root))
    outcome = whole_outcome_of(request_of(arguments, fixes=True, baseline=None))
    work = Surveyor(config, owners_of(str(config.root))).survey(outcome.findings)
    plan = make_plan(work, arguments.batch_size)
    print(
        json.dumps(_as_json(plan), indent=2, ensure_ascii=False) if arguments.json else _as_text(plan, arguments.files)
    )
    return 0


def _factories(arguments: Namespace, root: str) -> int:
    from flake8_redis_ssot.commands.factories import as_json, as_text  # late: it has to be asked for

    found = whole_outcome_of(request_of(arguments, factories=True, baseline=None)).factories
    print(json.dumps(as_json(found, root), indent=2, ensure_ascii=False) if arguments.json else as_text(found, root))
    return 0


def _as_text(plan: Plan, with_files: bool) -> str:
    if not plan.batches:
        return "Nothing to do: no findings."
    lines = [f"{counted(len(plan.work), 'finding')} in {counted(len({work.path for work in plan.work}), 'file')}."]
    for title, key in TABLES.items():
        lines += ["", *_table(f"By {title}", distribution(plan.work, key))]
    for phase, title in PHASES.items():
        batches = plan.phase(phase)
        if batches:
            lines += ["", f"Phase {phase}: {title}"]
            lines += [line for batch in batches for line in _batch(batch, with_files)]
    return "\n".join(lines)


def _table(title: str, shares: Sequence[Share]) -> list[str]:
    width = max(len(title), *(len(share.name) for share in shares))
    head = f"{title:{width}}  findings  files"
    return [head, *(f"{share.name:{width}}  {share.findings:8}  {share.files:5}" for share in shares)]


def _batch(batch: Batch, with_files: bool) -> list[str]:
    fixes = _fixes(batch.work)
    told = ", ".join(f"{number} {name}" for name, number in fixes.items() if number)
    size = f"{counted(len(batch.work), 'finding')} in {counted(len(batch.files), 'file')}"
    head = f"  {batch.name:6} {batch.risk.name.lower():7} {size:26} {told:36} {batch.owner}".rstrip()
    return [head, *(f"           {path}" for path in batch.files if with_files)]


def _fixes(work: Sequence[Work]) -> dict[str, int]:
    """How many of some findings have fixes, by how far these can be trusted."""
    found = [trust_in(each.finding) for each in work]
    return {name: found.count(name) for name in ("safe", "unsafe", "by hand")}


def _as_json(plan: Plan) -> dict[str, Any]:
    return {
        "findings": len(plan.work),
        "distribution": {
            title: [share._asdict() for share in distribution(plan.work, key)] for title, key in TABLES.items()
        },
        "batches": [
            {
                "batch": batch.name,
                "phase": batch.phase,
                "risk": batch.risk.name.lower(),
                "owner": batch.owner,
                "files": list(batch.files),
                "findings": [_finding(work) for work in batch.work],
            }
            for batch in plan.batches
        ],
    }


def _finding(work: Work) -> dict[str, Any]:
    finding = work.finding
    cell, span = in_cell(finding.path, finding.span)
    return {
        "path": work.path,
        "cell": cell,
        "row": span.row,
        "column": span.column + 1,
        "code": finding.code,
        "message": finding.message,
        "pattern": finding.mark.pattern,
        "risk": work.risk.name.lower(),
        "category": work.category,
        "service": work.service,
        "fix": trust_in(finding),
    }
