"""Sharing changes nothing: no process inherits the connection of another one."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.sharing.values import Kind

CONDITION = Condition(
    "process-borders",
    "Nothing starts processes that would inherit the shared connection.",
    shapes=(
        "no file imports a library that starts processes (`multiprocessing`, `celery`, `gunicorn`, `joblib`, …) or "
        "calls `os.fork`, and no text beside the configuration starts such a server",
        "the instance has no connections: all its attributes are plain values",
    ),
)


def find_doubts(study: SharingStudy) -> Iterator[Doubt]:
    """What starts processes."""
    if not study.is_class_sharable:
        return  # the other conditions say so
    has_client = Kind.CLIENT in study.state.kinds.values()
    is_made_later = any(map(study.method_check.has_stores, study.state.unset))
    start = study.facts.process_start if has_client or is_made_later else None
    if start is not None:
        yield Doubt(
            f"`{start.text}` ({study.place(start.path, start.row)}) starts processes, which can't share connections"
        )
