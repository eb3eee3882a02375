"""The hover: the fixes of the findings at a position, and the pages of their rules."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from flake8_redis_ssot.lsp.server import Server
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.formats.full import describe_fix
from flake8_redis_ssot.rules.rule import all_rules


def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The fixes at a position with all their reasons, or why there are none; then the pages of the rules."""
    cursor = types.Range(params.position, params.position)
    diagnosed = server.diagnose_with_fixes(params.text_document.uri, cursor)
    if not diagnosed:
        return None
    fix_lines = dict.fromkeys("\n".join(_describe_fixes(finding)) for _, finding in diagnosed)
    pages = dict.fromkeys(_rule_page(finding.code) for _, finding in diagnosed)
    text = "\n\n---\n\n".join((*filter(None, fix_lines), *pages))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), diagnosed[0][0].range)


def _describe_fixes(finding: Finding) -> Iterator[str]:
    for fix in (finding.fix, *finding.offers):
        yield from (f"- **{kind}**: {text}" for kind, text in describe_fix(fix))


def _rule_page(code: str) -> str:
    return next(f"**{rule.name}** ({code})\n\n{rule.page}" for rule in all_rules() if rule.code == code)
