"""What IPython understands besides Python, levelled to Python that says nothing, character for character.

https://ipython.readthedocs.io/en/stable/interactive/magics.html; which cells count as Python is as in ruff.
"""

from __future__ import annotations

import re

# What follows these cell magics is Python that runs in the notebook, or at least is Python.
_AROUND_PYTHON = frozenset(
    {"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"},
)
# Magics that work without `%`, where nothing of the notebook has their name.
_AUTOMATIC = """
    alias alias_magic autoawait autocall automagic bookmark cd code_wrap colors conda config debug dhist dirs
    doctest_mode edit env gui history killbgscripts load load_ext loadpy logoff logon logstart logstate logstop
    lsmagic macro magic mamba matplotlib micromamba notebook page pastebin pdb pdef pdoc pfile pinfo pinfo2 pip
    popd pprint precision prun psearch psource pushd pwd pycat pylab quickref recall rehashx reload_ext rerun
    reset reset_selective run save sc set_env sx system tb time timeit unalias unload_ext who who_ls whos xdel
    xmode
"""
_ASSIGNMENTS = "= += -= *= /= //= %= **= &= |= ^="

_CELL_MAGIC = re.compile(r"^[ \t\f]*%%(\S+)", re.MULTILINE)
# A magic command goes on behind a backslash at the end of its line.
_COMMAND = re.compile(r"(?:[^\r\n]*\\(?:\r\n|\r|\n))*[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPE = re.compile(r"[ \t\f]*(?=[%!?/,;])")
_ASSIGNED = re.compile(r"""(?:[^=#"'\r\n]|"[^"\r\n]*"|'[^'\r\n]*')+=[ \t]*(?=[%!])""")
_TOKEN = re.compile(
    r"""
    \#[^\r\n]* | \\(?:\r\n|.)
    | \"\"\"(?:\\.|.)*?(?:\"\"\"|\Z) | '''(?:\\.|.)*?(?:'''|\Z)
    | "(?:\\(?:\r\n|.)|[^"\\\r\n])*"? | '(?:\\(?:\r\n|.)|[^'\\\r\n])*'?
    | (?P<opened>[(\[{]) | (?P<closed>[)\]}])
    | (?P<help>\?\??(?=[ \t;]*(?:[\r\n]|\Z)))
    | (?P<end>\r\n|\r|\n)
    """,
    re.VERBOSE | re.DOTALL,
)
# Without any of these there is no magic command.
_SIGN = re.compile(r"[%!?]|^[ \t\f]*[/,;]", re.MULTILINE)
_CHARACTER = re.compile(r"[^\r\n]")


def is_python(cell: str) -> bool:
    """Whether a cell holds Python, perhaps with magic commands in it; not what a cell magic gives to others."""
    words = cell.split("\n", 1)[0].split(None, 2)
    if words and words[0] in _AUTOMATIC.split() and not (len(words) > 1 and words[1] in _ASSIGNMENTS.split()):
        return False
    return all(name in _AROUND_PYTHON for name in _CELL_MAGIC.findall(cell))


def levelled(cell: str, *, foreign: bool = False) -> str:
    """The text of a cell as Python can read it: as long, line by line; blank where it holds none (`foreign`)."""
    if foreign or not is_python(cell):
        return _blank(cell)
    return _without_magics(cell) if _SIGN.search(cell) else cell


def _without_magics(cell: str) -> str:
    parts, at = [], 0
    while at < len(cell):
        magic, end = _logical_line(cell, at)
        line = cell[at:end]
        if magic is not None:
            line = cell[at:magic] + _nothing(cell[magic:end])
        parts.append(line)
        at = end
    return "".join(parts)


def _logical_line(cell: str, at: int) -> tuple[int | None, int]:
    """Where a magic command starts in the logical line that starts there, if there is one, and where the line ends."""
    found = _ESCAPE.match(cell, at) or _ASSIGNED.match(cell, at)
    if found:
        return found.end(), _end_of_command(cell, found.end())
    depth, is_help = 0, False
    for token in _TOKEN.finditer(cell, at):
        depth += bool(token["opened"]) - (bool(token["closed"]) and depth > 0)
        is_help = is_help or (bool(token["help"]) and not depth)
        if token["end"] and not depth:
            return _start_of(cell, at) if is_help else None, token.end()
    return _start_of(cell, at) if is_help else None, len(cell)


def _end_of_command(cell: str, at: int) -> int:
    found = _COMMAND.match(cell, at)
    return found.end() if found else len(cell)


def _start_of(cell: str, at: int) -> int:
    """Where the code starts on a line."""
    return at + len(cell[at:]) - len(cell[at:].lstrip(" \t\f"))


def _nothing(command: str) -> str:
    """A statement that does nothing. A cell magic is none: whatever stands first in its cell stands below it."""
    blank = _blank(command)
    return blank if command.startswith("%%") else "0" + blank[1:]


def _blank(text: str) -> str:
    return _CHARACTER.sub(" ", text)
