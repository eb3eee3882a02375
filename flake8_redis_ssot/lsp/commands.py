"""Commands that a client runs in the server: they edit through the client, which can undo them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from lsprotocol import types

from flake8_redis_ssot import __version__
from flake8_redis_ssot.lsp.code_actions import fix_document, fix_files
from flake8_redis_ssot.lsp.code_lens import LIST_BYPASSES, list_bypasses
from flake8_redis_ssot.lsp.server import Server

FIX_DOCUMENT = "redis-ssot.applyAutofix"
FIX_WORKSPACE = "redis-ssot.fixWorkspace"
PRINT_DEBUG = "redis-ssot.printDebugInformation"


async def apply_autofix(server: Server, document: types.TextDocumentIdentifier) -> bool:
    """Apply all safe fixes of a document; whether anything has changed."""
    edit = fix_document(server, document.uri)
    return await _apply(server, [edit] if edit else [], "Redis SSOT: fix all auto-fixable problems")


async def fix_workspace(server: Server) -> bool:
    """Apply all safe fixes of all projects; whether anything has changed."""
    with server.report_progress("computing all safe fixes of the workspace"):
        edits = [fix_files(server, opened, *server.projects.own_files(opened)) for opened in server.open_projects()]
    return await _apply(server, filter(None, edits), "Redis SSOT: fix the workspace")


async def _apply(server: Server, edits: Iterable[types.WorkspaceEdit], label: str) -> bool:
    """Ask the client to apply edits, one for each project; whether it applied any."""
    is_changed = False
    for edit in edits:
        answer = await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))
        is_changed = is_changed or answer.applied
        if not answer.applied:
            server.log(types.MessageType.Error, f"{label}: not applied: {answer.failure_reason or 'no reason given'}")
    return is_changed


def print_debug_information(server: Server) -> str:
    """The versions, settings and projects, which are logged as well."""
    lines = [f"flake8-redis-ssot {__version__}, Python {sys.version.split()[0]} ({sys.executable})"]
    lines.append(f"position encoding: {server.documents.position_encoding}")
    lines += [f"{name}: {value!r}" for name, value in server.settings._asdict().items()]
    lines += [f"project: {each.config.file}, {len(each.project.files)} files" for each in server.open_projects()]
    text = "\n".join(lines)
    server.log(types.MessageType.Info, text)
    return text


HANDLERS: dict[str, Callable[..., Any]] = {
    FIX_DOCUMENT: apply_autofix,
    FIX_WORKSPACE: fix_workspace,
    PRINT_DEBUG: print_debug_information,
    LIST_BYPASSES: list_bypasses,
}
