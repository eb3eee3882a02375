"""The classes that others are compared with: those that are at home in canonical modules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.config.settings import Config, Resource
from flake8_redis_ssot.guards import Guards
from flake8_redis_ssot.profiles import Profile, profile_of
from flake8_redis_ssot.project import Home, Project
from flake8_redis_ssot.signatures import definition_of, statements
from flake8_redis_ssot.words import is_glob

Outline = Callable[[str], "ast.Module | None"]


class Model(NamedTuple):
    """A class that makes instances of a resource; `central`: at home in one of its canonical modules."""

    resource: Resource
    home: Home
    central: bool

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.home.name.rpartition(".")[2]


def models_of(config: Config, guards: Guards, project: Project) -> list[Model]:
    """The classes among the constructors, each once, those of canonical modules first."""
    found = {model.home.name: model for resource in config.resources for model in _models(resource, guards, project)}
    return sorted(found.values(), key=lambda model: not model.central)


def _models(resource: Resource, guards: Guards, project: Project) -> Iterator[Model]:
    for constructor in resource.constructors:
        for home in project.resolve(project.locate(constructor), "") if not is_glob(constructor) else ():
            if home.path is not None and home.local in project.load(home.path).bases:
                central = guards.is_canonical(resource, project.modules.name_of(home.path))
                yield Model(resource, home._replace(chain=()), central)


def profiles_of(config: Config, guards: Guards, project: Project, outline: Outline) -> tuple[Profile, ...]:
    """What to look for in all files, by `outline`: the tree of a file (a path), in which functions may be hollow."""
    if config.duplicates == "off":
        return ()
    central = [model for model in models_of(config, guards, project) if model.central]
    least = config.duplicate_threshold / 2  # enough where something else speaks for it
    found = (profile_of(_methods(model.home, project, outline, ()), least) for model in central)
    return tuple(profile for profile in found if profile is not None)


def _methods(home: Home, project: Project, outline: Outline, below: tuple[Home, ...]) -> Iterator[str]:
    """The names of the methods of a class of the project, with those that it inherits."""
    tree = outline(home.path) if home.path is not None and home not in below else None
    node = definition_of(tree, home.local) if tree is not None else None
    if home.path is None or not isinstance(node, ast.ClassDef):
        return
    for statement in statements(node.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name
    for base in project.load(home.path).bases.get(home.local, ()):
        for parent in project.resolve(base, home.path):
            yield from _methods(parent._replace(chain=()), project, outline, (*below, home))
