"""RSS001: an import of something old is deleted where nobody reads it, else it imports the new one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.import_checks import check_reach
from flake8_redis_ssot.fixes.imports import attribute_and_dynamic, module_imports, star_imports, try_imports
from flake8_redis_ssot.fixes.imports.import_node import Entry, entry_of, is_tested
from flake8_redis_ssot.fixes.imports.relocation import Move, move_of
from flake8_redis_ssot.fixes.imports.side_effects import effects
from flake8_redis_ssot.fixes.imports.unused import why_kept
from flake8_redis_ssot.fixes.patches.module_stubs import check_stand_ins
from flake8_redis_ssot.fixes.patches.move_with_import import carried_along
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.deprecations import deprecated_at
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import, Reach
from flake8_redis_ssot.semantic.scopes import Variable

Old = tuple[Import | Reach, Deprecated]
Moved = tuple[Draft, Sequence[Move]]


def redirect(olds: Sequence[Old], view: View, bench: Bench) -> Draft | Refusal:
    """What to do about the old names of one statement: as many as can be trusted equally far. Raises Unanswered."""
    drafts, reasons = [], []
    for fact, old in olds:
        try:
            draft, moves = _of_fact(fact, old, view, bench)
            check_stand_ins(moves, fact, view, bench)
            drafts.append(carried_along(draft, moves, fact, view, bench, redraft(bench)))
        except Blocked as block:
            reasons.append(str(block))
    if not drafts:
        return Refusal(tuple(dict.fromkeys(reasons)))
    best = max(draft.applicability for draft in drafts)
    first, *others = [draft for draft in drafts if draft.applicability == best]
    for other in others:
        first = first.joined(other)
    return first


def _of_fact(fact: Import | Reach, old: Deprecated, view: View, bench: Bench) -> Moved:
    """The fix of one old name, patches left out, and what moved."""
    draft, moves = _drafted(fact, old, view, bench)
    if isinstance(fact, Import) and not (old.is_symbol and fact.span != fact.statement and _has_others(fact, view)):
        draft = draft.doubted(effects(fact, view, bench))
    return draft, moves


def _has_others(fact: Import, view: View) -> bool:
    """Whether the same statement imports more, so that it goes on loading its module."""
    return any(other.statement == fact.statement and other != fact for other in view.facts.imports)


def _drafted(fact: Import | Reach, old: Deprecated, view: View, bench: Bench) -> Moved:
    sheet = bench.sheet(view.path)
    if sheet.gaps:
        raise Blocked(f"a part of the file can't be read (line {sheet.gaps[0].row})")
    if isinstance(fact, Reach):
        return attribute_and_dynamic.redirect_attribute_access(fact, old, view, bench)
    if fact.dynamic:
        return attribute_and_dynamic.redirect_dynamic_import(fact, old, view, bench)
    entry = entry_of(fact, sheet)
    if fact.star:
        return star_imports.redirected(entry, old, view, bench)
    if is_tested(entry.statement, sheet):
        raise Blocked("the import itself is what is tested here")
    if isinstance(entry.statement, ast.Import) and entry.alias.asname is None:
        return module_imports.chain_redirected(entry, old, view, bench)
    variable = sheet.references.variable_of(entry.alias)
    if why_kept(variable, view.path, bench) is None and not try_imports.in_try(entry.statement, sheet):
        return _removed(entry, variable, view), ()
    if _means_module(fact, view):
        return module_imports.redirected(entry, variable, old, view, bench)
    return _name_redirected(entry, variable, old, view, bench)


def _removed(entry: Entry, variable: Variable, view: View) -> Draft:
    draft = Draft(f"Remove the import of `{variable.name}`, which nobody reads", (entry.take(()),))
    homes = view.homes([entry.fact.origin])
    if homes and all(home.path is not None and not home.found for home in homes):
        return draft.doubted([f"`{homes[0].name}` is not there: the import fails today, and that would end"])
    return draft


def _means_module(fact: Import, view: View) -> bool:
    return any(home.path is not None and not home.local for home in view.homes([fact.origin]))


def _name_redirected(entry: Entry, variable: Variable, old: Deprecated, view: View, bench: Bench) -> Moved:
    """`from old import x`: the same name of the new module, or another one with all its reads."""
    module, _, name = entry.fact.origin.partition(":")
    home = _passed_on(entry.fact, old, view)
    if home is not None:
        raise Blocked(_leftover(home, variable, old, view, bench))
    try:
        move = move_of(old, view.project.module_name(module, view.path), name, view, bench)
    except Blocked as block:
        raise Blocked(f"{block}{_goes_with(variable, view, bench)}") from None
    check_reach(move.module, entry.fact, view, bench)
    paired = try_imports.collapsed(entry, variable, move, view, bench)
    if paired is not None:
        return paired, ()
    reasons = [*move.reasons, *try_imports.same_in_both(entry, variable, move, view, bench)]
    return _moved(entry, variable, move, view, bench).doubted(reasons), (move,)


def _passed_on(fact: Import, old: Deprecated, view: View) -> str | None:
    """The true name of what a module that is not deprecated passes on from one that is."""
    module, _, name = fact.origin.partition(":")
    full = f"{view.project.module_name(module, view.path)}.{name}"
    if view.guards.deprecated(full) is not None:
        return None
    return next((home.name for home in view.homes([fact.origin]) if view.guards.deprecated(home.name) == old), full)


def _leftover(home: str, variable: Variable, old: Deprecated, view: View, bench: Bench) -> str:
    what = f"`{home}` itself is old, and nothing of the same kind is configured in its place"
    return what + _goes_with(variable, view, bench)


def _goes_with(variable: Variable, view: View, bench: Bench) -> str:
    """A note where the import goes by itself once the calls of what it imports are fixed."""
    rows = [read.lineno for read in variable.reads]
    sites = {judged.site.span.row for judged in bench.judged(view.path) if judged.code in ("RSS002", "RSS003")}
    if rows and set(rows) <= sites:
        return f"; the import goes when line{'s' * (len(rows) > 1)} {', '.join(map(str, rows))} no longer needs it"
    return ""


def _moved(entry: Entry, variable: Variable, move: Move, view: View, bench: Bench) -> Draft:
    module = written(move.module, entry.statement, view)
    if move.name == move.old_name or entry.alias.asname is not None:
        named = Named(module, move.name, entry.alias.asname)
        return Draft(f"Import `{move.name}` from `{move.module}`", (entry.take((named,)),))
    renamed = _reads_renamed(variable, move.name, view, bench)
    if renamed is None:
        named = Named(module, move.name, variable.name)
        return Draft(f"Import `{move.name}` from `{move.module}`", (entry.take((named,)),))
    return Draft(f"Use `{move.module}.{move.name}`", (entry.take((Named(module, move.name),)), *renamed))


def _reads_renamed(variable: Variable, name: str, view: View, bench: Bench) -> tuple[Replace, ...] | None:
    """All reads of a variable under a new name; None where somebody else knows it by the old one."""
    sheet = bench.sheet(view.path)
    if why_kept(variable, view.path, bench, variable.reads) is not None:
        return None
    if sheet.references.variable(variable.scope, name) or sheet.references.captured_by(name, variable.scope):
        return None
    if any(sheet.references.seen(name, read) is not None for read in variable.reads):
        return None
    if any(sheet.references.variable_of(read) is not variable for read in variable.reads):
        return None  # a class binds the name as well: which of the two is meant depends on what has run
    if any(sheet.written(read) != read.id for read in variable.reads):
        return None  # it is written in a way that a tree does not show
    return tuple(Replace(view.path, sheet.cut(read, name)) for read in variable.reads)


def redraft(bench: Bench) -> Callable[[Import | Reach, str], Draft]:
    """How to draft the fix of another read of the same old name, in whichever file it stands."""
    return lambda fact, path: _of_another(fact, path, bench)


def _of_another(fact: Import | Reach, path: str, bench: Bench) -> Draft:
    view = bench.known.view(path)
    for judged in bench.judged(path) if view is not None else ():
        if judged.code == "RSS001" and view is not None:
            for known, old in deprecated_at(judged.site, view):
                if known == fact:
                    return _elsewhere(fact, old, view, bench)
    raise Blocked(f"`{bench.module(path)}` reads it from the old place as well (line {fact.span.row})")


def _elsewhere(fact: Import | Reach, old: Deprecated, view: View, bench: Bench) -> Draft:
    try:
        return _of_fact(fact, old, view, bench)[0]
    except Blocked as block:
        raise Blocked(f"`{view.module}` keeps the old place (line {fact.span.row}): {block}") from None
