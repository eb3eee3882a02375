"""Checks whether a file may import a module: service boundaries and import cycles."""

from __future__ import annotations

from flake8_redis_ssot.fixes.conditions import import_cycle
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.loading.same_loads import is_loaded_as_before
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import


def check_importable(module: str, fact: Import, file: FileContext, context: FixContext, name: str = "") -> None:
    """Raise NotFixableError if a file must not import a module (dotted), or its `name`, where it imports `fact`."""
    check_service_boundary(module, file.path, context)
    if not is_loaded_as_before(module, fact, file, context) and import_cycle.is_run_when_loaded(fact, file, context):
        import_cycle.check(module, file.path, context, name)


def check_service_boundary(module: str, importer: str, context: FixContext) -> None:
    """Raise NotFixableError if the file `importer` is not deployed with a module (dotted)."""
    reason = context.service_boundaries.why_import_forbidden(importer, module)
    if reason:
        raise NotFixableError(reason)
