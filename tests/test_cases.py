"""Each case: marks equal findings, fixes give the expected files, and a second fix changes nothing.

A sample of the cases also runs with other newlines and encodings, and through flake8.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from case_updates import Outcome, update
from flake8.main.cli import main as flake8
from markdown_cases import CONFIG_FILE, Case, Finding, encode_file, load_cases
from pyflakes.checker import Checker
from pyflakes.messages import Message, UnusedImport

from flake8_redis_ssot.cli.main import main

CASES = load_cases()
DETECTION = [case for case in CASES if not case.has_fix_blocks]
FIXING = [case for case in CASES if case.has_fix_blocks]
SHAPES: dict[str, dict[str, Any]] = {
    "CRLF": {"newline": "\r\n"},
    "CR": {"newline": "\r"},
    "BOM": {"bom": True},
    "no final newline": {"final_newline": False},
}
FIXED_SHAPES = [name for name in SHAPES if name != "CR"]
SAFE, UNSAFE = (), ("--unsafe-fixes",)
Uncovered = Callable[[], AbstractContextManager[None]]


@pytest.mark.sampled(1)  # all, except with --sample-scale
@pytest.mark.covered(0.5)
@pytest.mark.updates_cases
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case(case: Case, project: Path, pytestconfig: pytest.Config, uncovered: Uncovered) -> None:
    case.write(project)
    findings = check(case, project)
    unsafe = fix_until_stable(case, project, UNSAFE)
    with uncovered():
        safe = fix_until_stable(case, project, SAFE)
    if pytestconfig.option.update:
        case = update(case, Outcome(findings, _decode(safe), _decode(unsafe)))
    assert marks(findings) == case.expected_findings
    assert case.findings is None or [finding.line for finding in findings] == list(case.findings)
    for finding in findings:
        assert finding.reasons or finding.trust == "safe"
    for line in case.expected_fixes:
        assert any(finding.matches(line) for finding in findings), f"{line}\nbut was: {findings}"
    if case.has_fix_blocks:
        assert _decode(safe) == case.files_after_fix(include_unsafe=False)
        assert _decode(unsafe) == case.files_after_fix(include_unsafe=True)


def check(case: Case, project: Path) -> list[Finding]:
    """The findings of `redis-ssot check`."""
    with redirect_stdout(io.StringIO()) as output:
        main(["check", ".", "--output-format", "json", "--jobs", "1", "--quiet", *case.flags])
    return [Finding.of(item, project) for item in json.loads(output.getvalue() or "[]")]


def marks(findings: list[Finding]) -> list[tuple[str, int, str]]:
    return sorted((finding.path, finding.row, finding.code) for finding in findings)


def fix_until_stable(case: Case, project: Path, trust: tuple[str, ...]) -> dict[str, bytes]:
    """The files after a fix, which must be valid and stable under a second fix."""
    case.write(project)
    before = read_files(project)
    fix(case, *trust)
    after = read_files(project)
    assert after.keys() == before.keys()
    changed = [path for path in after if after[path] != before[path]]
    for path in changed:
        assert not _pyflakes_messages(after[path]) - _pyflakes_messages(before[path]), path
        assert _comments(after[path]) == _comments(before[path]), path
    if changed:
        fix(case, *trust)
        assert read_files(project) == after
    return after


def fix(case: Case, *flags: str) -> None:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        main(["check", ".", "--fix-only", "--jobs", "1", "--quiet", *flags, *case.flags])


def read_files(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def _decode(files: dict[str, bytes]) -> dict[str, str]:
    return {path: data.decode() for path, data in files.items()}


def _pyflakes_messages(data: bytes) -> Counter[tuple[str, str]]:
    try:
        messages = Checker(ast.parse(data)).messages
    except SyntaxError:
        return Counter({("SyntaxError", ""): 1})
    return Counter((type(message).__name__, _message_key(message)) for message in messages)


def _message_key(message: Message) -> str:
    """For an unused import the local name only: its module may have changed."""
    names = [str(each) for each in message.message_args if not isinstance(each, int)]
    return re.split(r" as |\.", names[0])[-1] if isinstance(message, UnusedImport) else str(names)


def _comments(data: bytes) -> Counter[str]:
    """The comments, without those for tools, which are removed with their line."""
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    with suppress(tokenize.TokenError, SyntaxError):
        parts = [part for token in tokens if token.type == tokenize.COMMENT for part in _split_comment(token.string)]
        return Counter(part for part in parts if not re.match("noqa|type:", part))
    return Counter()


def _split_comment(comment: str) -> list[str]:
    """The single comments of a line with several."""
    return [part.strip() for part in re.split(r"(?:^|\s)#+\s?(?!\d)", comment) if part.strip()]


@pytest.mark.no_cover
@pytest.mark.sampled(0.06)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", DETECTION, ids=lambda case: case.name)
def test_marks_in_byte_shapes(case: Case, shape: str, project: Path) -> None:
    case.write(project, **SHAPES[shape])
    assert marks(check(case, project)) == case.expected_findings


@pytest.mark.no_cover
@pytest.mark.sampled(0.06)
@pytest.mark.parametrize("shape", FIXED_SHAPES)
@pytest.mark.parametrize("case", FIXING, ids=lambda case: case.name)
def test_fixes_in_byte_shapes(case: Case, shape: str, project: Path) -> None:
    for trust in (SAFE, UNSAFE):
        case.write(project, **SHAPES[shape])
        fix(case, *trust)
        for path, text in case.files_after_fix(include_unsafe=trust == UNSAFE).items():
            assert (project / path).read_bytes() == encode_file(path, text, **SHAPES[shape]), path


@pytest.mark.no_cover
@pytest.mark.sampled(0.06)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flake8_reports_the_same(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(project)
    main(["check", ".", "--output-format", "concise", "--quiet"])
    ours = [line.replace(" [*] ", " ", 1) for line in capsys.readouterr().out.splitlines() if ": RSS" in line]
    flake8(["--isolated", "--select", "RSS,E9", "--jobs", "1", "--filename", "*.py,*.pyi", "."])
    theirs = [line.removeprefix("./") for line in capsys.readouterr().out.splitlines()]
    # flake8 runs no plugin on a file that the running Python can't parse.
    broken = {line.partition(":")[0] for line in theirs if " E9" in line}
    expected = [line for line in ours if line.partition(":")[0] not in broken]
    reported = [line for line in theirs if ": RSS" in line]
    # flake8 does not know our `noqa` setting: it accepts each comment.
    main(["check", ".", "--output-format", "concise", "--quiet", "--config", 'noqa = "allow"'])
    required = {line.replace(" [*] ", " ", 1) for line in capsys.readouterr().out.splitlines()} & {*expected}
    assert required <= set(reported) <= set(expected)
    assert sorted(reported) == sorted(expected) or "noqa" in case.files[CONFIG_FILE]


def test_a_third_of_the_cases_have_no_findings() -> None:
    clean = [case for case in DETECTION if not case.expected_findings]
    assert 3 * len(clean) >= len(DETECTION), f"{len(clean)} of {len(DETECTION)}"


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_third_of_the_fix_cases_change_nothing() -> None:
    untouched = [case for case in FIXING if not case.safe_fixed_files]
    assert 3 * len(untouched) >= len(FIXING), f"{len(untouched)} of {len(FIXING)}"
