"""Sharing changes nothing: no process inherits the connection of another one."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.sharing.values import Kind

CONDITION = Condition(
    "process-borders",
    "No process is started that would inherit the shared connection.",
    shapes=(
        "no file imports a library that starts processes (`multiprocessing`, `celery`, `gunicorn`, `joblib`, …) or "
        "calls `os.fork`, and no text beside the configuration starts such a server",
        "the instance has no connections: all its attributes are plain values",
    ),
)

_PLAIN_KINDS = frozenset({Kind.SCALAR, Kind.LOGGER, Kind.OWN})


def find_doubts(study: SharingStudy) -> Iterator[Doubt]:
    """What starts processes."""
    start = None if _has_plain_values(study) else study.facts.process_start
    if start is not None:
        yield Doubt(
            f"`{start.text}` ({study.place(start.path, start.row)}) starts processes, which can't share connections"
        )


def _has_plain_values(study: SharingStudy) -> bool:
    """Whether all attributes of the instance were recognised, as values without connections."""
    return (
        study.is_class_sharable
        and _PLAIN_KINDS.issuperset(study.state.kinds.values())
        and not any(map(study.method_check.has_stores, study.state.unset))
    )
