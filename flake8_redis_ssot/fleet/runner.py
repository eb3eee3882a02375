"""A process that scans repositories one after the other, each in a fork with limits: none can harm the next.

Jobs come in as lines of JSON, outcomes go out in the same way. It ends, with the fork, when its input does.
"""

from __future__ import annotations

import gc
import os
import pkgutil
import resource
import select
import signal
import sys
import tempfile
import time
from importlib import import_module
from typing import BinaryIO, NamedTuple

import flake8_redis_ssot
from flake8_redis_ssot.files.atomic_write import write_atomic
from flake8_redis_ssot.fleet.clones import CloneError
from flake8_redis_ssot.fleet.model import ScanJob, ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.scan import ScanError, prepare, scan_checkout
from flake8_redis_ssot.model import describe_internal_error

_MEGABYTE = 1024 * 1024
_CHUNK = 1 << 16
# A fork that has failed in a way that may not happen again says so before its outcome.
_RETRY, _FINAL = b"retry ", b"final "


# Most of them are imported late, which is right for a single check.
_PRELOADED = ("linter", "rules", "baseline", "onboarding", "fixes", "project", "semantic", "syntax")


class _ForkResult(NamedTuple):
    """What a fork has written, its exit status, and its processor time (seconds) and peak memory (megabytes)."""

    data: bytes
    status: int
    processor_seconds: float
    megabytes: int


class InputClosedError(Exception):
    """Nobody waits for outcomes any more."""


def main() -> None:
    """Serve the process that started this one."""
    preload()
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever is printed is not an outcome
    with tempfile.TemporaryDirectory(prefix="redis-ssot-fleet-") as folder:
        serve(os.fdopen(0, "rb", buffering=0), output, folder)


def preload() -> None:
    """Import what a scan needs, once for all forks; they end before their garbage matters."""
    for package in _PRELOADED:
        folder = os.path.join(os.path.dirname(flake8_redis_ssot.__file__), package)
        for module in pkgutil.walk_packages([folder], f"flake8_redis_ssot.{package}."):
            import_module(module.name)
    gc.disable()
    gc.freeze()


def serve(jobs: BinaryIO, output: BinaryIO, folder: str) -> None:
    """Scan what comes in until the end; `folder` is for temporary files."""
    while line := jobs.readline():
        try:
            output.write(run_limited(ScanJob.from_json(line), jobs.fileno(), folder))
        except (InputClosedError, BrokenPipeError):
            return


def run_limited(job: ScanJob, input_descriptor: int, folder: str) -> bytes:
    """The outcome of a job as a line, after `retry` or `final`. Raises InputClosedError if the input ends."""
    started = time.monotonic()
    try:
        config_file = _write_config(job.options, folder)
        result = _run_fork(job, config_file, input_descriptor)
    except TimeoutError:
        seconds = time.monotonic() - started
        reason = f"timed out after {job.options.time_limit:g} seconds"
        return _FINAL + ScanOutcome(job.repository.name, False, reason, seconds=seconds).to_json()
    except OSError as error:
        return _RETRY + ScanOutcome(job.repository.name, False, f"can't be started: {error.strerror}").to_json()
    try:
        prefix, outcome = result.data[: len(_FINAL)], ScanOutcome.from_json(result.data[len(_FINAL) :])
    except (ValueError, TypeError):
        prefix, outcome = _RETRY, ScanOutcome(job.repository.name, False, _describe_status(result.status))
    measured = outcome._replace(
        seconds=time.monotonic() - started,
        processor_seconds=result.processor_seconds,
        megabytes=result.megabytes,
    )
    return prefix + measured.to_json()


def _write_config(options: ScanOptions, folder: str) -> str:
    if not options.config_name:
        return ""
    path = os.path.join(folder, options.config_name)
    write_atomic(path, options.config_text.encode())
    return path


def _describe_status(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"the process was ended by signal {-code}" if code < 0 else f"the process ended with exit code {code}"


def _run_fork(job: ScanJob, config_file: str, input_descriptor: int) -> _ForkResult:
    """Scan in a fork. Raises TimeoutError or InputClosedError when it has been killed, and OSError without a fork."""
    reader, writer = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        raise
    if not process:
        os.close(reader)
        _run_in_fork(job, config_file, writer)
    os.close(writer)
    try:
        data = _read_all(reader, input_descriptor, time.monotonic() + job.options.time_limit)
    finally:
        os.close(reader)
        _kill_group(process)
        _, status, usage = os.wait4(process, 0)
    peak = usage.ru_maxrss // (_MEGABYTE if sys.platform == "darwin" else 1024)
    return _ForkResult(data, status, usage.ru_utime + usage.ru_stime, peak)


def _read_all(reader: int, input_descriptor: int, deadline: float) -> bytes:
    """What a fork writes until its end."""
    chunks: list[bytes] = []
    while True:
        remaining = deadline - time.monotonic()
        readable = select.select([reader, input_descriptor], [], [], max(remaining, 0))[0]
        if not readable:
            raise TimeoutError
        if reader not in readable:
            raise InputClosedError  # one job at a time: only the end of the input makes it readable
        chunk = os.read(reader, _CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)


def _kill_group(process: int) -> None:
    """Kill a fork with what it has started. It leads a group of its own as soon as it runs."""
    for kill in (os.killpg, os.kill):
        try:
            kill(process, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a process that has ended
            continue


def _run_in_fork(job: ScanJob, config_file: str, writer: int) -> None:
    """In the fork: write the outcome and end."""
    try:
        os.setsid()
        data = _scan(job, config_file)
        with os.fdopen(writer, "wb") as file:
            file.write(data)
    finally:
        os._exit(0)  # nothing of the process that was forked may run here


def _scan(job: ScanJob, config_file: str) -> bytes:
    """The outcome of a job as a line, whatever happens."""
    name, limit = job.repository.name, job.options.memory_limit
    try:
        checkout = prepare(job)
        # After git has run, which maps its packs into memory as it likes.
        resource.setrlimit(resource.RLIMIT_AS, (limit * _MEGABYTE, limit * _MEGABYTE))
        return _FINAL + scan_checkout(name, checkout, job.options, config_file).to_json()
    except CloneError as error:
        return _RETRY + ScanOutcome(name, False, str(error)).to_json()
    except ScanError as error:
        return _FINAL + ScanOutcome(name, False, str(error)).to_json()
    except MemoryError:
        return _FINAL + ScanOutcome(name, False, f"needs more than {limit} MB of memory").to_json()
    except RecursionError:
        return _FINAL + ScanOutcome(name, False, "is nested too deeply").to_json()
    except Exception as error:
        return _FINAL + ScanOutcome(name, False, describe_internal_error(error)).to_json()


if __name__ == "__main__":
    main()
