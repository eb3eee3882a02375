"""Runs programs in forks of this process, which takes a tenth of the time of starting an interpreter."""

from __future__ import annotations

import doctest
import gc
import importlib
import io
import os
import pkgutil
import re
import select
import signal
import sys
import threading
import time
import traceback
import unittest
import warnings
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from _pytest.config import default_plugins

from . import stand_in

_TIMEOUTS = (6.0, 60.0)  # seconds, of the first and of the second attempt: the machine may be busy
for _name in default_plugins:  # here once rather than in each fork
    importlib.import_module(f"_pytest.{_name}")


class Outcome(NamedTuple):
    """The exit code of a program (None: it was killed after the timeout) and what it printed."""

    exit_code: int | None
    output: str


def run_commands(folder: Path, commands: tuple[str, ...]) -> list[Outcome]:
    """Run commands in a folder: the path of a program, or `unittest`, `pytest` or `doctest` and a word.

    What is outside of the project are `grep WORD PATH`, which prints lines, and `load MODULE:NAME`, which imports.
    """
    return [_run_patiently(folder, command) for command in commands]


def _run_patiently(folder: Path, command: str) -> Outcome:
    outcome = _run(folder, command, _TIMEOUTS[0])
    return outcome if outcome.exit_code is not None else _run(folder, command, _TIMEOUTS[1])


def _run(folder: Path, command: str, timeout: float) -> Outcome:
    reader, writer = os.pipe()
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside the threads of pytest-xdist
        pid = os.fork()
    if pid == 0:
        os.close(reader)
        _run_and_exit(folder, command, writer)
    os.close(writer)
    try:
        output, has_ended = _read_all(reader, timeout)
    finally:
        os.close(reader)
    if not has_ended:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    text = re.sub(r" at 0x[0-9a-f]+|(?<=in )\d+\.\d+s", "", output.decode(errors="replace"))
    return Outcome(os.waitstatus_to_exitcode(status) if has_ended else None, text)


def _read_all(reader: int, timeout: float) -> tuple[bytes, bool]:
    """What is written until the end, and whether that came in time (seconds)."""
    data, deadline = b"", time.monotonic() + timeout
    while select.select([reader], [], [], max(deadline - time.monotonic(), 0))[0]:
        block = os.read(reader, 65536)
        if not block:
            return data, True
        data += block
    return data, False


def _run_and_exit(folder: Path, command: str, writer: int) -> NoReturn:
    """In the fork: run the command as a new interpreter would."""
    code = 70
    try:
        os.dup2(writer, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdout = io.TextIOWrapper(os.fdopen(os.dup(1), "wb", 0), write_through=True)
        sys.stderr = io.StringIO()
        _forget_modules(folder)
        code = _run_command(command)
        threading._shutdown()  # type: ignore[attr-defined]
        sys.stdout.flush()
    except BaseException:
        os.write(1, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _forget_modules(folder: Path) -> None:
    os.chdir(folder)
    own = {path.stem for path in folder.iterdir()}
    for name in [name for name in sys.modules if name.partition(".")[0] in own]:
        del sys.modules[name]
    sys.modules["redis"] = stand_in
    sys.path[:] = [str(folder), *(path for path in sys.path if "site-packages" in path or "lib" in path)]
    sys.dont_write_bytecode = True
    sys.meta_path[:] = [finder for finder in sys.meta_path if "pytest" not in type(finder).__module__]
    importlib.invalidate_caches()
    warnings.resetwarnings()  # those of our own tests are errors
    warnings.simplefilter("ignore")
    gc.enable()


def _run_command(command: str) -> int:
    word, _, target = command.partition(" ")
    if word == "grep":
        return _print_lines(*target.split())
    if word == "load":
        return _load(target)
    if word == "unittest":
        stream = io.StringIO()
        program = unittest.main(None, argv=["-", target], exit=False, testRunner=unittest.TextTestRunner(stream))
        print(re.sub(r"in [\d.]+s", "", stream.getvalue()))
        return 0 if program.result.wasSuccessful() else 1
    if word == "pytest":
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugins = ["-p", "no:cacheprovider", "-p", "no:warnings"]
        options = ["-q", *plugins, "--assert=plain", "--tb=line", "--rootdir=.", "-c", os.devnull]
        return int(pytest.main([*options, target]))
    if word == "doctest":
        return doctest.testfile(target, module_relative=False).failed
    return _run_program(command)


def _print_lines(word: str, path: str) -> int:
    """Print the bytes of the lines of a file that contain a word."""
    for line in Path(path).read_bytes().splitlines():
        if word.encode() in line:
            print(line)
    return 0


def _load(target: str) -> int:
    """Import `module:name`, as a program that is not in the repository does."""
    try:
        print(pkgutil.resolve_name(target))
    except (ImportError, AttributeError) as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    return 0


def _run_program(path: str) -> int:
    """Run a program as `__main__`. What it raises is printed, but not where: fixes move lines."""
    main = type(sys)("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.argv = [path]
    try:
        exec(compile(Path(path).read_bytes(), path, "exec"), main.__dict__)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    return 0
