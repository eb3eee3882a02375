"""Condition: nothing shows or reads the text of the code that a fix changes."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.project.contents import word_start
from flake8_redis_ssot.semantic.module_exports import parse_expression

CONDITION = Condition(
    "program-text",
    "No code prints or reads the source text of the changed code.",
    shapes=(
        "the change is outside of f-strings, or in replacement fields without `=`, at any depth "
        '(`f"{X()}"`, but not `f"{X()=}"`), and outside of template strings, which keep the text of their expressions',
        "the changed file, the files that import it and those that it imports do not use `inspect.getsource`, `dis`, "
        "`co_names`, `linecache`, `traceback.extract_tb`, `sys.settrace` or the like, which read source text, byte "
        "code or what runs",
        'no line that opens or reads a file names the changed file (`Path("service.py")`, `open(service.__file__)`)',
    ),
)

_SOURCE_READERS = (
    *("getsource", "getsourcelines", "findsource", "getcomments", "get_source"),
    *("co_names", "co_consts", "co_code", "dis"),
    *("extract_stack", "extract_tb", "linecache", "setprofile", "settrace"),
)
_FILE_READERS = (
    *(word_start(method) + rb"\b" for method in (b"read_text", b"read_bytes", b"readlines")),
    word_start(b"open") + rb"\s*\(",
)
# In Python 3.14 and later, the type of the fields of template strings.
_INTERPOLATION: type[ast.AST] | None = getattr(ast, "Interpolation", None)
_SOURCE_FILE = re.compile(
    rb"(?:\bopen|\bPath|\bread\w*)\b[^\n]*?\b(\w+)\.(?:py|__file__)\b|\b(\w+)\.(?:py|__file__)\b[^\n]*\b(?:open|read)"
)


def find_doubts(draft: FixDraft, context: FixContext) -> Iterator[Doubt]:
    """Doubts about the text that the edits of a draft replace. Raises OSError."""
    replacements = [operation for operation in draft.operations if isinstance(operation, ReplaceText)]
    for replacement in replacements:
        row = _find_shown_row(replacement, context.document(replacement.path))
        if row:
            yield Doubt(f"the string in line {row} shows the text of the expression that changes")
    for path in dict.fromkeys(replacement.path for replacement in replacements):
        yield from _find_source_readers(path, context)
    for path in dict.fromkeys(operation.path for operation in draft.operations):
        yield from _find_file_readers(path, context)


def _find_shown_row(replacement: ReplaceText, document: SourceDocument) -> int:
    """The row (1-based) of the string that shows the text of a replaced expression; 0 if there is none."""
    for field in _shown_fields(document):
        for node in ast.walk(field):
            if isinstance(node, ast.expr):
                start, end = document.offsets_of(node)
                if start < replacement.edit.end and replacement.edit.start < end:
                    return field.lineno
    return 0


def _shown_fields(document: SourceDocument) -> Iterator[ast.expr]:
    """The expressions in f-strings and template strings whose text is part of the value."""
    for string in document.find_nodes(ast.JoinedStr):
        for before, field in zip(string.values, string.values[1:]):
            if isinstance(field, ast.FormattedValue) and _ends_with_text_of(field.value, before):
                yield field.value
    for node in document.find_nodes(_INTERPOLATION) if _INTERPOLATION is not None else ():
        yield node.value  # type: ignore[attr-defined]


def _ends_with_text_of(expression: ast.expr, literal: ast.expr) -> bool:
    """Whether a literal part ends with the source of an expression and `=`, as the part before a field with `=`."""
    text = str(literal.value).rstrip() if isinstance(literal, ast.Constant) else ""
    if not text.endswith("="):
        return False
    wanted = ast.dump(expression)
    return any(_dump(text[start:-1]) == wanted for start in range(len(text) - 2, -1, -1))


def _dump(text: str) -> str:
    expression = parse_expression(f"({textwrap.dedent(text)}\n)")
    return ast.dump(expression) if expression is not None else ""


def _find_source_readers(path: str, context: FixContext) -> Iterator[Doubt]:
    """The first file that may read the text of functions of the file at `path`."""
    for reader in context.analysis.contents.find_with_words(_SOURCE_READERS):
        if _are_connected(reader, path, context):
            row = _row_of(rb"\b(?:" + "|".join(_SOURCE_READERS).encode() + rb")\b", reader, context)
            yield Doubt(f"{context.relative_path(reader)}:{row} reads the source text or byte code of functions")
            return


def _find_file_readers(path: str, context: FixContext) -> Iterator[Doubt]:
    """The first file that may open the file at `path`."""
    stem = context.module_name(path).rpartition(".")[2].encode()
    for reader in context.remember("files named by files that open files", lambda: _named_files(context)).get(stem, ()):
        row = _row_of(rb"\b" + re.escape(stem) + rb"\.(?:py|__file__)\b", reader, context)
        yield Doubt(f"{context.relative_path(reader)}:{row} names `{stem.decode()}.py`, and may read its text")
        return


def _are_connected(first: str, second: str, context: FixContext) -> bool:
    """Whether one of two files imports the other."""
    return (
        first == second
        or context.references.has_import(first, second)
        or context.import_graph.has_import(first, second)
        or context.import_graph.has_import(second, first)
    )


def _named_files(context: FixContext) -> Mapping[bytes, list[str]]:
    """The stems of Python files that are named in files that open files, each with those files."""
    named: dict[bytes, list[str]] = {}
    for path in context.analysis.contents.find_matching_any(_FILE_READERS):
        matches = _SOURCE_FILE.finditer(context.references.code_bytes(path))
        for stem in {match[1] or match[2] for match in matches}:
            named.setdefault(stem, []).append(path)
    return named


def _row_of(pattern: bytes, path: str, context: FixContext) -> int:
    """The row (1-based) of the first match in a file."""
    data = context.references.code_bytes(path)
    match = re.search(pattern, data)
    return data[: match.start()].count(b"\n") + 1 if match else 1
