"""Running a program as Python itself would, after the observation has started."""

from __future__ import annotations

import atexit
import importlib.machinery
import io
import json
import os
import runpy
import signal
import sys
from types import TracebackType
from typing import Any

from flake8_redis_ssot.runtime.agent.snapshots import UNOBSERVED_SUFFIX

_OWN_FILE = __file__


def run() -> None:
    """Observe, and run the program that the arguments name."""
    folder, *program = sys.argv[1:]
    original = list(sys.orig_argv)
    position = next((index for index, word in enumerate(original) if word.endswith("launch.py")), 0)
    sys.orig_argv = [*original[:position], *original[position + 2 :]] if position else original
    package_root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    try:
        sys.path.append(package_root)
        try:
            from flake8_redis_ssot.runtime.agent.garbage import paused_collection

            with paused_collection():
                from flake8_redis_ssot.runtime.agent.observation import start_observation

                start_observation(folder)
        finally:
            sys.path.remove(package_root)
    except (ImportError, OSError) as error:
        _report_unobserved(folder, f"{type(error).__name__}: {error}")
    main = _empty_main_module()
    try:
        _execute(program, main)
    except SystemExit:
        raise
    except BaseException as error:
        _fail(error)


def _execute(program: list[str], main: dict[str, Any]) -> None:
    mode, arguments = program[0], program[1:]
    if mode == "-m":
        _insert_path(os.getcwd())
        sys.argv = ["-m", *arguments[1:]]
        runpy._run_module_as_main(arguments[0])  # type: ignore[attr-defined]
    elif mode == "-c":
        _insert_path("")
        sys.argv = ["-c", *arguments[1:]]
        exec(compile(f"{arguments[0]}\n", "<string>", "exec", dont_inherit=True), main)
    elif os.path.isdir(mode) or (not mode.endswith((".py", ".pyw")) and _is_archive(mode)):
        sys.argv = list(program)
        runpy.run_path(mode, run_name="__main__")
    else:
        _insert_path(os.path.dirname(os.path.realpath(mode)))
        sys.argv = list(program)
        _execute_file(mode, main)


def _execute_file(path: str, main: dict[str, Any]) -> None:
    try:
        with io.open_code(os.path.abspath(path)) as file:
            source = file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    name = os.path.abspath(path) if sys.version_info >= (3, 9) else path
    main["__file__"] = name
    main["__loader__"] = importlib.machinery.SourceFileLoader("__main__", path)
    main["__cached__"] = None
    exec(compile(source, name, "exec", dont_inherit=True), main)


def _is_archive(path: str) -> bool:
    import zipfile

    return zipfile.is_zipfile(path)


def _insert_path(entry: str) -> None:
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path.insert(0, entry)


def _empty_main_module() -> dict[str, Any]:
    """The namespace of `__main__`, without what the launcher has put there."""
    main = sys.modules["__main__"].__dict__
    builtins, has_annotations = main["__builtins__"], "__annotations__" in main
    main.clear()
    main.update(__name__="__main__", __doc__=None, __package__=None, __loader__=None, __spec__=None)
    main["__builtins__"] = builtins
    if has_annotations:
        main["__annotations__"] = {}
    return main


def _fail(error: BaseException) -> None:
    """End as Python does after an exception, with the traceback that the program has without us."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename == _OWN_FILE:
        traceback = traceback.tb_next
    _call_hook(error, traceback)
    if isinstance(error, KeyboardInterrupt):
        atexit._run_exitfuncs()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    raise SystemExit(1)


def _call_hook(error: BaseException, traceback: TracebackType | None) -> None:
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)
    sys.stderr.flush()


def _report_unobserved(folder: str, reason: str) -> None:
    """Write that this process is not observed, and why."""
    try:
        with open(os.path.join(folder, f"{os.getpid()}{UNOBSERVED_SUFFIX}"), "w", encoding="utf-8") as file:
            json.dump({"process": os.getpid(), "reason": reason}, file)
    except OSError:
        return
