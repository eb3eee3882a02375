"""Observing child processes: their commands are rewritten where this process starts them.

Neither a `sitecustomize` module nor an environment variable is involved, so children see the environment that the
program gives them. Debuggers follow child processes in the same way.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import wrapt

from flake8_redis_ssot.runtime.agent.adapters.wrapping import wrap_method
from flake8_redis_ssot.runtime.agent.python_command import parse_command

ProblemReporter = Callable[[str, str], None]
_ARGS, _EXECUTABLE, _SHELL, _CWD, _ENV = 0, 2, 8, 9, 10  # the positions of parameters of `Popen`
_OWN_HELPERS = ("multiprocessing.resource_tracker",)  # run no code of the program
_EXEC = ("execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp", "execlpe")


def follow_subprocesses(folder: str, report_problem: ProblemReporter, save: Callable[[], None]) -> None:
    """Observe the child processes that this process will start, for the run in a folder."""
    wrap_method(subprocess.Popen, "__init__", partial(_wrap_popen, folder, report_problem))
    wrapt.register_post_import_hook(partial(_follow_multiprocessing, folder), "multiprocessing.util")
    for name in _EXEC:
        if hasattr(os, name):
            setattr(os, name, _saving_exec(name, getattr(os, name), report_problem, save))


def _wrap_popen(folder: str, report_problem: ProblemReporter, method: Callable[..., None]) -> Callable[..., None]:
    def initialize(self: Any, *args: Any, **keywords: Any) -> None:
        def argument(position: int, name: str) -> Any:
            return args[position] if len(args) > position else keywords.get(name)

        command = argument(_ARGS, "args")
        if argument(_SHELL, "shell"):
            report_problem("a child process", "it is started by a shell, and not observed")
        elif not argument(_EXECUTABLE, "executable"):
            command = _rewrite(folder, command, argument(_ENV, "env"), argument(_CWD, "cwd"))
        if args:
            args = (command, *args[1:])
        elif "args" in keywords:
            keywords["args"] = command
        method(self, *args, **keywords)

    return initialize


def _rewrite(folder: str, command: Any, environment: Any, cwd: Any) -> Any:
    """The command under observation; anything that is no command of Python comes back as it is."""
    if isinstance(command, (str, bytes, os.PathLike)):
        words: list[str] = [] if os.name == "nt" else [os.fsdecode(command)]
    elif isinstance(command, Sequence) and all(isinstance(word, (str, bytes, os.PathLike)) for word in command):
        words = [os.fsdecode(word) for word in command]
    else:
        return command
    names = {os.fsdecode(key): os.fsdecode(value) for key, value in (environment or os.environ).items()}
    parsed = parse_command(words, names, os.fsdecode(cwd) if cwd else os.getcwd())
    return command if parsed is None else parsed.observe_in(folder)


def _follow_multiprocessing(folder: str, module: ModuleType) -> None:
    """Children of the start methods `spawn` and `forkserver`, which do not use `subprocess`."""
    original = module.spawnv_passfds

    def spawnv_passfds(path: Any, args: Sequence[Any], passfds: Any) -> Any:
        words = [os.fsdecode(word) for word in args]
        if not any(helper in word for helper in _OWN_HELPERS for word in words):
            parsed = parse_command(words, {}, os.getcwd())
            args = args if parsed is None else parsed.observe_in(folder)
        return original(path, args, passfds)

    module.spawnv_passfds = spawnv_passfds  # type: ignore[attr-defined]


def _saving_exec(
    name: str, function: Callable[..., Any], report_problem: ProblemReporter, save: Callable[[], None]
) -> Callable[..., Any]:
    def execute(*args: Any) -> Any:
        report_problem(f"os.{name}", "the process is replaced by another program, which is not observed")
        save()
        return function(*args)

    return execute
