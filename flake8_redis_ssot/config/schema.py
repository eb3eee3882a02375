"""The fields that a configuration may have, and what must hold between them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from flake8_redis_ssot.codes import DEFAULT_SELECTOR
from flake8_redis_ssot.config.model import AccessorFor, Config, Resource
from flake8_redis_ssot.config.toml_table import ProblemReporter, Table, Validator, join_key
from flake8_redis_ssot.config.validators import (
    validate_choice,
    validate_code,
    validate_constructor,
    validate_deprecated,
    validate_folder,
    validate_member,
    validate_method_name,
    validate_module,
    validate_pattern,
    validate_service,
)

GENERAL_KEYS = (
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
RESOURCE_KEYS = (
    *("canonical", "constructors", "instance", "accessor"),
    *("allow", "deprecated", "accessor-for", "check-canonical", "tear-down"),
)
ALL_KEYS = (*GENERAL_KEYS, *RESOURCE_KEYS)  # a single resource may stand among the general keys
ACCESSOR_FOR_KEYS = ("paths", "accessor")
TYPE_CHECKING_VALUES = ("report", "ignore")
DUPLICATES_VALUES = ("shipped", "all", "off")
NOQA_POLICIES = ("allow", "require-reason", "forbid")


def build_config(
    values: Mapping[str, object], *, root: Path, file: Path | None, report_problem: ProblemReporter
) -> Config:
    """The configuration that a table stands for; what is wrong is noted and left out."""
    table = Table(values, "", report_problem)
    table.report_unknown_keys(ALL_KEYS)
    pattern_validator = partial(validate_pattern, root=root.as_posix())
    resource_tables = list(_read_resources(table, pattern_validator))
    _check_consistency(resource_tables)
    return Config(
        root=root,
        file=file,
        src=_read_src(table, root),
        exclude=_read_patterns(table, "exclude", pattern_validator),
        services=table.strings("services", validate_service),
        select=table.strings("select", validate_code) if "select" in values else (DEFAULT_SELECTOR,),
        ignore=table.strings("ignore", validate_code),
        per_file_ignores=tuple(_read_per_file_ignores(table, pattern_validator)),
        type_checking=table.string("type-checking", partial(validate_choice, words=TYPE_CHECKING_VALUES))
        or TYPE_CHECKING_VALUES[0],
        resources=tuple(resource for _, resource in resource_tables),
        baseline=table.string("baseline", partial(validate_folder, root=root.as_posix())) or "",
        duplicates=table.string("duplicates", partial(validate_choice, words=DUPLICATES_VALUES))
        or DUPLICATES_VALUES[0],
        duplicate_threshold=table.fraction("duplicate-threshold", 0.5),
        noqa=tuple(_read_noqa_policies(table)),
    )


def _read_src(table: Table, root: Path) -> tuple[str, ...]:
    if "src" not in table.values:
        return (".", "src") if (root / "src").is_dir() else (".",)
    if table.values["src"] == []:
        table.report_problem(table.full_key("src"), "is empty; write `.` for the root itself")
    folders = table.strings("src", partial(validate_folder, root=root.as_posix()))
    return tuple(dict.fromkeys(map(posixpath.normpath, folders)))


def _read_per_file_ignores(table: Table, pattern_validator: Validator) -> Iterator[tuple[str, tuple[str, ...]]]:
    inner = table.table("per-file-ignores")
    if inner is None:
        return
    for key in inner.values:
        if inner.is_valid(key, inner.full_key(key), pattern_validator):
            yield _anchor_pattern(key), inner.strings(key, validate_code)


def _read_noqa_policies(table: Table) -> Iterator[tuple[str, str]]:
    """Prefixes of codes (empty: all) with a word each; one word alone stands for all codes."""
    policy_validator = partial(validate_choice, words=NOQA_POLICIES)
    value = table.values.get("noqa", {})
    if not isinstance(value, (str, dict)):
        table.report_mismatch(table.full_key("noqa"), "a string or a table", value)
    elif inner := (Table({"ALL": value}, "", table.report_problem) if isinstance(value, str) else table.table("noqa")):
        for code, policy in inner.values.items():
            full_key = inner.full_key(code) if isinstance(value, dict) else table.full_key("noqa")
            is_valid_code = inner.is_valid(code, full_key, validate_code)
            if inner.is_valid(policy, full_key, policy_validator) and is_valid_code:
                yield code.removeprefix("ALL"), policy


def _read_patterns(table: Table, key: str, pattern_validator: Validator) -> tuple[str, ...]:
    return tuple(map(_anchor_pattern, table.strings(key, pattern_validator)))


def _anchor_pattern(pattern: str) -> str:
    """`./tests`, which git would match with nothing, means `/tests`."""
    return re.sub(r"\A(!?)\./", r"\1/", pattern)


def _read_resources(table: Table, pattern_validator: Validator) -> Iterator[tuple[Table, Resource]]:
    short_form = {key: value for key, value in table.values.items() if key in RESOURCE_KEYS}
    if short_form:
        yield table, _read_resource(Table(short_form, "", table.report_problem), None, pattern_validator)
    elif table.values.get("resource", {}) == {}:
        table.report_problem("resource", "no resource is given; write one, such as `[tool.redis-ssot.resource.redis]`")
    resource_tables = table.table("resource")
    if resource_tables is None:
        return
    for name in resource_tables.values:
        if name in RESOURCE_KEYS:
            resource_tables.report_problem(
                resource_tables.full_key(name), f"the resource has no name; write `{join_key('resource.NAME', name)}`"
            )
        elif inner := resource_tables.table(name):
            inner.report_unknown_keys(RESOURCE_KEYS)
            yield inner, _read_resource(inner, name, pattern_validator)


def _read_resource(table: Table, name: str | None, pattern_validator: Validator) -> Resource:
    """The resource in `table`; without a name it is called by the last part of its canonical module."""
    _check_required_keys(table)
    canonical = table.strings("canonical", validate_module)
    return Resource(
        name=name or (canonical[0].rpartition(".")[2] if canonical else "resource"),
        canonical=canonical,
        constructors=table.strings("constructors", validate_constructor),
        instance=table.string("instance", validate_member),
        accessor=table.string("accessor", validate_member),
        allow=_read_patterns(table, "allow", pattern_validator),
        deprecated=tuple(_read_deprecated(table)),
        accessor_for=tuple(_read_accessors_for(table, pattern_validator)),
        check_canonical=table.boolean("check-canonical"),
        tear_down=table.strings("tear-down", validate_method_name),
    )


def _check_required_keys(table: Table) -> None:
    if "canonical" not in table.values:
        table.report_problem(table.full_key("canonical"), "is missing; name the module that is the resource's home")
    elif table.values["canonical"] == []:
        table.report_problem(table.full_key("canonical"), "is empty; name the module that is the resource's home")
    if not table.values.get("constructors") and not table.values.get("deprecated"):
        text = "is missing, and `deprecated` as well; without either nothing can be found"
        table.report_problem(table.full_key("constructors"), text)


def _read_deprecated(table: Table) -> Iterator[tuple[str, str]]:
    if isinstance(table.values.get("deprecated"), (str, list)):
        for name in table.strings("deprecated", validate_deprecated):
            yield name, ""
        return
    inner = table.table("deprecated")
    if inner is None:
        return
    for name, replacement in _flatten(inner.values):
        full_key = inner.full_key(name)
        is_valid_name = inner.is_valid(name, full_key, validate_deprecated)
        if inner.is_valid(replacement, full_key, _validate_replacement) and is_valid_name:
            yield name, replacement


def _flatten(values: Mapping[str, object], parent: str = "") -> Iterator[tuple[str, object]]:
    """The names of a table; those written without quotes (`app.old = "…"`) TOML reads as tables in tables."""
    for key, value in values.items():
        name = f"{parent}.{key}" if parent else key
        if isinstance(value, dict):
            yield from _flatten(value, name)
        else:
            yield name, value


def _validate_replacement(text: str) -> str | None:
    return validate_module(text) if text else None


def _read_accessors_for(table: Table, pattern_validator: Validator) -> Iterator[AccessorFor]:
    for inner in table.tables("accessor-for"):
        inner.report_unknown_keys(ACCESSOR_FOR_KEYS)
        for key in ACCESSOR_FOR_KEYS:
            if inner.values.get(key, []) == []:
                inner.report_problem(inner.full_key(key), "is empty" if key in inner.values else "is missing")
        paths = _read_patterns(inner, "paths", pattern_validator)
        accessor = inner.string("accessor", validate_member)
        if paths and accessor:
            yield AccessorFor(paths, accessor)


def _check_consistency(resource_tables: Sequence[tuple[Table, Resource]]) -> None:
    """Note what contradicts itself, within a resource or between two."""
    names: set[str] = set()
    for table, resource in resource_tables:
        if resource.name in names:
            table.report_problem(table.full_key("canonical"), f"another resource is called `{resource.name}` already")
        names.add(resource.name)
    for table, resource in resource_tables:
        for old, _ in resource.deprecated:
            full_key = join_key(table.full_key("deprecated"), old)
            if old in resource.canonical:
                table.report_problem(
                    full_key, f"is canonical in resource `{resource.name}`; it cannot be deprecated as well"
                )
    _check_replacement_chains(resource_tables)


def _check_replacement_chains(resource_tables: Sequence[tuple[Table, Resource]]) -> None:
    deprecated = {old for _, resource in resource_tables for old, _ in resource.deprecated}
    for table, resource in resource_tables:
        for old, new in resource.deprecated:
            if new in deprecated:
                full_key = join_key(table.full_key("deprecated"), old)
                table.report_problem(full_key, f"its replacement `{new}` is deprecated itself")
