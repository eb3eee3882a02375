"""The modules around a resource (canonical, deprecated, or using either), and the files that may patch them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.processes import map_chunks
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.project.contents import compile_word
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.module_query import ModuleQueries, ModuleQuery
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.words import Names
from flake8_redis_ssot.semantic.facts import FileFacts, attribute_origin
from flake8_redis_ssot.semantic.name_patterns import NamePatterns


def related_modules(context: VerificationContext) -> dict[str, str]:
    """The dotted names of these modules, by path. Searches for the users of instances and accessors first."""
    analysis = context.analysis
    names = (analysis.resolver.to_origin(name).partition(":") for name in accessor_names(context))
    targets = ((analysis.modules.path_of(module), attribute) for module, _, attribute in names)
    analysis.run_queries({(path, name) for path, name in targets if path is not None and name}, set())
    own_paths = {path for path in context.files if is_resource_name(analysis.modules.name_of(path), context)}
    user_paths = {path for path, facts in analysis.all_facts().items() if _is_resource_user(path, facts, context)}
    return {path: analysis.modules.name_of(path) for path in sorted(own_paths | user_paths)}


def accessor_names(context: VerificationContext) -> Iterator[str]:
    """The dotted names of instances and accessors."""
    for resource in context.config.resources:
        yield from filter(None, (resource.instance, resource.accessor))
        yield from (entry.accessor for entry in resource.accessor_for)


def is_resource_name(name: str, context: VerificationContext) -> bool:
    """Whether a resolved dotted name is, or lies in, a canonical module or something deprecated."""
    resources = context.analysis.resources
    is_canonical = any(resources.is_canonical(resource, name) for resource in context.config.resources)
    return is_canonical or resources.find_deprecated(name) is not None


def _is_resource_user(path: str, facts: FileFacts, context: VerificationContext) -> bool:
    return not is_test_path(context.relative_path(path)) and any(
        is_resource_name(definition.name, context)
        or context.analysis.resources.constructor_resource(definition) is not None
        for definition in _referenced_definitions(path, facts, context)
    )


def _referenced_definitions(path: str, facts: FileFacts, context: VerificationContext) -> Iterable[Definition]:
    """The definitions of everything that a file imports, accesses, or gets from a star import."""
    module = context.analysis.modules.name_of(path)
    origins = [entry.origin for entry in facts.imports if not entry.is_star]
    origins += [read for entry in facts.imports for read in entry.star_reads]
    origins += [attribute_origin(access.base, access.attribute) for access in facts.attribute_accesses]
    origins += [f"{module}:{name}" for name, alias_origins in facts.exports.names.items() if alias_origins]
    return (definition for origin in origins for definition in context.analysis.resolver.resolve(origin, path))


# Every way to patch contains one of these words.
_PATCH_WORDS = (b"patch", b"setattr", b"delattr")
_CHUNK_SIZE = 150  # files


class _ModuleForms(NamedTuple):
    """How a file names a module: its last part, together with one of `forms`."""

    last_part: bytes
    forms: tuple[bytes, ...]

    @classmethod
    def of_module(cls, module: str) -> _ModuleForms:
        """The forms of a module: its dotted name, or an import from its package."""
        package, _, last = module.rpartition(".")
        parent = package.rpartition(".")[2]
        forms = (f"{parent}.{last}", f"{parent} import", ". import") if parent else (last,)
        return cls(last.encode(), tuple(map(str.encode, forms)))

    def is_named_in(self, data: bytes) -> bool:
        """Whether a file may name the module."""
        return self.last_part in data and any(form in data for form in self.forms)


def find_patching_files(context: VerificationContext, modules: Iterable[str]) -> list[FileFacts]:
    """The facts of files that may patch something in `modules` (dotted names)."""
    files, analysis = context.files, context.analysis
    module_forms = {_ModuleForms.of_module(module) for module in modules}
    search_chunk = partial(_files_naming, module_forms=sorted(module_forms))
    naming_files = list(map_chunks(search_chunk, files, _CHUNK_SIZE, context.jobs))
    patterns = NamePatterns(frozenset(form.last_part.decode() for form in module_forms))
    words = sorted(patterns.exact)
    queries = ModuleQueries(ModuleQuery(word.encode(), "", False, Names(_PATCH_WORDS)) for word in words)
    return analysis.search_files(naming_files, Search((), queries, patterns, analysis.modules.roots))


def _files_naming(files: Sequence[str], module_forms: Sequence[_ModuleForms]) -> list[str]:
    """The files that patch anything and name one of the modules."""
    naming_paths = []
    for path in files:
        with suppress(OSError):
            data = read(path)
            if any(compile_word(word).search(data) for word in _PATCH_WORDS) and any(
                form.is_named_in(data) for form in module_forms
            ):
                naming_paths.append(path)
    return naming_paths
