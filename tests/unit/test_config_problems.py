"""The problems of invalid configurations and their texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.config.model import ConfigError

GOOD = """\
[resource.redis]
canonical = "app.rm"
constructors = "app.rm.Manager"
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(text: str) -> list[str]:
    """The problems of a redis-ssot.toml as `key: text`."""
    file = Path("redis-ssot.toml")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert all(problem.file == file.name for problem in caught.value.problems)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return [f"{problem.key}: {problem.text}" for problem in caught.value.problems]


STRINGS = "expected a string or an array of strings, found"
GENERAL = [
    # Unknown keys, with suggestions.
    ("sources = []", "sources: unknown key; did you mean `services`?"),
    ("sources.x = {}", "sources: unknown key; did you mean `resource`?"),
    ("accessorfor = 'x'", "accessorfor: unknown key; did you mean `accessor`?"),
    ("accessorfor = [{}]", "accessorfor: unknown key; did you mean `accessor-for`?"),
    ("per_file_ignores = {}", "per_file_ignores: unknown key; did you mean `per-file-ignores`?"),
    ("Exclude = []", "Exclude: unknown key; did you mean `exclude`?"),
    (
        "xyz = 1",
        "xyz: unknown key; valid are `src`, `exclude`, `services`, `select`, `ignore`, `per-file-ignores`,"
        " `noqa`, `type-checking`, `baseline`, `duplicates`, `duplicate-threshold`,"
        " `resource`, `canonical`, `constructors`, `instance`, `accessor`,"
        " `allow`, `deprecated`, `accessor-for`, `check-canonical`, `tear-down`, `base-classes`, `tests`,"
        " `runtime`,"
        " `drop-arguments`, `accessor-shares-pool`, `shared-across-event-loops`",
    ),
    ("db.canonical = 'app.db'", "db: unknown key; did you mean `resource.db`?"),
    # Types.
    ("src = 1", f"src: {STRINGS} an integer"),
    ("src = {}", f"src: {STRINGS} a table"),
    ("exclude = 1.5", f"exclude: {STRINGS} a float"),
    ("services = true", f"services: {STRINGS} a boolean"),
    ("select = 2024-01-01", f"select: {STRINGS} a date or time"),
    ("ignore = ['RSS001', 2]", "ignore[1]: expected a string, found an integer"),
    ("ignore = [['RSS001']]", "ignore[0]: expected a string, found an array"),
    ("type-checking = false", "type-checking: expected a string, found a boolean"),
    ("per-file-ignores = ['a.py']", "per-file-ignores: expected a table, found an array"),
    ("per-file-ignores = {a = 1}", f"per-file-ignores.a: {STRINGS} an integer"),
    # Values.
    ("src = []", "src: is empty; write `.` for the root itself"),
    ("src = ['a', '../b']", "src[1]: `../b` is outside {root}; write a path below it"),
    ("src = '{root}/lib'", "src: `{root}/lib` is absolute; write it relative to {root}, such as `lib`"),
    ("exclude = ['{root}/a']", "exclude[0]: `{root}/a` is absolute; write `/a`, relative to {root}"),
    ("exclude = '../a'", "exclude: `../a` is outside {root}; write a path below it"),
    (
        "services = ['auth-service']",
        "services[0]: `auth-service`: `auth-service` is not a Python name; did you mean `auth_service`?",
    ),
    ("select = 'rss1'", "select: `rss1` is not a code of this tool; write `RSS1`"),
    (
        "ignore = ['E501']",
        "ignore[0]: `E501` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`",
    ),
    ("duplicates = 'none'", "duplicates: `none` is not a valid value; valid are `shipped`, `all` and `off`"),
    ("duplicates = 'ship'", "duplicates: `ship` is not a valid value; did you mean `shipped`?"),
    ("duplicate-threshold = '1'", "duplicate-threshold: expected a number, found a string"),
    ("duplicate-threshold = true", "duplicate-threshold: expected a number, found a boolean"),
    (
        "duplicate-threshold = 0",
        "duplicate-threshold: `0` is out of range; write a number above 0 and at most 1",
    ),
    (
        "duplicate-threshold = 1.5",
        "duplicate-threshold: `1.5` is out of range; write a number above 0 and at most 1",
    ),
    ("type-checking = 'reports'", "type-checking: `reports` is not a valid value; did you mean `report`?"),
    ("type-checking = 'fix'", "type-checking: `fix` is not a valid value; valid are `report` and `ignore`"),
    (
        "per-file-ignores = {'../a' = 'ALL'}",
        'per-file-ignores."../a": `../a` is outside {root}; write a path below it',
    ),
    (
        "per-file-ignores = {'a/*.py' = ['RSS1', 'X']}",
        'per-file-ignores."a/*.py"[1]: `X` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`',
    ),
    ("select = 'RS'", "select: `RS` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`"),
    ("noqa = 1", "noqa: expected a string or a table, found an integer"),
    ("noqa = ['forbid']", "noqa: expected a string or a table, found an array"),
    ("noqa = 'forbidden'", "noqa: `forbidden` is not a valid value; did you mean `forbid`?"),
    ("noqa = 'xyz'", "noqa: `xyz` is not a valid value; valid are `allow`, `require-reason` and `forbid`"),
    (
        "noqa.RSS002 = 'require_reason'",
        "noqa.RSS002: `require_reason` is not a valid value; did you mean `require-reason`?",
    ),
    ("noqa.RSS002 = true", "noqa.RSS002: expected a string, found a boolean"),
    ("noqa.rss002 = 'forbid'", "noqa.rss002: `rss002` is not a code of this tool; write `RSS002`"),
    (
        "noqa.E501 = 'forbid'",
        "noqa.E501: `E501` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`",
    ),
    ("resource.db = 1", "resource.db: expected a table, found an integer"),
]


@pytest.mark.parametrize(("text", "expected"), GENERAL)
def test_general_keys(text: str, expected: str, root: Path) -> None:
    found = problems(f"{text}\n{GOOD}".replace("{root}", root.as_posix()))
    assert found == [expected.replace("{root}", root.as_posix())]


RESOURCE = [
    ("constructers = 'app.rm.M'", "constructers: unknown key; did you mean `constructors`?"),
    ("canonical-module = 'app.rm'", "canonical-module: unknown key; did you mean `canonical`?"),
    (
        "zzz = 1",
        "zzz: unknown key; valid are `canonical`, `constructors`, `instance`, `accessor`, `allow`, `deprecated`,"
        " `accessor-for`, `check-canonical`, `tear-down`, `base-classes`, `tests`,"
        " `runtime`,"
        " `drop-arguments`, `accessor-shares-pool`, `shared-across-event-loops`",
    ),
    ("instance = 1", "instance: expected a string, found an integer"),
    ("instance = 'rm'", "instance: `rm` is not a full module name; write such as `app.rm`"),
    ("instance = '**.rm'", "instance: `**.rm` is a pattern; a plain name is required here"),
    ("accessor = ['app.rm.get']", "accessor: expected a string, found an array"),
    ("accessor = 'app.rm.get()'", "accessor: `app.rm.get()` is a call; write `app.rm.get`"),
    ("accessor = 'app.*.get'", "accessor: `app.*.get` is a pattern; a plain name is required here"),
    ("allow = '../tests'", "allow: `../tests` is outside {root}; write a path below it"),
    ("check-canonical = 'yes'", "check-canonical: expected a boolean, found a string"),
    ("check-canonical = 1", "check-canonical: expected a boolean, found an integer"),
    ("drop-arguments = 1", "drop-arguments: expected a boolean, a string or an array of strings, found an integer"),
    ("drop-arguments = ['host', 2]", "drop-arguments[1]: expected a string, found an integer"),
    ("drop-arguments = 'db=0'", "drop-arguments: `db=0` is not the name of a parameter; write `db`"),
    ("drop-arguments = '*'", "drop-arguments: `*` is not the name of a parameter; write `true` for all arguments"),
    ("drop-arguments = '1'", "drop-arguments: `1` is not the name of a parameter"),
    ("accessor-shares-pool = 'pool'", "accessor-shares-pool: expected a boolean, found a string"),
    ("shared-across-event-loops = 1", "shared-across-event-loops: expected a boolean, found an integer"),
    ("deprecated = 1", "deprecated: expected a table, found an integer"),
    ("deprecated = ['old/rm.py']", "deprecated[0]: `old/rm.py` is a path; write `old.rm`"),
    (
        "deprecated = {'old-rm' = ''}",
        "deprecated.old-rm: `old-rm`: `old-rm` is not a Python name; did you mean `old_rm`?",
    ),
    (
        "deprecated = {'*.**' = ''}",
        'deprecated."*.**": `*.**` matches everything; be more specific, such as `**.*Manager`',
    ),
    ("deprecated = {'old.rm' = 1}", 'deprecated."old.rm": expected a string, found an integer'),
    (
        "deprecated = {'old.rm' = '.rm'}",
        'deprecated."old.rm": `.rm` is relative; write the absolute name, such as `app.rm`',
    ),
    (
        "deprecated = {'old.rm' = 'app.*'}",
        'deprecated."old.rm": `app.*` is a pattern; a plain name is required here',
    ),
    (
        "deprecated = {'app.rm' = 'app.new'}",
        'deprecated."app.rm": is canonical in resource `redis`; it cannot also be deprecated',
    ),
    (
        "deprecated = {'old.rm' = 'old.rm'}",
        'deprecated."old.rm": its replacement `old.rm` is itself deprecated',
    ),
    (
        "deprecated = {'a.a' = 'b.b', 'b.b' = 'app.rm'}",
        'deprecated."a.a": its replacement `b.b` is itself deprecated',
    ),
    ("accessor-for = 1", "accessor-for: expected a table, found an integer"),
    ("runtime = 1", "runtime: expected a table, found an integer"),
    (
        "runtime = {instance = 1}",
        "runtime.instance: unknown key; did you mean `instances`?",
    ),
    ("runtime = {instances = -1}", "runtime.instances: `-1` is no count; write 0 or more"),
    ("runtime = {connections = true}", "runtime.connections: expected an integer, found a boolean"),
    ("runtime = {leaks = 0.5}", "runtime.leaks: expected an integer, found a float"),
    ("runtime = {p95-ms = 0}", "runtime.p95-ms: `0` is no limit; write a number above 0"),
    ("runtime = {slowdown = 'a'}", "runtime.slowdown: expected a number, found a string"),
    ("runtime = {slowdown = inf}", "runtime.slowdown: `inf` is no limit; write a number above 0"),
    ("runtime = {per = 1}", "runtime.per: expected a string, found an integer"),
    ("accessor-for = ['a']", "accessor-for[0]: expected a table, found a string"),
    ("accessor-for = {paths = 'a'}", "accessor-for.accessor: is missing"),
    ("accessor-for = [{accessor = 'a.b'}]", "accessor-for[0].paths: is missing"),
    ("accessor-for = [{accessor = 'a.b', paths = []}]", "accessor-for[0].paths: is empty"),
    (
        "accessor-for = [{accessor = 'a.b', path = 'a', paths = 'a'}]",
        "accessor-for[0].path: unknown key; did you mean `paths`?",
    ),
    (
        "accessor-for = [{accessor = 'b', paths = 'a'}]",
        "accessor-for[0].accessor: `b` is not a full module name; write such as `app.b`",
    ),
    (
        "accessor-for = [{accessor = 'a.b', paths = ['~/a']}]",
        "accessor-for[0].paths[0]: `~/a` is absolute; write it relative to {root}",
    ),
]


@pytest.mark.parametrize(("text", "expected"), RESOURCE)
@pytest.mark.parametrize("short", [False, True], ids=["named", "short"])
def test_resource_keys(text: str, expected: str, short: bool, root: Path) -> None:
    """The same problems in the table of a resource and in the short form."""
    good = GOOD.removeprefix("[resource.redis]\n").replace("app.rm", "app.redis") if short else GOOD
    if short:
        text, expected = (
            text.replace("app.rm' =", "app.redis' ="),
            expected.replace('"app.rm"', '"app.redis"'),
        )
        expected = expected.replace("valid are ", f"valid are {', '.join(f'`{key}`' for key in GENERAL_KEYS)}, ")
    prefix = "" if short else "resource.redis."
    assert problems(f"{good}{text}\n") == [f"{prefix}{expected}".replace("{root}", root.as_posix())]


GENERAL_KEYS = (
    *("src", "exclude", "services", "select", "ignore", "per-file-ignores", "noqa", "type-checking", "baseline"),
    *("duplicates", "duplicate-threshold", "resource"),
)

MISSING = "is missing, and `deprecated` as well; without either nothing can be reported"
NO_CANONICAL = "name the module that defines the shared instance"
WHOLE_CONFIGURATIONS = [
    ("", ["resource: no resource is configured; add one, such as `[tool.redis-ssot.resource.redis]`"]),
    ("[resource]", ["resource: no resource is configured; add one, such as `[tool.redis-ssot.resource.redis]`"]),
    ("resource = 'redis'", ["resource: expected a table, found a string"]),
    (
        "[resource.redis]",
        [f"resource.redis.canonical: is missing; {NO_CANONICAL}", f"resource.redis.constructors: {MISSING}"],
    ),
    ("canonical = 'app.rm'", [f"constructors: {MISSING}"]),
    ("canonical = 'app.rm'\nconstructors = []\ndeprecated = {}", [f"constructors: {MISSING}"]),
    ("canonical = []\nconstructors = 'a.B'", [f"canonical: is empty; {NO_CANONICAL}"]),
    ("canonical = ''\nconstructors = 'a.B'", ["canonical: is empty"]),
    ("canonical = [1]\nconstructors = 'a.B'", ["canonical[0]: expected a string, found an integer"]),
    (
        "canonical = 'app/redis.py'\nconstructors = 'a.B'",
        ["canonical: `app/redis.py` is a path; write `app.redis`"],
    ),
    (
        "canonical = 'app.**'\nconstructors = 'a.B'",
        ["canonical: `app.**` is a pattern; a plain name is required here"],
    ),
    (
        "canonical = 'app.rm'\nconstructors = ['*.*', 'Redis', 'a.B']",
        [
            "constructors[0]: `*.*` matches everything; be more specific, such as `**.*Manager`",
            "constructors[1]: `Redis` is not a full module name; write or `**.Redis` for any module",
        ],
    ),
    (
        "[resource]\ncanonical = 'app.rm'\nconstructors = 'app.rm.M'",
        [
            "resource.canonical: the resource has no name; write `resource.NAME.canonical`",
            "resource.constructors: the resource has no name; write `resource.NAME.constructors`",
        ],
    ),
    (
        "canonical = 'app.redis'\nconstructors = 'app.redis.M'\n"
        "[resource.redis]\ncanonical = 'app.r'\nconstructors = 'app.r.M'",
        ["resource.redis.canonical: another resource is already named `redis`"],
    ),
    (
        "[resource.a]\ncanonical = 'app.a'\ndeprecated = {'old.x' = 'app.a', 'app.b' = 'app.a'}\n"
        "[resource.b]\ncanonical = 'app.b'\ndeprecated = ['old.x', 'app.a']",
        [
            'resource.a.deprecated."old.x": its replacement `app.a` is itself deprecated',
            'resource.a.deprecated."app.b": its replacement `app.a` is itself deprecated',
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), WHOLE_CONFIGURATIONS)
def test_whole_configuration(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_all_problems_are_reported() -> None:
    text = """\
src = 3
selct = ["ALL"]
[resource.redis]
canonical = ["app.redis-manager", 4]
accessor = "get"
[resource.redis.deprecated]
"old/rm.py" = "app.rm"
"""
    assert [problem.partition(":")[0] for problem in problems(text)] == [
        *("selct", "resource.redis.canonical[0]", "resource.redis.canonical[1]", "resource.redis.accessor"),
        *('resource.redis.deprecated."old/rm.py"', "src"),
    ]
