"""SARIF 2.1.0 as GitHub's code scanning requires it.

https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from flake8_redis_ssot import PROJECT_URL, __version__
from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.reports.fingerprints import compute_fingerprints
from flake8_redis_ssot.reports.report import CheckReport, Format, format_json
from flake8_redis_ssot.rules.rule import Rule, all_rules
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.terminal import Style

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MAX_RESULTS = 25_000  # results that GitHub accepts from one run
_MAX_DESCRIPTION = 1024  # characters of a description


def _render(report: CheckReport, style: Style) -> str:
    """The log of one run."""
    rules = all_rules()
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    reported = report.findings[:_MAX_RESULTS]
    digests = compute_fingerprints(reported, with_path=False)
    run = {
        "tool": {"driver": _driver_to_dict(rules)},
        "automationDetails": {"id": "redis-ssot/"},
        "columnKind": "unicodeCodePoints",
        "results": [_finding_to_dict(finding, report, numbers, digest) for finding, digest in zip(reported, digests)],
        "invocations": [_invocation_to_dict(len(report.findings) - len(reported))],
    }
    return format_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver_to_dict(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return {
        "name": "redis-ssot",
        "informationUri": PROJECT_URL,
        "semanticVersion": __version__,
        "rules": [_rule_to_dict(rule) for rule in rules],
    }


def _rule_to_dict(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _first_paragraph(rule)[:_MAX_DESCRIPTION]},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": severity_of(rule.code)},
        "properties": {
            "tags": ["maintainability", "redis-ssot"],
            "precision": "very-high",
            "problem.severity": severity_of(rule.code),
        },
    }


def _first_paragraph(rule: Rule) -> str:
    """The rule's page up to its first example: what it finds, and why."""
    return " ".join(rule.page.partition("## Bad")[0].replace("## Why", "").split())


def _finding_to_dict(
    finding: Finding, report: CheckReport, numbers: dict[str, int], fingerprint: str
) -> dict[str, Any]:
    location = {
        "artifactLocation": _artifact_location(finding.path),
        "region": _span_to_dict(report.locate_in_file(finding)),
    }
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": severity_of(finding.code),
        "message": {"text": f"{finding.message}\n{finding.note}".strip()},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if (
        isinstance(finding.fix, Fix)
        and finding.fix.applicability > Applicability.MANUAL
        and _has_file_edits_only(finding.fix)
    ):
        result["fixes"] = [_fix_to_dict(finding.fix)]
    return result


def _has_file_edits_only(fix: Fix) -> bool:
    """Whether no edit is in a notebook, whose positions are not those in the JSON file."""
    return not any(edit.path.endswith(NOTEBOOK_SUFFIX) for edit in fix.edits)


def _fix_to_dict(fix: Fix) -> dict[str, Any]:
    paths = dict.fromkeys(edit.path for edit in fix.edits)
    changes = [
        {
            "artifactLocation": _artifact_location(path),
            "replacements": [
                {"deletedRegion": _span_to_dict(edit.span), "insertedContent": {"text": edit.text}}
                for edit in fix.edits
                if edit.path == path
            ],
        }
        for path in paths
    ]
    doubt = f" (not proven safe: {'; '.join(fix.reasons)})" if fix.reasons else ""
    return {"description": {"text": f"{fix.title}{doubt}"}, "artifactChanges": changes}


def _artifact_location(path: str) -> dict[str, str]:
    return {"uri": quote(os.fsencode(repository_path(path))), "uriBaseId": "%SRCROOT%"}


def _span_to_dict(span: Span) -> dict[str, int]:
    return {
        "startLine": span.row,
        "startColumn": span.column + 1,
        "endLine": span.end_row,
        "endColumn": span.end_column + 1,
    }


def _invocation_to_dict(omitted: int) -> dict[str, Any]:
    """The invocation, with a notification if findings were omitted."""
    if not omitted:
        return {"executionSuccessful": True}
    text = f"{omitted} more findings are not in this log: GitHub takes {_MAX_RESULTS} of one run"
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


FORMAT = Format(_render, shows_fixes=True)
