"""New import statements put into a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import takewhile

from flake8_redis_ssot.fixes.edits.import_statement import Named, render
from flake8_redis_ssot.fixes.edits.statement_layout import Place, ends, line_break, line_start, place
from flake8_redis_ssot.syntax.edits import Cut, tidy
from flake8_redis_ssot.syntax.source import LINE_BREAK

_COMMENT_LINE = re.compile(r"([ \t\f]*)#[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BLANK_LINE = re.compile(r"[ \t\f]*(?:\r\n|\r|\n)")


def insert_after(text: str, statement: ast.stmt, names: Sequence[Named]) -> list[Cut]:
    """Import `names` behind a statement: on lines of their own, or after `;` if it shares its line."""
    return tidy(text, [added_after(place(text, statement), render(names))])


def added_after(where: Place, lines: Sequence[str]) -> Cut:
    """Lines of code behind the statement that stands there."""
    if where.shared:
        return Cut(where.end, where.end, "".join(f"; {line}" for line in lines))
    return Cut(where.line_end, where.line_end, "".join(where.margin + line for line in lines))


def insert_first(
    text: str, body: Sequence[ast.stmt], names: Sequence[Named], *, indent_of: ast.stmt | None = None
) -> list[Cut]:
    """Import `names` at the top of the body of a module or a function.

    That is below docstring, `from __future__` and the imports that follow them, and below comments that stand
    directly at the top. The new lines are indented as `indent_of` is, by default as the body is.
    """
    top = _top(body)
    if top and (isinstance(top[-1], ast.Import | ast.ImportFrom) and not _is_future(top[-1])):
        return insert_after(text, top[-1], names)
    if top and place(text, top[-1]).shared:
        return insert_after(text, top[-1], names)
    lines = render(names)
    first = body[len(top)] if len(top) < len(body) else None
    if first and place(text, first).opening:
        start = place(text, first).start
        return tidy(text, [Cut(start, start, "".join(f"{line}; " for line in lines))])
    model = indent_of or (body[0] if body else None)
    indent = place(text, model).indent if model else ""
    return tidy(text, [_on_top(text, top, first, indent, lines)] if lines else [])


def _top(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """Docstring, imports from `__future__`, other imports: what a body starts with."""
    documented = int(bool(body) and _is_docstring(body[0]))
    imports = takewhile(lambda each: isinstance(each, ast.Import | ast.ImportFrom), body[documented:])
    return body[: documented + len(list(imports))]


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _on_top(text: str, top: Sequence[ast.stmt], first: ast.stmt | None, indent: str, lines: Sequence[str]) -> Cut:
    """The lines between what stays on top and the `first` statement below it; a blank line between is kept."""
    start = place(text, top[-1]).next_line if top else _open_line(text, first)
    at = start
    while (comment := _COMMENT_LINE.match(text, at)) and comment[1] == indent:
        at = comment.end()
    ending = line_break(text, max(0, at - 2))
    spaced = (top or at > start) and _BLANK_LINE.match(text, at)
    code = "".join(indent + line + ending for line in lines)
    if at and not LINE_BREAK.fullmatch(text, at - 1, at):  # the last line of a file that does not end it
        return Cut(at, at, ending + code[: -len(ending)])
    return Cut(at, at, (ending if spaced else "") + code)


def _open_line(text: str, first: ast.stmt | None) -> int:
    """Where the lines start that hold nothing but comments, above the first statement of a body or of the text."""
    if first is None:
        return 0
    at = line_start(text, _beginning(text, first))
    while at:
        above = line_start(text, at - (2 if text[at - 2 : at] == "\r\n" else 1))
        if not (_COMMENT_LINE.match(text, above) or _BLANK_LINE.match(text, above)):
            break
        at = above
    return at


def _beginning(text: str, statement: ast.stmt) -> int:
    """Where the line of a statement starts; that of its first decorator, if it has any."""
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        return text.rfind("@", 0, ends(text, decorators[0])[0])
    return place(text, statement).head
