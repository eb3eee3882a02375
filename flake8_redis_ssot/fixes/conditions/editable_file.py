"""Whether a file can be written: in its encoding, and where it is."""

from __future__ import annotations

from flake8_redis_ssot.files.paths import find_link_target_outside, to_display_path
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.syntax.source import find_lossy_encoding

CONDITION = Condition(
    "editable-file",
    "Each changed file can be written, and only the edits change it.",
    (
        "decoding the file and encoding it again gives the same bytes; "
        "`cp932`, `iso2022_jp`, `utf-7` and others do not for every text",
        "the file is inside the root of the configuration, also after following symbolic links",
    ),
)


def check(path: str, context: FixContext) -> None:
    """Check a file (absolute path) that a fix changes. Raises NotFixableError, and OSError if it cannot be read."""
    obstacle = context.remember(("obstacle to editing", path), lambda: _find_in_context(path, context))
    if obstacle is not None:
        raise NotFixableError(obstacle)


def _find_in_context(path: str, context: FixContext) -> str | None:
    data = context.document(path).data
    return find_obstacle(path, context.relative_path(path), data, str(context.analysis.config.root))


def find_obstacle(path: str, name: str, data: bytes, root: str) -> str | None:
    """Why a file (its absolute path, its name in messages and its bytes) must not be written; None if it may be."""
    target = find_link_target_outside(path, root)
    if target is not None:
        return f"{name} leads by a symbolic link to {to_display_path(target)}, outside the root of the configuration"
    encoding = find_lossy_encoding(data, path)
    if encoding is not None:
        return f"{name} is encoded as {encoding}, and writing it again would change other bytes"
    return None
