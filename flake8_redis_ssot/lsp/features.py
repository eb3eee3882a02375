"""Registers the handlers for the requests and notifications of a client."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types

from flake8_redis_ssot import __version__
from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.lsp import code_actions, commands, fix_places, pull
from flake8_redis_ssot.lsp.code_lens import code_lens, resolve_code_lens
from flake8_redis_ssot.lsp.documents import Documents, encode_text, path_from_uri
from flake8_redis_ssot.lsp.hover import hover
from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.lsp.settings import parse_settings

_WATCHED_GLOBS = (
    "**/*.py",
    "**/*.pyi",
    "**/*.ipynb",
    "**/*.jsonl",
    *(f"**/{name}" for name in (*OWN_NAMES, PYPROJECT)),
)


def _on_initialize(ls: Server, params: types.InitializeParams) -> None:
    # pygls creates its workspace before this handler, and has no other way to replace it.
    ls.documents = ls.protocol._workspace = Documents(ls.workspace)
    ls.settings, problems = parse_settings(params.initialization_options)
    ls.projects.problems += problems
    if ls.settings.configuration:
        folder = next(iter(ls.documents.folder_paths()), os.getcwd())
        ls.projects.configuration = Path(folder, os.path.expanduser(ls.settings.configuration))
        ls.projects.root = Path(folder)


def _on_initialized(ls: Server, params: types.InitializedParams) -> None:
    """Register for notifications about files that change outside of the editor, if the client supports it."""
    ls.log(
        types.MessageType.Info, f"redis-ssot {__version__} serves {', '.join(ls.documents.folder_paths()) or 'files'}"
    )
    ls.show_problems()
    if ls.supports("workspace.did_change_watched_files.dynamic_registration"):
        watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED_GLOBS]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(types.RegistrationParams([registration]))


def _on_did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    path = ls.documents.add_path(params.text_document.uri)
    if path is not None:
        ls.update(path, encode_text(params.text_document.text))
        fix_places.publish_when_idle(ls, path)


def _on_did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = ls.documents.get_text_document(params.text_document.uri)
    path = path_from_uri(document.uri)
    if path is not None:
        fix_places.cancel(ls, path)
        ls.update(path, encode_text(document.source))


def _on_did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    _handle_saved(ls, params.text_document.uri)


def _handle_saved(ls: Server, uri: str) -> None:
    path = path_from_uri(uri)
    if path is not None:
        ls.add_saved_file(path)
        fix_places.publish_when_idle(ls, path)


def _on_did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    path = path_from_uri(params.text_document.uri)
    if path is not None:
        ls.update(path, None)
        ls.clear(params.text_document.uri)


def _on_notebook_open(ls: Server, params: types.DidOpenNotebookDocumentParams) -> None:
    path = ls.documents.add_path(params.notebook_document.uri)
    _update_notebook(ls, params.notebook_document.uri)
    if path is not None:
        fix_places.publish_when_idle(ls, path)


def _on_notebook_change(ls: Server, params: types.DidChangeNotebookDocumentParams) -> None:
    structure = params.change.cells.structure if params.change.cells else None
    _update_notebook(ls, params.notebook_document.uri)
    ls.clear(*(cell.uri for cell in (structure and structure.did_close) or ()))


def _update_notebook(ls: Server, uri: str) -> None:
    path, notebook = path_from_uri(uri), ls.documents.get_notebook_document(notebook_uri=uri)
    if path is not None and notebook is not None:
        fix_places.cancel(ls, path)
        ls.update(path, ls.documents.notebook_bytes(notebook))


def _on_notebook_save(ls: Server, params: types.DidSaveNotebookDocumentParams) -> None:
    _handle_saved(ls, params.notebook_document.uri)


def _on_notebook_close(ls: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    path = path_from_uri(params.notebook_document.uri)
    if path is not None:
        ls.update(path, None)
    ls.clear(*(cell.uri for cell in params.cell_text_documents))


def _on_files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    ls.projects.refresh_files(filter(None, (path_from_uri(change.uri) for change in params.changes)))
    ls.publish_all()
    ls.show_problems()


def _on_folders_changed(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.publish_all()


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: _on_initialize,
    types.INITIALIZED: _on_initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _on_did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: _on_did_change,
    types.TEXT_DOCUMENT_DID_SAVE: _on_did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: _on_did_close,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: _on_notebook_open,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: _on_notebook_change,
    types.NOTEBOOK_DOCUMENT_DID_SAVE: _on_notebook_save,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: _on_notebook_close,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _on_files_changed,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _on_folders_changed,
    types.TEXT_DOCUMENT_HOVER: hover,
    types.CODE_ACTION_RESOLVE: code_actions.resolve_code_action,
    types.TEXT_DOCUMENT_CODE_LENS: code_lens,
    types.CODE_LENS_RESOLVE: resolve_code_lens,
    types.WORKSPACE_DIAGNOSTIC: pull.workspace_diagnostic,
}


def make_server() -> Server:
    """A server with all handlers and commands."""
    server = Server()
    for name, handler in _HANDLERS.items():
        server.feature(name)(handler)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, code_actions.OPTIONS)(code_actions.code_actions)
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, pull.OPTIONS)(pull.document_diagnostic)
    for command, run_command in commands.HANDLERS.items():
        server.command(command)(run_command)
    return server
