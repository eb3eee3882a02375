"""String expressions: literal runs and edits of their value, compared with `eval`."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.string_literals import edit_string, literal_runs

NAMES = {"a": "app", "b": "redis.client", "c": "", "d": "x_1"}


def runs_of(expression: str) -> list[str | None] | None:
    """The texts of the literal runs, None for others; checks their offsets."""
    before = "é = 1\r\nx = "
    text = f"{before}{expression} # end"
    found = literal_runs(text, len(before), len(before) + len(expression))
    for run in found or ():
        assert run is None or text[run.start : run.end] == run.text
    return None if found is None else [run.text if run else None for run in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'app.redis'", ["app.redis"]),
        ('""', []),
        ('u"app"', ["app"]),
        (r'"a\nb"', ["a", None, "b"]),
        (r'"\x41b\101\u0041\U00000041c\N{DASH}d"', [None, "b", None, None, None, "c", None, "d"]),
        (r'r"a\nb"', [r"a\nb"]),
        ('"""a\nb"""', ["a\nb"]),
        ('"""a\r\nb\rc"""', ["a", None, "b", None, "c"]),
        ('"a\\\nb"', ["a", None, "b"]),
        ('"a\\\r\nb"', ["a", None, "b"]),
        ('f"a{x}b"', ["a", None, "b"]),
        ('f"{x}{y!r:>{z}}"', [None, None]),
        ('f"a{{b}}"', ["a", None, "b", None]),
        ('rf"\\d{x}"', ["\\d", None]),
        ('f"{x:a.b}"', [None]),
        ('"{a}"', ["{a}"]),
        ('"a" "b"', ["a", "b"]),
        ('("a" # é "c"\n "b")', ["a", "b"]),
        ('"a" # c\n "b"', ["a", "b"]),
        ('"a" # c\r "b"', ["a", "b"]),
        ('"a" + "b" + x', ["a", "b", None]),
        ('x + ("a" + f(1))', [None, "a", None]),
        ('("a" if x else "b") + "c"', [None, "c"]),
        ('"a" * 2 + "c"', [None, "c"]),
        ('"é" "ü"', ["é", "ü"]),
        ("x", None),
        ("x + y", None),
        ("1", None),
        ('"a" % x', None),
        ('"a".join(x)', None),
        ('"a", "b"', None),
        ('"a" if x else "b"', None),
        ('b"a"', None),
        ('"a" b"b"', None),
        ('Rb"a"', None),
        ('t"a"', None),
        ('"a" +', None),
        ('"a', None),
        ("x := 'a'", None),
        ("*'a'", None),
        ("'a')('b'", None),
        ("# only", None),
        ("", None),
    ],
)
def test_literal_runs(expression: str, expected: list[str | None] | None) -> None:
    assert runs_of(expression) == expected


def apply_edits(text: str, edits: list[TextEdit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("expression", "old", "new", "expected"),
    [
        ("'app.old.client'", "app.old.client", "app.new.client", "'app.new.client'"),
        ("'app.old'", "app.old", "app.old", "'app.old'"),
        ("'app.client'", "app.client", "app.core.client", "'app.core.client'"),
        ("'app.core.client'", "app.core.client", "app.client", "'app.client'"),
        ("'app:old'", "app:old", "app.new:old", "'app.new:old'"),
        ("'app.' 'old.' 'client'", "app.old.client", "app.new.client", "'app.' 'new.' 'client'"),
        ("'app.old.' 'client'", "app.old.client", "app.new.redis", "'app.new.' 'redis'"),
        ("'app.o' 'ld'", "app.old", "app.new", None),
        ("'app.o' 'ld'", "app.old", "app.oldest", "'app.o' 'ldest'"),
        ("f'{a}.old'", "app.old", "app.new", "f'{a}.new'"),
        ("f'{a}_old'", "app_old", "app_new", "f'{a}_new'"),
        ("f'old.{a}.x'", "old.app.x", "new.app.x", "f'new.{a}.x'"),
        ("f'old.{a}.x'", "old.app.x", "new.app.y", "f'new.{a}.y'"),
        ("f'x{a}.{b}y'", "xapp.redis.clienty", "xapp.redis.server", None),
        ("f'{a}.old.{a}'", "app.old.app", "app.new.app", None),
        ("f'{a}.old'", "app.old", "new.old", None),
        ("a + '.old'", "app.old", "app.new", "a + '.new'"),
        ("'old.' + a", "old.app", "new.app", "'new.' + a"),
        ("'old'", "other", "new", None),
        ("f'old{a}'", "other", "new", None),
        ("f'old.{c}old'", "old.", "new.", None),
        ("f'aa{c}aa'", "aaa", "new", None),
        ("'app.o' 'ld'", "app.old", "app.new.home", None),
        ("''", "", "new", None),
        ("1", "1", "2", None),
        (r"'\141pp.old'", "app.old", "app.new", r"'\141pp.new'"),
        (r"'\61x.y'", "1x.y", "12x.y", None),
        ("'''app.old'''", "app.old", "app.new", "'''app.new'''"),
        ("'a.a.b'", "a.a.b", "a.b", "'a.b'"),
        ("'a.' 'a.b'", "a.a.b", "a.b", "'a.' 'b'"),
        ("'app' '.old'", "app.old", "app2.old", "'app2' '.old'"),
    ],
)
def test_edit_string(expression: str, old: str, new: str, expected: str | None) -> None:
    before = "é = (\n"
    text = f"{before}{expression})"
    edits = edit_string(text, len(before), len(before) + len(expression), old, new)
    assert (None if edits is None else apply_edits(text, edits)[len(before) : -1]) == expected


def test_whole_segments_are_replaced() -> None:
    assert edit_string("'app.older.x'", 0, 13, "app.older.x", "app.oldest.x") == [TextEdit(5, 10, "oldest")]
    assert edit_string("'app.x'", 0, 7, "app.x", "app.core.x") == [TextEdit(5, 5, "core.")]
    assert edit_string("'app.x'", 0, 7, "app.x", "app.x") == []


def test_new_value_must_be_a_dotted_name() -> None:
    with pytest.raises(AssertionError):
        edit_string("'a'", 0, 3, "a", "'")


CONTENT = st.lists(st.sampled_from(["app", ".", "old", "redis", "é", "_", "2"]), max_size=4).map("".join)
FILLED = st.sampled_from(["{a}", "{b}", "{c!s}", "{d:>3}", "{{", "}}", ""])
ESCAPED = st.sampled_from([r"\61", r"\x41", r"\N{DIGIT ONE}", "\\\n", "", ""])


@st.composite
def strings(draw: st.DrawFn) -> str:
    """One string literal of any kind."""
    prefix = draw(st.sampled_from(["", "u", "r", "f", "F", "rf", ""]))
    quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        parts.append(draw(CONTENT))
        parts.append(draw(FILLED) if "f" in prefix.lower() else draw(ESCAPED) if "r" not in prefix else "")
        parts.append("\n" if len(quote) == 3 and draw(st.booleans()) else "")
    return f"{prefix}{quote}{''.join(parts)}{quote}"


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Strings and names, concatenated, added and parenthesised, over several lines."""
    parts = [draw(strings())]
    for _ in range(draw(st.integers(0, 3))):
        joint = draw(st.sampled_from([" ", "\n", "  # old 'x'\n  ", " + ", " + \n"]))
        follower = draw(strings())
        if "+" in joint:
            follower = draw(st.sampled_from([follower, f"a + {follower}", f"(b + {follower}) + ''"]))
        parts += [joint, follower]
    breaks = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return f"({''.join(parts)})".replace("\n", breaks)


def value_of(expression: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = eval(expression, dict(NAMES))
    assert isinstance(value, str)
    return value


@pytest.mark.slow
@settings(max_examples=examples(800), deadline=None)
@given(expressions(), st.data())
def test_edited_expression_evaluates_to_the_new_value(expression: str, data: st.DataObject) -> None:
    old = value_of(expression)
    text = f"# é\r\nx = {expression}\n"
    start = text.index("(")
    found = literal_runs(text, start, start + len(expression))
    assert found is not None
    literal = [run.text for run in found if run is not None]
    assert None in found or "".join(literal) == old
    at = data.draw(st.integers(0, len(old)))
    to = data.draw(st.integers(at, len(old)))
    new = old[:at] + data.draw(st.sampled_from(["new", "", ".", "x.", ".y", "2", "app"])) + old[to:]
    if not all(char.isalnum() or char in "_.:" for char in new):
        return
    edits = edit_string(text, start, start + len(expression), old, new)
    if edits is not None:
        after = apply_edits(text, edits)
        end = start + len(expression) + len(after) - len(text)
        assert value_of(after[start:end]) == new, (expression, old, new, after)
