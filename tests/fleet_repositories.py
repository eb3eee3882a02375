"""Real git repositories for the tests of many repositories."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

CONFIG = """\
[resource.store]
canonical = ["shop.store"]
constructors = ["shop.store.Store"]
accessor = "shop.store.get_store"

[resource.store.deprecated]
"shop.old_store" = "shop.store"
"""
FILES = {
    "shop/__init__.py": "",
    "shop/store.py": (
        "class Store:\n    def get(self, key):\n        return key\n\n\n_store = Store()\n\n\n"
        "def get_store():\n    return _store\n"
    ),
    "shop/old_store.py": "from shop.store import Store, get_store\n",
    "shop/cart.py": "from shop.old_store import get_store\n\n\ndef total():\n    return get_store().get(1)\n",
    "shop/orders.py": "from shop.store import Store\n\n\ndef place():\n    return Store().get(2)\n",
}


def git(folder: Path, *args: str) -> str:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    command = ["git", *settings, "-C", str(folder), *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def make_repository(folder: Path, files: Mapping[str, str] = FILES, *, config: str = CONFIG) -> Path:
    """A work tree with one commit."""
    write_files(folder, {**files, **({"redis-ssot.toml": config} if config else {})})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def make_bare(folder: Path, files: Mapping[str, str] = FILES, *, config: str = CONFIG) -> Path:
    """A bare repository with one commit, that serves partial clones and takes push options."""
    source = make_repository(folder.with_name(f"{folder.name}.source"), files, config=config)
    git(source, "clone", "--quiet", "--bare", str(source), str(folder))
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "receive.advertisePushOptions", "true")
    return folder


def commit_change(bare: Path, files: Mapping[str, str]) -> None:
    """Push one more commit to a bare repository."""
    source = bare.with_name(f"{bare.name}.source")
    write_files(source, files)
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "--message", "change")
    git(source, "push", "--quiet", str(bare), "HEAD:main")
