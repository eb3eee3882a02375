"""The file of scans, and what is reported from it."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.fleet.model import FleetFinding, ScanJob, ScanOptions, ScanOutcome
from flake8_redis_ssot.fleet.report import load_report, web_url
from flake8_redis_ssot.fleet.repositories import Repository
from flake8_redis_ssot.fleet.run import plan_scan
from flake8_redis_ssot.fleet.store import FleetStore, StoreError

REPOSITORIES = [
    Repository("group/a", "https://user:token@host/group/a.git", "red"),
    Repository("group/b", "git@host:group/b.git"),
    Repository("<b>c</b>", "/folder/c"),
]
FINDING = FleetFinding("a/x.py", 3, 4, "RSS002", "creates <a new> one", "safe", "app.Store", "@blue", False)
OPTIONS = ScanOptions()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fleet.sqlite"


Open = Callable[[], FleetStore]


@pytest.fixture
def open_store(database: Path) -> Iterator[Open]:
    """Opens the file; what is still open at the end is closed."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(FleetStore(str(database))))


def outcome(name: str, *findings: FleetFinding) -> ScanOutcome:
    return ScanOutcome(name, True, revision="c0ffee", configuration="own", file_count=7, seconds=1.5, findings=findings)


def fill(database: Path) -> None:
    """Two scans: `a` goes from two findings to one, `b` has one of each kind, `c` fails."""
    store = FleetStore(str(database))
    first = plan_scan(store, REPOSITORIES[:1], OPTIONS)
    store.add(first.scan, outcome("group/a", FINDING, FINDING._replace(row=9)))
    store.finish_scan(first.scan)
    second = plan_scan(store, REPOSITORIES, OPTIONS)
    store.add(second.scan, outcome("group/a", FINDING))
    unsafe = FINDING._replace(path="=x.py", code="RSS001", applicability="unsafe", origin="app.old", owner="(no owner)")
    store.add(second.scan, outcome("group/b", unsafe, FINDING._replace(applicability="by hand", is_in_tests=True)))
    store.add(second.scan, ScanOutcome("<b>c</b>", False, "timed out after 5 seconds"))
    store.finish_scan(second.scan)
    store.close()


def test_outcomes_survive_the_way_between_processes() -> None:
    assert ScanOutcome.from_json(outcome("x", FINDING).to_json()) == outcome("x", FINDING)
    job = ScanJob(REPOSITORIES[0], OPTIONS._replace(protocols=("ssh",)))
    assert ScanJob.from_json(job.to_json()) == job


def test_report(database: Path, open_store: Open) -> None:
    fill(database)
    report = load_report(open_store())
    assert [(row.name, row.findings, row.previous) for row in report.repositories] == [
        ("group/b", 2, None),
        ("group/a", 1, 2),
        ("<b>c</b>", 0, None),
    ]
    assert [(row.name, row.findings, row.safe, row.repositories) for row in report.by_code] == [
        ("RSS002", 2, 1, 2),
        ("RSS001", 1, 0, 1),
    ]
    assert [(row.name, row.findings) for row in report.by_team] == [("(no team)", 1), ("@blue", 1), ("red", 1)]
    assert [row.name for row in report.by_origin] == ["app.Store", "app.old"]
    assert [(point.findings, point.scanned, point.failed) for point in report.trend] == [(2, 1, 0), (3, 2, 1)]


def test_text(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(database)
    assert main(["fleet", "report", "--top", "1"]) == 0
    text = capsys.readouterr().out
    assert "2 repositories scanned, 1 failed." in text
    assert "3 findings in 2 repositories: 1 with a safe fix, 1 with an unsafe one." in text
    assert (
        "repository  findings  change  safe  unsafe\ngroup/b            2     new     0       1\n… and 1 more\n" in text
    )
    assert "<b>c</b>     timed out after 5 seconds" in text
    assert "└──" in text


def test_secrets_are_not_stored(database: Path) -> None:
    fill(database)
    assert b"token" not in database.read_bytes()


def test_page(database: Path) -> None:
    fill(database)
    assert main(["fleet", "report", "--output-format", "html", "-o", "page.html"]) == 0
    page = Path("page.html").read_text(encoding="utf-8")
    data = page.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    rows = json.loads(data)
    assert [row[:7] for row in rows] == [
        ["group/b", "https://host/group/b", "", 2, None, 0, 1],
        ["group/a", "https://host/group/a", "red", 1, -1, 1, 0],
    ]
    assert rows[1][10] == [["RSS002", "a/x.py", 3, "creates <a new> one", "safe"]]
    assert "<a new>" not in page
    assert '<th scope="row">&lt;b&gt;c&lt;/b&gt;</th>' in page
    assert page.count("<svg") == 1


def test_exports(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(database)
    assert main(["fleet", "report", "--output-format", "json-lines"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["name"], line["state"], len(line["findings"])) for line in lines] == [
        ("group/b", "done", 2),
        ("group/a", "done", 1),
        ("<b>c</b>", "failed", 0),
    ]
    assert main(["fleet", "report", "--output-format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [(row["repository"], row["path"]) for row in rows] == [
        ("group/b", "'=x.py"),
        ("group/b", "a/x.py"),
        ("group/a", "a/x.py"),
        ("<b>c</b>", ""),
    ]


def test_exports_have_nothing_that_a_terminal_obeys(open_store: Open, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store()
    plan = plan_scan(store, REPOSITORIES, OPTIONS)
    store.add(plan.scan, outcome("group/a", FINDING._replace(path="a\n::error::x\x1b[31m\x9b.py")))
    store.close()
    for output_format in ("csv", "json-lines", "text"):
        assert main(["fleet", "report", "--output-format", output_format]) == 0
        lines = capsys.readouterr().out.split("\n")
        assert all(line.isprintable() for line in lines)
        assert not any(line.startswith("::error") for line in lines)


def test_stopped_scan_goes_on(open_store: Open) -> None:
    store = open_store()
    first = plan_scan(store, REPOSITORIES, OPTIONS)
    store.add(first.scan, outcome("group/b", FINDING))
    store.add(first.scan, ScanOutcome("group/a", False, "no network"))
    store.close()
    again = plan_scan(open_store(), REPOSITORIES, OPTIONS)
    assert (again.scan, again.done_count) == (first.scan, 1)
    assert {job.repository.name for job in again.jobs} == {"group/a", "<b>c</b>"}


@pytest.mark.parametrize("change", ["options", "new", "finished"])
def test_new_scan(open_store: Open, change: str) -> None:
    store = open_store()
    first = plan_scan(store, REPOSITORIES, OPTIONS)
    store.add(first.scan, outcome("group/b"))
    if change == "finished":
        store.finish_scan(first.scan)
    options = OPTIONS._replace(fixes=False) if change == "options" else OPTIONS
    again = plan_scan(store, REPOSITORIES, options, is_new=change == "new")
    assert (again.scan, len(again.jobs)) == (first.scan + 1, 3)


def test_longest_first(open_store: Open) -> None:
    store = open_store()
    first = plan_scan(store, REPOSITORIES, OPTIONS)
    for seconds, repository in enumerate(REPOSITORIES):
        store.add(first.scan, outcome(repository.name)._replace(seconds=seconds))
    store.finish_scan(first.scan)
    names = [job.repository.name for job in plan_scan(store, REPOSITORIES, OPTIONS).jobs]
    assert names == ["<b>c</b>", "group/b", "group/a"]


def test_second_outcome_replaces_the_first(open_store: Open) -> None:
    store = open_store()
    plan = plan_scan(store, REPOSITORIES[:1], OPTIONS)
    for _ in range(2):
        store.add(plan.scan, outcome("group/a", FINDING))
    assert load_report(store).finding_count == len(list(store.rows("SELECT * FROM findings"))) == 1


def test_undecodable_names_are_stored(open_store: Open) -> None:
    store = open_store()
    plan = plan_scan(store, REPOSITORIES[:1], OPTIONS)
    store.add(plan.scan, outcome("group/a", FINDING._replace(path="a\udcff.py")))
    assert next(store.rows("SELECT path FROM findings")) == ("a\\udcff.py",)


def test_files_that_cannot_be_used(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "report"]) == 2
    assert "no such file; create it with `redis-ssot fleet scan`" in capsys.readouterr().err
    database.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        FleetStore(str(database))
    database.unlink()
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE other (a)")
    connection.close()
    with pytest.raises(StoreError, match="is not a database of `redis-ssot fleet`"):
        FleetStore(str(database))


def test_file_of_another_version(database: Path) -> None:
    FleetStore(str(database)).close()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(StoreError, match="another version"):
        FleetStore(str(database))


def test_file_without_a_scan(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    FleetStore(str(database)).close()
    assert main(["fleet", "report"]) == 2
    assert "there is no scan to report" in capsys.readouterr().err


def test_full_disk_loses_nothing_that_was_there(database: Path, open_store: Open) -> None:
    store = open_store()
    plan = plan_scan(store, REPOSITORIES, OPTIONS)
    store.add(plan.scan, outcome("group/a", FINDING))
    pages = next(store.rows("PRAGMA page_count"))[0]
    list(store.rows(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="database or disk is full"):
        store.add(plan.scan, outcome("group/b", *[FINDING._replace(message="x" * 500)] * 500))
    store.close()
    again = open_store()
    assert again.names(plan.scan, "done") == {"group/a"}
    assert again.names(plan.scan, "waiting") == {"group/b", "<b>c</b>"}


def test_unwritable_report(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(database)
    assert main(["fleet", "report", "-o", "nowhere/x"]) == 2
    assert "nowhere/x: can't be written: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://host/a/b.git", "https://host/a/b"),
        ("ssh://git@host:22/a/b.git", "https://host/a/b"),
        ("git@host:a/b", "https://host/a/b"),
        ("/folder", ""),
        ("file:///x", ""),
        ("javascript://x/%0aalert(1)", ""),
    ],
)
def test_pages_of_repositories(url: str, page: str) -> None:
    assert web_url(url) == page
