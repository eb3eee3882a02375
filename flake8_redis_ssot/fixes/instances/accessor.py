"""What is to be used instead of a new instance: the accessor, or the instance itself, and what can be seen of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.types.inference import Result, instance_of
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.signatures import misfit


@dataclass(frozen=True)
class Shared:
    """What is to be used instead: a dotted name, in parts, and what it stands for.

    `path` is the file that has it, `result` what the accessor gives back (None: the name is the instance itself),
    `home` the class of it. `late`: it is None, or fails, until something has set it up; `given` is what it is made
    with, as text; `rebound` is a row that binds the instance anew (0: there is none).
    """

    module: str
    name: str
    path: str
    result: Result | None
    home: Home | None
    late: bool
    given: str
    rebound: int = 0

    @property
    def is_instance(self) -> bool:
        """Whether the name is the instance and not a function that gives it back."""
        return self.result is None


def shared_for(spot: Spot, view: View, bench: Bench) -> Shared:
    """What is configured for a place. Raises Blocked where it can't be used."""
    dotted = view.accessor(spot.resource)
    if not dotted:
        raise Blocked("neither an accessor nor an instance is configured")
    if dotted == spot.resource.instance and dotted != spot.resource.accessor:
        return instance_for(dotted, view, bench)
    module, path, name = _place(dotted, view, bench)
    result = bench.result(Home(dotted, path, name))
    if result is None:
        raise Blocked(f"`{dotted}` is no function that can be seen")
    if result.fresh:
        raise Blocked(f"`{dotted}()` makes a new instance itself")
    if result.is_generator:
        raise Blocked(f"`{dotted}()` yields what it gives, so a call alone does not give it")
    lack = misfit(ast.Call(ast.Name(name), [], []), result.signature)
    if lack:
        raise Blocked(f"`{dotted}()` {lack}, and only you can say what to give")
    return Shared(module, name, path, result, result.home, result.late, result.given)


def instance_for(dotted: str, view: View, bench: Bench) -> Shared:
    """The instance itself. Raises Blocked where it is not to be found."""
    module, path, name = _place(dotted, view, bench)
    value = instance_of(path, name, bench.tree, bench.project)
    references = bench.sheet(path).references
    variable = references.variable(references.module, name)
    writes = variable.writes if variable is not None else ()
    rebound = max((getattr(write, "lineno", 0) for write in writes), default=0) if len(writes) > 1 else 0
    return Shared(module, name, path, None, value.home, value.late, value.given, rebound)


def _place(dotted: str, view: View, bench: Bench) -> tuple[str, str, str]:
    module, _, name = bench.project.locate(dotted).partition(":")
    path = bench.project.path_of(module, view.path)
    if path is None or not name or "." in name:
        raise Blocked(f"`{dotted}` is not to be found in the project")
    return module, path, name


def doubts_about(shared: Shared, spot: Spot, *, early: bool) -> Iterator[Doubt]:
    """What speaks against it, whatever is done with it. `early`: it is asked for while a module is being loaded."""
    if shared.late:
        what = f"`{shared.name}`" if shared.is_instance else f"`{shared.name}()`"
        worst = Applicability.MANUAL if early or shared.is_instance else Applicability.UNSAFE
        yield Doubt(f"{what} is None, or fails, until something else has set it up", worst)
    elif shared.rebound:
        yield Doubt(f"`{shared.module}` binds `{shared.name}` anew (line {shared.rebound}), unseen by an import of it")
    if shared.given and not (spot.call is not None and (spot.call.args or spot.call.keywords)):
        yield Doubt(f"the shared instance is made with `{shared.given}`, this one with nothing")
