"""Programs that read all their own sources: code that lists the Python files of a folder, or runs `grep`."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.connections import is_in_one_program
from flake8_redis_ssot.fixes.readers.listings import Listing, find_listings
from flake8_redis_ssot.project.contents import row_at

# Calls that list files, with the pattern of the names if it is written out.
_LISTINGS = rb"\b(?:r?glob|iglob)\(([^)]*)|\bos\.(?:walk|listdir|scandir)\(|\.iterdir\("
_LISTING_WORDS = (b"glob", b"os.walk", b"os.listdir", b"os.scandir", b"iterdir")
# Calls that copy or pack the files of a folder.
_PACKING = (
    rb"\b(?:copytree|create_archive|make_archive|writepy)\("
    rb"|\b(?:ZipFile|TarFile|tarfile\.open)\([^)\n]{0,200}[\"'][wax]"
)
_PACKING_WORDS = (b"copytree", b"create_archive", b"make_archive", b"writepy", b"ZipFile", b"TarFile", b"tarfile")
_COPY = b"copytree("
READS_FILES = re.compile(
    rb"\bread_(?:text|bytes)\b|\bopen\(|\b(?:getlines?|tokenize|fileinput|getsize|st_size|filecmp|hash_file)\b"
)
_ENDING = re.compile(rb"[\"'][^\"'\s]*\.[A-Za-z]\w{0,6}[\"']")
_PYTHON_NAME = re.compile(r"[\"'](?:[^\"'\s]*[/\\])?([^\"'\s/\\]*\.pyw?)[\"']")
_COMMANDS = (b"cat", b"cksum", b"diff", b"du", b"find", b"git hash-object", b"md5sum", b"sha1sum", b"sha256sum", b"wc")
_SEARCHES = (
    rb"[\"'](?:git[ \"',]+)?[ef]?grep[ \"']|[\"'](?:" + b"|".join(_COMMANDS) + rb")[ \"'][^\n]*\.py\b"
    rb"|[\"'](?:tar[ \"',]+-{0,2}c|zip[ \"',]+-|git[ \"',]+archive\b)"
)
_SEARCH_WORDS = (
    b"grep",
    *(quote + command for quote in (b"'", b'"') for command in (*_COMMANDS, b"git", b"tar", b"zip")),
)
_QUOTED = re.compile(r"[\"']([^\"'\n]*)[\"']")
_FIELD = re.compile(r"\{[^{}]*\}")
# The folder of a file, but where the file runs itself, or the working directory.
_OWN_PLACE = re.compile(
    rb"(?<!main\(\[)\b__file__\b|\bgetcwd\b|\bcwd\(\)|(?:\b(?:Path|\w*glob|walk)\(|=)[ \t]*[\"']\.[./]*[\"']"
)


class SourceScan(NamedTuple):
    """Code at `row` (1-based) of the file at `path` that may read files whose names match one of `patterns`."""

    path: str
    row: int
    patterns: frozenset[str]
    is_search: bool = False  # by a command
    is_packing: bool = False

    def may_read(self, path: str) -> bool:
        """Whether it may read the file at `path`, by the name of that."""
        return any(fnmatch.fnmatchcase(os.path.basename(path), pattern) for pattern in self.patterns)


def find_source_scans(path: str, context: FixContext) -> Iterator[SourceScan]:
    """The code that may read the file at `path`.

    Programs that do not load it count as well if they write its folder out and it is no test: checks of code style
    read tests, and are no part of what tests do. For the same reason, no folder that callers choose counts for a test
    unless that or the program says where it is itself.
    """
    is_test = is_test_path(context.relative_path(path))
    for scan in context.remember("source scans", lambda: tuple(_find_all(context))):
        if scan.may_read(path):
            is_connected = is_in_one_program(scan.path, path, context)
            if is_connected or not is_test:
                is_own = not is_test or any(_names_own_place(each, context) for each in (scan.path, path))
                is_own &= not scan.is_packing or _names_own_place(scan.path, context)
                row = _find_listing_row(scan, path, is_connected and is_own, context)
                if row:
                    yield scan._replace(row=row)


def _names_own_place(path: str, context: FixContext) -> bool:
    """Whether a file names its own folder, or the working directory."""
    return _OWN_PLACE.search(context.references.code_bytes(path)) is not None


def _find_listing_row(scan: SourceScan, path: str, may_be_any: bool, context: FixContext) -> int:
    """The row (1-based) where a scan lists a folder that contains the file at `path`; 0 if it lists none.

    A folder that is not written out `may_be_any`.
    """
    if scan.is_search:
        return scan.row if may_be_any or _is_folder_in_row(scan, path, context) else 0
    code = context.references.code_bytes(scan.path)
    for listing in find_listings(scan.path, context):
        is_known = may_be_any or listing.folder is not None
        if is_known and listing.may_be_in(path) and (scan.is_packing or _may_match(listing, path, code)):
            return listing.row
    return 0


def _is_folder_in_row(scan: SourceScan, path: str, context: FixContext) -> bool:
    """Whether the line of a search names the top folder of the file at `path`."""
    folder = context.relative_path(path).partition("/")[0].encode("utf-8", "surrogateescape")
    line = context.references.code_bytes(scan.path).split(b"\n")[scan.row - 1]
    return re.search(rb"(?<![\w.-])" + re.escape(folder) + rb"(?![\w.-])", line) is not None


def _may_match(listing: Listing, path: str, code: bytes) -> bool:
    """Whether the patterns of a listing, and the names of Python files in its file, allow the name of the file."""
    name = os.path.basename(path)
    written = [*_find_written_patterns(code)]
    if not written and listing.folder is not None and not _ENDING.search(code):
        written = ["*"]  # it reads all files of the folder
    for pattern in listing.patterns or ("*",):
        allowed = [pattern] if pattern.endswith((".py", ".pyw")) else written
        if fnmatch.fnmatchcase(name, pattern) and any(fnmatch.fnmatchcase(name, each) for each in allowed):
            return True
    return False


def _find_all(context: FixContext) -> Iterator[SourceScan]:
    for path in context.analysis.contents.find_matching(_LISTINGS, _LISTING_WORDS):
        code = context.references.code_bytes(path)
        matches = [*re.finditer(_LISTINGS, code)]
        patterns = frozenset(pattern for match in matches for pattern in _read_patterns(match, code))
        patterns |= frozenset() if _ENDING.search(code) else {"*"}
        if matches and patterns and READS_FILES.search(code):
            yield SourceScan(path, row_at(code, matches[0].start()), patterns)
    for path in context.analysis.contents.find_matching(_PACKING, _PACKING_WORDS):
        code = context.references.code_bytes(path)
        match = re.search(_PACKING, code)
        if match is not None and (match[0] != _COPY or READS_FILES.search(code)):
            yield SourceScan(path, row_at(code, match.start()), frozenset({"*"}), is_packing=True)
    for path in context.analysis.contents.find_matching(_SEARCHES, _SEARCH_WORDS):
        code = context.references.code_bytes(path)
        match = re.search(_SEARCHES, code)
        if match is not None and re.search(rb"\b(?:subprocess|popen|os\.system)\b", code):
            yield SourceScan(path, row_at(code, match.start()), frozenset({"*"}), is_search=True)


def _read_patterns(match: re.Match[bytes], code: bytes) -> Iterator[str]:
    """The patterns of the names of the files that are listed, if these can be Python files."""
    texts = [_FIELD.sub("*", text) for text in _QUOTED.findall((match[1] or b"").decode("utf-8", "replace"))]
    names = [text.rpartition("/")[2] for text in texts if "*" in text] if texts else ["*"]
    for name in names:
        if name.endswith((".py", ".pyw")):
            yield name
        elif name.strip("*."):
            yield from [name] if name.endswith("*") and _PYTHON_NAME.search(code.decode("utf-8", "replace")) else []
        else:
            yield from _find_written_patterns(code)


def _find_written_patterns(code: bytes) -> Iterator[str]:
    """The names of Python files that the strings of a file select: `.py` is the ending of any."""
    for name in _PYTHON_NAME.findall(code.decode("utf-8", "replace")):
        yield f"*{name}" if name.startswith(".") else _FIELD.sub("*", name)
