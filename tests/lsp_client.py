"""A client of the language server, which speaks the protocol to a server process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

_TIMEOUT = 120  # seconds


class Client:
    """A client that records what the server sends, and waits for it.

    `capabilities` are those of the client, `folders` its workspace folders (default: the working directory) and
    `settings` what it sends to the server at the start.
    """

    def __init__(
        self,
        encodings: list[types.PositionEncodingKind] | None = None,
        *,
        capabilities: types.ClientCapabilities | None = None,
        folders: Sequence[Path] = (),
        settings: Any = None,
    ) -> None:
        self.client: Any = LanguageClient("tests", "0")
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.messages: list[str] = []
        self.log: list[types.LogMessageParams] = []
        self.progress: list[Any] = []
        self.refreshed: list[str] = []
        self.applied: list[types.ApplyWorkspaceEditParams] = []
        self.accepts_edits = True
        self._notified = asyncio.Event()
        self._encodings = encodings
        self._capabilities = capabilities
        self._folders = folders
        self._settings = settings
        self.server = types.ServerCapabilities()
        self._register()

    def _register(self) -> None:
        feature = self.client.feature
        feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._on_diagnostics(params))
        feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self._note(self.messages, params.message))
        feature(types.WINDOW_LOG_MESSAGE)(lambda params: self.log.append(params))
        feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
        feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(lambda params: self.progress.append(("create", params.token)))
        feature(types.PROGRESS)(lambda params: self.progress.append((params.value["kind"], params.token, params.value)))
        feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)(lambda params: self._note(self.refreshed, "diagnostics"))
        feature(types.WORKSPACE_CODE_LENS_REFRESH)(lambda params: self._note(self.refreshed, "lenses"))
        feature(types.WORKSPACE_APPLY_EDIT)(lambda params: self._on_apply(params))

    def _on_diagnostics(self, params: types.PublishDiagnosticsParams) -> None:
        self.diagnostics[params.uri] = list(params.diagnostics)
        self._notified.set()

    def _note(self, notes: list[str], note: str) -> None:
        notes.append(note)
        self._notified.set()

    def _on_apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        self.applied.append(params)
        return types.ApplyWorkspaceEditResult(self.accepts_edits, None if self.accepts_edits else "read only")

    async def start(self) -> None:
        await self.client.start_io(sys.executable, "-m", "flake8_redis_ssot", "server")
        general = types.GeneralClientCapabilities(position_encodings=self._encodings) if self._encodings else None
        watched = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        capabilities = self._capabilities or types.ClientCapabilities(
            general=general, workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watched)
        )
        folders = [types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in self._folders]
        root = None if folders else Path.cwd().as_uri()
        options = None if self._settings is None else {"settings": self._settings}
        answer = await self.client.initialize_async(
            types.InitializeParams(
                capabilities, root_uri=root, workspace_folders=folders or None, initialization_options=options
            )
        )
        self.server = answer.capabilities
        self.client.initialized(types.InitializedParams())

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    async def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Wait until messages of the server have made a condition true."""

        async def wait() -> None:
            while not is_done():
                await asyncio.sleep(0.02)

        await asyncio.wait_for(wait(), _TIMEOUT)

    async def wait_for_news(self, act: Callable[[], Any], uri: str = "") -> None:
        """Call `act` and wait for the next notification, of a document if `uri` is given."""
        before = self.diagnostics.get(uri)
        self._notified.clear()
        act()
        await asyncio.wait_for(self._notified.wait(), _TIMEOUT)
        while uri and self.diagnostics.get(uri) is before:
            self._notified.clear()
            await asyncio.wait_for(self._notified.wait(), _TIMEOUT)

    async def open(self, path: Path, text: str | None = None) -> str:
        """Open a document and wait for its diagnostics; returns its URI."""
        uri = path.as_uri()
        await self.wait_for_news(lambda: self.send_open(path, text), uri)
        return uri

    def send_open(self, path: Path, text: str | None = None) -> str:
        """Open a document; returns its URI."""
        content = path.read_text() if text is None else text
        item = types.TextDocumentItem(path.as_uri(), "python", 1, content)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return path.as_uri()

    async def change(self, uri: str, text: str, version: int = 2) -> None:
        await self.wait_for_news(lambda: self.send_change(uri, text, version), uri)

    def send_change(self, uri: str, text: str, version: int) -> None:
        document = types.VersionedTextDocumentIdentifier(version, uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    def send_file_change(self, path: Path) -> None:
        """Report that a file was changed on disk."""
        event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    async def actions(
        self, uri: str, line: int, only: list[str] | None = None, shown: list[types.Diagnostic] | None = None
    ) -> list[types.CodeAction]:
        """The code actions for a line (0-based), or at its beginning for the diagnostics `shown`."""
        position = types.Range(types.Position(line, 0), types.Position(line, 0 if shown else 200))
        context = types.CodeActionContext(shown or [], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), position, context)
        return [
            each
            for each in await self.client.text_document_code_action_async(params) or []
            if isinstance(each, types.CodeAction)
        ]

    async def pull(self, uri: str, previous: str | None = None) -> Any:
        """The report of the diagnostics of a document."""
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
        return await self.client.text_document_diagnostic_async(params)

    async def pull_workspace(self, previous: dict[str, str] | None = None) -> dict[str, Any]:
        """The reports of the diagnostics of the workspace, by URI."""
        results = [types.PreviousResultId(uri, value) for uri, value in (previous or {}).items()]
        report = await self.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(results))
        return {each.uri: each for each in report.items}

    async def run_command(self, command: str, *arguments: Any) -> Any:
        """The result of a command of the server."""
        params = types.ExecuteCommandParams(command, arguments=list(arguments))
        return await self.client.workspace_execute_command_async(params)

    def codes(self, uri: str) -> list[tuple[str, int, int]]:
        """Code, line and column (both 0-based) of the diagnostics of a document."""
        return [(str(each.code), each.range.start.line, each.range.start.character) for each in self.diagnostics[uri]]


def run_scenario(
    scenario: Callable[[Client], Awaitable[None]], *encodings: types.PositionEncodingKind, **options: Any
) -> None:
    """Run a scenario with a client of a new server process; `options` are those of the client."""

    async def run() -> None:
        client = Client(list(encodings) or None, **options)
        await client.start()
        try:
            await scenario(client)
        finally:
            await client.stop()

    asyncio.run(asyncio.wait_for(run(), _TIMEOUT))


def apply_edits(text: str, edits: Any) -> str:
    """Apply edits of the protocol to an ASCII text."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text
