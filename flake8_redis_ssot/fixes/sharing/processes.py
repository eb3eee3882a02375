"""Where a project starts processes that inherit its connections."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.contents import row_at

_MODULES = (
    rb"multiprocessing|billiard|celery|joblib|loky|gevent|eventlet|gunicorn|uwsgi|uwsgidecorators|dramatiq|rq|huey|ray"
    rb"|dask|pathos|pebble|mpire|multiprocess|torch\.multiprocessing|daemon|pytest_forked|forked|luigi|arq"
)
_SHORT_WORDS = (b"arq", b"daemon", b"dask", b"huey", b"luigi", b"ray", b"rq")
_WORDS = (
    *(b"multiproc", b"billiard", b"celery", b"joblib", b"loky", b"gevent", b"eventlet", b"gunicorn", b"uwsgi"),
    *(b"dramatiq", b"pathos", b"pebble", b"mpire", b"fork", b"os.posix_spawn", b"ProcessPool", b"preload_app"),
    *(before + word for word in _SHORT_WORDS for before in (b" ", b"\t", b",", b'"', b"'")),
)
_PATTERN = (
    rb"(?m)^(?:\xef\xbb\xbf)?[ \t]*(?:from|import)[ \t]+(?:[\w., \t]*,[ \t]*)?(?:" + _MODULES + rb")\b"
    rb"|\bProcessPoolExecutor\b|\bos\.(?:fork|forkpty|posix_spawn)\b"
    rb"|^(?:\xef\xbb\xbf)?[ \t]*from[ \t]+os[ \t]+import[^\n]*\bfork"
    rb"|import_module\([ \t]*[\"'](?:" + _MODULES + rb")\b|^preload_app\b"
)
# Texts beside the configuration that say how a program is started.
_TEXT_NAMES = re.compile(r"(?:Procfile|Dockerfile.*|Makefile|.*\.(?:cfg|ini|toml|ya?ml|json|sh|service|conf))\Z")
_TEXT_PATTERN = re.compile(
    rb"\bcelery\b[^\n]*\bworker\b|\bgunicorn\b|\buwsgi\b|\b(?:uvicorn|hypercorn)\b[^\n]*--workers"
)


class ProcessStart(NamedTuple):
    """What starts processes, at the path and row (1-based)."""

    text: str
    path: str
    row: int


def find_process_start(context: FixContext) -> ProcessStart | None:
    """The first place in the project that starts processes; None if there is none."""
    for path in context.analysis.contents.iter_matching(_PATTERN, _WORDS):
        start = _find_in(path, context.references.code_bytes(path), re.compile(_PATTERN))
        if start is not None:
            return start
    return next(filter(None, map(_find_in_text, _configuration_texts(context))), None)


def _find_in(path: str, data: bytes, pattern: re.Pattern[bytes]) -> ProcessStart | None:
    match = pattern.search(data)
    if match is None:
        return None
    text = b" ".join(match[0].split()).decode("utf-8", "replace")
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    return ProcessStart(text, path, row_at(data, start))


def _configuration_texts(context: FixContext) -> list[str]:
    """The texts in the folder of the configuration that may say how the program is started."""
    root = context.analysis.config.root
    with suppress(OSError), os.scandir(root) as entries:
        return sorted(each.path for each in entries if each.is_file() and _TEXT_NAMES.match(each.name) is not None)
    return []


def _find_in_text(path: str) -> ProcessStart | None:
    with suppress(OSError):
        return _find_in(path, read(path), _TEXT_PATTERN)
    return None
