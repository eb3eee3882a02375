"""Other names of a module: shorter ones, where `sys.path` has its folder, and `__main__`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget

_MAIN_READ = rb"\b(?:import|from)[ \t]+__main__\b|\b(?:modules\[|import_module\()[ \t]*[\"']__main__[\"']"
_MAIN_WORDS = (b"__main__",)
_REFLECTION = re.compile(rb"\b(?:vars|dir|getattr|hasattr|getmembers|__dict__)\b")


def is_shortened_name(module: str, importer: str, full_name: str, context: FixContext) -> bool:
    """Whether a dotted name that resolves to nothing may be that of a module below another entry of `sys.path`."""
    return (
        full_name.endswith(f".{module}")
        and module.partition(".")[0] not in sys.stdlib_module_names
        and context.resolver.path_of(module, importer) is None
    )


def find_in_main_readers(target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The code that reads names of the file that runs as the main program, which may be that of the module."""
    for path in context.analysis.contents.find_matching(_MAIN_READ, _MAIN_WORDS):
        code = context.references.code_bytes(path)
        may_read = target.name.encode() in code or _REFLECTION.search(code)
        if may_read and (path == target.path or context.import_graph.find_path(target.path, path) is not None):
            row = context.references.find_row(_MAIN_READ, path)
            yield PossibleRead(path, row, "reads names of the main program")
