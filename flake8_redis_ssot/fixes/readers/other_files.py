"""Reads of a name by other files, other than by importing it: by reflection, by string, outside of Python."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.text_files import read_text
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.composed_code import find_in_composed_code
from flake8_redis_ssot.fixes.readers.connections import are_connected
from flake8_redis_ssot.fixes.readers.loaders import find_in_loaders, may_have_objects
from flake8_redis_ssot.fixes.readers.module_uses import ModuleUses
from flake8_redis_ssot.fixes.readers.other_names import find_in_main_readers
from flake8_redis_ssot.fixes.readers.strings import find_in_strings
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget
from flake8_redis_ssot.fixes.readers.text_reads import (
    PROSE_SUFFIXES,
    find_import,
    find_launch,
    find_module,
    find_named_read,
    row_of,
)
from flake8_redis_ssot.project.contents import row_at

_PYTHON_SUFFIXES = (".py", ".pyw", ".pyi", ".pyx")
# The names of the module of a frame or a function, with the key that is read if it is a constant.
_NAMESPACES = re.compile(rb"\b(?:f_globals|__globals__)\b(?:(?:\[|\.get\()[\"'](\w+)[\"'])?")
_CLASS_MODULES = rb"\bmodules(?:\[|\.get\()[^\]\n\"']*\b__module__\b|\bgetmodule\("
# Annotations that are texts are evaluated among the names of the module of their class.
_SET_ANNOTATIONS = (
    rb"\.__annotations__[ \t]*(?:\[[^\]\n]{0,200}\][ \t]*)?=(?!=)|\.__annotations__\.(?:update|setdefault)\("
)
_SHEBANG = re.compile(rb"#!.*python")
_OWN_SETTINGS = re.compile(r"^\[+tool\.redis-ssot\b.*?(?=^\[+(?!tool\.redis-ssot\b)|\Z)", re.MULTILINE | re.DOTALL)


def find_other_reads(target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The places that may read a name of a module without importing it by name; a patch is none."""
    for path in context.words.find_project_files(target.word):
        if _may_use_module(path, target, context):
            yield from _find_in_python(path, target, context)
    for path in context.words.find_other_files(target.word):
        yield from _find_in_other_file(path, target, context)
    yield from find_in_loaders(target, context)
    yield from find_in_composed_code(target, context)
    yield from find_in_main_readers(target, context)
    yield from _find_in_imported(target, context)


def _find_in_imported(target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The reads of the names of modules whose frames, functions or classes a file gets."""
    for path in context.analysis.contents.find_matching(_CLASS_MODULES, (b"__module__", b"getmodule")):
        if path != target.path and may_have_objects(path, target, context):
            for read in ModuleUses(path, target, context).find_in_namespaces():
                yield read._replace(cause=f"{read.cause}, of the modules of classes")
    for path in context.analysis.contents.find_matching(_SET_ANNOTATIONS, (b"__annotations__",)):
        if path != target.path and are_connected(path, target.path, context):
            row = context.references.find_row(_SET_ANNOTATIONS, path)
            yield PossibleRead(path, row, "sets annotations, which may name it")
    name = target.name.encode()
    for path in context.analysis.contents.find_with_words(("f_globals", "__globals__")):
        if path != target.path:
            code = context.references.code_bytes(path)
            is_called = context.import_graph.has_import(target.path, path)
            for match in _NAMESPACES.finditer(code):
                # A frame is that of a caller; a function may be passed by any file.
                may_get = is_called or (match[0].startswith(b"__globals__") and may_have_objects(path, target, context))
                if match[1] in (None, name) and may_get:
                    yield PossibleRead(path, row_at(code, match.start()), "reads the names of modules that it gets")


def _may_use_module(path: str, target: ReadTarget, context: FixContext) -> bool:
    """Whether the text of a Python file can import the module or name it in a string: only then it is parsed."""
    code, word = context.references.code_bytes(path), re.escape(target.word.encode())
    parent = re.escape(target.package.rpartition(".")[2].encode())
    spellings = [
        rb"\bimport\b(?:[^\n#]*|[ \t]*\([^)]*)\b" + word + rb"\b",
        rb"(?:\.\s*|\bfrom\s+)" + word + rb"\s+import\b",
        rb"\.\s*" + word + rb"\s*\." if not parent else parent + rb"\s*[./]\s*" + word + rb"\b",
        (rb"[\"']\.+" if parent else rb"[\"']\.*") + word + rb"[\"']",
        rb"\b" + word + rb"(?:\.py)?[.:]+" + re.escape(target.name.encode()) + rb"\b",
        rb"[\"'/]" + word + rb"\.py[\"']",
        rb"import\s*\*",
    ]
    if not parent:
        spellings.append(rb"\b(?:from|import)\s+" + word + rb"\b")
    if any(re.search(spelling, code) for spelling in spellings):
        return True
    imports_package = re.search(rb"\bimport\b[^\n#]*\b" + parent + rb"\b", code) if parent else None
    return imports_package is not None and re.search(rb"\.\s*" + word + rb"\b", code) is not None


def _find_in_python(path: str, target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    uses = ModuleUses(path, target, context)
    yield from uses.find_in_imports()
    if path != target.path:
        yield from uses.find_in_namespaces()
    yield from find_in_strings(path, target, context)


def _find_in_other_file(path: str, target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The reads of a file that was not analysed: of another kind, ignored, or excluded."""
    if os.path.basename(path) in ("redis-ssot.toml", ".redis-ssot.toml") or _is_baseline(path, context):
        return
    data = read_text(path)
    text = data.decode("utf-8", "replace")
    if os.path.basename(path) == "pyproject.toml":
        text = _OWN_SETTINGS.sub(lambda match: "\n" * match[0].count("\n"), text)
    if path.endswith(_PYTHON_SUFFIXES) or _SHEBANG.match(data):
        yield from _find_in_unanalysed_code(path, text, target, context)
        return
    offset = find_named_read(text, target)
    if offset is not None:
        yield PossibleRead(path, row_of(offset, text), "names it")
        return
    offset = next((each for each in (find_import(text, target), find_launch(text, target)) if each is not None), None)
    if offset is None and not path.endswith(PROSE_SUFFIXES):
        offset = find_module(text, target)
    if offset is not None:
        yield PossibleRead(path, row_of(offset, text), f"names the module `{target.module}`")


def _find_in_unanalysed_code(path: str, text: str, target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    document = context.document(path)
    if document.unanalysed_ranges:
        offset = text.find(target.word)
        yield PossibleRead(path, row_of(offset, text), "names the module, and can't be read")
        return
    yield from _find_in_python(path, target, context)


def _is_baseline(path: str, context: FixContext) -> bool:
    baseline = context.analysis.config.baseline
    return bool(baseline) and context.relative_path(path) == baseline
