"""Diagnostics that the client asks for: of one document, or of the whole workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from lsprotocol import types

from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.lsp.workspaces import OpenProject

# What a file imports can change what is found in it.
OPTIONS = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="redis-ssot")


def document_diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """The diagnostics of a document or notebook cell, or that they are unchanged."""
    uri = params.text_document.uri
    path = server.documents.path_of(uri)
    items = server.diagnostics_by_uri(path).get(uri, []) if path else []
    server.show_problems()
    result_id = _result_id(items)
    if result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)


def workspace_diagnostic(server: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """The diagnostics of all files of all projects that have any or had some; empty for open files only."""
    if server.settings.diagnostic_mode == "openFilesOnly":
        return types.WorkspaceDiagnosticReport([])
    previous = {each.uri: each.value for each in params.previous_result_ids}
    with server.report_progress("checking the workspace", params.work_done_token):
        found = {uri: items for opened in server.open_projects() for uri, items in _diagnose_project(server, opened)}
    cleared: dict[str, list[types.Diagnostic]] = {uri: [] for uri in previous if uri not in found}
    return types.WorkspaceDiagnosticReport(
        [_report(server, uri, items, previous.get(uri)) for uri, items in (found | cleared).items()]
    )


def _diagnose_project(server: Server, opened: OpenProject) -> Iterator[tuple[str, list[types.Diagnostic]]]:
    """The diagnostics of all documents of a project that have any.

    Clients ask again every few seconds: those of files that are not open are kept as long as their findings.
    """
    builder, unsaved = server.diagnostic_builder, server.projects.unsaved_buffers
    for path in server.projects.own_files(opened):
        findings = opened.findings_in(path)
        if not findings:
            continue
        kept_findings, diagnostics = server.kept_diagnostics.get(path, (None, {}))
        if kept_findings is not findings or path in unsaved:
            diagnostics = builder.build_by_uri(path, opened)
            server.kept_diagnostics[path] = findings, diagnostics
        yield from diagnostics.items()


def _report(
    server: Server, uri: str, items: Sequence[types.Diagnostic], previous: str | None
) -> types.WorkspaceDocumentDiagnosticReport:
    result_id, version = _result_id(items), server.documents.version_of(uri)
    if result_id == previous:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id, version)
    return types.WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=result_id)


def _result_id(items: Sequence[types.Diagnostic]) -> str:
    """The same for the same diagnostics."""
    return blake2b(repr(items).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
