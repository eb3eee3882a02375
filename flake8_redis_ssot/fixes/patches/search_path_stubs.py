"""Other files that stand in for a module where their folder is put on the search path: `stubs/legacy.py`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.text_files import read_text
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.contents import row_at

_PATH_CHANGE = rb"\bsys[ \t]*\.[ \t]*path\b|\bfrom[ \t]+sys[ \t]+import\b|\bsyspath_prepend\b|\baddsitedir\b"
_PATH_SETTING = re.compile(rb"(?i)\bpython_?path\b|\bsys\.path\b")


def find_search_path_stubs(path: str, context: FixContext) -> Iterator[str]:
    """Where a folder with another file of the same dotted name is put on the search path, as locations.

    `path` is the module that the other file would replace.
    """
    module = context.module_name(path)
    tail = module.replace(".", os.sep)
    for stub in context.analysis.files:
        if not stub.endswith((f"{os.sep}{tail}.py", f"{os.sep}{tail}{os.sep}__init__.py")):
            continue
        folder = os.path.basename(stub[: stub.rindex(f"{os.sep}{tail}")])
        if stub != path and context.module_name(stub) != module:
            yield from _find_settings(folder, context)


def _find_settings(folder: str, context: FixContext) -> Iterator[str]:
    """The files that name a folder and change the search path, as locations."""
    named = re.compile(rb"(?<![\w.])" + re.escape(folder.encode("utf-8", "surrogateescape")) + rb"\b")
    for path in context.analysis.contents.find_matching(_PATH_CHANGE, [b"path", b"sys", b"addsitedir"]):
        if named.search(context.references.code_bytes(path)):
            yield f"{context.relative_path(path)}:{context.references.find_row(_PATH_CHANGE, path)}"
    for path in context.words.find_other_files(folder):
        text = read_text(path)
        match = _PATH_SETTING.search(text)
        if match is not None and named.search(text):
            yield f"{context.relative_path(path)}:{row_at(text, match.start())}"
