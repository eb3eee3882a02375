"""`progress` and `monitor`: text, the HTML page in a real browser, the git history, and live updates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browser import needs_browser, open_browser, set_scheme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import examples

from flake8_redis_ssot.campaign.charts import ChartPoint, format_chart, render_svg
from flake8_redis_ssot.campaign.history import CommitCounts, History, downsample
from flake8_redis_ssot.campaign.page import describe_trend
from flake8_redis_ssot.campaign.progress import CountSample
from flake8_redis_ssot.campaign.storage import CampaignStore, hold_lock
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.files.git_objects import GitRepository
from flake8_redis_ssot.linter.live import open_project
from flake8_redis_ssot.linter.request import CheckRequest

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"
Capture = pytest.CaptureFixture[str]


def findings(capsys: Capture) -> list[dict[str, Any]]:
    capsys.readouterr()
    main(["check", "--output-format", "json"])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_progress_of_a_campaign(shop: Path, capsys: Capture) -> None:
    assert main(["progress"]) == 0
    assert capsys.readouterr().out.startswith("0 of 44 findings fixed (0%), 44 remaining.\n")
    main(["remediate", "-q", "--phase", "1"])
    capsys.readouterr()
    assert main(["progress"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("6 of 44 findings fixed (13%), 38 remaining.\n█████░░░")
    rows = {line.split()[0]: line.split()[-3:] for line in text.splitlines() if line.startswith(("RSS", "orders"))}
    assert rows["RSS001"] == ["11", "5", "6"]
    main(["remediate", "-q", "--phase", "2", "--unsafe-fixes"])
    main(["progress"])
    assert "┤" in (chart := capsys.readouterr().out) or "│" in chart


def test_progress_starts_with_the_campaign(shop: Path, capsys: Capture) -> None:
    main(["remediate", "-q", "--phase", "1"])
    capsys.readouterr()
    assert main(["progress"]) == 0
    assert capsys.readouterr().out.startswith("6 of 44 findings fixed (13%), 38 remaining.\n")


def test_skipped_files_are_shown(shop: Path, capsys: Capture) -> None:
    code = "import os, sys; sys.exit(os.path.exists('n') or open('n', 'a').close())"
    main(["remediate", "-q", "--phase", "1", "--validate", f'"{sys.executable}" -c "{code}"'])
    capsys.readouterr()
    main(["progress"])
    assert "  services/orders/refunds.py: validation failed: exit code 1" in capsys.readouterr().out


def test_progress_during_a_campaign(shop: Path, capsys: Capture) -> None:
    with hold_lock(CampaignStore(str(shop))):
        assert main(["progress"]) == 0
    assert "44 remaining" in capsys.readouterr().out


def test_progress_without_findings(project: Path, capsys: Capture) -> None:
    (project / "redis-ssot.toml").write_text("[resource.r]\ncanonical = ['a']\nconstructors = ['a.A']\n")
    (project / "a.py").write_text("class A: ...\n")
    assert main(["progress"]) == 0
    assert capsys.readouterr().out.startswith("0 of 0 findings fixed (100%), 0 remaining.\n")


@pytest.fixture
def http_server(shop: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the working directory over HTTP: its URL and the requested paths."""
    requested_paths: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, form: str, *values: object) -> None:
            requested_paths.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requested_paths
        server.shutdown()
        thread.join()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@needs_browser
def test_page_in_a_browser(shop: Path, http_server: tuple[str, list[str]], capsys: Capture) -> None:
    from selenium.webdriver.common.by import By

    main(["progress"])
    code = (
        "import sys; sys.exit(any('refunds' in open(n).name and 'legacy' not in open(n).read() for n in sys.argv[1:]))"
    )
    main(["remediate", "-q", "--phase", "1", "--validate", f'"{sys.executable}" -c "{code}" {{files}}'])
    found = findings(capsys)
    assert main(["progress", "--html", "page.html"]) == 0
    with open_browser() as browser:
        log: Any = browser.get_log
        browser.get(f"{http_server[0]}/page.html")
        number = {name: browser.find_element(By.ID, name).text for name in ("left", "done", "start", "held")}
        assert number["left"] == str(len(found))
        assert int(number["done"]) == int(number["start"]) - len(found)
        rows = browser.find_elements(By.CSS_SELECTOR, "#findings tbody tr")
        assert len(rows) == len(found)
        shown = Counter(row.find_element(By.TAG_NAME, "td").text for row in rows)
        assert shown == Counter(each["code"] for each in found)
        search = browser.find_element(By.ID, "search")
        search.send_keys("rss003 orders")
        visible = [row.text for row in browser.find_elements(By.CSS_SELECTOR, "#findings tbody tr")]
        expected = [each for each in found if each["code"] == "RSS003" and "orders" in json.dumps(each)]
        assert 0 < len(visible) < len(found)
        assert len(visible) >= len(expected)
        assert all("RSS003" in text and "orders" in text.lower() for text in visible)
        assert browser.find_element(By.ID, "shown").text == f"{len(visible)} of {len(found)} findings"
        for scheme, dark in (("light", False), ("dark", True)):
            set_scheme(browser, scheme)
            assert (brightness_of(browser, "background-color") < 128) is dark
            assert abs(brightness_of(browser, "background-color") - brightness_of(browser, "color")) > 150
        sent = [
            json.loads(entry["message"])["message"]["params"]["request"]["url"]
            for entry in log("performance")
            if '"Network.requestWillBeSent"' in entry["message"]
        ]
        assert {url for url in sent if not url.startswith("data:")} == {f"{http_server[0]}/page.html"}
        assert log("browser") == []
    assert http_server[1] == ["/page.html"]


def brightness_of(browser: Any, part: str) -> float:
    colour = browser.execute_script(f"return getComputedStyle(document.body).getPropertyValue('{part}')")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def test_page_contains_all_findings_and_no_external_resources(shop: Path, capsys: Capture) -> None:
    (shop / "services" / "orders" / "evil.py").write_text(
        "from shopkit.redis_manager import RedisManager\nx = RedisManager()  # <script>alert(1)</script>\n"
    )
    found = findings(capsys)
    assert main(["progress", "--html", "page.html"]) == 0
    text = (shop / "page.html").read_text()
    data = page_data(text)
    assert [data["texts"][row[0]] for row in data["rows"]] == [each["code"] for each in found]
    assert any("<script>alert(1)" in row[4] for row in data["rows"])
    assert "\\u003cscript>alert(1)" in text
    assert text.count("<script") == text.count("</script") == 2
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text)
    assert "@" not in re.sub(r"@media", "", re.sub(r"(?s)<code>.*?</code>|<script.*", "", text))


def page_data(text: str) -> Any:
    """The findings in a page."""
    match = re.search(r'<script id="data" type="application/json">(.*?)</script>', text)
    assert match is not None
    return json.loads(match[1])


def test_page_has_per_cent_trend_and_links(shop: Path, capsys: Capture) -> None:
    main(["progress"])
    (shop / "services" / "orders" / "refunds.py").write_text("")
    assert main(["progress", "--html", "page.html", "--source-url", "https://example.org/{path}#L{row}"]) == 0
    text = (shop / "page.html").read_text()
    start = int(re.search(r'id="start">(\d+)', text)[1])  # type: ignore[index]
    left = int(re.search(r'id="left">(\d+)', text)[1])  # type: ignore[index]
    assert f'<b id="percent">{(start - left) * 100 // start} %</b>' in text
    assert f'<p id="trend">↓ {start - left} fewer since the first count</p>' in text
    assert page_data(text)["url"] == "https://example.org/{path}#L{row}"
    assert "By owner" not in text


@pytest.mark.parametrize("url", ["example.org/{path}", "javascript:alert('{path}')", "https://example.org"])
def test_source_url_is_an_address_with_a_path(shop: Path, capsys: Capture, url: str) -> None:
    with pytest.raises(SystemExit):
        main(["progress", "--html", "page.html", "--source-url", url])
    assert "is not an http(s) address with {path} in it" in capsys.readouterr().err


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("samples", "trend"),
    [
        ([(8 * DAY, 9)], "no change since the first count"),
        ([(8 * DAY, 9), (9 * DAY, 12)], "↑ 3 more since the first count"),
        ([(0, 20), (1 * DAY, 12), (9 * DAY, 7)], "↓ 5 fewer in the last 7 days"),
        ([(0, 20), (9 * DAY, 20)], "no change in the last 7 days"),
    ],
)
def test_trend(samples: list[tuple[float, int]], trend: str) -> None:
    assert describe_trend([CountSample(*sample) for sample in samples], 10.0 * DAY) == trend


def test_unwritable_page(shop: Path, capsys: Capture) -> None:
    assert main(["progress", "--html", "no/such/folder.html"]) == 2
    assert "No such file" in capsys.readouterr().err


def git(*arguments: str, day: int = 1) -> str:
    dates = {f"GIT_{name}_DATE": f"2026-01-{day:02}T12:00:00Z" for name in ("AUTHOR", "COMMITTER")}
    settings = ("-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false")
    process = subprocess.run(
        ["git", *settings, *arguments], check=True, capture_output=True, text=True, env={**os.environ, **dates}
    )
    return process.stdout


@pytest.fixture
def history_repository(shop: Path) -> Path:
    """The example with a git history: two branches, a merge, a moved and a removed file."""
    git("init", "-q", "-b", "main")

    def commit(day: int) -> None:
        git("add", "-A")
        git("commit", "-qm", f"day {day}", day=day)

    orders = shop / "services" / "orders"
    commit(1)
    (orders / "more.py").write_text("from shopkit.redis_manager import RedisManager\n\n\nRedisManager()\n")
    commit(2)
    git("checkout", "-q", "-b", "side", "HEAD~1")
    (orders / "refunds.py").unlink()
    commit(3)
    git("checkout", "-q", "main")
    (orders / "more.py").rename(orders / "moved.py")
    commit(4)
    (shop / "notes.txt").write_text("nothing to do with it\n")
    commit(5)
    git("merge", "-q", "--no-ff", "-m", "day 6", "side", day=6)
    return shop


@pytest.mark.no_cover
def test_history_equals_check_at_each_commit(history_repository: Path, capsys: Capture) -> None:
    config = load_config(history_repository / "pyproject.toml")
    with GitRepository(str(history_repository)) as objects:
        history = History(config, objects)
        points = list(history.count_by_commit("--all"))
    assert len(points) == 6
    assert history.state_count < len(points)
    for point in points:
        git("checkout", "-q", "--detach", point.commit)
        assert dict(Counter(each["code"] for each in findings(capsys))) == point.counts
    git("checkout", "-q", "main")


def test_history_reads_comments_of_each_commit(shop: Path, capsys: Capture) -> None:
    """Not those of the work tree: what is suppressed today was reported in the past."""
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "one"]):
        git(*command)
    before = len(findings(capsys))
    assert main(["check", "--add-noqa=later", "-q", "services/orders"]) == 0
    git("commit", "-q", "-a", "-m", "two")
    assert before > len(findings(capsys))
    with GitRepository(str(shop)) as repository:
        points = list(History(load_config(shop / "pyproject.toml"), repository).count_by_commit("HEAD"))
    assert [point.total for point in points] == [before, len(findings(capsys))]


def test_history_follows_first_parents(history_repository: Path, capsys: Capture) -> None:
    before = git("status", "--porcelain")
    assert main(["progress", "--history"]) == 0
    output = capsys.readouterr()
    assert "5 commits, " in output.err
    assert [line.split()[2] for line in output.out.splitlines() if line.startswith("2026")] == ["44", "45", "44"]
    assert git("status", "--porcelain") == before


def test_history_of_a_range(history_repository: Path, capsys: Capture) -> None:
    assert main(["progress", "--history", "HEAD~2..HEAD"]) == 0
    assert "2 commits, " in capsys.readouterr().err


def test_history_on_the_page(history_repository: Path) -> None:
    assert main(["progress", "-q", "--history", "all", "--html", "page.html"]) == 0
    assert (history_repository / "page.html").read_text().count("<svg") == 2


@pytest.mark.parametrize("revisions", ["no..such", "HEAD..HEAD"])
def test_history_of_an_invalid_range(history_repository: Path, capsys: Capture, revisions: str) -> None:
    assert main(["progress", "--history", revisions]) == 2
    assert capsys.readouterr().err.count("\n") <= 2


def test_history_without_git(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.parent))
    assert main(["progress", "--history"]) == 2
    assert "not a git repository" in capsys.readouterr().err


POINTS = st.lists(st.integers(0, 500), min_size=1, max_size=30).map(
    lambda numbers: [ChartPoint(index * 86400.0, number, "x") for index, number in enumerate(numbers)]
)


@given(POINTS)
def test_charts_of_random_points(points: list[ChartPoint]) -> None:
    lines = format_chart(points).splitlines()
    assert len(lines) == 10
    assert max(map(len, lines)) <= 68
    assert not re.search(r"\bnan\b", render_svg(points))
    assert render_svg(points).count("<circle") == len(points)


def test_chart_without_points() -> None:
    assert format_chart([]) == render_svg([]) == ""


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(2, 10))
def test_downsampling_keeps_both_ends(numbers: list[int], most: int) -> None:
    points = [CommitCounts(str(index), index, {"RSS001": number}) for index, number in enumerate(numbers)]
    sampled = downsample(points, most)
    assert len(sampled) <= most
    assert sampled == sorted(sampled, key=lambda point: point.time)
    if points:
        assert sampled[-1] == points[-1]
        assert sampled[0] == points[0] or len(points) > 1


TEXTS = [
    "",
    "from shopkit.redis_manager import RedisManager\nRedisManager()\n",
    "from shopkit.redis_manager import RedisManager\n\n\nclass Mine(RedisManager):\n    pass\n",
    "from orders.refunds import Mine\nMine()\n",
    "def broken(:\n",
    "from shopkit.legacy_cache import *\n",
]
FILES = ["services/orders/refunds.py", "services/orders/checkout.py", "services/orders/new.py"]
EDITS = st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from([*TEXTS, None])), min_size=1, max_size=6)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_incremental_update_equals_a_new_run(shop: Path, edits: list[tuple[str, str | None]]) -> None:
    for name in FILES:
        if (EXAMPLE / name).exists():
            shutil.copy(EXAMPLE / name, shop / name)
        else:
            (shop / name).unlink(missing_ok=True)
    config = load_config(shop / "pyproject.toml")
    request = CheckRequest(jobs=1, cache=False)
    project = open_project(config, request)
    for name, text in edits:
        if text is None:
            (shop / name).unlink(missing_ok=True)
        else:
            (shop / name).write_text(text)
        project.refresh([str(shop / name)])
        assert project.findings == open_project(config, request).findings


def test_watch_does_not_fix(shop: Path, capsys: Capture) -> None:
    assert main(["check", "--watch", "--fix"]) == 2
    assert capsys.readouterr().err == "error: `--watch` can't be combined with `--fix`\n"


@pytest.mark.parametrize("command", [["monitor", "--live"], ["progress", "--dashboard"], ["check", "--watch"]])
def test_live_updates(shop: Path, command: list[str]) -> None:
    """A separate process reports changes of files."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "flake8_redis_ssot", *command], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")))  # type: ignore[union-attr]
    reader.start()

    def wait_for_output(text: str, act: Any) -> bool:
        end = time.monotonic() + 120
        while time.monotonic() < end and not any(text in line for line in lines):
            act()
            time.sleep(0.2)
        return any(text in line for line in lines)

    try:
        assert wait_for_output("44", lambda: None)
        file, new_text = shop / "services" / "orders" / "new.py", TEXTS[1]
        assert wait_for_output("services/orders/new.py: +1 -0", lambda: file.exists() or file.write_text(new_text))
        time.sleep(0.3)
        file.unlink()
        assert wait_for_output("services/orders/new.py: +0 -1", lambda: None)
    finally:
        process.terminate()  # background processes may ignore SIGINT
        status = process.wait(30)
        reader.join()
        process.stdout.close()
    assert status == 0


def test_monitor_once(shop: Path, capsys: Capture) -> None:
    assert main(["monitor"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "44 findings in 28 files."


def test_live_needs_its_libraries(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["monitor", "--live"]) == 2
    assert "pip install 'flake8-redis-ssot[live]'" in capsys.readouterr().err
