"""The guarded classes of a project, and the summaries of all classes that were compared with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.resources import ResourceIndex
from flake8_redis_ssot.project.similarity.class_summary import ClassSummary, LoadOutline, LoadTree
from flake8_redis_ssot.semantic.method_profile import MethodProfile, build_profile
from flake8_redis_ssot.semantic.name_patterns import is_glob


class GuardedClass(NamedTuple):
    """A class that is a constructor of a resource; `is_canonical`: defined in one of its canonical modules."""

    resource: Resource
    definition: Definition
    is_canonical: bool
    summary: ClassSummary

    @property
    def name(self) -> str:
        """Its unqualified name."""
        return self.definition.name.rpartition(".")[2]


class GuardedClasses:
    """The guarded classes of a project; `load_tree` and `load_outline` as in `ClassSummary`."""

    def __init__(
        self,
        config: Config,
        resources: ResourceIndex,
        resolver: Resolver,
        load_tree: LoadTree,
        load_outline: LoadOutline,
    ) -> None:
        self._config = config
        self._resources = resources
        self._resolver = resolver
        self._load_tree = load_tree
        self._load_outline = load_outline
        self._summaries: dict[tuple[str | None, str], ClassSummary] = {}

    def summary_of(self, definition: Definition) -> ClassSummary:
        """The summary of a class."""
        key = (definition.path, definition.qualname)
        if key not in self._summaries:
            self._summaries[key] = ClassSummary(definition, self._resolver, self._load_tree, self._load_outline)
        return self._summaries[key]

    @cached_property
    def classes(self) -> tuple[GuardedClass, ...]:
        """The classes among the constructors, each once, those of canonical modules first."""
        by_name = {
            guarded_class.definition.name: guarded_class
            for resource in self._config.resources
            for guarded_class in self._find_classes(resource)
        }
        return tuple(sorted(by_name.values(), key=lambda guarded_class: not guarded_class.is_canonical))

    def _find_classes(self, resource: Resource) -> Iterator[GuardedClass]:
        resolver = self._resolver
        origins = [resolver.to_origin(each) for each in resource.constructors if not is_glob(each)]
        for definition in (definition for origin in origins for definition in resolver.resolve(origin, "")):
            path = definition.path
            if path is not None and definition.qualname in resolver.load_exports(path).bases:
                is_canonical = self._resources.is_canonical(resource, resolver.modules.name_of(path))
                definition = definition._replace(via=())
                yield GuardedClass(resource, definition, is_canonical, self.summary_of(definition))

    def profiles(self) -> tuple[MethodProfile, ...]:
        """The method profiles by which the search finds similar classes."""
        if self._config.duplicates == "off":
            return ()
        min_share = self._config.duplicate_threshold / 2  # enough if there is other evidence
        all_profiles = (
            build_profile(guarded_class.summary.methods, min_share)
            for guarded_class in self.classes
            if guarded_class.is_canonical
        )
        return tuple(profile for profile in all_profiles if profile is not None)
