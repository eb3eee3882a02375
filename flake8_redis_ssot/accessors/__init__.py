"""What functions give back and what variables hold: the class of it, as far as it can be told from the text."""

from __future__ import annotations

from flake8_redis_ssot.accessors.naming import Load
from flake8_redis_ssot.accessors.site import Site
from flake8_redis_ssot.accessors.values import Result, Value, instance_at, result_at
from flake8_redis_ssot.project import Home, Project

__all__ = ["Load", "Result", "Value", "class_of_instance", "instance_of", "result_of"]


def result_of(path: str, local: str, load: Load, project: Project) -> Result | None:
    """What the function with this local name in a file gives back.

    None where there is no such function, and where a decorator that is not known may have replaced it.
    """
    return result_at(Site(path, load, project), local)


def class_of_instance(path: str, local: str, load: Load, project: Project) -> Home | None:
    """The class of what a variable of a module (or `Class.attribute`) holds, perhaps after a first use of it.

    None where it is not known, or one of several.
    """
    return instance_of(path, local, load, project).home


def instance_of(path: str, local: str, load: Load, project: Project) -> Value:
    """What a variable of a module (or `Class.attribute`) holds."""
    return instance_at(Home("", path, local), Site(path, load, project))
