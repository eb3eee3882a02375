"""The classes that others are compared with, and what is known of those that were looked at."""

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
    """A class that makes instances of a resource; `is_canonical`: at home in one of its canonical modules."""

    resource: Resource
    definition: Definition
    is_canonical: bool
    summary: ClassSummary

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.definition.name.rpartition(".")[2]


class GuardedClasses:
    """Portraits of classes of one project; `load_tree` and `load_outline` as in `ClassSummary`."""

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
        """The portrait of a class."""
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
        for constructor in resource.constructors:
            definitions = (
                self._resolver.resolve(self._resolver.to_origin(constructor), "") if not is_glob(constructor) else ()
            )
            for definition in definitions:
                if (
                    definition.path is not None
                    and definition.qualname in self._resolver.load_exports(definition.path).bases
                ):
                    is_canonical = self._resources.is_canonical(
                        resource, self._resolver.modules.name_of(definition.path)
                    )
                    canonical_definition = definition._replace(via=())
                    yield GuardedClass(
                        resource, canonical_definition, is_canonical, self.summary_of(canonical_definition)
                    )

    def profiles(self) -> tuple[MethodProfile, ...]:
        """What to look for in all files."""
        if self._config.duplicates == "off":
            return ()
        min_share = self._config.duplicate_threshold / 2  # enough where something else speaks for it
        all_profiles = (
            build_profile(guarded_class.summary.methods, min_share)
            for guarded_class in self.classes
            if guarded_class.is_canonical
        )
        return tuple(profile for profile in all_profiles if profile is not None)
