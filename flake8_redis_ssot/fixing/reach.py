"""Whether a file may import a module at all: service borders, and rings of imports."""

from __future__ import annotations

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.names.facts import Import
from flake8_redis_ssot.rule import View


def check_reach(module: str, fact: Import, view: View, bench: Bench) -> None:
    """Whether a file may import a module (dotted) where it imports `fact`. Raises Blocked."""
    crossed = bench.borders.crossed(view.path, module)
    if crossed:
        raise Blocked(crossed)
    path = bench.project.path_of(module, view.path)
    if path is None or fact.local or fact.typing_only:
        return
    ring = bench.graph.ring(view.path, path)
    if ring:
        raise Blocked(f"the import would close a ring: {ring}")
