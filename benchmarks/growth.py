"""`python -m benchmarks.growth`: whether time and memory grow linearly with the size of a project.

Each case makes a project of a size and one of twice the size, and checks both in a process of its own: processor time,
peak memory, and the ratio of the times. Linear growth is a ratio of 2, quadratic growth one of 4.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Files = Mapping[str, str]
_HOME = """class Manager:
    def __init__(self):
        self.values = {}

    def get(self, key):
        return self.values.get(key)


manager = Manager()


def get_manager():
    return manager
"""
_SETTINGS = """src = ["."]
[resource.redis]
canonical = ["app.home"]
constructors = [{constructors}]
instance = "app.home.manager"
accessor = "app.home.get_manager"
[resource.redis.deprecated]
{deprecated}
"""


class Case(NamedTuple):
    """A way to grow: `make` returns the files of a project of a size; `output_format` is that of the check."""

    name: str
    size: int
    make: Callable[[int], Files]
    output_format: str = "full"


class Sample(NamedTuple):
    """The processor time of a run in seconds, and its peak memory in MB (10^6 bytes)."""

    seconds: float
    memory: float


def make_project(files: Files, constructors: Sequence[str] = (), deprecated: Sequence[str] = ("app.old",)) -> Files:
    """The files of a project with some files, and with further constructors and deprecated modules."""
    names = ", ".join(f'"{name}"' for name in ("app.home.Manager", *constructors))
    entries = "\n".join(f'"{name}" = "app.home"' for name in deprecated)
    base = {
        "redis-ssot.toml": _SETTINGS.format(constructors=names, deprecated=entries),
        "app/__init__.py": "",
        "app/home.py": _HOME,
        "app/old.py": "from app.home import Manager, manager\n",
    }
    return {**base, **files}


def make_functions(count: int, first_line: str, body: str) -> str:
    """A module with a first line and as many functions, whose `body` binds `value`."""
    functions = (f"\n\ndef f{number}(key):\n{body}\n    return value.get(key)\n" for number in range(count))
    return first_line + "".join(functions)


def constructions_in_one_file(size: int) -> Files:
    """As many constructions in one file, each in a function."""
    return make_project(
        {"app/many.py": make_functions(size, "from app.home import Manager\n", "    value = Manager()")}
    )


def bindings_of_one_variable(size: int) -> Files:
    """As many constructions, all bound to one variable that is read after each."""
    bindings = "".join("    value = Manager()\n    print(value.get(key))\n" for _ in range(size))
    return make_project({"app/many.py": f"from app.home import Manager\n\n\ndef run(key):\n{bindings}"})


def imports_in_one_file(size: int) -> Files:
    """As many deprecated imports in one file, each in a function."""
    body = "    from app.old import Manager\n    value = Manager"
    return make_project({"app/many.py": make_functions(size, "", body)})


def findings_overall(size: int) -> Files:
    """As many constructions, 250 in each file, so that there are not too many files for a report with fixes."""
    text = make_functions(250, "from app.home import Manager\n", "    value = Manager()")
    return make_project({f"app/many{number}.py": text for number in range(size // 250)})


def small_files(size: int) -> Files:
    """As many files that have nothing to do with the resource."""
    return make_project({f"app/p{number // 500}/m{number}.py": f"VALUE = {number}\n" for number in range(size)})


def large_file(size: int) -> Files:
    """A file of about that many megabytes, with one finding."""
    text = "".join(f"VALUE_{number} = {number}\n" for number in range(size * 45_000))
    return make_project({"app/large.py": f"{text}from app.home import Manager\nvalue = Manager()\n"})


def deprecated_entries(size: int) -> Files:
    """As many deprecated modules, over a thousand files that each import one."""
    names = [f"app.legacy.old_part{number}" for number in range(size)]
    files = {
        f"app/m{number}.py": f"from {names[number % size]} import thing\n\nprint(thing)\n" for number in range(1000)
    }
    return make_project(files, deprecated=names)


def constructors_with_wildcards(size: int) -> Files:
    """As many constructors that contain wildcards."""
    text = "from app.home import Manager\nvalue = Manager()\n"
    return make_project({"app/m.py": text}, constructors=[f"lib{number}.**.Client*" for number in range(size)])


CASES = (
    Case("constructions-in-one-file", 1500, constructions_in_one_file),
    Case("bindings-of-one-variable", 1000, bindings_of_one_variable),
    Case("imports-in-one-file", 1500, imports_in_one_file),
    Case("findings-overall", 50_000, findings_overall, "concise"),
    Case("small-files", 25_000, small_files, "concise"),
    Case("large-file", 10, large_file),
    Case("deprecated-entries", 30_000, deprecated_entries, "concise"),
    Case("constructors-with-wildcards", 2500, constructors_with_wildcards, "concise"),
)


def write_project(files: Files, folder: Path) -> None:
    """Write files (by relative path) below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def measure(case: Case, size: int) -> Sample:
    """Check a project of a size once, in a process of its own. Raises RuntimeError if the check fails."""
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        write_project(case.make(size), Path(name))
        command = [sys.executable, "-m", "flake8_redis_ssot", "check", "--no-cache", "--jobs", "1"]
        command += ["--output-format", case.output_format, "."]
        process = os.fork()
        if process == 0:
            _run(command, name)
        _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(f"the check of {case.name} with {size} ended with {os.waitstatus_to_exitcode(status)}")
    return Sample(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _MAXRSS_UNIT / 1e6)


_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def _run(command: list[str], folder: str) -> None:
    """In the forked process: become the command, without output."""
    try:
        os.environ.setdefault("PYTHONPATH", os.getcwd())
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.execv(command[0], command)
    finally:
        os._exit(127)


def render_row(case: Case, scale: float) -> str:
    """The row of the table for a case whose size is multiplied by `scale`."""
    size = max(1, round(case.size * scale))
    small, large = measure(case, size), measure(case, 2 * size)
    ratio = large.seconds / small.seconds
    return (
        f"| {case.name} | {case.output_format} | {size:,} | {small.seconds:.2f} s, {small.memory:.0f} MB "
        f"| {2 * size:,} | {large.seconds:.2f} s, {large.memory:.0f} MB | {ratio:.1f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the cases and print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    names = [case.name for case in CASES]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies all sizes (default: 1)")
    arguments = parser.parse_args(argv)
    print("| case | format | size | processor, memory | twice | processor, memory | ratio |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for case in CASES:
        if case.name in arguments.only:
            print(render_row(case, arguments.scale), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
