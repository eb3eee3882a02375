"""Checks and fixes whole libraries, with settings that make most of their files relevant.

    python -m tests.sweep FOLDER… [--files N] [--keep FOLDER]

Each folder is copied, N files at a time (packages stay whole). Then `check` and `check --fix --unsafe-fixes` run on the
copy: no internal error, every file that parsed still parses, pyflakes finds nothing new, a second run changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from pyflakes.checker import Checker

# Imports of these modules are made imports of deprecated ones, which take all names from their replacement.
_MODULES = ("collections", "functools", "io", "os", "re", "sys", "threading", "typing", "warnings")
_IMPORT = re.compile(rf"^([ \t]*)import ({'|'.join(_MODULES)})(?=[ \t]*(?:#.*)?$)".encode(), re.MULTILINE)
_FROM_IMPORT = re.compile(rf"^([ \t]*)from ({'|'.join(_MODULES)})(?= import\b)".encode(), re.MULTILINE)
_SETTINGS = """\
[resource.swept]
canonical = ["swept_home"]
constructors = ["**.*Error", "**.Lock", "**.RLock", "**.Event", "**.StringIO", "**.BytesIO", "**.getLogger", "**.deque"]
accessor = "swept_home.get_shared"

[resource.swept.deprecated]
"""
_HOME = """\
class Shared: ...


_shared = Shared()


def get_shared():
    return _shared
"""
_SUFFIXES = (".py", ".pyi", ".ipynb")
_TIMEOUT = 1800  # seconds for one command
# As the installed command: `-m` would load modules of the copied library.
_ENTRY_POINT = "import sys; del sys.path[0]; from flake8_redis_ssot.cli.main import run; run()"


def main() -> int:
    """Sweep the folders; returns 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--files", type=int, default=150, metavar="N", help="files in one project (default: 150)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="copy projects with faults there")
    arguments = parser.parse_args()
    os.nice(10)
    warnings.simplefilter("ignore")  # of the sources
    totals, started = Counter[str](), time.monotonic()
    for folder in arguments.folders:
        for number, files in enumerate(_split_files(folder, arguments.files)):
            with tempfile.TemporaryDirectory(prefix="redis-ssot-sweep-") as name:
                tree = Path(name) / "tree"
                _copy(folder, files, tree)
                faults = _sweep(tree, totals)
                for fault in faults:
                    print(f"{folder} part {number}: {fault}", flush=True)
                if faults and arguments.keep:
                    shutil.copytree(tree, arguments.keep / f"{folder.name}-{number}", dirs_exist_ok=True)
            totals["files"] += len(files)
            totals["faults"] += len(faults)
            print(f"{time.monotonic() - started:7.0f} s: {dict(totals)}", flush=True)
    return 1 if totals["faults"] else 0


def _split_files(folder: Path, size: int) -> Iterator[list[Path]]:
    """The source files of a folder (relative), in parts of about `size`; entries of the folder are not divided."""
    part: list[Path] = []
    for entry in sorted(folder.iterdir()):
        files = sorted(path for path in entry.rglob("*") if path.is_file()) if entry.is_dir() else [entry]
        part += [path.relative_to(folder) for path in files if path.suffix in _SUFFIXES and not path.is_symlink()]
        if len(part) >= size:
            yield part
            part = []
    if part:
        yield part


def _copy(folder: Path, files: Sequence[Path], tree: Path) -> None:
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        data = (folder / name).read_bytes()
        data = _IMPORT.sub(rb"\1import swept_old.\2 as \2", data)
        (tree / name).write_bytes(_FROM_IMPORT.sub(rb"\1from swept_old.\2", data))
    for package, text in (("swept_home", _HOME), ("swept_old", "")):
        (tree / package).mkdir(parents=True)
        (tree / package / "__init__.py").write_text(text)
    for module in _MODULES:
        names = sorted(name for name in dir(import_module(module)) if name.isidentifier() and not name.startswith("__"))
        text = "".join(f"def {name}(*arguments): ...\n" for name in names)
        (tree / "swept_home" / f"{module}.py").write_text(text)
        (tree / "swept_old" / f"{module}.py").write_text(f"from swept_home.{module} import *\n")
    deprecated = "".join(f'"swept_old.{module}" = "swept_home.{module}"\n' for module in _MODULES)
    (tree / "redis-ssot.toml").write_text(_SETTINGS + deprecated)


def _sweep(tree: Path, totals: Counter[str]) -> list[str]:
    """The faults of one project; `totals` are added to."""
    before = _read(tree)
    code, text = _run(tree, "--output-format", "json")
    faults = [f"check: {_describe(code, text)}"] if _is_broken(code, text) else []
    totals["findings"] += len(json.loads(text)) if not faults else 0
    code, text = _run(tree, "--fix", "--unsafe-fixes", "--output-format", "json")
    faults += [f"check --fix: {_describe(code, text)}"] if _is_broken(code, text) else []
    after = _read(tree)
    totals["changed"] += sum(after.get(path) != data for path, data in before.items())
    faults += [fault for path, data in after.items() for fault in _compare(path, before.get(path, b""), data)]
    code, text = _run(tree, "--fix", "--unsafe-fixes", "--output-format", "json")
    faults += [f"{path}: the second run changes it" for path, data in _read(tree).items() if data != after.get(path)]
    return faults


def _run(tree: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-c", _ENTRY_POINT, "check", "--no-cache", "--jobs", "1", *words]
    process = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    return process.returncode, process.stdout if process.returncode in (0, 1) else process.stdout + process.stderr


def _is_broken(code: int, text: str) -> bool:
    return code not in (0, 1) or "internal error, please report it" in text or "Traceback (most" in text


def _describe(code: int, text: str) -> str:
    start = max(text.find("internal error, please"), 0)
    return f"exit code {code}: {text[start : start + 600] or text[-600:]}"


def _read(tree: Path) -> dict[str, bytes]:
    paths = (path for path in tree.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    return {str(path.relative_to(tree)): path.read_bytes() for path in paths}


def _compare(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """What is worse in a file than it was."""
    if before == after or not path.endswith(".py") or (old := _messages(before, path)) is None:
        return
    new = _messages(after, path)
    if new is None:
        yield f"{path}: does not parse any more"
    else:
        yield from (f"{path}: pyflakes: {message}" for message in (new - old))


def _messages(data: bytes, path: str) -> Counter[str] | None:
    """What pyflakes says, without positions; None if the file does not parse."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return None
    return Counter(_key(type(each).__name__, each.message_args) for each in Checker(tree, path).messages)


def _key(kind: str, arguments: Sequence[object]) -> str:
    """A message without rows, and of an unused import only the local name: its module may have been replaced."""
    names = [str(each) for each in arguments if not isinstance(each, int)]
    if kind == "UnusedImport":
        names = [re.split(r" as |\.", name)[-1] for name in names]
    return f"{kind} {names}"


if __name__ == "__main__":
    sys.exit(main())
