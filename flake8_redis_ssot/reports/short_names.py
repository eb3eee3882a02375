"""Messages with the names that a reader of the file knows: `RedisManager` where it is imported by this name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from flake8_redis_ssot.model import CONSTRUCTIONS, Finding
from flake8_redis_ssot.reports.report import CheckReport

_DOTTED_NAME = re.compile(r"`((?:\w+\.)+)(\w+)((?:\(\))?)`")
# Read as text, since a file is read for its lines only; what it takes too much for an import is no name in a message.
_IMPORT = re.compile(r"\bfrom[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;`]*)")
_IMPORTED_NAME = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_COMMENT = re.compile(r"#[^\n]*")
_DEFINED_NAME = re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)|^\s*(\w+)\s*(?::[^=\n]+)?=[^=]", re.MULTILINE)


def shorten_names(finding: Finding, report: CheckReport) -> str:
    """The message of a finding, with the last part of dotted names that the file or the help line imports.

    Only constructions are about names that a file calls. A name stays long if the file binds its last part in another
    way as well, and in verbose reports.
    """
    message = finding.message
    if report.is_verbose or finding.context.kind not in CONSTRUCTIONS or not _DOTTED_NAME.search(message):
        return message
    modules, others = _read_bindings(report.read_lines, finding.path)
    modules = {**dict(_imported_names(finding.note)), **modules}

    def shorten(match: re.Match[str]) -> str:
        module, name, call = match[1][:-1], match[2], match[3]
        is_clear = name in modules and _is_same_module(modules[name], module, finding.path) and name not in others
        return f"`{name}{call}`" if is_clear and f"`{name}`" not in message else match[0]

    return _DOTTED_NAME.sub(shorten, message)


@lru_cache(maxsize=8)  # the findings of a report come file by file
def _read_bindings(read_lines: Callable[[str], Sequence[str]], path: str) -> tuple[dict[str, str], frozenset[str]]:
    """The modules from which a file imports names, and the names that it binds in other ways or in several."""
    text = "\n".join(read_lines(path))
    modules: dict[str, str] = {}
    others = {name for match in _DEFINED_NAME.finditer(text) for name in match.groups() if name}
    for name, module in _imported_names(text):
        if modules.setdefault(name, module) != module:
            others.add(name)
    return modules, frozenset(others)


def _imported_names(text: str) -> Iterator[tuple[str, str]]:
    """The names that a text imports without renaming them, each with its module; a renamed one has none (empty)."""
    for match in _IMPORT.finditer(text):
        for name, alias in _IMPORTED_NAME.findall(_COMMENT.sub("", match[2])):
            yield (alias, "") if alias and alias != name else (name, match[1])


def _is_same_module(written: str, module: str, path: str) -> bool:
    """Whether the module of an import, which may be relative to the file at `path`, is a module by its full name."""
    level = len(written) - len(written.lstrip("."))
    if not level:
        return written == module
    folders = os.path.abspath(path).split(os.sep)[:-level]
    full_name = [*folders, *(part for part in written[level:].split(".") if part)]
    parts = module.split(".")
    return full_name[-len(parts) :] == parts
