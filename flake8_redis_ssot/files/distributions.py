"""Distributions of one repository: what its `pyproject.toml` files build, and which of them each depends on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from flake8_redis_ssot.files.toml_files import PYPROJECT, read_toml, strings_in, table_in

_SEPARATORS = re.compile(r"[-_.]+")
_NAME_OF_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)")


class Distribution(NamedTuple):
    """What the `pyproject.toml` in a folder (absolute) builds.

    `required` are the distributions that are installed with it, `optional` those of its extras and groups; all names
    are normalised. `required` is empty if they are not in the file: nothing is known then.
    """

    folder: str
    name: str
    required: frozenset[str]
    optional: frozenset[str]


class Distributions:
    """The distributions below `root` (absolute); `places` are files or folders in those that others may depend on."""

    def __init__(self, root: str, places: Iterable[str]) -> None:
        self._root = root
        self._by_folder: dict[str, Distribution | None] = {}
        found = (self._find(place) for place in dict.fromkeys(places))
        self._by_name = {each.name: each for each in found if each is not None}

    def distribution_of(self, path: str) -> Distribution | None:
        """The distribution of a file (absolute path): that of the nearest `pyproject.toml` with a name."""
        return self._find(os.path.dirname(path))

    def _find(self, folder: str) -> Distribution | None:
        if folder not in self._by_folder:
            found = read_distribution(folder)
            parent = os.path.dirname(folder)
            is_last = folder == self._root or parent == folder
            self._by_folder[folder] = found or (None if is_last else self._find(parent))
        return self._by_folder[folder]

    def missing_dependency(self, importer: str, imported: str, *, is_test: bool) -> tuple[Distribution, str] | None:
        """The distribution of a file that is installed without that of another file, and the name of the latter.

        None if that is not known. Tests also have what is optional.
        """
        own, other = self.distribution_of(importer), self.distribution_of(imported)
        if own is None or other is None or own.name == other.name or not own.required:
            return None
        return None if other.name in self._dependencies(own, is_test=is_test) else (own, other.name)

    def _dependencies(self, distribution: Distribution, *, is_test: bool) -> set[str]:
        """All that is installed with a distribution, as far as it is in this repository."""
        pending = [*distribution.required, *(distribution.optional if is_test else ())]
        found: set[str] = set()
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += self._by_name[name].required if name in self._by_name else ()
        return found


def read_distribution(folder: str) -> Distribution | None:
    """The distribution of the `pyproject.toml` in a folder, by the tables of Python's standards or of Poetry."""
    path = os.path.join(folder, PYPROJECT)
    document = read_toml(path) if os.path.isfile(path) else {}
    project, poetry = table_in(document, "project"), table_in(document, "tool", "poetry")
    name = project.get("name") or poetry.get("name")
    if not isinstance(name, str):
        return None
    is_dynamic = "dependencies" in strings_in(project, "dynamic")
    required = {*strings_in(project, "dependencies"), *_poetry_names(poetry, is_optional=False)}
    optional = {*_grouped_names(document), *_poetry_names(poetry, is_optional=True)}
    return Distribution(
        folder, _normalise(name), frozenset() if is_dynamic else _names_in(required), _names_in(optional)
    )


def _grouped_names(document: Mapping[str, Any]) -> Iterator[str]:
    """The requirements of extras and of dependency groups."""
    for table in (table_in(document, "project", "optional-dependencies"), table_in(document, "dependency-groups")):
        for group in table:
            yield from strings_in(table, group)
    yield from strings_in(table_in(document, "tool", "uv"), "dev-dependencies")


def _poetry_names(poetry: Mapping[str, Any], *, is_optional: bool) -> Iterator[str]:
    """The names that Poetry installs in any case, or those that are optional."""
    for name, value in table_in(poetry, "dependencies").items():
        if is_optional == (isinstance(value, dict) and value.get("optional") is True):
            yield name
    if is_optional:
        yield from table_in(poetry, "dev-dependencies")
        for group in table_in(poetry, "group"):
            yield from table_in(poetry, "group", group, "dependencies")


def _names_in(requirements: Iterable[str]) -> frozenset[str]:
    """The normalised names of requirements such as `redis[hiredis]>=5`; the version of Python is none."""
    matches = filter(None, map(_NAME_OF_REQUIREMENT.match, requirements))
    return frozenset(_normalise(match[1]) for match in matches) - {"python"}


def _normalise(name: str) -> str:
    """The name as https://packaging.python.org/en/latest/specifications/name-normalization/ compares it."""
    return _SEPARATORS.sub("-", name).lower()
