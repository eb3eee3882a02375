"""Deprecated modules: those that nothing imports any more can go, the others are still held by somebody."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.criterion import Criterion, Place, State, Verdict
from flake8_redis_ssot.model import counted
from flake8_redis_ssot.project.patch_targets import origins_of
from flake8_redis_ssot.semantic.facts import FileFacts, attribute_of

_NOTE = "other repositories, files that the settings leave out, and names put together at run time can't be seen"
_MOST = 3  # files that are named
Holders = Mapping[str, frozenset[str]]


def _old_modules_can_go(scene: Scene) -> Verdict:
    holders = _holders(scene)
    free = _free(holders)
    held = {path: sorted(files) for path, files in holders.items() if path not in free}
    if not holders:
        return Verdict(State.PASSED, "there is none left", details={"free": [], "held": {}})
    told = f"{counted(len(free), 'module')} can go, {len(held)} still imported"
    return Verdict(
        State.FAILED if held else State.PASSED,
        told,
        tuple(_place(path, files, scene) for path, files in held.items()),
        (shlex.join(["git", "rm", "--", *map(scene.relative, free)]),) if free else (),
        _NOTE + _unread(scene),
        {
            "free": [*map(scene.relative, free)],
            "held": {scene.relative(path): [*map(scene.relative, files)] for path, files in held.items()},
        },
    )


def _place(path: str, files: list[str], scene: Scene) -> Place:
    named = ", ".join(map(scene.relative, files[:_MOST])) + (", …" if len(files) > _MOST else "")
    name = scene.analysis.modules.name_of(path)
    return Place(scene.relative(path), 0, f"`{name}` is imported or named by {counted(len(files), 'file')}: {named}")


def _unread(scene: Scene) -> str:
    unread = sum(bool(facts.gaps) for facts in scene.analysis.all_facts().values())
    return f"; nor can parts of {counted(unread, 'file')}" if unread else ""


def _free(holders: Holders) -> list[str]:
    """The modules that nothing holds but others that can go."""
    free = set(holders)
    while held := {path for path in free if not holders[path] <= free}:
        free -= held
    return sorted(free)


def _holders(scene: Scene) -> Holders:
    """Every file of a deprecated module, with the other files that import or name it in whichever way."""
    analysis = scene.analysis
    names = {path: analysis.modules.name_of(path) for path in scene.files}
    olds = {path: analysis.guards.deprecated(name) for path, name in names.items()}
    found: dict[str, set[str]] = {path: set() for path, old in olds.items() if old is not None and not old.is_symbol}
    for path, facts in analysis.all_facts().items():
        for target in {target for origin in _origins(facts, scene) for target in _files_on(origin, path, scene)}:
            if target in found and target != path:
                found[target].add(path)
    for named in scene.named:
        for target in _files_on(analysis.project.locate(named.dotted), named.path, scene):
            if target in found:
                found[target].add(named.path)
    return {path: frozenset(files) for path, files in sorted(found.items())}


def _origins(facts: FileFacts, scene: Scene) -> Iterator[str]:
    """Everything that a file imports, reaches or names."""
    yield from (entry.origin for entry in facts.imports)
    yield from (attribute_of(reach.base, reach.attribute) for reach in facts.reaches)
    for mention in facts.mentions:
        yield from origins_of(mention, scene.analysis.project)


def _files_on(origin: str, importer: str, scene: Scene) -> Iterator[str]:
    """The modules on the way to an origin, packages included: to import it is to import them."""
    project = scene.analysis.project
    for each in origin.split("|"):
        parts = each.replace(":", ".").replace("*", "").replace("@", "").strip(".").split(".")
        for length in range(1, len(parts) + 1):
            path = project.path_of(".".join(parts[:length]), importer)
            if path is not None:
                yield path


OLD_MODULES = Criterion("deprecated-modules", "Nothing imports deprecated modules any more", _old_modules_can_go)
