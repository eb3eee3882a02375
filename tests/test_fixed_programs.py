"""Small programs print the same before and after fixes, and files of any encoding keep their other bytes."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main

_PROGRAM = re.compile(r"^## +(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Program:
    """Files, commands that run them, and the applicabilities of fixes that change them."""

    name: str
    files: dict[str, str]
    commands: tuple[str, ...]
    changes: frozenset[str]


def load_programs() -> list[Program]:
    text = (Path(__file__).parent / "fixed_programs.md").read_text(encoding="utf-8")
    base, *parts = _PROGRAM.split(text)
    shared = _parse_files(base)
    return [_parse(name, shared | _parse_files(body), body) for name, body in zip(parts[::2], parts[1::2])]


def _parse_files(body: str) -> dict[str, str]:
    blocks = _BLOCK.findall(body)
    return {path or "redis-ssot.toml": text for kind, path, text in blocks if kind in ("python", "toml")}


def _parse(name: str, files: dict[str, str], body: str) -> Program:
    lines = {kind: text.splitlines() for kind, path, text in _BLOCK.findall(body) if not path}
    existing = {path: text for path, text in files.items() if text}
    return Program(name.strip(), existing, tuple(lines["run"]), frozenset(lines["changes"]) - {"nothing"})


def run_program(program: Program, project: Path) -> list[str]:
    return [_run([sys.executable, "-B", *shlex.split(command)], project) for command in program.commands]


def _run(command: list[str], project: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}  # without coverage
    process = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=60)
    assert process.returncode == 0, process.stderr
    return process.stdout


def fix(*flags: str) -> bool:
    """Fix the project in the working directory; whether that changed a file."""
    before = _read_python_files()
    main(["check", ".", "--fix-only", "--jobs", "1", "--quiet", *flags])
    return _read_python_files() != before


def _read_python_files() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path.cwd().rglob("*.py")}


@pytest.mark.slow
@pytest.mark.parametrize("program", load_programs(), ids=lambda program: program.name)
def test_output_is_the_same_after_fixes(program: Program, project: Path) -> None:
    for path, text in program.files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    before = run_program(program, project)
    changed = set()
    for trust, flags in (("safe", ()), ("unsafe", ("--unsafe-fixes",))):
        if fix(*flags):
            changed.add(trust)
        assert run_program(program, project) == before, trust
    assert changed == program.changes


def test_refused_import_cycle_would_fail(project: Path) -> None:
    """The refused fix, applied by hand, fails in one of the two import orders."""
    program = next(each for each in load_programs() if each.name.startswith("A ring of imports"))
    for path, text in program.files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text.replace("from shop.old.cache", "from shop.cache"), encoding="utf-8")
    codes = [
        subprocess.run([sys.executable, "-B", *shlex.split(command)], cwd=project, capture_output=True).returncode
        for command in program.commands
    ]
    assert sorted(codes) == [0, 1]


# --- bytes that Markdown cannot contain --------------------------------------------------------------------------

OLD, NEW = b"from shop.old.cache import cache", b"from shop.cache import cache"
TEXTS = {
    "latin-1": b"# coding: latin-1\n# gr\xf6\xdfer\n%s; x = '\xe9\xe9'; print(len(x), cache)\n",
    "cp1252": b"#!/usr/bin/env python\n# -*- coding: cp1252 -*-\nx = '\x80\x93'; %s  # \x80\nprint(x == '', cache)",
    "shift_jis": b"# coding: shift_jis\nx = '\x83\\'; %s\nprint(len(x), cache)\n",
    "mixed newlines": b"import os\r\n%s\nprint(os.sep,\r      cache)\r\n\n",
    "a lone CR in a string of CRLF": b"x = '''a\rb\r\n'''\r\n%s\r\nprint(x, cache)\r\n",
    "BOM": b"\xef\xbb\xbf%s\nprint(cache)\n",
    "BOM and a coding line": b"\xef\xbb\xbf# coding: utf-8\nx = '\xc3\xa9'; %s\nprint(x, cache)\n",
    "form feeds and vertical tabs": b"\x0c%s\n\x0c\nx = '\x0b\x0c\x1c'\nprint(len(x), cache)\n\x0c\n",
    "tabs": b"if 1:\n\tif 1:\n\t\t%s\n\t\tprint(cache)\n",
    "blank lines first and last": b"\n \n\t\n%s  \nprint(cache)  \n\n \n",
    "no final newline": b"print(1)\n%s as shared; print(shared)",
    "separators of lines in a string": "x = 'a\u2028\u2029\x85b'; %s; print(cache)\n".encode(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_only_the_import_is_changed(name: str, project: Path) -> None:
    text = TEXTS[name]
    for path, content in load_programs()[0].files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(content, encoding="utf-8")
    file = project / "shop" / "bytes.py"
    file.write_bytes(text.replace(b"%s", OLD))
    fix()
    assert file.read_bytes() == text.replace(b"%s", NEW)
