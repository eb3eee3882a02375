"""Newer syntax rewritten in place so that the running Python can parse it.

Every character is replaced by exactly one, and line breaks stay, so that no position changes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from flake8_redis_ssot.syntax.trees import SpanSet, blank, find_parse_failure, node_span, normalise_lone_cr

if TYPE_CHECKING:
    from ast_grep_py import Relation, Rule, SgNode


CharEdit = tuple[int, str]  # an offset, and the text that replaces as many characters there


def rewrite_newer_syntax(text: str, root: SgNode) -> str:
    """`text` with newer syntax rewritten for the running Python; `root` is its concrete tree.

    Every evaluated expression keeps its position. Only type parameters and the literal parts of f- and t-strings are
    blanked.
    """
    edits = [
        edit
        for version, rule, rewrite in _REWRITES
        if sys.version_info < version
        for edit in rewrite(text, root.find_all(**rule))
    ]
    return apply_edits(text, edits)


def apply_edits(text: str, edits: Iterable[CharEdit]) -> str:
    """The text with some parts replaced; a later edit overwrites an earlier one."""
    characters = list(text)
    for start, replacement in edits:
        characters[start : start + len(replacement)] = replacement
    return "".join(characters)


def _rewrite_alternatives(text: str, clause: SgNode) -> Iterator[CharEdit]:
    """`except A, B:` becomes `except A| B:`, with the only operator that fits."""
    children = clause.children()
    for child, following in pairwise(children):
        if child.kind() == ",":
            trailing = following.kind() == ":" or not following.text()
            yield node_span(child)[0], " " if trailing else "|"


def _rewrite_except_group(text: str, clause: SgNode) -> Iterator[CharEdit]:
    """`except* A:` becomes `except  A:`."""
    for child in clause.children():
        if child.kind() == "*":
            yield node_span(child)[0], " "


def _rewrite_star(text: str, splat: SgNode) -> Iterator[CharEdit]:
    """`x[*a]` becomes `x[ a]`, and `*args: *Ts` becomes `*args:  Ts`."""
    start, parent = node_span(splat)[0], splat.parent()
    while parent is not None and parent.kind() in {"call", "attribute"} and node_span(parent)[0] == start:
        parent = parent.parent()  # the grammar reads `*a()` as a call of `*a`
    if parent is not None and parent.kind() in {"subscript", "type"}:
        yield start, " "


def _rewrite_format_strings(text: str, strings: list[SgNode]) -> Iterator[CharEdit]:
    """Rewrite f- and t-strings that the running Python cannot parse, and all strings nested in them, as tuples."""
    end, is_unreadable = 0, False
    for string in strings:
        part = node_span(string)
        if part[0] >= end:  # not nested
            end = part[1]
            is_unreadable = text[end - 1] in "\"'" and find_parse_failure(f"({text[slice(*part)]})") is not None
        if is_unreadable:
            yield from _format_string_as_tuple(text, string)


def _format_string_as_tuple(text: str, string: SgNode) -> Iterator[CharEdit]:
    """`f"{d["k"]!r:>{w}}"` becomes `(  d["k"],    w,  )`: a tuple of the expressions in its braces.

    Concatenated strings become one tuple.
    """
    start, end = node_span(string)
    characters = list(blank(text[start:end]))
    fields = _replacement_fields(string)
    for _, stop, closed in fields:
        if not closed:
            characters[stop - start] = ","
    characters[0], characters[-1] = "(", ")"
    done = start
    for first, stop, _ in fields:
        yield done, "".join(characters[done - start : first - start])
        done = stop
    yield done, "".join(characters[done - start :])


def _replacement_fields(string: SgNode) -> list[tuple[int, int, bool]]:
    """Start and end of each expression in braces, including those in format specifications, in order.

    The flag is true if no comma is needed after it, or none fits.
    """
    fields = []
    pending = string.children() if string.kind() == "concatenated_string" else [string]
    while pending:  # no recursion: format specifications may be nested deeply
        children = pending.pop().children()
        if children and children[0].kind() == "{":
            fields.append(_field_span(children))
        pending += [child for child in children if child.kind() in _FIELD_CONTAINERS]
    return sorted(fields)


def _field_span(children: list[SgNode]) -> tuple[int, int, bool]:
    """The span and flag of one replacement field: its expression ends at `=`, `!r`, `:…` or the closing brace."""
    end_index = next((at for at, child in enumerate(children) if child.kind() in _FIELD_ENDS), -1)
    expression = [child for child in children[1:end_index] if child.kind() != "comment" and child.text()]
    needs_no_comma = not expression or expression[-1].text().endswith(",") or not children[end_index].text()
    return node_span(children[0])[1], node_span(children[end_index])[0], needs_no_comma


def _rewrite_type_parameters(text: str, definition: SgNode) -> Iterator[CharEdit]:
    """`class A[T](B)` becomes `class A(   B)`.

    The bracket is merged with the list that follows, rather than blanked, because it may span lines.
    """
    for bracket in definition.children():
        following = bracket.next()
        if bracket.kind() == "type_parameter" and following is not None:
            start, end = node_span(bracket)
            if following.kind() in {"argument_list", "parameters"}:
                yield start, "(" + blank(text[start + 1 : node_span(following)[0] + 1])
            else:
                yield start, "(" + blank(text[start + 1 : end - 1]) + ")"


def _rewrite_type_aliases(text: str, quoted: list[SgNode]) -> Iterator[CharEdit]:
    """Rewrite all type aliases of a text, but those in the `quoted` nodes.

    The text is searched, because the grammar does not know type parameter defaults here.
    """
    quoted_spans = SpanSet(map(node_span, quoted))
    for head in _ALIAS.finditer(text):
        if head.start() not in quoted_spans:
            yield from rewrite_type_alias(text, head.start())


def rewrite_type_alias(text: str, start: int) -> Iterator[CharEdit]:
    """`type X[T] = list[T]` becomes `0;   X[0]: list[T]`: its value is treated as an annotation."""
    head = _ALIAS.match(text, start)
    bracket = head.end() if head else start
    equals = _EQUALS.match(text, bracket_end(text, bracket) if text[bracket : bracket + 1] == "[" else bracket)
    if head and equals:
        yield start, "0;  "
        if text[bracket] == "[":
            parameters = text[bracket + 1 : equals.start() - 1]
            before = blank(parameters[: len(parameters) - len(parameters.lstrip())])
            yield bracket, f"[{before}0{blank(parameters[len(before) + 1 :])}]"
        yield equals.end() - 1, ":"


def find_bound_names(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows (1-based) with the names that PEP 695 syntax binds there and the rewritten text does not.

    Type parameters have the row of their `def` or `class`, an alias has its own.
    """
    text = normalise_lone_cr(text)
    for head in _ALIAS.finditer(text):
        yield text.count("\n", 0, head.start()) + 1, (head[1],)
    for head in _GENERIC.finditer(text):
        inside = text[head.end() : bracket_end(text, head.end() - 1) - 1]
        yield text.count("\n", 0, head.start()) + 1, tuple(_PARAMETER.findall(_outermost_text(inside)))


def bracket_end(text: str, bracket: int) -> int:
    """The offset after the bracket that closes the one at `bracket`; the end of the text if none does."""
    depth = 0
    for token in _TOKEN.finditer(text, bracket):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth == 0:
            return token.end()
    return len(text)


def _outermost_text(text: str) -> str:
    """`text` without strings, comments and bracketed parts."""
    depth, done, pieces = 0, 0, []
    for token in _TOKEN.finditer(text):
        if depth == 0:
            pieces.append(text[done : token.start()])
        depth += (token[0] in "([{") - (token[0] in ")]}")
        done = token.end()
    return "".join([*pieces, text[done:]])


_SPACE = r"(?:[ \t\f]|\\\r?\n)*"
_ALIAS = re.compile(rf"\btype(?=[ \t\f\\]){_SPACE}([^\W\d]\w*){_SPACE}(?=[\[=])")
_GENERIC = re.compile(rf"\b(?:def|class)(?=[ \t\f\\]){_SPACE}[^\W\d]\w*{_SPACE}\[")
_PARAMETER = re.compile(r"(?:^|,)\s*\*{0,2}\s*([^\W\d]\w*)")
_EQUALS = re.compile(rf"{_SPACE}=(?!=)")
# Strings, comments and brackets.
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|[\[\](){}]''',
    re.DOTALL,
)
_FIELD_CONTAINERS = frozenset({"interpolation", "format_specifier", "format_expression"})
_FIELD_ENDS = frozenset({"=", "type_conversion", "format_specifier", "}"})
Rewrite = Callable[[str, "list[SgNode]"], Iterator[CharEdit]]


def _for_each_node(rewrite: Callable[[str, SgNode], Iterator[CharEdit]]) -> Rewrite:
    return lambda text, nodes: (edit for node in nodes for edit in rewrite(text, node))


_FORMAT_STRING_START: Relation = {"kind": "string_start", "regex": "[fFtT]"}
# f- and t-strings, each with all strings that it is concatenated with.
_FORMAT_STRINGS: Rule = {
    "any": [
        {"kind": "concatenated_string", "has": {"kind": "string", "has": _FORMAT_STRING_START}},
        {"kind": "string", "has": _FORMAT_STRING_START, "not": {"inside": {"kind": "concatenated_string"}}},
    ],
}
_DEFINITIONS: Rule = {"any": [{"kind": "class_definition"}, {"kind": "function_definition"}]}
# The first version that parses it; its nodes in the concrete tree; the rewrite.
# The rewrites that blank whole expressions come last, so that they overwrite the others.
_REWRITES: tuple[tuple[tuple[int, int], Rule, Rewrite], ...] = (
    ((3, 14), {"kind": "except_clause"}, _for_each_node(_rewrite_alternatives)),  # PEP 758
    ((3, 11), {"kind": "except_clause"}, _for_each_node(_rewrite_except_group)),  # PEP 654
    ((3, 11), {"any": [{"kind": "list_splat"}, {"kind": "splat_type"}]}, _for_each_node(_rewrite_star)),  # PEP 646
    # PEP 701 and 750, and any other error outside the expressions in them
    ((4, 0), _FORMAT_STRINGS, _rewrite_format_strings),
    ((3, 13), _DEFINITIONS, _for_each_node(_rewrite_type_parameters)),  # PEP 695 and 696
    # PEP 695
    ((3, 13), {"any": [{"kind": "string"}, {"kind": "comment"}], "regex": r"\btype\b"}, _rewrite_type_aliases),
)
