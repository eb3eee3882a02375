"""Quick fixes: the code actions for one finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import shorten

from lsprotocol import types

from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.linter.add_noqa import REASON_PLACEHOLDER, insert_comments
from flake8_redis_ssot.lsp.workspace_edits import WorkspaceEditBuilder
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable

_APPLICABILITY_LABELS = {Applicability.UNSAFE: "not proven safe", Applicability.MANUAL: "to choose"}
_MAX_REASON_LENGTH = 80  # characters: a menu shows one line


class QuickFixBuilder:
    """Builds the quick fixes for findings of one file: `path` (absolute) with the bytes `data`.

    `to_relative` returns the path that a title shows for a file.
    """

    def __init__(
        self, path: str, data: bytes, edit_builder: WorkspaceEditBuilder, to_relative: Callable[[str], str]
    ) -> None:
        self._path = path
        self._data = data
        self._edit_builder = edit_builder
        self._to_relative = to_relative

    def build_fixes(self, finding: Finding, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
        """The fix of a finding, and its alternatives."""
        fixes = [finding.fix] if isinstance(finding.fix, Fix) else []
        for fix in (*fixes, *finding.offers):
            title = f"{escape_unprintable(fix.title)}{self.describe_other_files(fix)}{_describe_applicability(fix)}"
            yield types.CodeAction(
                f"Redis SSOT ({finding.code}): {title}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=fix.applicability == Applicability.SAFE,
                edit=self._edit_builder.from_fix(fix),
                data={"reasons": list(fix.reasons)},
            )

    def describe_other_files(self, fix: Fix) -> str:
        """The other files that a fix changes, as a phrase; empty if there are none."""
        paths = list(dict.fromkeys(edit.path for edit in fix.edits if edit.path != self._path))
        if not paths:
            return ""
        others = f" and {plural(len(paths) - 1, 'other file')}" if len(paths) > 1 else ""
        return f", and change {self._to_relative(paths[0])}{others}"

    def build_disable(self, finding: Finding, diagnostic: types.Diagnostic, policy: str) -> types.CodeAction | None:
        """The action that adds a `noqa` comment, or None; a required reason is left for the user to write."""
        if policy == "forbid":
            return None
        placeholder = REASON_PLACEHOLDER if policy == "require-reason" else ""
        after, count = insert_comments(self._data, [finding], placeholder, self._path)
        if not count:
            return None
        reason_hint = f"; replace the placeholder with a reason `{placeholder}`" if placeholder else ""
        return types.CodeAction(
            f"Redis SSOT ({finding.code}): Disable for this line{reason_hint}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            edit=self._edit_builder.from_changes([Change(self._path, self._data, after)]),
        )


def _describe_applicability(fix: Fix) -> str:
    """The applicability of a fix and its first reason; the hover shows all reasons."""
    if fix.applicability == Applicability.SAFE:
        return ""
    parts = [
        _APPLICABILITY_LABELS[fix.applicability],
        *(shorten(reason, _MAX_REASON_LENGTH, placeholder=" …") for reason in fix.reasons[:1]),
    ]
    remainder = f"; {len(fix.reasons) - 1} more" if len(fix.reasons) > 1 else ""
    return f" ({': '.join(parts)}{remainder})"
