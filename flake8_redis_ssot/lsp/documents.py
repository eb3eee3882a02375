"""The documents that a client has open: their text, their notebook's cells, and where they are on disk."""

from __future__ import annotations

import json
import re
from typing import Any

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument, Workspace

from flake8_redis_ssot.files.paths import is_possible_path
from flake8_redis_ssot.syntax.source import decode

# The protocol's line breaks; `str.splitlines` has others, such as form feeds.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# PEP 263: a comment in the first two lines.
_CODING_LINE = re.compile(r"\A(?:[^\r\n]*(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=]")


def split_keeping_breaks(text: str) -> list[str]:
    """The lines of a text with their line breaks, as the protocol counts them."""
    return _LINE.findall(text)


def path_from_uri(uri: str) -> str | None:
    """The file (absolute path) that a URI names; None if it names none, or one that cannot be, such as `a%00`."""
    path = to_fs_path(uri)
    return path if path is not None and is_possible_path(path) else None


class Document(TextDocument):
    """A text document whose incremental changes count lines as the protocol does."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines with their line breaks."""
        return tuple(split_keeping_breaks(self.source))


class Documents(Workspace):
    """The open documents of a client, and their URIs as the client writes them."""

    def __init__(self, other: Workspace) -> None:
        """The documents of a client that has just connected: `other` has none yet."""
        folders = list(other.folders.values())
        super().__init__(other.root_uri, other._sync_kind, folders, other.position_encoding)
        self._uris: dict[str, str] = {}

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        return Document(
            doc_uri, source, version, language_id, sync_kind=self._sync_kind, position_codec=self.position_codec
        )

    def add_path(self, uri: str) -> str | None:
        """Remember how the client writes a URI; its path, or None if it is no file."""
        path = path_from_uri(uri)
        if path is not None:
            self._uris[path] = uri
        return path

    def path_of(self, uri: str) -> str | None:
        """The file (absolute path) of a document or of the notebook that a cell belongs to; None if it is no file."""
        notebook = self.get_notebook_document(cell_uri=uri)
        return path_from_uri(notebook.uri if notebook else uri)

    def uri_of(self, path: str) -> str:
        """The URI of a file (absolute path)."""
        return self._uris.get(path) or from_fs_path(path) or path

    def version_of(self, uri: str) -> int | None:
        """The version of a document; None if it is not open."""
        return self.get_text_document(uri).version

    def notebook_at(self, path: str) -> types.NotebookDocument | None:
        """The open notebook of a file (absolute path), if any."""
        return self.get_notebook_document(notebook_uri=self.uri_of(path))

    def folder_paths(self) -> list[str]:
        """The workspace folders (absolute paths), or the root of older clients."""
        uris = [folder.uri for folder in self.folders.values()] or [self.root_uri or ""]
        return list(filter(None, map(path_from_uri, filter(None, uris))))

    def notebook_bytes(self, notebook: types.NotebookDocument) -> bytes:
        """The JSON of an open notebook with the present text of its cells."""
        cells = [self._cell_json(cell) for cell in notebook.cells]
        document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")

    def _cell_json(self, cell: types.NotebookCell) -> dict[str, Any]:
        document = self.get_text_document(cell.document)
        is_code = cell.kind == types.NotebookCellKind.Code
        metadata = {"vscode": {"languageId": document.language_id or "python"}} if is_code else {}
        return {"cell_type": "code" if is_code else "markdown", "metadata": metadata, "source": document.source}


def encode_text(text: str) -> bytes:
    """The bytes of a document, with which the analysis sees the same text, whatever encoding its coding line declares.

    If that cannot encode the text, the coding line is made an ordinary comment of the same length.
    """
    data = text.encode("utf-8", "surrogatepass")
    encoding = "utf-8" if text.isascii() else decode(data).encoding
    if encoding in ("utf-8", "utf-8-sig"):
        return data
    encoded = text.encode(encoding, "replace")
    if decode(encoded).text == text:
        return encoded
    return _CODING_LINE.sub(lambda match: match[0].replace("coding", "c_ding"), text, count=1).encode(
        "utf-8", "surrogatepass"
    )
