"""The modules that have to do with a resource: its homes, what is deprecated, and shipped code that uses either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_redis_ssot.names.facts import FileFacts, attribute_of
from flake8_redis_ssot.project import Home
from flake8_redis_ssot.testcode import is_test
from flake8_redis_ssot.verifying.scene import Scene


def modules_around(scene: Scene) -> dict[str, str]:
    """The dotted names of these modules, by path. Looks for whoever uses an instance or an accessor first."""
    analysis = scene.analysis
    names = (analysis.project.locate(name).partition(":") for name in used_names(scene))
    places = ((analysis.modules.path_of(module), attribute) for module, _, attribute in names)
    analysis.ask({(path, name) for path, name in places if path is not None and name}, set())
    own = {path for path in scene.files if is_guarded(analysis.modules.name_of(path), scene)}
    users = {path for path, facts in analysis.all_facts().items() if _uses(path, facts, scene)}
    return {path: analysis.modules.name_of(path) for path in sorted(own | users)}


def used_names(scene: Scene) -> Iterator[str]:
    """The dotted names of instances and accessors."""
    for resource in scene.config.resources:
        yield from filter(None, (resource.instance, resource.accessor))
        yield from (entry.accessor for entry in resource.accessor_for)


def is_guarded(name: str, scene: Scene) -> bool:
    """Whether a true dotted name is, or lies in, a home of a resource or something deprecated."""
    guards = scene.analysis.guards
    homes = any(guards.is_canonical(resource, name) for resource in scene.config.resources)
    return homes or guards.deprecated(name) is not None


def _uses(path: str, facts: FileFacts, scene: Scene) -> bool:
    return not is_test(scene.relative(path)) and any(
        is_guarded(home.name, scene) or scene.analysis.guards.constructor(home) is not None
        for home in _homes(path, facts, scene)
    )


def _homes(path: str, facts: FileFacts, scene: Scene) -> Iterable[Home]:
    """Where everything is at home that a file imports, reaches, or has from a star import."""
    module = scene.analysis.modules.name_of(path)
    origins = [entry.origin for entry in facts.imports if not entry.star]
    origins += [read for entry in facts.imports for read in entry.star_reads]
    origins += [attribute_of(reach.base, reach.attribute) for reach in facts.reaches]
    origins += [f"{module}:{name}" for name, stands_for in facts.exports.names.items() if stands_for]
    return (home for origin in origins for home in scene.analysis.project.resolve(origin, path))
