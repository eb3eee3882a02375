"""Gitignore patterns, matched as git matches them (https://git-scm.com/docs/gitignore).

Git matches each path itself, from the top down, and does not enter an ignored directory. Libraries such as pathspec
match a whole file path at once, which is wrong for a walk that prunes (`*`, `!*/`, `!*.py` ignores every directory),
and importing them takes longer than this module takes to run.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from typing import NamedTuple

from flake8_redis_ssot.files.wildcards import STAR, AnyParts, compile_parts

_SET_CHARACTER = r"\[:[^\]]*:\]|\\.|\[(?!:[^\]]*:\])|[^\]\\\[]"
_TOKEN = rf"""(?P<folders>(?:\A|(?<=/))\*\*+/)     # a/**/b: zero or more directories
       | (?P<rest>(?:\A|(?<=/))\*\*+\Z)       # a/**: everything below
       | (?P<stars>\*+)
       | (?P<one>\?)
       | \[(?P<but>[!^]?)(?P<set>(?:\]|{_SET_CHARACTER})(?:{_SET_CHARACTER})*)\]
       | \\(?P<escaped>.)
       | (?P<plain>[^*?\[\\]+)"""
_SET_ITEM = r"\[:(?P<kind>[^\]]*):\]|(?P<first>\\.|\A\]|[^\]\\])(?:-(?P<last>\\.|[^\]\\]))?"
_STARS_AND_SLASH = re.compile(r"\*\*+/")
_SPECIAL_CHARACTER = re.compile(r"[*?\[\\]")
_EVERYTHING_BELOW = "/**"
_CHARACTER_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def matches_path(patterns: tuple[str, ...], path: str) -> bool:
    """Whether gitignore-style `patterns` match the file `path` (relative, with `/`) or a directory above it."""
    return bool(patterns) and _compile_patterns(patterns).match(path)


class PathPatterns:
    """A compiled list of gitignore-style patterns. Lines that cannot match anything are ignored."""

    __slots__ = ("_directory_groups", "_file_groups")

    def __init__(self, lines: Iterable[str]) -> None:
        runs = list(_group_by_polarity(filter(None, map(_parse_line, lines))))
        runs.reverse()
        self._directory_groups = [(run[0].is_positive, _build_group(run)) for run in runs]
        self._file_groups = [
            (run[0].is_positive, _build_group(of_files))
            for run in runs
            if (of_files := [pattern for pattern in run if not pattern.is_directory_only])
        ]

    def match(self, path: str, *, is_directory: bool = False) -> bool:
        """Whether `path` (relative, with `/`), a file or with `is_directory` a directory, or a parent of it matches."""
        end = path.find("/")
        while end >= 0:
            if self.match_exact(path[path.rfind("/", 0, end) + 1 : end], path[:end], True):
                return True
            end = path.find("/", end + 1)
        return bool(self.match_exact(path.rpartition("/")[2], path, is_directory))

    def match_exact(self, name: str, path: str, is_directory: bool) -> bool | None:
        """True if the last pattern that matches this very path ignores it, False if it starts with `!`, else None.

        `name` is the last part of `path`. Parent directories are not matched: a walk has already entered them.
        """
        for is_positive, group in self._directory_groups if is_directory else self._file_groups:
            if group.matches(name, path):
                return is_positive
        return None


class _PatternGroup(NamedTuple):
    """Patterns of the same polarity. Most are a plain name, `*` and a suffix, or `/**` after a path.

    These need no regular expression.
    """

    names: frozenset[str]
    suffixes: tuple[str, ...]
    paths: frozenset[str]
    folders: tuple[str, ...]
    name_glob: re.Pattern[str] | None
    path_glob: re.Pattern[str] | None

    def matches(self, name: str, path: str) -> bool:
        return (
            name in self.names
            or name.endswith(self.suffixes)
            or path in self.paths
            or path.startswith(self.folders)
            or (self.name_glob is not None and self.name_glob.fullmatch(name) is not None)
            or (self.path_glob is not None and self.path_glob.fullmatch(path) is not None)
        )


class _Pattern(NamedTuple):
    is_positive: bool
    is_directory_only: bool  # written with a trailing `/`
    is_anchored: bool
    glob: str


def _group_by_polarity(patterns: Iterable[_Pattern]) -> Iterator[list[_Pattern]]:
    """Runs of adjacent patterns with the same polarity, within which the order does not matter."""
    run: list[_Pattern] = []
    for pattern in patterns:
        if run and run[0].is_positive != pattern.is_positive:
            yield run
            run = []
        run.append(pattern)
    if run:
        yield run


def _parse_line(line: str) -> _Pattern | None:
    text = _strip_trailing_spaces(line)
    if text.startswith("#"):
        return None
    is_positive = not text.startswith("!")
    glob = text if is_positive else text[1:]
    is_directory_only = glob.endswith("/")
    glob = glob[:-1] if is_directory_only else glob
    is_anchored = "/" in glob
    glob = glob.removeprefix("/")
    if glob.startswith("**/") and "/" not in glob[3:]:
        glob, is_anchored = glob[3:], False  # equivalent to the bare name, which is faster to match
    return _Pattern(is_positive, is_directory_only, is_anchored, glob) if glob else None


def _strip_trailing_spaces(line: str) -> str:
    text = line.rstrip(" ")
    backslashes = len(text) - len(text.rstrip("\\"))
    return text + " " if backslashes % 2 and text != line else text


def _build_group(patterns: list[_Pattern]) -> _PatternGroup:
    names: set[str] = set()
    suffixes: list[str] = []
    paths: set[str] = set()
    folders: list[str] = []
    name_globs: list[str] = []
    path_globs: list[str] = []
    for pattern in patterns:
        glob = pattern.glob
        if not _SPECIAL_CHARACTER.search(glob):
            (paths if pattern.is_anchored else names).add(glob)
        elif glob[0] == "*" and not pattern.is_anchored and not _SPECIAL_CHARACTER.search(glob, 1):
            suffixes.append(glob[1:])
        elif glob.endswith(_EVERYTHING_BELOW) and not _SPECIAL_CHARACTER.search(glob[:-2]):
            folders.append(glob[:-2])
        else:
            (path_globs if pattern.is_anchored else name_globs).append(glob)
    regexes = _compile_globs(name_globs), _compile_globs(path_globs)
    return _PatternGroup(frozenset(names), tuple(suffixes), frozenset(paths), tuple(folders), *regexes)


def _compile_globs(globs: list[str]) -> re.Pattern[str] | None:
    numbers = count()
    regexes = [regex for glob in globs if (regex := _glob_to_regex(glob, numbers)) is not None]
    return re.compile("|".join(regexes), re.DOTALL) if regexes else None


def _glob_to_regex(glob: str, numbers: Iterator[int]) -> str | None:
    """The regular expression of a glob; None if it matches nothing in git (`[a`, a trailing backslash)."""
    # As in git, the literal prefix is split off first, so the `**` of `a**/b` is at the start of what remains.
    special = _SPECIAL_CHARACTER.search(glob)
    start = special.start() if special else len(glob)
    return _join_regex(glob[:start], glob[start:], numbers)


@cache
def _token_regex() -> re.Pattern[str]:  # late: most lists of patterns need none
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


def _join_regex(prefix: str, rest: str, numbers: Iterator[int]) -> str | None:
    stars = _STARS_AND_SLASH.match(rest)
    if stars is not None and prefix and not prefix.endswith("/"):
        others = rest[stars.end() :]
        options = [_join_regex(prefix, others, numbers), _join_regex(prefix, f"*/**/{others}", numbers)]
        return "|".join(filter(None, options)) or None
    parts: list[list[str] | AnyParts] = [[]]
    _add_text(parts, prefix)
    at = 0
    while at < len(rest):
        token = _token_regex().match(rest, at)
        if token is None or not _add_token(parts, token):
            return None
        at = token.end()
    return compile_parts([part if isinstance(part, AnyParts) else tuple(part) for part in parts], "/", numbers)


def _add_token(parts: list[list[str] | AnyParts], token: re.Match[str]) -> bool:
    """Add a token to the parts of a pattern; false if nothing can match it."""
    match token.lastgroup:
        case "folders":
            parts[-1:] = [AnyParts(), []]
        case "rest":
            _add(parts, ".*")
        case "stars":
            _add(parts, STAR)
        case "one":
            _add(parts, "[^/]")
        case "set":
            regex = _set_to_regex(token["set"], token["but"])
            if regex is None:
                return False
            _add(parts, regex)
        case _:
            _add_text(parts, token["escaped"] or token["plain"])
    return True


def _add_text(parts: list[list[str] | AnyParts], text: str) -> None:
    first, *others = text.split("/")
    _add(parts, re.escape(first))
    parts += [[re.escape(other)] if other else [] for other in others]


def _add(parts: list[list[str] | AnyParts], regex: str) -> None:
    part = parts[-1]
    if isinstance(part, list) and regex:
        part.append(regex)


def _set_to_regex(text: str, negation: str) -> str | None:
    inside = ""
    for item in re.finditer(_SET_ITEM, text, re.DOTALL):
        if item["kind"] is None:
            first = item["first"][-1]
            last = (item["last"] or first)[-1]
            inside += re.escape(first) + (f"{re.escape(first)}-{re.escape(last)}" if first < last else "")
        elif item["kind"] in _CHARACTER_CLASSES:
            inside += _CHARACTER_CLASSES[item["kind"]]
        else:
            return None
    return f"(?!/)[{'^' if negation else ''}{inside}]"


@cache
def _compile_patterns(patterns: tuple[str, ...]) -> PathPatterns:
    return PathPatterns(patterns)
