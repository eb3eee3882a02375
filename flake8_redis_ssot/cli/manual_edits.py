"""What `check --diff --manual` says besides the edits: the reasons of manual fixes, and of findings without a fix."""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.terminal import escape_unprintable


def print_reasons(present: Sequence[Finding], fixed: Sequence[Finding]) -> None:
    """Print, to the error stream, why each edit is left to the user, and why there is none for the other findings.

    `present` are the findings of the files as they are, with fixes; `fixed` are those that the edits fix.
    """
    pairs = list(_match(present, fixed))
    edited = {finding for finding, _ in pairs}
    manual = [finding for finding, each in pairs if each.fix and not _is_applied(each)]
    rest = [finding for finding in present if finding not in edited]
    for heading, findings in (("Manual fixes, which no flag applies:", manual), ("No fix:", rest)):
        lines = [heading, *map(_describe, findings)] if findings else []
        print("".join(f"{line}\n" for line in lines), end="", file=sys.stderr)


def _match(present: Sequence[Finding], fixed: Sequence[Finding]) -> Iterator[tuple[Finding, Finding]]:
    """The fixed findings, each with what it is in the files as they are.

    An edit can move a finding to another row before it is fixed itself, or only then make it a finding.
    """
    known = {finding: finding for finding in present}
    unfixed: defaultdict[tuple[object, ...], deque[Finding]] = defaultdict(deque)
    for finding in sorted(set(present).difference(fixed)):
        unfixed[_content(finding)].append(finding)
    for each in fixed:
        moved = unfixed[_content(each)]
        yield known.get(each) or (moved.popleft() if moved else each), each


def _content(finding: Finding) -> tuple[object, ...]:
    """What stays the same when a finding moves to another row."""
    return finding.path, finding.code, finding.context


def _is_applied(finding: Finding) -> bool:
    """Whether a flag applies the fix of a finding."""
    return isinstance(finding.fix, Fix) and finding.fix.applicability is not Applicability.MANUAL


def _describe(finding: Finding) -> str:
    reasons = "; ".join(finding.fix.reasons) if finding.fix else ""
    place = f"{to_display_path(finding.path)}:{finding.span.row}"
    return escape_unprintable(f"- {place}: {finding.code}: {reasons}")
