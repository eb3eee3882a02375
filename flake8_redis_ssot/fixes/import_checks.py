"""Whether a file may import a module at all: service borders, and rings of imports."""

from __future__ import annotations

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import


def check_reach(module: str, fact: Import, view: View, bench: Bench) -> None:
    """Whether a file may import a module (dotted) where it imports `fact`. Raises Blocked."""
    check_border(module, view.path, bench)
    if not fact.local and not fact.typing_only:
        check_ring(module, view.path, bench)


def check_border(module: str, importer: str, bench: Bench) -> None:
    """Whether the file `importer` is deployed with a module (dotted). Raises Blocked."""
    crossed = bench.borders.crossed(importer, module)
    if crossed:
        raise Blocked(crossed)


def check_ring(module: str, importer: str, bench: Bench) -> None:
    """Whether a module (dotted) can be imported by a file when that is loaded. Raises Blocked."""
    ring = bench.ring(importer, module)
    if ring:
        raise Blocked(f"the import would close a ring: {ring}")
