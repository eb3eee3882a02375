"""What `init` proposes for projects as they are found in public repositories, and what it does not propose."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.config.model import Resource
from flake8_redis_ssot.onboarding import count_findings
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate
from flake8_redis_ssot.onboarding.homes import HomeFinder, HomeForm
from flake8_redis_ssot.onboarding.proposal import ConfigProposal
from flake8_redis_ssot.onboarding.propose_config import ProposalSearch
from flake8_redis_ssot.syntax.parsing import parse_tolerantly

Capture = pytest.CaptureFixture[str]

Files = dict[str, str]
USER = {"app/user.py": "from app.home import client\n\nprint(client)\n"}
ENGINE = "import sqlalchemy as sa\n\nengine = sa.create_engine('sqlite://')\n"
ENV = "from alembic import context\nfrom sqlalchemy import create_engine\n\ncontext.configure(create_engine('x'))\n"


def write_files(project: Path, files: Files) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


def propose(project: Path, files: Files, *options: str) -> list[Resource]:
    """The resources of the configuration that `init --yes` writes; none if it writes nothing."""
    write_files(project, files)
    if main(["init", "--yes", "-q", *options]):
        return []
    return list(load_config(project / "redis-ssot.toml").resources)


def members(resources: list[Resource]) -> list[str | None]:
    return [each.accessor or each.instance for each in resources]


HOMES = [
    pytest.param(
        {
            "app/__init__.py": "import redis\n\nclient = redis.from_url('x')\nrq_client = redis.from_url('y')\n",
            "app/user.py": "from app import client, rq_client\n",
        },
        ["app.client"],
        id="a variant by its name",
    ),
    pytest.param(
        {
            "app/home.py": "import redis\n\n_hidden = redis.Redis()\n\n\ndef get_client():\n    return _hidden\n",
            "app/user.py": "from .home import get_client\n",
        },
        ["app.home.get_client"],
        id="a private name with an accessor",
    ),
    pytest.param({"app/home.py": ENGINE, "app/user.py": "from .home import other\n"}, ["app.home.engine"], id="module"),
    pytest.param({"app/home.py": ENGINE, "app/user.py": "from app import home\nhome.engine\n"}, ["app.home.engine"]),
    pytest.param(
        {
            "backend/home.py": "import redis\n\nclient = redis.Redis()\n",
            "backend/models/user.py": "from home import client\nimport tasks\nimport models.user\n",
            "backend/tasks.py": "",
        },
        ["home.client"],
        id="modules in a folder that is no package",
    ),
    pytest.param(
        {
            "src/__init__.py": "",
            "src/home.py": "import redis\n\nclient = redis.Redis()\n",
            "src/user.py": "from src.home import client\n",
        },
        ["src.home.client"],
        id="a package named src",
    ),
    pytest.param(
        {
            "app/home.py": "class Client:\n    def __init__(self, url): ...\n\n\nclient = Client('x')\n",
            "app/user.py": "from app.home import Client, client\n\nClient('x')\n",
        },
        ["app.home.client"],
        id="the same arguments",
    ),
    pytest.param(
        {
            "app/home.py": "import redis\nfrom fakeredis import FakeRedis\n\n\ndef _make():\n    if TESTING:\n"
            "        return FakeRedis()\n    return redis.Redis()\n\n\nclient = _make()\n",
            **USER,
        },
        ["app.home.client"],
        id="a fake in tests",
    ),
]


@pytest.mark.parametrize(("files", "expected"), HOMES)
def test_homes_are_proposed(project: Path, files: Files, expected: list[str]) -> None:
    assert members(propose(project, files)) == expected
    assert main(["check", "-q", "--output-format", "json"]) == (
        1 if "Client('x')\n" in files.get("app/user.py", "") else 0
    )


NO_HOMES = [
    pytest.param({"ping.py": ENGINE, "app/user.py": "engine = 'other'\nprint('ping')\n"}, id="a script"),
    pytest.param({"docs/home.py": ENGINE, "app/user.py": "from docs.home import engine\n"}, id="documentation"),
    pytest.param(
        {"app/home.py": "import redis\n\na = redis.Redis(host='a')\nclient = redis.Redis(host='b')\n", **USER},
        id="several, made differently",
    ),
    pytest.param(
        {
            "app/home.py": "import redis\n\n_c = None\n\n\ndef _get():\n    global _c\n    _c = _c or redis.Redis()\n"
            "    return _c\n",
            "app/user.py": "from app.home import something\n",
        },
        id="for its own module only",
    ),
    pytest.param(
        {
            "app/home.py": "class Client:\n    def __init__(self, user): ...\n\n\nADMIN = Client(0)\n",
            "app/user.py": "from app.home import ADMIN, Client\n\nClient(1)\nClient(2)\n",
        },
        id="others are made with other arguments",
    ),
    pytest.param(
        {
            "app/home.py": "class Client: ...\n\n\nclient = Client()\n",
            "app/special.py": "from app.home import Client, client\n\n\nclass Special(Client): ...\n",
        },
        id="a base class is no call",
    ),
    pytest.param({"alembic/env.py": ENV + "engine = create_engine('y')\n", "app/user.py": "import alembic.env\n"}),
]


@pytest.mark.parametrize("files", NO_HOMES)
def test_what_is_no_home_is_not_proposed(project: Path, capsys: Capture, files: Files) -> None:
    assert propose(project, files) == []
    assert "No shared resource was found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "constructors"),
    [
        ({}, ("app.home.AppCelery", "celery.Celery")),
        ({"app/own.py": "import celery\n\nother = celery.Celery('x')\n"}, ("app.home.AppCelery",)),
    ],
)
def test_subclasses_of_known_clients(project: Path, more: Files, constructors: tuple[str, ...]) -> None:
    files = {
        "app/home.py": "from celery import Celery\n\n\nclass AppCelery(Celery): ...\n\n\ncelery = AppCelery('app')\n",
        "app/user.py": "from app.home import celery\nfrom app import own\n",
    }
    first = next(each for each in propose(project, files | more) if each.instance == "app.home.celery")
    assert first.constructors[: len(constructors)] == constructors
    assert ("celery.Celery" in first.constructors) == (not more)


def test_order_of_proposals(project: Path) -> None:
    """The engine comes before the session factory that is bound to it, and a class of the project last."""
    files = {
        "app/db.py": f"from sqlalchemy.orm import sessionmaker\n{ENGINE}\nSession = sessionmaker(bind=engine)\n",
        "app/user.py": "from app.db import engine, Session\n",
        "app/work.py": "from celery import Celery\n\n\nclass AppCelery(Celery): ...\n\n\ncelery = AppCelery('app')\n",
        **{f"app/user{number}.py": "from app.db import Session\nfrom app.work import celery\n" for number in range(9)},
    }
    assert members(propose(project, files)) == ["app.db.engine", "app.db.Session", "app.work.celery"]


def test_a_submodule_of_the_same_name_is_no_use(project: Path) -> None:
    settings = "from pydantic_settings import BaseSettings\n\n\nclass AppSettings(BaseSettings): ...\n"
    files = {
        "app/settings.py": settings,
        "app/observer.py": "from app.settings import AppSettings\n\nsettings = AppSettings()\n",
        "app/main.py": "from app.observer import start\nfrom app.settings import AppSettings\n\nAppSettings()\n",
    }
    assert propose(project, files) == []
    write_files(project, {"app/user.py": "from app import observer\n\nprint(observer.settings)\n"})
    assert members(propose(project, {})) == ["app.observer.settings"]


@pytest.mark.parametrize(("name", "is_proposed"), [("Validator", False), ("Manager", True)])
def test_what_is_often_made_with_arguments(project: Path, name: str, is_proposed: bool) -> None:
    files = {
        "app/home.py": f"class {name}:\n    def __init__(self, x=0): ...\n\n\ndefault = {name}()\n",
        "app/user.py": f"from app.home import {name}, default\n\n{name}()\n{name}(1)\n",
    }
    assert bool(propose(project, files)) == is_proposed


def test_large_projects_count_direct_calls(project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_findings, "_MIN_FILES_TO_SELECT", 3)
    files = {
        "app/home.py": "import redis\n\nclient = redis.Redis()\n",
        "app/user.py": "from app.home import client\nimport redis\n\nredis.Redis()\n",
        "app/other.py": "import redis\n\nmake = redis.Redis\nmake()\n",
    }
    assert len(propose(project, files)) == 1
    assert "reports 1 finding in shipped code and 0 in tests" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["app/__init__.py", "app/my-home.py"])
def test_names_that_cannot_be_imported_or_configured(project: Path, name: str) -> None:
    write_files(project, {name: "import redis\n\nclient = redis.Redis()\n", "app/user.py": "from app import client\n"})
    assert members(propose(project, {})) == (["app.client"] if name == "app/__init__.py" else [])


def test_files_that_cannot_be_read_are_left_out(project: Path) -> None:
    write_files(project, {"app/home.py": "import redis\n\nclient = redis.Redis()\n", **USER})
    missing = str(project / "app" / "gone.py")
    files = [missing, str(project / "app/home.py"), str(project / "app/user.py")]
    search = ProposalSearch(str(project), [str(project)], files, lambda text: None)
    assert [text.path for text in search.texts] == files[1:]
    assert [each.canonical.instance for each in search.propose(None, 1)] == ["client"]


def test_what_cannot_be_configured_is_not_counted(project: Path) -> None:
    write_files(project, {"app/home.py": ENGINE})
    canonical = ResourceCandidate("app.home", "home.py", "A", "a b", "", ("app.home.A",), ("app.home",), HomeForm.NAME)
    invalid = ConfigProposal(canonical)
    assert count_findings.count_findings([invalid], str(project), [], 1) == []


FUNCTIONS = [
    ("return sa.create_engine('x'), sessionmaker()", "engine, factory = start()", ["engine", "factory"]),
    ("return 1", "engine, factory = start()", []),
    ("return sa.create_engine('x'), 1", "(engine.a, other) = start()", []),
    ("return sa.create_engine('x'), 1", "engine, other = unknown()", []),
    ("yield 1", "engine = other = start()", []),
    ("try:\n        made = sa.create_engine('x')\n    except E:\n        raise\n    return made", "x = start()", ["x"]),
    ("engine: sa.Engine = sa.create_engine('x')\n    return engine", "x: sa.Engine\nx = start()", ["x"]),
    ("import redis\n    return redis.Redis()", "if start:\n    x = start()\nelse:\n    y = start()", ["x", "y"]),
    ("return sa.create_engine('x'), 1", "engine, [other] = start()", ["engine"]),
    ("return await sa.create_engine('x')", "engine = start()", ["engine"]),
    ("return known or (sa.create_engine('x') if known else None)", "engine = start()", ["engine"]),
]


@pytest.mark.parametrize(("body", "statement", "expected"), FUNCTIONS)
def test_constructions_through_functions(body: str, statement: str, expected: list[str]) -> None:
    imports = "import sqlalchemy as sa\nfrom sqlalchemy.orm import sessionmaker\n"
    text = f"{imports}async def start():\n    {body}\n{statement}\n"
    assert [home.instance for home in HomeFinder(parse_tolerantly(text).tree, "m", "").find()] == expected


def test_a_class_with_other_arguments_can_be_asked_for(project: Path, capsys: Capture) -> None:
    write_files(
        project,
        {
            "app/home.py": "class Client:\n    def __init__(self, user): ...\n\n\nADMIN = Client(0)\n",
            "app/user.py": "from app.home import ADMIN, Client\n\nClient(1)\n",
        },
    )
    assert main(["init", "--dry-run", "-q", "--class", "Client"]) == 0
    assert "`ADMIN` (not certain)" in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["alembic", "app/migrations"])
def test_migrations_may_connect_by_themselves(project: Path, capsys: Capture, folder: str) -> None:
    files = {
        "app/home.py": ENGINE,
        "app/user.py": "from app.home import engine\n",
        f"{folder}/env.py": ENV,
        f"{folder}/versions/one.py": ENV,
    }
    assert [each.allow for each in propose(project, files)] == [(f"/{folder}/",)]
    assert main(["check", "-q"]) == 0
    (project / "app/other.py").write_text(ENV)
    assert main(["check", "-q"]) == 1


def test_second_settings_of_a_module_come_last(project: Path) -> None:
    settings = "from pydantic_settings import BaseSettings\n\n\nclass {0}(BaseSettings): ...\n\n\n{1} = {0}()\n\n\n"
    files = {
        "app/config.py": settings.format("Settings", "settings")
        + settings.format("LogSettings", "log")
        + "".join(f"def f{number}(): ...\n" for number in range(3)),
        **{f"app/user{number}.py": "from app.config import settings, log\n" for number in range(3)},
        "app/special.py": "from app.config import Settings\n\nSettings()\n",
        "app/home.py": ENGINE,
        "app/user.py": "from app.home import engine\n",
    }
    assert members(propose(project, files)) == ["app.config.settings", "app.home.engine", "app.config.log"]


def test_only_what_resembles_the_resource_is_deprecated(project: Path) -> None:
    home = "class RedisManager:\n    def get(self): ...\n\n\nmanager = RedisManager()\n"
    files = {
        "app/home.py": home,
        "app/user.py": "from app.home import RedisManager\n\nRedisManager()\n",
        "app/state.py": '"""Compatibility layer."""\nfrom app.home import manager\n\n\nclass State: ...\n',
        "app/old.py": '"""Redis Manager Compatibility Layer."""\nfrom app.home import RedisManager\n\n\nclass Y: ...\n',
        "app/older.py": '"""Deprecated."""\nfrom app.home import manager\n\n\nclass RedisClientManager: ...\n',
        "app/both.py": "from app.home import manager\nfrom app.home import RedisManager\n",
    }
    (resource,) = propose(project, files)
    assert [name for name, _ in resource.deprecated] == ["app.both", "app.old", "app.older"]


def test_many_import_roots_are_written_on_several_lines(project: Path) -> None:
    files = {f"libs/lib{number}/kit{number}/__init__.py": "" for number in range(7)}
    files["libs/lib0/kit0/home.py"] = "import redis\n\nclient = redis.Redis()\n"
    files["main.py"] = "from kit0.home import client\n" + "".join(f"import kit{number}\n" for number in range(7))
    assert members(propose(project, files)) == ["kit0.home.client"]
    assert 'src = [\n    ".",\n    "libs/lib0",\n' in (project / "redis-ssot.toml").read_text()


STATELESS = {
    "app/__init__.py": "",
    "app/codec.py": "class RowEncoder:\n    def encode(self, row):\n        return str(row)\n",
    "app/home.py": "from app.codec import RowEncoder\n\nencoder = RowEncoder()\n",
    "app/user.py": "from app.home import encoder\n\nprint(encoder.encode(1))\n",
    "app/one.py": "from app.codec import RowEncoder\n\nprint(RowEncoder().encode(1))\n",
    "app/two.py": "from app.codec import RowEncoder\n\nprint(RowEncoder().encode(2))\n",
}


def test_one_of_a_class_without_state_is_as_good_as_another(project: Path) -> None:
    assert propose(project, STATELESS) == []
    stateful = "class RowEncoder:\n    def __init__(self):\n        self.rows = []\n\n    encode = print\n"
    assert members(propose(project, {**STATELESS, "app/codec.py": stateful})) == ["app.home.encoder"]


CLIENTS_WITHOUT_HOME = {
    "app/__init__.py": "",
    "app/db.py": "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n",
    "app/views.py": "from app.db import db\n\nprint(db)\n",
    "app/worker.py": "import redis\n\n\ndef run(url):\n    return redis.StrictRedis.from_url(url)\n",
    "app/broker.py": (
        "from redis.asyncio import Redis\n\n\nclass Broker(Redis):\n    pass\n\n\n"
        "def from_url(url):\n    return Redis(url)\n"
    ),
    "app/files.py": "import boto3\n\n\ndef first():\n    return boto3.client('s3'), boto3.client('ssm')\n",
}


def test_clients_without_a_home_are_named_by_what_they_are(project: Path, capsys: Capture) -> None:
    write_files(project, CLIENTS_WITHOUT_HOME)
    assert main(["init", "--dry-run", "-q"]) == 0
    clients = capsys.readouterr().out.partition("no shared instance was found:\n")[2].partition("\n\n")[0]
    assert clients.splitlines() == [
        "  redis.Redis.from_url: 1 call (app/worker.py:5)",
        "  redis.asyncio.Redis: 1 call (app/broker.py:9)",
        "  boto3.client: 2 calls (app/files.py:5, app/files.py:5); programs often have several",
    ]


BOTH_KINDS = """\
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
async_engine = create_async_engine("sqlite+aiosqlite://")
make_session = sessionmaker(engine)
"""
USER_OF_BOTH = """\
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import scoped_session, sessionmaker

from app.home import async_engine, engine, make_session

create_engine("sqlite://")
create_async_engine("sqlite+aiosqlite://")
shared = scoped_session(make_session)
own = scoped_session(sessionmaker(engine))
print(async_engine)
"""


def test_synchronous_and_asynchronous_are_two_resources(project: Path, capsys: Capture) -> None:
    resources = propose(project, {"app/home.py": BOTH_KINDS, "app/user.py": USER_OF_BOTH})
    assert [(each.name, each.instance) for each in resources] == [
        ("sqlalchemy_engine", "app.home.engine"),
        ("sqlalchemy_engine_async", "app.home.async_engine"),
        ("sqlalchemy_session", "app.home.make_session"),
    ]
    main(["check", "--no-cache", "--output-format", "concise"])
    found = [line.partition(";")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("app")]
    assert found == [
        " use `app.home.engine` instead",
        " use `app.home.async_engine` instead",
        " use `app.home.make_session` instead",
    ]


def test_a_home_of_scoped_sessions_guards_their_factories_too(project: Path) -> None:
    home = "from sqlalchemy.orm import scoped_session, sessionmaker\n\nsession = scoped_session(sessionmaker())\n"
    (resource,) = propose(project, {"app/home.py": home, "app/user.py": "from app.home import session\n"})
    assert {"sqlalchemy.orm.scoped_session", "sqlalchemy.orm.sessionmaker"} <= {*resource.constructors}
    assert "sqlalchemy.ext.asyncio.async_sessionmaker" not in resource.constructors


SCRIPT = """\
import redis
from pydantic_settings import BaseSettings


class Settings(BaseSettings): ...


settings = Settings()

if __name__ == "__main__":
    client = redis.Redis()
"""
FACTORY = "import redis\n\n\ndef make():\n    client = redis.Redis()\n    return client\n\n\nclient = make()\n"


def test_what_only_a_script_keeps_is_no_home(project: Path) -> None:
    """Nothing imports its settings, and an import does not create what it does as a program."""
    files = {"scripts/stats.py": SCRIPT, "app/home.py": SCRIPT, "app/user.py": "from app.home import settings\n"}
    assert members(propose(project, files)) == ["app.home.settings"]


def test_a_condition_with_the_name_of_scripts_is_not_that_of_a_script(project: Path) -> None:
    home = SCRIPT.replace('__name__ == "__main__"', '__name__ != "__main__"')
    files = {"app/home.py": home, "app/user.py": "from app.home import client\n"}
    assert "app.home.client" in members(propose(project, files))


def test_a_function_that_creates_is_no_accessor(project: Path) -> None:
    """Its variable has the same name as that of the module, which it is called for."""
    assert members(propose(project, {"app/home.py": FACTORY, **USER})) == ["app.home.client"]


def test_clients_come_before_further_settings(project: Path) -> None:
    settings = SCRIPT.partition("if __name__")[0]
    files = {f"app/config{number}.py": settings for number in range(6)}
    users = {f"app/user{number}.py": f"from app.config{number} import settings\n" for number in range(6)}
    proposed = members(propose(project, {**files, **users, "app/home.py": FACTORY, **USER}))
    assert len(proposed) == 5
    assert proposed[1] == "app.home.client"


SET_UP = """\
import redis

_client = None
_other = None


def client():
    return _client


def other():
    return _other


def keyed(name):
    return _client


def start():
    global _client, _other
    try:
        _client = redis.Redis.from_url("redis://x")
    except ValueError:
        _client = None
    _other = redis.Redis()


def restart():
    global _other
    _other = redis.Redis(db=1)
"""


def test_what_one_function_creates_and_another_returns(project: Path, capsys: Capture) -> None:
    """A name that is bound to instances with different arguments is no home."""
    files = {"app/home.py": SET_UP, "app/user.py": "from app import home\n\nhome.client().get('x')\n"}
    assert members(propose(project, files)) == ["app.home.client"]
    assert "a function that returns what another one creates: `client()`" in capsys.readouterr().out


WRAPPER = """
import redis


class RedisClient:
    def __init__(self, url):
        if url:
            self.connection = redis.StrictRedis.from_url(url)
"""
LOOKUP = """
from functools import partial

from app.contexts import contexts
from app.redis_client import RedisClient

start = partial(contexts.register, RedisClient("x"))


async def get_client() -> RedisClient:
    return await contexts.async_get("redis")


def get_client_sync() -> RedisClient:
    return contexts.sync_get_instance("redis")
"""
NAMED = "from app.redis_client import RedisClient\n\nCONN = RedisClient('x')\n"
BYPASS = "import redis\n\n\ndef load(key, url):\n    return redis.Redis.from_url(url).get(key)\n"


@pytest.mark.parametrize(
    ("home", "member"),
    [
        pytest.param(LOOKUP, "app.home.get_client_sync", id="a lookup"),
        pytest.param(NAMED, "app.home.CONN", id="a name"),
    ],
)
def test_a_class_that_keeps_a_client_is_its_home(project: Path, capsys: Capture, home: str, member: str) -> None:
    files = {
        "app/redis_client.py": WRAPPER,
        "app/home.py": home,
        "app/user.py": f"from app.home import {member.rpartition('.')[2]}\n",
        "app/other.py": BYPASS,
    }
    (resource,) = propose(project, files)
    assert members([resource]) == [member]
    assert resource.constructors[0] == "app.redis_client.RedisClient"
    assert "redis.Redis" in resource.constructors
    assert "reports 1 finding in shipped code and 0 in tests" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Limiter", "RedisLimiter", "Cache"])
def test_a_class_of_another_name_that_keeps_a_client(project: Path, name: str) -> None:
    """Others may have clients of their own beside it."""
    files = {
        "app/home.py": WRAPPER.replace("RedisClient", name) + f"\n\nshared = {name}('x')\n",
        "app/user.py": "from app.home import shared\n",
        "app/other.py": BYPASS,
    }
    assert propose(project, files) == []


def test_two_classes_that_keep_a_client(project: Path) -> None:
    """No other client bypasses one of them more than the other."""
    files = {
        "app/home.py": f"{WRAPPER}\n\nclient = RedisClient('x')\n",
        "app/cache.py": f"{WRAPPER.replace('RedisClient', 'RedisCache')}\n\ncache = RedisCache('x')\n",
        "app/user.py": "from app.home import client\nfrom app.cache import cache\n",
        "app/other.py": BYPASS,
    }
    assert [each.constructors for each in propose(project, files)] == [
        ("app.cache.RedisCache",),
        ("app.home.RedisClient",),
    ]


SET_UP_BY_METHODS = """
import redis
import sqlalchemy


class Engines:
    _engine = None
    _other = None
    _client = None

    def __new__(cls):
        cls._client = redis.Redis()
        return super().__new__(cls)

    @classmethod
    def start(cls, url):
        engine = sqlalchemy.create_engine(url)
        cls._engine = engine

    @classmethod
    def start_other(cls):
        cls._other = sqlalchemy.create_engine("a")

    @classmethod
    def restart_other(cls):
        cls._other = sqlalchemy.create_engine("b")

    @classmethod
    def other(cls):
        return cls._other

    @classmethod
    def engine(cls):
        if not cls._engine:
            raise RuntimeError("not started")
        return cls._engine

    @classmethod
    def client(cls):
        return cls._client

    def own(self):
        return self._engine
"""


def test_what_one_method_creates_and_another_returns(project: Path, capsys: Capture) -> None:
    """An attribute that is bound to instances with different arguments is no home."""
    files = {"app/home.py": SET_UP_BY_METHODS, "app/user.py": "from app.home import Engines\n\nEngines.engine()\n"}
    assert members(propose(project, files)) == ["app.home.Engines.client", "app.home.Engines.engine"]
    assert "a function that returns what another one creates: `Engines.engine()`" in capsys.readouterr().out


def test_clients_that_are_named_after_their_modules(project: Path, capsys: Capture) -> None:
    """Each module has an application of its own."""
    celery = "from celery import Celery\n\napp = Celery(__name__)\n"
    files = {f"app/{name}.py": celery for name in ("web", "worker", "mails")}
    write_files(project, files)
    assert main(["init", "--yes", "-q"]) == 1
    assert "celery.Celery: 3 calls (app/mails.py:3, app/web.py:3)" in capsys.readouterr().out


def test_an_instance_that_nobody_uses_beside_another_one(project: Path) -> None:
    """The module of the class keeps one as well, but others use that of another module."""
    files = {
        "app/handlers/__init__.py": "from .covers import CoverManager\n\ncovers_handler = CoverManager()\n",
        "app/handlers/covers.py": "class CoverManager:\n    pass\n\n\nhandler = CoverManager()\n",
        "app/scan.py": "from app.handlers import covers_handler\nfrom app.handlers.covers import CoverManager\n",
        "app/search.py": "from app.handlers import covers_handler\n",
    }
    write_files(project, files)
    assert main(["init", "--yes", "-q"]) == 1


OWN_ENGINE = "import sqlalchemy as sa\n\n\ndef make():\n    return sa.create_engine('sqlite://')\n"


def test_code_that_is_installed_without_the_home_may_construct(project: Path, capsys: Capture) -> None:
    """A distribution that depends on another one cannot be imported by that."""
    files = {
        "pyproject.toml": '[project]\nname = "core"\ndependencies = ["sqlalchemy"]\n',
        "core/app.py": OWN_ENGINE,
        "single.py": OWN_ENGINE,
        "plugin/pyproject.toml": '[project]\nname = "plugin"\ndependencies = ["core"]\n',
        "plugin/store/__init__.py": "",
        "plugin/store/home.py": ENGINE,
        "plugin/store/user.py": "from store.home import engine\n",
        "plugin/store/other.py": OWN_ENGINE,
    }
    write_files(project, files)
    assert main(["init", "--yes", "-q"]) == 0
    output = capsys.readouterr().out
    assert "reports 1 finding in shipped code and 0 in tests" in output
    assert "allows /core/, /single.py: it is installed or deployed without the module" in output
    assert main(["check", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.splitlines()[0].startswith("plugin/store/other.py:5:12: RSS003 ")


def test_applications_that_import_nothing_from_the_home_may_construct(project: Path, capsys: Capture) -> None:
    """Two applications with requirements of their own are deployed separately; a worker of the first one is not."""
    files = {
        "web/requirements.txt": "sqlalchemy\n",
        "web/main.py": "from web_store.home import engine\n",
        "web/web_store/__init__.py": "",
        "web/web_store/home.py": ENGINE,
        "web/web_store/other.py": OWN_ENGINE,
        "backend/requirements.txt": "sqlalchemy\n",
        "backend/main.py": OWN_ENGINE,
        "worker/requirements.txt": "sqlalchemy\n-e ../web\n",
        "worker/main.py": OWN_ENGINE,
    }
    write_files(project, files)
    assert main(["init", "--yes", "-q"]) == 0
    output = capsys.readouterr().out
    assert "reports 2 findings in shipped code and 0 in tests" in output
    assert "allows /backend/: it is installed or deployed without the module" in output


def test_arguments_that_a_fix_would_drop_are_counted(project: Path, capsys: Capture) -> None:
    calls = "from sqlalchemy import create_engine\n\nfirst = create_engine('sqlite://')\nother = create_engine('x')\n"
    propose(project, {"app/home.py": ENGINE, "app/user.py": f"from app.home import engine\n{calls}"})
    assert (
        "1 of 2 constructions there pass no arguments or the same ones; where a fix would drop some, it is manual at "
        "most"
    ) in capsys.readouterr().out
