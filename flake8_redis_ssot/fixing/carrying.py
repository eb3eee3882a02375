"""Patches that stand in for what a fix moves: they move along, in the same fix, or the fix is refused."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator

from flake8_redis_ssot.fixing.bench import Bench, Target
from flake8_redis_ssot.fixing.bringing import Blocked, Brought
from flake8_redis_ssot.fixing.constructors import Spot
from flake8_redis_ssot.fixing.operations import Draft, Replace
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.literals import changed
from flake8_redis_ssot.names.facts import Argument, Call
from flake8_redis_ssot.rule import View

CoreOf = Callable[[Call | Argument], tuple[Draft, Spot]]


def carried(draft: Draft, spot: Spot, brought: Brought, view: View, bench: Bench, core_of: CoreOf) -> Draft:
    """A fix of one place together with the patches that stand in for it. Raises Blocked, Unanswered.

    `core_of` drafts the fix of another place of the same file, patches left out.
    """
    if spot.variable is None or spot.variable.scope.kind == "module":
        draft = _of_module(draft, spot, brought, view, bench, core_of)
    return draft.doubted(_looked_up_late(spot, view, bench))


def _of_module(draft: Draft, spot: Spot, brought: Brought, view: View, bench: Bench, core_of: CoreOf) -> Draft:
    """The file reads a name of its own module: `patch("this.module.RedisManager")` replaces it."""
    targets = bench.patches(view.path, spot.root.id)
    if isinstance(spot.function, ast.Attribute) or not targets:
        return draft
    first = place_of(targets[0], view)
    if brought.scope is None or brought.scope.kind != "module":
        raise Blocked(f"the patch at {first} could not follow: the new name is not one of the module")
    if brought.operation is not None and not any(isinstance(part, Replace) for part in draft.operations):
        raise Blocked(f"the patch at {first} could not follow: nothing is called here any more")
    for other in _others(spot, view, bench):
        draft = draft.joined(core_of(other)[0])
    return draft.joined(Draft(draft.title, tuple(_moved(targets, spot, brought.text, view, bench))))


def _others(spot: Spot, view: View, bench: Bench) -> Iterator[Call | Argument]:
    """The other places that the same patch stands in for: all of them have to move."""
    sheet = bench.sheet(view.path)
    reads = spot.variable.reads if spot.variable else sheet.references.free(spot.root.id)
    facts = {}
    for judged in bench.judged(view.path):
        fact = judged.site.fact
        if isinstance(fact, (Call, Argument)):
            facts[fact.span.row, fact.span.column] = fact
    for read in reads:
        if read is spot.root or _is_annotation(read, sheet):
            continue
        span = sheet.source.span(read)
        fact = facts.get((span.row, span.column))
        if fact is None:
            raise Blocked(f"a patch of `{spot.root.id}` stands in for line {span.row} as well, which stays")
        yield fact


def _is_annotation(node: ast.AST, sheet: Sheet) -> bool:
    inner: ast.AST = node
    for around in sheet.references.ancestors(node):
        if isinstance(around, (ast.arg, ast.AnnAssign)) and around.annotation is inner:
            return True
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return around.returns is inner
        inner = around
    return False


def _moved(targets: Iterable[Target], spot: Spot, name: str, view: View, bench: Bench) -> Iterator[Replace]:
    """The patches of a name of this module, as patches of what is read instead."""
    for target in targets:
        mention = target.mention
        if target.attributes != spot.root.id:
            # A member of the class, patched by way of this module: the class itself is the better address.
            yield from retargeted(target, f"{spot.home.name}.{target.attributes.partition('.')[2]}", view, bench)
        elif mention.role == "object":
            yield from retargeted(target, name, view, bench)
        else:
            yield from retargeted(target, f"{mention.text[: -len(spot.root.id)]}{name}", view, bench)


def retargeted(target: Target, new: str, view: View, bench: Bench) -> tuple[Replace, ...]:
    """The string of a patch with another value. Raises Blocked where it cannot be changed in place."""
    mention = target.mention
    if mention.role in ("multiple", "dict") and mention.text.replace(":", ".") == new.rpartition(".")[0]:
        raise Blocked(f"the patch at {place_of(target, view)} names what it replaces as a keyword")
    if mention.role == "multiple":
        raise Blocked(f"the patch at {place_of(target, view)} replaces several names at once")
    sheet = bench.sheet(target.path)
    span = mention.span
    start, end = sheet.lines.offset(span.row, span.column), sheet.lines.offset(span.end_row, span.end_column)
    cuts = changed(sheet.text, start, end, mention.text, new)
    if not cuts:
        raise Blocked(f"the patch at {place_of(target, view)} is put together in a way that can't be changed")
    return tuple(Replace(target.path, cut) for cut in cuts)


def _looked_up_late(spot: Spot, view: View, bench: Bench) -> Iterator[str]:
    """The constructor is looked up in its module each time: patches there stand in for it, and could not follow."""
    by_attribute = isinstance(spot.function, ast.Attribute)
    if not by_attribute and (spot.variable is None or spot.variable.scope.kind == "module"):
        return
    module, _, attributes = spot.written.partition(":")
    path = bench.project.path_of(module, view.path)
    for target in bench.patches(path, attributes.partition(".")[0]) if path is not None and attributes else ():
        if target.attributes == attributes:
            if target.path == view.path or bench.imports(target.path, view.path):
                raise Blocked(f"the patch at {place_of(target, view)} would no longer stand in for it")
            yield f"the patch at {place_of(target, view)} may be meant to stand in for it"
            return


def place_of(target: Target, view: View) -> str:
    """Where a patch stands, for messages: path and 1-based row."""
    return f"{os.path.relpath(target.path, view.root).replace(os.sep, '/')}:{target.mention.span.row}"
