"""The HTML pages: their size, and in a real browser how they look on a desktop and on a phone, in light and dark."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from browser import needs_browser, open_browser, set_scheme, set_screen

from flake8_redis_ssot.campaign.charts import ChartPoint, render_svg
from flake8_redis_ssot.campaign.classify import Risk, WorkItem
from flake8_redis_ssot.campaign.codeowners import NO_OWNER
from flake8_redis_ssot.campaign.journal import SkippedFile
from flake8_redis_ssot.campaign.page import PageSources, render_page
from flake8_redis_ssot.campaign.progress import PROGRESS_KEYS, CampaignProgress, CountSample, ProgressRow
from flake8_redis_ssot.fleet.report import NO_TEAM, CountRow, FleetReport, RepositoryRow, TrendPoint
from flake8_redis_ssot.fleet.report_formats import render_page as render_fleet_page
from flake8_redis_ssot.fleet.report_formats import render_text
from flake8_redis_ssot.fleet.store import Scan
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span

pytestmark = pytest.mark.slow

DESKTOP, PHONE = (1280, 900), (390, 844)
HOUR = 3600
LINE = "self.redis = redis or RedisManager(url=settings.redis_url, decode_responses=True)"


def make_item(number: int) -> WorkItem:
    path = f"services/orders/a_module_with_quite_a_long_name_{number // 5}.py"
    message = (
        f"`Service{number // 5}.__init__` creates a new `shopkit.redis_manager.RedisManager`; use "
        "`shopkit.redis_manager.get_redis_manager()` instead"
    )
    context = FindingContext(kind=FindingKind.CONSTRUCTION)
    finding = Finding(path, Span(number, 4, number, 9), "RSS002", message, "", (number,), context=context)
    return WorkItem(finding, path, 2, Risk.LOW, "", "orders", NO_OWNER, "services/orders")


def make_progress(count: int, initial: int, skipped: Sequence[SkippedFile] = ()) -> CampaignProgress:
    rows = [ProgressRow("RSS002", initial, count)] if initial else []
    tables = dict.fromkeys(PROGRESS_KEYS, rows)
    samples = [CountSample(0.0, initial), CountSample(5.0 * HOUR, count)]
    return CampaignProgress([make_item(number) for number in range(1, count + 1)], initial, tables, skipped, samples)


def progress_page(progress: CampaignProgress, line: str = LINE) -> str:
    return render_page("shop: campaign progress", progress, PageSources(lambda item: line), [], 6.0 * HOUR)


def make_report(team: str) -> FleetReport:
    name = "sqlalchemy.ext.asyncio.create_async_engine"
    done = ("done", "", "c0ffee", "own", 7, 1, 0, {"RSS002": 1}, {"safe": 1})
    failed: tuple[Any, ...] = (
        "failed",
        f"`git fetch` failed: fatal: not our ref {'0' * 40}",
        "",
        "",
        0,
        0,
        None,
        {},
        {},
    )
    repositories = [
        RepositoryRow(1, "a-group/a-project", "https://example.org/a-group/a-project", "", *done),
        RepositoryRow(2, "a-group/another-project", "https://example.org/a-group/another-project", "", *failed),
    ]
    scans = [Scan(number, number * 5.0 * HOUR, None) for number in (1, 2)]
    rows = [CountRow(name, 1, 1, 1)]
    trend = [TrendPoint(scan, 100_000, 1, 1, 0) for scan in scans]
    return FleetReport(scans[1], repositories, rows, [CountRow(team, 1, 1, 1)], rows, trend)


def fleet_page() -> str:
    return render_fleet_page(make_report("@team/owners-of-shop"), {}, 6.0 * HOUR)


def test_page_of_ten_thousand_findings_is_small() -> None:
    progress = make_progress(10_000, 10_000)
    started = time.process_time()
    page = progress_page(progress, "self.redis = RedisManager()")
    assert time.process_time() - started < 2
    assert len(page.encode()) < 1_000_000
    match = re.search(r'<script id="data" type="application/json">(.*?)</script>', page)
    assert match is not None
    assert len(json.loads(match[1])["rows"]) == 10_000


def test_labels_of_a_chart_fit_beside_it() -> None:
    """24 units are the size of the text on a phone, where a digit takes 14 of them."""
    svg = render_svg([ChartPoint(0.0, 123_456), ChartPoint(HOUR, 1)])
    labels = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="end" dominant-baseline="central">([\d,]+)', svg)
    assert [label for _, _, label in labels] == ["0", "61,728", "123,456"]
    for x, y, label in labels:
        assert float(x) >= 14 * len(label)
        assert float(y) >= 12


def test_page_without_findings_has_no_empty_tables() -> None:
    page = progress_page(make_progress(0, 0))
    assert '<main class="nothing">' in page
    assert page.count("<table") == 1
    assert "<svg" not in page
    assert "Breakdown" not in page


def test_page_of_what_is_done_keeps_its_tables() -> None:
    page = progress_page(make_progress(0, 1_234))
    assert '<main class="">' in page
    assert '<td class="n">1,234</td><td class="n">1,234</td><td class="n">0</td>' in page
    assert '<progress max="1234" value="1234"' in page
    assert "<svg" in page


def test_reports_show_teams_if_there_are_any() -> None:
    assert "By team" not in render_fleet_page(make_report(NO_TEAM), {}, 0.0)
    assert "\nteam " not in render_text(make_report(NO_TEAM), 9)
    assert "By team" in render_fleet_page(make_report("@team"), {}, 0.0)
    assert "\nteam " in render_text(make_report("@team"), 9)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as running:
        yield running


SKIPPED = [
    SkippedFile("r", 1, "services/orders/refunds.py", "validation failed: exit code 1", "E   AssertionError\n" * 9)
]
PAGES = {
    "progress": lambda: progress_page(make_progress(120, 300, SKIPPED)),
    "progress without findings": lambda: progress_page(make_progress(0, 0)),
    "fleet": fleet_page,
}
SCREENS = {"desktop": DESKTOP, "phone": PHONE}


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("page", PAGES)
def test_page_on_a_screen(browser: Any, tmp_path: Path, page: str, screen: str, scheme: str) -> None:
    """It fits the width, nothing is cut off, and axe-core has no objection."""
    open_page(browser, tmp_path, PAGES[page](), SCREENS[screen], scheme)
    width, shown = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert width <= shown
    assert browser.execute_script(LABELS_OUTSIDE) == []
    axe = pytest.importorskip("selenium_axe_python", reason="not installed: selenium-axe-python").Axe(browser)
    axe.inject()
    found = axe.run()
    assert len(found["passes"]) > 10
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


LABELS_OUTSIDE = """
const outside = [];
for (const svg of document.querySelectorAll("svg")) {
  const frame = svg.getBoundingClientRect();
  for (const text of svg.querySelectorAll("text")) {
    const box = text.getBoundingClientRect();
    const isInside = box.left > frame.left - 1 && box.right < frame.right + 1
      && box.top > frame.top - 1 && box.bottom < frame.bottom + 1;
    if (!isInside)
      outside.push(text.textContent);
  }
}
return outside;
"""


def open_page(browser: Any, folder: Path, page: str, screen: tuple[int, int], scheme: str) -> None:
    (folder / "page.html").write_text(page, encoding="utf-8")
    set_screen(browser, *screen)
    set_scheme(browser, scheme)
    browser.get((folder / "page.html").as_uri())


@needs_browser
def test_empty_state_hides_the_table(browser: Any, tmp_path: Path) -> None:
    open_page(browser, tmp_path, progress_page(make_progress(0, 0)), PHONE, "light")
    text = browser.find_element("tag name", "main").text
    assert "No findings remain." in text
    for hidden in ("Sort by", "code", "Search", "0 of 0"):
        assert hidden not in text


@needs_browser
def test_page_of_ten_thousand_findings_is_fast(browser: Any, tmp_path: Path) -> None:
    """Rows are drawn as needed: the page is open, and answers a key, in well under a second."""
    open_page(browser, tmp_path, progress_page(make_progress(10_000, 10_000)), DESKTOP, "light")
    opened = browser.execute_script("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    search = """
        const search = document.getElementById("search"), start = performance.now();
        search.value = "service12.";
        search.dispatchEvent(new Event("input"));
        return performance.now() - start;
    """
    answered = browser.execute_script(search)
    assert opened < 1000
    assert answered < 200
    assert len(browser.find_elements("css selector", "#findings tbody tr")) == 5
    assert browser.find_element("id", "shown").text == "5 of 10,000 findings"
