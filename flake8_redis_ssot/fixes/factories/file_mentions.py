"""Whether other files count on a file to exist: they name it, or list the files or modules of its folder."""

from __future__ import annotations

import ast
import os
import re
import string
from fnmatch import fnmatch
from typing import NamedTuple

from flake8_redis_ssot.files.text_files import read_text
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.listings import find_listings
from flake8_redis_ssot.fixes.readers.text_reads import PROSE_SUFFIXES

_MAX_PATH = 1000  # characters
_PATH_CHARACTERS = string.ascii_letters + string.digits + "_./-"
_LOADERS = re.compile(r"\b(?:import_module|__import__|run_module|find_spec|resolve_name|open|exec)\b")
_OWN_SETTINGS = ("redis-ssot.toml", ".redis-ssot.toml")
_LISTINGS = rb"\b(?:listdir|scandir|os\.walk|r?glob|iglob|iterdir|copytree|make_archive|writepy|create_archive)\b"
# What lists the modules of a package, or its files as resources.
_PACKAGE_LISTINGS = (
    rb"\b(?:iter_modules|walk_packages|find_modules|pkg_resources)\b",
    rb"\bimport(?:lib)?\b[^\n]*\bresources\b",
)


def is_counted_on(path: str, context: FixContext) -> bool:
    """Whether another file of the repository names the module at `path` in a string or text, or may list it."""
    return _is_named(path, context) or _is_listed(path, context)


def _is_named(path: str, context: FixContext) -> bool:
    stem = os.path.splitext(os.path.basename(path))[0]
    folder = os.path.dirname(context.relative_path(path)).split("/")
    mention = _Mention(folder, re.compile(rf"(?<!\w){re.escape(stem)}(?P<ending>\.py\b)?(?!\w)"))
    if any(_has_string(each, mention, context) for each in context.words.find_project_files(stem) if each != path):
        return True
    return any(
        mention.is_in(read_text(each).decode("utf-8", "replace"), is_path=each.endswith(PROSE_SUFFIXES))
        for each in context.words.find_other_files(stem)
        if os.path.basename(each) not in _OWN_SETTINGS
    )


class _Mention(NamedTuple):
    """How texts name a file: the parts of its folder, and a pattern of its name with what stands before it."""

    folder: list[str]
    pattern: re.Pattern[str]

    def is_in(self, text: str, *, is_path: bool) -> bool:
        """Whether a text names the file; `is_path`: as a part of a path or dotted name, not as a word alone."""
        for match in self.pattern.finditer(text):
            parts = [part for part in re.split(r"[./]", _path_before(text, match.start())) if part]
            length = min(len(parts), len(self.folder))
            is_same = parts[len(parts) - length :] == self.folder[len(self.folder) - length :]
            if is_same and (parts or match["ending"] or not is_path):
                return True
        return False


def _path_before(text: str, start: int) -> str:
    """The part of a path or dotted name that stands before an offset."""
    before = text[max(start - _MAX_PATH, 0) : start]
    return before[len(before.rstrip(_PATH_CHARACTERS)) :]


def _has_string(path: str, mention: _Mention, context: FixContext) -> bool:
    """Whether a string of a Python file that is no docstring names the file; a word alone where modules are loaded."""
    document = context.document(path)
    is_loader = _LOADERS.search(document.text) is not None
    return any(
        isinstance(each.value, str)
        and mention.is_in(each.value, is_path=not is_loader)
        and not isinstance(document.symbol_table.parent(each), ast.Expr)
        for each in document.find_nodes(ast.Constant)
    )


def _is_listed(path: str, context: FixContext) -> bool:
    contents, name = context.analysis.contents, os.path.basename(path)
    if contents.find_matching_any(_PACKAGE_LISTINGS):
        return True
    return any(
        listing.may_be_in(path) and (listing.patterns is None or any(fnmatch(name, each) for each in listing.patterns))
        for other in contents.find_matching_any((_LISTINGS,))
        for listing in find_listings(other, context)
    )
