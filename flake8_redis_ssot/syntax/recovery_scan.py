"""Edits that blank the lines of other tools (merge conflicts, template tags) and broken statements.

All positions are offsets in characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.syntax.recovery_candidates import BlankingEdit, stub_headers
from flake8_redis_ssot.syntax.trees import SpanSet, find_parse_failure, node_span

if TYPE_CHECKING:
    from ast_grep_py import SgNode


def marker_edits(text: str, root: SgNode) -> Iterator[tuple[BlankingEdit, str]]:
    """Edits to apply together, with reasons, so that only Python is left; `root` is the concrete tree of `text`.

    Both sides of a conflict and all branches of a template stay. Strings and comments are not searched.
    """
    if not (_CONFLICT.search(text) or _TEMPLATE.search(text)):
        return
    strings = root.find_all(any=[{"kind": "string"}, {"kind": "comment"}], regex=r"\n|\{[{%]")
    quoted_spans = SpanSet(map(node_span, strings))
    yield from _conflict_edits(match for match in _CONFLICT.finditer(text) if match.start() not in quoted_spans)
    for match in _TEMPLATE.finditer(text):
        if match.start() not in quoted_spans:
            yield _placeholder_edit(match), "template syntax"


def _conflict_edits(markers: Iterable[re.Match[str]]) -> Iterator[tuple[BlankingEdit, str]]:
    """Blank the markers of each conflict, and the common ancestor if it is included, which is never wanted."""
    conflict: list[re.Match[str]] = []
    for marker in markers:
        if marker[1] == "<<<<<<<":
            conflict = []
        conflict.append(marker)
        if marker[1] == ">>>>>>>" and conflict[0][1] == "<<<<<<<":
            yield from _marker_edits(conflict)
            conflict = []


def _marker_edits(markers: list[re.Match[str]]) -> Iterator[tuple[BlankingEdit, str]]:
    """Blank the markers, and what follows a `|||||||`. Only the first has a reason: one report is enough."""
    reason = "merge conflict"
    for marker, following in zip(markers, [*markers[1:], markers[-1]], strict=True):
        yield BlankingEdit(marker.start(), following.start() if marker[1] == "|||||||" else marker.end(), ""), reason
        reason = ""


def _placeholder_edit(match: re.Match[str]) -> BlankingEdit:
    """`{{ name }}` may be (part of) a name, so it becomes one; `{% tag %}` and `{# comment #}` are blanked."""
    return BlankingEdit(match.start(), match.end(), "_" * len(match[0]) if match[0].startswith("{{") else "")


_CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\r\n]*)?(?=\r?$)", re.MULTILINE)
_TEMPLATE = re.compile(
    r"\{\{(?!\{)[^{}\r\n]+\}\}|\{%[^\r\n]{0,500}?%\}|^[ \t]*\{#[^\r\n]*#\}[ \t]*(?=\r?$)", re.MULTILINE
)


def broken_statement_edits(text: str, root: SgNode) -> Iterator[tuple[BlankingEdit, str]]:
    """Edits, with reasons, after which each simple statement and each header in `text` parses on its own.

    `root` is the concrete tree of `text`, or of a text with the same tokens at the same offsets. It is used up to the
    first sign that it is wrong: after an unclosed bracket, for example, it takes statements for arguments.
    """
    for node in _iter_statements(root):
        part = _own_span(node)
        before, after = _SURROUNDINGS.get(node.kind(), ("", ""))
        failure = find_parse_failure(before + text[slice(*part)] + after)
        if node.kind() == "ERROR" or (failure and _has_swallowed_statement(text, part, node)):
            return
        if failure:
            filler = next(stub_headers(text[slice(*part)]), "0") if node.kind() in _COMPOUND_KINDS else "0"
            yield BlankingEdit(*part, filler), failure.reason


def _iter_statements(root: SgNode) -> Iterator[SgNode]:
    """Simple statements, compound statements, and errors between them, in order of position."""
    pending = [root]
    while pending:
        node = pending.pop()
        if node.kind() in _CHECKED_KINDS:
            yield node
        if node.kind() in _CONTAINER_KINDS:
            children = node.children()
            kinds = [child.kind() for child in children]
            # Errors before the block belong to the header.
            first = kinds.index("block") if "block" in kinds else 0
            pending += [children[at] for at in range(len(kinds) - 1, first - 1, -1) if kinds[at] in _VISITED_KINDS]


def _find_block(node: SgNode) -> SgNode | None:
    return next((child for child in node.children() if child.kind() == "block"), None)


def _own_span(node: SgNode) -> tuple[int, int]:
    """The span of a simple statement, or of a compound statement's header."""
    start, end = node_span(node)
    block = _find_block(node)
    return start, node_span(block)[0] if block else end


def _has_swallowed_statement(text: str, part: tuple[int, int], node: SgNode) -> bool:
    """Whether the broken part extends beyond its end, as after an unclosed bracket.

    It does if the first line of a header ends with a colon, or if a line outside strings starts with a statement
    keyword or is indented no more than the first one.
    """
    start, end = part
    if node.kind() in _COMPOUND_KINDS and _COMPLETE_HEADER.match(text, start, end):
        return True
    margin = start - text.rfind("\n", 0, start) - 1
    another = rf"\n(?=[ \t]{{0,{margin}}}[\w@]|[ \t]*(?:@|(?:{_STATEMENT_KEYWORDS})\b))"
    strings = SpanSet(map(node_span, node.find_all(kind="string")))
    return any(line.start() not in strings for line in re.compile(another).finditer(text, start, end))


_COMPLETE_HEADER = re.compile(r"[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:\s*#[^\n]*\n)*\s*[^\s#]")
_STATEMENT_KEYWORDS = "assert|class|def|del|elif|except|finally|from|global|import|pass|raise|return|try|while|with"
_SIMPLE_KINDS = frozenset(
    [
        "assert_statement",
        "break_statement",
        "continue_statement",
        "decorator",
        "delete_statement",
        "exec_statement",
        "expression_statement",
        "future_import_statement",
        "global_statement",
        "import_from_statement",
        "import_statement",
        "nonlocal_statement",
        "pass_statement",
        "print_statement",
        "raise_statement",
        "return_statement",
        "type_alias_statement",
    ]
)
# The text before and after each header that makes it a complete statement.
_SURROUNDINGS = {
    "case_clause": ("match 0:\n ", "0"),
    "class_definition": ("", "0"),
    "decorator": ("", "\ndef f():0"),
    "elif_clause": ("if 1:0\n", "0"),
    "else_clause": ("if 1:0\n", "0"),
    "except_clause": ("try:0\n", "0"),
    "finally_clause": ("try:0\n", "0"),
    "for_statement": ("", "0"),
    "function_definition": ("", "0"),
    "if_statement": ("", "0"),
    "match_statement": ("", "\n case 0:0"),
    "try_statement": ("", "0\nfinally:0"),
    "while_statement": ("", "0"),
    "with_statement": ("", "0"),
}
_COMPOUND_KINDS = frozenset(_SURROUNDINGS) - _SIMPLE_KINDS
_CHECKED_KINDS = _SIMPLE_KINDS | _COMPOUND_KINDS | {"ERROR"}
_CONTAINER_KINDS = _COMPOUND_KINDS | {"block", "decorated_definition", "module"}
_VISITED_KINDS = _CHECKED_KINDS | _CONTAINER_KINDS
