"""Builds a project, fixes it, and compares what it does before and after."""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.linter.request import CheckRequest
from flake8_redis_ssot.linter.run import run
from flake8_redis_ssot.model import Applicability, Fix

from .build import Project, build
from .program import Outcome, run_commands
from .recipe import Recipe

_MEMORY = Path("/dev/shm")  # a file system in memory, where there is one
_CODING = re.compile(r"# coding: ([\w-]+)\n")


class Verdict(Enum):
    """What a fix did to a project."""

    DISCARDED = "does not run before the fix"
    UNTOUCHED = "nothing was fixed"
    KEPT = "does the same after the fix"
    CHANGED = "does something else after the fix"
    UNSTABLE = "a second run changes more"
    CRASHED = "the tool failed"


FAILURES = frozenset({Verdict.CHANGED, Verdict.UNSTABLE, Verdict.CRASHED})


@dataclass(frozen=True)
class Trial:
    """The verdict about a project; `reasons` are those of the fixes, `detail` shows what differs."""

    recipe: Recipe
    project: Project
    verdict: Verdict
    detail: str = ""
    reasons: tuple[str, ...] = ()
    fixed_files: tuple[tuple[str, str], ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether the fix was wrong."""
        return self.verdict in FAILURES


def try_recipe(recipe: Recipe, applicability: Applicability = Applicability.SAFE) -> Trial:
    """Build, run, fix, run and fix again."""
    project = build(recipe)
    with _temporary_folder() as folder:
        write_project(project, folder)
        before = run_commands(folder, project.commands)
        if any(outcome.exit_code != 0 for outcome in before):
            return Trial(recipe, project, Verdict.DISCARDED, _describe(before, before))
        try:
            fixed_files, reasons = _fix(applicability)
            fixed_files += _run_fixes(folder, project.fixes)
            if not fixed_files:
                return Trial(recipe, project, Verdict.UNTOUCHED)
            after = run_commands(folder, project.commands)
            files_again, _ = ((), ()) if project.fixes else _fix(applicability)
        except Exception as error:
            return Trial(recipe, project, Verdict.CRASHED, repr(error))
    verdict = Verdict.CHANGED if after != before else Verdict.UNSTABLE if files_again else Verdict.KEPT
    detail = _describe(before, after) if after != before else "\n".join(map("\n".join, files_again))
    return Trial(recipe, project, verdict, detail, reasons, fixed_files)


def write_project(project: Project, folder: Path) -> None:
    """Write the files of a project."""
    for path, text in project.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_encode(text))


def _encode(text: str) -> bytes:
    """The bytes of a file: in its encoding, and with bytes as they are where it says `<<87 90>>`."""
    coding = _CODING.match(text)
    data = text.encode(coding[1] if coding else "utf-8")
    return re.sub(rb"<<([0-9a-f ]+)>>", lambda found: bytes.fromhex(found[1].decode()), data)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A new working directory."""
    folder = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None)).resolve()
    previous = os.getcwd()
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(previous)
        shutil.rmtree(folder, ignore_errors=True)


def _fix(applicability: Applicability) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Fix the project in the working directory; the changed files by path, and the reasons of the fixes."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        result = run(CheckRequest(jobs=1, cache=False, trust=applicability))
    assert not result.errors, result.errors
    files = {}
    for change in (change for group in result.changes for change in group):
        path = os.path.relpath(change.path)
        if change.after is None:
            os.unlink(path)
        else:
            Path(path).write_bytes(change.after)
        files[path] = (change.after or b"").decode(errors="replace")
    fixes = [finding.fix for finding in result.fixed_findings]
    return tuple(files.items()), tuple(reason for fix in fixes if isinstance(fix, Fix) for reason in fix.reasons)


def _run_fixes(folder: Path, commands: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Run other commands that fix; the changed files by path."""
    before = _read_files(folder)
    for command in commands:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            main([*command.split(), "--no-cache", "--jobs", "1"])
    after = _read_files(folder)
    return tuple(
        (path, after.get(path, "")) for path in after.keys() | before.keys() if after.get(path) != before.get(path)
    )


def _read_files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text(errors="replace") for path in folder.rglob("*.py")}


def _describe(before: list[Outcome], after: list[Outcome]) -> str:
    pairs = [(old, new) for old, new in zip(before, after) if old != new or old.exit_code]
    return "\n".join(
        f"exit {old.exit_code}\n{old.output}became exit {new.exit_code}\n{new.output}" for old, new in pairs
    )
