"""Fixes of one file are checked together, and a fix that is harmful alone is found nevertheless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.fixes.compose import build_fix
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.linter.fix import regression_check
from flake8_redis_ssot.linter.fix.draft import FixCandidate, create_context
from flake8_redis_ssot.linter.fix.fix_kinds import sample_kinds
from flake8_redis_ssot.linter.fix.regression_check import RegressionCheck
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.syntax.edits import TextEdit

PATH = "/p/app/many.py"
COUNT = 24
FUNCTION = "\n\ndef f{0}(key):\n    item{0} = Thing()\n    return item{0}.get(key)\n"


def open_context(text: str) -> FixContext:
    files = {
        "/p/app/__init__.py": b"",
        "/p/app/home.py": b"class Thing:\n    def get(self, key): ...\n\n\nthing = Thing()\n",
        PATH: text.encode(),
    }
    settings = ["canonical = ['app.home']", "constructors = ['app.home.Thing']", "instance = 'app.home.thing'"]
    return create_context(Analysis(config_from_overrides(settings, Path("/p")), sorted(files), overlay=files))


def make_candidates(text: str, edit: Callable[[int], list[tuple[str, str]]], context: FixContext) -> list[FixCandidate]:
    """A candidate for each function, which replaces texts that occur once in the file."""
    located = check_files(context.analysis, [PATH], Selection(("RSS002",)))[0]
    candidates = []
    for number in range(COUNT):
        edits = [TextEdit(text.index(old), text.index(old) + len(old), new) for old, new in edit(number)]
        draft = FixDraft("fix", tuple(ReplaceText(PATH, each) for each in edits))
        candidates.append(FixCandidate(located, draft, build_fix(draft, context)))
    return candidates


def count_checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    checks: list[int] = []
    original = regression_check.find_regression

    def count(change: tuple[object, object]) -> str | None:
        checks.append(1)
        return original(change)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(regression_check, "find_regression", count)
    return checks


TEXT = "from app.home import Thing, thing\n\nprint(thing)\n" + "".join(map(FUNCTION.format, range(COUNT)))


def test_harmless_fixes_are_checked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    context = open_context(TEXT)
    candidates = make_candidates(TEXT, lambda number: [(f"item{number} = Thing()", f"item{number} = thing")], context)
    checks = count_checks(monkeypatch)
    # Nobody reads `Thing` after all of them: one check tells, and all are checked alone.
    assert list(RegressionCheck(context, 1).own_regressions(candidates)) == []
    assert len(checks) <= 2 * COUNT
    text = f"{TEXT}\n\nprint(Thing)\n"
    context = open_context(text)
    candidates = make_candidates(text, lambda number: [(f"item{number} = Thing()", f"item{number} = thing")], context)
    checks.clear()
    assert list(RegressionCheck(context, 1).own_regressions(candidates)) == []
    assert len(checks) <= 3


@pytest.mark.parametrize("harmful", [0, 7, COUNT - 1])
def test_a_fix_that_is_always_harmful(harmful: int) -> None:
    text = f"{TEXT}\n\nprint(Thing)\n"
    context = open_context(text)

    def edit(number: int) -> list[tuple[str, str]]:
        return [(f"item{number} = Thing()", f"item{number} = " + ("nothing" if number == harmful else "thing"))]

    candidates = make_candidates(text, edit, context)
    found = list(RegressionCheck(context, 1).own_regressions(candidates))
    assert [candidate for candidate, _ in found] == [candidates[harmful]]
    assert "UndefinedName (nothing)" in found[0][1]


def test_a_fix_that_needs_what_another_one_adds() -> None:
    text = f"{TEXT}\n\nprint(Thing)\n"
    context = open_context(text)

    def edit(number: int) -> list[tuple[str, str]]:
        changes = [(f"item{number} = Thing()", f"item{number} = " + ("added" if number == 9 else "thing"))]
        return [*changes, ("print(thing)", "added = print(thing)")] if number == 3 else changes

    candidates = make_candidates(text, edit, context)
    found = list(RegressionCheck(context, 1).own_regressions(candidates))
    assert [candidate for candidate, _ in found] == [candidates[9]]


def test_a_fix_that_takes_away_what_the_others_still_read() -> None:
    text = f"{TEXT}\n"
    context = open_context(text)

    def edit(number: int) -> list[tuple[str, str]]:
        changes = [(f"item{number} = Thing()", f"item{number} = thing")]
        return [*changes, ("import Thing, thing", "import thing")] if number == 5 else changes

    candidates = make_candidates(text, edit, context)
    regressions = RegressionCheck(context, 1).own_regressions(candidates)
    found = {id(candidate): reason for candidate, reason in regressions}
    assert list(found) == [id(candidates[5])]
    assert "UndefinedName (Thing)" in found[id(candidates[5])]


def test_kinds() -> None:
    text = f"{TEXT}\n\nprint(Thing)\n"
    context = open_context(text)
    same = make_candidates(text, lambda number: [(f"item{number} = Thing()", f"item{number} = thing")], context)
    assert sample_kinds(same, context) == [same[0], same[-1]]
    two = [*same, replace(same[3], fix=same[3].fix)]
    assert same[3] in sample_kinds(two, context)  # two fixes of one function


def test_fixes_that_overlap_are_checked_one_by_one() -> None:
    text = f"{TEXT}\n\nprint(Thing)\n"
    context = open_context(text)
    candidates = make_candidates(text, lambda number: [("item4 = Thing()", f"item4 = (thing, {number})[0]")], context)
    assert list(RegressionCheck(context, 1).own_regressions(candidates)) == []
