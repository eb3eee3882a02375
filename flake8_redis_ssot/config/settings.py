"""The table of all settings: key, type and validation of the value, default, and help.

The parser, the JSON schema, the settings page and "did you mean" hints are driven by it. To add a setting, add an entry
here and a field to the model.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple, get_args

from flake8_redis_ssot.codes import DEFAULT_SELECTOR
from flake8_redis_ssot.config.model import (
    AccessorFor,
    BudgetScope,
    Duplicates,
    NoqaPolicy,
    RuntimeBudgets,
    TestFindings,
    TypeChecking,
)
from flake8_redis_ssot.config.setting import Setting, read_settings, setting_names
from flake8_redis_ssot.config.toml_table import PathValidator, Table, join_key
from flake8_redis_ssot.config.validators import (
    validate_constructor,
    validate_folder,
    validate_member,
    validate_method_name,
    validate_module,
    validate_parameter,
    validate_service,
)
from flake8_redis_ssot.config.value_types import (
    CODES,
    PATTERNS,
    Boolean,
    Choice,
    ChoiceByCode,
    CodesByPattern,
    Count,
    Fraction,
    PositiveNumber,
    Replacements,
    String,
    Strings,
    StringsOrAll,
)

# The tables that have settings.
GENERAL, RESOURCE, ACCESSOR_FOR, RUNTIME = "", "resource", "accessor-for", "runtime"


class Tables(NamedTuple):
    """An array of tables, or a single table."""

    name: str  # the key of their settings in SETTINGS
    model: Callable[..., object]  # is called with the fields of a table

    def read(self, table: Table, key: str) -> tuple[object, ...]:
        """The tables at `key`, each converted by the model."""
        tables = [table.as_table(item, full_key) for item, full_key in table.items(key)]
        return tuple(self.read_one(inner) for inner in tables if inner is not None)

    def read_one(self, table: Table) -> object:
        """A single table."""
        table.report_unknown_keys(setting_names(SETTINGS[self.name]), is_suitable)
        return self.model(**read_settings(table, SETTINGS[self.name]))


class OptionalTable(NamedTuple):
    """A single table; None if it is missing or invalid."""

    name: str  # the key of its settings in SETTINGS
    model: Callable[..., object]  # is called with the fields of the table

    def read(self, table: Table, key: str) -> object:
        """The table at `key`, converted by the model."""
        inner = table.table(key)
        return None if inner is None else Tables(self.name, self.model).read_one(inner)


class NamedTables(NamedTuple):
    """A table of tables, each with a name that the user chooses."""

    name: str  # the key of their settings in SETTINGS

    def read(self, table: Table, key: str) -> Iterator[tuple[str, Table]]:
        """The tables at `key`, with their names."""
        outer = table.table(key)
        if outer is None:
            return
        valid = setting_names(SETTINGS[self.name])
        for name in outer.values:
            if name in valid:
                better = join_key(f"{key}.NAME", name)
                outer.report_problem(outer.full_key(name), f"the {self.name} has no name; write `{better}`")
            elif inner := outer.table(name):
                inner.report_unknown_keys(valid, is_suitable)
                yield name, inner


def is_suitable(name: str, value: object) -> bool:
    """Whether a setting can have a value, judged by whether that is a table, an array of tables, or neither."""
    tables = (*SETTINGS.values(), (RESOURCES,))
    types = [setting.type for settings in tables for setting in settings if setting.name == name]
    kinds: tuple[type, ...] = (NamedTables, Tables, OptionalTable, CodesByPattern, Replacements, ChoiceByCode)
    if isinstance(value, dict):
        return any(isinstance(each, kinds) for each in types)
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return any(isinstance(each, Tables) for each in types)
    return not any(isinstance(each, (NamedTables, Tables, OptionalTable, CodesByPattern)) for each in types)


def top_level_settings() -> tuple[Setting, ...]:
    """The settings of `[tool.redis-ssot]`, which may include those of a single unnamed resource."""
    return (*SETTINGS[GENERAL], RESOURCES, *SETTINGS[RESOURCE])


def _default_src(root: str) -> tuple[str, ...]:
    return (".", "src") if os.path.isdir(os.path.join(root, "src")) else (".",)


_ACCESSOR = Setting(
    "accessor",
    String(validate_member),
    "The function that returns the shared instance, as a dotted name.",
    default=None,
)
RESOURCES = Setting(RESOURCE, NamedTables(RESOURCE), "Shared resources, by name.")
SETTINGS = {
    GENERAL: (
        Setting(
            "src",
            Strings(PathValidator(validate_folder), posixpath.normpath),
            "Import roots, from the configuration's folder (default: `.` and `src`).",
            default_in=_default_src,
            presence="nonempty",
            hint="write `.` for the root itself",
        ),
        Setting("exclude", PATTERNS, "Patterns as in a .gitignore, on top of .gitignore itself."),
        Setting(
            "services",
            Strings(validate_service),
            "Services that are deployed separately (packages or folders): no fix makes one import another.",
        ),
        Setting(
            "select",
            CODES,
            "Codes or prefixes to report (default: all but RSS901).",
            default=(DEFAULT_SELECTOR,),
        ),
        Setting("ignore", CODES, "Codes or prefixes to ignore."),
        Setting("per-file-ignores", CodesByPattern(), "File pattern → codes to ignore there."),
        Setting(
            "noqa",
            ChoiceByCode(Choice(get_args(NoqaPolicy))),
            "Policy for `# noqa` comments: one value for all codes, or one per code or prefix.",
        ),
        Setting(
            "type-checking",
            Choice(get_args(TypeChecking)),
            "Whether imports under TYPE_CHECKING are reported.",
            default="report",
        ),
        Setting(
            "baseline",
            String(PathValidator(validate_folder)),
            "The file of known findings, which are not reported; default: redis-ssot-baseline.jsonl, if it exists.",
            default="",
        ),
        Setting(
            "duplicates",
            Choice(get_args(Duplicates)),
            "Where classes are compared with the guarded classes.",
            default="shipped",
        ),
        Setting(
            "duplicate-threshold",
            Fraction(),
            "The share of a guarded class's methods that makes another class a duplicate; common methods count less"
            " (default: {default}).",
            default=0.5,
        ),
    ),
    RESOURCE: (
        Setting(
            "canonical",
            Strings(validate_module),
            "The only modules that may create an instance (dotted).",
            presence="required",
            hint="name the module that defines the shared instance",
        ),
        Setting(
            "constructors",
            Strings(validate_constructor),
            "Classes and functions that create an instance: dotted names (`*` is one part, `**` any number of parts)"
            " or presets (`preset:redis`).",
            alternative="deprecated",
            hint="without either nothing can be reported",
        ),
        Setting("instance", String(validate_member), "The shared instance, as a dotted name.", default=None),
        _ACCESSOR,
        Setting("allow", PATTERNS, "Patterns of files that may create or import anything."),
        Setting("deprecated", Replacements(), "Deprecated modules and names → their replacements."),
        Setting("accessor-for", Tables(ACCESSOR_FOR, AccessorFor), "Other accessors for some files."),
        Setting(
            "check-canonical",
            Boolean(),
            "Whether additional instances in the canonical modules are reported.",
            default=False,
        ),
        Setting("tear-down", Strings(validate_method_name), "Additional methods that close an instance."),
        Setting(
            "base-classes",
            Strings(validate_member),
            "Third-party classes; their subclasses in the project are constructors as well.",
        ),
        Setting(
            "tests",
            Choice(get_args(TestFindings)),
            "Findings in tests: among the others (`report`), after them with a count of their own (`separate`),"
            " or none (`ignore`).",
            default="separate",
        ),
        Setting(
            "runtime",
            OptionalTable(RUNTIME, RuntimeBudgets),
            "Limits for an observed run, which fails if it exceeds one.",
            default=None,
        ),
        Setting(
            "drop-arguments",
            StringsOrAll(validate_parameter),
            "Parameters of the constructors whose arguments fixes may drop; `true` for all.",
        ),
        Setting(
            "accessor-shares-pool",
            Boolean(),
            "Whether the accessor returns a new object each time, all of which share one connection pool.",
            default=False,
        ),
        Setting(
            "shared-across-event-loops",
            Boolean(),
            "Whether several event loops can use one asynchronous instance.",
            default=False,
        ),
    ),
    ACCESSOR_FOR: (
        Setting("paths", PATTERNS, "Patterns of the files.", presence="required"),
        _ACCESSOR._replace(presence="required"),
    ),
    RUNTIME: (
        Setting("instances", Count(), "How many instances may be constructed.", default=None),
        Setting("connections", Count(), "How many connections may be open at the same time.", default=None),
        Setting("leaks", Count(), "How many connections may be left by tests or by the run.", default=None),
        Setting(
            "p95-ms",
            PositiveNumber(),
            "The 95th percentile of the latency of all commands, in milliseconds.",
            default=None,
        ),
        Setting(
            "slowdown", PositiveNumber(), "How much slower than the run before a run may be: 0.05 is 5%.", default=None
        ),
        Setting(
            "per",
            Choice(get_args(BudgetScope)),
            "What `instances` and `connections` hold for (default: {default}).",
            default="process",
        ),
        Setting(
            "library",
            Choice(("redis", "sqlalchemy")),
            "Whose connections are those of the resource (default: the package of its constructors).",
            default=None,
        ),
    ),
}
