"""The hostile repositories: each is made in an empty folder, beside which nothing may change."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable

from .large_files import LARGE_FILES
from .small_project import CONFIG, PROJECT, USER, Files, write_files

# A file name that is an escape sequence of terminals and a command of GitHub's runners, if it is printed as it is.
CONTROL_NAME = "app/a\n::error::x\x1b[31m\r\x9b.py"
UNDECODABLE_NAME = "app/a\udcff\udcfe.py"
_DEEP = 20_000
_NOTEBOOK = {"cells": [{"cell_type": "code", "source": [USER], "metadata": {}, "outputs": []}], "nbformat": 4}
Build = Callable[[str], None]


def _with_files(files: Files) -> Build:
    return lambda folder: write_files(folder, {**PROJECT, **files})


def _with_settings(text: str) -> Build:
    return _with_files({"redis-ssot.toml": text})


def _with_bytes(data: bytes) -> Build:
    return _with_files({"app/odd.py": data})


def _with_notebook(text: str) -> Build:
    return _with_files({"app/odd.ipynb": text})


def _build_links(folder: str) -> None:
    """Links that lead out, to themselves, to devices, and instead of our own folders."""
    write_files(folder, PROJECT)
    outside = os.path.join(os.path.dirname(folder), "outside")
    for name, target in {
        "app/out.py": os.path.join(outside, "user.py"),
        "app/loop.py": "loop.py",
        "app/zero.py": "/dev/zero",
        "app/up": "..",
        ".redis-ssot": outside,
        ".redis_ssot_cache": outside,
        "ruff.toml": "/dev/zero",
        ".gitignore": "/dev/zero",
    }.items():
        os.symlink(target, os.path.join(folder, name))


def _build_pipes(folder: str) -> None:
    write_files(folder, {**PROJECT, ".redis-ssot/.gitignore": "*\n", ".redis_ssot_cache/.gitignore": "*\n"})
    names = ("app/pipe.py", "app/.gitignore", "CODEOWNERS", "ruff.toml", "setup.cfg", "app/notes.txt", "app/x.ipynb")
    for name in (*names, ".redis-ssot/journal.jsonl", ".redis-ssot/lock", ".redis_ssot_cache/CACHEDIR.TAG"):
        os.mkfifo(os.path.join(folder, name))


def _build_journal(folder: str) -> None:
    """A journal that somebody else has written, with an open batch that leads out."""
    change = ["../outside/user.py", "", "", 0o100755]
    records = [
        {"do": "start", "run": "r", "phase": 1, "options": {"validate": "touch ../mark"}, "at": 1.0},
        {"do": "batch", "run": "r", "batch": "1.1", "phase": 1, "files": [change], "codes": [], "at": 2.0},
    ]
    text = "".join(f"{json.dumps({**record, 'mac': '0' * 64})}\n" for record in records)
    write_files(folder, {**PROJECT, ".redis-ssot/journal.jsonl": text})


def _build_odd_journal(text: str) -> Build:
    return _with_files({".redis-ssot/journal.jsonl": text})


def _build_git(folder: str) -> None:
    """Settings, hooks, attributes and signatures by which git would run a program."""
    mark = f"touch '{os.path.dirname(folder)}/mark'"
    write_files(folder, {**PROJECT, ".gitattributes": "*.py filter=evil diff=evil merge=evil\n"})
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.invalid")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    settings = {
        "core.fsmonitor": mark,
        "core.pager": mark,
        "core.editor": mark,
        "core.sshCommand": mark,
        "core.askPass": mark,
        "core.alternateRefsCommand": mark,
        "diff.external": mark,
        "diff.evil.textconv": mark,
        "diff.evil.command": mark,
        "filter.evil.clean": f"{mark}; cat",
        "filter.evil.smudge": f"{mark}; cat",
        "filter.evil.process": mark,
        "merge.evil.driver": mark,
        "gpg.program": mark,
        "gpg.ssh.program": mark,
        "log.showSignature": "true",
        "commit.gpgSign": "true",
        "diff.relative": "true",
        "log.showRoot": "false",
        "remote.origin.url": f"ext::sh -c {mark}",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
        "trailer.x.command": mark,
        "credential.helper": f"!{mark}",
    }
    for key, value in settings.items():
        subprocess.run(["git", "config", key, value], cwd=folder, check=True, capture_output=True)
    for hook in (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
    ):
        path = os.path.join(folder, ".git", "hooks", hook)
        write_files(folder, {f".git/hooks/{hook}": f"#!/bin/sh\n{mark}\n"})
        os.chmod(path, 0o755)


def _build_hooks_of_tools(folder: str) -> None:
    """Files that Python, flake8, pytest or ruff would run or load if they were started here."""
    code = "import pathlib\npathlib.Path('../mark').touch()\n"
    names = (
        "sitecustomize",
        "usercustomize",
        "conftest",
        "setup",
        "flake8",
        "ast",
        "json",
        "tomllib",
        "encodings/idna",
    )
    local = "[flake8:local-plugins]\nextension =\n    EV = evil:Checker\npaths = .\n"
    modules = {f"{name}.py": code for name in (*names, "evil", "redis_ssot", "flake8_redis_ssot/__init__")}
    write_files(folder, {**PROJECT, **modules, "setup.cfg": local, ".flake8": local, "tox.ini": local})


REPOSITORIES: dict[str, Build] = {
    "plain": _with_files({}),
    "control characters": _with_files({CONTROL_NAME: USER}),
    "control characters, a folder": _with_files(
        {"app/b\n::error::y\x1b[31m/__init__.py": "", f"{CONTROL_NAME}i": USER}
    ),
    "undecodable name": _with_files({UNDECODABLE_NAME: USER, f"{UNDECODABLE_NAME[:-3]}.ipynb": json.dumps(_NOTEBOOK)}),
    "markup in names": _with_files({"app/`|<img src=x>`]].py": USER, "app/%0A::error::z.py": USER, "app/-w.py": USER}),
    "pathspecs": _with_files({"app/:(top)*.py": USER, "app/[a-z]*.py": USER}),
    "control characters in code": _with_bytes(f"# \x1b[31m\n{USER}X = '\u202e\x9b'\n".encode()),
    "links": _build_links,
    "pipes": _build_pipes,
    "git": _build_git,
    "hooks of tools": _build_hooks_of_tools,
    "journal of somebody": _build_journal,
    "journal, deep": _build_odd_journal(
        "[" * _DEEP + "]" * _DEEP + '\n{"do":' + '{"a":' * 900 + "1" + "}" * 901 + "\n"
    ),
    "journal, mistyped": _build_odd_journal('{"do": 5}\n[]\n{"do": ["start"], "at": "x", "mac": 1}\n\xff\n'),
    "settings, deep": _with_settings(f"src = {'[' * _DEEP}{']' * _DEEP}\n{CONFIG}"),
    "settings, deep keys": _with_settings(f"{CONFIG}\n[{'.'.join('a' * 900)}]\nx = 1\n"),
    "settings, long path": _with_settings(f'src = ["{"a" * 100_000}"]\n{CONFIG}'),
    "settings, NUL": _with_settings(f'baseline = "a\\u0000b"\n{CONFIG}'),
    "settings, control characters": _with_settings(f'"x\\n::error::\\u001b[31m" = 1\n{CONFIG}'),
    "settings, other types": _with_settings("src = 1979-05-27\nresource = [1]\nexclude = nan\n"),
    "settings of other tools": _with_files(
        {"pyproject.toml": "tool = 5\n", "ruff.toml": "external = 5\nlint = 3\nsrc = [1]\nline-length = 9999999999\n"}
    ),
    "settings of other tools, deep": _with_files({"ruff.toml": f"x = {'[' * _DEEP}", ".isort.cfg": "[settings\n\x00"}),
    "baseline, odd": _with_files(
        {"redis-ssot.toml": f'baseline = "b.jsonl"\n{CONFIG}', "b.jsonl": f"{'[' * _DEEP}\n[1e999]\n"}
    ),
    "quadratic coding": _with_bytes(b"# coding: punycode\n" + USER.encode() + b"# " + b"a-" * 200_000),
    "coding of no text": _with_bytes(b"# coding: zlib_codec\n" + USER.encode()),
    "deep nesting": _with_bytes(USER.encode() + b"x = " + b"(" * _DEEP + b")" * _DEEP),
    "long chain": _with_bytes(USER.encode() + b"x = RedisManager()" + b".a()" * 3_000),
    "long line": _with_bytes(USER.encode() + b"x = [" + b"RedisManager()," * 300 + b"]"),
    "NUL and surrogates": _with_bytes(USER.encode() + b"x = '\\ud800'\n\x00\n\xed\xa0\x80\n"),
    "line breaks": _with_bytes(USER.encode().replace(b"\n", b"\r") + b"\x0c\n\xc2\x85\n"),
    "notebook, deep": _with_notebook("[" * _DEEP),
    "notebook, long number": _with_notebook('{"nbformat": ' + "9" * 10_000 + "}"),
    "notebook, surrogates": _with_notebook(
        json.dumps({**_NOTEBOOK, "cells": [{"cell_type": "code", "source": "\ud800"}]})
    ),
    "patterns": _with_files({".gitignore": f"{'*a' * 40}b\n{'**/' * 60}x\n", f"app/{'a' * 100}.py": USER}),
    "owners": _with_files({"CODEOWNERS": f"* \x1b[31m@x\n{'[' * 5_000}\n{'**/' * 60}x @y\n"}),
    "many comments": _with_bytes(b"x = 1  # noqa: " + b"RSS001," * 5_000 + b"\n" + USER.encode()),
    **{name: _with_files(files) for name, files in LARGE_FILES.items()},
}
