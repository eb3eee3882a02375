"""Which files are read: those in which a guarded name can be named, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.files.processes import process_context
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search import scan
from flake8_redis_ssot.project.search.module_query import ModuleQueries
from flake8_redis_ssot.project.search.package_query import (
    group_by_package,
    is_worthwhile,
    may_lead_to,
    new_package_query,
)
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.words import Names, has_word
from flake8_redis_ssot.semantic.name_patterns import NamePatterns

CONFIGURATION = """\
[resource.redis]
canonical = ["home"]
constructors = ["home.Redis"]

[resource.redis.deprecated]
"lib.old" = "home"
"""
HOME = "__all__ = ['Redis']\nclass Redis: pass\ndef connect(): pass\n"


def read_files(root: Path, files: Mapping[str, str], configuration: str = CONFIGURATION) -> set[str]:
    """The files that an analysis reads, relative to `root`."""
    (root / "redis-ssot.toml").write_text(configuration)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    config = load_config(root / "redis-ssot.toml")
    analysis = Analysis(config, [str(root / name) for name in files])
    return {str(Path(path).relative_to(root)) for path in analysis.all_facts()}


def test_names_that_a_star_import_does_not_bind_are_not_searched_for(tmp_path: Path) -> None:
    files = {
        "home.py": HOME,
        "lib/__init__.py": "",
        "lib/old.py": "from home import *  # Redis\n",
        "tools/old.py": "def connect(): pass\n",
        "reader.py": "from tools.old import connect\nconnect()\n",
    }
    assert read_files(tmp_path, files) == {"home.py", "lib/old.py"}


def test_aliases_are_searched_for_as_whole_words(tmp_path: Path) -> None:
    files = {
        "home.py": HOME,
        "pools.py": "from home import Redis as Pool\n",
        "size.py": "from pools import PoolSize\nMAXIMUM = max_Pool\n",
        "reader.py": "from pools import Pool\nPool()\n",
    }
    assert read_files(tmp_path, files) == {"home.py", "pools.py", "reader.py"}


EXACT = new_package_query("ext", ["ext.get", "ext.sub.Client"], match_classes=False)
WILD = new_package_query("ext", ["ext.**.get"], match_classes=True)


@pytest.mark.parametrize(
    ("text", "is_exact", "is_wild"),
    [
        ("import ext\next.get()\n", True, True),
        ("from ext import get\n", True, True),
        ("value.get('x')\n", False, False),
        ("value.get('text')\n", False, False),
        ("import ext\next.post()\n", False, True),
        ("import os, ext\n", False, False),
        ("import ext.sub\n", False, False),
        ("import ext as e\n", True, True),
        ("import ext.sub as e\n", True, True),
        ("from ext import sub\n", True, True),
        ("from .base import ext as e\n", True, True),
        ("import ext\ne = ext\n", True, True),
        ("import ext\ne = ext.sub\n", True, True),
        ("load('ext')\n", True, True),
        ("class Widget_getter: pass\n", False, True),
    ],
)
def test_files_that_can_name_a_third_party_package(text: str, is_exact: bool, is_wild: bool) -> None:
    for query, expected in ((EXACT, is_exact), (WILD, is_wild)):
        assert query.matches(text.encode()) is expected
        assert not expected or any(literal in text.encode() for literal in query.literals())


def test_names_of_packages_are_only_worth_following_if_common() -> None:
    assert is_worthwhile(EXACT, [b"value.get()"] * 50, 1000)
    assert not is_worthwhile(EXACT, [b"value.get()"] * 50, 90)
    assert not is_worthwhile(EXACT, [b"from ext import get"] * 50, 1000)
    assert not is_worthwhile(EXACT, [], 0)


def test_parts_of_packages_that_lead_to_a_guarded_name() -> None:
    assert may_lead_to("ext", ["ext.get"])
    assert may_lead_to("ext.get", ["ext.get"])
    assert not may_lead_to("ext.post", ["ext.get"])
    assert may_lead_to("ext.post", ["ext.**.get"])


MANY = {f"m{number}.py": "{}.get('x')\n" for number in range(200)}
THIRD_PARTY = '[resource.http]\ncanonical = ["home"]\nconstructors = ["ext.get"]\n'


def test_common_names_are_searched_for_with_their_package(tmp_path: Path) -> None:
    files = {
        **MANY,
        "home.py": "import ext\n",
        "compat.py": "import ext as e\n",
        "reader.py": "from compat import e\ne.get()\n",
        "again.py": "from compat import *\ne.get()\n",
    }
    assert read_files(tmp_path, files, THIRD_PARTY) == {"compat.py", "reader.py", "again.py"}


def test_packages_that_are_passed_on_by_an_attribute_or_a_star(tmp_path: Path) -> None:
    for text in ("import ext\nclass Base:\n    http = ext\n", "from ext import *\n"):
        files = {**MANY, "home.py": "", "base.py": text}
        assert read_files(tmp_path, files, THIRD_PARTY) == {"base.py", *MANY}


def scan_with_two_jobs(root: Path) -> list[str]:
    files = [root / f"m{number}.py" for number in range(120)]
    for file in files:
        file.write_text("class Redis: pass\n")
    search = Search((b"Redis",), ModuleQueries(), NamePatterns(frozenset({"Redis"})), (f"{root}/",))
    with scan.scanner_pool(2) as scan_all:
        first, second = (scan_all([*map(str, files)], search) for _ in range(2))
    assert first == second
    return [Path(facts.path).name for facts in first]


def test_little_work_is_done_without_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "process_context", lambda: pytest.fail("a process was started"))
    monkeypatch.setattr(scan, "_MIN_SECONDS_FOR_POOL", 60.0)
    assert scan_with_two_jobs(tmp_path) == [f"m{number}.py" for number in range(120)]


def test_the_rest_of_much_work_is_done_in_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[None] = []

    def start() -> object:
        started.append(None)
        return process_context()

    monkeypatch.setattr(scan, "process_context", start)
    monkeypatch.setattr(scan, "_MIN_SECONDS_FOR_POOL", 0.0)
    assert scan_with_two_jobs(tmp_path) == [f"m{number}.py" for number in range(120)]
    assert len(started) == 1


def test_deprecated_modules_of_a_package_are_searched_for_together(tmp_path: Path) -> None:
    names = [f"old_{number}" for number in range(1500)]
    configuration = CONFIGURATION + "".join(f'"lib.parts.{name}" = "home"\n' for name in names)
    files = {
        "home.py": HOME,
        "lib/__init__.py": "",
        "lib/parts/__init__.py": "",
        "lib/parts/inside.py": "from . import old_7\n",
        "reader.py": "from lib.parts import old_1499\n",
        "attribute.py": "import lib\nlib.parts.old_3.connect()\n",
        "other.py": "from lib.parts import old_1500, an_old_3\n",
        "elsewhere.py": "from pieces import old_3\n",
    }
    assert read_files(tmp_path, files, configuration) == {
        *("home.py", "lib/parts/inside.py", "reader.py", "attribute.py")
    }
    config = load_config(tmp_path / "redis-ssot.toml")
    (first, *_) = Analysis(config, [str(tmp_path / name) for name in files]).searches
    assert [len(query.names) for query in first.module_queries] == [1, 1500]


@pytest.mark.parametrize("text", ["a one b", "(one)", "one", "ones", "_one", "éone", "one2", "x.one\n", "three", ""])
@pytest.mark.parametrize("last", ["three", "drei.drei", "tröis"])
def test_many_names_match_as_few_do(text: str, last: str) -> None:
    names = [b"one", *(b"n%d" % number for number in range(50)), last.encode()]
    data = text.encode()
    assert Names(names).is_any_in(data) is any(has_word(name, data) for name in names)


def test_packages_of_names() -> None:
    names = ["redis.Redis", "redis.asyncio.Redis", "redis_lock.Lock", "celery.**.Redis", "Redis"]
    assert group_by_package(names, ["redis.asyncio", "redis", "celery", "kombu"]) == {
        "redis.asyncio": ("redis.asyncio.Redis",),
        "redis": ("redis.Redis", "redis.asyncio.Redis"),
        "celery": ("celery.**.Redis",),
    }
