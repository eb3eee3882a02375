"""The one setting of git that says which files are ignored: `core.excludesFile`.

Git is not started for it: https://git-scm.com/docs/git-config#_configuration_file. Conditional includes are not read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.atomic_write import read

_MAX_INCLUDES = 5  # nested
_SECTION = re.compile(r'\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]\s*(.*)')
_ENTRY = re.compile(r"([A-Za-z][\w-]*)\s*=\s*(.*)")
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|\\(.)|([#;])|([^"\\#;]+)')
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


def find_excludes_file(git_folder: str, top: str, searched: list[str]) -> str:
    """The path of the file with the patterns that the user ignores everywhere, whether it exists or not.

    `git_folder` is the `.git` of the repository whose working tree is `top`. The files that decide are added to
    `searched`.
    """
    value = ""
    for file in (*_user_files(), os.path.join(git_folder, "config")):
        for found in _read_values(file, searched):
            value = found
    if not value:
        return os.path.join(_config_home(), "git", "ignore")
    return os.path.join(top, os.path.expanduser(value))


def _user_files() -> Iterator[str]:
    """The configuration files of system and user; what stands later overrides."""
    if "GIT_CONFIG_NOSYSTEM" not in os.environ:
        yield os.environ.get("GIT_CONFIG_SYSTEM", "/etc/gitconfig")
    if "GIT_CONFIG_GLOBAL" in os.environ:
        yield os.environ["GIT_CONFIG_GLOBAL"]
    else:
        yield os.path.join(_config_home(), "git", "config")
        yield os.path.expanduser("~/.gitconfig")


def _config_home() -> str:
    return os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")


def _read_values(file: str, searched: list[str], depth: int = 0) -> Iterator[str]:
    """Every value of `core.excludesFile` in a file and those that it includes, in order."""
    searched.append(file)
    try:
        text = read(file).decode("utf-8", "surrogateescape")
    except OSError:
        return
    section = ""
    for line in text.replace("\\\n", "").splitlines():
        bare = line.strip()
        if header := _SECTION.match(bare):
            section, bare = header[1].lower() if header[2] is None else "", header[3]
        entry = _ENTRY.match(bare)
        if entry and (section, entry[1].lower()) == ("core", "excludesfile"):
            yield _unquote(entry[2])
        elif entry and (section, entry[1].lower()) == ("include", "path") and depth < _MAX_INCLUDES:
            included = os.path.expanduser(_unquote(entry[2]))
            yield from _read_values(os.path.join(os.path.dirname(file), included), searched, depth + 1)


def _unquote(text: str) -> str:
    """A value without quotes, escapes and the comment behind it."""
    value, is_open = "", False  # whether blanks at the end count
    for quoted, escaped, comment, plain in _PIECE.findall(text):
        if comment:
            break
        is_open = bool(quoted or escaped)
        value += re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), quoted)
        value += _ESCAPES.get(escaped, escaped) + plain
    return value if is_open else value.rstrip()
