"""Whether an accessor comes by its instance through the very function that is to call it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.instances.accessor import Shared
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.project.types.scope import Site
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.ast_queries import definition_of

Place = tuple[str, str]  # a file, and the local name of a function in it
_MOST = 200  # functions to be followed, before it is given up


def check_recursion(shared: Shared, spot: Spot, view: View, bench: Bench) -> None:
    """Follow the calls of an accessor through the project. Raises Blocked where they lead to the place itself."""
    if shared.is_instance or not spot.fact.function:
        return
    goal = view.path, _plain(spot.fact.function)
    waiting: list[Place] = [(shared.path, shared.name)]
    seen: set[Place] = set()
    while waiting and len(seen) < _MOST:
        place = waiting.pop()
        if (place[0], _plain(place[1])) == goal:
            name = goal[1].rpartition(".")[2]
            raise Blocked(
                f"`{shared.name}()` gets its instance by way of `{name}`: they would call each other for ever"
            )
        if place not in seen:
            seen.add(place)
            waiting += _called_by(place, bench)


def _plain(local: str) -> str:
    return local.replace("<locals>.", "")


def _called_by(place: Place, bench: Bench) -> Iterator[Place]:
    """The functions of the project that one function calls by name; of a class its `__init__`."""
    path, local = place
    tree = bench.tree(path)
    node = definition_of(tree, local)
    if node is None or isinstance(node, ast.ClassDef):
        return
    around = local.rpartition(".")[0]
    owner = around if isinstance(definition_of(tree, around), ast.ClassDef) else ""
    site = Site(path, bench.tree, bench.project, owner=owner, function=node)
    for call in ast.walk(node):
        home = site.home_of(call.func) if isinstance(call, ast.Call) else None
        if home is not None and home.path is not None and home.local:
            made = isinstance(site.definition(home), ast.ClassDef)
            yield home.path, f"{home.local}.__init__" if made else home.local
