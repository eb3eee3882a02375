"""JUnit XML: a test suite per file with a failed case per finding; without findings, one case that passed."""

from __future__ import annotations

import os
from itertools import groupby
from xml.etree import ElementTree

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style

_PACKAGE_NAME = "redis-ssot"


def _render(report: CheckReport, style: Style) -> str:
    """The document."""
    number = str(len(report.findings))
    counts = {"failures": number, "errors": "0"}
    root = ElementTree.Element(
        "testsuites", {"name": _PACKAGE_NAME, "tests": number if report.findings else "1", **counts}
    )
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        _add_suite(root, path, list(findings), report)
    if not report.findings:
        suite = ElementTree.SubElement(
            root, "testsuite", {"name": _PACKAGE_NAME, "tests": "1", "skipped": "0", "package": _PACKAGE_NAME, **counts}
        )
        ElementTree.SubElement(suite, "testcase", {"name": "No findings", "classname": _PACKAGE_NAME})
    ElementTree.indent(root, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'


def _add_suite(root: ElementTree.Element, path: str, findings: list[Finding], report: CheckReport) -> None:
    number = str(len(findings))
    counts = {"tests": number, "skipped": "0", "errors": "0", "failures": number}
    suite = ElementTree.SubElement(root, "testsuite", {"name": _to_xml_text(path), **counts, "package": _PACKAGE_NAME})
    for finding in findings:
        cell, span = report.locate_in_cell(finding)
        # Without `line` and `column` as in ruff's: Jenkins' xUnit plugin rejects a report with them.
        names = {"name": f"{_PACKAGE_NAME}.{finding.code}", "classname": _to_xml_text(os.path.splitext(path)[0])}
        case = ElementTree.SubElement(suite, "testcase", names)
        message = _to_xml_text(finding.message)
        failure = ElementTree.SubElement(case, "failure", {"message": message})
        location = f"line {span.row}, col {span.column + 1}, {message}"
        failure.text = location if cell is None else f"cell {cell}, {location}"


def _to_xml_text(text: str) -> str:
    """Replace characters that XML 1.0 cannot represent."""
    return "".join(char if char.isprintable() or char in "\t\n" else "\ufffd" for char in text)


FORMAT = Format(_render)
