"""Registers the handlers for the requests and notifications of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lsprotocol import types
from pygls.uris import to_fs_path

from flake8_redis_ssot.config.loading import OWN_NAMES
from flake8_redis_ssot.files.discovery import PYPROJECT
from flake8_redis_ssot.lsp.code_actions import FIX_ALL, code_actions
from flake8_redis_ssot.lsp.hover import hover
from flake8_redis_ssot.lsp.server import Server

_WATCHED_GLOBS = (
    "**/*.py",
    "**/*.pyi",
    "**/*.ipynb",
    "**/*.jsonl",
    *(f"**/{name}" for name in (*OWN_NAMES, PYPROJECT)),
)


def _on_initialized(ls: Server, params: types.InitializedParams) -> None:
    """Register for notifications about files that change outside of the editor, if the client supports it."""
    workspace = ls.client_capabilities.workspace
    watch_capability = workspace and workspace.did_change_watched_files
    if watch_capability and watch_capability.dynamic_registration:
        watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED_GLOBS]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(types.RegistrationParams([registration]))


def _on_did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    ls.update_document(params.text_document.uri, params.text_document.text)


def _on_did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    ls.update_document(uri, ls.workspace.get_text_document(uri).source)


def _on_did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    ls.handle_saved(params.text_document.uri)


def _on_did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    ls.update_document(params.text_document.uri, None)


def _on_files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    ls.projects.refresh_files(filter(None, (to_fs_path(change.uri) for change in params.changes)))
    ls.publish_all()
    ls.show_problems()


_HANDLERS: dict[str, Callable[..., Any]] = {
    types.INITIALIZED: _on_initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _on_did_open,
    types.TEXT_DOCUMENT_DID_CHANGE: _on_did_change,
    types.TEXT_DOCUMENT_DID_SAVE: _on_did_save,
    types.TEXT_DOCUMENT_DID_CLOSE: _on_did_close,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _on_files_changed,
    types.TEXT_DOCUMENT_HOVER: hover,
}


def make_server() -> Server:
    """A server with all handlers."""
    server = Server()
    for name, handler in _HANDLERS.items():
        server.feature(name)(handler)
    kinds = [types.CodeActionKind.QuickFix, FIX_ALL]
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))(code_actions)
    return server
