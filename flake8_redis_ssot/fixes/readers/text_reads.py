"""Text that names a module, or a name of it: settings, scripts, documentation, strings of Python files."""

from __future__ import annotations

import re

from flake8_redis_ssot.fixes.readers.target import ReadTarget

_REFLECTION = re.compile(r"\b(?:vars|dir|getattr|globals|getmembers|__dict__|eval|exec)\b")
_NEARBY = 200  # characters between a module and its name that are given one by one
# Options and settings that are told a module's name, whose names are then read by convention, and programs that are.
_MODULE_OPTIONS = r"(?:-A|--app|-m|-p|-c|FLASK_APP|module|wsgi[-_]?(?:app|file)?|asgi[-_]?(?:app)?|application|script)"
_PROGRAMS = r"(?:gunicorn|uvicorn|hypercorn|daphne|granian|uwsgi|celery|dramatiq|flask|rq|arq)"


def find_named_read(text: str, target: ReadTarget) -> int | None:
    """Where a text names the name together with its module, as code, a dotted path or a pickle does; else None.

    The result is an offset (0-based).
    """
    if target.word not in text:
        return None
    name, word = re.escape(target.name), re.escape(target.word)
    spellings = (
        rf"(?<![\w./-])(?P<prefix>(?:[\w-]*[./])*){word}(?:\.py)?\s*(?:\.|::?)\s*{name}\b",
        rf"\bfrom\s+(?P<prefix>(?:\w*\.)*){word}\s+import\b(?:[^()\n]|\\\n|\([^()]*\))*?(?<![\w.]){name}\b",
        rf"\bfrom\s+(?P<prefix>(?:\w*\.)*){word}\s+import\s*\([^()]*?(?<![\w.]){name}\b",
        rf"\bfrom\s+(?P<prefix>(?:\w*\.)*){word}\s+import\s*\*",
        rf"\b(?:auto|current)?module::\s*(?P<prefix>(?:\w+\.)*){word}\b(?!\.\w)[^\0]*?::\s*{name}\b",  # Sphinx
        rf"c(?P<prefix>(?:\w+\.)*){word}\n{name}\n",  # a pickle
        rf"(?P<prefix>(?:\w+\.)*){word}\x94?\x8c[\s\S]{name}",  # a pickle of protocol 4
    )
    return _first_offset(spellings, text, target)


def find_import(text: str, target: ReadTarget) -> int | None:
    """Where a text imports the whole module and may read the name from it; else None."""
    word = re.escape(target.word)
    reads_anything = re.search(rf"(?<!\w){re.escape(target.name)}\b", text) or _REFLECTION.search(text)
    if not reads_anything:
        return None
    spellings = (
        rf"\bimport\s+(?:[\w., ]*,\s*)?(?P<prefix>(?:\w+\.)*){word}\b(?!\s*\.)",
        rf"\bfrom\s+(?P<prefix>(?:\w*\.)*\w*)\s+import\s*\(?(?:[\w\s,]*,\s*)?{word}\b",
        rf"\bimport_module\(\s*[\"'](?P<prefix>(?:\w*\.)*){word}[\"']",
    )
    return _first_offset(spellings, text, target)


def find_launch(text: str, target: ReadTarget) -> int | None:
    """Where a command or setting has the module loaded by a program that reads names of it by convention; else None."""
    word = re.escape(target.word)
    module = rf"(?P<prefix>(?:[\w-]+[./])*){word}(?:\.py)?(?![\w:./-])"
    spellings = (
        rf"(?<![\w-]){_MODULE_OPTIONS}(?:[ =:\"',\[\]]|--?[\w-]+[ =]?)*{module}",
        rf"(?<![\w./-]){_PROGRAMS}[ \"',][^\n]*?(?<![\w./-]){module}",
    )
    return _first_offset(spellings, text, target)


def find_module(text: str, target: ReadTarget) -> int | None:
    """Where a setting names the whole module, or the module and, nearby, the name; else None."""
    word, name = re.escape(target.word), re.escape(target.name)
    spellings = [rf"(?<![\w./-])(?P<prefix>(?:\w+\.)+){word}(?![\w:-]|\.\w)"] if target.package else []
    scalar = r"[\"'=:\-\s,\[\]]"
    spellings.append(rf"{scalar}(?P<prefix>){word}{scalar}[^\0]{{0,{_NEARBY}}}?{scalar}{name}(?:{scalar}|\Z)")
    spellings.append(rf"{scalar}{name}{scalar}[^\0]{{0,{_NEARBY}}}?{scalar}(?P<prefix>){word}(?:{scalar}|\Z)")
    return _first_offset(tuple(spellings), text, target)


def _first_offset(spellings: tuple[str, ...], text: str, target: ReadTarget) -> int | None:
    offsets = [
        match.start()
        for spelling in spellings
        for match in re.finditer(spelling, text)
        if target.fits_prefix([part for part in re.split(r"[./]", match["prefix"]) if part])
    ]
    return min(offsets, default=None)


def row_of(offset: int, text: str) -> int:
    """The row (1-based) of an offset."""
    return text.count("\n", 0, offset) + 1
