"""RSS005: a string moves with what it stands in for; alone it moves only where a person says so."""

from __future__ import annotations

from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.fixes.context import Bench, Reader, Target
from flake8_redis_ssot.fixes.draft import Draft
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.imports.relocation import Move, move_of
from flake8_redis_ssot.fixes.imports.replace_import import redirect
from flake8_redis_ssot.fixes.instances.replace_call import replace_construction
from flake8_redis_ssot.fixes.noqa_edits import silenced
from flake8_redis_ssot.fixes.patches.lookups import reached_at_home
from flake8_redis_ssot.fixes.patches.patch import loads_late, retargeted
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.deprecations import deprecated_at
from flake8_redis_ssot.project.patch_targets import is_patch, origins_of
from flake8_redis_ssot.project.view import Judged, View
from flake8_redis_ssot.semantic.facts import Argument, Call, Mention


def retarget(mention: Mention, view: View, bench: Bench) -> Draft | Refusal:
    """What to do about a string that names something old. Raises Unanswered."""
    try:
        return _retargeted(mention, view, bench)
    except Blocked as block:
        return Refusal((str(block),))


def _retargeted(mention: Mention, view: View, bench: Bench) -> Draft:
    origin = origins_of(mention, view.project)[0]
    module, _, attributes = origin.partition(":")
    written = view.project.module_name(module, view.path)
    old = view.guards.deprecated(f"{written}.{attributes}" if attributes else written)
    if old is None:
        return _of_importer(module, attributes, view, bench)
    if not attributes:
        raise Blocked("it names the module itself, and what is read from it there cannot be seen")
    name, _, below = attributes.partition(".")
    if not any(home.found for home in view.homes([f"{written}:{name}"])):
        raise Blocked(f"`{written}` has no `{name}`, so it leads nowhere today")
    move = move_of(old, written, name, view, bench)
    target = Target(view.path, mention, attributes)
    if is_patch(mention) or mention.role == "dict":
        return _with_readers(target, move, view, bench)
    edits = retargeted(target, _path(mention, move, below), view, bench)
    draft = Draft(f"Name `{move.module}.{move.name}`", edits).doubted(move.reasons)
    if is_test(view.relative):
        return draft.doubted(["what the string is for cannot be seen"], Applicability.MANUAL)
    return draft.doubted(["what the string is for cannot be seen"])


def _path(mention: Mention, move: Move, below: str) -> str:
    """The new path, with a colon before the attributes where the old one had it there."""
    colon = ":" if ":" in mention.text else "."
    return f"{move.module}{colon}{'.'.join(filter(None, (move.name, below)))}"


def _with_readers(target: Target, move: Move, view: View, bench: Bench) -> Draft:
    """A patch moves together with whoever looks the old name up."""
    old = bench.project.path_of(move.old_module, view.path)
    readers = bench.local_readers(old, move.old_name) if old is not None else ()
    if old is not None and not readers:
        return _alone(target, move, old, view, bench)
    first = readers[0]
    reader = bench.known.view(first.path)
    for judged in bench.judged(first.path) if reader is not None else ():
        known = deprecated_at(judged.site, reader) if reader is not None and judged.code == "RSS001" else ()
        if reader is not None and any(fact == first.fact for fact, _ in known):
            return _with_reader(redirect(known, reader, bench), judged, first, view, bench)
    raise Blocked(f"`{bench.module(first.path)}` reads it from the old place as well (line {first.row})")


def _with_reader(outcome: Draft | Refusal, judged: Judged, reader: Reader, view: View, bench: Bench) -> Draft:
    """The fix of what reads the old place, where the patch is part of it."""
    place = f"`{bench.module(reader.path)}` (line {reader.row})"
    if silenced(judged, reader.path, bench):
        raise Blocked(f"{place} keeps the old place, silenced")
    if isinstance(outcome, Refusal):
        raise Blocked(f"{place} keeps the old place: {outcome.reasons[0]}")
    if not any(operation.path == view.path for operation in outcome.operations):
        raise Blocked(f"{place} reads the old place, and moves without it")
    return outcome


def _alone(target: Target, move: Move, old: str, view: View, bench: Bench) -> Draft:
    """Nobody looks the name up in the old place: only what is patched below it has an effect, by whatever path."""
    below = target.attributes[len(move.old_name) :]
    edits = retargeted(target, f"{move.module}.{move.name}{below}", view, bench)
    draft = Draft(f"Patch `{move.module}.{move.name}{below}`", edits)
    if below:
        return draft.doubted(move.reasons)
    for row in reached_at_home(old, move.old_name, bench):
        raise Blocked(f"`{move.old_module}` itself looks it up (line {row})")
    for reader in bench.readers(old, move.old_name):
        row = loads_late(target, reader.path, bench) if reader.path != target.path else 0
        if row:
            raise Blocked(f"`{bench.module(reader.path)}` may be loaded while it is in force (line {row})")
    why = f"nothing looks up `{move.old_module}.{move.old_name}`: the patch has no effect today, and would get one"
    return draft.doubted([why], Applicability.MANUAL)


def _of_importer(module: str, name: str, view: View, bench: Bench) -> Draft:
    """A patch of a constructor where it is imported: it moves with the calls there."""
    path = bench.project.path_of(module, view.path)
    importer = bench.known.view(path) if path is not None else None
    for judged in bench.judged(path) if path is not None and importer is not None else ():
        fact = judged.site.fact
        if isinstance(fact, (Call, Argument)) and path is not None and importer is not None:
            if silenced(judged, path, bench):
                continue
            outcome = replace_construction(fact, importer, bench)
            if isinstance(outcome, Refusal):
                raise Blocked(f"`{module}` keeps making its own (line {fact.span.row}): {outcome.reasons[0]}")
            if any(operation.path == view.path for operation in outcome.operations):
                return outcome
    raise Blocked(f"nothing in `{module}` that is to change calls what the patch of `{name}` replaces")
