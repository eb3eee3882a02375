"""The modules that have to do with a resource: its homes, what is deprecated, and shipped code that uses either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.processes import ask_each
from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.search.prefilter import Hunt, Search
from flake8_redis_ssot.project.search.scan import scanners
from flake8_redis_ssot.semantic.facts import FileFacts, attribute_of
from flake8_redis_ssot.semantic.name_patterns import Words


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


# What patches is called so, in the end.
_PATCHERS = (b"patch", b"setattr", b"delattr")
_CHUNK = 150  # files


class _Way(NamedTuple):
    """How a file names a module: its last part, together with one of `forms`."""

    last: bytes
    forms: tuple[bytes, ...]

    @classmethod
    def to(cls, module: str) -> _Way:
        """The way to a module: its dotted name, or an import from its package."""
        package, _, last = module.rpartition(".")
        above = package.rpartition(".")[2]
        forms = (f"{above}.{last}", f"{above} import", ". import") if above else (last,)
        return cls(last.encode(), tuple(map(str.encode, forms)))

    def is_in(self, data: bytes) -> bool:
        """Whether a file names the module."""
        return self.last in data and any(form in data for form in self.forms)


def files_with_patches(
    files: Sequence[str], modules: Iterable[str], roots: tuple[str, ...], jobs: int
) -> list[FileFacts]:
    """The facts of files that may patch something in `modules` (dotted names): their mentions name these."""
    ways = {_Way.to(module) for module in modules}
    parts = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    near = list(chain.from_iterable(ask_each(partial(_near, ways=sorted(ways)), parts, jobs)))
    words = Words(frozenset(way.last.decode() for way in ways))
    hunts = tuple(Hunt(word.encode(), "", False, _PATCHERS) for word in sorted(words.exact))
    with scanners(jobs) as scan:
        return scan(near, Search((), hunts, words, roots))


def _near(files: Sequence[str], ways: Sequence[_Way]) -> list[str]:
    """Those of some files that patch anything and name one of the modules."""
    found = []
    for path in files:
        with suppress(OSError):
            data = read(path)
            if any(word in data for word in _PATCHERS) and any(way.is_in(data) for way in ways):
                found.append(path)
    return found
