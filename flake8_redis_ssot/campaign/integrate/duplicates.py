"""The duplicates that a service uses, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.imports.import_node import Entry, entry_of
from flake8_redis_ssot.linter.engine import check
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.similarity.guarded_classes import Model
from flake8_redis_ssot.project.similarity.verdict import likeness_of
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Variable

_CODE = "RSS004"


class Duplicate(NamedTuple):
    """A class that stands in for a guarded one (`model`): its file, its local name there, and the finding about it."""

    path: str
    local: str
    model: Model
    finding: Finding

    @property
    def name(self) -> str:
        """Its plain name."""
        return self.local.partition("#")[0]


class User(NamedTuple):
    """A file that has a duplicate, by an import (`entry`; None: it defines it), as a variable."""

    path: str
    entry: Entry | None
    variable: Variable


def duplicates_in(analysis: Analysis, paths: frozenset[str]) -> Iterator[tuple[Duplicate, View]]:
    """All duplicates of a project in some files (absolute paths) or imported by one of them, in order of place."""
    for found in check(analysis, sorted(analysis.all_facts()), Selection((_CODE,))):
        view, local = analysis.view(found.path), found.judged.site.fact.name
        likeness = likeness_of(local, view) if view is not None else None
        if view is None or likeness is None:
            continue
        readers = analysis.readers(found.path, local)
        if not paths.isdisjoint((found.path, *readers)):
            yield Duplicate(found.path, local, likeness.model, found.finding), view


def users_of(duplicate: Duplicate, bench: Bench) -> tuple[list[User], list[str]]:
    """Every file that has a duplicate and can change, in order, and why others can't."""
    sheet, users, reasons = bench.sheet(duplicate.path), [], []
    own = sheet.references.variable(sheet.references.module, duplicate.name)
    if own is None or len(own.bindings) != 1 or "." in duplicate.local:
        reasons.append(f"`{duplicate.name}` is defined in more than one way")
    else:
        users.append(User(duplicate.path, None, own))
    for reader in bench.readers(duplicate.path, duplicate.name):
        try:
            users.append(_user(reader.path, reader.row, reader.fact, bench))
        except Blocked as block:
            reasons.append(str(block))
    named = (*bench.patches(duplicate.path, duplicate.name), *bench.named(duplicate.path, duplicate.name))
    reasons += [f"a string names it: {bench.relative(each.path)}:{each.mention.span.row}" for each in named]
    replaced = re.compile(rb"sys\.modules\W+" + re.escape(bench.module(duplicate.path).encode()) + rb"\W")
    replacers = (file for file in bench.mentioning(duplicate.path) if replaced.search(bench.text(file)))
    reasons += [f"{bench.relative(file)} puts something else in the place of its module" for file in replacers]
    return users, reasons


def _user(path: str, row: int, fact: object, bench: Bench) -> User:
    where = f"{bench.relative(path)}:{row}"
    if not isinstance(fact, Import) or fact.dynamic or fact.star:
        raise Blocked(f"{where} has it without an import of its name")
    sheet = bench.sheet(path)
    if sheet.gaps:
        raise Blocked(f"{bench.relative(path)}: a part of the file can't be read (line {sheet.gaps[0].row})")
    entry = entry_of(fact, sheet)
    variable = sheet.references.variable_of(entry.alias)
    reasons = _why_not(variable, path, bench)
    if reasons:
        raise Blocked(f"{where}: {reasons}")
    return User(path, entry, variable)


def _why_not(variable: Variable, path: str, bench: Bench) -> str | None:
    """Why the import of a duplicate can't give way, apart from its reads, which change along."""
    from flake8_redis_ssot.fixes.imports.unused import why_kept

    for patch in bench.patches(path, variable.name):
        return f"it is patched there by {bench.relative(patch.path)}:{patch.mention.span.row}"
    return why_kept(variable, path, bench, variable.reads)
