"""The language server: the documents of one client, and what it is told without asking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from flake8_redis_ssot import __version__
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.lsp.diagnostics import DiagnosticBuilder
from flake8_redis_ssot.lsp.documents import Documents
from flake8_redis_ssot.lsp.locations import Locator
from flake8_redis_ssot.lsp.settings import ServerSettings
from flake8_redis_ssot.lsp.workspace_edits import WorkspaceEditBuilder
from flake8_redis_ssot.lsp.workspaces import OpenProject, OpenProjects
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithCells(
            cells=[types.NotebookCellLanguage("python")],
            notebook=types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
        )
    ],
    save=True,
)
_PROGRESS_TITLE = "redis-ssot"


class Server(LanguageServer):
    """The server, with the projects and settings of its client."""

    def __init__(self) -> None:
        super().__init__("redis-ssot", __version__, notebook_document_sync=_NOTEBOOKS)
        self.projects = OpenProjects()
        self.projects.show_progress = self._analyse
        self.settings = ServerSettings()
        self.documents: Documents  # since the client has connected
        self.pending_places: dict[str, asyncio.TimerHandle] = {}  # of files that are to be published again
        self.kept_diagnostics: dict[str, tuple[list[LocatedFinding], dict[str, list[types.Diagnostic]]]] = {}

    def supports(self, capability: str) -> bool:
        """Whether the client declares a capability, such as `text_document.diagnostic`."""
        return bool(get_capability(self.client_capabilities, capability))

    @property
    def locator(self) -> Locator:
        """Where files are in the client's documents."""
        return Locator(self.documents, self.projects)

    @property
    def diagnostic_builder(self) -> DiagnosticBuilder:
        """The builder of diagnostics for this client."""
        kinds = ("publish_diagnostics", "diagnostic")
        return DiagnosticBuilder(
            self.locator,
            has_links=any(self.supports(f"text_document.{kind}.code_description_support") for kind in kinds),
            has_related=any(self.supports(f"text_document.{kind}.related_information") for kind in kinds),
        )

    @property
    def edit_builder(self) -> WorkspaceEditBuilder:
        """The builder of edits for this client."""
        return WorkspaceEditBuilder(
            self.locator, is_versioned=self.supports("workspace.workspace_edit.document_changes")
        )

    def log(self, kind: types.MessageType, text: str) -> None:
        """Write a line to the client's log, if its log level asks for it."""
        if self.settings.logs(kind):
            self.window_log_message(types.LogMessageParams(kind, text))

    def show_problems(self) -> None:
        """Show the problems of configurations, one message for each configuration, and log all of them."""
        problems, self.projects.problems = self.projects.problems, []
        for problem in problems:
            first, *others = problem.splitlines()
            for line in (first, *others):
                self.log(types.MessageType.Error, line)
            remainder = f" ({plural(len(others), 'further problem')} in the log)" if others else ""
            text = f"redis-ssot: {first}{remainder}"
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))

    @contextmanager
    def report_progress(self, message: str, token: str | int | None = None) -> Iterator[None]:
        """Show progress in the client until the block ends; `token` is that of its request, if it sent one."""
        if token is None:
            if not self.supports("window.work_done_progress"):
                yield
                return
            token = str(uuid4())
            self.work_done_progress.create(token)  # its answer need not be awaited: messages arrive in order
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(_PROGRESS_TITLE, message=message))
        try:
            yield
        finally:
            self.work_done_progress.end(token, types.WorkDoneProgressEnd())

    @contextmanager
    def _analyse(self, file: Path) -> Iterator[None]:
        """Report the progress of analysing the project of a configuration, and how long it took."""
        started, name = time.monotonic(), to_display_path(str(file))
        with self.report_progress(f"analysing the project of {name}"):
            yield
        self.log(types.MessageType.Info, f"{name}: analysed in {time.monotonic() - started:.2f} s")

    def open_projects(self) -> list[OpenProject]:
        """The projects of the workspace folders and of the open documents."""
        projects = self.projects.all_projects(self.documents.folder_paths())
        self.show_problems()
        return projects

    def publish(self, path: str) -> None:
        """Publish the diagnostics of the documents that show a file, unless the client asks for them itself."""
        if not self.supports("text_document.diagnostic"):
            self.publish_diagnostics(path, self.diagnostics_by_uri(path))

    @property
    def publishes_related(self) -> bool:
        """Whether diagnostics are published to the client, and it shows related locations."""
        return not self.supports("text_document.diagnostic") and self.supports(
            "text_document.publish_diagnostics.related_information"
        )

    def publish_diagnostics(self, path: str, diagnostics: Mapping[str, list[types.Diagnostic]]) -> None:
        """Publish the diagnostics (by document) of all documents that show a file."""
        for uri in self.locator.uris_of(path):
            version = self.documents.version_of(uri)
            params = types.PublishDiagnosticsParams(uri, diagnostics.get(uri, []), version)
            self.text_document_publish_diagnostics(params)

    def publish_all(self) -> None:
        """Publish the diagnostics of all open documents, and have the client ask again for what it has asked for."""
        for path in list(self.projects.unsaved_buffers):
            self.publish(path)
        if self.supports("text_document.diagnostic") and self.supports("workspace.diagnostics.refresh_support"):
            self.workspace_diagnostic_refresh(None)
        if self.settings.code_lens and self.supports("workspace.code_lens.refresh_support"):
            self.workspace_code_lens_refresh(None)

    def diagnostics_by_uri(self, path: str) -> dict[str, list[types.Diagnostic]]:
        """The diagnostics of a file, by document; a notebook that is not open has none."""
        opened = self.projects.project_for(path)
        if opened is None or (path.endswith(NOTEBOOK_SUFFIX) and self.documents.notebook_at(path) is None):
            return {}
        return self.diagnostic_builder.build_by_uri(path, opened)

    def update(self, path: str, data: bytes | None) -> None:
        """Replace the bytes of a file by those of its document (None: it was closed)."""
        has_changed_others = self.projects.set_buffer(path, data)
        self.show_problems()
        if has_changed_others:
            self.publish_all()
        if data is not None and not has_changed_others:
            self.publish(path)

    def clear(self, *uris: str) -> None:
        """Remove the diagnostics of documents that were closed."""
        if not self.supports("text_document.diagnostic"):
            for uri in uris:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def add_saved_file(self, path: str) -> None:
        """Add a saved document to its project if it is new."""
        opened = self.projects.project_for(path)
        if opened is None or opened.project.contains(path):
            return
        data = self.projects.unsaved_buffers.pop(path, None)
        self.projects.refresh_files([path])
        if data is not None:
            self.projects.set_buffer(path, data)
        self.publish_all()
