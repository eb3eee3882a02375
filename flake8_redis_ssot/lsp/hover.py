"""What is said about a place: what the codes that are found there mean, and what can be done about each finding."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.formats.full import about_fix
from flake8_redis_ssot.rules.rule import all_rules


def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The fixes at a place with all doubts about them, or why there are none; then the pages of the codes."""
    here = types.Range(params.position, params.position)
    found = server.mended(params.text_document.uri, here)
    if not found:
        return None
    fixes = dict.fromkeys("\n".join(_about(finding)) for _, finding in found)
    pages = dict.fromkeys(_page(finding.code) for _, finding in found)
    text = "\n\n---\n\n".join((*filter(None, fixes), *pages))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), found[0][0].range)


def _about(finding: Finding) -> Iterator[str]:
    for fix in (finding.fix, *finding.offers):
        yield from (f"- **{kind}**: {text}" for kind, text in about_fix(fix))


def _page(code: str) -> str:
    return next(f"**{rule.name}** ({code})\n\n{rule.page}" for rule in all_rules() if rule.code == code)
