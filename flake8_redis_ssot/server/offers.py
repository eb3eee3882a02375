"""The actions that are offered in a document."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.request import Request
from flake8_redis_ssot.run import run
from flake8_redis_ssot.server.actions import FIX_ALL, Draughtsman
from flake8_redis_ssot.server.projects import Kept
from flake8_redis_ssot.server.session import SOURCE, Server


def actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Fixes and comments for what is found in a range, and all safe fixes of the document."""
    uri, only = params.text_document.uri, params.context.only
    path = to_fs_path(uri)
    kept = server.projects.of(path) if path else None
    if path is None or kept is None or not kept.project.holds(path):
        return []
    draughtsman = Draughtsman(
        server.workspace.position_codec, server.projects.lines, lambda file: from_fs_path(file) or file
    )
    found: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix, only):
        # Neovim asks for the place of the cursor, and tells which findings of its line it shows.
        shown = [each.range for each in params.context.diagnostics if each.source == SOURCE]
        for diagnostic, finding in server.mended(uri, params.range, *shown):
            found += draughtsman.quick_fixes(finding, diagnostic)
            policy = kept.config.policy(finding.code)
            silent = draughtsman.silence(finding, path, server.projects.buffers[path], diagnostic, policy)
            found += [silent] if silent else []
    if _is_wanted(FIX_ALL, only):
        found += _fix_all(kept, path, server.projects.buffers.get(path), draughtsman)
    return found


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client asks for a kind: for itself, for one that it is part of, or for anything."""
    return not only or any(kind == asked or kind.startswith(f"{asked}.") for asked in only)


def _fix_all(kept: Kept, path: str, buffer: bytes | None, draughtsman: Draughtsman) -> list[types.CodeAction]:
    """All that is safe in one document, worked out on its present text."""
    if buffer is None or not kept.findings(path):
        return []
    outcome = run(Request(paths=(path,), buffer=buffer, trust=Applicability.SAFE))
    after = [change.after for group in outcome.changes for change in group if change.path == path]
    text = after[0] if after else None
    if text is None or text == buffer:
        return []
    edit = draughtsman.replaced(path, text.decode("utf-8", "surrogatepass"))
    return [types.CodeAction("Redis SSOT: Fix all auto-fixable problems", kind=FIX_ALL, edit=edit)]
