"""Insert new import statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import takewhile

from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol, render_imports
from flake8_redis_ssot.fixes.edits.statement_layout import (
    StatementLayout,
    line_break,
    line_start,
    node_offsets,
    statement_layout,
)
from flake8_redis_ssot.syntax.edits import TextEdit, minimise
from flake8_redis_ssot.syntax.trees import LINE_BREAK

_COMMENT_LINE = re.compile(r"([ \t\f]*)#[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BLANK_LINE = re.compile(r"[ \t\f]*(?:\r\n|\r|\n)")


def insert_after(text: str, statement: ast.stmt, symbols: Sequence[ImportedSymbol]) -> list[TextEdit]:
    """Import `symbols` after a statement: on new lines, or after `;` if it shares its line."""
    return minimise(text, [add_lines_after(statement_layout(text, statement), render_imports(symbols))])


def add_lines_after(layout: StatementLayout, lines: Sequence[str]) -> TextEdit:
    """Insert lines of code after a statement."""
    if layout.is_line_shared:
        return TextEdit(layout.end, layout.end, "".join(f"; {line}" for line in lines))
    return TextEdit(layout.line_end, layout.line_end, "".join(layout.newline_indent + line for line in lines))


def insert_at_top(
    text: str, body: Sequence[ast.stmt], symbols: Sequence[ImportedSymbol], *, indent_of: ast.stmt | None = None
) -> list[TextEdit]:
    """Import `symbols` at the top of the body of a module or a function.

    They go below the docstring, `from __future__`, the imports that follow, and comments at the very top. The new lines
    are indented as `indent_of` is, by default as the body is.
    """
    leading = _leading_imports(body)
    if leading and (_is_plain_import(leading[-1]) or statement_layout(text, leading[-1]).is_line_shared):
        return insert_after(text, leading[-1], symbols)
    lines = render_imports(symbols)
    first = body[len(leading)] if len(leading) < len(body) else None
    if first and statement_layout(text, first).separator:
        start = statement_layout(text, first).start
        return minimise(text, [TextEdit(start, start, "".join(f"{line}; " for line in lines))])
    indent_model = indent_of or (body[0] if body else None)
    indent = statement_layout(text, indent_model).indent if indent_model else ""
    return minimise(text, [_insert_lines_at_top(text, leading, first, indent, lines)] if lines else [])


def _leading_imports(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The docstring and the imports that a body starts with."""
    docstring_count = int(bool(body) and _is_docstring(body[0]))
    imports = takewhile(lambda each: isinstance(each, ast.Import | ast.ImportFrom), body[docstring_count:])
    return body[: docstring_count + len(list(imports))]


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_plain_import(statement: ast.stmt) -> bool:
    """Whether it is an import, but not from `__future__`."""
    return isinstance(statement, ast.Import | ast.ImportFrom) and getattr(statement, "module", "") != "__future__"


def _insert_lines_at_top(
    text: str, leading: Sequence[ast.stmt], first: ast.stmt | None, indent: str, lines: Sequence[str]
) -> TextEdit:
    """Insert the lines between the leading statements and the `first` one below; a blank line between stays."""
    start = statement_layout(text, leading[-1]).next_line if leading else leading_comments_start(text, first)
    at = start
    while (comment := _COMMENT_LINE.match(text, at)) and comment[1] == indent:
        at = comment.end()
    ending = line_break(text, max(0, at - 2))
    has_blank_line = (leading or at > start) and _BLANK_LINE.match(text, at)
    code = "".join(indent + line + ending for line in lines)
    if at and not LINE_BREAK.fullmatch(text, at - 1, at):  # no newline at the end of the file
        return TextEdit(at, at, ending + code[: -len(ending)])
    return TextEdit(at, at, (ending if has_blank_line else "") + code)


def leading_comments_start(text: str, first: ast.stmt | None) -> int:
    """The start of the comment lines above the first statement of a body."""
    if first is None:
        return 0
    at = line_start(text, first_line_start(text, first))
    while at:
        above = line_start(text, at - (2 if text[at - 2 : at] == "\r\n" else 1))
        if not (_COMMENT_LINE.match(text, above) or _BLANK_LINE.match(text, above)):
            break
        at = above
    return at


def first_line_start(text: str, statement: ast.stmt) -> int:
    """The start of the first line of a statement, including decorators."""
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        return text.rfind("@", 0, node_offsets(text, decorators[0])[0])
    return statement_layout(text, statement).line_start
