"""One client: its documents, and what is said about them."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from flake8_redis_ssot import __version__
from flake8_redis_ssot.linter.fix.per_file import told
from flake8_redis_ssot.lsp.positions import overlaps, range_of
from flake8_redis_ssot.lsp.workspaces import Projects
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.notebooks import ENDING

SOURCE = "redis-ssot"


class Server(LanguageServer):
    """The server, with the projects of its client."""

    def __init__(self) -> None:
        super().__init__("redis-ssot", __version__)
        self.projects = Projects()

    def publish(self, uri: str) -> None:
        """Send what is found in a document."""
        document = self.workspace.get_text_document(uri)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, self.diagnostics(uri), version=document.version)
        )

    def publish_all(self) -> None:
        """The same for all documents that are open."""
        for uri in list(self.workspace.text_documents):
            self.publish(uri)

    def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """What is found in a document, in order of place; what the baseline knows is only hinted at."""
        path = to_fs_path(uri) or ""
        # Of a notebook, a client shows cells, not the JSON of the file.
        kept = self.projects.of(path) if path and not path.endswith(ENDING) else None
        findings = kept.findings(path) if kept else []
        if kept is None or not findings:
            return []  # as in most documents: there is no need for lines
        lines, codec = self.projects.lines(path), self.workspace.position_codec
        return [
            types.Diagnostic(
                range_of(finding.span, lines, codec),
                f"{finding.message}\n{finding.note}".strip(),
                severity=types.DiagnosticSeverity.Hint if is_known else types.DiagnosticSeverity.Warning,
                code=finding.code,
                source=SOURCE,
            )
            for finding, is_known in zip(findings, kept.known(findings))
        ]

    def mended(self, uri: str, *places: types.Range) -> list[tuple[types.Diagnostic, Finding]]:
        """What is found in any of some ranges of a document, each with its fix, or the reasons why there is none."""
        path = to_fs_path(uri) or ""
        kept = self.projects.of(path) if path else None
        here = [
            (at, each)
            for at, each in enumerate(self.diagnostics(uri))
            if any(overlaps(each.range, place) for place in places)
        ]
        if kept is None or not here:
            return []
        found = kept.project.found_in(path)
        findings = told([found[at] for at, _ in here], kept.project.analysis, 1)
        return [(diagnostic, finding) for (_, diagnostic), finding in zip(here, findings)]

    def complain(self) -> None:
        """Say what is wrong with the configuration, once."""
        for problem in self.projects.problems:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"redis-ssot: {problem}"))
        self.projects.problems = []

    def take(self, uri: str, text: str | None) -> None:
        """Go on with the text of a document (None: it was closed)."""
        path = to_fs_path(uri)
        if path is None:
            return  # no file: nothing that others could import
        others = self.projects.take(path, None if text is None else text.encode("utf-8", "surrogatepass"))
        self.complain()
        if others:
            self.publish_all()
        elif text is not None:
            self.publish(uri)
        if text is None:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def saved(self, uri: str) -> None:
        """A document was saved; one that is new belongs to the project from now on."""
        path = to_fs_path(uri)
        kept = self.projects.of(path) if path else None
        if path is None or kept is None or kept.project.holds(path):
            return
        data = self.projects.buffers.pop(path, None)
        self.projects.changed([path])
        if data is not None:
            self.projects.buffers[path] = data
        self.publish_all()
