"""Canonical modules that cover too much, accessors in classes, findings in tests, and `config show`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.commands.init import parse_choice
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate
from flake8_redis_ssot.onboarding.homes import HomeFinder, HomeForm
from flake8_redis_ssot.onboarding.proposal import ConfigProposal, FoundPlaces
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.testing import GuardWarning, findings

Capture = pytest.CaptureFixture[str]

HOME = """\
import functools


class Base:
    @classmethod
    def make(cls): ...


class Manager(Base):
    def __init__(self):
        self.later = 1

    @property
    def prop(self): ...

    @functools.cached_property
    def cached(self): ...

    @classmethod
    def get(cls): ...

    @staticmethod
    def take(): ...

    def method(self): ...


manager = Manager()
"""


def write_project(project: Path, settings: str, files: dict[str, str]) -> None:
    (project / "redis-ssot.toml").write_text(settings)
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


@pytest.mark.parametrize(
    ("accessor", "problem"),
    [
        ("Manager.nope", "class `Manager` defines no `nope`"),
        ("Manager.methode", "class `Manager` defines no `methode`\n"),
        ("Manager.mak", "class `Manager` defines no `mak`; did you mean `make`?"),
        ("Manager.prop", "`Manager.prop` is a property, which is not called; make it a `@classmethod`"),
        ("Manager.cached", "`Manager.cached` is a property"),
        ("Manager.method", "`Manager.method` is a method of instances"),
        ("manager.prop", "write a function that returns `manager.prop`"),
        ("manager.nope", "the class of `manager` defines no `nope`"),
        ("Manager.get", ""),
        ("Manager.take", ""),
        ("Manager.make", ""),
        ("manager.method", ""),
        ("manager.later", ""),
    ],
)
def test_accessor_is_checked_to_its_last_part(project: Path, capsys: Capture, accessor: str, problem: str) -> None:
    settings = (
        f'[resource.r]\ncanonical = "app.home"\nconstructors = "app.home.Manager"\naccessor = "app.home.{accessor}"\n'
    )
    write_project(project, settings, {"app/home.py": HOME, "app/__init__.py": "", "app/use.py": "x = 1\n"})
    status = main(["check"])
    error = capsys.readouterr().err
    assert (status, problem in error) == (2 if problem else 0, True)
    assert problem or not error


COVERING = '[resource.redis]\ncanonical = ["app"]\nconstructors = ["redis.from_url"]\n'
COVERED = {"app/__init__.py": "import redis\nconnection = redis.from_url('a')\n", "app/other.py": "x = 1\n"}


@pytest.mark.parametrize(
    "command", [["check"], ["plan"], ["progress"], ["monitor"], ["rollback", "--list"], ["integrate", "app"]]
)
def test_canonical_module_that_covers_most_files(project: Path, capsys: Capture, command: list[str]) -> None:
    write_project(project, COVERING, {**COVERED, "tests/test_it.py": "x = 1\n"})
    main(command)
    text = "`app` covers 2 of 2 files outside tests, and nothing is reported in them"
    error = capsys.readouterr().err
    assert text in error
    assert "or `app.__init__` for the package's own file" in error
    (project / "redis-ssot.toml").write_text(COVERING.replace('"app"', '"app.__init__"'))
    main(command)
    assert capsys.readouterr().err == ""
    assert main(["doctor"]) == 0
    assert "`app.__init__` covers 1 of 2 files outside tests (50%)" in capsys.readouterr().out


def test_flake8_and_pytest_warn_of_the_same(project: Path) -> None:
    write_project(project, COVERING, COVERED)
    with pytest.warns(GuardWarning, match="`app` covers 2 of 2 files outside tests"):
        assert findings() == []
    command = [sys.executable, "-m", "flake8", "--select", "RSS"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (0, "")
    assert process.stderr.startswith("warning: redis-ssot.toml: resource.redis.canonical: `app` covers 2 of 2 files")
    (project / "redis-ssot.toml").write_text(COVERING.replace('"app"', '"app.__init__"'))
    assert findings() == []  # and no warning, which would be an error
    assert subprocess.run(command, capture_output=True, text=True, check=False).stderr == ""


def test_names_are_written_without_init(project: Path, capsys: Capture) -> None:
    write_project(project, COVERING + 'instance = "app.__init__.connection"\n', COVERED)
    assert main(["check"]) == 2
    assert "write `app.connection`" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["separate", "report", "ignore"])
@pytest.mark.parametrize("output_format", ["full", "concise", "grouped"])
def test_findings_in_tests(project: Path, capsys: Capture, policy: str, output_format: str) -> None:
    use = "from app.home import Manager\nManager()\n"
    settings = f'[resource.r]\ncanonical = "app.home"\nconstructors = "app.home.Manager"\ntests = "{policy}"\n'
    files = {"app/__init__.py": "", "app/home.py": HOME, "tests/test_a.py": use, "zoo.py": use}
    write_project(project, settings, files)
    main(["check", "--output-format", output_format])
    output = capsys.readouterr().out
    assert ("tests/test_a.py" in output) == (policy != "ignore")
    assert ("Found 2 findings (1 in tests)." in output) == (policy == "separate")
    if policy == "separate":
        assert output.index("zoo.py") < output.index("tests/test_a.py")
        assert ("In tests (1 finding):" in output) == (output_format != "concise")


def test_config_show_means_the_same(project: Path, capsys: Capture) -> None:
    settings = """\
noqa = { RSS = "require-reason", ALL = "allow" }
per-file-ignores = { "a.py" = "RSS002" }

[resource.redis]
canonical = ["app.home"]
constructors = ["preset:settings", "preset:redis"]
accessor = "app.home.get"

[resource.redis.deprecated]
"app.old" = "app.home"

[[resource.redis.accessor-for]]
paths = ["tests/**"]
accessor = "app.home.take"
"""
    write_project(project, settings, {})
    assert main(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert '"redis.asyncio.client.Redis.from_url",' in shown
    before = load_config(project / "redis-ssot.toml")
    (project / "redis-ssot.toml").write_text(shown)
    assert load_config(project / "redis-ssot.toml") == before


HOMES = [
    ("import redis\nclient = redis.Redis(1)\n", "redis.Redis", HomeForm.NAME, "client", ""),
    (
        "import redis\n_c = redis.from_url('x')\ndef get():\n    return _c\n",
        "redis.from_url",
        HomeForm.NAME,
        "_c",
        "get",
    ),
    ("class A: ...\na: A = A() or None\n", "m.A", HomeForm.NAME, "a", ""),
    ("class K:\n    c = D()\nclass D: ...\n", "m.D", HomeForm.CLASS_ATTRIBUTE, "K.c", ""),
    (
        "from functools import lru_cache\nfrom .s import S, make\n@lru_cache\ndef get() -> S:\n    return make()\n",
        "pkg.s.S",
        HomeForm.CACHED_FUNCTION,
        "",
        "get",
    ),
    (
        "class A: ...\n_a = None\ndef get():\n    global _a\n    if _a is None:\n        _a = A()\n    return _a\n",
        "m.A",
        HomeForm.LAZY_NAME,
        "",
        "get",
    ),
    (
        "class A:\n    _i = None\n    @classmethod\n    def get(cls):\n        if not cls._i:\n"
        "            cls._i = cls()\n        return cls._i\n",
        "m.A",
        HomeForm.CLASS_METHOD,
        "",
        "A.get",
    ),
    (
        "from app import S\ndef get_s() -> 'S':\n    if x:\n        return y.s\n    return S()\n",
        "app.S",
        HomeForm.GETTER,
        "",
        "get_s",
    ),
    (
        "import sqlalchemy as sa\ndef init():\n    e = sa.create_engine('x')\n    return 1, e\none, engine = init()\n",
        "sqlalchemy.create_engine",
        HomeForm.NAME,
        "engine",
        "",
    ),
]


@pytest.mark.parametrize(("text", "constructor", "form", "instance", "accessor"), HOMES)
def test_homes(text: str, constructor: str, form: HomeForm, instance: str, accessor: str) -> None:
    homes = HomeFinder(parse_tolerantly(text).tree, "m", "pkg").find()
    found = [(home.constructor, home.form, home.instance, home.accessor) for home in homes]
    assert found == [(constructor, form, instance, accessor)]


@pytest.mark.parametrize(
    "text",
    [
        "from app import S\ndef get_s() -> S:\n    return S()\n",  # creates
        "from app import S\ndef get_s(key) -> S:\n    return known[key]\n",  # one for each key
        "from functools import cache\nfrom app import S\n@cache\ndef get_s(key):\n    return S(key)\n",
        "def a():\n    return b()\ndef b():\n    return a()\nx = a()\n",  # call each other
        "from app import S\ndef f():\n    s = S()\n    return s\n",
    ],
)
def test_what_keeps_no_instance(text: str) -> None:
    assert HomeFinder(parse_tolerantly(text).tree, "m", "pkg").find() == []


def make_proposal(*, is_sure: bool) -> ConfigProposal:
    canonical = ResourceCandidate("m", "m.py", "A", "a", "", ("m.A",), ("m",), HomeForm.NAME, is_sure=is_sure)
    return ConfigProposal(canonical, found=FoundPlaces(shipped=1))


@pytest.mark.parametrize(
    ("answer", "indexes"),
    [("y", [0]), ("all", [0, 1]), ("2 1 2", [1, 0]), ("2,1", [1, 0]), ("none", []), ("", []), ("3", None), ("x", None)],
)
def test_choices(answer: str, indexes: list[int] | None) -> None:
    proposals = [make_proposal(is_sure=True), make_proposal(is_sure=False)]
    assert parse_choice(answer, proposals) == (None if indexes is None else [proposals[index] for index in indexes])


CLIENTS = {
    "app/__init__.py": "",
    "app/cache.py": "import redis\n\nclient = redis.from_url('x')\n\n\ndef get_client():\n    return client\n",
    "app/use.py": "import redis\n\nother = redis.Redis(host='h')\n",
}


def test_init_for_a_known_client(project: Path, capsys: Capture) -> None:
    write_project(project, "", CLIENTS)
    (project / "redis-ssot.toml").unlink()
    assert main(["init", "-q", "--dry-run", "--resource", "redis"]) == 0
    output = capsys.readouterr().out
    assert "reports 1 finding in shipped code and 0 in tests" in output
    assert "app/use.py:3  redis.Redis(host='h')" in output
    assert 'constructors = ["preset:redis-sync"]\ninstance = "app.cache.client"' in output
    assert not (project / "redis-ssot.toml").exists()
    assert main(["init", "-q", "--class", "Nothing"]) == 1
    output = capsys.readouterr().out
    assert "What is constructed most" in output
    assert "  redis.Redis: 1 call (app/use.py:3)" in output
    assert main(["init", "-q", "--yes", "--tests", "ignore"]) == 0
    assert 'tests = "ignore"' in (project / "redis-ssot.toml").read_text()
