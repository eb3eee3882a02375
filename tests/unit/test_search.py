"""Which files are read: those in which a guarded name can be named, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.project.analysis import Analysis

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
