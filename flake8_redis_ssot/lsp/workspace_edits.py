"""Workspace edits: the edits of a fix, or the differences between two versions of files, for one client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.lsp.documents import split_keeping_breaks
from flake8_redis_ssot.lsp.locations import LocatedEdit, Locator
from flake8_redis_ssot.model import Fix
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.notebooks.cells import CellMap, read_cell_map
from flake8_redis_ssot.syntax.source import decode


class WorkspaceEditBuilder:
    """Builds the edits of one client; with `is_versioned`, each names the version of the document that it is for."""

    def __init__(self, locator: Locator, *, is_versioned: bool) -> None:
        self._locator = locator
        self._is_versioned = is_versioned

    def from_fix(self, fix: Fix) -> types.WorkspaceEdit:
        """The edit that applies a fix."""
        return self._build(self._locator.locate_edits(fix.edits))

    def from_changes(self, changes: Iterable[Change]) -> types.WorkspaceEdit:
        """The edit that makes changes to files; unchanged lines, and line breaks, are left as they are."""
        return self._build(edit for change in changes for edit in self._edits_of_change(change))

    def _build(self, located_edits: Iterable[LocatedEdit]) -> types.WorkspaceEdit:
        edits_by_uri: dict[str, list[types.TextEdit]] = {}
        for uri, edit in located_edits:
            edits_by_uri.setdefault(uri, []).append(edit)
        if not self._is_versioned:
            return types.WorkspaceEdit(changes=edits_by_uri)
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(self._identify(uri), edits) for uri, edits in edits_by_uri.items()]
        )

    def _identify(self, uri: str) -> types.OptionalVersionedTextDocumentIdentifier:
        return types.OptionalVersionedTextDocumentIdentifier(uri, self._locator.documents.version_of(uri))

    def _edits_of_change(self, change: Change) -> Iterator[LocatedEdit]:
        path, before, after = change.path, change.before or b"", change.after or b""
        documents = self._locator.documents
        opened = documents.notebook_at(path)
        if opened is not None:
            cells_before, cells_after = read_cell_map(before), read_cell_map(after)
            for number, old, new in zip(cells_before.numbers, _cell_texts(cells_before), _cell_texts(cells_after)):
                yield from self._edits_of_text(opened.cells[number - 1].document, old, new)
            return
        # The JSON of a notebook is the text of its file; `decode` would return that of its cells.
        name = "" if path.endswith(NOTEBOOK_SUFFIX) else path
        yield from self._edits_of_text(documents.uri_of(path), decode(before, name).text, decode(after, name).text)

    def _edits_of_text(self, uri: str, before: str, after: str) -> Iterator[LocatedEdit]:
        lines, new_lines = split_keeping_breaks(before), split_keeping_breaks(after)
        for first, last, text in _diff_lines(lines, new_lines):
            yield LocatedEdit(uri, types.TextEdit(self._locator.range_of_lines(lines, first, last), text))


def _cell_texts(cell_map: CellMap) -> list[str]:
    return [text[:-1] for text in cell_map.cell_texts()]


def _diff_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The changed ranges of lines (0-based, end exclusive), each with its new text."""
    for tag, first, last, new_first, new_last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield first, last, "".join(after[new_first:new_last])
