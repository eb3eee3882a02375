"""What users read is free of words that were retired for standard terms: messages, help, documentation, metadata."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "flake8_redis_ssot"
# What to write instead is in the second column.
RETIRED = {
    r"go(?:es|ing)? round": "bypasses",
    r"mend(?:s|ed|ing)?": "fix",
    r"anew": "again; creates",
    r"hand(?:ed|s)": "passed",
    r"(?:give|gives|given|giving) back": "returns",
    r"rings?": "cycle",
    r"gates?": "validation command; validation failed",
    r"(?:hold|holds|held) back": "skipped",
    r"(?:cannot|can't) be seen": "could not be resolved; is not analysed",
    r"stands? for": "resolves to; is replaced by",
    r"(?:put|puts) away": "stored",
    r"told": "reported",
    r"(?<!\.)homes?(?! (?:folder|directory))": "canonical module; definition",
    r"apart(?! from (?!each other))": "separate; except",
}  # fmt: skip
WORDS = re.compile("|".join(rf"\b{word}\b" for word in RETIRED))
TEXTS = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *(REPOSITORY / name for name in ("action.yml", ".pre-commit-hooks.yaml", "mkdocs.yml")),
    *(REPOSITORY / "editors" / "vscode" / name for name in ("README.md", "package.json")),
    REPOSITORY / "examples" / "README.md",
    REPOSITORY / "examples" / "shop" / "pyproject.toml",
    PACKAGE / "campaign" / "page.html",
]


def find_retired(text: str) -> list[str]:
    """The retired words in a text, each with the text beside it."""
    flat = " ".join(text.split())
    return [flat[max(match.start() - 30, 0) : match.end() + 30] for match in WORDS.finditer(flat)]


def docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """The docstrings of functions and classes, and that of the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                yield first.value


def nouns(tree: ast.Module) -> Iterator[ast.expr]:
    """The words that are put in the plural for a message."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "plural":
            yield from node.args


def user_visible_strings(tree: ast.Module, *, is_rule: bool) -> Iterator[str]:
    """The string literals of a module but for docstrings and keys (of journals and JSON).

    The docstring of a rule is its page.
    """
    hidden = {id(node) for node in docstrings(tree)}
    shown = {id(node) for node in nouns(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in hidden:
            continue
        if id(node) in shown or not node.value.isidentifier():
            yield node.value
    if is_rule:
        yield ast.get_docstring(tree) or ""


def unreleased(changelog: str) -> str:
    """The section of the changelog that is not released yet."""
    return changelog.partition("## [Unreleased]")[2].partition("\n## [")[0]


def test_strings_of_the_package() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = user_visible_strings(tree, is_rule=path.name.startswith("rss"))
        found[path.name] = [each for text in texts for each in find_retired(text)]
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_documentation(path: Path) -> None:
    assert find_retired(path.read_text(encoding="utf-8")) == []


def test_changelog() -> None:
    section = unreleased((REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert section.strip()
    assert find_retired(section) == []


def test_description() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    description = re.search(r'^description = "(.+)"$', project, re.MULTILINE)
    assert description
    assert find_retired(description[1]) == []


@pytest.mark.parametrize(
    "text",
    [
        "it goes round the module", "mended by hand", "written anew", "the tool hands it on", "handed over",
        "which gives\n    back a key", "close a ring", "the gate refuses", "it was held back", "cannot be seen",
        "can't be seen", "nothing stands for it", "is put away", "is told once", "the home of it", "deployed apart",
        "bound apart from each other",
    ],
)  # fmt: skip
def test_retired_words_are_found(text: str) -> None:
    assert len(find_retired(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["by hand", "recommended", "string", "investigate", "`Path.home()`", "the home folder", "apart from these"],
)
def test_other_words_are_not(text: str) -> None:
    assert find_retired(text) == []


def test_strings_are_those_that_users_see() -> None:
    text = '"""Page."""\ndef f(x):\n    """Doc."""\n    return f"a {x} b", {"gate": plural(2, "home")}\n'
    tree = ast.parse(text)
    assert sorted(user_visible_strings(tree, is_rule=False)) == [" b", "a ", "home"]
    assert "Page." in set(user_visible_strings(tree, is_rule=True))
