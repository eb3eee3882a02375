"""The fields that a configuration may have, and what must hold between them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from flake8_redis_ssot.codes import BY_DEFAULT
from flake8_redis_ssot.config.model import AccessorFor, Config, Resource
from flake8_redis_ssot.config.toml_table import Fault, Note, Table, joined
from flake8_redis_ssot.config.validators import (
    code_fault,
    constructor_fault,
    deprecated_fault,
    folder_fault,
    member_fault,
    module_fault,
    name_fault,
    pattern_fault,
    service_fault,
    word_fault,
)

GENERAL = (
    "src",
    "exclude",
    "services",
    "select",
    "ignore",
    "per-file-ignores",
    "noqa",
    "type-checking",
    "baseline",
    "duplicates",
    "duplicate-threshold",
    "resource",
)
RESOURCE = (
    *("canonical", "constructors", "instance", "accessor"),
    *("allow", "deprecated", "accessor-for", "check-canonical", "tear-down"),
)
KEYS = (*GENERAL, *RESOURCE)  # a single resource may stand among the general keys
ACCESSOR_FOR = ("paths", "accessor")
TYPE_CHECKING = ("report", "ignore")
DUPLICATES = ("shipped", "all", "off")
NOQA = ("allow", "require-reason", "forbid")


def build(values: Mapping[str, object], *, root: Path, file: Path | None, note: Note) -> Config:
    """The configuration that a table stands for; what is wrong is noted and left out."""
    table = Table(values, "", note)
    table.refuse_unknown(KEYS)
    pattern = partial(pattern_fault, root=root.as_posix())
    found = list(_resources(table, pattern))
    _compare(found)
    return Config(
        root=root,
        file=file,
        src=_src(table, root),
        exclude=_patterns(table, "exclude", pattern),
        services=table.strings("services", service_fault),
        select=table.strings("select", code_fault) if "select" in values else (BY_DEFAULT,),
        ignore=table.strings("ignore", code_fault),
        per_file_ignores=tuple(_per_file_ignores(table, pattern)),
        type_checking=table.string("type-checking", partial(word_fault, words=TYPE_CHECKING)) or TYPE_CHECKING[0],
        resources=tuple(resource for _, resource in found),
        baseline=table.string("baseline", partial(folder_fault, root=root.as_posix())) or "",
        duplicates=table.string("duplicates", partial(word_fault, words=DUPLICATES)) or DUPLICATES[0],
        duplicate_threshold=table.fraction("duplicate-threshold", 0.5),
        noqa=tuple(_noqa(table)),
    )


def _src(table: Table, root: Path) -> tuple[str, ...]:
    if "src" not in table.values:
        return (".", "src") if (root / "src").is_dir() else (".",)
    if table.values["src"] == []:
        table.note(table.at("src"), "is empty; write `.` for the root itself")
    folders = table.strings("src", partial(folder_fault, root=root.as_posix()))
    return tuple(dict.fromkeys(map(posixpath.normpath, folders)))


def _per_file_ignores(table: Table, pattern: Fault) -> Iterator[tuple[str, tuple[str, ...]]]:
    inner = table.table("per-file-ignores")
    if inner is None:
        return
    for key in inner.values:
        if inner.accepts(key, inner.at(key), pattern):
            yield _anchored(key), inner.strings(key, code_fault)


def _noqa(table: Table) -> Iterator[tuple[str, str]]:
    """Prefixes of codes (empty: all) with a word each; one word alone stands for all codes."""
    fault = partial(word_fault, words=NOQA)
    value = table.values.get("noqa", {})
    if not isinstance(value, (str, dict)):
        table.mismatch(table.at("noqa"), "a string or a table", value)
    elif inner := (Table({"ALL": value}, "", table.note) if isinstance(value, str) else table.table("noqa")):
        for code, word in inner.values.items():
            at = inner.at(code) if isinstance(value, dict) else table.at("noqa")
            right = inner.accepts(code, at, code_fault)
            if inner.accepts(word, at, fault) and right:
                yield code.removeprefix("ALL"), word


def _patterns(table: Table, key: str, pattern: Fault) -> tuple[str, ...]:
    return tuple(map(_anchored, table.strings(key, pattern)))


def _anchored(pattern: str) -> str:
    """`./tests`, which git would match with nothing, means `/tests`."""
    return re.sub(r"\A(!?)\./", r"\1/", pattern)


def _resources(table: Table, pattern: Fault) -> Iterator[tuple[Table, Resource]]:
    short = {key: value for key, value in table.values.items() if key in RESOURCE}
    if short:
        yield table, _resource(Table(short, "", table.note), None, pattern)
    elif table.values.get("resource", {}) == {}:
        table.note("resource", "no resource is given; write one, such as `[tool.redis-ssot.resource.redis]`")
    named = table.table("resource")
    if named is None:
        return
    for name in named.values:
        if name in RESOURCE:
            named.note(named.at(name), f"the resource has no name; write `{joined('resource.NAME', name)}`")
        elif inner := named.table(name):
            inner.refuse_unknown(RESOURCE)
            yield inner, _resource(inner, name, pattern)


def _resource(table: Table, name: str | None, pattern: Fault) -> Resource:
    """The resource in `table`; without a name it is called by the last part of its canonical module."""
    _require(table)
    canonical = table.strings("canonical", module_fault)
    return Resource(
        name=name or (canonical[0].rpartition(".")[2] if canonical else "resource"),
        canonical=canonical,
        constructors=table.strings("constructors", constructor_fault),
        instance=table.string("instance", member_fault),
        accessor=table.string("accessor", member_fault),
        allow=_patterns(table, "allow", pattern),
        deprecated=tuple(_deprecated(table)),
        accessor_for=tuple(_accessors_for(table, pattern)),
        check_canonical=table.boolean("check-canonical"),
        tear_down=table.strings("tear-down", name_fault),
    )


def _require(table: Table) -> None:
    if "canonical" not in table.values:
        table.note(table.at("canonical"), "is missing; name the module that is the resource's home")
    elif table.values["canonical"] == []:
        table.note(table.at("canonical"), "is empty; name the module that is the resource's home")
    if not table.values.get("constructors") and not table.values.get("deprecated"):
        text = "is missing, and `deprecated` as well; without either nothing can be found"
        table.note(table.at("constructors"), text)


def _deprecated(table: Table) -> Iterator[tuple[str, str]]:
    if isinstance(table.values.get("deprecated"), (str, list)):
        for name in table.strings("deprecated", deprecated_fault):
            yield name, ""
        return
    inner = table.table("deprecated")
    if inner is None:
        return
    for name, replacement in _flat(inner.values):
        at = inner.at(name)
        right = inner.accepts(name, at, deprecated_fault)
        if inner.accepts(replacement, at, _replacement_fault) and right:
            yield name, replacement


def _flat(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """The names of a table; those written without quotes (`app.old = "…"`) TOML reads as tables in tables."""
    for key, value in values.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value


def _replacement_fault(text: str) -> str | None:
    return module_fault(text) if text else None


def _accessors_for(table: Table, pattern: Fault) -> Iterator[AccessorFor]:
    for inner in table.tables("accessor-for"):
        inner.refuse_unknown(ACCESSOR_FOR)
        for key in ACCESSOR_FOR:
            if inner.values.get(key, []) == []:
                inner.note(inner.at(key), "is empty" if key in inner.values else "is missing")
        paths = _patterns(inner, "paths", pattern)
        accessor = inner.string("accessor", member_fault)
        if paths and accessor:
            yield AccessorFor(paths, accessor)


def _compare(found: Sequence[tuple[Table, Resource]]) -> None:
    """Note what contradicts itself, within a resource or between two."""
    names: set[str] = set()
    for table, resource in found:
        if resource.name in names:
            table.note(table.at("canonical"), f"another resource is called `{resource.name}` already")
        names.add(resource.name)
    for table, resource in found:
        for old, _ in resource.deprecated:
            at = joined(table.at("deprecated"), old)
            if old in resource.canonical:
                table.note(at, f"is canonical in resource `{resource.name}`; it cannot be deprecated as well")
    _refuse_chains(found)


def _refuse_chains(found: Sequence[tuple[Table, Resource]]) -> None:
    deprecated = {old for _, resource in found for old, _ in resource.deprecated}
    for table, resource in found:
        for old, new in resource.deprecated:
            if new in deprecated:
                at = joined(table.at("deprecated"), old)
                table.note(at, f"its replacement `{new}` is deprecated itself")
