"""Reads shapes: parts of small projects, in Markdown.

A shape has a heading, `## [topic] Name` for a trap and `## Name` otherwise, and fenced blocks. A block with a path is a
file; `class`, `accessor` and `old` blocks are parts of modules that each project has once (`PARTS`); the lines of a
`first`, `main` or `end` block are statements of `main.py`, those of a `run` block further commands, `toml` and
`deprecated` blocks settings, and those of a `shows` block placeholders of other shapes. `build` lists the placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHAPES_DIR = Path(__file__).parent / "shapes"
PARTS = ("class", "accessor", "old")

_HEADING = re.compile(r"^## +(?:\[(\w+)\] +)?(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


_USERS = {
    "use": "$IMPORT\n\n\ndef run(key):\n    return $NEW().get(key)\n",
    "via": "$OLD_IMPORT\n\n\ndef run():\n    return $describe()\n",
}
_MAINS = {
    "use": 'import app.use$N\nprint("use$N", app.use$N.run("a"), app.use$N.run("b"), app.use$N.run("a"))\n',
    "via": 'import app.via$N\nprint("via$N", app.via$N.run())\n',
}


@dataclass(frozen=True)
class Shape:
    """A part of a project; `topic` is empty unless it is a trap.

    `files` are texts by path, `blocks` those without a path by kind; all of them have placeholders.
    """

    name: str
    kind: str
    topic: str
    files: Mapping[str, str]
    blocks: Mapping[str, str]

    def __hash__(self) -> int:
        return hash(self.label)

    @property
    def label(self) -> str:
        """Its kind, topic and name."""
        return f"{self.kind}: {'[' + self.topic + '] ' if self.topic else ''}{self.name}"

    @property
    def parts(self) -> frozenset[str]:
        """The parts that it brings; no other shape of the project can bring them."""
        own_files = {path for path in self.files if "$N" not in path}
        configured = {"accessor"} if re.search("^accessor =", self.blocks.get("toml", ""), re.MULTILINE) else set()
        return frozenset({part for part in PARTS if part in self.blocks} | configured | own_files)


@cache
def load_shapes() -> tuple[Shape, ...]:
    """All shapes, in the order of their files."""
    shapes = [shape for path in sorted(SHAPES_DIR.glob("*.md")) for shape in _parse(path)]
    names = [shape.label for shape in shapes]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    return tuple(shapes)


def _parse(path: Path) -> list[Shape]:
    _, *sections = _HEADING.split(path.read_text(encoding="utf-8"))
    return [
        _parse_shape(path.stem, topic or "", name, body)
        for topic, name, body in zip(sections[::3], sections[1::3], sections[2::3])
    ]


def _parse_shape(kind: str, topic: str, name: str, body: str) -> Shape:
    found = _BLOCK.findall(body)
    assert found, name
    files = {path: text for _, path, text in found if path}
    blocks = {block_kind: text for block_kind, path, text in found if not path}
    user = _default_user(kind, topic, blocks)
    if user and not any(path.startswith(f"app/{user}$N") for path in files):
        files[f"app/{user}$N.py"] = _USERS[user]
    for each in _USERS:
        if f"app/{each}$N.py" in files and not {"main", "run"} & blocks.keys():
            blocks["main"] = _MAINS[each]
    return Shape(name.strip(), kind, topic, files, blocks)


def _default_user(kind: str, topic: str, blocks: Mapping[str, str]) -> str:
    """The user that a trap has if it brings none."""
    main = blocks.get("main", "")
    if topic in ("accessor", "deadlock", "sharing") and (blocks.keys() & {"class", "accessor"}):
        return "use" if not main or "app.use$N" in main else ""
    return "via" if kind == "old_modules" and topic else ""
