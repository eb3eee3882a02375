"""From an analysis to findings: confirm, suppress, select, sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config, TestFindings
from flake8_redis_ssot.files.paths import shorten_path, to_relative_path
from flake8_redis_ssot.model import Finding, FindingKind, RunError, Span, UnanalysedRange
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.view import Candidate, ConfirmedCodes, ConfirmedFinding, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import all_rules, find_rule, rule_for
from flake8_redis_ssot.syntax.nesting import describe_error
from flake8_redis_ssot.syntax.noqa import NoqaIndex, ignored_codes
from flake8_redis_ssot.syntax.source import decode, split_lines


class LocatedFinding(NamedTuple):
    """A confirmed finding of a file (`path`, absolute) that is selected and not suppressed."""

    path: str
    confirmed: ConfirmedFinding
    finding: Finding


def check_file(analysis: Analysis, path: str, selection: Selection, *, noqa: bool = True) -> list[LocatedFinding]:
    """The findings in one file (absolute path), in order. With `noqa` False, `# noqa` comments are not honoured.

    An internal error is a finding about this file, so that it neither hides those of others nor stops the run.
    """
    try:
        return _find_in_file(analysis, path, selection, noqa=noqa)
    except RunError:
        raise
    except Exception as error:
        return [_locate_error(path, describe_error(error, analysis.read_bytes(path), path))]


def _locate_error(path: str, reason: str) -> LocatedFinding:
    gap = UnanalysedRange(1, 0, reason)
    candidate = Candidate(Span(1, 0, 1, 0), (1,), gap, FindingKind.GAP)
    diagnosis = Diagnosis(f"not analysed: {gap.reason}", "", "")
    confirmed = ConfirmedFinding(rule_for(FindingKind.GAP).code, candidate, diagnosis)
    return LocatedFinding(path, confirmed, confirmed.to_finding(shorten_path(path)))


def _find_in_file(analysis: Analysis, path: str, selection: Selection, *, noqa: bool) -> list[LocatedFinding]:
    file = analysis.file_context(path)
    if file is None:
        return []
    reported_path = shorten_path(path)
    is_selected = make_code_filter(analysis.config, path, selection)
    located_findings = [
        LocatedFinding(path, located, located.to_finding(reported_path, is_apart=_policy(located, file) == "separate"))
        for located in _confirm_findings(file, is_selected, noqa=noqa)
    ]
    if located_findings:
        located_findings = _compare_with_text(analysis, path, located_findings, noqa=noqa)
    return sorted(located_findings, key=lambda located: located.finding)


def make_code_filter(config: Config, path: str, selection: Selection) -> Callable[[str], bool]:
    """A predicate for codes that are selected in one file (absolute path), after `per-file-ignores`."""
    path_from_root = to_relative_path(str(config.root), path)
    path_selection = Selection(("ALL",), ignored_codes(config.per_file_ignores, path_from_root))
    return lambda code: selection.has_code(code) and path_selection.has_code(code)


def _confirm_findings(file: FileContext, is_selected: Callable[[str], bool], *, noqa: bool) -> list[ConfirmedFinding]:
    """The confirmed candidates of one file; rules that check suppressions run last, on the findings of the others."""
    rules = [rule for rule in all_rules() if is_selected(rule.code)]
    confirmed_findings = _drop_overridden(
        [each for rule in rules if not rule.reads_suppressions for each in rule.confirm_candidates(file)]
    )
    confirmed_findings = [each for each in confirmed_findings if _policy(each, file) != "ignore"]
    if noqa and file.facts.suppressions:
        suppressible = tuple((each.code, each.candidate.noqa_rows) for each in confirmed_findings)
        file = file._replace(confirmed=ConfirmedCodes(frozenset(rule.code for rule in rules), suppressible))
    return confirmed_findings + [
        each for rule in rules if rule.reads_suppressions for each in rule.confirm_candidates(file)
    ]


def _policy(confirmed: ConfirmedFinding, file: FileContext) -> TestFindings:
    """What becomes of a finding: in a test, what the settings say of its resource."""
    name = confirmed.diagnosis.resource
    resource = next((each for each in file.config.resources if each.name == name), None)
    return resource.tests if resource is not None and file.is_test else "report"


def _drop_overridden(confirmed_findings: list[ConfirmedFinding]) -> list[ConfirmedFinding]:
    """The findings without those that another rule overrides at the same place."""
    overridden = {(code, each.candidate.span) for each in confirmed_findings for code in find_rule(each.code).overrides}
    return [each for each in confirmed_findings if (each.code, each.candidate.span) not in overridden]


def _compare_with_text(
    analysis: Analysis, path: str, located_findings: Iterable[LocatedFinding], *, noqa: bool
) -> list[LocatedFinding]:
    """The findings that no comment suppresses, with their snippets."""
    try:
        decoded = decode(analysis.read_bytes(path), path)
    except OSError:
        return list(located_findings)  # the finding is that it can't be read
    comments, lines = NoqaIndex(decoded.python_text), split_lines(decoded.text)
    reported = (_apply_comments(comments, each, analysis.config) if noqa else each for each in located_findings)
    return [each._replace(finding=_add_snippet(each.finding, lines)) for each in reported if each is not None]


def _apply_comments(comments: NoqaIndex, located: LocatedFinding, config: Config) -> LocatedFinding | None:
    """The finding, with a note if the settings reject a comment that would suppress it; None if it is suppressed."""
    code, policy = located.finding.code, config.noqa_policy(located.finding.code)
    noqa_comments = list(comments.find_suppressing(code, located.finding.noqa_rows))
    if not noqa_comments:
        return located
    if any(noqa_comment.is_allowed_by(policy) for noqa_comment in noqa_comments):
        return None
    notes = filter(None, (located.finding.note, noqa_comments[0].rejection_message(code, policy)))
    return located._replace(finding=located.finding._replace(note="; ".join(notes)))


def _add_snippet(finding: Finding, lines: Sequence[str]) -> Finding:
    return finding._replace(context=finding.context._replace(snippet=extract_snippet(finding.span, lines)))


_MAX_SNIPPET_LENGTH = 100  # characters


def extract_snippet(span: Span, lines: Sequence[str]) -> str:
    """The text of a span with whitespace collapsed; of a long one, the beginning and a digest of the whole."""
    rows = list(lines[span.row - 1 : span.end_row])
    if not rows:
        return ""
    rows[-1] = rows[-1][: span.end_column]
    rows[0] = rows[0][span.column :]
    text = " ".join(" ".join(rows).split())
    if len(text) <= _MAX_SNIPPET_LENGTH:
        return text
    return f"{text[:_MAX_SNIPPET_LENGTH]}… {blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=4).hexdigest()}"


def check_files(
    analysis: Analysis, files: Sequence[str], selection: Selection, *, noqa: bool = True
) -> list[LocatedFinding]:
    """The findings in `files` (absolute paths), sorted by path, position and code."""
    located_findings = [located for path in files for located in check_file(analysis, path, selection, noqa=noqa)]
    return sorted(located_findings, key=lambda located: located.finding)
