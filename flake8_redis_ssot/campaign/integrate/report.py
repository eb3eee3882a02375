"""What is told of an integration: who calls what, whether it is there, and what comes of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_redis_ssot.campaign.integrate.compatibility import Fit
from flake8_redis_ssot.campaign.integrate.integrate import Integration
from flake8_redis_ssot.files.paths import relative_to

_MOST_PLACES = 4


def as_text(service: str, found: Sequence[Integration], root: str) -> str:
    """Everything, for people. `root` is the folder that paths count from."""
    if not found:
        return f"{service} has no duplicate, and uses none."
    return "\n\n".join("\n".join(_lines(each, root)) for each in found)


def _lines(each: Integration, root: str) -> Iterator[str]:
    duplicate = each.duplicate
    where = f"{relative_to(root, duplicate.path)}:{duplicate.finding.span.row}"
    yield f"`{duplicate.name}` ({where}) stands in for `{duplicate.model.home.name}`"
    yield f"  used by   {', '.join(each.users) or 'nobody in the service'}"
    for fit in each.fits:
        yield f"  calls     {_signature(fit)}"
        yield f"            in {_places(fit, root)}"
        yield f"            {_verdict(fit)}"
    if each.reasons:
        yield from (f"  in the way: {reason}" for reason in each.reasons)
    else:
        yield f"  instead   {each.outcome}"
        yield f"  changes   {', '.join(_changes(each, root))}"


def _signature(fit: Fit) -> str:
    """The method as the shared class has it."""
    if fit.there is None:
        return f"{fit.name}()"
    waits = "async " if isinstance(fit.there, ast.AsyncFunctionDef) else ""
    returns = f" -> {ast.unparse(fit.there.returns)}" if fit.there.returns is not None else ""
    taken = ast.unparse(fit.there.args).removeprefix("self").removeprefix(", ")
    return f"{waits}{fit.name}({taken}){returns}"


def _places(fit: Fit, root: str) -> str:
    places = list(dict.fromkeys(f"{relative_to(root, use.path)}:{use.row}" for use in fit.uses))
    more = len(places) - _MOST_PLACES
    return ", ".join(places[:_MOST_PLACES]) + (f" and {more} more" if more > 0 else "")


def _verdict(fit: Fit) -> str:
    if fit.refusal:
        return f"can't be handed on: {fit.refusal}"
    return f"differs: {fit.trouble}" if fit.trouble else "fits"


def _changes(each: Integration, root: str) -> Iterator[str]:
    for change in each.changes:
        what = "new" if change.before is None else "removed" if change.after is None else "changed"
        yield f"{relative_to(root, change.path)} ({what})"


def as_json(each: Integration, root: str) -> dict[str, Any]:
    """The same for machines: paths from the root, rows 1-based."""
    duplicate = each.duplicate
    return {
        "class": duplicate.name,
        "path": relative_to(root, duplicate.path),
        "row": duplicate.finding.span.row,
        "instead_of": duplicate.model.home.name,
        "users": list(each.users),
        "methods": [_as_json(fit, root) for fit in each.fits],
        "outcome": each.outcome,
        "reasons": list(each.reasons),
        "changes": list(_changes(each, root)),
    }


def _as_json(fit: Fit, root: str) -> dict[str, Any]:
    places = dict.fromkeys((relative_to(root, use.path), use.row) for use in fit.uses)
    return {
        "name": fit.name,
        "there": _signature(fit) if fit.there is not None else None,
        "awaited": fit.awaited,
        "fits": not fit.trouble,
        "trouble": fit.trouble or None,
        "refusal": fit.refusal or None,
        "uses": [{"path": path, "row": row} for path, row in sorted(places)],
    }
