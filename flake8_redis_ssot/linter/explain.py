"""Why a place is, or is not, a finding: what its names resolve to, and what that is in the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.module_query import ModuleQueries
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.scan import facts_from_bytes
from flake8_redis_ssot.project.view import FileContext, format_via
from flake8_redis_ssot.semantic.facts import FileFacts, Origins
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.source import decode

_NAME = re.compile(r"[^\W\d]\w*")


class ExplainedUse(NamedTuple):
    """A call, an import, an argument or a string: its column (0-based), what it is, and what is known of it.

    `is_guarded`: it is a constructor, or deprecated, in one of the resources.
    """

    column: int
    subject: str
    statements: tuple[str, ...]
    is_guarded: bool


def explain_line(analysis: Analysis, path: str, row: int) -> list[ExplainedUse]:
    """What stands on a row (1-based) of a file (absolute path), in order. Raises OSError if it cannot be read."""
    data = analysis.read_bytes(path)
    names = frozenset(_NAME.findall(decode(data, path).text))
    file = analysis.file_context(path)
    if file is None or not names:
        return []
    search = Search((), ModuleQueries(), NamePatterns(names), file.resolver.modules.roots)
    facts = facts_from_bytes(path, data, search)
    uses = {(column, subject): origins for column, subject, origins in _iter_uses(facts, row)}
    return [_explain_use(*place, origins, file) for place, origins in sorted(uses.items())]


def _explain_use(column: int, subject: str, origins: Origins, file: FileContext) -> ExplainedUse:
    definitions = dict.fromkeys(file.resolve(origins))
    statements = [text for definition in definitions for text in _explain_definition(definition, file)]
    is_guarded = any(
        file.resources.constructor_resource(each) or file.resources.find_deprecated(each.name) for each in definitions
    )
    return ExplainedUse(column, subject, tuple(statements or ["what it is could not be resolved"]), is_guarded)


def _iter_uses(facts: FileFacts, row: int) -> Iterator[tuple[int, str, Origins]]:
    for call in facts.calls:
        if call.span.row == row:
            yield call.span.column, "call", call.origins
    for entry in facts.imports:
        if row in (entry.span.row, entry.statement.row):
            origin = entry.origin.removesuffix("*")  # of a star import, the module
            yield entry.span.column, f"import of `{_format_origin(entry.origin)}`", (origin,)
    for argument in facts.callback_arguments:
        if argument.span.row == row:
            yield argument.span.column, f"argument of `{argument.callee_name}`", argument.origins
    for reference in facts.string_references:
        if reference.span.row == row:
            yield reference.span.column, f"string `{reference.text}`", (f"{reference.text.replace(':', '.')}:",)


def _format_origin(origin: str) -> str:
    return origin.replace(":", ".").replace("@", "").rstrip(".")


def _explain_definition(definition: Definition, file: FileContext) -> Iterator[str]:
    name = definition.name
    found = "" if definition.is_found or definition.path is None else ", which the project does not define"
    outside = ", outside the project" if definition.path is None else ""
    yield f"resolves to `{name}`{format_via(definition.via, file.module)}{found}{outside}"
    resource = file.resources.constructor_resource(definition)
    if resource is not None:
        yield f"`{name}` is a constructor of resource `{resource.name}`"
        yield from _explain_exemption(resource, file)
    deprecated = file.resources.find_deprecated(name)
    if deprecated is not None:
        yield f"`{deprecated.name}` is deprecated in resource `{deprecated.resource.name}`"
        yield from _explain_exemption(deprecated.resource, file)
    if resource is None and deprecated is None:
        yield f"`{name}` is neither a constructor nor deprecated in any resource"


def _explain_exemption(resource: Resource, file: FileContext) -> Iterator[str]:
    if not file.is_exempt(resource):
        return
    if file.resources.is_canonical(resource, file.module):
        checked = "checked, because of `check-canonical`" if resource.check_canonical else "exempt"
        yield f"this file is a canonical module of `{resource.name}`: it is {checked}"
    elif file.resources.find_deprecated(file.module) is not None:
        yield f"this file is a deprecated module of `{resource.name}` itself: it is exempt"
    else:
        yield f"this file matches `allow` of `{resource.name}` in {file.config.file or 'the settings'}: it is exempt"
