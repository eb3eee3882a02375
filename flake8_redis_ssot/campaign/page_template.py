"""Self-contained HTML pages: templates with `@name@` for values, and one style for all of them."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from html import escape

from flake8_redis_ssot.files.atomic_write import read

_STYLE = os.path.join(os.path.dirname(__file__), "page.css")
_CODE = re.compile(r"`([^`]+)`")
_PLACEHOLDER = re.compile(r"@(\w+)@")


def fill_template(path: str, values: Mapping[str, str]) -> str:
    """The page of a template (a file) with values in the place of their names; they are HTML already."""
    values = {"style": read(_STYLE).decode(), **values}
    return _PLACEHOLDER.sub(lambda placeholder: values.get(placeholder[1], placeholder[0]), read(path).decode())


def format_time(moment: float) -> str:
    """A moment (seconds since the epoch) as a page shows it."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))


def to_html(text: str) -> str:
    """Text as HTML, with what is in back-ticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def to_script_data(value: object) -> str:
    """JSON inside of a `script` element, which nothing in it can end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
