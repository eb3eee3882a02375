"""Import statements changed in place: as few characters as can be, comments and layout kept."""

from flake8_redis_ssot.fixes.edits.import_statement import Named, render
from flake8_redis_ssot.fixes.edits.insert_import import insert_after, insert_first
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.rewrite_import import rewrite

__all__ = [
    "Named",
    "insert_after",
    "insert_first",
    "remove_statement",
    "render",
    "replace_statement",
    "rewrite",
]
