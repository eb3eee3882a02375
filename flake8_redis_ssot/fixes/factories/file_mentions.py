"""Whether other files count on a file to exist: they name it, or list the files or modules of its folder."""

from __future__ import annotations

import ast
import os
import re
from fnmatch import fnmatch

from flake8_redis_ssot.files.text_files import read_text
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.listings import find_listings

_PROSE_SUFFIXES = (".md", ".rst", ".html", ".htm", ".log", ".adoc", ".tex")
_OWN_SETTINGS = ("redis-ssot.toml", ".redis-ssot.toml")
_LISTINGS = rb"\b(?:listdir|scandir|os\.walk|r?glob|iglob|iterdir|copytree|make_archive|writepy|create_archive)\b"
# What lists the modules of a package, or its files as resources.
_PACKAGE_LISTINGS = (
    *(rb"\b(?:iter_modules|walk_packages|find_modules|pkg_resources)\b", rb"\bimport(?:lib)?\b[^\n]*\bresources\b"),
)


def is_counted_on(path: str, context: FixContext) -> bool:
    """Whether another file of the repository names the module at `path` in a string or text, or may list it."""
    return _is_named(path, context) or _is_listed(path, context)


def _is_named(path: str, context: FixContext) -> bool:
    stem = os.path.splitext(os.path.basename(path))[0]
    word = re.compile(rf"(?<!\w){re.escape(stem)}(?!\w)")
    in_prose = re.compile(rf"(?:[./]{re.escape(stem)}(?!\w)|(?<!\w){re.escape(stem)}\.py\b)")
    if any(_has_string(each, word, context) for each in context.words.find_project_files(stem) if each != path):
        return True
    for other in context.words.find_other_files(stem):
        pattern = in_prose if other.endswith(_PROSE_SUFFIXES) else word
        if os.path.basename(other) not in _OWN_SETTINGS and pattern.search(read_text(other).decode("utf-8", "replace")):
            return True
    return False


def _has_string(path: str, word: re.Pattern[str], context: FixContext) -> bool:
    """Whether a string of a Python file that is no docstring contains a word."""
    document = context.document(path)
    return any(
        isinstance(each.value, str)
        and word.search(each.value) is not None
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
