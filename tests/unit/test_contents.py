"""Searches in the bytes of all files."""

from __future__ import annotations

import ast
import re

import pytest

from flake8_redis_ssot.project.contents import ProjectContents, word_start
from flake8_redis_ssot.semantic.ast_queries import iter_statements

FILES = {
    "/a.py": b"import dis\n",
    "/b.py": b"import redis\n",
    "/c.py": b"import distance\n",
    "/d.py": b"x = 1; dis.dis(x)\n",
}


@pytest.mark.parametrize("text", [b"dis", b"x dis", b".dis()", b"\ndistance"])
def test_a_word_that_starts_with_the_text(text: bytes) -> None:
    assert re.search(word_start(b"dis"), text)


@pytest.mark.parametrize("text", [b"redis", b"_dis", b"1dis", b"di s"])
def test_the_text_inside_a_word(text: bytes) -> None:
    assert not re.search(word_start(b"dis"), text)


def test_files_with_words() -> None:
    contents = ProjectContents(FILES, FILES)
    assert contents.find_with_words(["dis"]) == ("/a.py", "/d.py")
    assert contents.find_with_words(["dis", "redis"]) == ("/a.py", "/b.py", "/d.py")


def test_files_with_words_after_a_change() -> None:
    contents = ProjectContents(FILES, FILES)
    contents.find_with_words(["dis"])
    contents.update({"/a.py": b"import ast\n", "/c.py": b"from dis import dis\n"})
    assert contents.find_with_words(["dis"]) == ("/c.py", "/d.py")


def test_statements_of_all_blocks_in_order() -> None:
    source = (
        "try:\n    a\nexcept E:\n    b\nelse:\n    c\nfinally:\n    d\n"
        "match x:\n    case 1:\n        e\n    case _:\n        f\n"
        "for i in x:\n    g\nelse:\n    h\nwith x:\n    if y:\n        i\n    elif z:\n        j\n"
        "def function():\n    inside\n"
    )
    rows = [statement.lineno for statement in iter_statements(ast.parse(source).body)]
    assert rows == [1, 2, 4, 6, 8, 9, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23]
