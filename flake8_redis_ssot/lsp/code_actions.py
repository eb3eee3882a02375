"""Code actions for a range of a document: quick fixes, and all safe fixes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types
from pygls.capabilities import get_capability

from flake8_redis_ssot.baseline.storage import BaselineError
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.lsp import fix_places
from flake8_redis_ssot.lsp.diagnostics import DIAGNOSTIC_SOURCE
from flake8_redis_ssot.lsp.positions import has_overlap
from flake8_redis_ssot.lsp.quick_fixes import QuickFixBuilder
from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.lsp.workspaces import OpenProject
from flake8_redis_ssot.model import Finding

FIX_ALL = "source.fixAll.redis-ssot"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL], resolve_provider=True
)


def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Fixes and comments for the findings in a range, and, if requested, all safe fixes of the document."""
    uri, only = params.text_document.uri, params.context.only
    path = server.documents.path_of(uri)
    opened = server.projects.project_for(path) if path else None
    if path is None or opened is None or not opened.project.contains(path):
        return []
    actions: list[types.CodeAction] = []
    if _is_requested(types.CodeActionKind.QuickFix, only):
        # Neovim requests the cursor position, and passes the diagnostics of its line.
        shown_ranges = [each.range for each in params.context.diagnostics if each.source == DIAGNOSTIC_SOURCE]
        actions += _quick_fixes(server, opened, path, diagnose_with_fixes(server, uri, params.range, *shown_ranges))
    return actions + list(_fix_all_actions(server, opened, path, uri, only))


def _is_requested(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client requests a kind, a parent of it, or any kind."""
    return not only or any(kind == requested or kind.startswith(f"{requested}.") for requested in only)


def diagnose_with_fixes(server: Server, uri: str, *ranges: types.Range) -> list[tuple[types.Diagnostic, Finding]]:
    """The findings in any of some ranges of a document, each with its fix, or the reasons why there is none."""
    path = server.documents.path_of(uri)
    opened = server.projects.project_for(path) if path else None
    if path is None or opened is None:
        return []
    shown = [
        each
        for each in server.diagnostic_builder.build(path, opened)
        if each.uri == uri and any(has_overlap(each.diagnostic.range, requested) for requested in ranges)
    ]
    return fix_places.diagnose(server, opened, shown)


def _quick_fixes(
    server: Server, opened: OpenProject, path: str, diagnosed: Sequence[tuple[types.Diagnostic, Finding]]
) -> Iterator[types.CodeAction]:
    root = str(opened.config.root)
    builder = QuickFixBuilder(
        path, server.locator.bytes_of(path), server.edit_builder, lambda file: to_relative_path(root, file)
    )
    for diagnostic, finding in diagnosed:
        yield from builder.build_fixes(finding, diagnostic)
        policy = opened.config.noqa_policy(finding.code) if server.settings.disable_rule_comment else "forbid"
        disable_action = builder.build_disable(finding, diagnostic, policy)
        if disable_action is not None:
            yield disable_action


def _fix_all_actions(
    server: Server, opened: OpenProject, path: str, uri: str, only: Sequence[str] | None
) -> Iterator[types.CodeAction]:
    """The action that applies all safe fixes of a document; its edit is computed when it is resolved.

    A client that resolves no edits gets it only on request: computing the edit must not delay a menu.
    """
    is_lazy = _resolves_edits(server)
    if not server.settings.fix_all or not (only or is_lazy) or not opened.findings_in(path):
        return
    is_cell = server.documents.notebook_at(path) is not None
    for kind in (FIX_ALL, NOTEBOOK_FIX_ALL) if is_cell else (FIX_ALL,):
        if _is_requested(kind, only):
            action = types.CodeAction("Redis SSOT: Fix all auto-fixable problems", kind=kind, data={"uri": uri})
            edit = None if is_lazy else fix_document(server, uri)
            if is_lazy or edit is not None:
                action.edit = edit
                yield action


def _resolves_edits(server: Server) -> bool:
    support = get_capability(server.client_capabilities, "text_document.code_action")
    if not support or not support.data_support or not support.resolve_support:
        return False
    return "edit" in support.resolve_support.properties


def resolve_code_action(server: Server, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit, for the present text of its document."""
    data = action.data if isinstance(action.data, dict) else {}
    if action.edit is None and "uri" in data:
        action.edit = fix_document(server, str(data["uri"]), title="applying all safe fixes")
    return action


def fix_document(server: Server, uri: str, title: str = "") -> types.WorkspaceEdit | None:
    """The edit that applies all safe fixes of a document, also in other files; None if there are none."""
    path = server.documents.path_of(uri)
    opened = server.projects.project_for(path) if path else None
    if path is None or opened is None or not opened.project.contains(path) or not opened.findings_in(path):
        return None
    with server.report_progress(title or "computing all safe fixes"):
        return fix_files(server, opened, path)


def fix_files(server: Server, opened: OpenProject, *paths: str) -> types.WorkspaceEdit | None:
    """The edit that applies all safe fixes in some files of a project (absolute paths); None if there are none."""
    try:
        changes = opened.fix_all(*paths)
    except BaselineError as error:
        server.log(types.MessageType.Error, str(error))
        return None
    if not changes:
        server.log(types.MessageType.Info, "no safe fixes")
        return None
    return server.edit_builder.from_changes(changes)
