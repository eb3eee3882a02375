"""Source lines for display."""

from __future__ import annotations

from flake8_redis_ssot.disk import read


def shown_lines(path: str, buffer: bytes | None = None) -> list[str]:
    """The lines of a file, or of the `buffer` that stands in for it, without their breaks.

    None where it can't be read (any more).
    """
    from flake8_redis_ssot.source import decode, lines_of  # late: not every report shows lines

    try:
        return lines_of(decode(read(path) if buffer is None else buffer, path).text)
    except OSError:
        return []
