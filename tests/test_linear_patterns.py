"""Regular expressions take no more than linear time, or nearly so, whatever they are applied to.

Each text repeats a few characters that patterns repeat as well, which is where backtracking explodes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

_MAX_SECONDS = 12  # processor time; exponential and quadratic patterns take minutes
_LENGTH = 30_000
_GROUPS = 4
_MOTIFS = (
    *("a", "a.", " ", "-a ", "--a", "{}", "{", "[", "a,", "a, ", "=", "a:", "#", "# ", "/", "a/", "\\\\", "(", "a("),
    *("_", "@a ", "\t", "from ", "import ", "from a.", "def a(", "for ", "old.", "Client", "old:", "getattr(a, ", "`"),
)
_SETTINGS = """[tool.redis-ssot.resource.client]
canonical = ["app.home"]
constructors = ["app.home.Client"]
accessor = "app.home.get_client"

[tool.redis-ssot.resource.client.deprecated]
"app.old" = "app.home"
"""
_HOME = """class Client:
    def get(self, key):
        return key

_client = Client()

def get_client():
    return _client
"""
_USE = """from app.old import Client

def run(key):
    client = Client()
    return client.get(key)
"""
# Each makes patterns start: what follows is repeated, and does not end as they ask for.
_STARTS = ("", "celery -A ", "from ", "import ", "[", "@", '"', "app.old ", "for x", "# ")


def _make_project(root: Path, motifs: Sequence[str]) -> None:
    (root / "app").mkdir()
    files = {
        "pyproject.toml": _SETTINGS,
        "app/__init__.py": "",
        "app/home.py": _HOME,
        "app/old.py": "from app.home import Client, get_client\n",
        "app/use.py": _USE,
    }
    for number, motif in enumerate(motifs):
        body = motif * (_LENGTH // len(motif))
        texts = "\n".join(f"{start}{body}!" for start in _STARTS)
        string = f"import app.old\nNAMES = vars(app.old)\nTEXT = {texts!r}\nClient = {motif * 40!r}\n"
        files[f"app/text_{number}.py"] = string
        files[f"app/comment_{number}.py"] = f"import app.old  # {body}\nx = app.old.Client  #{body} isort\n"
        files[f"settings_{number}/setup.cfg"] = f"[options]\napp.old Client\n{texts}\n"
        files[f"docs_{number}.rst"] = f"Client of app.old\n{texts}\n"
        files[f"settings_{number}/Procfile"] = f"web: celery -A {body} app.old Client\n"
        files[f"settings_{number}/.gitignore"] = f"*.log\n{body}\n"
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("group", range(_GROUPS))
def test_patterns_take_linear_time(group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make_project(tmp_path, _MOTIFS[group::_GROUPS])
    monkeypatch.chdir(tmp_path)
    for command in (["check", "--no-cache", "-j", "1", "--diff", "--unsafe-fixes"], ["verify"]):
        start = time.process_time()
        main([*command])
        assert time.process_time() - start < _MAX_SECONDS, command
