"""The configured resources in terms of the project: constructors, deprecated names, exempt files."""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.config.presets import other_spellings
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.project.modules import ModuleMap, is_single_file, package_of_init
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern, is_glob


class DeprecatedName(NamedTuple):
    """A deprecated module, or symbol of a module: its dotted `name` and `replacement` (may be empty)."""

    resource: Resource
    name: str
    replacement: str
    is_symbol: bool


class ResourceIndex:
    """The resources of a configuration, by definition, by deprecated name and by file."""

    def __init__(self, config: Config, resolver: Resolver) -> None:
        self._resolver = resolver
        self._root = str(config.root)
        self._allowed_paths = {resource.name: PathPatterns(resource.allow) for resource in config.resources}
        self._canonical_modules = {
            resource.name: tuple(map(self._module_name, resource.canonical)) for resource in config.resources
        }
        self._resources = {resource.name: resource for resource in config.resources}
        self._resources_by_name: dict[str, Resource] = {}
        self._resources_by_base: dict[str, Resource] = {}
        self._resources_by_pattern: list[tuple[str, Resource]] = []
        self._deprecated_names: list[DeprecatedName] = []
        for resource in config.resources:
            self._add_resource(resource)
        self._cached_resource = cache(self._find_resource)
        self._cached_exemption = lru_cache(maxsize=64)(self._find_exemption)  # one file is asked about at a time
        self._cached_deprecated = lru_cache(maxsize=4096)(self._find_deprecated)

    def _module_name(self, dotted: str) -> str:
        """The canonical module as files are named; `app.__init__`, which is one file, is kept as it is."""
        return dotted if is_single_file(dotted) else self._resolver.module_name(dotted, "")

    def _add_resource(self, resource: Resource) -> None:
        for constructor in resource.constructors:
            if is_glob(constructor):
                self._resources_by_pattern.append((constructor, resource))
            else:
                definitions = self._resolver.resolve(self._resolver.to_origin(constructor), "")
                names = [constructor, *(definition.name for definition in definitions)]
                if all(definition.path is None for definition in definitions):
                    names += other_spellings(constructor)
                self._resources_by_name |= dict.fromkeys(names, resource)
        self._resources_by_base |= dict.fromkeys(resource.base_classes, resource)
        for dotted, replacement in resource.deprecated:
            self._deprecated_names.append(self._new_deprecated_name(resource, dotted, replacement))

    def _new_deprecated_name(self, resource: Resource, dotted: str, replacement: str) -> DeprecatedName:
        module, _, attributes = self._resolver.to_origin(dotted).partition(":")
        path = self._resolver.modules.path_of(module)
        if path is None or is_glob(dotted):
            return DeprecatedName(resource, dotted, replacement, is_symbol=False)
        name = ".".join(filter(None, (self._resolver.modules.name_of(path), attributes)))
        is_symbol = bool(attributes) and not self._is_removed_module(path, module, attributes)
        return DeprecatedName(resource, name, replacement, is_symbol)

    def _is_removed_module(self, path: str, module: str, attributes: str) -> bool:
        """Whether a dotted name in a module is that of a removed module: a package does not offer the name."""
        if not path.endswith(("__init__.py", "__init__.pyi")):
            return False
        exports = self._resolver.load_exports(path)
        if attributes in exports.names or exports.has_getattr:
            return False
        definitions = self._resolver.resolve(f"{module}:{attributes}", path) if exports.stars else ()
        return not any(definition.is_found for definition in definitions)

    def names_to_search(self) -> tuple[list[str], list[str]]:
        """The dotted names of constructors and deprecated symbols, and those of deprecated modules."""
        symbols = {
            *self._resources_by_name,
            *self._resources_by_base,
            *(glob for glob, _ in self._resources_by_pattern),
            *(deprecated.name for deprecated in self._deprecated_names if deprecated.is_symbol),
        }
        return sorted(symbols), sorted(
            {deprecated.name for deprecated in self._deprecated_names if not deprecated.is_symbol}
        )

    def constructor_resource(self, definition: Definition) -> Resource | None:
        """The resource that a call of `definition` creates an instance of, if any."""
        return self._cached_resource(definition._replace(via=()))

    def _find_resource(self, definition: Definition) -> Resource | None:
        return self._resource_by_name(definition) or self._resource_by_base(definition, frozenset())

    def _resource_by_name(self, definition: Definition) -> Resource | None:
        if definition.name in self._resources_by_name:
            return self._resources_by_name[definition.name]
        globs = () if definition.is_guess else self._resources_by_pattern
        return next((resource for glob, resource in globs if dotted_pattern(glob).match(definition.name)), None)

    def _resource_by_base(self, definition: Definition, seen: frozenset[tuple[str, str]]) -> Resource | None:
        """Subclasses of constructors of the project count; of third-party classes, those of the `base_classes`."""
        key = (definition.path or "", definition.qualname)
        if definition.path is None or key in seen:
            return None
        for base in self._resolver.load_exports(definition.path).bases.get(definition.qualname, ()):
            for parent in self._resolver.resolve(base, definition.path):
                if parent.path is None:
                    resource = self._resources_by_base.get(parent.name)
                else:
                    resource = self._resource_by_name(parent) or self._resource_by_base(parent, seen | {key})
                if resource is not None:
                    return resource
        return None

    def find_deprecated(self, name: str) -> DeprecatedName | None:
        """The most specific deprecated module or symbol that a name is or lies in; None for canonical modules."""
        return self._cached_deprecated(name)

    def _find_deprecated(self, name: str) -> DeprecatedName | None:
        entries = sorted(entry for each in self._deprecated_around(name) for entry in self._deprecated_by_name[each])
        matches = filter(None, (self._match_deprecated(self._deprecated_names[entry], name) for entry in entries))
        best = max(matches, key=lambda deprecated: len(deprecated.name), default=None)
        if best is None:
            return None
        canonical_modules = [each for each in self._canonical_modules[best.resource.name] if is_covered_by(name, each)]
        is_canonical = any(is_glob(best.name) or len(module) >= len(best.name) for module in canonical_modules)
        return None if is_canonical else best

    def _deprecated_around(self, name: str) -> list[str]:
        """The deprecated names that a name is or lies in, and all that contain wildcards."""
        plain = [prefix for prefix in _prefixes(name) if prefix in self._deprecated_by_name]
        return [*(each for each in plain if not is_glob(each)), *self._deprecated_globs]

    @cached_property
    def _deprecated_by_name(self) -> dict[str, list[int]]:
        """The indices of the deprecated entries of each name."""
        indices: dict[str, list[int]] = {}
        for index, deprecated in enumerate(self._deprecated_names):
            indices.setdefault(deprecated.name, []).append(index)
        return indices

    @cached_property
    def _deprecated_globs(self) -> list[str]:
        return [name for name in self._deprecated_by_name if is_glob(name)]

    def _match_deprecated(self, deprecated: DeprecatedName, name: str) -> DeprecatedName | None:
        if not is_glob(deprecated.name):
            return deprecated if _is_inside(name, deprecated.name) else None
        pattern = dotted_pattern(deprecated.name)
        matched_name = next((prefix for prefix in _prefixes(name) if pattern.match(prefix)), None)
        if matched_name is None:
            return None
        path_of = self._resolver.modules.path_of
        is_symbol = path_of(matched_name) is None and path_of(matched_name.rpartition(".")[0]) is not None
        return deprecated._replace(is_symbol=is_symbol)

    def is_exempt(self, resource: Resource, path: str, module: str) -> bool:
        """Whether a file (absolute path) may bypass the source of truth: canonical, deprecated itself, or allowed."""
        return self._cached_exemption(resource.name, path, module)

    def _find_exemption(self, name: str, path: str, module: str) -> bool:
        resource = self._resources[name]
        if self.is_canonical(resource, module):
            return True
        entries = (
            self._deprecated_names[entry]
            for name in self._deprecated_around(module)
            if _is_inside(module, name)
            for entry in self._deprecated_by_name[name]
        )
        if any(deprecated.resource is resource and not deprecated.is_symbol for deprecated in entries):
            return True
        return self._allowed_paths[resource.name].match(to_relative_path(self._root, path))

    def clear_cache(self) -> None:
        """Forget which definitions are constructors or deprecated, after files have changed."""
        self._cached_resource.cache_clear()
        self._cached_deprecated.cache_clear()
        self._cached_exemption.cache_clear()

    def is_canonical(self, resource: Resource, module: str) -> bool:
        """Whether a module (dotted name) is, or lies in, a canonical module of the resource."""
        return any(is_covered_by(module, canonical) for canonical in self._canonical_modules[resource.name])


def third_party_names(config: Config, modules: ModuleMap) -> frozenset[str]:
    """The top-level names of constructors of no module of the project; a file next to a script does not count."""
    names = [name for resource in config.resources for name in (*resource.constructors, *resource.base_classes)]
    top_packages = {name.partition(".")[0] for name in names}
    return frozenset(
        package
        for package in top_packages
        if not is_glob(package) and modules.path_of(package) is None and modules.folder_of(package) is None
    )


def is_covered_by(module: str, canonical: str) -> bool:
    """Whether a module is, or lies in, a canonical one: `app.__init__` covers that file alone, `app` the package."""
    if is_single_file(canonical):
        return module == package_of_init(canonical)
    return _is_inside(module, canonical)


def _is_inside(name: str, module: str) -> bool:
    if is_glob(module):
        return any(dotted_pattern(module).match(prefix) for prefix in _prefixes(name))
    return name == module or name.startswith(module + ".")


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
