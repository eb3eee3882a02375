"""Candidates for canonical modules: each keeps one instance of something that a project may guard."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.catalogue import Preset
from flake8_redis_ssot.config.presets import preset_of, usual_classes
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.candidates import RESOURCE_WORD, ResourceCandidate
from flake8_redis_ssot.onboarding.constructions import ModuleConstructions
from flake8_redis_ssot.onboarding.home_files import find_home_files
from flake8_redis_ssot.onboarding.homes import Home, HomeFinder, HomeForm
from flake8_redis_ssot.onboarding.text_survey import FileText
from flake8_redis_ssot.onboarding.wrappers import find_wrapped_preset
from flake8_redis_ssot.project.modules import ModuleMap, package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.search.module_query import ModuleQueries
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.scan import facts_from_bytes
from flake8_redis_ssot.semantic.ast_queries import dotted_name
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, Exports
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_MAX_DIFFERENT_ARGUMENTS = 2


class _KeptHome(NamedTuple):
    """A home in a file of the project; `definition` is the class that it keeps, None outside the project."""

    home: Home
    path: str
    module: str
    definition: Definition | None

    @property
    def is_public(self) -> bool:
        """Whether others are meant to use the name of its accessor, or else of its instance."""
        return not (self.home.accessor or self.home.instance).rpartition(".")[2].startswith("_")

    def rank(self) -> tuple[bool, bool, bool]:
        """The most certain first: one that creates, public, with an accessor."""
        return self.home.form is HomeForm.GETTER, not self.is_public, not self.home.accessor


class CandidateFinder:
    """Finds the candidates in the files (absolute paths) that `texts` describe, with the names of a module map."""

    def __init__(self, texts: Sequence[FileText], modules: ModuleMap) -> None:
        self._texts = texts
        self._modules = modules
        self._exports: dict[str, Exports] = {}
        self._trees: dict[str, ast.Module] = {}
        self.resolver = Resolver(modules, self._load_exports)

    def _load_exports(self, path: str) -> Exports:
        if path not in self._exports:
            search = Search((), ModuleQueries(), NamePatterns(frozenset()), self._modules.roots)
            self._exports[path] = NO_EXPORTS
            self._exports[path] = facts_from_bytes(path, read(path), search).exports
        return self._exports[path]

    def _load_tree(self, path: str) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = parse_tolerantly(decode(read(path)).text).tree
        return self._trees[path]

    def find(self) -> list[ResourceCandidate]:
        """All candidates, at most one for each resource."""
        by_resource: dict[str, list[_KeptHome]] = defaultdict(list)
        for kept in self._kept_homes():
            by_resource[_resource_key(kept)].append(kept)
        found = (self._choose(key, homes) for key, homes in by_resource.items() if key)
        candidates = [candidate for candidate in found if candidate is not None]
        homed = {candidate.preset for candidate in candidates}
        wrapping = Counter(candidate.base_preset for candidate in candidates if candidate.is_wrapper)
        # Whoever has a class of their own does not mean to construct the one that it derives from, or wraps.
        return [
            each._replace(constructors=(*each.constructors, f"preset:{each.base_preset}"))
            if each.base_preset and each.base_preset not in homed and wrapping[each.base_preset] < 2
            else each
            for each in candidates
        ]

    def _kept_homes(self) -> Iterable[_KeptHome]:
        for path in find_home_files(self._texts):
            module = self._modules.name_of(path)
            if all(part.isidentifier() for part in module.split(".")):
                package = package_name(path, self._modules.roots)
                homes = HomeFinder(self._load_tree(path), module, package).find()
                yield from self._resolve_homes(homes, path, module)

    def _resolve_homes(self, homes: Iterable[Home], path: str, module: str) -> Iterable[_KeptHome]:
        for home in homes:
            if preset_of(home.constructor) is not None:
                yield _KeptHome(home, path, module, None)
                continue
            for definition in self.resolver.resolve(self.resolver.to_origin(home.constructor), path):
                if definition.path and definition.qualname in self._load_exports(definition.path).bases:
                    yield _KeptHome(home, path, module, definition)

    def _choose(self, key: str, homes: list[_KeptHome]) -> ResourceCandidate | None:
        """The best of the homes of one resource; None if it is no singleton."""
        definition = homes[0].definition
        return _choose_client(key, homes) if definition is None else self._choose_class(definition, homes)

    def _choose_class(self, definition: Definition, homes: list[_KeptHome]) -> ResourceCandidate | None:
        base_preset = self._base_preset(definition, frozenset())
        preset = base_preset or self._wrapped_preset(definition, homes)
        is_word = bool(RESOURCE_WORD.search(definition.qualname))
        homes = [each for each in homes if each.home.form is not HomeForm.GETTER or preset or is_word]
        # Attributes of classes are fields of forms and models, unless a client is kept there.
        homes = [each for each in homes if each.home.form is not HomeForm.CLASS_ATTRIBUTE]
        if not homes or self._manages_itself(definition) or _has_several_instances(homes):
            return None
        best = min(homes, key=lambda each: (each.path != definition.path, each.rank(), each.module))
        rivals = [each for each in homes if each.module != best.module and each.home.form is not HomeForm.GETTER]
        is_own = best.path == definition.path or bool(best.home.accessor)
        if not is_own and rivals:
            return None
        is_wrapper = preset is not None and base_preset is None
        candidate = self._class_candidate(best, definition, preset)
        return candidate._replace(has_rivals=bool(rivals), is_wrapper=is_wrapper)

    def _class_candidate(self, best: _KeptHome, definition: Definition, preset: Preset | None) -> ResourceCandidate:
        helper = best.home.helper
        origin = self.resolver.to_origin(helper)
        helpers = [each.name for each in self.resolver.resolve(origin, best.path)] if helper else []
        own_module = self._modules.name_of(definition.path) if definition.path else ""
        candidate = _new_candidate(best, definition.qualname, (definition.name, *helpers), (own_module,))
        is_sure = preset is not None or best.home.form is not HomeForm.GETTER
        base_preset = preset.name if preset is not None and preset.constructors else ""
        return candidate._replace(
            is_known=preset is not None,
            is_sure=is_sure,
            is_own=best.path == definition.path,
            base_preset=base_preset,
            is_stateless=not (preset or RESOURCE_WORD.search(definition.qualname)) and self._is_stateless(definition),
        )

    def _base_preset(self, definition: Definition, seen: frozenset[Definition]) -> Preset | None:
        """The preset of the third-party class that a class derives from, if a program normally has one of it."""
        if definition.path is None or definition in seen:
            return usual_classes().get(definition.name)
        bases = self._load_exports(definition.path).bases.get(definition.qualname, ())
        parents = (parent for base in bases for parent in self.resolver.resolve(base, definition.path))
        presets = (self._base_preset(parent, seen | {definition}) for parent in parents)
        return next(filter(None, presets), None)

    def _wrapped_preset(self, definition: Definition, homes: Sequence[_KeptHome]) -> Preset | None:
        """The preset of the client that a class keeps; None if others construct the class, which says enough."""
        own = {definition.path, *(each.path for each in homes)}
        users = (each for each in self._texts if each.path not in own and definition.qualname in each.called)
        if definition.path is None or any(users):
            return None
        module, package = self._modules.name_of(definition.path), package_name(definition.path, self._modules.roots)
        constructions = ModuleConstructions(self._load_tree(definition.path), module, package)
        return find_wrapped_preset(self._class_nodes(definition), constructions)

    def _class_nodes(self, definition: Definition) -> list[ast.ClassDef]:
        body = self._load_tree(definition.path).body if definition.path else []
        return [each for each in body if isinstance(each, ast.ClassDef) and each.name == definition.qualname]

    def _manages_itself(self, definition: Definition) -> bool:
        """Whether calls of a class return its one instance: it has a `__new__` or a metaclass."""
        return any(
            node.keywords or any(getattr(each, "name", "") == "__new__" for each in node.body)
            for node in self._class_nodes(definition)
        )

    def _is_stateless(self, definition: Definition) -> bool:
        """Whether the body of a class has no `__init__` and sets no attributes of `self`."""
        nodes = [each for node in self._class_nodes(definition) for each in ast.walk(node)]
        return bool(nodes) and not any(
            (
                isinstance(each, ast.Attribute)
                and not isinstance(each.ctx, ast.Load)
                and dotted_name(each.value) == "self"
            )
            or getattr(each, "name", "") == "__init__"
            for each in nodes
        )


def _choose_client(key: str, homes: Sequence[_KeptHome]) -> ResourceCandidate | None:
    """The best home of a client in the catalogue; None if modules keep several that are equals."""
    single = [each for each in homes if not _has_equals(each, homes)]
    if not single:
        return None
    best = min(single, key=lambda each: (each.rank(), each.home.instance.count("_"), each.home.row))
    # Beside a module with an accessor, one that only keeps an instance bypasses it.
    rivals = [each for each in homes if each.module != best.module]
    if rivals and "__name__" in best.home.arguments:
        return None  # each module has one of its own
    is_sure = best.is_public and not any(not best.home.accessor or each.home.accessor for each in rivals)
    preset = preset_of(best.home.constructor)
    is_usual = preset is not None and preset.is_usually_one
    candidate = _new_candidate(best, best.home.constructor, (f"preset:{key}",), ())
    return candidate._replace(preset=key, is_known=is_usual, is_sure=is_sure and is_usual)


def _has_equals(kept: _KeptHome, homes: Sequence[_KeptHome]) -> bool:
    """Whether its module keeps another instance that is made differently, and is no variant of this one by its name.

    `rq_redis_connection` is one of `redis_connection`.
    """
    name = kept.home.instance.strip("_")
    return bool(name) and any(
        each.home.instance and name not in each.home.instance and each.home.arguments != kept.home.arguments
        for each in homes
        if each.module == kept.module and each.home.constructor == kept.home.constructor
    )


def _resource_key(kept: _KeptHome) -> str:
    if kept.definition is not None:
        return kept.definition.name
    preset = preset_of(kept.home.constructor)
    return preset.name if preset is not None else ""


def _has_several_instances(homes: Sequence[_KeptHome]) -> bool:
    """Whether one module keeps several, or several modules keep different ones: then it is no singleton."""
    names = [each for each in homes if each.home.instance]
    by_module = Counter(each.module for each in names)
    different_arguments = {each.home.arguments for each in names}
    return max(by_module.values(), default=0) > 1 or len(different_arguments) > _MAX_DIFFERENT_ARGUMENTS


def _new_candidate(
    best: _KeptHome, class_name: str, constructors: tuple[str, ...], other_modules: tuple[str, ...]
) -> ResourceCandidate:
    home = best.home
    is_private = home.instance.startswith("_") and bool(home.accessor)
    module = f"{best.module}.__init__" if best.path.endswith("__init__.py") else best.module
    canonical = dict.fromkeys((module, *(each for each in other_modules if each != best.module)))
    return ResourceCandidate(
        best.module,
        best.path,
        class_name,
        "" if is_private else home.instance,
        home.accessor,
        constructors,
        tuple(canonical),
        home.form,
        arguments=home.arguments,
    )
