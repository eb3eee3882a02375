"""JUnit's XML: a suite for each file, a failed case for each finding; one case that passed where there is none."""

from __future__ import annotations

import os
from itertools import groupby
from xml.etree import ElementTree

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.terminal import Paint

_PACKAGE = "redis-ssot"


def _render(report: Report, paint: Paint) -> str:
    """The document."""
    number = str(len(report.findings))
    counts = {"failures": number, "errors": "0"}
    root = ElementTree.Element("testsuites", {"name": _PACKAGE, "tests": number if report.findings else "1", **counts})
    for path, several in groupby(report.findings, key=lambda finding: finding.path):
        _suite(root, path, list(several), report)
    if not report.findings:
        suite = ElementTree.SubElement(
            root, "testsuite", {"name": _PACKAGE, "tests": "1", "skipped": "0", "package": _PACKAGE, **counts}
        )
        ElementTree.SubElement(suite, "testcase", {"name": "No findings", "classname": _PACKAGE})
    ElementTree.indent(root, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'


def _suite(root: ElementTree.Element, path: str, findings: list[Finding], report: Report) -> None:
    number = str(len(findings))
    counts = {"tests": number, "skipped": "0", "errors": "0", "failures": number}
    suite = ElementTree.SubElement(root, "testsuite", {"name": _plain(path), **counts, "package": _PACKAGE})
    for finding in findings:
        cell, inner = report.in_cell(finding)
        # No `line` and `column` as in ruff's: Jenkins' xUnit plugin refuses a report with them.
        names = {"name": f"{_PACKAGE}.{finding.code}", "classname": _plain(os.path.splitext(path)[0])}
        case = ElementTree.SubElement(suite, "testcase", names)
        message = _plain(finding.message)
        failure = ElementTree.SubElement(case, "failure", {"message": message})
        place = f"line {inner.row}, col {inner.column + 1}, {message}"
        failure.text = place if cell is None else f"cell {cell}, {place}"


def _plain(text: str) -> str:
    """Without characters that XML 1.0 has no way to write."""
    return "".join(char if char.isprintable() or char in "\t\n" else "\ufffd" for char in text)


FORMAT = Format(_render)
