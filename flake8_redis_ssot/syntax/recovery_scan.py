"""Lines that other tools leave in Python files: merge conflicts, template tags and placeholders.

All positions are characters from the start of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.syntax.recovery_candidates import Cut, stubs
from flake8_redis_ssot.syntax.trees import Spans, span, trouble_in

if TYPE_CHECKING:
    from ast_grep_py import SgNode


def marked(text: str, root: SgNode) -> Iterator[tuple[Cut, str]]:
    """What to cut together, and why, so that only Python is left; `root` is the concrete tree of `text`.

    Both sides of a conflict and all branches of a template stay. Strings and comments are not looked into.
    """
    if not (_CONFLICT.search(text) or _TEMPLATE.search(text)):
        return
    strings = root.find_all(any=[{"kind": "string"}, {"kind": "comment"}], regex=r"\n|\{[{%]")
    quoted = Spans(map(span, strings))
    yield from _conflicts(mark for mark in _CONFLICT.finditer(text) if mark.start() not in quoted)
    for mark in _TEMPLATE.finditer(text):
        if mark.start() not in quoted:
            yield _placeholder(mark), "template syntax"


def _conflicts(marks: Iterable[re.Match[str]]) -> Iterator[tuple[Cut, str]]:
    """The markers of each conflict, and the common ancestor where it is told: nobody wants that one back."""
    seen: list[re.Match[str]] = []
    for mark in marks:
        if mark[1] == "<<<<<<<":
            seen = []
        seen.append(mark)
        if mark[1] == ">>>>>>>" and seen[0][1] == "<<<<<<<":
            yield from _sides(seen)
            seen = []


def _sides(marks: list[re.Match[str]]) -> Iterator[tuple[Cut, str]]:
    """The markers, and what stands behind a `|||||||`. Only the first one is told: one gap is enough."""
    why = "merge conflict"
    for mark, following in zip(marks, [*marks[1:], marks[-1]], strict=True):
        yield Cut(mark.start(), following.start() if mark[1] == "|||||||" else mark.end(), ""), why
        why = ""


def _placeholder(mark: re.Match[str]) -> Cut:
    """`{{ name }}` may be part of a name, or all of it, so it becomes one; `{% tag %}` and `{# comment #}` nothing."""
    return Cut(mark.start(), mark.end(), "_" * len(mark[0]) if mark[0].startswith("{{") else "")


_CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\r\n]*)?(?=\r?$)", re.MULTILINE)
_TEMPLATE = re.compile(
    r"\{\{(?!\{)[^{}\r\n]+\}\}|\{%[^\r\n]{0,500}?%\}|^[ \t]*\{#[^\r\n]*#\}[ \t]*(?=\r?$)", re.MULTILINE
)


def broken_statements(text: str, root: SgNode) -> Iterator[tuple[Cut, str]]:
    """What to cut, and why, so that each simple statement and each header in `text` can be read on its own.

    `root` is the concrete tree of `text`, or of a text with the same tokens in the same places. It is trusted as
    far as it is sound: after a bracket that is not closed, say, it takes statements for arguments.
    """
    for node in _in_order(root):
        part = _own_part(node)
        before, after = _SURROUNDINGS.get(node.kind(), ("", ""))
        trouble = trouble_in(before + text[slice(*part)] + after)
        if node.kind() == "ERROR" or (trouble and _swallows(text, part, node)):
            return
        if trouble:
            filler = next(stubs(text[slice(*part)]), "0") if node.kind() in _HEADED else "0"
            yield Cut(*part, filler), trouble.reason


def _in_order(root: SgNode) -> Iterator[SgNode]:
    """Simple statements, statements with a block, and faults between them, as they come in the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.kind() in _READ:
            yield node
        if node.kind() in _ENTERED:
            children = node.children()
            kinds = [child.kind() for child in children]
            # What is wrong before the block is the header's business.
            first = kinds.index("block") if "block" in kinds else 0
            waiting += [children[at] for at in range(len(kinds) - 1, first - 1, -1) if kinds[at] in _VISITED]


def _block(node: SgNode) -> SgNode | None:
    return next((child for child in node.children() if child.kind() == "block"), None)


def _own_part(node: SgNode) -> tuple[int, int]:
    """All of a simple statement; of others, what stands before the block."""
    start, end = span(node)
    block = _block(node)
    return start, span(block)[0] if block else end


def _swallows(text: str, part: tuple[int, int], node: SgNode) -> bool:
    """Whether the broken part goes on where it should end, as after a bracket that is not closed.

    It does after a colon that ends the first line of a header. It also does in a line, not in a string, that
    starts with a word that starts a statement, or is indented as the first one is.
    """
    start, end = part
    if node.kind() in _HEADED and _ENDED_HEADER.match(text, start, end):
        return True
    margin = start - text.rfind("\n", 0, start) - 1
    another = rf"\n(?=[ \t]{{0,{margin}}}[\w@]|[ \t]*(?:@|(?:{_FIRST_WORDS})\b))"
    strings = Spans(map(span, node.find_all(kind="string")))
    return any(line.start() not in strings for line in re.compile(another).finditer(text, start, end))


_ENDED_HEADER = re.compile(r"[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:\s*#[^\n]*\n)*\s*[^\s#]")
_FIRST_WORDS = "assert|class|def|del|elif|except|finally|from|global|import|pass|raise|return|try|while|with"
_SIMPLE = frozenset(
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
# What each header must stand between to be a whole statement.
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
_HEADED = frozenset(_SURROUNDINGS) - _SIMPLE
_READ = _SIMPLE | _HEADED | {"ERROR"}
_ENTERED = _HEADED | {"block", "decorated_definition", "module"}
_VISITED = _READ | _ENTERED
