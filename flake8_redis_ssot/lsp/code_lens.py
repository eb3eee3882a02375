"""Code lenses: how many findings bypass the resource whose canonical module this is."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.related import find_resource, locate_name
from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.lsp.workspaces import OpenProject
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.plurals import plural

LIST_BYPASSES = "redis-ssot.listBypasses"


def code_lens(server: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
    """A lens for each resource whose canonical module a document is; the number is computed when it is shown."""
    uri = params.text_document.uri
    path = server.documents.path_of(uri)
    opened = server.projects.project_for(path) if path and server.settings.code_lens else None
    if path is None or opened is None:
        return []
    analysis = opened.project.analysis
    module, to_module = analysis.modules.name_of(path), analysis.resolver.module_name
    return [
        types.CodeLens(
            server.locator.locate(path, _definition_span(resource, path, opened)).range,
            data={"uri": uri, "resource": resource.name},
        )
        for resource in opened.config.resources
        if any(to_module(canonical, path) == module for canonical in resource.canonical)
    ]


def resolve_code_lens(server: Server, lens: types.CodeLens) -> types.CodeLens:
    """The lens with the number of bypasses, and the command that lists them."""
    data = lens.data if isinstance(lens.data, dict) else {}
    uri, name = str(data.get("uri", "")), str(data.get("resource", ""))
    opened = server.projects.project_for(server.documents.path_of(uri) or "")
    if opened is None:
        return lens
    bypasses = list(find_bypasses(opened, name))
    known_count = sum(is_known for _, is_known in bypasses)
    title = plural(len(bypasses), "bypass", "bypasses")
    title += f" of `{name}`" if len(opened.config.resources) > 1 else ""
    title += f", {known_count} in the baseline" if known_count else ""
    locations = [server.locator.locate(each.path, each.finding.span) for each, _ in bypasses]
    lens.command = types.Command(title, LIST_BYPASSES, arguments=[uri, lens.range.start, locations])
    return lens


def find_bypasses(opened: OpenProject, resource: str) -> Iterator[tuple[LocatedFinding, bool]]:
    """The findings of a project that are about a resource, by file, and whether each is in the baseline."""
    for path in opened.project.files:
        located_findings = opened.findings_in(path)
        for located, is_known in zip(
            located_findings, opened.baseline_flags([each.finding for each in located_findings])
        ):
            found = find_resource(located, opened.project.analysis)
            if found is not None and found.name == resource:
                yield located, is_known


def _definition_span(resource: Resource, path: str, opened: OpenProject) -> Span:
    """Where a canonical module defines a constructor, else the accessor or the instance, else its first line."""
    names = (*resource.constructors, resource.accessor, resource.instance)
    located = (locate_name(name, "", opened.project.analysis) for name in names if name)
    return next((each.span for each in located if each and each.path == path), Span(1, 0, 1, 0))


def list_bypasses(server: Server, uri: str, position: types.Position, locations: list[types.Location]) -> None:
    """Name the bypasses in a message, for clients that cannot show a list of locations; lines are 1-based."""
    places = [f"{server.documents.path_of(each.uri)}:{each.range.start.line + 1}" for each in locations]
    text = "\n".join(("redis-ssot: no bypasses",) if not places else ("redis-ssot: bypasses", *places))
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
