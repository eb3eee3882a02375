"""The offer to rename a factory that no longer creates an instance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_cases import CASES_DIR, Case, parse_files

from flake8_redis_ssot.cli.main import main

BASE = dict(parse_files((CASES_DIR / "base.md").read_text(encoding="utf-8")))
FACTORY = "from app.redis_manager import RedisManager\n\n\ndef {name}():\n    return RedisManager()\n"


def offers(folder: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    Case("", {**BASE, **files}).write(folder)
    main(["check", ".", "--output-format", "json", "--jobs", "1", "--quiet"])
    found = json.loads(capsys.readouterr().out)
    return [offer for item in found if item["code"] == "RSS003" for offer in item["offers"]]


def edits(offer: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(Path(each["filename"]).name, each["location"]["row"], each["content"]) for each in offer["edits"]]


@pytest.mark.parametrize(
    ("name", "new"),
    [("make_manager", "get_manager"), ("_new_manager", "_get_manager"), ("create_it", "get_it"), ("build_x", "get_x")],
)
def test_uses_in_the_same_file(name: str, new: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = FACTORY.format(name=name) + f"\n\ndef load(key):\n    return {name}().get(key)\n"
    [offer] = offers(project, {"app/service.py": text}, capsys)
    assert offer["applicability"] == "display"
    assert offer["message"].startswith(f"Rename `{name}` to `{new}`")
    assert edits(offer) == [("service.py", 4, new), ("service.py", 9, new)]
    assert "app/service.py:9 calls it" in offer["reasons"]


def test_uses_in_other_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "app/service.py": FACTORY.format(name="make_manager"),
        "app/one.py": "from app.service import make_manager\n\nmake_manager().get(make_manager)\n",
        "app/two.py": "from app.service import make_manager as fresh\n\nfresh()\n",
    }
    [offer] = offers(project, files, capsys)
    assert edits(offer) == [
        ("one.py", 1, "get_manager"),
        ("one.py", 3, "get_manager"),
        ("one.py", 3, "get_manager"),
        ("service.py", 4, "get_manager"),
        ("two.py", 1, "get_manager"),
    ]
    uses = ["app/one.py:3 calls it", "app/one.py:3 reads it", "app/two.py:3 calls it"]
    assert [reason for reason in offer["reasons"] if reason.endswith(" it")] == uses


@pytest.mark.parametrize(
    "files",
    [
        {"app/user.py": "from app import service\n\nservice.make_manager()\n"},
        {"app/user.py": "from app.service import *\n\nmake_manager()\n"},
        {"app/user.py": "from app.service import make_manager\n\nget_manager = make_manager\n"},
        {"app/user.py": "from app.service import make_manager\n\n__all__ = ['make_manager']\n"},
        {"app/user.py": "from app.service import make_manager\n", "app/far.py": "from app.user import make_manager\n"},
        {"app/user.py": "from unittest.mock import patch\n\npatch('app.service.make_manager')\n"},
        {"app/service.py": FACTORY.format(name="make_manager") + "\n\n__all__ = ['make_manager']\n"},
        {"app/service.py": FACTORY.format(name="make_manager") + "\n\ndef get_manager():\n    return None\n"},
        {"app/service.py": FACTORY.format(name="make_manager") + "\n\nmake_manager = make_manager()\n"},
        {"app/service.py": FACTORY.format(name="make_redis_manager")},
        {"app/service.py": FACTORY.format(name="manager")},
        {"app/service.py": FACTORY.format(name="get_manager")},
    ],
)
def test_no_offer(files: dict[str, str], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not offers(project, {"app/service.py": FACTORY.format(name="make_manager"), **files}, capsys)
