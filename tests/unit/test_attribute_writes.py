"""Which attributes a file may set: one pass finds all that a regular expression for one name would find."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_redis_ssot.project.contents import ProjectContents
from flake8_redis_ssot.project.search.attribute_writes import AttributeWriteIndex, find_written_attributes


@pytest.mark.parametrize(
    "code",
    [
        "a.x = 1",
        "a.x, b.y = 1, 2",
        "y = a.x = 1",
        "a().x += 1",
        "a[0].x: int = 1",
        "(a.\n x) = 1",
        "a . x = 1",
        "a.x \\\n = 1",
        "self.module.x = 1",
        "del a.y, a.x",
        "for a.x in range(3): pass",
        "for a[b in c].x in range(3): pass",
        "for (i, a.x) in b: pass",
        "for a.x \\\n in b: pass",
        "with open() as a.x: pass",
        "setattr(a, 'x', 1)",
        'delattr(a, "x")',
        "object.__setattr__(a, 'x', 1)",
        "a.__dict__['x'] = 1",
        "vars (a)['x'] = 1",
        "vars(a)['y'], vars(a)['x'] = 1, 2",
    ],
)
def test_written_attributes(code: str) -> None:
    assert b"x" in find_written_attributes(code.encode())


@pytest.mark.parametrize(
    "code",
    [
        "a.x == 1",
        "if a.x != b.x <= c.x >= d.x: pass",
        "print(a.x)",
        "self.x = 1",
        "cls.x += 1",
        "for i in a.x: pass",
        "delete(a.x)",
        "x = 1",
        "y = a.x",
    ],
)
def test_reads_are_left_out(code: str) -> None:
    assert b"x" not in find_written_attributes(code.encode())


def test_index_follows_edits(tmp_path: Path) -> None:
    first, second, missing = (str(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    contents = ProjectContents([first, second, missing], {first: b"m.limit = 1\n", second: b"print(m.limit)\n"})
    index = AttributeWriteIndex(contents)
    assert index.find("limit") == (first,)
    assert index.find("other") == ()
    contents.update({first: b"m.other = 1\n", second: b"del m.limit\n"})
    index.update([first, second])
    assert index.find("limit") == (second,)
    assert index.find("other") == (first,)
    assert len(contents.patterns) == 2  # results depend on which files match
