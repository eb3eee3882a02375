"""Code of a repository that is installed without the canonical module, and so cannot use it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.project.services import ServiceBoundaries


def separate_patterns(
    root: str, roots: Sequence[str], home: str, paths: Iterable[str], boundaries: ServiceBoundaries
) -> tuple[str, ...]:
    """Patterns for `allow`, as in a .gitignore, of the top-level folders of the files that cannot import `home`.

    `roots` are the import roots; all paths are absolute. A distribution that does not depend on that of `home` can't
    import it, nor can another application. Folders that contain `home` are left out; files that are directly in an
    import root stand for themselves.
    """
    separate = (path for path in dict.fromkeys(paths) if boundaries.is_separate(path, home))
    places = dict.fromkeys(_top_level_place(path, roots) for path in separate)
    return tuple(sorted(_to_pattern(root, each) for each in places if not home.startswith(each)))


def _top_level_place(path: str, roots: Sequence[str]) -> str:
    """The package or folder (with a final separator) of a file that is directly in its import root, or the file."""
    folders = [os.path.join(each, "") for each in roots]
    folder = max((each for each in folders if path.startswith(each)), key=len, default=os.path.dirname(path) + os.sep)
    return folder + "".join(path[len(folder) :].partition(os.sep)[:2])


def _to_pattern(root: str, place: str) -> str:
    return f"/{to_relative_path(root, place.rstrip(os.sep))}{'/' * place.endswith(os.sep)}"
