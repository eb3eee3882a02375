"""What a configuration guards, in terms of the project: constructors, deprecated names, exempt files."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern, is_glob


class Deprecated(NamedTuple):
    """An old module, or a symbol of a module: its `name`, and its `replacement` (may be empty)."""

    resource: Resource
    name: str
    replacement: str
    is_symbol: bool


class Guards:
    """Answers what is a constructor, what is deprecated and what is exempt. `root` is the configuration's folder."""

    def __init__(self, config: Config, project: Project) -> None:
        self._project = project
        self._root = str(config.root)
        self._allow = {resource.name: PathPatterns(resource.allow) for resource in config.resources}
        self._canonical = {resource.name: tuple(map(self._module, resource.canonical)) for resource in config.resources}
        self._exact: dict[str, Resource] = {}
        self._globs: list[tuple[str, Resource]] = []
        self._deprecated: list[Deprecated] = []
        for resource in config.resources:
            self._add(resource)
        self._is_constructor = cache(self._constructed)

    def _module(self, dotted: str) -> str:
        return self._project.module_name(dotted, "")

    def _add(self, resource: Resource) -> None:
        for constructor in resource.constructors:
            if is_glob(constructor):
                self._globs.append((constructor, resource))
            else:
                homes = self._project.resolve(self._project.locate(constructor), "")
                self._exact |= dict.fromkeys([constructor, *(home.name for home in homes)], resource)
        for old, replacement in resource.deprecated:
            self._deprecated.append(self._deprecation(resource, old, replacement))

    def _deprecation(self, resource: Resource, old: str, replacement: str) -> Deprecated:
        module, _, attributes = self._project.locate(old).partition(":")
        path = self._project.modules.path_of(module)
        if path is None or is_glob(old):
            return Deprecated(resource, old, replacement, is_symbol=False)
        name = ".".join(filter(None, (self._project.modules.name_of(path), attributes)))
        # A name below a package that is no file of it is a module that has been removed already.
        is_package = path.endswith(("__init__.py", "__init__.pyi"))
        gone = is_package and attributes not in self._project.load(path).names
        return Deprecated(resource, name, replacement, is_symbol=bool(attributes) and not gone)

    def names(self) -> tuple[list[str], list[str]]:
        """What to look for: dotted names of constructors and deprecated symbols, and of deprecated modules."""
        plain = {
            *self._exact,
            *(glob for glob, _ in self._globs),
            *(old.name for old in self._deprecated if old.is_symbol),
        }
        return sorted(plain), sorted({old.name for old in self._deprecated if not old.is_symbol})

    def constructor(self, home: Home) -> Resource | None:
        """The resource that calling `home` makes a new instance of."""
        return self._is_constructor(home._replace(chain=()))

    def _constructed(self, home: Home) -> Resource | None:
        return self._named(home) or self._subclassed(home, frozenset())

    def _named(self, home: Home) -> Resource | None:
        if home.name in self._exact:
            return self._exact[home.name]
        globs = () if home.guessed else self._globs
        return next((resource for glob, resource in globs if dotted_pattern(glob).match(home.name)), None)

    def _subclassed(self, home: Home, seen: frozenset[tuple[str, str]]) -> Resource | None:
        """A subclass of a constructor of the project makes one too; of a third party's, it is a class of its own."""
        key = (home.path or "", home.local)
        if home.path is None or key in seen:
            return None
        for base in self._project.load(home.path).bases.get(home.local, ()):
            for parent in self._project.resolve(base, home.path):
                if parent.path is not None:
                    resource = self._named(parent) or self._subclassed(parent, seen | {key})
                    if resource is not None:
                        return resource
        return None

    def deprecated(self, name: str) -> Deprecated | None:
        """The most specific deprecated module or symbol that a true name is, or lies in; canonical modules are none."""
        matches = [found for old in self._deprecated if (found := self._matched(old, name))]
        best = max(matches, key=lambda old: len(old.name), default=None)
        if best is None:
            return None
        homes = [home for home in self._canonical[best.resource.name] if _lies_in(name, home)]
        return None if any(is_glob(best.name) or len(home) >= len(best.name) for home in homes) else best

    def _matched(self, old: Deprecated, name: str) -> Deprecated | None:
        if not is_glob(old.name):
            return old if _lies_in(name, old.name) else None
        pattern = dotted_pattern(old.name)
        found = next((prefix for prefix in _prefixes(name) if pattern.match(prefix)), None)
        if found is None:
            return None
        modules = self._project.modules
        is_symbol = modules.path_of(found) is None and modules.path_of(found.rpartition(".")[0]) is not None
        return old._replace(is_symbol=is_symbol)

    def exempt(self, resource: Resource, path: str, module: str) -> bool:
        """Whether a file may go round the source of truth: canonical, deprecated itself, or allowed."""
        if self.is_canonical(resource, module):
            return True
        if any(
            old.resource is resource and not old.is_symbol and _lies_in(module, old.name) for old in self._deprecated
        ):
            return True
        return self._allow[resource.name].match(relative_to(self._root, path))

    def forget(self) -> None:
        """Forget which homes are constructors: files have been read anew."""
        self._is_constructor.cache_clear()

    def is_canonical(self, resource: Resource, module: str) -> bool:
        """Whether a module is a home of the resource."""
        return any(_lies_in(module, home) for home in self._canonical[resource.name])


def _lies_in(name: str, module: str) -> bool:
    if is_glob(module):
        return any(dotted_pattern(module).match(prefix) for prefix in _prefixes(name))
    return name == module or name.startswith(module + ".")


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
