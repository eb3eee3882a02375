"""The classes that others are compared with, and what is known of those that were looked at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.resources import Guards
from flake8_redis_ssot.project.similarity.class_summary import Outline, Portrait
from flake8_redis_ssot.project.types.decorators import Load
from flake8_redis_ssot.semantic.method_profile import Profile, profile_of
from flake8_redis_ssot.semantic.name_patterns import is_glob


class Model(NamedTuple):
    """A class that makes instances of a resource; `central`: at home in one of its canonical modules."""

    resource: Resource
    home: Home
    central: bool
    portrait: Portrait

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.home.name.rpartition(".")[2]


class Gallery:
    """Portraits of classes of one project; `load` and `outline` as in `Portrait`."""

    def __init__(self, config: Config, guards: Guards, project: Project, load: Load, outline: Outline) -> None:
        self._config = config
        self._guards = guards
        self._project = project
        self._load = load
        self._outline = outline
        self._known: dict[tuple[str | None, str], Portrait] = {}

    def portrait(self, home: Home) -> Portrait:
        """The portrait of a class."""
        key = (home.path, home.local)
        if key not in self._known:
            self._known[key] = Portrait(home, self._project, self._load, self._outline)
        return self._known[key]

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """The classes among the constructors, each once, those of canonical modules first."""
        found = {model.home.name: model for resource in self._config.resources for model in self._models(resource)}
        return tuple(sorted(found.values(), key=lambda model: not model.central))

    def _models(self, resource: Resource) -> Iterator[Model]:
        for constructor in resource.constructors:
            homes = self._project.resolve(self._project.locate(constructor), "") if not is_glob(constructor) else ()
            for home in homes:
                if home.path is not None and home.local in self._project.load(home.path).bases:
                    central = self._guards.is_canonical(resource, self._project.modules.name_of(home.path))
                    plain = home._replace(chain=())
                    yield Model(resource, plain, central, self.portrait(plain))

    def profiles(self) -> tuple[Profile, ...]:
        """What to look for in all files."""
        if self._config.duplicates == "off":
            return ()
        least = self._config.duplicate_threshold / 2  # enough where something else speaks for it
        found = (profile_of(model.portrait.methods, least) for model in self.models if model.central)
        return tuple(profile for profile in found if profile is not None)
