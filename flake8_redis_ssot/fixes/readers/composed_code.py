"""Code in strings that imports modules with computed names: `exec(f"import {module}")`, `python -c`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget
from flake8_redis_ssot.project.contents import row_at

_RUNNERS = rb"\b(?<!re\.)(?:exec|eval|compile|runsource|runcode)\(|[\"']-c[\"']| -c[ \"']"
_RUNNER_WORDS = (b"exec(", b"eval(", b"compile(", b"runsource(", b"runcode(", b"-c")
# An import at the start of a statement in a string, whose module has a computed part after the constant one.
_COMPUTED_IMPORT = re.compile(
    rb"(?:[\"';]|\\n|^)[ \t]*(from|import)[ \t]+(\w[\w.]*|)(?:[{%$]|[\"'][ \t]*(?:\+|%|[fr]?[\"']))", re.MULTILINE
)
_IMPORTED_NAMES = re.compile(rb"\bimport\b(.*)")
_COMPUTED_NAMES = re.compile(rb"[{%$*+]")
_REFLECTION = re.compile(rb"\b(?:vars|dir|getattr|globals|getmembers|__dict__|eval|exec)\b")
_MAX_TEXT = 1000  # bytes of code in a string behind an import


class ComputedImport(NamedTuple):
    """An import of a module whose dotted name begins with `prefix`, at `row` (1-based), and the code behind it."""

    row: int
    prefix: str
    is_from: bool
    code: bytes

    def may_read(self, target: ReadTarget) -> bool:
        """Whether a name may be read from the module.

        A module's name of which nothing is written here is written elsewhere, where other searches find it, but for
        one that is joined from parts: then only the name counts.
        """
        name = target.name.encode()
        if not self.prefix or not target.module.startswith(self.prefix):
            return not self.prefix and name in self.code
        if not self.is_from:
            return name in self.code or _REFLECTION.search(self.code) is not None
        names = _IMPORTED_NAMES.search(self.code)
        return names is None or name in names[1] or _COMPUTED_NAMES.search(names[1]) is not None


def find_in_composed_code(target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The reads by code in strings that imports modules with computed names, among which the module may be."""
    for path in context.analysis.contents.find_matching(_RUNNERS, _RUNNER_WORDS):
        found = context.remember(("computed imports", path), partial(_find_all, path, context))
        for each in found:
            if each.may_read(target):
                yield PossibleRead(path, each.row, "runs code that imports modules with computed names")
                break


def _find_all(path: str, context: FixContext) -> tuple[ComputedImport, ...]:
    code = context.references.code_bytes(path)
    return tuple(
        ComputedImport(
            row_at(code, match.start(1)),
            match[2].decode("utf-8", "replace"),
            match[1] == b"from",
            _text_after(match, code),
        )
        for match in _COMPUTED_IMPORT.finditer(code)
    )


def _text_after(match: re.Match[bytes], code: bytes) -> bytes:
    """The code behind an import: the rest of its line, or more in a string of several lines."""
    text = code[match.start(1) + len(match[1]) : match.end() + _MAX_TEXT]
    is_one_line = match[0][:1] in (b'"', b"'") and code[match.start() - 2 : match.start()] != match[0][:1] * 2
    return text.partition(b"\n")[0] if is_one_line else text
