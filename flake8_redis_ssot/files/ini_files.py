"""Settings files of other tools in the INI format (`setup.cfg`, `tox.ini`, `.flake8`)."""

from __future__ import annotations

import configparser

from flake8_redis_ssot.files.atomic_write import read

# The standard parser takes time that is quadratic in the length of a line.
_MAX_LINE = 4096


def read_ini_section(path: str, *names: str) -> dict[str, str]:
    """The first of some sections that a file has; empty if there is none, or the file can't be read."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        text = read(path).decode("utf-8-sig")
        if max(map(len, text.splitlines()), default=0) <= _MAX_LINE:
            parser.read_string(text)
    except (OSError, ValueError, configparser.Error):
        return {}
    return next((dict(parser[name]) for name in names if parser.has_section(name)), {})
