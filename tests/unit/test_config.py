"""Finding a configuration, reading it in all its forms, and laying the command line over it."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import (
    config_from_overrides,
    config_warnings,
    configuration_help,
    find_config,
    load_config,
    problem_at,
)
from flake8_redis_ssot.config.model import AccessorFor, Config, ConfigError, ConfigProblem, Resource
from flake8_redis_ssot.config.validators import find_nearest

SHORT = 'canonical = "app.rm"\nconstructors = "app.rm.Manager"\n'
FULL = """\
src = ["lib/", "./python"]
exclude = ["backups/"]
services = ["backend", "auth"]
select = "RSS00"
ignore = ["RSS004", "RSS004"]
type-checking = "ignore"
per-file-ignores = { "tests/**" = ["RSS002", "RSS003"], "a.py" = "ALL" }
noqa = { RSS = "require-reason", RSS002 = "forbid", ALL = "allow" }

[resource.redis]
canonical = ["app.rm", "app.rm2", "app.rm"]
constructors = ["app.rm.Manager", "redis.**.from_url"]
instance = "app.rm.manager"
accessor = "app.rm.get_manager"
allow = ["tests/unit/redis/**"]
check-canonical = true

[resource.redis.deprecated]
"old.rm" = "app.rm"
"old.gone" = ""
old.unquoted.rm = "app.rm"

[[resource.redis.accessor-for]]
paths = ["tests/**"]
accessor = "testing.get_manager"

[resource.db]
canonical = "app.db"
deprecated = ["old.db", "**.*Engine"]
"""
REDIS = Resource(
    name="redis",
    canonical=("app.rm", "app.rm2"),
    constructors=("app.rm.Manager", "redis.**.from_url"),
    instance="app.rm.manager",
    accessor="app.rm.get_manager",
    allow=("tests/unit/redis/**",),
    deprecated=(("old.rm", "app.rm"), ("old.gone", ""), ("old.unquoted.rm", "app.rm")),
    accessor_for=(AccessorFor(("tests/**",), "testing.get_manager"),),
    check_canonical=True,
    tear_down=(),
)


def resource(name: str, canonical: str) -> Resource:
    return Resource(name, (canonical,), (f"{canonical}.Manager",), None, None, (), (), (), False, ())


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def to_pyproject(text: str) -> str:
    """The text of a redis-ssot.toml as it is in pyproject.toml."""
    return "[tool.redis-ssot]\n" + text.replace("[resource", "[tool.redis-ssot.resource")


def problems(caught: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return str(caught.value).splitlines()


# Forms


def test_everything(root: Path) -> None:
    assert load_config(write("redis-ssot.toml", FULL)) == Config(
        root=root,
        file=root / "redis-ssot.toml",
        src=("lib", "python"),
        exclude=("backups/",),
        services=("backend", "auth"),
        select=("RSS00",),
        ignore=("RSS004",),
        per_file_ignores=(("tests/**", ("RSS002", "RSS003")), ("a.py", ("ALL",))),
        type_checking="ignore",
        resources=(
            REDIS,
            Resource("db", ("app.db",), (), None, None, (), (("old.db", ""), ("**.*Engine", "")), (), False, ()),
        ),
        baseline="",
        duplicates="shipped",
        duplicate_threshold=0.5,
        noqa=(("RSS", "require-reason"), ("RSS002", "forbid"), ("", "allow")),
    )


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("", "RSS002", "allow"),
        ('noqa = "forbid"', "RSS900", "forbid"),
        ('noqa = { RSS002 = "forbid" }', "RSS002", "forbid"),
        ('noqa = { RSS002 = "forbid" }', "RSS003", "allow"),
        ('noqa = { RSS00 = "allow", RSS002 = "forbid", RSS = "require-reason" }', "RSS002", "forbid"),
        ('noqa = { RSS00 = "allow", RSS002 = "forbid", RSS = "require-reason" }', "RSS001", "allow"),
        ('noqa = { RSS00 = "allow", RSS002 = "forbid", RSS = "require-reason" }', "RSS901", "require-reason"),
        ('noqa = { RSS = "allow", ALL = "forbid" }', "RSS001", "allow"),
    ],
)
def test_noqa_policy(text: str, code: str, word: str) -> None:
    assert load_config(write("redis-ssot.toml", f"{text}\n{SHORT}")).noqa_policy(code) == word


def test_defaults(root: Path) -> None:
    assert load_config(write("redis-ssot.toml", SHORT)) == Config(
        root=root,
        file=root / "redis-ssot.toml",
        src=(".",),
        exclude=(),
        services=(),
        select=("default",),
        ignore=(),
        per_file_ignores=(),
        type_checking="report",
        resources=(resource("rm", "app.rm"),),
        baseline="",
        duplicates="shipped",
        duplicate_threshold=0.5,
        noqa=(),
    )


def test_existing_src_is_an_import_root() -> None:
    file = write("redis-ssot.toml", SHORT)
    Path("src").mkdir()
    assert load_config(file).src == (".", "src")


@pytest.mark.parametrize("name", ["pyproject.toml", "redis-ssot.toml", ".redis-ssot.toml", "ci.toml"])
def test_file_names(name: str) -> None:
    plain = load_config(write("redis-ssot.toml", FULL))
    other = load_config(
        write(f"other/{name}", f"[project]\nname = 'x'\n[tool.ruff]\n{to_pyproject(FULL)}"), root=plain.root
    )
    assert (other.src, other.per_file_ignores, other.resources) == (
        plain.src,
        plain.per_file_ignores,
        plain.resources,
    )


def test_short_form_with_other_resources() -> None:
    config = load_config(write("redis-ssot.toml", f"{SHORT}[resource.db]\n{SHORT.replace('rm', 'db')}"))
    assert config.resources == (resource("rm", "app.rm"), resource("db", "app.db"))


def test_single_accessor_for() -> None:
    text = f"{SHORT}[accessor-for]\npaths = 'tests'\naccessor = 'testing.get'\n"
    (found,) = load_config(write("redis-ssot.toml", text)).resources
    assert found.accessor_for == (AccessorFor(("tests",), "testing.get"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("false", False), ("'host'", ("host",)), ("['host', 'port', 'host']", ("host", "port"))],
)
def test_drop_arguments(text: str, expected: object) -> None:
    (found,) = load_config(write("redis-ssot.toml", f"{SHORT}drop-arguments = {text}\n")).resources
    assert found.drop_arguments == expected


def test_config_is_hashable_and_picklable(root: Path) -> None:
    config = load_config(write("redis-ssot.toml", FULL))
    assert hash(config) == hash(load_config(root / "redis-ssot.toml"))
    assert pickle.loads(pickle.dumps(config)) == config


def test_byte_order_mark() -> None:
    assert load_config(write("redis-ssot.toml", f"\ufeff{SHORT}")).resources == (resource("rm", "app.rm"),)


def test_root(root: Path) -> None:
    file = write("conf/redis-ssot.toml", SHORT)
    assert load_config(file).root == root / "conf"
    assert load_config(file, root=root).root == root
    assert load_config(file, root=Path("other")).root == root / "other"


# Finding


def test_nearest_directory_wins(root: Path) -> None:
    far, near = write("redis-ssot.toml", ""), write("a/b/redis-ssot.toml", "")
    file = write("a/b/c/d.py", "")
    assert find_config(file) == find_config(file.parent) == find_config(near.parent) == root / near
    assert find_config(Path("a")) == find_config(Path()) == root / far


def test_missing_path(root: Path) -> None:
    file = write("a/redis-ssot.toml", "")
    assert find_config(Path("a/gone.py")) == find_config(Path("a/gone/b.py")) == root / file


def test_own_files_take_precedence_over_pyproject(root: Path) -> None:
    write("pyproject.toml", "[tool.redis-ssot]")
    assert find_config(root) == root / "pyproject.toml"
    write(".redis-ssot.toml", "")
    assert find_config(root) == root / ".redis-ssot.toml"
    write("redis-ssot.toml", "")
    assert find_config(root) == root / "redis-ssot.toml"


WITHOUT_TABLE = [
    "",
    "[tool.ruff]",
    "# redis-ssot",
    "tool = 1",
    "[tool]\nname = 'redis-ssot'",
    "[project]\nname = 'redis-ssot'",
]


@pytest.mark.parametrize("text", WITHOUT_TABLE)
def test_pyproject_without_table_is_skipped(root: Path, text: str) -> None:
    write("pyproject.toml", "[tool.redis-ssot]")
    write("a/pyproject.toml", text)
    assert find_config(root / "a") == root / "pyproject.toml"


@pytest.mark.parametrize("text", ["[tool.redis_ssot]", "[tool.redis-ssot", "[[tool.redis-ssot]]"])
def test_invalid_pyproject_is_not_skipped(root: Path, text: str) -> None:
    write("a/pyproject.toml", text)
    assert find_config(root / "a") == root / "a/pyproject.toml"


def test_directories_are_skipped(root: Path) -> None:
    write("redis-ssot.toml", "")
    Path("a/redis-ssot.toml").mkdir(parents=True)
    Path("a/pyproject.toml").mkdir()
    assert find_config(root / "a") == root / "redis-ssot.toml"


def test_no_configuration(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setattr(os.path, "isfile", lambda path: False)  # whatever lies above the temporary folder
    assert find_config(root) is None


def test_configuration_help_is_valid() -> None:
    text, _, example = configuration_help().partition("\n\n")
    assert text.splitlines() == [
        "No configuration found. Propose one: redis-ssot init",
        "Or add one to pyproject.toml or redis-ssot.toml, such as:",
    ]
    for name in ("pyproject.toml", "redis-ssot.toml"):
        (found,) = load_config(write(name, example)).resources
        assert found.name == "redis"


# Files that cannot be read


UNREADABLE = [
    (b"src = [\nx", "redis-ssot.toml: malformed TOML: Invalid value (at line 2, column 1)"),
    (
        b"src = 'a'\nsrc = 'b'\n",
        "redis-ssot.toml: malformed TOML: Cannot overwrite a value (at line 2, column 10)",
    ),
    (
        b"[tool",
        "redis-ssot.toml: malformed TOML: Expected ']' at the end of a table declaration (at end of document)",
    ),
    (b"src = '\xff'", "redis-ssot.toml: is not UTF-8: invalid start byte at byte 7"),
]


@pytest.mark.parametrize(("data", "expected"), UNREADABLE)
def test_malformed_toml(data: bytes, expected: str) -> None:
    Path("redis-ssot.toml").write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_config(Path("redis-ssot.toml"))
    assert problems(caught) == [expected]


def test_missing_file() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(Path("gone.toml"))
    assert problems(caught) == ["gone.toml: cannot be read: No such file or directory"]


NOT_OURS = [
    ("[tool.ruff]", "pyproject.toml: has no table `tool.redis-ssot`"),
    ("[tool.redis_ssot]", "pyproject.toml: tool.redis_ssot: unknown table; did you mean `tool.redis-ssot`?"),
    ("[[tool.redis-ssot]]", "pyproject.toml: tool.redis-ssot: expected a table, found an array"),
    ("tool.redis-ssot = 1", "pyproject.toml: tool.redis-ssot: expected a table, found an integer"),
]


@pytest.mark.parametrize(("text", "expected"), NOT_OURS)
def test_pyproject_without_table(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write("pyproject.toml", text))
    assert problems(caught) == [expected]


def test_problems_have_full_keys() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write("sub/pyproject.toml", to_pyproject(f"[resource.redis]\n{SHORT}constructers = []\n")))
    key = "tool.redis-ssot.resource.redis.constructers"
    assert problems(caught) == [f"sub/pyproject.toml: {key}: unknown key; did you mean `constructors`?"]
    assert caught.value.problems == (
        ConfigProblem("sub/pyproject.toml", key, "unknown key; did you mean `constructors`?"),
    )


def test_file_outside_the_working_directory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("redis-ssot.toml", "src = 1")
    write("sub/x", "")
    monkeypatch.chdir("sub")
    with pytest.raises(ConfigError, match=f"^{root}/redis-ssot.toml: "):
        load_config(root / file)


def test_keys_outside_the_table() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write("redis-ssot.toml", f"src = 'lib'\n{to_pyproject(SHORT)}"))
    assert problems(caught) == ["redis-ssot.toml: src: is outside `[tool.redis-ssot]`; move it there"]


# The command line


def test_overrides() -> None:
    file = write("pyproject.toml", to_pyproject(FULL))
    overrides = [
        'src="x"',
        "resource.redis.check-canonical = false",
        'resource.redis.deprecated."old.rm"="app.new"',
        'resource.redis.deprecated.other.rm = ""',
        "resource.db.deprecated = {}",
        'resource.db.constructors=["app.db.Engine"]',
        'resource.cache = {canonical = "app.cache", constructors = "app.cache.Cache"}',
        'src="y"',
    ]
    config = load_config(file, overrides=overrides)
    redis, db, cache = config.resources
    assert config.src == ("y",)
    assert redis.check_canonical is False
    assert redis.accessor == "app.rm.get_manager"
    assert dict(redis.deprecated) == {
        "old.rm": "app.new",
        "old.gone": "",
        "old.unquoted.rm": "app.rm",
        "other.rm": "",
    }
    assert db.constructors == ("app.db.Engine",)
    assert cache.name == "cache"
    assert load_config(file) != config


def test_override_replaces_a_table() -> None:
    file = write("redis-ssot.toml", f"{SHORT}deprecated = {{'old.rm' = 'app.rm'}}")
    (found,) = load_config(file, overrides=["deprecated = []"]).resources
    assert found.deprecated == ()


def test_overrides_without_file(root: Path) -> None:
    config = config_from_overrides(['canonical = ["app.rm"]', "constructors = 'app.rm.Manager'"], Path())
    assert (config.root, config.file, config.resources) == (root, None, (resource("rm", "app.rm"),))


HINT = 'write KEY=VALUE in TOML, with quotes around text, such as `type-checking="ignore"`'


def test_malformed_overrides() -> None:
    overrides = ["type-checking=ignore", "src", *SHORT.splitlines()]
    expected = [
        f"--config: type-checking=ignore: malformed TOML: Invalid value (at line 1, column 15); {HINT}",
        f"--config: src: malformed TOML: Expected '=' after a key in a key/value pair (at end of document); {HINT}",
    ]
    with pytest.raises(ConfigError) as caught:
        config_from_overrides(overrides, Path())
    assert problems(caught) == expected
    with pytest.raises(ConfigError) as caught:
        load_config(write("redis-ssot.toml", "exclude = 1"), overrides=overrides)
    assert problems(caught) == [
        *expected,
        "redis-ssot.toml: exclude: expected a string or an array of strings, found an integer",
    ]


def test_problems_name_their_source() -> None:
    file = write("pyproject.toml", to_pyproject(f"ignore = 1\n{SHORT}"))
    with pytest.raises(ConfigError) as caught:
        load_config(file, overrides=["selct = 'ALL'", "src = ['../x']", "per-file-ignores = {a = 1}"])
    assert [(problem.file, problem.key) for problem in caught.value.problems] == [
        ("--config", "selct"),
        ("--config", "src[0]"),
        ("pyproject.toml", "tool.redis-ssot.ignore"),
        ("--config", "per-file-ignores.a"),
    ]


def test_empty_overrides() -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_overrides([], Path())
    expected = "--config: resource: no resource is configured; add one, such as `[tool.redis-ssot.resource.redis]`"
    assert problems(caught) == [expected]


# Warnings


def test_missing_import_roots(root: Path) -> None:
    Path("lib").mkdir()
    write("file", "")
    text = to_pyproject(f"src = ['.', 'lib', 'gone', 'file']\n{SHORT}")
    assert config_warnings(load_config(write("pyproject.toml", text))) == (
        ConfigProblem("pyproject.toml", "tool.redis-ssot.src", f"`gone` is not a folder in {root}"),
        ConfigProblem("pyproject.toml", "tool.redis-ssot.src", f"`file` is not a folder in {root}"),
    )
    assert config_warnings(load_config(write("redis-ssot.toml", f"src = 'lib'\n{SHORT}"))) == ()


def test_problem_at() -> None:
    from_file = load_config(write("redis-ssot.toml", SHORT))
    assert str(problem_at(from_file, "resource.rm.accessor", "text")) == "redis-ssot.toml: resource.rm.accessor: text"
    from_command_line = config_from_overrides(SHORT.splitlines(), Path())
    assert str(problem_at(from_command_line, "src", "text")) == "--config: src: text"


def test_errors_are_picklable() -> None:
    error = ConfigError([ConfigProblem("a.toml", "", "is bad"), ConfigProblem("a.toml", "src", "too")])
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a.toml: is bad\na.toml: src: too"


def test_find_nearest() -> None:
    assert find_nearest("get_redis", ["get_redis_manager", "x"]) == "get_redis_manager"
