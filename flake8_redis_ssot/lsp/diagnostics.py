"""Diagnostics: the findings of a file as a client shows them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types
from pygls.uris import from_fs_path

from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.related import RelatedLocation, related_locations
from flake8_redis_ssot.lsp.locations import Locator
from flake8_redis_ssot.lsp.workspaces import OpenProject
from flake8_redis_ssot.model import Edit
from flake8_redis_ssot.rules.rule import find_rule

DIAGNOSTIC_SOURCE = "redis-ssot"


class ShownFinding(NamedTuple):
    """A finding, and the diagnostic that shows it in the document `uri`."""

    uri: str
    diagnostic: types.Diagnostic
    located: LocatedFinding


class DiagnosticBuilder:
    """Builds the diagnostics of one client, which shows links (`has_links`) and related locations (`has_related`)."""

    def __init__(self, locator: Locator, *, has_links: bool, has_related: bool) -> None:
        self._locator = locator
        self._has_links = has_links
        self._has_related = has_related

    def build(self, path: str, opened: OpenProject) -> list[ShownFinding]:
        """The findings in a file (absolute path), in order; those in the baseline are hints."""
        located_findings = opened.findings_in(path)
        if not located_findings:
            return []  # as in most documents, which need not be split into lines
        flags = opened.baseline_flags([each.finding for each in located_findings])
        return [self._build(located, opened, is_known) for located, is_known in zip(located_findings, flags)]

    def build_by_uri(self, path: str, opened: OpenProject) -> dict[str, list[types.Diagnostic]]:
        """The same diagnostics, by document: a notebook has one for each cell."""
        diagnostics: dict[str, list[types.Diagnostic]] = {}
        for shown in self.build(path, opened):
            diagnostics.setdefault(shown.uri, []).append(shown.diagnostic)
        return diagnostics

    def _build(self, located: LocatedFinding, opened: OpenProject, is_known: bool) -> ShownFinding:
        finding = located.finding
        location = self._locator.locate(located.path, finding.span)
        related = related_locations(located, opened.project.analysis) if self._has_related else []
        diagnostic = types.Diagnostic(
            location.range,
            f"{finding.message}\n{finding.note}".strip(),
            severity=types.DiagnosticSeverity.Hint if is_known else types.DiagnosticSeverity.Warning,
            code=finding.code,
            code_description=types.CodeDescription(_rule_uri(finding.code)) if self._has_links else None,
            source=DIAGNOSTIC_SOURCE,
            related_information=self._relate(related) or None,
        )
        return ShownFinding(location.uri, diagnostic, located)

    def _relate(self, related: Sequence[RelatedLocation]) -> list[types.DiagnosticRelatedInformation]:
        return [
            types.DiagnosticRelatedInformation(self._locator.locate(each.path, each.span), each.message)
            for each in related
        ]

    def add_edits(self, diagnostic: types.Diagnostic, edits: Sequence[Edit], path: str) -> types.Diagnostic:
        """A diagnostic of a file that also names the places in other files that its fix changes."""
        if not self._has_related:
            return diagnostic
        others = [RelatedLocation(each.path, each.span, "changed by the fix") for each in edits if each.path != path]
        information = [*(diagnostic.related_information or ()), *self._relate(others)]
        return types.Diagnostic(
            diagnostic.range,
            diagnostic.message,
            severity=diagnostic.severity,
            code=diagnostic.code,
            code_description=diagnostic.code_description,
            source=diagnostic.source,
            related_information=information or None,
        )


def _rule_uri(code: str) -> str:
    """The page of a rule: the module that begins with it, which is installed wherever the server is."""
    file = sys.modules[find_rule(code).module].__file__ or ""
    return from_fs_path(str(Path(file).resolve())) or ""
