"""Whether the target of a patch is there: an attribute of a module, or of a class or an instance in it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.criterion import Criterion, Place, State, Verdict, place_at
from flake8_redis_ssot.campaign.verify.patch_search import files_with_patches, is_guarded, modules_around, used_names
from flake8_redis_ssot.model import Span, counted
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.patch_targets import origins_of
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.types.class_members import interface_of
from flake8_redis_ssot.project.types.class_model import Interface
from flake8_redis_ssot.project.types.inference import class_of_instance
from flake8_redis_ssot.semantic.facts import Mention
from flake8_redis_ssot.syntax.source import Source, read_source


class Existence:
    """Answers what is there, as far as the code of a project shows it: what can't be seen is not missing."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._project = analysis.project
        self._sources: dict[str, Source | None] = {}
        self._offered = cache(self._interface)

    def is_missing(self, path: str, attributes: str) -> bool:
        """Whether the module at `path` certainly has no such attribute (dotted).

        As `unittest.mock` has it, a builtin can be patched in any module.
        """
        parts = attributes.split(".")
        if not self._offers(path, parts[0], builtin=len(parts) == 1):
            return True
        if len(parts) == 1:
            return False
        module = self._project.modules.name_of(path)
        owners = self._project.resolve(f"{module}:{'.'.join(parts[:-1])}", path)
        return bool(owners) and all(self._lacks(owner, parts[-1]) for owner in owners)

    def _offers(self, path: str, name: str, *, builtin: bool) -> bool:
        """Whether a module has an attribute, or may have it."""
        exports, module = self._project.load(path), self._project.modules.name_of(path)
        if name in exports.names or exports.dynamic or (name.startswith("__") and name.endswith("__")):
            return True
        if (builtin and hasattr(builtins, name)) or self._is_module(f"{module}.{name}"):
            return True
        if exports.stars:
            homes = self._project.resolve(f"{module}:{name}", path)
            return any(home.found or home.guessed or home.path is None for home in homes)
        source = self._source(path)
        return source is None or bool(source.gaps)

    def _is_module(self, name: str) -> bool:
        modules = self._project.modules
        return modules.path_of(name) is not None or modules.folder_of(name) is not None

    def _lacks(self, owner: Home, name: str) -> bool:
        """Whether a module, a class or an instance certainly has no such attribute."""
        if owner.path is None or not owner.found:
            return False
        if not owner.local:
            return not self._offers(owner.path, name, builtin=True)
        offered = self._offered(owner.path, owner.local)
        return offered is not None and not offered.open and offered.member(name) is None

    def _interface(self, path: str, local: str) -> Interface | None:
        """What a class offers, or the class of an instance; None where neither is known."""
        tree = self._analysis.tree
        instance = class_of_instance(path, local, tree, self._project)
        if instance is None:
            return interface_of(path, local, tree, self._project)
        return interface_of(instance.path, instance.local, tree, self._project) if instance.path is not None else None

    def is_made(self, path: str, span: Span) -> bool:
        """Whether the call in the file `path` that the target at `span` stands in needs nothing to be there before."""
        source = self._source(path)
        return source is not None and any(_creates(call) for call in _calls_with(source, span))

    def _source(self, path: str) -> Source | None:
        """A file, parsed; None where it can't be read."""
        if path not in self._sources:
            try:
                self._sources[path] = read_source(self._analysis.data(path), path)
            except OSError:
                self._sources[path] = None
        return self._sources[path]


def _calls_with(source: Source, span: Span) -> Iterator[ast.Call]:
    """The calls that have an argument at a place."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and node.lineno <= span.row <= (node.end_lineno or 0):
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            if any(each.lineno == span.row and source.span(each) == span for each in given):
                yield node


def _creates(call: ast.Call) -> bool:
    """`create=True` of a mock, `raising=False` of a monkeypatch, the builtin `setattr`."""
    if isinstance(call.func, ast.Name) and call.func.id == "setattr":
        return True
    wanted = {"create": True, "raising": False}
    return any(
        isinstance(keyword.value, ast.Constant) and keyword.value.value is wanted.get(keyword.arg or "", ...)
        for keyword in call.keywords
    )


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
