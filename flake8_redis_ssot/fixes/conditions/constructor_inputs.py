"""Sharing changes nothing: the constructor makes the same each time it is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.loading.collection_changes import find_change_anywhere
from flake8_redis_ssot.fixes.sharing.environment import reads_environment
from flake8_redis_ssot.fixes.sharing.outsiders import Write
from flake8_redis_ssot.fixes.sharing.owners import Owner
from flake8_redis_ssot.fixes.sharing.parameters import find_possible_owners
from flake8_redis_ssot.fixes.sharing.reflection import Access
from flake8_redis_ssot.fixes.sharing.shared_class import NotRecognisedError
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.sharing.values import GlobalName, NameRead
from flake8_redis_ssot.project.types.class_members import collect_mro

CONDITION = Condition(
    "constructor-inputs",
    "A new instance would be equal to the shared instance.",
    shapes=(
        "`__init__` consists of assignments to attributes of `self` and to local variables, and of "
        "`super().__init__()`",
        "it assigns constants, parameters with such defaults, f-strings and operations of these, `str()`, `int()` "
        "and the like, containers, locks, counters, loggers, and clients of redis made from these",
        "a name of a module or class that it reads is bound once, directly in the body, to such a value, and no "
        "file sets or patches it",
        "an item of a dictionary of constants that a module binds once, if each use of that in any file only reads it",
        "a variable of the environment that it reads is set nowhere; one that is read when a client is made later "
        "may be set by a session fixture, in the body of `conftest.py`, or where the file is run as a program",
        "files that the configuration allows for the resource do not count",
    ),
)


def find_doubts(study: SharingStudy) -> Iterator[Doubt]:
    """What the constructor does or reads that may differ from one instance to the next."""
    try:
        problems = study.state.problems
    except NotRecognisedError:  # the condition on the class says so
        yield from map(Doubt, _settings_reasons(study))
        return
    reasons = [_summarise(problems)] if problems else []
    if study.is_class_sharable:
        reasons += _find_input_reasons(study, study.state.reads, study.method_check.reads)
    yield from map(Doubt, dict.fromkeys(reasons))


def _summarise(problems: list[str]) -> str:
    """The first of several problems, and how many others there are."""
    places = {1: "", 2: " (as in 1 more place)"}.get(len(problems), f" (as in {len(problems) - 1} more places)")
    return problems[0] + places


def _find_input_reasons(study: SharingStudy, reads: set[NameRead], lazy_reads: set[NameRead]) -> Iterator[str]:
    for read in sorted({*reads, *lazy_reads}, key=lambda read: (read.kind.value, read.name, read.path, read.owner)):
        if read.kind is GlobalName.ENVIRONMENT:
            yield from _environment_reasons(study, read.name, is_lazy=read not in reads)
        elif read.definition is not None:
            change = find_change_anywhere(read.definition, study.context)
            if change:
                yield f"{change} may change `{read.name}`, which `{study.shared_class.name}` reads"
    names = frozenset(part for read in {*reads, *lazy_reads} for part in _written_names(read))
    for write in study.facts.find_writes(names):
        for read in {*reads, *lazy_reads}:
            if write.name in _written_names(read) and _is_target(write, read, study):
                place, reader = study.place(write.path, write.row), study.shared_class.name
                yield f"{place} sets `{write.name}`, which `{reader}` reads"
                return
    yield from _reflection_reasons(study, {*reads, *lazy_reads})
    yield from _module_reasons(study, {*reads, *lazy_reads})


def _written_names(read: NameRead) -> list[str]:
    if read.kind in (GlobalName.ENVIRONMENT, GlobalName.COLLECTION):
        return []
    return read.name.split(".")[1:] if read.kind is GlobalName.EXTERNAL else [read.name]


def _is_target(write: Write, read: NameRead, study: SharingStudy) -> bool:
    """Whether something may set just this name."""
    owners = find_possible_owners(write.owner, study.context)
    return not study.is_allowed(write.path) and any(_may_have(owner, read, study) for owner in owners)


def _may_have(owner: Owner, read: NameRead, study: SharingStudy) -> bool:
    """Whether a name may be an attribute of something."""
    if owner.is_unknown:
        return True
    if read.kind is GlobalName.EXTERNAL:
        return owner.external.partition(".")[0] == read.name.partition(".")[0]
    if read.kind is GlobalName.CLASS:
        if study.is_part(owner.node) and not owner.is_instance:
            return True
        return _is_in_class_line(owner, read, study)
    return owner.path == read.path and owner.node is None


def _is_in_class_line(owner: Owner, read: NameRead, study: SharingStudy) -> bool:
    """Whether something is the class that a name is read from, or one of its bases, whose `cls` may be that class."""
    names = study.context.names(read.path)
    return any(entry.node is not None and entry.node is owner.node for entry in collect_mro(read.owner, names, ()))


def _environment_reasons(study: SharingStudy, name: str, *, is_lazy: bool) -> Iterator[str]:
    for write in study.facts.environment_writes:
        is_same = write.name is None or write.name == name
        if is_same and not (is_lazy and write.is_early) and not study.is_allowed(write.path):
            verb = "sets" if write.name else "may set"
            place, reader = study.place(write.path, write.row), study.shared_class.name
            yield f"{place} {verb} `{name}`, which `{reader}` reads from the environment"
            return


def _settings_reasons(study: SharingStudy) -> Iterator[str]:
    """Code that sets variables of the environment, which a library reads for a class of settings."""
    definition = study.class_definition
    if definition is None or not reads_environment(definition, study.context):
        return
    writes = (each for each in study.facts.environment_writes if not each.is_early and not study.is_allowed(each.path))
    write = next(writes, None)
    if write is not None:
        place, what = study.place(write.path, write.row), f"`{write.name}`" if write.name else "variables"
        name = definition.name.rpartition(".")[2]
        yield f"{place} may set {what} of the environment, which `{name}` reads when it is made"


def _module_reasons(study: SharingStudy, reads: set[NameRead]) -> Iterator[str]:
    """Code that replaces the modules of third-party names that are read."""
    modules = {read.name.partition(".")[0] for read in reads if read.kind is GlobalName.EXTERNAL}
    for each in study.facts.stand_ins if modules else ():
        if (each.name is None or each.name.partition(".")[0] in modules) and not study.is_allowed(each.path):
            yield f"{study.place(each.path, each.row)} may replace the module `{min(modules)}`"
            return


def _reflection_reasons(study: SharingStudy, reads: set[NameRead]) -> Iterator[str]:
    """Code that may set the names without naming them, or the constructor's name in this file."""
    paths = {study.file.path, *(read.path for read in reads if read.path)}
    reads_class = any(read.kind is GlobalName.CLASS for read in reads)
    for each in study.facts.reflections:
        owners = find_possible_owners(each.owner, study.context)
        is_module = any(owner.path in paths and owner.node is None for owner in owners)
        is_class = any(isinstance(owner.node, ast.ClassDef) and not owner.is_instance for owner in owners)
        is_any_reload = each.access is Access.RELOAD and each.owner.is_unknown
        reads_dictionary = any(read.definition is not None for read in reads)
        is_unknown_read = reads_dictionary and (is_module or each.owner.is_unknown)
        if study.is_allowed(each.path) or (each.access is Access.READ and not is_unknown_read):
            continue
        if is_module or is_any_reload or is_unknown_read or (is_class and reads_class):
            yield f"`{each.text}` ({study.place(each.path, each.row)}) may set what is read to make an instance"
            return
