"""The guarded names of third-party packages, and whether a file of the project passes them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.package_query import may_lead_to

# Following more aliases than this costs more than parsing every file with one of the names.
_MAX_ALIASES = 100


class PackagedNames:
    """The guarded names of third-party packages that are searched for with their package (`by_package`, dotted names).

    `is_passed_on_unnamed`: some file passes them on in a way that searching for aliases does not follow, such as an
    attribute of a class, or a star import, so that all files with one of the names have to be parsed.
    """

    def __init__(self, by_package: Mapping[str, Sequence[str]]) -> None:
        self._by_package = by_package
        self.packages = frozenset(by_package)
        self.names = frozenset(name for names in by_package.values() for name in names)
        self.is_passed_on_unnamed = False
        self._alias_count = 0

    def add_stars(self, stars: Iterable[str]) -> None:
        """Note the modules that a file star-imports."""
        self.is_passed_on_unnamed |= any(star.partition(".")[0] in self.packages for star in stars)

    def is_passed_on(self, key: str, definitions: Iterable[Definition]) -> bool:
        """Whether a name of a file, which has these definitions, is another name for a package or a part of it."""
        name = key.rpartition(".")[2]
        # A file that reads a package by its own name contains that name.
        if not any(self._is_part(each) and each.name.partition(".")[0] != name for each in definitions):
            return False
        self._alias_count += 1
        self.is_passed_on_unnamed |= "." in key or self._alias_count > _MAX_ALIASES
        return "." not in key

    def _is_part(self, definition: Definition) -> bool:
        package = definition.name.partition(".")[0]
        return definition.path is None and may_lead_to(definition.name, self._by_package.get(package, ()))
