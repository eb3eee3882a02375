"""Code actions for documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import shorten

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from flake8_redis_ssot.linter.add_noqa import REASON_PLACEHOLDER, insert_comments
from flake8_redis_ssot.lsp.positions import to_lsp_range
from flake8_redis_ssot.lsp.server import DIAGNOSTIC_SOURCE, Server
from flake8_redis_ssot.lsp.workspaces import OpenProject
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.source import split_lines
from flake8_redis_ssot.syntax.trees import LINE_BREAK
from flake8_redis_ssot.terminal import escape_unprintable


def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Fixes and comments for the findings in a range, and, if requested, all safe fixes of the document."""
    uri, only = params.text_document.uri, params.context.only
    path = to_fs_path(uri)
    open_project = server.projects.project_for(path) if path else None
    if path is None or open_project is None or not open_project.project.contains(path):
        return []
    builder = CodeActionBuilder(
        server.workspace.position_codec, server.projects.read_lines, lambda file: from_fs_path(file) or file
    )
    actions: list[types.CodeAction] = []
    if _is_requested(types.CodeActionKind.QuickFix, only):
        # Neovim requests the cursor position, and passes the diagnostics of its line.
        shown_ranges = [each.range for each in params.context.diagnostics if each.source == DIAGNOSTIC_SOURCE]
        for diagnostic, finding in server.diagnose_with_fixes(uri, params.range, *shown_ranges):
            actions += builder.quick_fixes(finding, diagnostic)
            policy = open_project.config.noqa_policy(finding.code)
            disable_action = builder.disable_for_line(
                finding, path, server.projects.unsaved_buffers[path], diagnostic, policy
            )
            actions += [disable_action] if disable_action else []
    if only and _is_requested(FIX_ALL, only):  # a menu requests no kind, and must not wait for it
        actions += _fix_all_actions(open_project, path, server.projects.unsaved_buffers.get(path), builder)
    return actions


def _is_requested(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client requests a kind, a parent of it, or any kind."""
    return not only or any(kind == requested or kind.startswith(f"{requested}.") for requested in only)


def _fix_all_actions(
    open_project: OpenProject, path: str, buffer: bytes | None, builder: CodeActionBuilder
) -> list[types.CodeAction]:
    """The action that applies all safe fixes to the present text of a document."""
    if buffer is None or not open_project.findings_in(path):
        return []
    after = open_project.fix_all(path, buffer)
    if after == buffer:
        return []
    edit = builder.replace_document(path, after.decode("utf-8", "surrogatepass"))
    return [types.CodeAction("Redis SSOT: Fix all auto-fixable problems", kind=FIX_ALL, edit=edit)]


FIX_ALL = "source.fixAll.redis-ssot"
_APPLICABILITY_LABELS = {Applicability.UNSAFE: "not proven safe", Applicability.MANUAL: "to choose"}
_MAX_REASON_LENGTH = 80  # characters: a menu shows one line
LineReader = Callable[[str], Sequence[str]]


class CodeActionBuilder:
    """Builds the actions of one client: `read_lines` returns the lines of a file, `to_uri` its URI."""

    def __init__(self, codec: PositionCodec, read_lines: LineReader, to_uri: Callable[[str], str]) -> None:
        self._codec = codec
        self._read_lines = read_lines
        self._to_uri = to_uri

    def quick_fixes(self, finding: Finding, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
        """The fix of a finding, and its alternatives."""
        fixes = [finding.fix] if isinstance(finding.fix, Fix) else []
        for fix in (*fixes, *finding.offers):
            if any(edit.path.endswith(NOTEBOOK_SUFFIX) for edit in fix.edits):
                continue  # its positions are in the code, not in the JSON of the file
            action = types.CodeAction(
                f"Redis SSOT ({finding.code}): {escape_unprintable(fix.title)}{_applicability_note(fix)}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=fix.applicability == Applicability.SAFE,
                edit=self._workspace_edit(fix),
                data={"reasons": list(fix.reasons)},
            )
            yield action

    def disable_for_line(
        self, finding: Finding, path: str, data: bytes, diagnostic: types.Diagnostic, policy: str
    ) -> types.CodeAction | None:
        """The action that adds a `noqa` comment, or None; a required reason is left for the user to write."""
        if policy == "forbid":
            return None
        text, count = insert_comments(data, [finding], REASON_PLACEHOLDER if policy == "require-reason" else "")
        if not count:
            return None
        reason_hint = (
            f"; replace the placeholder with a reason `{REASON_PLACEHOLDER}`" if policy == "require-reason" else ""
        )
        return types.CodeAction(
            f"Redis SSOT ({finding.code}): Disable for this line{reason_hint}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=self.replace_document(path, text.decode("utf-8", "replace")),
        )

    def replace_document(self, path: str, text: str) -> types.WorkspaceEdit:
        """The edit that replaces a file by `text`, with its line breaks, except for unchanged lines at both ends."""
        before, after = list(self._read_lines(path)), split_lines(text)
        prefix_length = 0
        while prefix_length < min(len(before), len(after)) and before[prefix_length] == after[prefix_length]:
            prefix_length += 1
        suffix_length = 0
        while (
            suffix_length < min(len(before), len(after)) - prefix_length
            and before[-1 - suffix_length] == after[-1 - suffix_length]
        ):
            suffix_length += 1
        first, last = prefix_length, len(before) - suffix_length
        starts = [0, *(found.end() for found in LINE_BREAK.finditer(text)), len(text)]
        new = text[starts[first] : starts[len(after) - suffix_length]]
        span = Span(first + 1, 0, last + 1, 0) if last < len(before) else Span(first + 1, 0, last, len(before[-1]))
        edit = types.TextEdit(to_lsp_range(span, before, self._codec), new)
        return types.WorkspaceEdit(changes={self._to_uri(path): [edit]})

    def _workspace_edit(self, fix: Fix) -> types.WorkspaceEdit:
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in fix.edits:
            edit_range = to_lsp_range(edit.span, self._read_lines(edit.path), self._codec)
            changes.setdefault(self._to_uri(edit.path), []).append(types.TextEdit(edit_range, edit.text))
        return types.WorkspaceEdit(changes=changes)


def _applicability_note(fix: Fix) -> str:
    """The applicability of a fix and its first reason; the hover shows all reasons."""
    if fix.applicability == Applicability.SAFE:
        return ""
    parts = [
        _APPLICABILITY_LABELS[fix.applicability],
        *(shorten(reason, _MAX_REASON_LENGTH, placeholder=" …") for reason in fix.reasons[:1]),
    ]
    remainder = f"; {len(fix.reasons) - 1} more" if len(fix.reasons) > 1 else ""
    return f" ({': '.join(parts)}{remainder})"
