"""From an analysis to what was found: judge, silence, select, sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.guards import relative_to
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.rule import Judged, all_rules
from flake8_redis_ssot.selection import Selection, shown_path
from flake8_redis_ssot.source import decode
from flake8_redis_ssot.suppression import Comments, ignored_codes


class Found(NamedTuple):
    """A confirmed site of a file (`path`, absolute) that is asked for and that no comment silences."""

    path: str
    judged: Judged
    finding: Finding


def found_in(analysis: Analysis, path: str, selection: Selection, *, noqa: bool = True) -> list[Found]:
    """What was found in one file, in order of place. With `noqa` False, `# noqa` comments are not honoured."""
    view = analysis.view(path)
    if view is None:
        return []
    shown = shown_path(path)
    wanted = _wanted(analysis, relative_to(str(analysis.config.root), path), selection)
    judged = [judged for rule in all_rules() if wanted(rule.code) for judged in rule.judged(view)]
    found = [Found(path, each, each.finding(shown)) for each in judged]
    return sorted(_spoken(analysis, path, found) if noqa and found else found, key=lambda each: each.finding)


def _wanted(analysis: Analysis, relative: str, selection: Selection) -> Callable[[str], bool]:
    """Whether a code is asked for in one file, after `per-file-ignores`."""
    there = Selection(("ALL",), ignored_codes(analysis.config.per_file_ignores, relative))
    return lambda code: selection.has(code) and there.has(code)


def _spoken(analysis: Analysis, path: str, found: Iterable[Found]) -> list[Found]:
    """What no comment silences."""
    try:
        comments = Comments(decode(analysis.data(path)).text)
    except OSError:
        return list(found)  # it can't be read: that is the finding
    return [each for each in found if not comments.silence(each.finding.code, each.finding.noqa_rows)]


def check(analysis: Analysis, files: Sequence[str], selection: Selection, *, noqa: bool = True) -> list[Found]:
    """What was found in `files` (absolute paths), sorted by path, place and code."""
    found = [each for path in files for each in found_in(analysis, path, selection, noqa=noqa)]
    return sorted(found, key=lambda each: each.finding)
