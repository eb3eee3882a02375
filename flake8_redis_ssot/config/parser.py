"""Building the configuration from TOML values, with the checks across several settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.config.setting import read_settings, setting_names
from flake8_redis_ssot.config.settings import GENERAL, RESOURCE, RESOURCES, SETTINGS, is_suitable, top_level_settings
from flake8_redis_ssot.config.toml_table import ProblemReporter, Table, join_key


def build_config(
    values: Mapping[str, object], *, root: Path, file: Path | None, report_problem: ProblemReporter
) -> Config:
    """Build the configuration from the values of our table; invalid values are reported and left out."""
    table = Table(values, "", report_problem, root.as_posix())
    table.report_unknown_keys(setting_names(top_level_settings()), is_suitable)
    resource_tables = list(_read_resources(table))
    _check_consistency(resource_tables)
    resources = tuple(resource for _, resource in resource_tables)
    # Problems are reported in the order of the model's fields, which has `noqa` last.
    settings = sorted(SETTINGS[GENERAL], key=lambda setting: Config._fields.index(setting.field))
    return Config(root=root, file=file, resources=resources, **read_settings(table, settings))


def _read_resources(table: Table) -> Iterator[tuple[Table, Resource]]:
    if any(name in table.values for name in setting_names(SETTINGS[RESOURCE])):
        yield table, _read_resource(table, None)
    elif table.values.get(RESOURCE, {}) == {}:
        table.report_problem(RESOURCE, "no resource is configured; add one, such as `[tool.redis-ssot.resource.redis]`")
    for name, inner in RESOURCES.read(table):
        yield inner, _read_resource(inner, name)


def _read_resource(table: Table, name: str | None) -> Resource:
    """The resource in `table`; its default name is the last part of its canonical module."""
    values = read_settings(table, SETTINGS[RESOURCE])
    if any(each.startswith("preset:") for each in values["constructors"]):
        from flake8_redis_ssot.config.presets import expand_constructors  # late: most configurations name none

        values["constructors"], bases = expand_constructors(values["constructors"])
        values["base_classes"] = tuple(dict.fromkeys((*values["base_classes"], *bases)))
    canonical = values["canonical"]
    default_name = canonical[0].rpartition(".")[2] if canonical else "resource"
    return Resource(name=name or default_name, **values)


def _check_consistency(resource_tables: Sequence[tuple[Table, Resource]]) -> None:
    """Report contradictions within a resource or between two."""
    names: set[str] = set()
    for table, resource in resource_tables:
        if resource.name in names:
            table.report_problem(table.full_key("canonical"), f"another resource is already named `{resource.name}`")
        names.add(resource.name)
    for table, resource in resource_tables:
        for old, _ in resource.deprecated:
            full_key = join_key(table.full_key("deprecated"), old)
            if old in resource.canonical:
                table.report_problem(
                    full_key, f"is canonical in resource `{resource.name}`; it cannot also be deprecated"
                )
    _check_replacement_chains(resource_tables)


def _check_replacement_chains(resource_tables: Sequence[tuple[Table, Resource]]) -> None:
    deprecated = {old for _, resource in resource_tables for old, _ in resource.deprecated}
    for table, resource in resource_tables:
        for old, new in resource.deprecated:
            if new in deprecated:
                full_key = join_key(table.full_key("deprecated"), old)
                table.report_problem(full_key, f"its replacement `{new}` is itself deprecated")
