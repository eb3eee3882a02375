"""The configuration as frozen values, and the errors of reading one."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from flake8_redis_ssot.terminal import escape_unprintable

TypeChecking = Literal["report", "ignore"]
Duplicates = Literal["shipped", "all", "off"]
TestFindings = Literal["report", "separate", "ignore"]
BudgetScope = Literal["process", "test", "session"]
NoqaPolicy = Literal["allow", "require-reason", "forbid"]


class AccessorFor(NamedTuple):
    """The accessor to use in files that the gitignore-style patterns `paths` match."""

    paths: tuple[str, ...]
    accessor: str


class RuntimeBudgets(NamedTuple):
    """What a run may cost (`redis-ssot observe`, `pytest --redis-ssot-runtime`); None for no limit.

    `instances` and `connections` hold for each process, test or the whole session (`per`); `leaks` are connections that
    are left, `p95_ms` the 95th percentile of all commands in milliseconds, `slowdown` a fraction of the time before.
    """

    instances: int | None
    connections: int | None
    leaks: int | None
    p95_ms: float | None
    slowdown: float | None
    per: BudgetScope
    library: str | None  # whose connections are those of the resource; None to infer it


class Resource(NamedTuple):
    """A shared resource; all names are dotted.

    `canonical` are modules; `constructors` may contain globs (`*` matches within one part, `**` any number of parts).
    `deprecated` are pairs of a name or glob and its replacement, which may be empty. `allow` are gitignore-style
    patterns relative to the root; `tear_down` are methods that end an instance, in addition to the usual ones.
    Subclasses of the third-party `base_classes` are constructors as well. `tests` is what becomes of findings in tests.
    `drop_arguments` are the parameters of constructors whose arguments fixes may drop (True: all). If
    `accessor_shares_pool`, the accessor returns wrappers of one pool; if `shared_across_event_loops`, several event
    loops can use one instance.
    """

    name: str
    canonical: tuple[str, ...]
    constructors: tuple[str, ...]
    instance: str | None
    accessor: str | None
    allow: tuple[str, ...]
    deprecated: tuple[tuple[str, str], ...]
    accessor_for: tuple[AccessorFor, ...]
    check_canonical: bool
    tear_down: tuple[str, ...]
    base_classes: tuple[str, ...] = ()
    tests: TestFindings = "separate"
    runtime: RuntimeBudgets | None = None
    drop_arguments: tuple[str, ...] | bool = ()
    accessor_shares_pool: bool = False
    shared_across_event_loops: bool = False

    @property
    def home(self) -> str:
        """The first canonical module, as it is imported: `app` for `app.__init__`."""
        return self.canonical[0].removesuffix(".__init__")


# The baseline of a configuration that names none, if there is such a file beside it.
DEFAULT_BASELINE = "redis-ssot-baseline.jsonl"


class Config(NamedTuple):
    """The settings of a run. Paths and patterns are relative to `root` (absolute), not to the working directory."""

    root: Path
    file: Path | None  # the file it was loaded from; None if all settings come from the command line
    src: tuple[str, ...]
    exclude: tuple[str, ...]
    services: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...]
    type_checking: TypeChecking
    resources: tuple[Resource, ...]
    baseline: str  # relative to `root`, with `/`; empty if none is configured and there is no default one
    duplicates: Duplicates  # where classes are compared with the guarded ones
    duplicate_threshold: float  # the fraction of a guarded class's methods, by weight, that makes a duplicate
    noqa: tuple[tuple[str, NoqaPolicy], ...]  # prefixes of codes, each with its policy

    @property
    def import_roots(self) -> list[str]:
        """The import roots (absolute paths)."""
        return [os.path.normpath(os.path.join(self.root, source)) for source in self.src]

    def noqa_policy(self, code: str) -> NoqaPolicy:
        """The policy for `noqa` comments of a code; the longest matching prefix decides."""
        matching_policies = [(len(prefix), word) for prefix, word in self.noqa if code.startswith(prefix)]
        return max(matching_policies)[1] if matching_policies else "allow"


class ConfigProblem(NamedTuple):
    """A problem with a setting: the file (or `--config`), the full key (empty for the whole file), and the text."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        return escape_unprintable(": ".join(filter(None, (self.file, self.key, self.text))))


class ConfigError(Exception):
    """A configuration is invalid; the text has one line for each of its `problems`."""

    def __init__(self, problems: Iterable[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
