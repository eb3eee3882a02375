"""The documentation: the site builds, links resolve, and each flag is documented."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from browser import needs_browser, open_browser

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.json_schema import json_schema
from flake8_redis_ssot.fixes.conditions.condition import Condition, all_conditions
from flake8_redis_ssot.rules.rule import all_rules

REPOSITORY = Path(__file__).parent.parent
DOCS = REPOSITORY / "docs"
MANUAL = [REPOSITORY / "README.md", *sorted(DOCS.glob("*.md"))]
PAGES = [*MANUAL, *(REPOSITORY / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
FENCED = re.compile(r"^( *)```(\w*).*?\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with `--strict`: a missing link, anchor or page fails."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-W", "error", "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    process = subprocess.run(build, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return folder


def read_page(site: Path, page: str) -> str:
    return (site / page).read_text(encoding="utf-8")


def test_each_code_has_a_page(site: Path) -> None:
    table = read_page(site, "codes/index.html")
    for rule in all_rules():
        page = f"{rule.code.lower()}-{rule.name}.html"
        assert f'href="{page}"' in table
        text = read_page(site, f"codes/{page}")
        assert all(f'id="{section}"' in text for section in ("why", "bad", "good", "fix-safety"))
    assert len(list((site / "codes").glob("rss*.html"))) == len(all_rules())


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = {page: page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    assert len(pages) > 20
    for page, text in pages.items():
        assert re.findall(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?:[^"]*', text) == [], page


@needs_browser
@pytest.mark.slow
def test_search_works_in_pages_that_are_opened_as_files(site: Path) -> None:
    with open_browser() as browser:
        for page in ("index.html", "codes/index.html"):
            browser.get((site / page).as_uri())
            browser.implicitly_wait(20)
            query = browser.find_element("css selector", "[data-md-component=search-query]")
            browser.execute_script("arguments[0].focus()", query)
            query.send_keys("stale baseline entries")
            found = browser.find_element("css selector", ".md-search-result__link").get_attribute("href")
            assert found.startswith(f"{site.as_uri()}/usage.html")


def _conditions_section(condition: Condition) -> str:
    shapes = "".join(f"- {shape}\n" for shape in condition.shapes)
    return f"**{condition.promise}** (`{condition.name}`)\n\n{shapes}\n"


def check_generated(page: Path, name: str, expected: str, *, update: bool) -> None:
    """Compare (or rewrite) the text between the comments `<!-- NAME -->` and `<!-- end of NAME -->`."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(start)
    assert found
    assert end in rest
    expected = f"{before}{start}\n\n{expected}{end}{rest.partition(end)[2]}"
    if update:
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == expected


@pytest.mark.updates_cases
def test_conditions_are_in_the_page(pytestconfig: pytest.Config) -> None:
    sections = "".join(map(_conditions_section, all_conditions()))
    check_generated(DOCS / "fix-safety.md", "conditions", sections, update=pytestconfig.option.update)


@pytest.mark.updates_cases
def test_settings_are_in_the_page(pytestconfig: pytest.Config) -> None:
    tables = import_module("docs.generated").settings_tables()
    check_generated(DOCS / "configuration.md", "settings", f"{tables}\n\n", update=pytestconfig.option.update)


def test_each_setting_is_in_the_reference(site: Path) -> None:
    schema, text = json_schema(), read_page(site, "configuration.html")
    tables = [schema, *(each for each in schema["definitions"].values() if "properties" in each)]
    for table in tables:
        for key in table["properties"]:
            assert f"<td><code>{key}</code></td>" in text
    assert json.loads((site / "redis-ssot.schema.json").read_text()) == schema


def test_first_page_is_the_readme(site: Path) -> None:
    text = read_page(site, "index.html")
    assert 'src="pictures/check.svg"' in text
    assert 'href="changes.html"' in text


def test_site_loads_no_external_resources(site: Path) -> None:
    loaded = re.compile(
        r"""<(?:script|img|iframe)[^>]+src="?(https?:|//)|<link[^>]+stylesheet[^>]+href="?(https?:|//)"""
    )
    assert not [page for page in site.rglob("*.html") if loaded.search(page.read_text(encoding="utf-8"))]
    assert not list(site.rglob("*.py"))


@pytest.fixture
def kind() -> Any:
    return import_module("docs.generated").kind


@pytest.mark.parametrize(
    ("value", "description"),
    [
        ({"type": "integer"}, "integer"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "table of `true` or `false`"),
        ({"anyOf": [{"enum": ["a"]}, {"type": "array", "items": {"type": "string"}}]}, '`"a"` or list of strings'),
        ({"$ref": "#/definitions/loop"}, "string or nested table"),
        ({"type": "array", "items": {"$ref": "#/definitions/table"}}, "list of `table` tables"),
        ({"$ref": "#/definitions/word"}, "string or integer"),
    ],
)  # fmt: skip
def test_value_descriptions(kind: Any, value: dict[str, Any], description: str) -> None:
    loop = {"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"$ref": "#/definitions/loop"}}]}
    word = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    assert kind(value, {"definitions": {"loop": loop, "table": {"properties": {}}, "word": word}}) == description


def test_undescribed_type_is_an_error(kind: Any) -> None:
    with pytest.raises(KeyError):
        kind({"type": "null"}, {})


def links(page: Path) -> Iterator[str]:
    """The relative links of a page."""
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" not in link:
            yield link


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    heads = [re.sub(r"[`*]", "", head) for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve_in_the_repository(page: Path) -> None:
    """Links also resolve without the generated pages, as on GitHub."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def help_of(*arguments: str) -> str:
    """The `--help` output of a command."""
    with redirect_stdout(StringIO()) as output, pytest.raises(SystemExit):
        main([*arguments, "--help"])
    return output.getvalue()


def command_names(text: str) -> list[str]:
    """The commands, or the subcommands of one, in a help text."""
    return re.findall(r"^    ([a-z][\w-]*)(?: {2,}|$)", text, re.MULTILINE)


def flags(*arguments: str) -> set[str]:
    """The long flags of a command and its subcommands."""
    text = help_of(*arguments)
    below = [flag for action in command_names(text) for flag in flags(*arguments, action)]
    return {*re.findall(r"^  (?:-\w(?: \S+)?, )?(--[a-z][\w-]*)", text, re.MULTILINE), *below} - {"--help"}


def test_flags_are_collected() -> None:
    assert {"check", "baseline", "server"} <= set(command_names(help_of()))
    assert {"--fix", "--select", "--jobs", "--output-format"} <= flags("check")
    assert {"--force", "--baseline"} <= flags("baseline")
    assert flags("schema") == set()


@pytest.mark.parametrize("command", command_names(help_of()))
def test_each_flag_is_documented(command: str) -> None:
    """Each flag is on a page that names its command."""
    texts = [page.read_text(encoding="utf-8") for page in MANUAL]
    about = "\n".join(text for text in texts if re.search(rf"redis-ssot {command}\b", text))
    assert about
    assert [flag for flag in sorted(flags(command)) if not re.search(rf"(?<![\w-]){flag}(?![\w-])", about)] == []


@pytest.mark.parametrize("page", [*PAGES, *sorted((DOCS / "pictures").iterdir())], ids=lambda page: page.name)
def test_no_local_paths(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert str(REPOSITORY) not in text
    assert not re.search(r"(?<![\w.{])/(?:home|root|tmp|work|Users)/", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_parse(page: Path) -> None:
    tomllib = pytest.importorskip("tomllib")
    readers = {"json": json.loads, "yaml": lambda text: list(yaml.safe_load_all(text)), "toml": tomllib.loads}
    for _, language, text in FENCED.findall(page.read_text(encoding="utf-8")):
        if language in readers:
            readers[language](text)


@pytest.mark.parametrize("name", ["ci.md", "scale.md"])
def test_example_workflows_are_valid(tmp_path: Path, name: str) -> None:
    blocks = [text for _, _, text in FENCED.findall((DOCS / name).read_text(encoding="utf-8")) if "\njobs:" in text]
    (tmp_path / "workflow.yml").write_text("\n---\n".join(blocks))
    assert len(blocks) == 1
    command = ["check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(tmp_path / "workflow.yml")]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
