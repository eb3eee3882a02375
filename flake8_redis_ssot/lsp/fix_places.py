"""Naming the places in other files that fixes change: published later, since computing fixes takes longer."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from flake8_redis_ssot.linter.fix.per_file import with_fixes
from flake8_redis_ssot.lsp.diagnostics import ShownFinding
from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.lsp.workspaces import OpenProject
from flake8_redis_ssot.model import Finding, Fix

_IDLE_SECONDS = 0.5


def diagnose(server: Server, opened: OpenProject, shown: list[ShownFinding]) -> list[tuple[types.Diagnostic, Finding]]:
    """Findings, each with its fix, or the reasons why there is none; the diagnostics name other files of the fixes."""
    findings = with_fixes([each.located for each in shown], opened.project.analysis, 1) if shown else []
    return [(_add_places(server, each, finding), finding) for each, finding in zip(shown, findings)]


def _add_places(server: Server, shown: ShownFinding, finding: Finding) -> types.Diagnostic:
    edits = finding.fix.edits if isinstance(finding.fix, Fix) else ()
    return server.diagnostic_builder.add_edits(shown.diagnostic, edits, shown.located.path)


def publish_when_idle(server: Server, path: str) -> None:
    """Publish the diagnostics of a file again, with the places, unless something else happens to it soon."""
    cancel(server, path)
    if server.publishes_related:
        loop = asyncio.get_running_loop()
        server.pending_places[path] = loop.call_later(_IDLE_SECONDS, _publish, server, path)


def cancel(server: Server, path: str) -> None:
    """Forget a file that was to be published again."""
    pending = server.pending_places.pop(path, None)
    if pending is not None:
        pending.cancel()


def _publish(server: Server, path: str) -> None:
    server.pending_places.pop(path, None)
    opened = server.projects.project_for(path)
    if opened is None or path not in server.projects.unsaved_buffers or not opened.project.contains(path):
        return
    shown = server.diagnostic_builder.build(path, opened)
    diagnostics = [diagnostic for diagnostic, _ in diagnose(server, opened, shown)]
    by_uri: dict[str, list[types.Diagnostic]] = {}
    for each, diagnostic in zip(shown, diagnostics):
        by_uri.setdefault(each.uri, []).append(diagnostic)
    if diagnostics != [each.diagnostic for each in shown]:
        server.publish_diagnostics(path, by_uri)
