"""Path patterns as `.gitignore` writes them, matched as git itself matches them.

Git asks of each path, from the top down, whether the path *itself* is meant, and enters no folder that is.
Libraries such as pathspec answer for a whole file path at once; a walk that prunes gets wrong answers from
them (`*`, `!*/`, `!*.py` hides every folder), and each costs more to import than this module to run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

_IN_SET = r"\[:[^\]]*:\]|\\.|\[(?!:[^\]]*:\])|[^\]\\\[]"
_TOKEN = re.compile(
    rf"""(?P<folders>(?:\A|(?<=/))\*\*+/)     # a/**/b: any number of folders, also none
       | (?P<rest>(?:\A|(?<=/))\*\*+\Z)       # a/**: all that is below
       | (?P<stars>\*+)
       | (?P<one>\?)
       | \[(?P<but>[!^]?)(?P<set>(?:\]|{_IN_SET})(?:{_IN_SET})*)\]
       | \\(?P<escaped>.)
       | (?P<plain>[^*?\[\\]+)""",
    re.VERBOSE | re.DOTALL,
)
_SET_ITEM = re.compile(
    r"\[:(?P<kind>[^\]]*):\]|(?P<first>\\.|\A\]|[^\]\\])(?:-(?P<last>\\.|[^\]\\]))?",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[*?\[\\]")
_CLASSES = {
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
    """Whether gitignore-style `patterns` mean the file `path` (relative, with `/`) or a folder above it."""
    return bool(patterns) and _compiled(patterns).match(path)


class PathPatterns:
    """A list of gitignore-style patterns, compiled once. A line that can match nothing is passed over."""

    __slots__ = ("_of_files", "_of_folders")

    def __init__(self, lines: Iterable[str]) -> None:
        runs = list(_runs(filter(None, map(_parse, lines))))
        runs.reverse()
        self._of_folders = [(run[0].verdict, _group(run)) for run in runs]
        self._of_files = [
            (run[0].verdict, _group(of_files))
            for run in runs
            if (of_files := [pattern for pattern in run if not pattern.folders])
        ]

    def match(self, path: str, *, folder: bool = False) -> bool:
        """Whether `path` (relative, with `/`) or a folder above it is meant; `folder`: it is one itself."""
        end = path.find("/")
        while end >= 0:
            if self.verdict(path[path.rfind("/", 0, end) + 1 : end], path[:end], True):
                return True
            end = path.find("/", end + 1)
        return bool(self.verdict(path.rpartition("/")[2], path, folder))

    def verdict(self, name: str, path: str, folder: bool) -> bool | None:
        """What the last pattern that means just this path says: True; False for `!`; None if there is none.

        `name` is the last part of `path`. Folders above are not looked at: the caller has been there.
        """
        for verdict, group in self._of_folders if folder else self._of_files:
            if group.match(name, path):
                return verdict
        return None


class _Group(NamedTuple):
    """Patterns of which any may match. Most are a plain name or `*` and an ending: no expression needed."""

    names: frozenset[str]
    endings: tuple[str, ...]
    paths: frozenset[str]
    name_glob: re.Pattern[str] | None
    path_glob: re.Pattern[str] | None

    def match(self, name: str, path: str) -> bool:
        return (
            name in self.names
            or name.endswith(self.endings)
            or path in self.paths
            or (self.name_glob is not None and self.name_glob.fullmatch(name) is not None)
            or (self.path_glob is not None and self.path_glob.fullmatch(path) is not None)
        )


class _Pattern(NamedTuple):
    verdict: bool
    folders: bool  # written with a final `/`
    anchored: bool
    glob: str


def _runs(patterns: Iterable[_Pattern]) -> Iterator[list[_Pattern]]:
    """Neighbouring patterns that say the same: among them the order does not matter."""
    run: list[_Pattern] = []
    for pattern in patterns:
        if run and run[0].verdict != pattern.verdict:
            yield run
            run = []
        run.append(pattern)
    if run:
        yield run


def _parse(line: str) -> _Pattern | None:
    text = _without_trailing_spaces(line)
    if text.startswith("#"):
        return None
    verdict = not text.startswith("!")
    glob = text if verdict else text[1:]
    folders = glob.endswith("/")
    glob = glob[:-1] if folders else glob
    anchored = "/" in glob
    glob = glob.removeprefix("/")
    if glob.startswith("**/") and "/" not in glob[3:]:
        glob, anchored = glob[3:], False  # says no more than the bare name, and a name is faster to match
    return _Pattern(verdict, folders, anchored, glob) if glob else None


def _without_trailing_spaces(line: str) -> str:
    text = line.rstrip(" ")
    backslashes = len(text) - len(text.rstrip("\\"))
    return text + " " if backslashes % 2 and text != line else text


def _group(patterns: list[_Pattern]) -> _Group:
    names: set[str] = set()
    endings: list[str] = []
    paths: set[str] = set()
    name_globs: list[str] = []
    path_globs: list[str] = []
    for pattern in patterns:
        glob = pattern.glob
        if not _SPECIAL.search(glob):
            (paths if pattern.anchored else names).add(glob)
        elif glob[0] == "*" and not pattern.anchored and not _SPECIAL.search(glob, 1):
            endings.append(glob[1:])
        else:
            (path_globs if pattern.anchored else name_globs).append(glob)
    return _Group(frozenset(names), tuple(endings), frozenset(paths), _any(name_globs), _any(path_globs))


def _any(globs: list[str]) -> re.Pattern[str] | None:
    expressions = [expression for glob in globs if (expression := _expression(glob)) is not None]
    return re.compile("|".join(expressions), re.DOTALL) if expressions else None


def _expression(glob: str) -> str | None:
    """The regular expression of a glob, or None when git lets it match nothing (`[a`, a last backslash)."""
    # As in git, the plain beginning is cut off first: hence the `**` of `a**/b` counts as if it stood alone.
    special = _SPECIAL.search(glob)
    start = special.start() if special else len(glob)
    parts, rest = [re.escape(glob[:start])], glob[start:]
    at = 0
    while at < len(rest):
        token = _TOKEN.match(rest, at)
        part = token and _part(token)
        if token is None or part is None:
            return None
        parts.append(part)
        at = token.end()
    return "".join(parts)


def _part(token: re.Match[str]) -> str | None:
    match token.lastgroup:
        case "folders":
            return "(?:.*/)?"
        case "rest":
            return ".*"
        case "stars":
            return "[^/]*"
        case "one":
            return "[^/]"
        case "set":
            return _set(token["set"], token["but"])
        case _:
            return re.escape(token["escaped"] or token["plain"])


def _set(text: str, but: str) -> str | None:
    inside = ""
    for item in _SET_ITEM.finditer(text):
        if item["kind"] is None:
            first = item["first"][-1]
            last = (item["last"] or first)[-1]
            inside += re.escape(first) + (f"{re.escape(first)}-{re.escape(last)}" if first < last else "")
        elif item["kind"] in _CLASSES:
            inside += _CLASSES[item["kind"]]
        else:
            return None
    return f"(?!/)[{'^' if but else ''}{inside}]"


@cache
def _compiled(patterns: tuple[str, ...]) -> PathPatterns:
    return PathPatterns(patterns)
