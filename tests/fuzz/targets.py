"""What is tried with random input: each target raises for a fault, and passes over errors that are documented."""

from __future__ import annotations

import ast
import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from hostile.small_project import CONFIG, PROJECT, USER, write_files

from flake8_redis_ssot.baseline.storage import BaselineError, format_entries, parse_entries
from flake8_redis_ssot.campaign.journal import Journal, JournalError
from flake8_redis_ssot.campaign.journal_key import authenticate, ensure_key
from flake8_redis_ssot.campaign.progress import measure_progress
from flake8_redis_ssot.campaign.storage import CampaignStore
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.cache_store import _checksum
from flake8_redis_ssot.linter.add_noqa import insert_comments
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.reports.report import format_names
from flake8_redis_ssot.syntax.noqa import NoqaIndex, find_suppressions
from flake8_redis_ssot.syntax.source import decode, parse_bytes

from .mutate import mutate_bytes, mutate_value, pick

Target = Callable[[random.Random, Path, list[bytes]], bytes]
_SETTINGS = (
    CONFIG,
    CONFIG
    + 'src = ["."]\nexclude = ["build/"]\nselect = ["RSS"]\nnoqa = "require-reason"\nduplicate-threshold = 0.5\n',
    CONFIG
    + '[per-file-ignores]\n"tests/*" = ["RSS002"]\n[[resource.redis.accessor-for]]\npaths = ["a"]\naccessor = "a.b"\n',
)
_COMMENTS = (
    "x = 1  # noqa\n",
    "y = f()  # noqa: RSS002, E501 because\n",
    "# flake8: noqa: RSS\n",
    'z = """\n# noqa\n"""\n',
)


class FaultError(Exception):
    """Something that must not happen."""


def run_quietly(*words: str) -> str:
    """Run a command in this process; what it has printed. Raises FaultError for an internal error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    text = out.getvalue() + err.getvalue()
    if code not in (0, 1, 2) or "internal error, please report it" in text:
        raise FaultError(text[-2000:])
    return text


def try_settings(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """A configuration, and those of other tools, as a check with fixes reads them."""
    data = mutate_bytes(rng.choice(_SETTINGS).encode(), rng)
    write_files(str(folder), {**PROJECT, "redis-ssot.toml": data})
    with suppress(ConfigError):
        load_config(folder / "redis-ssot.toml")
        run_quietly("check", "--no-cache")
    return data


def try_style(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """The settings of other tools, which say how imports are written."""
    text = b"line-length = 88\nsrc = ['.']\n[lint.isort]\nknown-first-party = ['a']\nlines-after-imports = 2\n"
    data = mutate_bytes(text, rng)
    write_files(str(folder), {**PROJECT, rng.choice(("ruff.toml", ".isort.cfg", "setup.cfg", "pyproject.toml")): data})
    run_quietly("check", "--no-cache", "--diff", "--unsafe-fixes")
    run_quietly("doctor")
    return data


def try_journal(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """Records of this user, of any type."""
    write_files(str(folder), PROJECT)
    store = CampaignStore(str(folder))
    records = [mutate_value(each, rng) if rng.random() < 0.4 else each for each in _records()]
    lines = []
    for record in records:
        with suppress(ValueError):
            text = json.dumps(record)
            code = authenticate(ensure_key(), store.root, text)
            lines.append(json.dumps({**record, "mac": code}) if isinstance(record, dict) else text)
    data = "\n".join(lines).encode()
    data = mutate_bytes(data, rng) if rng.random() < 0.2 else data
    write_files(str(folder), {".redis-ssot/journal.jsonl": data})
    with suppress(JournalError):
        measure_progress(Journal(store), [], 1.0)
        for words in (("rollback", "--list"), ("progress",), ("verify",), ("rollback",)):
            run_quietly(*words)
    return data


def _records() -> Iterator[dict[str, object]]:
    options = {"phase": 1, "validate": "", "paths": [], "config": []}
    yield {"do": "seen", "at": 1.0, "counts": {"code": {"RSS001": 2}}}
    yield {"do": "start", "at": 1.0, "run": "r", "phase": 1, "options": options}
    yield {"do": "batch", "at": 2.0, "run": "r", "batch": "1.1", "phase": 1, "files": [["a.py", "", "", 33188]]}
    gate = {"command": "x", "batch": "r/1.1", "passed": True, "reason": "", "code": 0, "seconds": 1.0}
    yield {"do": "validation", "at": 3.0, **gate}
    yield {"do": "kept", "at": 4.0, "files": ["a.py"], "fixed": 1, "seconds": 1.0}
    yield {"do": "held", "at": 5.0, "run": "r", "path": "b.py", "reason": "x", "output": ""}
    yield {"do": "rollback", "at": 6.0, "name": "n", "files": [], "undone": [["r", "1.1", "a.py"]]}
    yield {"do": "rolled", "at": 7.0, "name": "n", "failed": []}
    yield {"do": "end", "at": 8.0, "run": "r"}


def try_baseline(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """A baseline; what is read is written and read again."""
    entries = [["app/user.py", "RSS001", "f", "o", "snippet", 1], ["app/user.py", "RSS002", "", "", "", 1]]
    text = "".join(f"{json.dumps(mutate_value(each, rng) if rng.random() < 0.5 else each)}\n" for each in entries)
    data = mutate_bytes(text.encode(), rng) if rng.random() < 0.5 else text.encode()
    write_files(str(folder), {**PROJECT, "b.jsonl": data})
    run_quietly("check", "--no-cache", "--baseline", "b.jsonl")
    with suppress(BaselineError, UnicodeDecodeError):
        read = parse_entries(data.decode("utf-8", "surrogatepass"), "b")
        if parse_entries(format_entries(read), "b") != read:
            raise FaultError("a baseline is not read as it was written")
    return data


def try_cache(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """Entries of the cache with a right checksum and any value."""
    write_files(str(folder), PROJECT)
    old = 1_000_000_000
    for path in folder.rglob("*.py"):
        os.utime(path, (old, old))
    words = ("check", "--cache-dir", str(folder / "cache"))
    run_quietly(*words)
    data = b""
    for path in sorted((folder / "cache").glob("*.json")):
        _, _, body = path.read_bytes().partition(b"\n")
        with suppress(ValueError):
            data = json.dumps(mutate_value(json.loads(body), rng)).encode()
            path.write_bytes(_checksum(data) + b"\n" + data)
    run_quietly(*words, "--output-format", rng.choice(format_names()))
    return data


def try_notebook(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """A notebook, checked and fixed."""
    cells = [{"cell_type": "code", "source": USER.splitlines(keepends=True), "metadata": {}}, {"cell_type": "markdown"}]
    value = mutate_value({"cells": cells, "nbformat": 4, "metadata": {"language_info": {"name": "python"}}}, rng)
    data = json.dumps(value, indent=rng.choice((None, 1))).encode("utf-8", "surrogatepass")
    data = mutate_bytes(data, rng) if rng.random() < 0.5 else data
    write_files(str(folder), {**PROJECT, "app/odd.ipynb": data})
    run_quietly("check", "--no-cache", "--output-format", rng.choice(format_names()))
    run_quietly("check", "--no-cache", "--fix", "--unsafe-fixes")
    return data


def try_comments(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """Comments: one that is written suppresses the finding, and is not written twice."""
    data = mutate_bytes("".join(rng.choices(_COMMENTS, k=4)).encode(), rng)
    decoded = decode(data)
    index = NoqaIndex(decoded.python_text)
    for comment in index.iter_comments():
        list(index.find_suppressions(comment))
    find_suppressions(decoded.text)
    row = rng.randrange(decoded.text.count("\n") + 1) + 1
    finding = Finding("a.py", Span(row, 0, row, 1), "RSS002", "m", "", (row,))
    with suppress(UnicodeEncodeError, IndexError):
        once, count = insert_comments(data, [finding], "why")
        if count and not decoded.unanalysed_ranges and insert_comments(once, [finding], "why")[1]:
            raise FaultError(f"a comment is written twice: {once!r}")
    return data


def try_source(rng: random.Random, folder: Path, sources: list[bytes]) -> bytes:
    """Source text, checked and fixed: what parsed before parses afterwards."""
    data = mutate_bytes(pick([*sources, *(USER.encode(),) * max(len(sources) // 2, 1)], rng), rng)
    if rng.random() < 0.7:
        data = data + b"\n" + USER.encode() if rng.random() < 0.5 else USER.encode() + data
    write_files(str(folder), {**PROJECT, "app/odd.py": data})
    parse_bytes(data)
    run_quietly("check", "--no-cache", "--output-format", rng.choice(format_names()))
    run_quietly("check", "--no-cache", "--fix", "--unsafe-fixes")
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        ast.parse(data)
        _check_parses((folder / "app" / "odd.py").read_bytes())
    return data


def _check_parses(data: bytes) -> None:
    try:
        ast.parse(data)
    except SyntaxError as error:
        raise FaultError(f"a fix breaks the file: {error}") from None


TARGETS: dict[str, Target] = {
    "settings": try_settings,
    "style": try_style,
    "journal": try_journal,
    "baseline": try_baseline,
    "cache": try_cache,
    "notebook": try_notebook,
    "comments": try_comments,
    "source": try_source,
}


def clear(folder: Path) -> None:
    """Remove what the last input has left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
