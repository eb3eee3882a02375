"""Text that names a module, or a name of it: settings, scripts, documentation, strings of Python files.

All patterns are matched around each occurrence of the module's last word, so that the time grows with the length of
the text, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flake8_redis_ssot.fixes.readers.target import ReadTarget

_REFLECTION = re.compile(r"\b(?:vars|dir|getattr|globals|getmembers|__dict__|eval|exec)\b")
_NEARBY = 200  # characters between a module and its name that are given one by one
# Without `.txt`, which data and `entry_points.txt` have as well.
PROSE_SUFFIXES = (".md", ".rst", ".html", ".htm", ".log", ".adoc", ".tex")
_MAX_BEFORE = 1000  # characters before a module's word that can be part of the same import, command or setting
# Options and settings that are told a module's name, whose names are then read by convention, and programs that are.
_MODULE_OPTIONS = r"(?:-A|--app|-m|-p|-c|FLASK_APP|module|wsgi[-_]?(?:app|file)?|asgi[-_]?(?:app)?|application|script)"
_PROGRAMS = r"(?:gunicorn|uvicorn|hypercorn|daphne|granian|uwsgi|celery|dramatiq|flask|rq|arq)"
_OTHER_OPTIONS = r"(?:[ =:\"',\[\]]|(?<![\w-])--?\w[\w-]*)*"
_SCALAR = r"[\"'=:;|\-\s,\[\]]"
_PATH = r"(?<![\w./-])(?P<prefix>(?:[\w-]*[./])*)"
_PACKAGE = r"(?<![\w.])(?P<prefix>(?:\w+\.)*)"
_RELATIVE = r"\bfrom\s+(?P<prefix>(?:\w*\.)*)"

# What stands before the word, and after it: `{word}` and `{name}` are those of the target.
_Spelling = tuple[str, str]
_NAMED_READS: tuple[_Spelling, ...] = (
    (_PATH, r"(?:\.py)?\s*(?:\.|::?)\s*{name}\b"),
    (_RELATIVE, r"\s+import\b(?:[^()\n]|\\\n|\([^()]*\))*?(?<![\w.]){name}\b"),
    (_RELATIVE, r"\s+import\s*\([^()]*?(?<![\w.]){name}\b"),
    (r"\b(?:auto|current)?module::\s*" + _PACKAGE, r"\b(?!\.\w)[^\0]*?::\s*{name}\b"),  # Sphinx
    (r"c(?P<prefix>(?:\w+\.)*)", r"\n{name}\n"),  # a pickle
    (r"(?P<prefix>(?:\w+\.)*)", r"\x94?\x8c[\s\S]{name}"),  # a pickle of protocol 4
)
_STAR_READS: tuple[_Spelling, ...] = ((_RELATIVE, r"\s+import\s*\*"),)
_IMPORTS: tuple[_Spelling, ...] = (
    (r"\bimport\s+(?:[\w., ]*,\s*)?" + _PACKAGE, r"\b(?!\s*\.)"),
    (r"\bfrom\s+(?P<prefix>(?:\w*\.)*\w*)\s+import\s*\(?(?:[\w\s,]*,\s*)?", r"\b"),
    (r"\bimport_module\(\s*[\"'](?P<prefix>(?:\w*\.)*)", r"[\"']"),
)
_LAUNCHED = r"(?:\.py)?(?![\w:./-])"
_LAUNCHES: tuple[_Spelling, ...] = (
    (rf"(?<![\w-]){_MODULE_OPTIONS}{_OTHER_OPTIONS}(?P<prefix>(?:[\w-]+[./])*)", _LAUNCHED),
    (rf"(?<![\w./-]){_PROGRAMS}[ \"',][^\n]*?(?<![\w./-])(?P<prefix>(?:[\w-]+[./])*)", _LAUNCHED),
)
_MODULES: tuple[_Spelling, ...] = ((r"(?<![\w./-])(?P<prefix>(?:\w+\.)+)", r"(?![\w:-]|\.\w)"),)
_MODULES_NEAR_NAMES: tuple[_Spelling, ...] = (
    (rf"{_SCALAR}(?P<prefix>(?:\w+/)*)", rf"(?:\.py)?{_SCALAR}[^\0]{{0,{_NEARBY}}}?{_SCALAR}{{name}}(?:{_SCALAR}|\Z)"),
    (rf"{_SCALAR}{{name}}{_SCALAR}[^\0]{{0,{_NEARBY}}}?{_SCALAR}(?P<prefix>(?:\w+/)*)", rf"(?:\.py)?(?:{_SCALAR}|\Z)"),
)


def find_named_read(text: str, target: ReadTarget) -> int | None:
    """Where a text names the name together with its module, as code, a dotted path or a pickle does; else None.

    The result is an offset (0-based).
    """
    spellings = (*_NAMED_READS, *_STAR_READS) if target.name in text else _STAR_READS
    return _first_offset(spellings, text, target)


def find_import(text: str, target: ReadTarget) -> int | None:
    """Where a text imports the whole module and may read the name from it; else None."""
    if target.word not in text:
        return None
    reads_anything = re.search(rf"(?<!\w){re.escape(target.name)}\b", text) or _REFLECTION.search(text)
    return _first_offset(_IMPORTS, text, target) if reads_anything else None


def find_launch(text: str, target: ReadTarget) -> int | None:
    """Where a command or setting has the module loaded by a program that reads names of it by convention; else None."""
    return _first_offset(_LAUNCHES, text, target)


def find_module(text: str, target: ReadTarget) -> int | None:
    """Where a setting names the whole module, or the module and, nearby, the name; else None."""
    spellings = (*(_MODULES if target.package else ()), *(_MODULES_NEAR_NAMES if target.name in text else ()))
    return _first_offset(spellings, text, target)


def _first_offset(spellings: tuple[_Spelling, ...], text: str, target: ReadTarget) -> int | None:
    """The least offset at which one of some spellings begins, with what can be a prefix of the module's name."""
    patterns = [_compile(spelling, target.name) for spelling in spellings]
    offsets = (
        match.start()
        for start in _find_all(target.word, text)
        for before, after in patterns
        if (match := before.search(text, max(start - _MAX_BEFORE, 0), start))
        and after.match(text, start + len(target.word))
        and target.fits_prefix([part for part in re.split(r"[./]", match["prefix"]) if part])
    )
    return min(offsets, default=None)


def _find_all(word: str, text: str) -> Iterator[int]:
    """The offsets of a word in a text, also as a part of longer words."""
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


@lru_cache(maxsize=1024)
def _compile(spelling: _Spelling, name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = (part.replace("{name}", re.escape(name)) for part in spelling)
    return re.compile(rf"{before}\Z"), re.compile(after)


def row_of(offset: int, text: str) -> int:
    """The row (1-based) of an offset."""
    return text.count("\n", 0, offset) + 1
