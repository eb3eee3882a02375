"""`redis-ssot observe`: what is counted, and that the program does not notice."""

from __future__ import annotations

import signal
import sys

import pytest
from observed_runs import ObservedProject

pytestmark = pytest.mark.slow


def test_places_owners_and_connections(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """\
        from app.home import Manager, create_manager, get_manager

        class Cart:
            def __init__(self):
                self.manager = Manager()

        cart = Cart()
        other = create_manager("secret-value")
        cart.manager.client().ping(), other.client().ping(), get_manager().client().ping()
        """,
    )
    run = app.observe("main.py")
    assert (run.exit_code, run.output) == (0, "")
    assert run.constructed() == {"app/home.py:16": 1, "main.py:5": 1, "main.py:8": 1}
    [cart] = [site for site in run.sites() if site.place.row == 5]
    assert cart.place.function == ("Cart.__init__" if sys.version_info >= (3, 11) else "__init__")
    assert cart.type == "app.home.Manager"
    assert [site.arguments for site in run.sites() if site.place.row == 8] == [("prefix",)]
    parts = [site for site in run.record.sites() if site.is_part]
    assert {site.owner.row for site in parts} == {5, 8, 16}
    [library] = run.record.libraries()
    assert (library.opened, library.peak) == (3, 3)
    assert {leak.origin.row for leak in library.leaks} == {5, 8, 16}
    assert "2 of them bypass the canonical module" in run.errors
    assert "2 connections left" in run.errors  # the canonical one is shared
    assert "secret-value" not in (app.root / "run.json").read_text()


def test_third_party_client_by_any_path(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """\
        import os
        import redis
        from redis.client import Redis as Client
        from redis import from_url

        url = os.environ["REDIS_URL"]
        a = redis.Redis()
        b = Client()
        c = from_url(url)
        d = redis.StrictRedis()
        d.pipeline()   # of a class below `Redis`, but a part of `d`
        """,
    )
    run = app.observe("main.py")
    assert run.constructed() == {"main.py:7": 1, "main.py:8": 1, "main.py:9": 1, "main.py:10": 1}


def test_subclasses_accessors_and_second_calls(app: ObservedProject) -> None:
    app.write(
        "main.py",
        """\
        from app.home import Manager, get_manager

        class Own(Manager):
            def __init__(self):
                self.prefix = ""   # does not call its base

        class Plain(Manager):
            pass

        class Once(Manager):
            _instance = None
            def __new__(cls):
                cls._instance = cls._instance or super().__new__(cls)
                return cls._instance

        kept = [Own(), Plain("x"), Once(), Once()]
        assert get_manager() is get_manager()
        try:
            Manager(1, 2, 3)
        except TypeError as error:
            print(error)
        """,
    )
    run = app.observe("main.py")
    assert run.output.strip() == "Manager.__init__() takes from 1 to 2 positional arguments but 4 were given"
    assert [site.constructed for site in run.sites() if site.place.file == "main.py"] == [1, 1, 1]
    assert {site.type for site in run.sites()} == {
        *("__main__.Own", "__main__.Plain", "__main__.Once", "app.home.Manager")
    }
    assert run.record.accessors() == {"app.home.get_manager": (2, 1)}
    assert "2 calls of app.home.get_manager\n" in run.errors


def test_accessor_that_returns_new_objects(app: ObservedProject) -> None:
    app.write("app/home.py", "class Manager: pass\n\ndef get_manager():\n    return Manager()\n")
    app.write("main.py", "from app.home import get_manager\nfor _ in range(3):\n    get_manager()\n")
    run = app.observe("main.py")
    assert "3 calls of app.home.get_manager, which returned another object 2 times" in run.errors


def test_function_that_another_module_holds(app: ObservedProject) -> None:
    """A decorator has passed it on before its own module is loaded."""
    app.write(
        "app/registry.py", "def register(function):\n    global latest\n    latest = function\n    return function\n"
    )
    home = (
        "from app.registry import register\n\nclass Manager: pass\n\n@register\ndef create_manager(): return Manager()"
    )
    app.write("app/home.py", home)
    app.write("main.py", "import app.home\nfrom app import registry\nregistry.latest()\n")
    assert app.observe("main.py").constructed() == {"main.py:3": 1}


def test_lazy_objects_stay_lazy(app: ObservedProject) -> None:
    """Searching a module for watched names asks no object for its class."""
    app.configure('[tool.redis-ssot.resource.lazy]\ncanonical = ["x"]\nconstructors = ["app.lazy.**"]\n')
    app.write(
        "app/lazy.py",
        """\
        class Lazy:
            @property
            def __class__(self):
                print("evaluated")
                return dict

        lazy = Lazy()
        """,
    )
    app.write("main.py", "import app.lazy\n")
    run = app.observe("main.py")
    assert (run.exit_code, run.output) == (0, "")


def test_child_processes(app: ObservedProject) -> None:
    app.write("child.py", "from app.home import Manager\nprint(Manager().client().ping())\n")
    app.write(
        "main.py",
        """\
        import multiprocessing, os, subprocess, sys

        def work():
            from app.home import Manager
            Manager().client().ping()

        if __name__ == "__main__":
            clean = {key: os.environ[key] for key in ("PATH", "REDIS_URL", "PYTHONPATH") if key in os.environ}
            for words in (["child.py"], ["-m", "child"], ["-u", "-c", "import child"]):
                assert subprocess.check_output([sys.executable, *words], env=clean) == b"True\\n"
            for method in ("fork", "spawn", "forkserver"):
                process = multiprocessing.get_context(method).Process(target=work)
                process.start()
                process.join()
                assert process.exitcode == 0
            pid = os.fork()
            if not pid:
                work()
                os._exit(7)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        """,
    )
    run = app.observe("main.py")
    assert (run.exit_code, run.output) == (0, ""), run.errors
    assert run.constructed()["child.py:2"] == 3
    assert run.constructed()["main.py:5"] == 4
    assert sum(library.opened for library in run.record.libraries()) == 7


def test_asynchronous_clients_and_threads(app: ObservedProject) -> None:
    app.configure("runtime = { connections = 1, p95-ms = 100000 }\n")
    app.write(
        "main.py",
        """\
        import asyncio, os, threading
        import redis.asyncio
        from app.home import Manager

        async def main():
            clients = [redis.asyncio.from_url(os.environ["REDIS_URL"]) for _ in range(3)]
            for client in clients:
                await client.ping()
            async with clients[0].pipeline() as pipeline:
                await pipeline.set("a", 1).get("a").execute()
            for client in clients:
                await client.aclose()

        asyncio.run(main())
        for _ in range(2):
            thread = threading.Thread(target=Manager)
            thread.start()
            thread.join()
        """,
    )
    run = app.observe("main.py")
    assert run.exit_code == 1
    assert "redis: connections: BROKEN: 3 connections open at the same time, 1 allowed" in run.errors
    assert "main.py:6 (main" in run.errors
    assert "redis: p95-ms: held" in run.errors
    [site] = [site for site in run.sites() if site.place.row == 6]
    assert (site.constructed, site.loops) == (3, 1)
    assert {each.command: each.calls for each in run.record.latencies()} == {"PING": 3, "PIPELINE": 1, "all": 4}
    assert sum(leak.connections for library in run.record.libraries() for leak in library.leaks) == 0


@pytest.mark.parametrize(
    ("text", "exit_code"),
    [
        ("raise ValueError('no')", 1),
        ("raise SystemExit(3)", 3),
        ("import sys; sys.exit('message')", 1),
        ("def broken(:", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
        ("import sys; print(sys.argv, __name__, __file__, sorted(globals()), sys.path[0], __spec__)", 0),
        ("import atexit, threading; atexit.register(print, 'at exit'); threading.Timer(0.1, print, ['t']).start()", 0),
    ],
)
def test_same_output_and_exit_code(text: str, exit_code: int, app: ObservedProject) -> None:
    app.write("main.py", f"{text}\n")
    plain = app.run("main.py", "word")
    run = app.observe("main.py", "word")
    assert run.exit_code == exit_code
    assert run.output == plain.stdout
    assert run.errors.startswith(plain.stderr)


@pytest.mark.parametrize("words", [["-m", "app.main", "x"], ["-c", "import sys; print(sys.argv, sys.path[0])", "x"]])
def test_modules_and_code(words: list[str], app: ObservedProject) -> None:
    app.write("app/main.py", "import sys\nprint(sys.argv, __spec__.name, sys.path[0], sys.orig_argv[1:])\n")
    assert app.observe(*words).output == app.run(*words).stdout


def test_killed_process(app: ObservedProject) -> None:
    app.write(
        "main.py",
        "import os, signal\nfrom app.home import Manager\nm = Manager()\nos.kill(os.getpid(), signal.SIGKILL)\n",
    )
    run = app.observe("main.py")
    assert run.exit_code == 128 + signal.SIGKILL
    assert "was killed" in run.errors
    assert run.constructed()["main.py:3"] == 1


def test_what_can_not_be_watched_is_named(app: ObservedProject) -> None:
    app.write(
        "app/home.py",
        """\
        class Sealed(type):
            def __setattr__(cls, name, value):
                raise TypeError("sealed")

        class Manager(metaclass=Sealed):
            pass

        class Slotted:
            __slots__ = ()

        import functools
        create_manager = functools.partial(Manager)
        """,
    )
    app.configure('[tool.redis-ssot.resource.slots]\ncanonical = ["x"]\nconstructors = ["app.home.Slotted"]\n')
    app.write(
        "main.py",
        """\
        import subprocess, sys
        from app.home import Manager, Slotted
        kept = [Manager(), Slotted()]
        subprocess.run(f"{sys.executable} -c 1", shell=True)
        """,
    )
    run = app.observe("main.py")
    assert run.exit_code == 0
    assert "app.home.Manager: the class can't be patched: sealed" in run.errors
    assert "app.home.create_manager: it is no class or function, but partial" in run.errors
    assert "a child process: it is started by a shell, and not observed" in run.errors
    assert [site.untracked for site in run.sites()] == [1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "which program? Write it behind `--`: redis-ssot observe -- python -m app"),
        (["--", "ls"], "`ls` starts no Python program that can be observed"),
        (["--", "no-such-program"], "`no-such-program` starts no Python program that can be observed"),
        (["--record", "broken.json", "--", sys.executable, "-c", "1"], "broken.json: is no record of a run"),
        (["--record", "no/such/folder.json", "--", sys.executable, "-c", "1"], "No such file or directory"),
    ],
)
def test_bad_input(words: list[str], message: str, app: ObservedProject) -> None:
    app.write("broken.json", "{}")
    done = app.command("observe", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_pytest_below_observe(app: ObservedProject) -> None:
    app.write("test_app.py", "from app.home import Manager\n\ndef test_it():\n    Manager().client().ping()\n")
    run = app.observe(
        "-m", "pytest", "-q", "--rootdir", "/", "-p", "no:randomly", "-p", "no:cacheprovider", "test_app.py"
    )
    assert run.exit_code == 0, run.output
    assert "observed at run time" not in run.output
    assert [dict(site.tests) for site in run.sites() if site.place.row == 4] != [{"": 1}]


def test_sqlalchemy(app: ObservedProject) -> None:
    pytest.importorskip("sqlalchemy")
    app.configure(
        """\
        [tool.redis-ssot.resource.database]
        canonical = ["app.database"]
        constructors = ["sqlalchemy.create_engine"]
        runtime = { connections = 2, leaks = 0, instances = 1 }
        """
    )
    app.write(
        "main.py",
        """\
        from sqlalchemy import create_engine, text

        engines = [create_engine("sqlite:///one.db"), create_engine("sqlite:///two.db")]
        with engines[0].connect() as one, engines[0].connect() as two, engines[1].connect():
            one.execute(text("select 1"))
        two = engines[1].connect()
        engines[0].dispose()
        """,
    )
    run = app.observe("main.py")
    assert run.exit_code == 1, run.errors
    assert run.constructed()["main.py:3"] == 2
    [library] = [each for each in run.record.libraries() if each.name == "sqlalchemy"]
    assert (library.opened, library.peak, library.peak_in_use, library.open) == (3, 3, 3, 1)
    assert "database: connections: BROKEN: 3 connections open at the same time, 2 allowed" in run.errors
    assert "main.py:3 (<module>): 1 connection open at the end of the run" in run.errors
    assert [each.command for each in run.record.latencies("sqlalchemy")] == ["SELECT", "all"]


def test_sqlalchemy_reads_the_parameters_of_pools(app: ObservedProject) -> None:
    """It takes the options of `create_engine()` from the code of the pool's `__init__`."""
    pytest.importorskip("sqlalchemy")
    app.configure(
        """\
        [tool.redis-ssot.resource.database]
        canonical = ["app.database"]
        constructors = ["sqlalchemy.create_engine"]
        """
    )
    app.write(
        "main.py",
        """\
        from sqlalchemy import create_engine

        engine = create_engine("sqlite:///one.db", echo_pool=True, pool_recycle=60, pool_reset_on_return=None)
        print(engine.pool.echo, engine.pool._recycle, engine.pool.recreate()._recycle)
        """,
    )
    run = app.observe("main.py")
    assert run.exit_code == 0, run.errors
    assert "True 60 60" in run.output
    [library] = [each for each in run.record.libraries() if each.name == "sqlalchemy"]
    assert sum(pool.pools for pool in library.pools) == 2
