"""Candidates for canonical modules: each keeps one instance of something that a project may guard."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from flake8_redis_ssot.config.catalogue import PRESETS
from flake8_redis_ssot.config.presets import preset_of
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.homes import Home, HomeFinder, HomeForm
from flake8_redis_ssot.onboarding.text_survey import FileText
from flake8_redis_ssot.project.modules import ModuleMap, package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.scan import facts_from_bytes
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, Exports
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_MAX_CLASSES = 60
# Names that are typical of shared resources.
_RESOURCE_WORD = re.compile(
    r"manager|client|pool|engine|settings|config|connection|session|cache|database|db|registry|store|broker",
    re.IGNORECASE,
)
_SETTINGS_BASES = frozenset(base for preset in PRESETS for base in preset.bases)


class ResourceCandidate(NamedTuple):
    """A canonical module (dotted, as in a configuration) with its file, and what it keeps one instance of.

    `constructors` are dotted names or presets; `class_name` is the class of the project, or what is called. `instance`
    and `accessor` are names in the module, or empty. `canonical` are all canonical modules. `is_known`: it is a client
    of the catalogue of which a program normally has one, or a settings class; `is_sure`: nothing else comes into
    question as its home. `is_own`: the module defines the class as well.
    """

    module: str
    path: str
    class_name: str
    instance: str
    accessor: str
    constructors: tuple[str, ...]
    canonical: tuple[str, ...]
    form: HomeForm
    preset: str = ""
    is_known: bool = False
    is_sure: bool = True
    is_own: bool = False

    @property
    def resource_name(self) -> str:
        """A name for the resource: `redis` for `RedisManager` and for `preset:redis-sync`."""
        if self.preset:
            return self.preset.removesuffix("-sync").removesuffix("-async").replace("-", "_")
        words = split_words(self.class_name)
        if self.is_known:
            return "_".join(word.lower() for word in words)
        distinctive = [word for word in words if not _RESOURCE_WORD.fullmatch(word)] or words
        return "_".join(word.lower() for word in distinctive)


class _KeptHome(NamedTuple):
    """A home in a file of the project; `definition` is the class that it keeps, None outside the project."""

    home: Home
    path: str
    module: str
    definition: Definition | None


def split_words(name: str) -> list[str]:
    """The words of a CapWords name: `Redis`, `Manager` of `RedisManager`."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+", name)


def rank_classes(texts: Sequence[FileText], limit: int = _MAX_CLASSES) -> list[str]:
    """The project's classes that most files outside tests call; names typical of resources count three times."""
    project_classes = {name for text in texts for name in text.defined}
    counts = Counter(name for text in texts if not text.is_test for name in text.called & project_classes)
    weights = {name: number * (3 if _RESOURCE_WORD.search(name) else 1) for name, number in counts.items()}
    return sorted(weights, key=lambda name: (-weights[name], name))[:limit]


class CandidateFinder:
    """Finds the candidates in the files (absolute paths) that `texts` describe, with the names of a module map."""

    def __init__(self, texts: Sequence[FileText], modules: ModuleMap) -> None:
        self._texts = texts
        self._modules = modules
        self._exports: dict[str, Exports] = {}
        self.resolver = Resolver(modules, self._load_exports)

    def _load_exports(self, path: str) -> Exports:
        if path not in self._exports:
            search = Search((), (), NamePatterns(frozenset()), self._modules.roots)
            self._exports[path] = NO_EXPORTS
            self._exports[path] = facts_from_bytes(path, read(path), search).exports
        return self._exports[path]

    @cached_property
    def _class_names(self) -> frozenset[str]:
        settings = frozenset(name for text in self._texts for name in text.settings)
        return settings.union(rank_classes(self._texts))

    def find(self) -> list[ResourceCandidate]:
        """All candidates, at most one for each resource, those with most evidence first."""
        by_resource: dict[str, list[_KeptHome]] = defaultdict(list)
        for kept in self._kept_homes():
            by_resource[_resource_key(kept)].append(kept)
        found = (self._choose(key, homes) for key, homes in by_resource.items() if key)
        return [candidate for candidate in found if candidate is not None]

    def _kept_homes(self) -> Iterable[_KeptHome]:
        for text in self._texts:
            if not text.is_test and self._may_be_home(text):
                module = self._modules.name_of(text.path)
                if all(part.isidentifier() for part in module.split(".")):
                    tree = parse_tolerantly(decode(read(text.path)).text).tree
                    package = package_name(text.path, self._modules.roots)
                    yield from self._resolve_homes(HomeFinder(tree, module, package).find(), text.path, module)

    def _may_be_home(self, text: FileText) -> bool:
        names = (text.kept | text.returned) & self._class_names
        if names or (text.keeps_in_functions and text.called & self._class_names):
            return True
        is_import = not text.imported.isdisjoint(_KNOWN_PACKAGES)
        if not is_import or not (text.kept or text.keeps_in_functions):
            return False
        data = read(text.path)
        return any(literal in data for literal in _KNOWN_CALLS)

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
        if definition is None:
            best = min(homes, key=lambda each: (_home_rank(each.home), each.home.instance.count("_"), each.home.row))
            # Beside a module with an accessor, one that only keeps an instance bypasses it.
            rivals = [each for each in homes if each.module != best.module]
            is_sure = not any(not best.home.accessor or each.home.accessor for each in rivals)
            return self._known_candidate(best, key, is_sure=is_sure)
        is_settings = self._is_settings(definition, frozenset())
        is_word = bool(_RESOURCE_WORD.search(definition.qualname))
        homes = [each for each in homes if each.home.form is not HomeForm.GETTER or is_settings or is_word]
        # Attributes of classes are fields of forms and models, unless a client is kept there.
        homes = [each for each in homes if each.home.form is not HomeForm.CLASS_ATTRIBUTE]
        if not homes or self._manages_itself(definition) or _has_several_instances(homes):
            return None
        best = min(homes, key=lambda each: (each.path != definition.path, _home_rank(each.home), each.module))
        rivals = [each for each in homes if each.module != best.module and each.home.form is not HomeForm.GETTER]
        is_own = best.path == definition.path or bool(best.home.accessor)
        if not is_own and rivals:
            return None
        return self._class_candidate(best, definition, is_settings)

    def _known_candidate(self, best: _KeptHome, key: str, *, is_sure: bool) -> ResourceCandidate:
        preset = preset_of(best.home.constructor)
        is_usual = preset is not None and preset.is_usually_one
        constructors = (f"preset:{key}",)
        candidate = _new_candidate(best, best.home.constructor, constructors, ())
        return candidate._replace(preset=key, is_known=is_usual, is_sure=is_sure and is_usual)

    def _class_candidate(self, best: _KeptHome, definition: Definition, is_settings: bool) -> ResourceCandidate:
        helper = best.home.helper
        origin = self.resolver.to_origin(helper)
        helpers = [each.name for each in self.resolver.resolve(origin, best.path)] if helper else []
        own_module = self._modules.name_of(definition.path) if definition.path else ""
        candidate = _new_candidate(best, definition.qualname, (definition.name, *helpers), (own_module,))
        is_sure = is_settings or best.home.form is not HomeForm.GETTER
        return candidate._replace(is_known=is_settings, is_sure=is_sure, is_own=best.path == definition.path)

    def _is_settings(self, definition: Definition, seen: frozenset[Definition]) -> bool:
        """Whether a class derives from a settings class of pydantic."""
        if definition.path is None or definition in seen:
            return definition.name in _SETTINGS_BASES
        bases = self._load_exports(definition.path).bases.get(definition.qualname, ())
        parents = (parent for base in bases for parent in self.resolver.resolve(base, definition.path))
        return any(self._is_settings(parent, seen | {definition}) for parent in parents)

    def _manages_itself(self, definition: Definition) -> bool:
        """Whether calls of a class return its one instance: it has a `__new__` or a metaclass."""
        tree = parse_tolerantly(decode(read(definition.path or "")).text).tree
        nodes = [each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == definition.qualname]
        return any(node.keywords or any(getattr(each, "name", "") == "__new__" for each in node.body) for node in nodes)


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
    return max(by_module.values(), default=0) > 1 or len(different_arguments) > 2


def _home_rank(home: Home) -> tuple[bool, bool, bool]:
    """The most certain first: with an accessor, and public."""
    return home.form is HomeForm.GETTER, not home.accessor, home.instance.startswith("_")


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
    )


_KNOWN_PACKAGES = frozenset(
    name.partition(".")[0] for preset in PRESETS for known in preset.constructors for name in known.names
) - {"logging", "structlog"}
_KNOWN_CALLS = tuple(
    {
        f"{name.rpartition('.')[2]}(".encode()
        for preset in PRESETS
        if preset.name != "loggers"
        for known in preset.constructors
        for name in known.spellings
    }
)
