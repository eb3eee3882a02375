"""Strings that may name a module-level name to something that patches it, wherever they stand in the project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.patches.passed_names import is_looked_up_by_callee
from flake8_redis_ssot.fixes.patches.string_places import (
    ATTRIBUTE_SETTERS,
    depends_on_caller,
    is_kept,
    is_only_read,
    is_plain_value,
    is_setter,
    is_something_else,
    is_text,
)
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.ast_queries import last_name

_OWNED_CALLS = ATTRIBUTE_SETTERS | {"getattr", "hasattr"}
# A word in two parts of a string that Python joins (`"Mai" "ler"`, also over lines), or with an escape sequence.
_SPLIT_NAMES = (
    *(quote + rb"(?<=\w" + quote + rb")(?:\s|\\\n)*[rRbBfFuU]{0,2}[\"']\w" for quote in (b"'", b'"')),
    *(rb"\\x[4-7][0-9a-fA-F]", rb"\\u00[4-7]", rb"\\N\{"),
)
_DOTTED = re.compile(r"[^\W\d]\w*(?:[.:][^\W\d]\w*)+")


class NameString(NamedTuple):
    """Where a name may come from, at `span` of the file at `path`.

    `text` is the whole string if it is a dotted path (empty: it is none), `module` the path of the module whose
    attribute it is (empty: of something outside of the project; None: not known). If not `is_fixed`, it depends on who
    calls the code; if `is_read`, an attribute of that name is only read (`hasattr(module, "name")`); if `is_kept`, a
    function only puts it into a variable, in a file that patches nothing.
    """

    path: str
    span: Span
    text: str = ""
    module: str | None = None
    is_fixed: bool = True
    is_read: bool = False
    is_kept: bool = False


def find_name_strings(name: str, context: FixContext) -> tuple[NameString, ...]:
    """All strings that may name a name to something that patches it, also in excluded files, in order of path.

    Left out are those that certainly do not: docstrings and other texts with blanks, `__all__`, type annotations,
    comparisons, messages, and names that are only read.
    """
    return context.remember(f"strings that name {name}", lambda: tuple(_find_all(name, context)))


def _find_all(name: str, context: FixContext) -> Iterator[NameString]:
    contents = context.analysis.contents
    pattern = _pattern(name)
    paths = (*contents.find_matching(pattern, [name.encode()]), *contents.find_matching_any(_SPLIT_NAMES))
    paths = (*paths, *context.words.find_other_code(pattern, name.encode()))
    for path in sorted({*paths}):
        for node in _find_nodes(name, context.document(path)):
            found = _read_node(node, name, context.document(path), context)
            if found is not None:
                yield found


def _pattern(name: str) -> bytes:
    """Matches a file with a string, a keyword or a `__name__` that may name it, and some others with long lines.

    Its time is linear: no two parts of it match the same text, or only up to a length.
    """
    word = rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)"
    run = rb"[\"'](?:\{[^{}\n]*\}|[^\"'\s{]|\{(?![^{}\n]*\}))*(?:\{[^{}\"'\s]*)?" + word
    split = word + rb"(?:[^\"'\n]{0,500}[\"']+\s*\.\s*(?:split|partition|format)|[^\"'\n]{500})"
    alias = word + rb"\s+as\b"
    return b"|".join((run, split, alias, rb"[(,]\s*" + word + rb"\s*=(?!=)", word + rb"\s*\.\s*__(?:qual)?name__"))


def _find_nodes(name: str, document: SourceDocument) -> Iterator[ast.expr | ast.keyword]:
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w|\s*\()")  # `name(` is code, not a target
    for constant in document.find_nodes(ast.Constant):
        if isinstance(constant.value, str) and word.search(constant.value):
            yield constant
    for keyword in document.find_nodes(ast.keyword):
        if keyword.arg == name:
            yield keyword
    aliases = {name, *(each.asname for node in document.imports for each in node.names if each.name == name)}
    for attribute in document.find_nodes(ast.Attribute):
        if attribute.attr in ("__name__", "__qualname__") and last_name(attribute.value) in aliases:
            yield attribute


def _read_node(
    node: ast.expr | ast.keyword, name: str, document: SourceDocument, context: FixContext
) -> NameString | None:
    """What a node may name; None if it certainly names nothing that is patched."""
    if isinstance(node, ast.keyword):
        call = document.symbol_table.parent(node)
        if not isinstance(call, ast.Call):
            return None
        has_module = any(_is_module(each, document, context) for each in call.args)
        target = call.args[0] if call.args else node.value
        is_test = is_test_path(context.relative_path(document.path))
        may_set = has_module or last_name(call.func) == "multiple" or (is_test and is_setter(call, document))
        return NameString(document.path, document.source.span(target)) if may_set else None
    whole = _whole_string(node, document)
    if is_text(whole, document) or is_something_else(whole, document):
        return None
    if isinstance(whole, ast.Constant) and whole.value == name and is_plain_value(whole, document, context):
        return None
    return NameString(
        document.path,
        document.source.span(whole),
        _read_dotted_path(whole),
        _find_owner_module(whole, document, context),
        not depends_on_caller(whole, document),
        is_only_read(whole, document) or is_looked_up_by_callee(whole, document, context),
        is_kept(whole, document),
    )


def _is_module(node: ast.expr, document: SourceDocument, context: FixContext) -> bool:
    """Whether an expression is a module, or a text that may name one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and "." in node.value
    definition = context.names(document.path).resolve(node)
    return definition is not None and definition.is_module


def _read_dotted_path(node: ast.expr) -> str:
    """A constant string with the form of a dotted path; empty if a node is none."""
    text = node.value if isinstance(node, ast.Constant) else None
    return text.replace(":", ".") if isinstance(text, str) and _DOTTED.fullmatch(text) else ""


def _find_owner_module(node: ast.expr, document: SourceDocument, context: FixContext) -> str | None:
    """The module whose attribute a string names, as in `patch.object(module, "name")`."""
    call = document.symbol_table.parent(node)
    if not isinstance(call, ast.Call) or call.args[1:2] != [node] or last_name(call.func) not in _OWNED_CALLS:
        return None
    definition = context.names(document.path).resolve(call.args[0])
    is_known = definition is not None and (definition.path or not context.words.is_other_code(document.path))
    return (definition.path or "") if definition is not None and is_known else None


def _whole_string(node: ast.expr, document: SourceDocument) -> ast.expr:
    """The f-string, sum or `%` expression that a part belongs to, or the part itself."""
    parent = document.symbol_table.parent(node)
    while isinstance(parent, (ast.FormattedValue, ast.JoinedStr, ast.BinOp)):
        node = parent if isinstance(parent, (ast.JoinedStr, ast.BinOp)) else node
        parent = document.symbol_table.parent(parent)
    return node
