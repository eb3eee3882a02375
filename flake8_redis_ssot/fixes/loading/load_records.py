"""Code that shows afterwards what was loaded: lists of loggers, profilers, and options of Python that print imports."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.connections import is_in_one_program
from flake8_redis_ssot.project.contents import row_at

# What lists all loggers or sets their class, and what disables those that exist unless it is told not to.
_LOGGER_LISTS = rb"\bloggerDict\b|\.getChildren\(|\bsetLoggerClass\b|\bloggerClass\b"
_LOGGER_SETTINGS = rb"\b(?:dict|file)Config\(|^LOGGING\b[^\n=]*=[ \t]*(?:\{|dict\()"
_LOGGERS = re.compile(_LOGGER_LISTS + rb"|" + _LOGGER_SETTINGS, re.MULTILINE)
_LOGGER_WORDS = ("loggerDict", "getChildren", "setLoggerClass", "loggerClass", "dictConfig", "fileConfig", "LOGGING")
_LOGGERS_KEPT = re.compile(rb"\bdisable_existing_loggers\b[\"']?[ \t]*[:=][ \t]*False\b")
# Frameworks apply the first setting, and import nothing of the project; the others are for all of a program.
_GLOBAL_SETTINGS = (b"LOGGING", b"setLoggerClass", b"loggerClass")
_MAKES_LOGGER = re.compile(rb"(?i)log\w*[ \t]*\(")
# Functions that are called, or told of, for everything that runs.
_TRACERS = (
    rb"\b(?:settrace|setprofile)(?:_all_threads)?\((?![ \t]*None\b)|\bsys\.monitoring\b"
    rb"|\btrace\.Trace\(|\bfrom[ \t]+trace[ \t]+import\b"
    rb"|\b(?:cP|p)rofile\.(?:Profile|run|runctx)\(|\bfrom[ \t]+(?:cP|p)rofile[ \t]+import\b"
)
_TRACER_WORDS = (b"settrace", b"setprofile", b"monitoring", b"trace", b"rofile")
# Options and variables of the environment that make Python print each import.
_PYTHON_OPTIONS = (
    rb"\bimporttime\b|\bPYTHON(?:VERBOSE|PROFILEIMPORTTIME)\b|\bpython[\d.]*(?:[ \t]+-[BEIOPSbdqsu]+)*[ \t]+-v\b"
    rb"|(?:\bexecutable|[\"'][^\"'\n]*\bpython[\d.]*[\"'])[ \t]*,[ \t]*"
    rb"(?:[\"']-[BEIOPSbdqsu]+[\"'][ \t]*,[ \t]*)*[\"']-v+[\"']"
)
_OPTION_WORDS = (b"importtime", b"PYTHONVERBOSE", b"PYTHONPROFILEIMPORTTIME", b"-v")


def find_logger_list(path: str, context: FixContext) -> str | None:
    """The code that sees which loggers the module at `path` makes, as a clause; None if there is none."""
    if not _MAKES_LOGGER.search(context.references.code_bytes(path)):
        return None
    for reader, row in context.remember("lists of loggers", lambda: tuple(_find_logger_lists(context))):
        code = context.references.code_bytes(reader)
        is_global = any(setting in code for setting in _GLOBAL_SETTINGS)
        if reader != path and (is_global or is_in_one_program(reader, path, context)):
            place = f"{context.relative_path(reader)}:{row}"
            return f"{place} lists, disables or defines loggers, perhaps one of `{context.module_name(path)}`"
    return None


def _find_logger_lists(context: FixContext) -> Iterator[tuple[str, int]]:
    """The path and the row (1-based) of code that lists all loggers, or disables those that exist."""
    for path in context.analysis.contents.find_with_words(_LOGGER_WORDS):
        code = context.references.code_bytes(path)
        is_kept = _LOGGERS_KEPT.search(code) is not None
        match = re.search(_LOGGER_LISTS, code) if is_kept else _LOGGERS.search(code)
        if match is not None:
            yield path, row_at(code, match.start())


def find_load_record(path: str, old_paths: Collection[str], context: FixContext) -> str | None:
    """The code that records what the file at `path` loads, as a clause; None if there is none.

    `old_paths` are the files that it would not load.
    """
    for recorder, row in context.remember(
        "prints of imports", lambda: tuple(context.references.find_rows(_PYTHON_OPTIONS, _OPTION_WORDS))
    ):
        return f"{context.relative_path(recorder)}:{row} makes Python print what it imports"
    words = {context.module_name(each).rpartition(".")[2].encode() for each in (path, *old_paths)}
    for recorder, row in context.remember(
        "tracers", lambda: tuple(context.references.find_rows(_TRACERS, _TRACER_WORDS))
    ):
        code = context.references.code_bytes(recorder)
        if is_in_one_program(recorder, path, context) or any(word in code for word in words):
            return f"{context.relative_path(recorder)}:{row} records what runs, also while modules are imported"
    return None
