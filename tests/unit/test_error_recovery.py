"""Tolerant parsing of newer syntax and syntax errors, and the reported unanalysed ranges.

In the samples, each call of a name that starts with `kept` must be found at its position in the text, and no call of
`lost`: with each kind of line break, and on each Python version, whether or not it parses the syntax itself.
"""

from __future__ import annotations

import ast
import gc
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.syntax import error_recovery
from flake8_redis_ssot.syntax.parsing import ParseResult, parse_tolerantly
from flake8_redis_ssot.syntax.trees import node_span, parse_concrete_tree

Location = tuple[str, int, int]

NEWLINES = ["\n", "\r\n", "\r"]


def split_lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def calls(parsed: ParseResult) -> list[Location]:
    """Name, row (1-based) and column (0-based, in characters) of each call of `kept…` or `lost…`."""
    return sorted(_calls(parsed))


def _calls(parsed: ParseResult) -> Iterator[Location]:
    lines = split_lines(parsed.text)
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:4] in {"kept", "lost"}:
            before = lines[node.lineno - 1].encode("utf-8", "surrogatepass")[: node.col_offset]
            yield node.func.id, node.lineno, len(before.decode("utf-8", "surrogatepass"))


def expected_calls(text: str) -> list[Location]:
    """The calls of `kept…`, found by a search in the text."""
    return sorted(
        (match[1], row, match.start())
        for row, line in enumerate(split_lines(text), 1)
        for match in re.finditer(r"\b(kept\d*)\(", line)
    )


def line_breaks(text: str) -> list[tuple[int, str]]:
    return [(match.start(), match[0]) for match in re.finditer(r"[\r\n]", text)]


def check_result(text: str, parsed: ParseResult) -> None:
    """Check the properties of each parse result."""
    assert len(parsed.text) == len(text)
    assert line_breaks(parsed.text) == line_breaks(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = ast.parse(parsed.text)
    assert ast.dump(again, include_attributes=True) == ast.dump(parsed.tree, include_attributes=True)
    assert list(parsed.unanalysed_ranges) == sorted(parsed.unanalysed_ranges, key=lambda gap: (gap.row, gap.column))
    lines = split_lines(text)
    for gap in parsed.unanalysed_ranges:
        assert 0 <= gap.column < len(lines[gap.row - 1])
        assert gap.reason


# --- valid text ------------------------------------------------------------------------------------------------


def test_valid_text_is_unchanged() -> None:
    text = "import a\n\n\ndef f():\n    return a.kept()\n"
    parsed = parse_tolerantly(text)
    assert parsed.text is text
    assert parsed.unanalysed_ranges == ()
    assert ast.dump(parsed.tree) == ast.dump(ast.parse(text))


def test_valid_text_does_not_import_ast_grep() -> None:
    code = (
        "import sys; from flake8_redis_ssot.syntax.parsing import parse_tolerantly; parse_tolerantly('x = 1');"
        "print([name for name in sys.modules if 'ast_grep' in name or 'recovery' in name])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


@pytest.mark.parametrize("text", ['kept("\\d")\n', 'kept("\\d")\nx = (\n', "kept(1if 2else 3)\n"])
def test_warnings_are_suppressed(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert calls(parse_tolerantly(text)) == expected_calls(text)


@pytest.mark.parametrize(("text", "collecting"), [*product(["x = 1", "x = ("], [True, False])])
def test_garbage_collector_state_is_restored(text: str, collecting: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        parse_tolerantly(text)
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()


def test_concrete_tree_offsets_are_characters() -> None:
    text = 'é = "𝄞é"; kept(x)\r\nü = kept2()\n'
    spans = [node_span(node) for node in parse_concrete_tree(text).find_all(kind="call")]
    assert [text[start:end] for start, end in spans] == ["kept(x)", "kept2()"]


# --- newer syntax ----------------------------------------------------------------------------------------------

NEWER_SYNTAX = {
    "generic function": "def f[T](x: T = kept()) -> T: return kept2()\n",
    "generic function with bounds": "def f[T: (int, str), *Ts, **P](x: T, *a: *Ts) -> T:\n    return kept(x)\n",
    "generic async function": "async def f[T: Sequence[T]](x=kept()):\n    await kept2()\n",
    "generic method": "class A:\n    é = 1\n    def f[T](self): return kept(self)\n",
    "generic class": "class A[T](B, metaclass=kept()): x = kept2()\n",
    "generic class without bases": "class A[T, U]: x = kept()\n",
    "generic class over several lines": "class A[\n    T,  # the é ( one\n    U: str,\n](Base, x=kept()):\n    y = kept2()\n",
    "generic class without bases over several lines": "class A[\n    T,\n]:\n    y = kept()\n",
    "generic function over several lines": "def f[\n    T,\n    **P,\n](\n    x=kept(),\n):\n    y = kept2()\n",
    "generic class with blanks around the bracket": "class A [T] (B): x = kept()\n",
    "decorated generic class": "@kept(1)\nclass A[T]:\n    @kept2(2)\n    def f[U](self): pass\n",
    "defaults of type parameters": "class A[T = int, *Ts = *tuple[int, ...], **P = [int, str]](B): x = kept()\n",
    "defaults with bounds": 'def f[T: dict[str, list[int]] = "x[", U: (int,) = int](x=kept()): return kept2()\n',
    "type alias": "type X = int; kept()\n",
    "generic type alias": "type X[T: (int, str)] = dict[str, T]; kept()\n",
    "type alias over several lines": "type X[\n    T,\n] = (\n    list[T]\n)\nkept()\n",
    "type alias after a continuation": "type \\\n    X = int\nkept()\n",
    "type alias with defaults": "type X[T = list[int], *Ts = *tuple[int, int], **P = [int]] = list[T]\nkept()\n",
    "type alias in a block": "class A:\n    type X = int\n    y = kept()\nif a: type Y = str\nkept2()\n",
    "type as a plain name": "type = kept(type)\ntype(x).y = kept2(type)\ntype[kept3()] = 3\nclass A[T]: pass\n",
    "f-string with its own quotes": 'x = f"{d["é"]} {kept(d["k"])}" + kept2()\n',
    "f-string after wide characters": "x = 'é𝄞', f'é{kept(d['𝄞'])}é{kept2()}'; kept3()\n",
    "f-string with a backslash": 'x = f"{"\\n".join(kept())} {kept2("\\t")}"; kept3()\n',
    "f-string with a comment": 'x = f"{\n    kept()  # one }\n} {kept2()}" + kept3()\n',
    "f-string with line breaks": 'x = f"{\n    kept(\n        d["k"],\n    )\n}", kept2()\n',
    "f-string with a conversion": 'x = f"{kept(d["k"])!r} {kept2()!s:>{kept3()}}"; kept4()\n',
    "f-string with nested specifications": 'x = f"{kept():{kept2()}.{kept3(d["k"])!r:{kept4()}}}"; kept5()\n',
    "f-string with a specification in quotes": 'x = f"{d["k"]:\'>{kept()}}"; kept2()\n',
    "f-string for debugging": 'x = f"{kept(d["k"])=} {kept2() = !r:>10}", kept3()\n',
    "f-string of tuples": 'x = f"{kept(d["k"]),} {*kept2(), 1} {kept3(), kept4()}", kept5()\n',
    "f-string with braces": 'x = f"{{lost()}} {kept(d["k"])} {{{kept2()}}}", kept3()\n',
    "f-string with comparisons": 'x = f"{kept(d["k"]) != 1} {kept2() == 2} {kept3() >= 1}", kept4()\n',
    "f-string with a dictionary": 'x = f"{ {"a": kept()}["a"] } { {kept2() for y in z} }", kept3()\n',
    "f-string with a lambda": 'x = f"{(lambda y: kept(y, d["k"]))(1):>{kept2()}}", kept3()\n',
    "f-string with await": 'async def f(): return f"{await kept(d["k"])}", kept2()\n',
    "f-string in an f-string": 'x = f"{f"{f"{kept()}"} {kept2(d["k"])}"} {kept3()}", kept4()\n',
    "f-string with nested plain strings": "x = f'{'a' 'b'}{kept(\"c\" 'd')}', kept2()\n",
    "f-string in upper case": 'x = F"{d["k"]}{kept()}" + rF"\\{kept2(d["k"])}" + Rf"\\N{kept3(d["k"])}"; kept4()\n',
    "f-string with a named character": 'x = f"\\N{BULLET} {kept(d["k"])}", kept2()\n',
    "triple-quoted f-string": 'x = f"""é\n  {kept(d["""k"""])}\nlost() "quoted"\n {kept2()}""", kept3()\n',
    "concatenated f-strings": 'x = ("é" f"{kept(d["k"])}"\n  "lost()"  # é\n  rf"\\{kept2()}", kept3())\n',
    "concatenated over a continuation": 'x = "é" \\\n  f"{kept(d["k"])}" \\\n  "lost()"; kept2()\n',
    "concatenated with readable ones": 'x = f"{kept()}" f"{kept2(d["k"])}"; kept3()\n',
    "f-strings everywhere": 'kept(f"{d["k"]}", **{f"{d["k"]}": kept2()})[f"{d["k"]}"]; y = f"{d["k"]}".join(kept3())\n',
    "f-string beside keywords": 'def f(): return f"{d["k"]}"if kept()else f"{d["k"]}{kept2()}"\n',
    "f-string as a statement": 'f"{d["k"]}"\nkept()\n',
    "f-string in a decorator": '@kept(f"{d["k"]}")\ndef f(): return kept2()\n',
    "t-string": 'x = t"a{kept()}b{kept2()!r:>{kept3()}}c"; kept4()\n',
    "empty t-string": "x = t\"\", T'', kept()\n",
    "raw t-strings": "x = rt'\\{kept()}', tR'\\{kept2()}', Rt'{kept3()}', kept4()\n",
    "t-string with its own quotes": 't"{d["k"]}{kept(d["k"])=}"; kept2()\n',
    "t-string over several lines": 'x = t"""é\n{kept()}\n""" t"{kept2()}", kept3()\n',
    "t-string in an f-string": "x = f'{t\"{kept()}\"} {kept2()}', kept3()\n",
    "exceptions without brackets": "try:\n    kept()\nexcept A, B.C, kept2(): kept3()\n",
    "exceptions with a comma behind": "try: kept()\nexcept A, B,: kept2()\n",
    "exceptions in brackets too": "try: kept()\nexcept (A, kept2()), B: kept3()\nexcept (C, D): kept4()\n",
    "exception groups": "try:\n    kept()\nexcept* A: kept2()\nexcept *(B, kept3()) as e: kept4()\n",
    "exception groups without brackets": "try:\n    kept()\nexcept* A, kept2(): kept3()\n",
    "starred index": "x[*kept(), kept2()] = y[*kept3]\nz[*a, *kept4()]; kept5()\n",
    "starred annotation": "def f(*args: *Ts, b: C[*Ts] = kept()) -> D[*Ts]: kept2()\n",
    "several of them": (
        "class Box[T = int](Base[*T]):\n    type Pair = tuple[T, T]\n    def get[U](self, *rest: *U):\n"
        '        try: return f"{self.items["é"]}{kept()}", t"{kept2()}"\n        except A, B: return kept3()\n'
    ),
}


@pytest.mark.parametrize("newline", NEWLINES, ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("sample", NEWER_SYNTAX.values(), ids=NEWER_SYNTAX)
def test_newer_syntax(sample: str, newline: str) -> None:
    text = sample.replace("\n", newline)
    parsed = parse_tolerantly(text)
    assert parsed.unanalysed_ranges == ()
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


@pytest.mark.parametrize("sample", NEWER_SYNTAX.values(), ids=NEWER_SYNTAX)
def test_newer_syntax_with_a_syntax_error(sample: str) -> None:
    text = f"kept7()\n{sample}x = lost(\nkept8()\n{sample}kept9()\n"
    parsed = parse_tolerantly(text)
    row = split_lines(text).index("x = lost(") + 1
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(row, 0)]
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


@pytest.mark.parametrize("sample", NEWER_SYNTAX.values(), ids=NEWER_SYNTAX)
def test_newer_syntax_in_a_function(sample: str) -> None:
    # Indenting the lines of a multi-line string changes its value, but it still parses.
    text = "async def é():\n" + "".join(f"    {line}\n" for line in sample.splitlines())
    parsed = parse_tolerantly(text)
    assert parsed.unanalysed_ranges == ()
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


def test_bound_names_of_newer_syntax() -> None:
    text = (
        "class A[T: dict[str, X] = (int, str),  # a, b\n    *Ts, **P](B): pass\n"
        "type Pair[Q] = int\nasync def f[\n    K,\n](): pass\nx = t'{y}'\n"
    )
    for newline in NEWLINES:
        parsed = parse_tolerantly(text.replace("\n", newline))
        assert parsed.bound_names == {1: ("T", "Ts", "P"), 3: ("Pair",), 4: ("K",)}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="read natively")
def test_syntax_of_the_running_version_is_not_rewritten() -> None:
    text = 'x = f"{kept()}"\nclass A[T]: pass\n'
    assert parse_tolerantly(text).text == 'x = f"{kept()}"\nclass A( ): pass\n'


# --- unanalysed ranges -----------------------------------------------------------------------------------------

UNANALYSED: dict[str, tuple[str, list[tuple[int, int]]]] = {
    # half-typed
    "open call": ("kept()\nx = lost(\nkept2()\n", [(2, 0)]),
    "open call at the end": ("kept()\nx = lost(", [(2, 0)]),
    "open call over lines": (
        "def f():\n    x = lost(a,\n             b\n    y = kept()\n    return kept2()\n",
        [(2, 4)],
    ),
    "open call in a method": (
        "class A:\n    def f(self):\n        x = lost(\n\n    def g(self):\n        return kept()\nkept2()\n",
        [(3, 8)],
    ),
    "open list": ("kept()\nx = [\nkept2()\ny = kept3()\n", [(2, 0)]),
    "open dictionary": ('def f():\n    x = {"a": lost(),\n    y = kept()\nkept2()\n', [(2, 4)]),
    "import of nothing": ("kept()\nimport \nkept2()\n", [(2, 0)]),
    "import of nothing from": ("kept()\nfrom a import\nkept2()\n", [(2, 0)]),
    "attribute of nothing": ("def f():\n    kept()\n    self.\n    kept2()\n", [(3, 4)]),
    "assignment of nothing": ("kept()\nx =\nkept2()\n", [(2, 0)]),
    "function without brackets": ("kept()\ndef f(\nkept2()\n", [(2, 0)]),
    "function without brackets, with a body": ("kept()\ndef f(\n    kept2()\nkept3()\n", [(2, 0)]),
    "function without a body": ("kept()\ndef f(x=lost()):\nkept2()\n", [(2, 0)]),
    "function without a body at the end": ("kept()\n@kept2()\ndef f(a, b):\n", [(3, 0)]),
    "function with comments for a body": ("def f(x=kept()):\n    # to do\nkept2()\n", []),
    "function with blanks for a body": ("def f(x=kept()):\n    \nkept2()\n", []),
    "class without a colon": ("class A(lost())\n    x = kept()\nkept2()\n", [(1, 0)]),
    "class without brackets": ("kept()\nclass A(\n    x = 1\n\n    def f(self):\n        kept2()\nkept3()\n", [(2, 0)]),
    "if without a colon": ("if lost()\n    kept()\nkept2()\n", [(1, 0)]),
    "if without a body": ("def f():\n    if lost():\n    kept()\nkept2()\n", [(2, 4)]),
    "else without a body": ("if kept():\n    kept2()\nelse:\nkept3()\n", [(3, 0)]),
    "else of nothing": ("kept()\nelse:\n    kept2()\nkept3()\n", [(2, 0)]),
    "elif of nothing": ("kept()\nelif lost():\n    kept2()\nkept3()\n", [(2, 0)]),
    "except without a body": ("try:\n    kept()\nexcept A:\nkept2()\n", [(3, 0)]),
    "broken except": ("try:\n    kept()\nexcept A B:\n    kept2()\nkept3()\n", [(3, 0)]),
    "try alone": ("def f():\n    try:\n        lost()\n    kept()\nkept2()\n", [(2, 4)]),
    "try alone with room": ("def f():\n    try:  # to do\n        kept()\n    kept2()\nkept3()\n", [(2, 4)]),
    "try alone around a whole one": (
        "try:\n    try:\n        lost()\n    finally:\n        lost()\nkept()\n",
        [(1, 0)],
    ),
    "broken case": ("match x:\n    case 1:\n        kept()\n    case a b:\n        kept2()\nkept3()\n", [(4, 4)]),
    "match of nothing": ("match x:\n    kept()\nkept2()\n", [(1, 0)]),
    "with of nothing": ("with open(a) as\nkept()\n", [(1, 0)]),
    "broken for": ("for x in y z:\n    kept()\nkept2()\n", [(1, 0)]),
    "decorator of nothing": ("kept()\n@lost()\nx = kept2()\n\ndef f(): kept3()\n", [(2, 0)]),
    "broken decorator": ("@lost(a b)\ndef f():\n    kept()\n", [(1, 0)]),
    "one statement of several": ("kept(); x = = lost(); kept2()\n", [(1, 8)]),
    "open string": ("kept()\nx = 'lost()\nkept2()\n", [(2, 0)]),
    "open f-string": ('def f():\n    x = f"{lost(\n    kept()\nkept2()\n', [(2, 4)]),
    "open triple-quoted string": ('kept()\nx = """lost()\nkept2()\n', [(2, 0)]),
    "open docstring before others": (
        'def f():\n    """\n    kept()\n\n\ndef g():\n    """Gone."""\n    kept2()\n\n\ndef h():\n    """And\n    on.\n    """\n',
        [(2, 4)],
    ),
    # wrong
    "bracket of nothing": ("def f():\n    kept()\n    lost())\n    kept2()\n", [(3, 4)]),
    "wrong bracket": ("x = (\n    1,\n    lost]\n)\nkept()\n", [(1, 0)]),
    "forgotten comma": ("x = lost(\n    a b,\n    c,\n)\nkept()\n", [(1, 0)]),
    "forgotten comma after text": ('x = lost("""\nif x\n""", a b)\nkept()\n', [(1, 0)]),
    "unexpected indent": ("kept()\n    lost()\nkept2()\n", [(2, 4)]),
    "header lost": ("x = 1 + lost()\n    kept()\n    kept2()\nkept3()\n", [(1, 0)]),
    "unindent": ("if a:\n        kept()\n    lost()\nkept2()\n", [(3, 4)]),
    "tabs and spaces": ("if a:\n        kept()\n\tlost()\nkept2()\n", [(3, 1)]),
    "curly quotes": ("kept()\nx = “lost()”\nkept2()\n", [(2, 0)]),
    "bad escape": ('kept()\nlost("\\x")\nkept2()\n', [(2, 0)]),
    "stray continuation": ("kept()\nx = lost() \\ \nkept2()\n", [(2, 0)]),
    "not in a row": ("é = kept()\nx = = lost()\nif kept2(): kept3()\ny = = lost()\nkept4()\n", [(2, 0), (4, 0)]),
    "header and body": ("def f(a, b c):\n    kept()\n    x = = lost()\n    kept2()\nkept3()\n", [(1, 0), (3, 4)]),
    "after a form feed": ("kept()\n\fx = = lost()\n\fkept2()\n", [(2, 1)]),
    "in a block of a block": ("class A:\n    if x:\n        y = = lost()\n        kept()\n", [(3, 8)]),
    "invisible below a decorator": ("kept()\n@lost\n\xa0lost()\nkept2()\n", [(2, 0)]),
    "invisible between decorator and function": ("kept()\n@lost\n\xa0lost()\ndef f():\n    kept2()\n", [(3, 0)]),
    "unfinished in an unfinished try": ("def f():\n    kept()\n    try:\n        if y:\nkept2()\n", [(3, 4)]),
    # other languages
    "Python 2 print": ('def f():\n    print "lost", lost()\n    kept()\n    print\nkept2()\n', [(2, 4)]),
    "Python 2 exec": ("kept()\nexec 'lost()' in {}\nkept2()\n", [(2, 0)]),
    "Python 2 exec over lines": ('kept()\nexec """\nif lost():\n    pass\n"""\nkept2()\n', [(2, 0)]),
    "Python 2 raise": ("kept()\nraise E, lost()\nkept2()\n", [(2, 0)]),
    "Python 2 repr": ("kept()\nx = `lost()`\nkept2()\n", [(2, 0)]),
    "Python 2 numbers": ("kept()\nx = lost(0777L)\nkept2()\n", [(2, 0)]),
    "Python 2 strings": ("kept()\nx = lost(ur'a')\nkept2()\n", [(2, 0)]),
    "Python 2 except": ("try:\n    kept()\nexcept A, e:\n    kept2()\n", []),
    "template": (
        "{% if a %}\nimport {{ package }}.x\n{% endif %}\n{# lost() #}\nclass {{ name }}(A):\n    x = kept()\n"
        "    y = '{{ z }}'  # {{ z }}\n",
        [(1, 0), (2, 7), (3, 0), (5, 6)],
    ),
    "conflict": (
        "kept()\n<<<<<<< HEAD\nx = kept2()\n=======\nx = kept3()\n>>>>>>> other\nkept4()\n",
        [(2, 0)],
    ),
    "conflict in a call": (
        "def f():\n    kept(\n<<<<<<< HEAD\n        kept2(),\n||||||| base\n        lost(),\n=======\n        kept3(),\n"
        ">>>>>>> other\n    )\n",
        [(3, 0)],
    ),
    "conflicts": (
        "<<<<<<< a\nkept()\n=======\n>>>>>>> b\nkept2()\n<<<<<<< a\n=======\nkept3()\n>>>>>>> b\n",
        [(1, 0), (6, 0)],
    ),
    "half a conflict": ("kept()\n<<<<<<< HEAD\nkept2()\n", [(2, 0)]),
    "prose": ("This isn't Python, is it?\nNot at all.\nkept()\n", [(1, 0)]),
}


@pytest.mark.parametrize("newline", NEWLINES, ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(("sample", "gaps"), UNANALYSED.values(), ids=UNANALYSED)
def test_unanalysed_ranges(sample: str, gaps: list[tuple[int, int]], newline: str) -> None:
    text = sample.replace("\n", newline)
    parsed = parse_tolerantly(text)
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == gaps
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


@pytest.mark.parametrize(("sample", "gaps"), UNANALYSED.values(), ids=UNANALYSED)
def test_unanalysed_ranges_in_a_long_file(sample: str, gaps: list[tuple[int, int]]) -> None:
    before = "".join(f"def f{at}():\n    '''Do.'''\n    return kept({at})\n\n\n" for at in range(9))
    end = "" if sample.endswith("\n") else "\n"
    text = before + sample + end + before
    parsed = parse_tolerantly(text)
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(row + 45, column) for row, column in gaps]
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("x = (\n", UnanalysedRange(1, 0, "'(' was never closed")),
        ("\nif x:\n    y = 1)\n", UnanalysedRange(3, 4, "unmatched ')'")),
        ('é = 1\n"é"; x = "a\n', UnanalysedRange(2, 5, "unterminated string literal")),
        ("def f():\nx = 1\n", UnanalysedRange(1, 0, "expected an indented block after function definition")),
        ("é\0\0 = 1\n", UnanalysedRange(1, 1, "NUL byte")),
        ("<<<<<<< a\nx = 1\n=======\nx = 2\n>>>>>>> b\n", UnanalysedRange(1, 0, "merge conflict")),
        ("{{ x }} = 1\n", UnanalysedRange(1, 0, "template syntax")),
        ("if 1:\n    x = " + "(" * 300 + ")" * 300, UnanalysedRange(2, 4, "nested too deeply")),
    ],
)
def test_reasons(text: str, gap: UnanalysedRange) -> None:
    assert parse_tolerantly(text).unanalysed_ranges == (gap,)


@pytest.mark.parametrize("end", ["@lost", "x = lost() \\\n", "try:\n    lost()", "x = lost(", "if lost():", "class A("])
def test_incomplete_end_of_file(end: str) -> None:
    text = f"def f():\n    return kept()\n\n{end}"
    parsed = parse_tolerantly(text)
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(4, 0)]
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


def test_adjacent_ranges_are_merged() -> None:
    assert [gap.row for gap in parse_tolerantly("print 1\n\nprint 2\nx = 1\nprint 3\n").unanalysed_ranges] == [1, 5]


def test_broken_definitions_keep_their_names() -> None:
    tree = parse_tolerantly("class A(b c):\n    async def f(self, x=):\n        kept()\n").tree
    definition = tree.body[0]
    assert isinstance(definition, ast.ClassDef)
    method = definition.body[0]
    assert isinstance(method, ast.AsyncFunctionDef)
    assert (definition.name, method.name) == ("A", "f")


def test_surrogates_and_nul_characters() -> None:
    text = "x = '\ud800é', kept()\0\r\nkept2(\0)\r# \udfff\ny = \ud800\nkept3()"
    parsed = parse_tolerantly(text)
    assert parsed.text == "x = '\ufffdé', kept() \r\nkept2( )\r# \ufffd\n0    \nkept3()"
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(1, 16), (2, 6), (4, 0)]
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


@pytest.mark.parametrize("character", ["\x0b", "\x1c", "\x1d", "\x85", "\u2028", "\u2029"])
def test_characters_that_are_not_line_breaks(character: str) -> None:
    text = f"x = '{character}', kept()  # {character}\ny = lost(\nkept2()\nz = {character}lost()\nkept3()\n"
    parsed = parse_tolerantly(text)
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(2, 0), (4, 0)]
    assert calls(parsed) == expected_calls(text)
    check_result(text, parsed)


# --- bounds ----------------------------------------------------------------------------------------------------

DEEP_EXPRESSIONS = {
    "brackets": "(" * 10_000 + ")" * 10_000,
    "open brackets": "[" * 10_000,
    "several kinds": "([{" * 10_000,
    "operators": "-" * 100_000 + "1",
    "not": "not " * 10_000 + "1",
    "lambdas": "lambda: " * 10_000 + "1",
    "sums": " + ".join(["1"] * 50_000),
    "attributes": "x" + ".a" * 50_000,
    "calls": "f(" * 10_000 + ")" * 10_000,
    "f-strings": 'f"{' * 10_000 + "1" + '}"' * 10_000,
    "specifications": 'f"{' + "a:{" * 10_000 + "}" * 10_000 + '}"',
}


@pytest.mark.parametrize("expression", DEEP_EXPRESSIONS.values(), ids=DEEP_EXPRESSIONS)
def test_deeply_nested_expressions(expression: str) -> None:
    text = f"def f():\n    kept()\n    x = {expression}\n    kept2()\nkept3()\n"
    parsed = parse_tolerantly(text)
    assert len(parsed.text) == len(text)
    assert calls(parsed) == expected_calls(text)
    # The nesting limit differs between versions of CPython.
    assert [(gap.row, gap.column) for gap in parsed.unanalysed_ranges] == [(3, 4)] or expression.startswith(
        ("x.", "1 +")
    )


def test_deeply_nested_blocks() -> None:
    text = "kept()\n" + "".join(" " * at + "if x:\n" for at in range(200)) + " " * 200 + "lost()\nkept2()\n"
    parsed = parse_tolerantly(text)
    assert calls(parsed) == expected_calls(text)
    assert [gap.reason for gap in parsed.unanalysed_ranges] == ["nested too deeply"]


@pytest.mark.no_cover
@pytest.mark.slow
def test_many_branches() -> None:
    text = "kept()\n" + "if x: kept2()\n" + "elif x: lost()\n" * 20_000 + "kept3()\n"
    parsed = parse_tolerantly(text)
    assert [gap.row for gap in parsed.unanalysed_ranges] == [3]
    assert calls(parsed) == expected_calls(text)


@pytest.mark.no_cover
@pytest.mark.slow
def test_unlocated_nesting_error() -> None:
    distraction = "    x = [" + "1, " * 1_000 + "]\n"
    text = f"def f():\n{distraction * 3}    if x: lost()\n" + "    elif x: lost()\n" * 20_000 + "kept()\n"
    parsed = parse_tolerantly(text)
    assert parsed.unanalysed_ranges == (UnanalysedRange(1, 0, "nested too deeply"),)
    assert calls(parsed) == expected_calls(text)


def test_many_errors_in_one_statement() -> None:
    method = "    def f(self):\n        kept()\n        x = (\n"
    text = f"kept()\nclass A:\n{method * 300}\n\ndef f():\n    kept2()\n"
    parsed = parse_tolerantly(text)
    found = calls(parsed)
    assert len(found) < len(expected_calls(text))
    assert {name for name, _, _ in found} == {"kept", "kept2"}
    assert parsed.unanalysed_ranges[-1].reason.endswith("(and too many errors to look further)")
    check_result(text, parsed)


def test_many_errors_in_many_statements() -> None:
    text = "def f():\n    kept()\n    x = = lost()\n" * 200 + "kept2()\n"
    parsed = parse_tolerantly(text)
    assert len(parsed.unanalysed_ranges) == 200
    assert calls(parsed) == expected_calls(text)


def test_limit_of_parsed_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_recovery, "MAX_CHARACTERS", 10_000)
    text = "def f():\n    kept()\n    x = = lost(\n" * 200 + "kept2()\n"
    parsed = parse_tolerantly(text)
    assert parsed.unanalysed_ranges[-1].reason.endswith("(and too many errors to look further)")
    assert ("kept2", 601, 0) in calls(parsed)
    check_result(text, parsed)


def test_long_line() -> None:
    text = "x = [" + '"é", ' * 5_000 + "kept()]\ny = lost(\nkept2()\n"
    parsed = parse_tolerantly(text)
    assert [gap.row for gap in parsed.unanalysed_ranges] == [2]
    assert calls(parsed) == expected_calls(text)


# --- random text -----------------------------------------------------------------------------------------------

FRAGMENTS = [
    *["def f(x):", "def f[T](x):", "class A[T = int]:", "class A", "if x:", "else:", "elif y:", "try:", "finally:"],
    *["except A, B:", "except* C:", "for i in x:", "while 1:", "with a as b:", "match x:", "case 1:", "@dec", "async "],
    *["x = kept()", "return R()", 'f"{a["b"]}"', 't"{a()!r:>{w}}"', 'f"{', "type X = int", "type X[T] = y", "x[*a]"],
    *[
        '"""',
        "'''",
        '"',
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ";",
        ":",
        ",",
        "=",
        "*",
        "->",
        "\\",
        "\\\n",
        "#c",
        "é",
        "𝄞",
    ],
    *["{{ x }}", "{% if x %}", "<<<<<<< HEAD\n", "=======\n", "||||||| c\n", ">>>>>>> b\n", 'print "x"', "`x`", "0777"],
    *["\n", "\n    ", "\n        ", "\n  ", "\t", "\r\n", "\r", " ", "\f", "\x0b", "\x1c", "\u2028", "\xa0", "\ufeff"],
    *["\ud800", "\0", "lambda", "yield", "import ", "from x import y", "pass", "not " * 30, "(" * 210, "\\N{x}"],
]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=40).map("".join))
def test_random_text(text: str) -> None:
    parsed = parse_tolerantly(text)
    assert len(parsed.text) == len(text)
    assert line_breaks(parsed.text) == line_breaks(text)
    check_result(text, parsed)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_functions_after_random_text(text: str) -> None:
    after = " \n\n\ndef é():\n    return kept()\n\n\ndef ü():\n    return kept2()\n"
    parsed = parse_tolerantly(text + after)
    if not set(text) & set("\"'\\"):  # a string or a continuation may extend into `after`
        above = len(split_lines(text)) - 1
        assert {(name, row + above, column) for name, row, column in expected_calls(after)} <= set(calls(parsed))
