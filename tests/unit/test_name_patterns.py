"""Patterns for dotted names, and the byte literals that a matching file contains."""

from __future__ import annotations

import pytest

from flake8_redis_ssot.project.search.prefilter import choose_literal_prefixes
from flake8_redis_ssot.semantic.name_patterns import NamePatterns, dotted_pattern


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("redis.**.from_url", "redis.from_url", True),
        ("redis.**.from_url", "redis.asyncio.Redis.from_url", True),
        ("redis.**.from_url", "aioredis.from_url", False),
        ("redis.**.from_url", "redis.from_url.x", False),
        ("app.*.Manager", "app.a.Manager", True),
        ("app.*.Manager", "app.Manager", False),
        ("app.*.Manager", "app.a.b.Manager", False),
        ("app.*Manager", "app.RedisManager", True),
        ("app.*Manager", "app.x.RedisManager", False),
        ("**.Redis", "Redis", True),
        ("a.b", "aXb", False),
    ],
)
def test_dotted_patterns(pattern: str, name: str, matches: bool) -> None:
    assert bool(dotted_pattern(pattern).match(name)) is matches


def test_names_of_patterns() -> None:
    patterns = NamePatterns.from_patterns(["app.rm.Manager", "redis.**.from_url", "app.*Pool", "kafka.*"])
    assert patterns.exact == {"Manager", "from_url", "kafka"}
    assert patterns.globs == ("*Pool",)
    assert patterns.matches_dotted("x:y.Manager")
    assert patterns.matches_dotted("x:*Manager|z:w")
    assert patterns.matches_dotted("x:@ThreadPool")
    assert not patterns.matches_dotted("x:ManagerOf.pool")
    assert patterns.with_names(["more"]).matches_name("more")


def test_redundant_literals_are_omitted() -> None:
    assert NamePatterns.from_patterns(["a.RedisManager", "b.AuthRedisManager", "c.x*Url"]).prefilter_literals == (
        b"RedisManager",
        b"Url",
    )


SAMPLE = [b"class Manager", b"manager = create_table()"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({b"RedisManager", b"redis_manager", b"RedisCacheManager"}, (b"edis",)),
        ({b"create_engine", b"create_async_engine"}, (b"_engine",)),
        ({b"get", b"Settings"}, (b"Settings", b"get")),
        ({b"RedisManager"}, (b"RedisManager",)),
        (set(), ()),
    ],
)
def test_literal_prefixes(names: set[bytes], expected: tuple[bytes, ...]) -> None:
    found = choose_literal_prefixes(names, SAMPLE)
    assert sorted(prefix.literal for prefix in found) == sorted(expected)
    assert all(any(prefix.pattern.search(b"(" + name) for prefix in found) for name in names)


def test_pattern_of_a_literal_prefix() -> None:
    (prefix,) = choose_literal_prefixes({b"RedisManager", b"redis_manager", b"test_redis_manager"}, SAMPLE)
    assert prefix.pattern.search(b"from app import redis_manager")
    assert not prefix.pattern.search(b"import redis  # redis_client, RedisCluster")
