"""Gitignore patterns and lists of them (test_discovery_git.py compares with git)."""

from __future__ import annotations

import pytest

from flake8_redis_ssot.files.gitignore import PathPatterns, matches_path

MATCHES = [
    # A bare name matches at any depth, a directory with its contents.
    ("a.py", "a.py", True),
    ("a.py", "deep/er/a.py", True),
    ("a.py", "ba.py", False),
    ("tests", "tests/unit/a.py", True),
    ("tests", "src/tests/a.py", True),
    ("tests", "src/tests.py", False),
    ("tests/", "tests/a.py", True),
    ("tests/", "tests", False),
    # A slash before the end anchors a pattern to the root.
    ("/tests", "tests/a.py", True),
    ("/tests", "src/tests/a.py", False),
    ("src/tests", "src/tests/a.py", True),
    ("src/tests", "lib/src/tests/a.py", False),
    ("**/src/tests", "lib/src/tests/a.py", True),
    ("**/tests", "tests/a.py", True),
    # `*` and `?` stop at a slash, `**` does not.
    ("*.py", "a/b.py", True),
    ("*.py", "a/b.pyi", False),
    ("*", "a", True),
    ("a?.py", "ab.py", True),
    ("a?.py", "a.py", False),
    ("src/*.py", "src/a.py", True),
    ("src/*.py", "src/a/b.py", False),
    ("src/*/b.py", "src/a/b.py", True),
    ("src/*/b.py", "src/a/c/b.py", False),
    ("src/**", "src/a/b.py", True),
    ("src/**", "src", False),
    ("/src/lib/**", "src/lib/a.py", True),
    ("src/lib/**", "src/libs/a.py", False),
    ("src/lib/**", "a/src/lib/a.py", False),
    (r"src\*/**", "src*/a.py", True),
    ("src/**/b.py", "src/b.py", True),
    ("src/**/b.py", "src/a/c/b.py", True),
    ("src/**/**/b.py", "src/a/c/b.py", True),
    ("src/**/b.py", "srcs/b.py", False),
    ("**", "a/b", True),
    ("src/a**c", "src/a/c", False),
    ("src/a**c", "src/abc", True),
    ("src/a**/c", "src/ab/b/c", True),  # git strips the literal prefix before it parses `**`
    ("src/**c", "src/ac", True),
    ("src/**c", "src/a/c", False),
    # Sets.
    ("[ab].py", "a.py", True),
    ("[ab].py", "c.py", False),
    ("[!ab].py", "c.py", True),
    ("[^ab].py", "a.py", False),
    ("[a-c].py", "b.py", True),
    ("[c-a].py", "b.py", False),
    ("[c-a].py", "c.py", True),
    ("[]-].py", "].py", True),
    ("[]-].py", "-.py", True),
    ("[a-].py", "-.py", True),
    (r"[\]].py", "].py", True),
    (r"[\a-\c].py", "b.py", True),
    ("[[:digit:]_].py", "1.py", True),
    ("[[:digit:]_].py", "_.py", True),
    ("[[:digit:]_].py", "d.py", False),
    ("[![:upper:]].py", "a.py", True),
    ("[[:punct:]].py", "%.py", True),
    ("[[:nonsense:]].py", "n.py", False),
    ("[[a].py", "[.py", True),
    ("a[/]b", "a/b", False),
    ("a[!x]b", "a/b", False),
    ("[&&~~||--].py", "&.py", True),
    # An escaped character is literal; an unclosed set matches nothing.
    (r"\*.py", "*.py", True),
    (r"\*.py", "a.py", False),
    (r"\#a.py", "#a.py", True),
    (r"\!a.py", "!a.py", True),
    (r"a.py\ ", "a.py ", True),
    (r"a.py\\ ", "a.py\\", True),
    ("a.py   ", "a.py", True),
    ("a.py\t", "a.py", False),
    ("[ab.py", "[ab.py", False),
    ("a\\", "a", False),
    ("a\\", "a\\", False),
    # Lines without a pattern.
    ("", "a.py", False),
    ("   ", "a.py", False),
    ("#a.py", "#a.py", False),
    ("!", "a.py", False),
    ("/", "a.py", False),
    ("//", "a.py", False),
    # Metacharacters of regular expressions are literal.
    ("a+b(c)|d$.py", "a+b(c)|d$.py", True),
    ("a.py", "abpy", False),
    ("x y.py", "x y.py", True),
    # One character, however many bytes it takes (git counts the bytes).
    ("?.py", "é.py", True),
    ("[é].py", "é.py", True),
    ("*\n.py", "a\n.py", True),
    ("a?.py", "a\n.py", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES)
def test_pattern(pattern: str, path: str, expected: bool) -> None:
    assert PathPatterns([pattern]).match(path) is expected


LISTS = [
    ((), "a.py", False),
    (("*.py", "!a.py"), "a.py", False),
    (("*.py", "!a.py"), "b.py", True),
    (("!a.py", "*.py"), "a.py", True),
    (("*.py", "!a.py", "/a.py"), "a.py", True),
    (("*.py", "!a.py", "/a.py"), "sub/a.py", False),
    # Files in a matched directory can't be negated ...
    (("build", "!build/keep.py"), "build/keep.py", True),
    # ... unless only its contents are matched.
    (("build/*", "!build/keep.py"), "build/keep.py", False),
    (("build/*", "!build/keep.py"), "build/other.py", True),
    # To match all but some files, negate the directories as well.
    (("*", "!*/", "!*.py"), "a/b/c.py", False),
    (("*", "!*/", "!*.py"), "a/b/c.txt", True),
    (("*", "!src/", "!src/**"), "src/a/b.py", False),
    (("*", "!src/", "!src/**"), "lib/a.py", True),
]


@pytest.mark.parametrize(("patterns", "path", "expected"), LISTS)
def test_the_last_pattern_that_matches_wins(patterns: tuple[str, ...], path: str, expected: bool) -> None:
    assert PathPatterns(patterns).match(path) is expected
    assert matches_path(patterns, path) is expected


def test_directory_pattern() -> None:
    patterns = PathPatterns(["tests/"])
    assert patterns.match("src/tests", is_directory=True)
    assert not patterns.match("src/tests", is_directory=False)


def test_match_exact() -> None:
    patterns = PathPatterns(["tests", "!tests/keep.py"])
    assert patterns.match_exact("tests", "tests", True) is True
    assert patterns.match_exact("keep.py", "tests/keep.py", False) is False
    assert patterns.match_exact("other.py", "tests/other.py", False) is None


def test_patterns_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = ("compiled-once/**/[ab].py",)
    assert matches_path(patterns, "compiled-once/x/a.py")
    monkeypatch.setattr("flake8_redis_ssot.files.gitignore.PathPatterns", None)
    assert not matches_path(patterns, "compiled-once/x/c.py")
