"""`redis-ssot plan`: the order in which findings can be mended, and how they are spread."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.classify import Surveyor, Work, trust_in
from flake8_redis_ssot.campaign.codeowners import owners_of
from flake8_redis_ssot.campaign.plan import BATCH_SIZE, PHASES, TABLES, Batch, Plan, Share, distribution, make_plan
from flake8_redis_ssot.cli.options import add_configuration, add_paths, count
from flake8_redis_ssot.cli.request import configuration_of, request_of, whole_outcome_of
from flake8_redis_ssot.linter.fix.factories import Consolidation, Place
from flake8_redis_ssot.model import Applicability, Finding, Span, counted
from flake8_redis_ssot.syntax.notebooks.locations import in_cell


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


_SHOWN = 3  # reasons
_WORDS = {"calls": "called", "reads": "read", "patches": "patched"}


def as_text(factories: Sequence[Consolidation], root: str) -> str:
    """All factories, for people."""
    if not factories:
        return "No factories."
    able = sum(_word(each.trust) in ("safe", "unsafe") for each in factories)
    findings = counted(sum(len(each.findings) for each in factories), "finding")
    head = f"{findings} in {counted(len(factories), 'factory', 'factories')}; the calls of {able} can be replaced."
    return "\n".join([head, *(line for each in factories for line in _lines(each, root))])


def _lines(each: Consolidation, root: str) -> list[str]:
    survey = each.survey
    lines = ["", f"{_told(survey.path, survey.row, root)} {_named(each)} makes {' and '.join(each.makes)}"]
    for does, word in _WORDS.items():
        places = [place for place in survey.places if place.does == does]
        perhaps = "perhaps " if any(place.perhaps for place in places) else ""
        lines += _listed(f"{perhaps}{word}", [_told(place.path, place.row, root) for place in places])
    reasons = [*each.reasons[:_SHOWN]]
    if len(each.reasons) > _SHOWN:
        reasons.append(f"and {len(each.reasons) - _SHOWN} more; --json has all")
    return [*lines, *_listed("--inline", [_word(each.trust), *reasons])]


def _told(path: str, row: int, root: str) -> str:
    cell, inner = _in_cell(path, row)
    return f"{path_from(root, path)}:{inner}" if cell is None else f"{path_from(root, path)}:cell {cell}:{inner}"


def _in_cell(path: str, row: int) -> tuple[int | None, int]:
    """The number of the cell in a notebook (None in a module), and the row in it."""
    cell, span = in_cell(path, Span(row, 0, row, 0))
    return cell, span.row


def _named(each: Consolidation) -> str:
    name, kind = each.survey.name.rpartition("<locals>.")[2], each.survey.kind
    return f"`{name}` ({kind})" if name and kind != "lambda" else f"({kind})"


def _listed(title: str, parts: Iterable[str]) -> list[str]:
    return [f"    {title if number == 0 else '':16}  {part}" for number, part in enumerate(parts)]


def _word(trust: Applicability | None) -> str:
    return "no" if trust is None or trust == Applicability.MANUAL else trust.name.lower()


def as_json(factories: Iterable[Consolidation], root: str) -> dict[str, Any]:
    """The same, for machines."""
    return {"factories": [_factory(each, root) for each in factories]}


def _factory(each: Consolidation, root: str) -> dict[str, Any]:
    cell, row = _in_cell(each.survey.path, each.survey.row)
    return {
        "path": path_from(root, each.survey.path),
        "cell": cell,
        "row": row,
        "name": each.survey.name,
        "kind": each.survey.kind,
        "makes": list(each.makes),
        "findings": [_factory_finding(finding) for finding in each.findings],
        "callers": [_place(place, root) for place in each.survey.places if place.does != "patches"],
        "patches": [_place(place, root) for place in each.survey.places if place.does == "patches"],
        "inline": _word(each.trust),
        "reasons": list(each.reasons),
    }


def _factory_finding(finding: Finding) -> dict[str, Any]:
    cell, span = in_cell(finding.path, finding.span)
    return {"cell": cell, "row": span.row, "column": span.column + 1}


def _place(place: Place, root: str) -> dict[str, Any]:
    path, (cell, row) = path_from(root, place.path), _in_cell(place.path, place.row)
    return {"path": path, "cell": cell, "row": row, "does": place.does, "perhaps": place.perhaps}
