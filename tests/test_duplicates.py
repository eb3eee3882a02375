"""RSS004: classes that duplicate the class of a resource."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main

Capture = pytest.CaptureFixture[str]

SETTINGS = """\
[resource.redis]
canonical = ["core.store"]
constructors = ["core.store.Store"]
accessor = "core.store.get_store"
"""

STORE = """\
class Store:
    def fetch(self, key): ...
    def keep(self, key, value): ...
    def drop(self, key): ...
    async def wait_for(self, key): ...
    def rename(self, key, name): ...
    def count(self): ...
    def first(self): ...
    def last(self): ...


def get_store():
    return None
"""

SHELF = """\
class Shelf:
    def fetch(self, key):
        return self.items[key]

    def keep(self, key, value):
        self.items[key] = value

    def drop(self, key):
        del self.items[key]

    def wait_for(self, key):
        return self.items[key]

    def first(self):
        return self.items[0]
"""


def write(root: Path, **files: str) -> None:
    (root / "redis-ssot.toml").write_text(SETTINGS)
    for name, text in {"core/__init__": "", "core/store": STORE, **files}.items():
        path = root / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def messages(capsys: Capture) -> dict[str, str]:
    """The message by the stem of the file."""
    main(["check", "--select", "RSS004", "--output-format", "json", "--no-cache"])
    return {Path(each["filename"]).stem: each["message"] for each in json.loads(capsys.readouterr().out)}


def test_message_names_methods_and_importers(project: Path, capsys: Capture) -> None:
    write(
        project,
        shelf=SHELF,
        one="from shelf import Shelf\n\nShelf()\n",
        two="from shelf import *\n\nShelf()\n",
        three="import shelf\n\n\ndef work():\n    return shelf.Shelf()\n",
        four="def work():\n    from shelf import Shelf\n\n    return Shelf()\n",
        other="class Shelf:\n    pass\n",
        five="from other import Shelf\n\nShelf()\n",
    )
    assert messages(capsys) == {
        "shelf": "`Shelf` duplicates `core.store.Store`: it has its methods `fetch`, `keep`, `drop`,"
        " `wait_for`, `first` (awaited in one of both only: `wait_for`); it lacks `rename`, `count`, `last`;"
        " imported by four.py, one.py, three.py and 1 more"
    }


def test_fallback_class_is_not_imported_by_others(project: Path, capsys: Capture) -> None:
    """The other files import from a missing module, not from the fallback."""
    fallback = (
        "try:\n    from lost.store import Store\nexcept ImportError:\n\n"
        "    class Store:\n        def fetch(self, key):\n            return None\n"
    )
    write(project, one=fallback, two="from lost.store import Store\n\nStore()\n")
    assert messages(capsys) == {
        "one": "`Store` duplicates `core.store.Store`: it has the same name, its methods do nothing,"
        " and it has its method `fetch`; it lacks `keep`, `drop`, `wait_for`, `rename`, `count`, `first` and 1 more;"
        " no other file imports it"
    }


def test_alias_is_followed(project: Path, capsys: Capture) -> None:
    write(
        project,
        one="class StubStore:\n    def fetch(self, key):\n        return key\n",
        two="from one import StubStore\n\nStore = StubStore\n",
        three="from two import Store\n\nStore()\n",
    )
    assert messages(capsys) == {
        "one": "`StubStore` duplicates `core.store.Store`: it is named after it, and it has its method"
        " `fetch`; it lacks `keep`, `drop`, `wait_for`, `rename`, `count`, `first` and 1 more;"
        " imported by three.py, two.py"
    }


def test_new_importer_is_noticed(project: Path, capsys: Capture) -> None:
    write(project, shelf=SHELF)
    main(["check", "--output-format", "concise"])
    assert "no other file imports it" in capsys.readouterr().out
    (project / "late.py").write_text("from shelf import Shelf\n")
    main(["check", "--output-format", "concise"])
    assert "imported by late.py" in capsys.readouterr().out
    (project / "late.py").write_text("")
    main(["check", "--output-format", "concise"])
    assert "no other file imports it" in capsys.readouterr().out


def test_change_of_the_guarded_class_is_noticed(project: Path, capsys: Capture) -> None:
    write(project, shelf=SHELF)
    assert main(["check"]) == 1
    (project / "core" / "store.py").write_text("class Store:\n    def fetch(self): ...\n\n\ndef get_store(): ...\n")
    assert main(["check"]) == 0
    (project / "core" / "store.py").write_text(STORE)
    assert main(["check"]) == 1


def test_new_duplicate_is_noticed(project: Path, capsys: Capture) -> None:
    write(project, shelf="")
    assert main(["check"]) == 0
    (project / "shelf.py").write_text(SHELF)
    assert main(["check"]) == 1
