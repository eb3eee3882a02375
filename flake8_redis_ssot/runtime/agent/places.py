"""Where in the project something happens: the innermost frame of a file of the project."""

import linecache
import os
import re
import sys
from collections.abc import Iterator
from itertools import islice
from types import CodeType, FrameType, ModuleType
from typing import NamedTuple

_AGENT_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_INSTALLED = ("site-packages", "dist-packages")
_CODE_UNIT = 2  # bytes of an instruction, which `co_positions` counts by


class Place(NamedTuple):
    """A place of the project: the file relative to its root, with `/` (empty: no file of the project is involved).

    Rows are 1-based. `column` is the 0-based offset in bytes, -1 if Python does not tell it (before 3.11). `module` is
    the name under which the file runs.
    """

    file: str
    row: int
    end_row: int
    column: int
    function: str
    module: str


OUTSIDE = Place("", 0, 0, -1, "", "")


class PlaceFinder:
    """Finds the places of frames."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root) + os.sep
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._prefix = os.path.realpath(sys.prefix) + os.sep if sys.prefix != sys.base_prefix else ""
        # By the identity of a code object, which is kept alive: its hash is computed from all of its instructions.
        self._positions: dict[tuple[int, int], tuple[CodeType, int, int]] = {}

    def find(self, frame: FrameType | None) -> Place:
        """The place of the innermost frame of the project, from `frame` outwards; OUTSIDE if there is none."""
        files = self._files
        while frame is not None:
            name = frame.f_code.co_filename
            if files[name] if name in files else self._file_of(name):
                return self._place_of(frame)
            frame = frame.f_back
        return OUTSIDE

    def foreign_caller(self, frame: FrameType) -> str:
        """The module that a frame belongs to if it is not of the project (nor generated for it); otherwise nothing."""
        name = frame.f_globals.get("__name__")
        if frame.f_code.co_filename.startswith("<") or self._file_of(frame.f_code.co_filename):
            return ""
        return name if isinstance(name, str) else ""

    def caller_frames(self, frame: FrameType | None, outermost: int) -> Iterator[FrameType]:
        """The frames that an object can be constructed for: those of the project, and of what its innermost calls.

        They end before the frame with the identity `outermost`.
        """
        files, is_inside = self._files, False
        while frame is not None and id(frame) != outermost:
            name = frame.f_code.co_filename
            if files[name] if name in files else self._file_of(name):
                is_inside = True
                yield frame
            elif not is_inside:
                yield frame
            frame = frame.f_back

    def place_of_variable(self, module: ModuleType | None, name: str) -> Place:
        """The place of the last line of a module that assigns to a variable; row 0 if there is none."""
        file = getattr(module, "__file__", None)
        if module is None or not isinstance(file, str):
            return OUTSIDE
        lines = linecache.getlines(file)
        rows = [row for row, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(name)}\s*[:=]", line)]
        row = rows[-1] if rows else 0
        return Place(self._file_of(file), row, row, -1, "<module>", module.__name__)

    def _place_of(self, frame: FrameType) -> Place:
        code, row = frame.f_code, frame.f_lineno or 0
        key = (id(code), frame.f_lasti)
        if key not in self._positions:
            self._positions[key] = (code, *_find_end(code, frame.f_lasti, row))
        _, end_row, column = self._positions[key]
        function: str = code.co_qualname if sys.version_info >= (3, 11) else code.co_name
        module = frame.f_globals.get("__name__")
        return Place(
            self._file_of(code.co_filename), row, end_row, column, function, module if isinstance(module, str) else ""
        )

    def _file_of(self, name: str) -> str:
        """The file of a code object, relative to the root; empty if it does not belong to the project."""
        if name not in self._files:
            self._files[name] = self._relative_path(name)
        return self._files[name]

    def _relative_path(self, name: str) -> str:
        if name.startswith("<"):
            return ""
        path = self._real_path(name)
        is_inside = path.startswith(self._root) and not path.startswith(_AGENT_FOLDER)
        if not is_inside or self._is_installed(path):
            return ""
        return path[len(self._root) :].replace(os.sep, "/")

    def _real_path(self, name: str) -> str:
        """The file without symbolic links; each folder is looked up once, which takes much longer than a file."""
        if os.path.islink(name):
            return os.path.realpath(name)
        folder, file = os.path.split(name)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], file)

    def _is_installed(self, path: str) -> bool:
        if any(f"{os.sep}{name}{os.sep}" in path for name in _INSTALLED):
            return True
        return bool(self._prefix) and path.startswith(self._prefix)


def _find_end(code: CodeType, instruction: int, row: int) -> tuple[int, int]:
    """The last row and the column of the expression that an instruction belongs to."""
    if sys.version_info < (3, 11) or instruction < 0:
        return row, -1
    position = next(islice(code.co_positions(), instruction // _CODE_UNIT, None), None)
    if position is None or position[0] != row:
        return row, -1
    _, end_row, column, _ = position
    return end_row or row, -1 if column is None else column
