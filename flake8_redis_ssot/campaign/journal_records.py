"""The fields of each kind of record in the journal, and their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flake8_redis_ssot.files.codec import DecodeError, decoder_for

# The end of the year 9999, after which no calendar of Python goes. In seconds since the epoch, as all times.
_MAX_TIME = 253_402_300_799
_FileChanges = tuple[tuple[str, str, str, int], ...]
_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "start": {"run": str, "phase": int, "options": dict[str, Any]},
    "end": {"run": str},
    "batch": {"run": str, "batch": str, "phase": int, "files": _FileChanges},
    "kept": {"files": tuple[str, ...], "fixed": int},
    "validation": {
        "command": str,
        "batch": str,
        "passed": bool,
        "reason": str,
        "code": int | None,
        "seconds": float,
    },
    "undone": {},
    "held": {"run": str, "path": str, "reason": str, "output": str},
    "seen": {"counts": dict[str, dict[str, int]]},
    "rollback": {"name": str, "files": _FileChanges, "undone": tuple[tuple[str, str, str], ...]},
    "rolled": {"name": str, "failed": tuple[str, ...]},
}


def check_record(record: Mapping[str, Any]) -> None:
    """Raise DecodeError or KeyError unless a record has the fields of its kind; unknown kinds may have any."""
    kind = record.get("do")
    for name, field_type in (_FIELDS.get(kind, {}) if isinstance(kind, str) else {}).items():
        decoder_for(field_type)(record[name])
    moment = record.get("at")
    if not isinstance(moment, (int, float)) or not 0 <= moment <= _MAX_TIME:
        raise DecodeError("`at` is no time")
