"""The language server: the documents of one client and their diagnostics."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from flake8_redis_ssot import __version__
from flake8_redis_ssot.linter.fix.per_file import with_fixes
from flake8_redis_ssot.lsp.positions import has_overlap, to_lsp_range
from flake8_redis_ssot.lsp.workspaces import OpenProjects
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

DIAGNOSTIC_SOURCE = "redis-ssot"


class Server(LanguageServer):
    """The server, with the projects of its client."""

    def __init__(self) -> None:
        super().__init__("redis-ssot", __version__)
        self.projects = OpenProjects()

    def publish(self, uri: str) -> None:
        """Publish the diagnostics of a document."""
        document = self.workspace.get_text_document(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, self.diagnostics_for(uri), version=document.version)
        )

    def publish_all(self) -> None:
        """Publish the diagnostics of all open documents."""
        for uri in list(self.workspace.text_documents):
            self.publish(uri)

    def diagnostics_for(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of a document, in order; findings in the baseline are hints."""
        path = to_fs_path(uri) or ""
        # A client shows the cells of a notebook, not the JSON of the file.
        open_project = self.projects.project_for(path) if path and not path.endswith(NOTEBOOK_SUFFIX) else None
        findings = open_project.findings_in(path) if open_project else []
        if open_project is None or not findings:
            return []  # as in most documents, which need not be split into lines
        lines, codec = self.projects.read_lines(path), self.workspace.position_codec
        return [
            types.Diagnostic(
                to_lsp_range(finding.span, lines, codec),
                f"{finding.message}\n{finding.note}".strip(),
                severity=types.DiagnosticSeverity.Hint if is_known else types.DiagnosticSeverity.Warning,
                code=finding.code,
                source=DIAGNOSTIC_SOURCE,
            )
            for finding, is_known in zip(findings, open_project.baseline_flags(findings))
        ]

    def diagnose_with_fixes(self, uri: str, *ranges: types.Range) -> list[tuple[types.Diagnostic, Finding]]:
        """The findings in any of some ranges of a document, each with its fix, or the reasons why there is none."""
        path = to_fs_path(uri) or ""
        open_project = self.projects.project_for(path) if path else None
        overlapping = [
            (index, each)
            for index, each in enumerate(self.diagnostics_for(uri))
            if any(has_overlap(each.range, requested_range) for requested_range in ranges)
        ]
        if open_project is None or not overlapping:
            return []
        findings = open_project.project.findings_in(path)
        findings_with_fixes = with_fixes(
            [findings[index] for index, _ in overlapping], open_project.project.analysis, 1
        )
        return [(diagnostic, finding) for (_, diagnostic), finding in zip(overlapping, findings_with_fixes)]

    def show_problems(self) -> None:
        """Show the problems of the configuration, once."""
        for problem in self.projects.problems:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"redis-ssot: {problem}"))
        self.projects.problems = []

    def update_document(self, uri: str, text: str | None) -> None:
        """Replace the text of a document (None: it was closed)."""
        path = to_fs_path(uri)
        if path is None:
            return  # not a file, so nothing can import it
        has_changed_others = self.projects.set_buffer(
            path, None if text is None else text.encode("utf-8", "surrogatepass")
        )
        self.show_problems()
        if has_changed_others:
            self.publish_all()
        elif text is not None:
            self.publish(uri)
        if text is None:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def handle_saved(self, uri: str) -> None:
        """Add a saved document to its project if it is new."""
        path = to_fs_path(uri)
        open_project = self.projects.project_for(path) if path else None
        if path is None or open_project is None or open_project.project.contains(path):
            return
        data = self.projects.unsaved_buffers.pop(path, None)
        self.projects.refresh_files([path])
        if data is not None:
            self.projects.unsaved_buffers[path] = data
        self.publish_all()
