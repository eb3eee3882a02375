"""The actions that are offered in a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import shorten

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec

from flake8_redis_ssot.linter.add_noqa import TO_COME, commented
from flake8_redis_ssot.linter.request import Request
from flake8_redis_ssot.linter.run import run
from flake8_redis_ssot.lsp.positions import range_of
from flake8_redis_ssot.lsp.server import SOURCE, Server
from flake8_redis_ssot.lsp.workspaces import Kept
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.syntax.notebooks import ENDING


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


FIX_ALL = "source.fixAll.redis-ssot"
_WORDS = {Applicability.UNSAFE: "not proven safe", Applicability.MANUAL: "to choose"}
_LONGEST_REASON = 80  # characters: a menu shows one line
Lines = Callable[[str], Sequence[str]]


class Draughtsman:
    """Makes actions for the documents of one client: `lines` gives the lines of a file, `to_uri` its address."""

    def __init__(self, codec: PositionCodec, lines: Lines, to_uri: Callable[[str], str]) -> None:
        self._codec = codec
        self._lines = lines
        self._to_uri = to_uri

    def quick_fixes(self, finding: Finding, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
        """The fix of a finding, and what else can be chosen."""
        fixes = [finding.fix] if isinstance(finding.fix, Fix) else []
        for fix in (*fixes, *finding.offers):
            if any(edit.path.endswith(ENDING) for edit in fix.edits):
                continue  # its places are those of code, not of the JSON around it
            action = types.CodeAction(
                f"Redis SSOT ({finding.code}): {fix.title}{_doubts(fix)}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=fix.applicability == Applicability.SAFE,
                edit=self._edit(fix),
                data={"reasons": list(fix.reasons)},
            )
            yield action

    def silence(
        self, finding: Finding, path: str, data: bytes, diagnostic: types.Diagnostic, policy: str
    ) -> types.CodeAction | None:
        """A `noqa` comment on the finding's line, as far as the settings allow it; a reason is left to be written."""
        if policy == "forbid":
            return None
        text, count = commented(data, [finding], TO_COME if policy == "require-reason" else "")
        if not count:
            return None
        still = f", once a reason follows the `{TO_COME}`" if policy == "require-reason" else ""
        return types.CodeAction(
            f"Redis SSOT ({finding.code}): Disable for this line{still}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=self.replaced(path, text.decode("utf-8", "replace")),
        )

    def replaced(self, path: str, text: str) -> types.WorkspaceEdit:
        """A whole file anew, but for the lines at both ends that stay."""
        before, after = list(self._lines(path)), text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        same = 0
        while same < min(len(before), len(after)) and before[same] == after[same]:
            same += 1
        tail = 0
        while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        first, last = same, len(before) - tail
        new = "\n".join(after[first : len(after) - tail])
        if last > first or tail:
            new += "\n" if last < len(before) and len(after) - tail > first else ""
        span = Span(first + 1, 0, last + 1, 0) if last < len(before) else Span(first + 1, 0, last, len(before[-1]))
        edit = types.TextEdit(range_of(span, before, self._codec), new)
        return types.WorkspaceEdit(changes={self._to_uri(path): [edit]})

    def _edit(self, fix: Fix) -> types.WorkspaceEdit:
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in fix.edits:
            where = range_of(edit.span, self._lines(edit.path), self._codec)
            changes.setdefault(self._to_uri(edit.path), []).append(types.TextEdit(where, edit.text))
        return types.WorkspaceEdit(changes=changes)


def _doubts(fix: Fix) -> str:
    """How far a fix can be trusted, and the first reason why no further: hovering tells them all."""
    if fix.applicability == Applicability.SAFE:
        return ""
    words = [
        _WORDS[fix.applicability],
        *(shorten(reason, _LONGEST_REASON, placeholder=" …") for reason in fix.reasons[:1]),
    ]
    more = f"; {len(fix.reasons) - 1} more" if len(fix.reasons) > 1 else ""
    return f" ({': '.join(words)}{more})"
