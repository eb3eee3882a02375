"""Code of a repository that is installed without the canonical module, and so cannot use it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.files.distributions import Distributions
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path


def separate_patterns(root: str, roots: Sequence[str], home: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Patterns for `allow`, as in a .gitignore, of the top-level folders of the files that cannot import `home`.

    `roots` are the import roots; all paths are absolute. A distribution that does not depend on that of `home` can't
    import it. Folders that contain `home` are left out; files that are directly in an import root stand for themselves.
    """
    distributions = Distributions(root, [root, *roots])
    separate = (path for path in dict.fromkeys(paths) if _is_separate(path, home, root, distributions))
    places = dict.fromkeys(_top_level_place(path, roots) for path in separate)
    return tuple(sorted(_to_pattern(root, each) for each in places if not home.startswith(each)))


def _is_separate(path: str, home: str, root: str, distributions: Distributions) -> bool:
    is_test = is_test_path(to_relative_path(root, path))
    return distributions.missing_dependency(path, home, is_test=is_test) is not None


def _top_level_place(path: str, roots: Sequence[str]) -> str:
    """The package or folder (with a final separator) of a file that is directly in its import root, or the file."""
    folders = [os.path.join(each, "") for each in roots]
    folder = max((each for each in folders if path.startswith(each)), key=len, default=os.path.dirname(path) + os.sep)
    return folder + "".join(path[len(folder) :].partition(os.sep)[:2])


def _to_pattern(root: str, place: str) -> str:
    return f"/{to_relative_path(root, place.rstrip(os.sep))}{'/' * place.endswith(os.sep)}"
