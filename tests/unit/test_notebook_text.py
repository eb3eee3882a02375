"""The text of notebooks, blanked magic commands, positions, and edits of the JSON."""

from __future__ import annotations

import ast
import codecs
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_builders import cell_sources, code_cell, markdown_cell, notebook_bytes, raw_cell

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.notebooks.cells import blank_magics, is_python_cell, read_cell_map
from flake8_redis_ssot.syntax.notebooks.document import NotebookError, read_notebook
from flake8_redis_ssot.syntax.notebooks.notebook import Notebook
from flake8_redis_ssot.syntax.notebooks.writer import apply_to_notebook
from flake8_redis_ssot.syntax.source import decode, parse_bytes

BLANKED = {
    "%matplotlib inline": "0" + " " * 17,
    "x = 1\n!ls -la\ny": "x = 1\n0      \ny",
    "if x:\n    !ls\n    %cd ..\n": "if x:\n    0  \n    0     \n",
    "files = !ls *.py": "files = 0       ",
    "a, b = %timeit -o f()": "a, b = 0             ",
    'd["a=b"] = !ls': 'd["a=b"] = 0  ',
    "x?": "0 ",
    "if x:\n    x.y??  ": "if x:\n    0      ",
    "?x": "0 ",
    "x = f?": "0     ",
    ",f a b": "0     ",
    "/f a": "0   ",
    ";f a": "0   ",
    "!ls \\\n  -la\nx": "0    \n     \nx",
    "!ls \\\r\n  -la\r\nx": "0    \r\n     \r\nx",
    "%%time\nx = 1": "      \nx = 1",
    "%%capture out --no-stderr\n!ls\nx": " " * 25 + "\n0  \nx",
    "%%bash\nls": "      \n  ",
    "cd somewhere": " " * 12,
    "s = '''\n%%bash\n'''\nx": "s = '''\n%%bash\n'''\nx",
    "# comment\n\n%%bash\nls": " " * 9 + "\n\n" + " " * 6 + "\n  ",
    "é = !ls": "é = 0  ",
    "!é": "0 ",
}
UNCHANGED = (
    "",
    "plot(x);",
    "x = (1\n% 2)",
    "x = 5 % 3\ny = x != 3\nx %= 2\nz = x ==1",
    'x = """\n%time\n!ls\nwhat?\n"""',
    "x = '''what?\n!x'''\n",
    "s = 'a?'",
    "x = 1  # what?",
    "y = [\n  1,  # %\n  !=  # no Python, and no magic either\n]",
    "x = 1 + \\\n  2",
    "s = 'a\\\n%b'",
    "pip = 3",
    "time *= 3",
    "print('x = !y')",
    "get_ipython().system('ls')",
    "await client.get('x')",
)


@pytest.mark.parametrize(("cell", "expected"), BLANKED.items(), ids=BLANKED)
def test_magic_commands_are_blanked(cell: str, expected: str) -> None:
    assert blank_magics(cell) == expected
    ast.parse(expected)


@pytest.mark.parametrize("cell", UNCHANGED)
def test_python_is_unchanged(cell: str) -> None:
    assert blank_magics(cell) == cell


@pytest.mark.parametrize("cell", ["%%javascript\nx", "ls_ = 1\n%%html\n", "pip install redis", "load_ext autoreload\n"])
def test_cells_of_other_languages(cell: str) -> None:
    assert not is_python_cell(cell)


@given(st.text(st.sampled_from("%!?x= \n\r\t\"'\\#(),;/é0")))
def test_blanking_keeps_length_and_line_breaks(cell: str) -> None:
    after = blank_magics(cell)
    assert len(after) == len(cell)
    assert [char for char in after if char in "\r\n"] == [char for char in cell if char in "\r\n"]
    assert blank_magics(cell, is_foreign=True).strip() == ""


def test_cell_map() -> None:
    layout = read_cell_map(
        notebook_bytes(markdown_cell("# T"), "a = 1\nb = 2", raw_cell("c"), "", "%%bash\nls", "d = 4\n")
    )
    assert layout.text == "a = 1\nb = 2\n\n%%bash\nls\nd = 4\n\n"
    assert layout.python_text == "a = 1\nb = 2\n\n      \n  \nd = 4\n\n"
    assert (layout.numbers, layout.first_rows, layout.starts) == ((2, 4, 5, 6), (1, 3, 4, 6), (0, 12, 13, 23))
    assert layout.span_in_cell(Span(2, 0, 2, 1)) == (2, Span(2, 0, 2, 1))
    assert layout.span_in_cell(Span(6, 4, 6, 5)) == (6, Span(1, 4, 1, 5))
    # A span that ends at the start of the next cell ends with its own cell.
    assert layout.span_in_cell(Span(1, 0, 3, 0)) == (2, Span(1, 0, 2, 5))
    assert layout.lines_by_number(6) == ["d = 4", ""]


def test_notebook_without_code() -> None:
    assert read_cell_map(notebook_bytes(markdown_cell("x"))).span_in_cell(Span(1, 0, 1, 0)) is None
    found = Notebook(notebook_bytes(markdown_cell("x")))
    assert found.span_in_file(Span(1, 0, 1, 0)) == Span(1, 0, 1, 0)
    edit = Edit("a.ipynb", Span(1, 0, 1, 0), "x")
    assert found.edit_in_cell(edit) == (0, edit)


INVALID: dict[bytes, str] = {
    b"": r"broken in line 1, column 1: Expecting value",
    b'{"cells": [,]}': r"broken in line 1, column 12",
    b"\xff\xfe{}": r"byte 0xff is not utf-8",
    codecs.BOM_UTF8 + b"{\xe9}": r"byte 0xe9 is not utf-8",
    b"[" * 200_000: r"nested too deeply|broken",
    b"[]": r"no `nbformat`",
    b"{}": r"no `nbformat`",
    b'{"nbformat": "4"}': r"no `nbformat`",
    b'{"nbformat": 3, "worksheets": []}': r"notebooks of format 3 are not read: .*nbconvert",
    b'{"nbformat": 4}': r"no list of `cells`",
    b'{"nbformat": 4, "cells": [1]}': r"cell 1 has no `cell_type`",
    b'{"nbformat": 4, "cells": [{}]}': r"cell 1 has no `cell_type`",
    b'{"nbformat": 4, "cells": [{"cell_type": "raw"}, {"cell_type": "code"}]}': r"cell 2 has no `source` of strings",
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}': r"cell 1 has no `source` of strings",
}


@pytest.mark.parametrize(("data", "reason"), INVALID.items(), ids=range(len(INVALID)))
def test_invalid_notebooks(data: bytes, reason: str) -> None:
    with pytest.raises(NotebookError, match=reason):
        read_notebook(data)
    gap = decode(data, "a.ipynb").unanalysed_ranges[0]
    assert (gap.row, gap.column) == (1, 0)


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ({}, True),
        (None, True),
        ({"language_info": {"name": "Python"}}, True),
        ({"kernelspec": {"language": "python"}}, True),
        ({"language_info": {"name": "R"}}, False),
        ({"language_info": {}, "kernelspec": {"language": "julia"}}, False),
        ({"language_info": "x", "kernelspec": 3}, True),
    ],
)
def test_kernel_language(metadata: Any, python: bool) -> None:
    assert bool(read_notebook(notebook_bytes("x", metadata=metadata)).cells) is python


def test_cell_with_another_language_id() -> None:
    sql = code_cell("select 1", metadata={"vscode": {"languageId": "sql"}})
    python = code_cell("x", metadata={"vscode": {"languageId": "python"}})
    assert read_cell_map(notebook_bytes(sql, python)).python_text == "        \nx\n"


def test_duplicate_keys() -> None:
    data = b'{"nbformat": 4, "cells": [], "cells": [{"cell_type": "code", "source": ["a"], "source": "b"}]}'
    assert read_cell_map(data).text == "b\n"
    assert apply_to_notebook(data, [TextEdit(0, 1, "c")]) == data.replace(b'"b"', b'"c"')


def test_syntax_error_in_a_cell() -> None:
    data = notebook_bytes(
        "a = 1", 'x = """', "def f(:\n  pass", "b = (", "c = 3\nif c:", "    d = 4", "[x for x in\n", "e = 5"
    )
    source = parse_bytes(data, "a.ipynb")
    names = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    assert {"a", "c", "e"} <= names
    assert [gap.row for gap in source.unanalysed_ranges] == [2, 3, 5, 7, 8, 9]
    assert ast.unparse(source.tree.body[0]) == "a = 1"
    assert source.tree.body[-1].lineno == 11


def test_statement_split_between_cells() -> None:
    source = parse_bytes(
        notebook_bytes("if x:\n    a = 1", "else:\n    b = 2", "@wraps", "def f(): ...", "c = 3"), "a.ipynb"
    )
    assert [gap.row for gap in source.unanalysed_ranges] == [3, 5]
    heads = [ast.unparse(each).partition("\n")[0] for each in source.tree.body]
    assert [head for head in heads if head != "pass"] == ["if x:", "if 1:", "0", "def f():", "c = 3"]


def test_newer_syntax_in_a_cell() -> None:
    source = parse_bytes(notebook_bytes("x = 1", "print(", "type A = int\ndef f[T](x: T): ..."), "a.ipynb")
    assert [gap.row for gap in source.unanalysed_ranges] == [2]
    assert dict(source.bound_names) in ({3: ("A",), 4: ("T",)}, {})  # Python 3.12 parses them itself


# Edits of the JSON

BOOK = ("import os\nimport old\n\nprint(os)\n", "", "x = 1")


def test_no_edits() -> None:
    data = notebook_bytes(*BOOK)
    assert apply_to_notebook(data, []) == data


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (TextEdit(10, 20, "import new"), ["import os\n", "import new\n", "\n", "print(os)\n"]),
        (TextEdit(10, 21, ""), ["import os\n", "\n", "print(os)\n"]),
        (TextEdit(21, 21, "import new\n"), ["import os\n", "import old\n", "import new\n", "\n", "print(os)\n"]),
        (TextEdit(0, 32, ""), []),
        (TextEdit(9, 10, "; "), ["import os; import old\n", "\n", "print(os)\n"]),
        (TextEdit(22, 32, ""), ["import os\n", "import old\n", "\n"]),
    ],
)
def test_edits_of_line_lists(edit: TextEdit, expected: list[str]) -> None:
    after = json.loads(apply_to_notebook(notebook_bytes(*BOOK), [edit]))["cells"]
    assert after[0]["source"] == expected
    assert [cell["source"] for cell in after[1:]] == [[], ["x = 1"]]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (TextEdit(34, 39, "y = 2"), "y = 2"),
        (TextEdit(34, 34, "import a\n"), "import a\nx = 1"),
        (TextEdit(39, 39, "\ny = 2"), "x = 1\ny = 2"),
        (TextEdit(34, 40, ""), ""),
        (TextEdit(40, 40, "y\n"), "x = 1\ny"),
    ],
)
def test_edits_of_the_last_line(edit: TextEdit, expected: str) -> None:
    assert cell_sources(apply_to_notebook(notebook_bytes(*BOOK), [edit]))[2] == expected
    listless = notebook_bytes(BOOK[0], "", code_cell("", source="x = 1"))
    assert cell_sources(apply_to_notebook(listless, [edit]))[2] == expected


def test_remove_the_last_line_of_a_cell() -> None:
    after = json.loads(apply_to_notebook(notebook_bytes("import os\nimport old", "x"), [TextEdit(10, 21, "")]))
    assert [cell["source"] for cell in after["cells"]] == [["import os"], ["x"]]


def test_insert_into_an_empty_cell() -> None:
    after = json.loads(apply_to_notebook(notebook_bytes(""), [TextEdit(0, 0, "import a\nimport b\n")]))
    assert after["cells"][0]["source"] == ["import a\n", "import b\n"]


def test_edit_across_cells() -> None:
    assert cell_sources(apply_to_notebook(notebook_bytes("a = 1", "b = 2", "c = 3"), [TextEdit(4, 16, "9\nz = ")])) == [
        "a = 9\nz = ",
        "",
        "3",
    ]


def test_escapes_of_other_strings_are_kept() -> None:
    data = (
        b'{"nbformat": 4,"cells":[{"source":["\\u00e9 = 1\\n" ,\r\n\t"\\u0061 = \\"\\ud83d\\ude00\\/\\"; x\\n","b"],'
        b'"cell_type":"code"}]}'
    )
    assert read_cell_map(data).text == 'é = 1\na = "\U0001f600/"; x\nb\n'
    after = apply_to_notebook(data, [TextEdit(16, 17, "y\nw = 'é'")])
    assert after == data.replace(b'; x\\n"', b'; y\\n" ,\r\n\t"w = \'\\u00e9\'\\n"')


def test_escaping_of_new_characters() -> None:
    data = notebook_bytes("x = 1")
    assert "é".encode() in apply_to_notebook(data, [TextEdit(0, 1, "é")])
    assert "é".encode() in apply_to_notebook(notebook_bytes("x = 'ü'"), [TextEdit(0, 1, "é")])
    assert b'"\\u00e9 = ' in apply_to_notebook(notebook_bytes("x = 'ü'", ensure_ascii=True), [TextEdit(0, 1, "é")])


FORMS: dict[str, dict[str, Any]] = {
    "as Jupyter": {},
    "escaped": {"ensure_ascii": True},
    "on one line": {"indent": None},
    "compact": {"indent": None, "separators": (",", ":")},
    "tabs": {"indent": "\t"},
    "sorted": {"sort_keys": True},
    "wide": {"indent": 4},
}
LINES = st.lists(
    st.sampled_from(["", "a = 1", "é = 'x'", "!ls", "%%time", "s = '\U0001f600\\t'", "print(1)  "]), max_size=5
)
CELLS = st.lists(
    st.builds(
        lambda lines, breaks, kind: (
            code_cell(breaks.join(lines))
            if kind == "list"
            else code_cell(
                [breaks.join(lines)] if kind == "one" else "",
                **({} if kind == "one" else {"source": breaks.join(lines)}),
            )
        ),
        LINES,
        st.sampled_from(["\n", "\r\n"]),
        st.sampled_from(["list", "one", "string"]),
    ),
    max_size=5,
)


@given(CELLS, st.sampled_from(list(FORMS)), st.booleans(), st.booleans(), st.data())
def test_random_edits(cells: list[dict[str, Any]], form: str, crlf: bool, mark: bool, data: st.DataObject) -> None:
    before = notebook_bytes(*cells, markdown_cell("é"), **FORMS[form])
    before = before.replace(b"\n", b"\r\n") if crlf else before
    before = codecs.BOM_UTF8 + before if mark else before
    text = read_cell_map(before).text
    assert apply_to_notebook(before, []) == before
    offsets = (
        sorted(data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), min_size=2, max_size=4, unique=True)))
        if len(text) > 3
        else []
    )
    edits = [
        TextEdit(start, end, data.draw(st.sampled_from(["", "x", "ü", "y\n", "a\nb"])))
        for start, end in zip(offsets[::2], offsets[1::2])
    ]
    after = apply_to_notebook(before, edits)
    assert _without_sources(after) == _without_sources(before)
    document = "".join(read_cell_map(after).text.split())
    assert document == "".join(_apply_edits(text, edits).split())
    _check_other_cells(before, after, text, edits)


def _apply_edits(text: str, edits: list[TextEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _without_sources(data: bytes) -> Any:
    document = json.loads(data.decode("utf-8-sig"))
    return [{**cell, "source": type(cell["source"])} for cell in document["cells"]], document["metadata"], data[-2:]


def _check_other_cells(before: bytes, after: bytes, text: str, edits: list[TextEdit]) -> None:
    """Cells without edits keep their text."""
    layout = read_cell_map(before)
    bounds = [*layout.starts, len(text)]
    for index, (start, end) in enumerate(pairwise(bounds)):
        if not any(edit.start < end and edit.end >= start for edit in edits):
            assert read_cell_map(after).cell_texts()[index] == text[start:end]


@pytest.mark.parametrize("form", FORMS)
def test_span_in_file(form: str) -> None:
    data = notebook_bytes(
        markdown_cell("# é"), "x = 1\ns = 'é\t'; y = 2", "", code_cell("", source="z\nw"), **FORMS[form]
    )
    text, found = data.decode(), Notebook(data)

    def at(span: Span) -> str:
        span_in_file = found.span_in_file(span)
        lines = text.split("\n")
        assert span_in_file.row == span_in_file.end_row
        return lines[span_in_file.row - 1][span_in_file.column : span_in_file.end_column]

    assert at(Span(1, 0, 1, 5)) == "x = 1"
    assert at(Span(2, 10, 2, 15)) == "y = 2"
    assert at(Span(4, 0, 4, 1)) == "z"
    assert at(Span(5, 0, 5, 1)) == "w"
    assert at(Span(5, 0, 5, 0)) == ""
    assert at(Span(2, 15, 2, 15)) == ""
    assert at(Span(3, 0, 3, 0)) == ""


def test_edit_at_the_end_of_a_cell() -> None:
    found = Notebook(notebook_bytes(markdown_cell("x"), "import a", "b"))
    assert found.edit_in_cell(Edit("n.ipynb", Span(1, 0, 2, 0), "import c\n")) == (
        2,
        Edit("n.ipynb", Span(1, 0, 1, 8), "import c"),
    )
    assert found.edit_in_cell(Edit("n.ipynb", Span(1, 0, 1, 8), "x\n")) == (2, Edit("n.ipynb", Span(1, 0, 1, 8), "x\n"))
