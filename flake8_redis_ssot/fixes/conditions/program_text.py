"""Condition: nothing shows or reads the text of the code that a fix changes."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import partial

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.readers.connections import are_connected, is_in_one_program
from flake8_redis_ssot.fixes.readers.file_texts import find_text_readers
from flake8_redis_ssot.fixes.readers.line_numbers import find_line_readers, find_shifted_rows
from flake8_redis_ssot.fixes.readers.module_sources import find_module_source
from flake8_redis_ssot.fixes.readers.shown_errors import find_shown_texts
from flake8_redis_ssot.fixes.readers.source_scans import find_source_scans
from flake8_redis_ssot.model import Fix
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.semantic.module_exports import parse_expression

CONDITION = Condition(
    "program-text",
    "No code prints or reads the source text of the changed code.",
    shapes=(
        'the change is outside of f-strings, or in replacement fields without `=`, at any depth (`f"{X()}"`, but not '
        '`f"{X()=}"`), and outside of template strings, which keep the text of their expressions',
        "the changed file, the files that import it and those that it imports do not use `inspect.getsource`, `dis`, "
        "`__code__`, `linecache`, `code_context`, `traceback.extract_tb`, `sys.settrace` or the like, which read "
        "source text, byte code or what runs",
        'no string names the changed file (`"app/service.py"`), except in lines that run it, and no line that opens '
        "or reads a file names its `__file__`; if it is a test, files that neither load it nor are loaded by it do "
        "not count",
        'no file that lists Python files under such names (`rglob("*.py")`, `os.walk()`) and reads files loads the '
        "changed file, or is loaded by it, unless it lists another folder that it writes out (strings, `__file__`, "
        "`Path`, `os.path`, also in variables); nor does any file that writes a folder of the changed file out, "
        "unless this is a test; for a test, folders that callers choose count only if one of the two files has "
        "`__file__` or the working directory; the same holds for commands (`grep`, `cat`, `wc`, …) in files that load "
        "it or lines that name its folder, and for `get_code`, `get_data` and `get_source` of loaders, the `origin` "
        "of a module and the `__path__` of its package, and names that are composed with `.py`, beside the name; a "
        "folder that is packed into an archive which the next statement replaces does not count",
        "the fix moves no line, or no line below the change is shown: no format in the same program has `%(lineno)d`, "
        "or `{line}` of loguru, and no code reads `record.lineno`, or the file logs nothing there; neither files that "
        "import it nor those that it imports use `f_lineno`, `tb_lineno`, `inspect.stack()`, "
        "`traceback.format_exc()`, `getsourcelines`, `findCaller()`, `tracemalloc`, frames of generators, the tasks "
        "of a loop or the lines of recorded warnings and tracebacks, or replace `showwarning`; if it warns, raises or "
        "logs tracebacks, or its importers log these, the same program neither redirects `sys.stderr` nor logs to "
        "`sys.stdout`; an import that nobody reads is redirected instead, which moves no line; no `conftest.py` reads "
        "the places of tests (`item.location`)",
        "no such file formats tracebacks or stacks, or prints them to a file, and none logs stacks (`stack_info=True`) "
        "to the output of the program, if lines other than imports change; tracebacks in logs of failures may change",
        "nor do these count references (`sys.getrefcount()`), list objects (`gc.get_objects()`) or read `f_locals` or "
        "`__closure__`",
    ),
)

_SOURCE_READERS = (
    *("getsource", "getsourcelines", "findsource", "getcomments", "get_source"),
    *("__code__", "co_names", "co_consts", "co_code", "dis", "getclosurevars"),
    *("extract_stack", "extract_tb", "linecache", "setprofile", "settrace", "code_context", "StackSummary"),
)
# Parts of the code of a function that its signature and place determine.
_SIGNATURE = r"\.co_(?:argcount|filename|firstlineno|flags|kwonlyargcount|name|posonlyargcount|qualname|varnames)\b"
_SOURCE_READER = re.compile(rf"\b(?:{'|'.join(_SOURCE_READERS)})\b(?!(?<=__code__){_SIGNATURE})".encode())
# What finds objects without a name for them, and what it does, as a phrase.
_OBJECT_FINDERS = {
    "__closure__": "reads the variables of functions",
    "cell_contents": "reads the variables of functions",
    "f_locals": "reads the variables of functions",
    "get_objects": "lists all objects",
    "get_referrers": "counts the references to objects",
    "getrefcount": "counts the references to objects",
}
_OBJECT_FINDER = re.compile(rf"\b(?:{'|'.join(_OBJECT_FINDERS)})\b".encode())
# In Python 3.14 and later, the type of the fields of template strings.
_INTERPOLATION: type[ast.AST] | None = getattr(ast, "Interpolation", None)


def find_doubts(draft: FixDraft, context: FixContext) -> Sequence[Doubt]:
    """Doubts about the text that the edits of a draft replace. Raises OSError."""
    return context.remember_last("text", draft.operations, lambda: tuple(_find_doubts(draft, context)))


def _find_doubts(draft: FixDraft, context: FixContext) -> Iterator[Doubt]:
    replacements = [operation for operation in draft.operations if isinstance(operation, ReplaceText)]
    for replacement in replacements:
        row = _find_shown_row(replacement, replacement.path, context)
        if row:
            yield Doubt(f"the string in line {row} shows the text of the expression that changes")
    for path in dict.fromkeys(replacement.path for replacement in replacements):
        yield from _find_source_readers(path, context)
    for path in dict.fromkeys(operation.path for operation in draft.operations):
        yield from _find_file_readers(path, context)


def _find_shown_row(replacement: ReplaceText, path: str, context: FixContext) -> int:
    """The row (1-based) of the string that shows the text of a replaced expression; 0 if there is none."""
    spans = context.remember(("shown expressions", path), lambda: _shown_spans(context.document(path)))
    edit = replacement.edit
    return next((row for start, end, row in spans if start < edit.end and edit.start < end), 0)


def _shown_spans(document: SourceDocument) -> list[tuple[int, int, int]]:
    """The start, the end and the row of every expression whose text is shown, at any depth."""
    return [
        (*document.offsets_of(node), field.lineno)
        for field in _shown_fields(document)
        for node in ast.walk(field)
        if isinstance(node, ast.expr)
    ]


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
    for reader in context.remember(
        "files that may read source", partial(context.analysis.contents.find_with_words, _SOURCE_READERS)
    ):
        row = context.remember(
            ("row that reads source", reader), partial(context.references.find_row, _SOURCE_READER, reader)
        )
        if row and are_connected(reader, path, context):
            yield Doubt(f"{context.relative_path(reader)}:{row} reads the source text or byte code of functions")
            return


def _find_file_readers(path: str, context: FixContext) -> Iterator[Doubt]:
    """The first file that may open the file at `path`; for a test, only one of the same program."""
    is_test = is_test_path(context.relative_path(path))
    for reader in find_text_readers(path, context):
        if is_test and not is_in_one_program(reader.path, path, context):
            continue
        yield Doubt(f"{context.relative_path(reader.path)}:{reader.row} {reader.phrase}, and may read its text")
        return


def find_program_doubts(fix: Fix, context: FixContext) -> Iterator[Doubt]:
    """Doubts about a fix that may be safe: code of the same programs that sees the changed files. Raises OSError."""
    shifted_rows = find_shifted_rows(fix.edits)
    for path in dict.fromkeys(edit.path for edit in fix.edits):
        for scan in find_source_scans(path, context):
            place = f"{context.relative_path(scan.path)}:{scan.row}"
            yield Doubt(f"{place} reads source files, perhaps {context.relative_path(path)}")
            break
        source = find_module_source(path, context)
        if source is not None:
            place = f"{context.relative_path(source[0])}:{source[1]}"
            yield Doubt(f"{place} reads the source of a module, perhaps {context.relative_path(path)}")
        yield from _find_object_finders(path, context)
        reader = next(find_line_readers(path, shifted_rows[path], context), None) if path in shifted_rows else None
        if reader is not None:
            yield Doubt(f"{reader}, and the fix moves lines of {context.relative_path(path)}")
            continue
        shown = next(find_shown_texts(path, context), None) if _changes_lines(fix, path, context) else None
        if shown is not None:
            yield Doubt(f"{shown}, and the fix changes lines of {context.relative_path(path)}")


def _changes_lines(fix: Fix, path: str, context: FixContext) -> bool:
    """Whether a fix changes lines of a file other than imports, which are in tracebacks only if they fail."""
    imports = [(each.lineno, each.end_lineno or each.lineno) for each in context.document(path).imports]
    rows = [edit.span.row for edit in fix.edits if edit.path == path]
    return any(not any(start <= row <= end for start, end in imports) for row in rows)


def _find_object_finders(path: str, context: FixContext) -> Iterator[Doubt]:
    """The first file that may find objects of the file at `path`, or count the references to them."""
    for finder in context.analysis.contents.find_with_words(_OBJECT_FINDERS):
        code = context.references.code_bytes(finder)
        match = _OBJECT_FINDER.search(code)
        if match is not None and are_connected(finder, path, context):
            place = f"{context.relative_path(finder)}:{row_at(code, match.start())}"
            yield Doubt(f"{place} {_OBJECT_FINDERS[match[0].decode()]}")
            return
