"""`redis-ssot clean`: remove the caches in a folder and below it."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.cli.options import add_output_options
from flake8_redis_ssot.files.cache_store import CACHE_FOLDER, is_own_cache
from flake8_redis_ssot.files.paths import to_display_path

# What holds no project of its own: the contents of repositories, and installed packages.
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules"})


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `clean`."""
    parser.add_argument("root", nargs="?", default=".", metavar="FOLDER", help="default: the working directory")
    add_output_options(parser)


def main(arguments: Namespace) -> int:
    """Remove each cache that this tool has made; returns 0, or 2 if one can't be removed."""
    problems = []
    for folder in _find_caches(arguments.root):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            problems.append(f"{to_display_path(error.filename or folder)}: can't be removed: {error.strerror}")
        else:
            if not arguments.quiet:
                print(f"Removed {to_display_path(os.path.normpath(folder))}", file=sys.stderr)
    if not os.path.isdir(arguments.root):
        problems.append(f"{to_display_path(arguments.root)} is not a folder")
    print_messages(problems)
    return 2 if problems else 0


def _find_caches(root: str) -> Iterator[str]:
    """The cache folders below a folder; links are not followed."""
    for folder, names, _ in os.walk(root):
        path = os.path.join(folder, CACHE_FOLDER)
        if CACHE_FOLDER in names and not os.path.islink(path) and is_own_cache(path):
            yield path
        names[:] = [name for name in names if name != CACHE_FOLDER and name not in _SKIPPED]
