"""Findings as evidence: their places, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flake8_redis_ssot.cells import in_cell
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.verifying.criterion import Place
from flake8_redis_ssot.verifying.scene import Scene


def place_at(path: str, span: Span, text: str, scene: Scene) -> Place:
    """A stretch of code in a file as evidence."""
    cell, inner = in_cell(path, span)
    return Place(scene.relative(path), inner.row, text, cell)


def places_of(findings: Iterable[Finding], scene: Scene) -> tuple[Place, ...]:
    """Findings as evidence, in order."""
    return tuple(place_at(each.path, each.span, f"{each.code} {each.message}", scene) for each in sorted(findings))


def by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each code."""
    return dict(sorted(Counter(each.code for each in findings).items()))
