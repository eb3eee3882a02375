"""From an analysis to what was found: judge, silence, select, sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import relative_to, shown_path
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import Confirmed, Judged, View
from flake8_redis_ssot.rules.rule import all_rules
from flake8_redis_ssot.syntax.noqa import Comments, ignored_codes
from flake8_redis_ssot.syntax.source import decode, lines_of


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
    wanted = asked_for(analysis.config, path, selection)
    found = [Found(path, each, each.finding(shown)) for each in _judged(view, wanted, noqa=noqa)]
    return sorted(_compared(analysis, path, found, noqa=noqa) if found else found, key=lambda each: each.finding)


def asked_for(config: Config, path: str, selection: Selection) -> Callable[[str], bool]:
    """Whether a code is asked for in one file (absolute path), after `per-file-ignores`."""
    relative = relative_to(str(config.root), path)
    there = Selection(("ALL",), ignored_codes(config.per_file_ignores, relative))
    return lambda code: selection.has(code) and there.has(code)


def _judged(view: View, wanted: Callable[[str], bool], *, noqa: bool) -> list[Judged]:
    """The confirmed sites of one file. What comments do is judged last, in the light of all others."""
    rules = [rule for rule in all_rules() if wanted(rule.code)]
    found: list[Judged] = []
    for rule in rules:
        if noqa and view.facts.suppressions:
            sites = tuple((each.code, each.site.noqa_rows) for each in found)
            view = view._replace(confirmed=Confirmed(frozenset(each.code for each in rules), sites))
        found += rule.judged(view)
    return found


def _compared(analysis: Analysis, path: str, found: Iterable[Found], *, noqa: bool) -> list[Found]:
    """What was found in a file, compared with its text: what no comment silences, with its snippet."""
    try:
        decoded = decode(analysis.data(path), path)
    except OSError:
        return list(found)  # it can't be read: that is the finding
    comments, lines = Comments(decoded.python), lines_of(decoded.text)
    heard = (_after(comments, each, analysis.config) for each in found) if noqa else found
    return [each._replace(finding=_with_snippet(each.finding, lines)) for each in heard if each is not None]


def _after(comments: Comments, found: Found, config: Config) -> Found | None:
    """What comments leave of a finding: nothing, or, where the settings do not let them, a word about that."""
    code, policy = found.finding.code, config.policy(found.finding.code)
    directives = list(comments.silencing(code, found.finding.noqa_rows))
    if not directives:
        return found
    if any(directive.holds(policy) for directive in directives):
        return None
    notes = filter(None, (found.finding.note, directives[0].why_not(code, policy)))
    return found._replace(finding=found.finding._replace(note="; ".join(notes)))


def _with_snippet(finding: Finding, lines: Sequence[str]) -> Finding:
    return finding._replace(mark=finding.mark._replace(snippet=snippet(finding.span, lines)))


_LONGEST_SNIPPET = 100  # characters


def snippet(span: Span, lines: Sequence[str]) -> str:
    """The text of a span with blanks made one. Of a long one the beginning, and a digest of the whole."""
    rows = list(lines[span.row - 1 : span.end_row])
    if not rows:
        return ""
    rows[-1] = rows[-1][: span.end_column]
    rows[0] = rows[0][span.column :]
    whole = " ".join(" ".join(rows).split())
    if len(whole) <= _LONGEST_SNIPPET:
        return whole
    return f"{whole[:_LONGEST_SNIPPET]}… {blake2b(whole.encode('utf-8', 'surrogatepass'), digest_size=4).hexdigest()}"


def check(analysis: Analysis, files: Sequence[str], selection: Selection, *, noqa: bool = True) -> list[Found]:
    """What was found in `files` (absolute paths), sorted by path, place and code."""
    found = [each for path in files for each in found_in(analysis, path, selection, noqa=noqa)]
    return sorted(found, key=lambda each: each.finding)
