"""Whatever loading a file loads is among what the texts of the files may import."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from behaviour.build import build
from behaviour.recipe import compose
from hypothesis import HealthCheck, given, settings
from in_memory_resolver import make_resolver
from sampling import examples
from test_module_search_exactness import programs

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.project import import_graph
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.loading.importers import Importers

PACKAGE = dict.fromkeys(("app/__init__.py", "app/main.py", "app/old.py", "app/tools/__init__.py", "app/tools/a.py"), "")


def make_graph(files: Mapping[str, str]) -> tuple[ImportGraph, Importers]:
    resolver, tables = make_resolver(files)
    data = {path: table.text.encode() for path, table in tables.items()}
    graph = ImportGraph(resolver, lambda path: tables[path].tree, tables.__getitem__, data.__getitem__)
    return graph, Importers(sorted(tables), data.__getitem__, resolver, tables.__getitem__)


def assert_complete(files: Mapping[str, str]) -> None:
    """All that loading a file loads may be loaded by what its text and those of the others import."""
    graph, importers = make_graph(files)
    for start in [f"/p/{name}" for name in files]:
        starts = [start, *graph.parent_packages(start)]
        for loaded in graph.loaded_with([start]):
            assert any(importers.may_load(each, loaded) for each in starts), (start, loaded)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_all_spellings_of_imports_are_among_the_possible_ones(program: tuple[Config, dict[str, bytes]]) -> None:
    assert_complete({path.removeprefix("/p/"): data.decode() for path, data in program[1].items()})


@pytest.mark.parametrize("index", range(0, 420, 15))
def test_possible_imports_of_composed_projects(index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    project = build(compose(11, index))
    files = {name: text for name, text in project.files.items() if name.endswith(".py")}
    assert_complete(files)
    paths = [f"/p/{name}" for name in files]
    chains = [make_graph(files)[0].find_path(start, goal) for start in paths for goal in paths]
    monkeypatch.setattr(import_graph, "_FEW_FILES", 0)
    assert [make_graph(files)[0].find_path(start, goal) for start in paths for goal in paths] == chains


@pytest.mark.parametrize(
    "text",
    [
        "import app.old",
        "import os, app.old as o",
        "import \\\n    app.old",
        "if True: import app.old",
        "x = 1; import app.old",
        "from app import old",
        "from app import (  # a (comment)\n    main,\n    old,\n)",
        "from \\\n  app import old",
        "from . import old",
        "from .old import x",
        "from app.old import *",
        "import app\n\ndef f():\n    return app.old.x()\n\nf()",
        "import app.tools.a\nprint(app.old.x())",
        "import importlib\nimportlib.import_module('app.old')",
        "import importlib\nimportlib.import_module('.old', __package__)",
        "import importlib\nfor name in ('a', 'b'):\n    importlib.import_module(f'app.{name}')",
        "import pkgutil\nimport app\nlist(pkgutil.iter_modules(app.__path__))",
        "from library import load\nload('app.old:x')",
        "from library import load\nload('app.'\n     'old')",
    ],
)
def test_a_file_that_may_import_another(text: str) -> None:
    _, importers = make_graph({**PACKAGE, "app/main.py": text + "\n", "app/old.py": "def x(): pass\n"})
    assert importers.may_load("/p/app/main.py", "/p/app/old.py")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os",
        "from app.tools import a",
        '"""Import it from\n\n    from.\n\nimport the rest (see below)."""',
        "OLD = 'old'",
        "# import app.old\nimport app.tools.a as a",
    ],
)
def test_a_file_that_imports_no_other(text: str) -> None:
    _, importers = make_graph({**PACKAGE, "app/main.py": text + "\n"})
    assert not importers.may_load("/p/app/main.py", "/p/app/old.py")


def test_a_changed_file_is_read_again() -> None:
    resolver, tables = make_resolver(PACKAGE)
    data = dict.fromkeys(tables, b"")
    importers = Importers(sorted(tables), data.__getitem__, resolver, tables.__getitem__)
    assert not importers.may_load("/p/app/main.py", "/p/app/old.py")
    data["/p/app/main.py"] = b"from app import old\n"
    importers.update_files(["/p/app/main.py"])
    assert importers.may_load("/p/app/main.py", "/p/app/old.py")
    assert not importers.may_load("/p/app/main.py", "/p/app/old.py", excluded=["/p/app/main.py"])


def test_a_file_that_cannot_be_read_may_import_anything() -> None:
    resolver, tables = make_resolver(PACKAGE)

    def read(path: str) -> bytes:
        if path == "/p/app/main.py":
            raise OSError
        return b""

    importers = Importers(sorted(tables), read, resolver, tables.__getitem__)
    assert importers.may_load("/p/app/main.py", "/p/app/old.py")
    assert not importers.may_load("/p/app/tools/a.py", "/p/app/old.py")
