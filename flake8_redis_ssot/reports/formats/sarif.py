"""SARIF 2.1.0 as GitHub's code scanning wants it.

https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flake8_redis_ssot import __version__
from flake8_redis_ssot.files.paths import from_top
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.reports.fingerprints import fingerprints
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.rules.rule import Rule, all_rules
from flake8_redis_ssot.syntax.notebooks import ENDING
from flake8_redis_ssot.terminal import Paint

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST = 25_000  # results that GitHub takes of one run
_LONGEST = 1024  # characters of a description


def _render(report: Report, paint: Paint) -> str:
    """The log of one run."""
    rules = all_rules()
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    told = report.findings[:_MOST]
    marks = fingerprints(told, with_path=False)
    run = {
        "tool": {"driver": _driver(rules)},
        "automationDetails": {"id": "redis-ssot/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, numbers, mark) for finding, mark in zip(told, marks)],
        "invocations": [_invocation(len(report.findings) - len(told))],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _driver(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return {"name": "redis-ssot", "semanticVersion": __version__, "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": _paragraph(rule)[:_LONGEST]},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["maintainability", "redis-ssot"],
            "precision": "very-high",
            "problem.severity": "error",
        },
    }


def _paragraph(rule: Rule) -> str:
    """What a rule finds, and why: the page up to its first example."""
    return " ".join(rule.page.partition("## Bad")[0].replace("## Why", "").split())


def _result(finding: Finding, report: Report, numbers: dict[str, int], mark: str) -> dict[str, Any]:
    place = {"artifactLocation": _file(finding.path), "region": _region(report.in_file(finding))}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": "error",
        "message": {"text": f"{finding.message}\n{finding.note}".strip()},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": mark},
    }
    if isinstance(finding.fix, Fix) and finding.fix.applicability > Applicability.MANUAL and _is_plain(finding.fix):
        result["fixes"] = [_fix(finding.fix)]
    return result


def _is_plain(fix: Fix) -> bool:
    """Whether the edits are those of files themselves, and not of code in the JSON of a notebook."""
    return not any(edit.path.endswith(ENDING) for edit in fix.edits)


def _fix(fix: Fix) -> dict[str, Any]:
    paths = dict.fromkeys(edit.path for edit in fix.edits)
    changes = [
        {
            "artifactLocation": _file(path),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in fix.edits
                if edit.path == path
            ],
        }
        for path in paths
    ]
    doubt = f" (not proven safe: {'; '.join(fix.reasons)})" if fix.reasons else ""
    return {"description": {"text": f"{fix.title}{doubt}"}, "artifactChanges": changes}


def _file(path: str) -> dict[str, str]:
    return {"uri": quote(from_top(path)), "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.row,
        "startColumn": span.column + 1,
        "endLine": span.end_row,
        "endColumn": span.end_column + 1,
    }


def _invocation(cut: int) -> dict[str, Any]:
    """Whether all went well, and how many findings had to be left out."""
    if not cut:
        return {"executionSuccessful": True}
    text = f"{cut} more findings are not in this log: GitHub takes {_MOST} of one run"
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


FORMAT = Format(_render, shows_fixes=True)
