"""A real Chromium for the tests of pages, with its ChromeDriver; skipped tests say what is missing."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = (
    *("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"),
    *("disable-background-networking", "disable-sync", "disable-component-update"),
)


def find_chromium() -> str:
    """The path of the browser; empty if it is not installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def _missing() -> str:
    """What has to be installed before a page can be opened; empty if nothing has."""
    programs = {"chromium": find_chromium(), "chromedriver": shutil.which("chromedriver")}
    packages = {"selenium": importlib.util.find_spec("selenium")}
    return ", ".join(name for name, found in {**programs, **packages}.items() if not found)


needs_browser = pytest.mark.skipif(bool(_missing()), reason=f"not installed: {_missing()}")


@contextmanager
def open_browser() -> Iterator[Any]:
    """A browser without a window, which logs its requests and errors."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = find_chromium()
    for flag in FLAGS:
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


def set_screen(browser: Any, width: int, height: int) -> None:
    """Show the page on a screen of this size, in CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def set_scheme(browser: Any, scheme: str) -> None:
    """Prefer `light` or `dark` pages."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
