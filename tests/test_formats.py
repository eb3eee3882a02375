"""Report formats for other programs: each contains the findings of the JSON report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from junitparser import JUnitXml
from xmlschema import XMLSchema

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.model import Finding, FindingContext, Span
from flake8_redis_ssot.reports.formats import sarif
from flake8_redis_ssot.reports.report import CheckReport, format_names, load_format
from flake8_redis_ssot.terminal import Style

Capture = pytest.CaptureFixture[str]
Location = tuple[str, int, int, str]


def run_check(capsys: Capture, form: str, *arguments: str) -> str:
    capsys.readouterr()
    main(["check", "--output-format", form, *arguments])
    return capsys.readouterr().out


def locations(capsys: Capture, shop: Path) -> list[Location]:
    """Path, row, column (both 1-based) and code of each finding."""
    found = json.loads(run_check(capsys, "json"))
    return [
        (
            str(Path(each["filename"]).relative_to(shop)),
            each["location"]["row"],
            each["location"]["column"],
            each["code"],
        )
        for each in found
    ]


def test_json_lines(shop: Path, capsys: Capture) -> None:
    lines = run_check(capsys, "json-lines").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(run_check(capsys, "json"))


def test_junit(shop: Path, capsys: Capture) -> None:
    suites = JUnitXml.fromstring(run_check(capsys, "junit").encode())
    found = [
        (suite.name, *map(int, re.findall(r"\d+", case.result[0].text)[:2]), case.name.rpartition(".")[2])
        for suite in suites
        for case in suite
        if case.is_failure
    ]
    assert found == locations(capsys, shop)
    assert (suites.tests, suites.failures) == (len(found), len(found))


def test_junit_without_findings(shop: Path, capsys: Capture) -> None:
    suites = JUnitXml.fromstring(run_check(capsys, "junit", "libs/shopkit/redis_manager.py").encode())
    assert [case.is_passed for suite in suites for case in suite] == [True]
    assert (suites.tests, suites.failures) == (1, 0)


SCHEMA = XMLSchema(Path(__file__).parent / "junit.xsd")


@pytest.mark.parametrize("path", [".", "libs/shopkit/redis_manager.py"], ids=["findings", "nothing"])
def test_junit_is_valid(shop: Path, capsys: Capture, path: str) -> None:
    SCHEMA.validate(run_check(capsys, "junit", path))


def test_junit_with_special_characters_is_valid() -> None:
    SCHEMA.validate(load_format("junit").render(report_with_special_characters(), Style()))


@pytest.mark.slow
def test_junit_schema_accepts_pytest_reports(project: Path) -> None:
    """pytest's reports are for Jenkins' xUnit plugin as well."""
    text = "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n@pytest.mark.skip\ndef test_c(): pass\n"
    (project / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml=out.xml", "test_it.py"]
    subprocess.run(command, capture_output=True, check=False)
    SCHEMA.validate("out.xml")


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (' classname="', ' line="1" classname="'),
        (' classname="', ' class="'),
        (' failures="1" package', " package"),
        (' tests="1"', ' tests="one"'),
        ("<testcase", "<case/><testcase"),
    ],
)
def test_junit_schema_rejects_invalid_reports(shop: Path, capsys: Capture, part: str, instead: str) -> None:
    good = run_check(capsys, "junit", "services/orders/refunds.py")
    assert part in good
    assert not SCHEMA.is_valid(good.replace(part, instead, 1))


def test_grouped(shop: Path, capsys: Capture) -> None:
    path, found = "", []
    for line in run_check(capsys, "grouped").splitlines():
        if re.fullmatch(r"\S+\.py:", line):
            path = line[:-1]
        elif match := re.match(r"  (\d+):(\d+) +(RSS\d+)", line):
            found.append((path, int(match[1]), int(match[2]), match[3]))
    assert sorted(found) == locations(capsys, shop)


def test_pylint(shop: Path, capsys: Capture) -> None:
    lines = run_check(capsys, "pylint").splitlines()
    found = [re.match(r"(.+):(\d+): \[(RSS\d+)\] \S", line) for line in lines]
    assert [(m[1], int(m[2]), m[3]) for m in found if m] == [(p, r, c) for p, r, _, c in locations(capsys, shop)]


def test_github(shop: Path, capsys: Capture) -> None:
    found = []
    *lines, notice = run_check(capsys, "github").splitlines()
    assert notice.startswith("::notice ")
    for line in lines:
        match = re.fullmatch(r"::error (.+?)::(.+)", line)
        assert match is not None
        properties = dict(part.split("=", 1) for part in match[1].split(","))
        assert unquote(match[2]).startswith(f"{properties['file']}:{properties['line']}:{properties['col']}: RSS")
        code = re.fullmatch(r"redis-ssot \((RSS\d+)\)", properties["title"])
        assert code is not None
        found.append((properties["file"], int(properties["line"]), int(properties["col"]), code[1]))
    assert found == locations(capsys, shop)


def test_azure(shop: Path, capsys: Capture) -> None:
    pattern = r"##vso\[task\.logissue type=error;sourcepath=(.+);linenumber=(\d+);columnnumber=(\d+);code=(.+);\]\S.+"
    found = [re.fullmatch(pattern, line) for line in run_check(capsys, "azure").splitlines()]
    assert [(m[1], int(m[2]), int(m[3]), m[4]) for m in found if m] == locations(capsys, shop)


def report_with_special_characters() -> CheckReport:
    span = Span(1, 0, 1, 1)
    finding = Finding("a,b:c;%].py", span, "RSS002", "100% x\ny", "", (1,), context=FindingContext(snippet="\x00"))
    return CheckReport([finding], {"RSS002": "direct-instantiation"}, lambda path: ())


def test_workflow_commands_are_escaped() -> None:
    assert "file=a%2Cb%3Ac;%25].py,line=1" in load_format("github").render(report_with_special_characters(), Style())
    assert load_format("github").render(report_with_special_characters(), Style()).endswith("RSS002 100%25 x%0Ay")
    assert "sourcepath=a,b:c%3B%AZP25%5D.py;" in load_format("azure").render(report_with_special_characters(), Style())


def test_gitlab(shop: Path, capsys: Capture) -> None:
    issues = json.loads(run_check(capsys, "gitlab"))
    found = [
        (
            each["location"]["path"],
            each["location"]["positions"]["begin"]["line"],
            each["location"]["positions"]["begin"]["column"],
            each["check_name"],
        )
        for each in issues
    ]
    assert found == locations(capsys, shop)
    assert max(Counter(each["fingerprint"] for each in issues).values()) == 1


def region_of(region: dict[str, Any]) -> tuple[int, int, int, int]:
    return region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]


def test_sarif(shop: Path, capsys: Capture) -> None:
    (run,) = json.loads(run_check(capsys, "sarif"))["runs"]
    rules = run["tool"]["driver"]["rules"]
    found = []
    for result in run["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        assert not uri.startswith(("/", "file:"))
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        found.append((uri, physical["region"]["startLine"], physical["region"]["startColumn"], result["ruleId"]))
    assert found == locations(capsys, shop)
    for rule in rules:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert len(rule["fullDescription"]["text"]) <= 1024
    assert all(text for text in _strings(run))


def _strings(value: Any) -> list[str]:
    """All strings in a value except inserted text."""
    if isinstance(value, dict):
        return [text for key, each in value.items() if key != "insertedContent" for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


def test_sarif_fingerprints_survive_moved_lines(shop: Path, capsys: Capture) -> None:
    def fingerprints() -> list[str]:
        (run,) = json.loads(run_check(capsys, "sarif"))["runs"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]

    before = fingerprints()
    for path in shop.rglob("services/**/*.py"):
        text = path.read_text()
        if text and not text.startswith(('"""', "from __future__")):
            path.write_text(f"# moved\n\n{text}")
    assert fingerprints() == before


@pytest.mark.parametrize("form", ["sarif", "rdjson"])
def test_suggested_edits_equal_fixes(shop: Path, capsys: Capture, form: str) -> None:
    """The suggested edits of a file, applied here, equal `--fix-only`."""
    edits: dict[str, list[tuple[tuple[int, int, int, int], str]]] = {}
    file = "services/orders/refunds.py"
    if form == "sarif":
        (run,) = json.loads(run_check(capsys, form, file))["runs"]
        for fix in (fix for result in run["results"] for fix in result.get("fixes", ())):
            for change in fix["artifactChanges"]:
                for each in change["replacements"]:
                    new = (region_of(each["deletedRegion"]), each["insertedContent"]["text"])
                    edits.setdefault(change["artifactLocation"]["uri"], []).append(new)
    else:
        for found in json.loads(run_check(capsys, form, file))["diagnostics"]:
            for each in found.get("suggestions", ()):
                start, end = each["range"]["start"], each["range"]["end"]
                location = (start["line"], start["column"], end["line"], end["column"])
                edits.setdefault(found["location"]["path"], []).append((location, each["text"]))
    assert list(edits) == [file]
    text = _apply_edits((shop / file).read_text(), edits[file])
    main(["check", "--fix-only", file])
    assert (shop / file).read_text() == text


def test_columns_of_reviewdog_are_bytes(shop: Path, capsys: Capture) -> None:
    """`column` is a count of UTF-8 bytes (`proto/rdf/reviewdog.proto`), also in suggestions."""
    path = shop / "services" / "orders" / "refunds.py"
    row = 'def pay():\n    s = "\U0001f600\u00e9"; return s, RedisManager().ping()\n'
    path.write_text(f"from shopkit.redis_manager import RedisManager\n\n\n{row}", encoding="utf-8")
    (found,) = json.loads(run_check(capsys, "rdjson", "--unsafe-fixes", str(path)))["diagnostics"]
    lines = path.read_bytes().split(b"\n")
    spans = [found["location"]["range"], *(each["range"] for each in found.get("suggestions", ()))]
    texts = [
        lines[span["start"]["line"] - 1][span["start"]["column"] - 1 :] for span in spans if span["start"]["line"] == 5
    ]
    assert all(text.startswith(b"RedisManager") for text in texts)
    end = found["location"]["range"]["end"]
    assert lines[4][: end["column"] - 1].endswith(b"RedisManager()")


def _apply_edits(text: str, edits: list[tuple[tuple[int, int, int, int], str]]) -> str:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for (row, column, end_row, end_column), new in sorted(edits, reverse=True):
        first, last = starts[row - 1] + column - 1, starts[end_row - 1] + end_column - 1
        text = text[:first] + new + text[last:]
    return text


def test_fix_of_several_files_is_not_suggested(shop: Path, capsys: Capture) -> None:
    report = json.loads(run_check(capsys, "rdjson", "services/catalogue/stock.py"))
    assert report["diagnostics"]
    assert not any("suggestions" in each for each in report["diagnostics"])


def test_sarif_result_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MAX_RESULTS", 2)
    report = report_with_special_characters()._replace(findings=[*report_with_special_characters().findings] * 5)
    (run,) = json.loads(load_format("sarif").render(report, Style()))["runs"]
    assert len(run["results"]) == 2
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"] == "3 more findings are not in this log: GitHub takes 2 of one run"


def test_paths_are_relative_to_the_repository(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    monkeypatch.chdir(shop / "services")
    for form in ("sarif", "gitlab", "rdjson"):
        assert '"services/orders/refunds.py"' in run_check(capsys, form, "orders")


@pytest.mark.parametrize("form", format_names())
def test_no_findings(shop: Path, capsys: Capture, form: str) -> None:
    assert main(["check", "--output-format", form, "libs/shopkit/redis_manager.py"]) == 0
    text = capsys.readouterr().out
    if form in ("json", "gitlab", "rdjson", "sarif"):
        json.loads(text)
    elif form in ("json-lines", "github", "azure", "pylint"):
        assert text == ""


@pytest.mark.slow
@pytest.mark.parametrize("form", format_names())
def test_output_file(shop: Path, capsys: Capture, form: str) -> None:
    text = run_check(capsys, form)
    assert main(["check", "--output-format", form, "-o", "report"]) == 1
    assert (shop / "report").read_text() == text
