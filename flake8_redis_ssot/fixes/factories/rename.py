"""The name of a factory that makes nothing new any more: an offer to rename it, with everybody who reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import Bench, Reader
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Argument, Call, Import
from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.syntax.edits import Cut

_MAKES = re.compile(r"(_*)(?:new|make|create|build)_(\w+)")
# `def name`, `async def name`.
_HEAD = re.compile(r"(?:async\s+)?def\s+(\w+)")


@dataclass(frozen=True)
class _Rename:
    old: str
    new: str


class _Unsure(Exception):  # noqa: N818
    """A reader that can't be renamed along."""


def rename_offer(fact: Call | Argument, view: View, bench: Bench) -> Draft | None:
    """The renaming of a function of a module whose name says that it makes something new. Raises Unanswered.

    None for other names, and where a reader can't be seen or the new name means something already.
    """
    found = _MAKES.fullmatch(fact.function)
    if not found or not isinstance(fact, Call) or not fact.returned:
        return None
    rename = _Rename(found[0], f"{found[1]}get_{found[2]}")
    if rename.new in _shared_names(bench):
        return None
    try:
        parts = list(_everywhere(rename, view, bench))
    except (_Unsure, OSError):
        return None
    callers = [where for _, where in parts if where]
    reasons = (f"`{rename.old}` is known to others by its name", *callers)
    title = f"Rename `{rename.old}` to `{rename.new}`: it makes nothing new any more"
    return Draft(title, tuple(part for part, _ in parts)).doubted(reasons, Applicability.MANUAL)


def _shared_names(bench: Bench) -> set[str]:
    """What accessors and instances are called: the same name for two things would help nobody."""
    several = bench.known.config.resources
    return {name.rpartition(".")[2] for each in several for name in (each.accessor, each.instance) if name}


def _everywhere(rename: _Rename, view: View, bench: Bench) -> Iterator[tuple[Replace, str]]:
    """Each change, and for a reader where it is and what it does."""
    sheet = bench.sheet(view.path)
    variable = sheet.references.variable(sheet.references.module, rename.old)
    if variable is None or bench.patches(view.path, rename.old) or _is_named_in_text(rename, view.path, bench):
        raise _Unsure
    _check(variable, rename, sheet)
    yield Replace(view.path, _defined(variable, rename, sheet)), ""
    yield from _reads(variable, rename, sheet, bench)
    for reader in bench.readers(view.path, rename.old):
        yield from _in_reader(reader, rename, bench)


def _is_named_in_text(rename: _Rename, path: str, bench: Bench) -> bool:
    """Whether a string somewhere names the function by its path."""
    dotted = f"{bench.module(path)}.{rename.old}"
    texts = (mention.text for facts in bench.known.all_facts().values() for mention in facts.mentions)
    return any(text.replace(":", ".").startswith(dotted) for text in texts)


def _check(variable: Variable, rename: _Rename, sheet: Sheet) -> None:
    """Raise unless a variable can be called otherwise, with all its reads in one file."""
    references = sheet.references
    exported = references.exported
    if len(variable.bindings) != 1 or variable.declared or variable.quoted or references.mentions(rename.old):
        raise _Unsure
    if rename.old in (exported or ()) or rename.new in (exported or ()) or sheet.gaps:
        raise _Unsure
    taken = references.variable(variable.scope, rename.new) or references.free(rename.new)
    seen = (references.seen(rename.new, read) for read in variable.reads)
    if taken or any(seen) or references.captured_by(rename.new, variable.scope):
        raise _Unsure


def _defined(variable: Variable, rename: _Rename, sheet: Sheet) -> Cut:
    node = variable.bindings[0].node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise _Unsure
    head = _HEAD.match(sheet.text, sheet.range(node)[0])
    if head is None or head[1] != rename.old:
        raise _Unsure
    return Cut(*head.span(1), rename.new)


def _reads(variable: Variable, rename: _Rename, sheet: Sheet, bench: Bench) -> Iterator[tuple[Replace, str]]:
    for read in variable.reads:
        does = "calls" if sheet.references.call_of(read) else "reads"
        yield Replace(sheet.path, sheet.cut(read, rename.new)), f"{bench.relative(sheet.path)}:{read.lineno} {does} it"


def _in_reader(reader: Reader, rename: _Rename, bench: Bench) -> Iterator[tuple[Replace, str]]:
    """What changes in another file: the import, and the reads unless it calls the function something else."""
    sheet, fact = bench.sheet(reader.path), reader.fact
    alias = _alias(fact, sheet) if isinstance(fact, Import) and not fact.star and not fact.dynamic else None
    if alias is None or alias.name != rename.old:
        raise _Unsure
    start, _ = sheet.range(alias)
    change = Replace(reader.path, Cut(start, start + len(rename.old), rename.new))
    variable = sheet.references.variable_of(alias)
    if alias.asname is not None:
        yield from ((change, where) for _, where in _reads(variable, rename, sheet, bench))
    else:
        _check(variable, rename, sheet)
        if variable.scope.kind == "module" and _is_passed_on(reader.path, rename.old, bench):
            raise _Unsure
        yield from _reads(variable, rename, sheet, bench)
    yield change, ""


def _is_passed_on(path: str, name: str, bench: Bench) -> bool:
    """Whether anybody reads or patches the name in the file that imports it."""
    return bool(bench.readers(path, name) or bench.patches(path, name))


def _alias(fact: Import, sheet: Sheet) -> ast.alias | None:
    aliases = (alias for statement in sheet.imports for alias in statement.names)
    return next((alias for alias in aliases if sheet.source.span(alias) == fact.span), None)
