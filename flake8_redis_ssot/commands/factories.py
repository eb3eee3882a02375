"""`redis-ssot plan --factories`: every factory with its callers, and whether it can go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.cells import in_cell
from flake8_redis_ssot.consolidating import Consolidation
from flake8_redis_ssot.fixing.surveying import Place
from flake8_redis_ssot.model import Applicability, Finding, Span
from flake8_redis_ssot.selection import counted

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
        "findings": [_finding(finding) for finding in each.findings],
        "callers": [_place(place, root) for place in each.survey.places if place.does != "patches"],
        "patches": [_place(place, root) for place in each.survey.places if place.does == "patches"],
        "inline": _word(each.trust),
        "reasons": list(each.reasons),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    cell, span = in_cell(finding.path, finding.span)
    return {"cell": cell, "row": span.row, "column": span.column + 1}


def _place(place: Place, root: str) -> dict[str, Any]:
    path, (cell, row) = path_from(root, place.path), _in_cell(place.path, place.row)
    return {"path": path, "cell": cell, "row": row, "does": place.does, "perhaps": place.perhaps}
