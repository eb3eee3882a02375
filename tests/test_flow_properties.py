"""Random control flow: each construction that happens at run time is reported.

The reverse does not hold: a path that no run takes may be reported as well.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.cli.main import main

HEAD = "from app.home import Real\nfrom app.fakes import Fake, chance, work, turns, Oops\n\n\n"
CONFIGURATION = '[resource.thing]\ncanonical = ["app.home"]\nconstructors = ["app.home.Real"]\n'
FAKES = "class Fake:\n    pass\n\n\nclass Oops(Exception):\n    pass\n\n\nchance = work = turns = None\n"

Block = list[str]

LEAVES = st.sampled_from(
    [
        "a = Real",
        "b = Real",
        "a = Fake",
        "b = a",
        "a = b",
        "a = a()",
        "b = b()",
        "a()",
        "b()",
        "work()",
        "return a",
        "return b",
    ]
)


def _indent(block: Block) -> Block:
    return [f"    {line}" for line in ["work()", *block, "work()"]]


def _compounds(blocks: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    def build(kind: str, first: Block, second: Block) -> Block:
        one, two = _indent(first), _indent(second)
        return {
            "if": ["if chance():", *one],
            "else": ["if chance():", *one, "else:", *two],
            "while": ["while chance():", *one],
            "for": ["for _ in turns():", *one, "else:", *two],
            "break": ["for _ in turns():", *one, "    if chance():", "        break", *two],
            "continue": ["for _ in turns():", *one, "    if chance():", "        continue", *two],
            "forever": ["while True:", *one, "    if chance():", "        break"],
            "except": ["try:", *one, "except Oops:", *two],
            "finally": ["try:", *one, "finally:", *[line for line in two if "return" not in line]],
            "match": ["match chance():", *(f"    {line}" for line in ["case True:", *one, "case _:", *two])],
        }[kind]

    kinds = ["if", "else", "while", "for", "break", "continue", "forever", "except", "finally", "match"]
    return st.builds(build, st.sampled_from(kinds), blocks, blocks)


STATEMENTS = st.recursive(
    LEAVES.map(lambda leaf: [leaf]),
    lambda inner: _compounds(st.lists(inner, max_size=3).map(lambda parts: [line for part in parts for line in part])),
    max_leaves=8,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=4).map(lambda parts: [line for part in parts for line in part])


class StopError(Exception):
    """Stops a run that takes too long."""


class OopsError(Exception):
    """Raised at random by `work()`."""


class Run:
    """Runs of a program with random choices.

    `created_rows` and `returned_rows` are the rows (1-based) of the created and the returned instances.
    """

    def __init__(self, text: str, seed: int) -> None:
        self.chances = random.Random(seed)
        self.steps = 0
        self.created_rows: set[int] = set()
        self.returned_rows: set[int] = set()
        names: dict[str, Any] = {"chance": self.chance, "work": self.work, "turns": self.turns, "Oops": OopsError}
        names |= {"Real": self.real, "Fake": lambda: None}
        exec(compile(text.replace(HEAD, "\n" * HEAD.count("\n")), "program", "exec"), names)
        for _ in range(150):
            self.steps = 0
            with contextlib.suppress(StopError, OopsError, TypeError):
                result = names["program"]()
                self.returned_rows |= {result.row} if isinstance(result, Real) else set()

    def real(self) -> Real:
        row = sys._getframe(1).f_lineno
        self.created_rows.add(row)
        return Real(row)

    def work(self) -> None:
        self.steps += 1
        if self.steps > 200:
            raise StopError
        if self.chances.random() < 0.05:
            raise OopsError

    def chance(self) -> bool:
        self.work()
        return self.chances.random() < 0.5

    def turns(self) -> Iterator[int]:
        while self.chance():
            yield 1


@dataclass
class Real:
    row: int


@pytest.mark.no_cover
@pytest.mark.slow
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROGRAMS, st.integers(0, 1000))
def test_each_construction_is_reported(body: Block, seed: int) -> None:
    statements = ["a, b = Real, Fake", *body, "b()", "a = a()", "return a"]
    lines = ["def program():", *[f"    {line}" for line in statements]]
    text = HEAD + "\n".join(lines) + "\n"
    run = Run(text, seed)
    found = _reported_codes(text)
    assert run.created_rows <= set(found), text
    assert run.returned_rows <= {row for row, code in found.items() if code == "RSS003"}, text


def _reported_codes(text: str) -> dict[int, str]:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "app").mkdir()
        (folder / "redis-ssot.toml").write_text(CONFIGURATION)
        files = {"app/__init__.py": "", "app/home.py": "class Real:\n    pass\n", "app/fakes.py": FAKES}
        for path, content in {**files, "app/program.py": text}.items():
            (folder / path).write_text(content)
        output = StringIO()
        with contextlib.redirect_stdout(output):
            main(["check", str(folder), "--output-format", "json", "--jobs", "1"])
    return {item["location"]["row"]: item["code"] for item in json.loads(output.getvalue())}
