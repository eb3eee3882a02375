"""Newer syntax in older words: what the running Python does not know yet is rewritten in place.

Every character is replaced by exactly one, and line breaks stay, so that nothing changes its position.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from flake8_redis_ssot.levelling.trees import blank, span, trouble_in

if TYPE_CHECKING:
    from ast_grep_py import Rule, SgNode

Edit = tuple[int, str]  # from this character on, this text instead of as many characters


def level(text: str, root: SgNode) -> str:
    """`text` as the running Python can read it, as far as newer syntax goes; `root` is its concrete tree.

    Every expression that runs is kept where it stands. What is blanked holds none: type parameters, the literal
    parts of f- and t-strings.
    """
    edits = [
        edit
        for version, rule, rewrite in _NEWER
        if sys.version_info < version
        for node in root.find_all(**rule)
        for edit in rewrite(text, node)
    ]
    if not edits:
        return text
    characters = list(text)
    for start, replacement in edits:
        characters[start : start + len(replacement)] = replacement
    return "".join(characters)


def _alternatives(text: str, clause: SgNode) -> Iterator[Edit]:
    """`except A, B:` becomes `except A| B:`, the one operator for which there is room."""
    children = clause.children()
    for child, following in pairwise(children):
        if child.kind() == ",":
            trailing = following.kind() == ":" or not following.text()
            yield span(child)[0], " " if trailing else "|"


def _no_group(text: str, clause: SgNode) -> Iterator[Edit]:
    """`except* A:` becomes `except  A:`."""
    for child in clause.children():
        if child.kind() == "*":
            yield span(child)[0], " "


def _no_star(text: str, splat: SgNode) -> Iterator[Edit]:
    """`x[*a]` becomes `x[ a]`, and `*args: *Ts` becomes `*args:  Ts`."""
    start, parent = span(splat)[0], splat.parent()
    while parent is not None and parent.kind() in {"call", "attribute"} and span(parent)[0] == start:
        parent = parent.parent()  # the grammar reads `*a()` as a call of `*a`
    if parent is not None and parent.kind() in {"subscript", "type"}:
        yield start, " "


def _display(text: str, string: SgNode) -> Iterator[Edit]:
    """`f"{d["k"]!r:>{w}}"` becomes `(  d["k"],    w,  )`: a tuple of what stands between its braces.

    Only where the running Python cannot read it. Strings that are concatenated become one tuple.
    """
    start, end = span(string)
    if text[end - 1] not in "\"'" or not trouble_in(f"({text[start:end]})"):
        return
    display = list(blank(text[start:end]))
    fields = _fields(string)
    for _, stop, closed in fields:
        display[stop - start] = " " if closed else ","
    display[0], display[-1] = "(", ")"
    done = start
    for first, stop, _ in fields:
        yield done, "".join(display[done - start : first - start])
        done = stop
    yield done, "".join(display[done - start :])


def _fields(string: SgNode) -> list[tuple[int, int, bool]]:
    """Start and end of each expression between braces, format specifications included, in order.

    The flag says whether the expression ends with a comma of its own.
    """
    found = []
    waiting = string.children() if string.kind() == "concatenated_string" else [string]
    while waiting:  # no recursion: a format specification may nest as deeply as it likes
        children = waiting.pop().children()
        if children and children[0].kind() == "{":
            found.append(_field(children))
        waiting += [child for child in children if child.kind() in _HOLDS_FIELDS]
    return sorted(found)


def _field(children: list[SgNode]) -> tuple[int, int, bool]:
    """The expression among the `children` of one pair of braces: from the brace to `=`, `!r`, `:…` or the brace."""
    ending = next((at for at, child in enumerate(children) if child.kind() in _ENDS_FIELD), -1)
    expression = [child for child in children[1:ending] if child.kind() != "comment" and child.text()]
    closed = not expression or expression[-1].text().endswith(",")
    return span(children[0])[1], span(children[ending])[0], closed


def _no_parameters(text: str, definition: SgNode) -> Iterator[Edit]:
    """`class A[T](B)` becomes `class A(   B)`.

    The bracket is joined to the list that follows, rather than blanked, because it may span lines.
    """
    for bracket in definition.children():
        following = bracket.next()
        if bracket.kind() == "type_parameter" and following is not None:
            start, end = span(bracket)
            if following.kind() in {"argument_list", "parameters"}:
                yield start, "(" + blank(text[start + 1 : span(following)[0] + 1])
            else:
                yield start, "(" + blank(text[start + 1 : end - 1]) + ")"


def _annotated_name(text: str, alias: SgNode) -> Iterator[Edit]:
    """`type X[T] = list[T]` becomes `0;   X[0]: list[T]`: its value is no more than an annotation.

    The grammar takes `type(x).y = 1` for an alias too; that one is left alone.
    """
    start, end = span(alias)
    head = _ALIAS_HEAD.match(text, start, end)
    if head:
        yield start, "0;  "
        bracket = head["parameters"] or ""
        if bracket:
            yield head.start("parameters"), "[0" + blank(bracket[2:-1]) + "]"
        yield head.end() - 1, ":"


_ALIAS_HEAD = re.compile(
    r"type[ \t\f\\\r\n]+[^\W\d]\w*[ \t\f\\\r\n]*(?P<parameters>\[(?:[^\[\]]|\[[^\[\]]*\])*\])?[ \t\f\\\r\n]*="
)
_HOLDS_FIELDS = frozenset({"interpolation", "format_specifier", "format_expression"})
_ENDS_FIELD = frozenset({"=", "type_conversion", "format_specifier", "}"})

Rewrite = Callable[[str, "SgNode"], Iterator[Edit]]


# f- and t-strings, each with all that it is concatenated with.
_STRINGS: Rule = {
    "any": [
        {"kind": "concatenated_string"},
        {"kind": "string", "not": {"inside": {"kind": "concatenated_string"}}},
    ],
    "has": {"kind": "string_start", "regex": "[fFtT]", "stopBy": "end"},
}

# The first version that reads it; what it looks like in the concrete tree; the rewrite.
# The rewrites that blank whole expressions come last, and so have the last word on what stands in them.
_NEWER: tuple[tuple[tuple[int, int], Rule, Rewrite], ...] = (
    ((3, 14), {"kind": "except_clause"}, _alternatives),  # PEP 758
    ((3, 11), {"kind": "except_clause"}, _no_group),  # PEP 654
    ((3, 11), {"any": [{"kind": "list_splat"}, {"kind": "splat_type"}]}, _no_star),  # PEP 646
    ((4, 0), _STRINGS, _display),  # PEP 701, 750: where needed, which in fields without an expression is anywhere
    ((3, 13), {"any": [{"kind": "class_definition"}, {"kind": "function_definition"}]}, _no_parameters),  # PEP 695, 696
    ((3, 13), {"kind": "type_alias_statement"}, _annotated_name),  # PEP 695
)
