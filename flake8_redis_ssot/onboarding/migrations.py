"""Scripts of schema migrations, which connect to the database by themselves on purpose."""

from __future__ import annotations

import os
from collections.abc import Sequence

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.onboarding.text_survey import FileText

_PACKAGE, _ENVIRONMENT, _VERSIONS = "alembic", "env.py", "versions"


def migration_patterns(root: str, texts: Sequence[FileText]) -> tuple[str, ...]:
    """Patterns for `allow`, as in a .gitignore, of the folders of Alembic's scripts below `root` (absolute).

    They are those of an `env.py` that imports Alembic, and the parents of `versions` with such scripts:
    https://alembic.sqlalchemy.org/en/latest/tutorial.html#the-migration-environment
    """
    folders = {script_folder(text) for text in texts} - {""}
    relative = sorted(to_relative_path(root, folder) for folder in folders)
    return tuple(f"/{folder}/" for folder in relative if folder != ".")


def script_folder(text: FileText) -> str:
    """The folder of the scripts to which a file belongs (absolute); empty if it is no such script."""
    folder, name = os.path.split(text.path)
    if _PACKAGE not in text.imported:
        return ""
    if name == _ENVIRONMENT:
        return folder
    return os.path.dirname(folder) if os.path.basename(folder) == _VERSIONS else ""
