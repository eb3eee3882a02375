"""Audits suppression comments: which findings each suppresses, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import shorten_path
from flake8_redis_ssot.linter.engine import make_code_filter
from flake8_redis_ssot.linter.request import CheckRequest, resolve_selection
from flake8_redis_ssot.linter.run import run_each
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.noqa import NoqaComment, NoqaIndex, is_unused
from flake8_redis_ssot.syntax.source import decode, parse_bytes


class CommentAudit(NamedTuple):
    """One comment of a file (`path` as in findings).

    `suppressed_findings` are the findings that it suppresses, `refused_findings` those that the settings do not let it;
    `unused_codes` are our codes in it that certainly suppress nothing.
    """

    path: str
    comment: NoqaComment
    suppressed_findings: tuple[Finding, ...]
    refused_findings: tuple[Finding, ...]
    unused_codes: tuple[str, ...]


class SuppressionAudit(NamedTuple):
    """All comments in order, and the errors of the user."""

    comment_audits: list[CommentAudit]
    errors: list[str]


def audit_suppressions(request: CheckRequest) -> SuppressionAudit:
    """Audit all comments in the paths of a request, without its baseline.

    Raises ConfigError, or NoConfigurationError if a path has no configuration.
    """
    audits: list[CommentAudit] = []
    errors: list[str] = []
    for config, result in run_each(request._replace(noqa=False, baseline=None)):
        errors += result.errors
        if config is None:
            continue
        by_path: dict[str, list[Finding]] = {}
        for finding in result.findings:
            by_path.setdefault(os.path.abspath(finding.path), []).append(finding)
        selection = resolve_selection(request, config)
        for path in result.files:
            audits += _audit_file(path, by_path.get(path, []), config, selection)
    return SuppressionAudit(sorted(audits, key=_sort_key), errors)


def _sort_key(comment_audit: CommentAudit) -> tuple[str, int, int]:
    return comment_audit.path, comment_audit.comment.row, comment_audit.comment.column


def _audit_file(path: str, findings: Sequence[Finding], config: Config, selection: Selection) -> Iterator[CommentAudit]:
    """The comments of one file (absolute path) that name one of our codes, or suppress one now."""
    try:
        data = read(path)
    except OSError:
        return  # the run has reported it
    if b"noqa" not in data.lower():
        return
    comments, is_selected = NoqaIndex(decode(data).text), make_code_filter(config, path, selection)
    candidates = [(finding.code, finding.noqa_rows) for finding in findings]
    for comment in comments.iter_comments():
        own_suppressions = list(comments.find_suppressions(comment))
        matching = [finding for finding in findings if comment.suppresses(finding.code, finding.noqa_rows)]
        suppressed = [finding for finding in matching if comment.is_allowed_by(config.noqa_policy(finding.code))]
        unused_codes = [
            suppression.code for suppression in own_suppressions if is_unused(suppression, candidates, is_selected)
        ]
        if unused_codes and parse_bytes(data).unanalysed_ranges:
            unused_codes = []  # the unanalysed code may need it
        if own_suppressions or matching:
            refused_findings = tuple(finding for finding in matching if finding not in suppressed)
            yield CommentAudit(shorten_path(path), comment, tuple(suppressed), refused_findings, tuple(unused_codes))
