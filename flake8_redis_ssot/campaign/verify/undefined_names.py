"""Whether a name has become undefined in a changed file, by comparing with the file before the campaign."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import Journal
from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criterion import (
    Criterion,
    CriterionResult,
    CriterionState,
    Evidence,
    evidence_at,
)
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.linter.fix.regression_check import find_new_messages
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.plurals import plural

_UNDEFINED_KINDS = frozenset({"UndefinedName", "UndefinedLocal", "UndefinedExport"})
_UNPARSED = "Unparsed"


class _NewMessage(NamedTuple):
    kind: str
    evidence: Evidence


class _IncomparableFile(NamedTuple):
    """A file that can't be compared, and why."""

    path: str
    reason: str


def _check_undefined_names(context: VerificationContext) -> CriterionResult:
    if context.journal is None:
        return CriterionResult(CriterionState.UNKNOWN, "no campaign yet")
    originals = original_digests(context.journal)
    if not originals:
        return CriterionResult(CriterionState.UNKNOWN, "the campaign has not changed any files")
    problems = [each for path, digest in originals.items() for each in _compare_with_original(context, path, digest)]
    messages = [each for each in problems if isinstance(each, _NewMessage)]
    incomparable = [each for each in problems if isinstance(each, _IncomparableFile)]
    undefined = [each for each in messages if each.kind in _UNDEFINED_KINDS or each.kind == _UNPARSED]
    other_messages = [each for each in messages if each not in undefined]
    summary = f"{len(undefined) or 'none'} in {plural(len(originals), 'file')} that the campaign has changed"
    if other_messages:
        summary += f"; {plural(len(other_messages), 'other new message')} of pyflakes"
    if incomparable:
        summary += f"; {plural(len(incomparable), 'file')} can't be compared"
    return CriterionResult(
        CriterionState.FAILED if undefined else CriterionState.UNKNOWN if incomparable else CriterionState.PASSED,
        summary,
        (
            *(each.evidence for each in (*undefined, *other_messages)),
            *(Evidence(each.path, 0, each.reason) for each in incomparable),
        ),
        details={
            "files": len(originals),
            "undefined": len(undefined),
            "others": len(other_messages),
            "lost": len(incomparable),
        },
    )


def original_digests(journal: Journal) -> dict[str, str]:
    """The changed files (relative to the root), sorted, with the digest of each before the campaign."""
    digests: dict[str, str] = {}
    for batch in journal.kept_batches():
        for change in batch.changes:
            digests.setdefault(change.path, change.before)
    return dict(sorted(digests.items()))


def _compare_with_original(
    context: VerificationContext, path: str, digest: str
) -> Iterator[_NewMessage | _IncomparableFile]:
    """New messages and unanalysed ranges in a file; nothing if it no longer exists."""
    file = os.path.join(context.root, *path.split("/"))
    try:
        now = read(file)
    except FileNotFoundError:
        return
    except OSError as error:
        yield _IncomparableFile(path, f"can't be read: {error.strerror}")
        return
    try:
        original = (context.journal.store.get(digest) if context.journal else None) or b""
    except OSError as error:
        yield _IncomparableFile(path, f"its original is missing: {error.strerror}")
        return
    before, after = SourceDocument.from_bytes(file, original), SourceDocument.from_bytes(file, now)
    known_reasons = [each.reason for each in before.unanalysed_ranges]
    for each in after.unanalysed_ranges:
        if each.reason not in known_reasons:
            text = f"can't be read: {each.reason}"
            yield _NewMessage(_UNPARSED, _row_evidence(file, each.row, text, context))
    for (kind, parts), row in sorted(find_new_messages(before, after), key=lambda message: message[1]):
        yield _NewMessage(kind, _row_evidence(file, row, _describe_message(kind, parts), context))


def _row_evidence(file: str, row: int, text: str, context: VerificationContext) -> Evidence:
    return evidence_at(file, Span(row, 0, row, 0), text, context)


def _describe_message(kind: str, parts: tuple[str, ...]) -> str:
    """A message of pyflakes: its kind in words, and the names in it."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return f"{words}: {', '.join(f'`{part}`' for part in parts)}" if parts else words


UNDEFINED = Criterion("undefined", "Undefined names", _check_undefined_names)
