"""The search for names of third-party packages, which are often common words, together with their package.

A file can name `requests.get` only if it names `requests`, or imports it from a file of the project that passes it on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.project.contents import compile_word
from flake8_redis_ssot.semantic.name_patterns import NamePatterns, is_glob

_ATTRIBUTE_AFTER = re.compile(rb"\.(\w+)")
_IMPORT_BEFORE = re.compile(rb"(?:^|[\s;:])import[ \t][\w., \t]*\Z")
_ALIAS_AFTER = re.compile(rb"[\w.]*[ \t]+as\b")
_DOT = re.compile(r"\.")
_CLASS = re.compile(rb"\bclass[ \t]+(\w+)")
# Parsing fewer files costs less than following what passes a package on; the sample is too small to tell fewer.
_MIN_FILES_SAVED = 100


class PackageQuery(NamedTuple):
    """Names of a package that are searched for only together with it.

    A file matches if it contains `package` (a word) and one of `names` (texts that are in the last parts of the guarded
    names), or if it may pass the package or one of its `members` on under another name (None: any member). With
    `match_classes`, a file that defines a class whose name contains one of `names` matches as well.
    """

    package: bytes
    names: tuple[bytes, ...]
    members: tuple[bytes, ...] | None
    match_classes: bool = False

    def matches(self, data: bytes) -> bool:
        """Whether a file with the bytes `data` matches."""
        has_name = any(name in data for name in self.names)
        if self.match_classes and has_name and self._has_class(data):
            return True
        if self.package not in data:
            return False
        return any(has_name or self._is_passed_on(data, *span) for span in self._occurrences(data))

    def literals(self) -> tuple[bytes, ...]:
        """Byte strings of which every matching file contains one."""
        return (self.package, *self.names) if self.match_classes else (self.package,)

    def _occurrences(self, data: bytes) -> Iterator[tuple[int, int]]:
        return (match.span() for match in compile_word(self.package).finditer(data))

    def _is_passed_on(self, data: bytes, start: int, end: int) -> bool:
        """Whether an occurrence may give the package, or a member of it, another name; `import requests` does not."""
        line_start = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
        before = data[line_start:start]
        if _IMPORT_BEFORE.search(before):
            return _ALIAS_AFTER.match(data, end) is not None
        attribute = _ATTRIBUTE_AFTER.match(data, end)
        is_from = before.strip() == b"from"
        return is_from or attribute is None or self.members is None or attribute[1] in self.members

    def _has_class(self, data: bytes) -> bool:
        return any(name in class_name for class_name in _CLASS.findall(data) for name in self.names)


def group_by_package(symbols: Iterable[str], packages: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The dotted names or patterns that lie in one of some packages, by package."""
    by_package: dict[str, list[str]] = {package: [] for package in packages}
    for name in symbols:
        for match in _DOT.finditer(name):
            if name[: match.start()] in by_package:
                by_package[name[: match.start()]].append(name)
    return {package: tuple(names) for package, names in by_package.items() if names}


def new_package_query(package: str, names: Sequence[str], *, match_classes: bool) -> PackageQuery:
    """The query for dotted names or patterns of one package."""
    inner = {part for name in names for part in name.split(".")[1:-1]}
    members = None if any(map(is_glob, inner)) else tuple(sorted(part.encode() for part in inner))
    literals = NamePatterns.from_patterns(names).prefilter_literals
    return PackageQuery(package.encode(), literals, members, match_classes)


def is_worthwhile(query: PackageQuery, sample: Sequence[bytes], file_count: int) -> bool:
    """Whether the query matches far fewer of `file_count` files than its names do, judged by the bytes of a sample."""
    by_name = sum(any(name in data for name in query.names) for data in sample)
    saved = by_name - sum(map(query.matches, sample))
    return saved * file_count >= _MIN_FILES_SAVED * max(len(sample), 1)


def may_lead_to(name: str, guarded: Iterable[str]) -> bool:
    """Whether a guarded name (dotted, or a pattern) is or may lie in the module, class or function `name`."""
    package = name.partition(".")[0]
    return any(
        each == name or each.startswith(f"{name}.") or (is_glob(each) and each.startswith(f"{package}."))
        for each in guarded
    )
