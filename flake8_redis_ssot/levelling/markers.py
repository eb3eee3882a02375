"""Lines that other tools leave in Python files: merge conflicts, template tags and placeholders.

All positions are characters from the start of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.levelling.cuts import Cut
from flake8_redis_ssot.levelling.trees import Spans, span

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
