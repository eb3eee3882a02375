"""Every patch of something in a module around the resource finds what it is to replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flake8_redis_ssot.names.facts import Mention
from flake8_redis_ssot.selection import counted
from flake8_redis_ssot.targets import origins_of
from flake8_redis_ssot.verifying.criterion import Criterion, Place, State, Verdict
from flake8_redis_ssot.verifying.evidence import place_at
from flake8_redis_ssot.verifying.existence import Existence
from flake8_redis_ssot.verifying.patch_search import files_with_patches
from flake8_redis_ssot.verifying.scene import Scene
from flake8_redis_ssot.verifying.surroundings import is_guarded, modules_around, used_names

# Keywords of `patch.multiple` that are no attributes.
_OPTIONS = frozenset({"autospec", "create", "new_callable", "spec", "spec_set", "target", "unsafe"})
_NOTE = "targets that are put together at run time can't be seen"


class _Target(NamedTuple):
    """What a patch in `path` replaces, as `module:attributes`."""

    path: str
    mention: Mention
    origin: str

    @property
    def dotted(self) -> str:
        return self.origin.replace(":", ".").rstrip(".")


def _patches_resolve(scene: Scene) -> Verdict:
    around = modules_around(scene)
    found = sorted({*_targets(scene, around)})
    existence = Existence(scene.analysis)
    missing = [target for target in found if _is_missing(target, scene, existence)]
    ours = [target for target in missing if _names_ours(target, scene)]
    told = f"{counted(len(found), 'target')} in {counted(len(around), 'module')} around the resource"
    if missing:
        told += f": {len(missing)} lead nowhere, {len(ours)} of them to a name of the resource"
    others = [target for target in missing if target not in ours]
    return Verdict(
        State.FAILED if missing else State.PASSED,
        told,
        tuple(_place(target, scene) for target in (*ours, *others)),
        note=_NOTE,
        details={"targets": len(found), "missing": len(missing), "of_the_resource": len(ours)},
    )


def _targets(scene: Scene, around: Mapping[str, str]) -> Iterator[_Target]:
    """The targets of patches that lead into one of some modules, or to where a home or an old module was."""
    project = scene.analysis.project
    gone = {old for old, _ in _configured(scene) if "*" not in old and project.modules.path_of(old) is None}
    modules = {*around.values(), *gone}
    for facts in files_with_patches(scene.files, modules, project.modules.roots, scene.jobs):
        for mention in facts.mentions:
            for origin in _origins(mention, scene):
                module, _, attributes = origin.partition(":")
                path = project.path_of(module, facts.path)
                target = _Target(facts.path, mention, origin)
                if attributes and (path in around or is_guarded(target.dotted, scene)):
                    yield target


def _configured(scene: Scene) -> Iterator[tuple[str, str]]:
    """The names of homes and of what is deprecated, with what takes their place."""
    for resource in scene.config.resources:
        yield from ((name, "") for name in resource.canonical)
        yield from resource.deprecated


def _origins(mention: Mention, scene: Scene) -> tuple[str, ...]:
    if mention.role == "text":
        return ()
    names = tuple(name for name in mention.names if name not in _OPTIONS)
    return origins_of(mention._replace(names=names), scene.analysis.project)


def _is_missing(target: _Target, scene: Scene, existence: Existence) -> bool:
    module, _, attributes = target.origin.partition(":")
    path = scene.analysis.project.path_of(module, target.path)
    if path is not None and not existence.is_missing(path, attributes):
        return False
    return not existence.is_made(target.path, target.mention.span)


def _names_ours(target: _Target, scene: Scene) -> bool:
    """Whether a patch is about the resource itself, not about something else in a module that uses it."""
    constructors = (name for resource in scene.config.resources for name in resource.constructors)
    names = (*used_names(scene), *constructors, *(old for old, _ in _configured(scene)))
    lasts = {name.rpartition(".")[2] for name in names}
    return not lasts.isdisjoint(target.origin.partition(":")[2].split(".")) or is_guarded(target.dotted, scene)


def _place(target: _Target, scene: Scene) -> Place:
    return place_at(target.path, target.mention.span, f"there is no `{target.dotted}`", scene)


PATCHES = Criterion("patches", "Patches find what they are to replace", _patches_resolve)
