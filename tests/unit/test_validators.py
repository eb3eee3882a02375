"""Problems of names, patterns, paths and codes in settings."""

from __future__ import annotations

import pytest

from flake8_redis_ssot.config.validators import (
    find_nearest,
    validate_code,
    validate_constructor,
    validate_deprecated,
    validate_folder,
    validate_member,
    validate_module,
    validate_pattern,
)

ROOT = "/home/me/project"


@pytest.mark.parametrize("text", ["app", "app.redis_manager", "_a.b1", "é.ü"])
def test_modules(text: str) -> None:
    assert validate_module(text) is None


MODULE_FAULTS = [
    ("", "is empty"),
    ("  ", "is empty"),
    (" app.rm", "` app.rm` has spaces around it; write `app.rm`"),
    ("app/redis.py", "`app/redis.py` is a path; write `app.redis`"),
    ("./app/redis/__init__.py", "`./app/redis/__init__.py` is a path; write `app.redis`"),
    ("app\\redis.py", "`app\\redis.py` is a path; write `app.redis`"),
    ("redis.py", "`redis.py` is a path; write `redis`"),
    ("/", "`/` is a path; write `app.redis`"),
    (".rm", "`.rm` is relative; write the absolute name, such as `app.rm`"),
    ("..", "`..` is relative; write the absolute name, such as `app.redis`"),
    ("a..b", "`a..b` has an empty part; write `a.b`"),
    ("a.b.", "`a.b.` has an empty part; write `a.b`"),
    ("my app.rm", "`my app.rm`: `my app` is not a Python name; did you mean `my_app`?"),
    (
        "app.redis-manager",
        "`app.redis-manager`: `redis-manager` is not a Python name; did you mean `redis_manager`?",
    ),
    ("app.1st", "`app.1st`: `1st` is not a Python name"),
    ("app.rm:get_rm", "`app.rm:get_rm` has a colon instead of a dot; write `app.rm.get_rm`"),
    ("app.rm.get_rm()", "`app.rm.get_rm()` is a call; write `app.rm.get_rm`"),
    ("app.rm.get_rm(1, 2)", "`app.rm.get_rm(1, 2)` is a call; write `app.rm.get_rm`"),
    ("app.*", "`app.*` is a pattern; a plain name is required here"),
    ("**.rm", "`**.rm` is a pattern; a plain name is required here"),
]


@pytest.mark.parametrize(("text", "fault"), MODULE_FAULTS)
def test_invalid_modules(text: str, fault: str) -> None:
    assert validate_module(text) == fault
    assert validate_member(text) == fault


def test_members() -> None:
    assert validate_member("app.get_rm") is None
    assert validate_member("get_rm") == "`get_rm` is not a full module name; write such as `app.get_rm`"


@pytest.mark.parametrize(
    "text", ["app.RedisManager", "redis.**.from_url", "**.Redis", "*.Redis", "app.**.*Manager", "a.R*M"]
)
def test_constructors(text: str) -> None:
    assert validate_constructor(text) is None
    assert validate_deprecated(text) is None


PATTERN_FAULTS = [
    ("**", "`**` matches everything; be more specific, such as `**.*Manager`"),
    ("*.**", "`*.**` matches everything; be more specific, such as `**.*Manager`"),
    (
        "redis**.Redis",
        "`redis**.Redis`: `**` matches whole parts; write `redis*.Redis`, or `**` between dots",
    ),
    ("redis.Redis?", "`redis.Redis?`: only `*` and `**` are wildcards in a dotted name"),
    ("redis.[Rr]edis", "`redis.[Rr]edis`: only `*` and `**` are wildcards in a dotted name"),
    ("redis.*-x", "`redis.*-x`: `*-x` is not a Python name; did you mean `__x`?"),
]


@pytest.mark.parametrize(("text", "fault"), PATTERN_FAULTS)
def test_invalid_constructors(text: str, fault: str) -> None:
    assert validate_constructor(text) == fault
    assert validate_deprecated(text) == fault


def test_bare_name() -> None:
    assert validate_deprecated("oldredis") is None
    fault = "`Redis` is not a full module name; write or `**.Redis` for any module"
    assert validate_constructor("Redis") == fault


@pytest.mark.parametrize("text", ["tests", "/tests/unit", "tests/**", "!keep.py", "*.py", r"\#a.py", "a..b/c", "..."])
def test_patterns(text: str) -> None:
    assert validate_pattern(text, ROOT) is None


PATH_FAULTS = [
    ("", "is empty"),
    ("~/tests", "`~/tests` is absolute; write it relative to /home/me/project"),
    ("C:\\tests", "`C:\\tests` is absolute; write it relative to /home/me/project"),
    ("tests\\unit", "write `tests/unit`, with `/`"),
    ("../tests", "`../tests` is outside /home/me/project; write a path below it"),
    ("a/../../b", "`a/../../b` is outside /home/me/project; write a path below it"),
]


@pytest.mark.parametrize(("text", "fault"), PATH_FAULTS)
def test_invalid_paths(text: str, fault: str) -> None:
    assert validate_pattern(text, ROOT) == fault
    assert validate_folder(text, ROOT) == fault


PATH_PATTERN_FAULTS = [
    (f"{ROOT}/tests", f"`{ROOT}/tests` is absolute; write `/tests`, relative to {ROOT}"),
    (ROOT, f"`{ROOT}` is absolute; write `*`, relative to {ROOT}"),
]


@pytest.mark.parametrize(("text", "fault"), PATH_PATTERN_FAULTS)
def test_invalid_path_patterns(text: str, fault: str) -> None:
    assert validate_pattern(text, ROOT) == fault
    assert validate_pattern(f"!{text}", ROOT) == fault


FOLDER_FAULTS = [
    ("/src", f"`/src` is absolute; write it relative to {ROOT}, such as `src`"),
    (f"{ROOT}/lib/", f"`{ROOT}/lib/` is absolute; write it relative to {ROOT}, such as `lib`"),
    (ROOT, f"`{ROOT}` is absolute; write it relative to {ROOT}, such as `.`"),
    (f"{ROOT}-old", f"`{ROOT}-old` is absolute; write it relative to {ROOT}, such as `src`"),
]


@pytest.mark.parametrize(("text", "fault"), FOLDER_FAULTS)
def test_invalid_folders(text: str, fault: str) -> None:
    assert validate_folder(text, ROOT) == fault


@pytest.mark.parametrize("text", [".", "src", "./lib/python", "a b"])
def test_folders(text: str) -> None:
    assert validate_folder(text, ROOT) is None


@pytest.mark.parametrize("text", ["ALL", "RSS", "RSS0", "RSS00", "RSS001", "RSS9"])
def test_codes(text: str) -> None:
    assert validate_code(text) is None


CODE_FAULTS = [
    ("rss001", "`rss001` is not a code of this tool; write `RSS001`"),
    ("all ", "`all ` is not a code of this tool; write `ALL`"),
    ("RSS0001", "`RSS0001` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`"),
    ("R", "`R` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`"),
    ("E501", "`E501` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`"),
    ("", "`` is not a code of this tool; write `ALL`, `RSS`, or a code such as `RSS002`"),
]


@pytest.mark.parametrize(("text", "fault"), CODE_FAULTS)
def test_invalid_codes(text: str, fault: str) -> None:
    assert validate_code(text) == fault


def test_find_nearest() -> None:
    keys = ("accessor", "accessor-for", "RedisManager")
    assert find_nearest("acessor", keys) == "accessor"
    assert find_nearest("accessor_for", keys) == "accessor-for"
    assert find_nearest("redismanager", keys) == "RedisManager"
    assert find_nearest("zzz", keys) is None
    assert find_nearest("accessor", ()) is None
