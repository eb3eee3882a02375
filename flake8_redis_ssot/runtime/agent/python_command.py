"""Commands that start Python: rewritten so that the child process is observed, and runs the same program."""

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
_PYTHON = re.compile(r"python(\d+(\.\d+)*)?t?w?(\.exe)?", re.IGNORECASE)
_SHEBANG = re.compile(rb"#!\s*(\S+)(?:[ \t]+(.+?))?\s*\Z")
_MAX_SHEBANG = 1024  # bytes
_NO_PROGRAM = "hV?"  # options of Python after which it runs nothing
_WITH_VALUE = "WX"
_LONG_WITH_VALUE = "--check-hash-based-pycs"


class PythonCommand(NamedTuple):
    """The parts of a command: the interpreter with its options, and the program (`-m`, `-c` or a file) with its own."""

    interpreter: tuple[str, ...]
    program: tuple[str, ...]

    def observe_in(self, folder: str) -> list[str]:
        """The command that runs the same program under observation, for the run in a folder."""
        return [*self.interpreter, LAUNCHER, folder, *self.program]


def parse_command(words: Sequence[str], environment: Mapping[str, str], cwd: str) -> PythonCommand | None:
    """The parts of a command that starts a Python program, also by a script's `#!` line; None for any other."""
    if not words:
        return None
    if _is_python(words[0]):
        return _split_options(words)
    script = _find_program(words[0], environment, cwd)
    interpreter = () if script is None else _read_shebang(script, environment)
    if script is None or not interpreter:
        return None
    return PythonCommand(interpreter, (script, *words[1:]))


def _is_python(path: str) -> bool:
    return path == sys.executable or _PYTHON.fullmatch(os.path.basename(path)) is not None


def _find_program(word: str, environment: Mapping[str, str], cwd: str) -> str | None:
    if os.path.dirname(word):
        path = os.path.join(cwd, word)
        return word if os.path.isfile(path) and os.access(path, os.X_OK) else None
    return shutil.which(word, path=environment.get("PATH", os.defpath))


def _read_shebang(path: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The interpreter of a script and its options if it is Python, otherwise nothing."""
    try:
        with open(path, "rb") as file:
            match = _SHEBANG.fullmatch(file.readline(_MAX_SHEBANG))
    except OSError:
        return ()
    if match is None:
        return ()
    program, options = (os.fsdecode(part or b"") for part in match.groups())
    words = [program, *([options] if options else [])]
    if os.path.basename(program) == "env":
        words = options.removeprefix("-S").split()
        found = shutil.which(words[0], path=environment.get("PATH", os.defpath)) if words else None
        words = [] if found is None else [found, *words[1:]]
    return tuple(words) if words and _is_python(words[0]) else ()


def _split_options(words: Sequence[str]) -> PythonCommand | None:
    """Split where the options of the interpreter end, as in https://docs.python.org/3/using/cmdline.html."""
    options, rest = [words[0]], list(words[1:])
    while rest:
        word = rest.pop(0)
        if word == "-" or (word.startswith("--") and word != _LONG_WITH_VALUE):
            return None  # standard input, or `--help`
        if not word.startswith("-"):
            return PythonCommand(tuple(options), (word, *rest))
        if word == _LONG_WITH_VALUE:
            options += [word, *rest[:1]]
            del rest[:1]
            continue
        letters = re.match(r"-[^cmhV?WX]*", word)
        flags = letters.group() if letters else "-"
        letter, value = word[len(flags) : len(flags) + 1], word[len(flags) + 1 :]
        if letter and letter in _NO_PROGRAM:
            return None
        if not value and letter:
            value = rest.pop(0) if rest else ""
        if letter in {"c", "m"}:
            options += [flags] if len(flags) > 1 else []
            return PythonCommand(tuple(options), (f"-{letter}", value, *rest))
        options += [word] if not letter else [*([flags] if len(flags) > 1 else []), f"-{letter}", value]
    return None  # the interactive interpreter
