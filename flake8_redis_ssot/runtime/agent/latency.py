"""Durations by command, in buckets of a logarithmic scale: memory does not grow with the number of commands.

The buckets are those of a histogram with a bounded relative error, as in HdrHistogram (https://hdrhistogram.org): the
width is 1/32 of an octave, so that a percentile is at most 2.2 % too large.
"""

from __future__ import annotations

from collections import Counter
from math import log2
from typing import Any

_BUCKETS_PER_OCTAVE = 32
_MAX_NAME = 24  # letters; what is longer is no command
_OTHER = "OTHER"


class CommandLatency:
    """The durations of one command."""

    def __init__(self) -> None:
        self.buckets: Counter[int] = Counter()
        self.maximum = 0  # nanoseconds

    def add(self, nanoseconds: int) -> None:
        """Count a duration."""
        self.buckets[int(log2(nanoseconds or 1) * _BUCKETS_PER_OCTAVE)] += 1
        if nanoseconds > self.maximum:
            self.maximum = nanoseconds


class Latencies:
    """The durations of all commands of one library."""

    def __init__(self) -> None:
        self.by_command: dict[str, CommandLatency] = {}

    def add(self, command: object, nanoseconds: int) -> None:
        """Count the duration of a command, by its first word."""
        latency = self.by_command.get(command) if isinstance(command, str) else None
        if latency is None:
            latency = self.by_command.setdefault(_command_name(command), CommandLatency())
        latency.add(nanoseconds)

    def to_values(self) -> dict[str, Any]:
        """The durations for JSON."""
        return {
            name: {"buckets": sorted(each.buckets.items()), "max": each.maximum}
            for name, each in self.by_command.items()
        }


def bucket_limit(bucket: int) -> float:
    """The upper limit of a bucket, in milliseconds."""
    return float(2 ** ((bucket + 1) / _BUCKETS_PER_OCTAVE)) / 1e6


def _command_name(command: object) -> str:
    """The first word of a command in capitals; what does not look like a command is not written down."""
    text = command.decode("ascii", "replace") if isinstance(command, bytes) else command
    word = text.split(maxsplit=1)[0] if isinstance(text, str) and text.strip() else ""
    is_name = len(word) <= _MAX_NAME and word.replace(".", "").replace("_", "").isalpha()
    return word.upper() if is_name else _OTHER
