"""`redis-ssot explain`: what a line resolves to, and why it is, or is not, a finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_cases import load_cases

from flake8_redis_ssot.cli.main import main

SERVICE = """\
from app.legacy.redis_manager import get_client
from app.facade import Cache

one = Cache()
two = Cache()  # noqa: RSS002
three = dict()
four = print(map(Cache, []), unknown.Cache(), "app.legacy.redis_manager.get_client")

def local():
    class Cache: ...
    return Cache()
"""


@pytest.fixture
def explain(project: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    load_cases()[0].write(project)
    (project / "app" / "facade.py").write_text("from app.redis_manager import RedisManager as Cache\n")
    (project / "app" / "service.py").write_text(SERVICE)

    def run(place: str, status: int = 0) -> str:
        assert main(["explain", place]) == status
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        ("app/service.py:1", ["`app.legacy.redis_manager` is deprecated in resource `redis`", "RSS001: "]),
        (
            "app/service.py:4:7",
            [
                "column 7: call\n  resolves to `app.redis_manager.RedisManager` (through `app.facade`)",
                "`app.redis_manager.RedisManager` is a constructor of resource `redis`",
                "RSS002: new `app.redis_manager.RedisManager`",
                "fix: Call `get_redis_manager()`",
            ],
        ),
        ("app/service.py:5", ["is a constructor of resource `redis`", "RSS002 is suppressed by a comment: new"]),
        ("app/service.py:6", ["no call, import or dotted name on this line", "No finding."]),
        (
            "app/service.py:7",
            ["argument of `map`", "string `app.legacy.redis_manager.get_client`", "RSS003: ", "RSS005: "],
        ),
        (
            "app/service.py:11",
            ["resolves to `app.service.local.<locals>.Cache`", "is neither a constructor nor", "No finding."],
        ),
        ("app/service.py:999", ["no call, import or dotted name on this line", "No finding."]),
        ("app/redis_manager.py:18", ["this file is a canonical module of `redis`: it is exempt", "No finding."]),
        ("app/legacy/redis_manager.py:3", ["this file is a deprecated module of `redis` itself: it is exempt"]),
    ],
)
def test_explanations(explain, place: str, texts: list[str]) -> None:  # type: ignore[no-untyped-def]
    answer = explain(place)
    for text in texts:
        assert text in answer, answer


def test_allowed_paths(explain, project: Path) -> None:  # type: ignore[no-untyped-def]
    config = project / "redis-ssot.toml"
    config.write_text(
        config.read_text().replace("[resource.redis]\n", '[resource.redis]\nallow = ["app/service.py"]\n')
    )
    assert "this file matches `allow` of `redis` in " in explain("app/service.py:4")


@pytest.mark.parametrize(
    ("place", "complaint"),
    [("app/service.py", "is no place; write FILE:LINE"), ("app/nosuch.py:3", "app/nosuch.py: there is no such file")],
)
def test_invalid_places(explain, place: str, complaint: str) -> None:  # type: ignore[no-untyped-def]
    assert complaint in explain(place, 2)
