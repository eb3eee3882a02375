"""Import statements changed in place: as few characters as can be, comments and layout kept."""

from flake8_redis_ssot.imports.named import Named, render
from flake8_redis_ssot.imports.placing import insert_after, insert_first
from flake8_redis_ssot.imports.removing import remove_statement, replace_statement
from flake8_redis_ssot.imports.rewriting import rewrite

__all__ = [
    "Named",
    "insert_after",
    "insert_first",
    "remove_statement",
    "render",
    "replace_statement",
    "rewrite",
]
