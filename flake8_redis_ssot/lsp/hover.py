"""The hover: what a line resolves to, the fixes of the findings at a position, and the pages of their rules."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lsprotocol import types

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.explain import explain_line
from flake8_redis_ssot.lsp.code_actions import diagnose_with_fixes
from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.model import Finding, Fix
from flake8_redis_ssot.reports.reasons import describe_fix
from flake8_redis_ssot.rules.rule import all_rules
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX


def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """What the names of the line resolve to, the fixes at a position with all reasons, and the pages of the rules."""
    cursor = types.Range(params.position, params.position)
    diagnosed = diagnose_with_fixes(server, params.text_document.uri, cursor)
    explanations = _explain_line(server, params)
    if not diagnosed:
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, explanations)) if explanations else None
    fix_lines = dict.fromkeys("\n".join(_describe_fixes(finding)) for _, finding in diagnosed)
    pages = dict.fromkeys(_rule_page(finding.code) for _, finding in diagnosed)
    text = "\n\n---\n\n".join(filter(None, (*fix_lines, explanations, *pages)))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), diagnosed[0][0].range)


def _explain_line(server: Server, params: types.HoverParams) -> str:
    """What stands on a line, as `redis-ssot explain` says it; empty if none of it concerns a resource."""
    path = server.documents.path_of(params.text_document.uri)
    opened = server.projects.project_for(path) if path else None
    if path is None or opened is None or not opened.project.contains(path) or path.endswith(NOTEBOOK_SUFFIX):
        return ""
    uses = explain_line(opened.project.analysis, path, params.position.line + 1)
    return "\n".join(f"- {use.subject}: {'; '.join(use.statements)}" for use in uses if use.is_guarded)


def _describe_fixes(finding: Finding) -> Iterator[str]:
    for fix in (finding.fix, *finding.offers):
        yield from (f"- **{kind}**: {text}" for kind, text in describe_fix(fix))
        if isinstance(fix, Fix) and (paths := {edit.path for edit in fix.edits} - {os.path.abspath(finding.path)}):
            yield f"- **also changes**: {', '.join(map(to_display_path, sorted(paths)))}"


def _rule_page(code: str) -> str:
    return next(f"**{rule.name}** ({code})\n\n{rule.page}" for rule in all_rules() if rule.code == code)
