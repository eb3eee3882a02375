"""From operations to edits: the imports of a file are written once, whatever number of fixes asked for them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from flake8_redis_ssot.fixes.context import Bench, Target
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring, Draft, Drop, Operation, Read, Replace, Take
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.edits.insert_import import insert_first
from flake8_redis_ssot.fixes.edits.remove_statement import remove_statement, replace_statement
from flake8_redis_ssot.fixes.edits.rewrite_import import rewrite
from flake8_redis_ssot.fixes.imports.star_imports import unneeded_star
from flake8_redis_ssot.fixes.imports.try_imports import in_try
from flake8_redis_ssot.fixes.imports.unused import why_kept
from flake8_redis_ssot.model import Fix
from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.syntax.edits import Cut, Overlap, merged

Import = ast.Import | ast.ImportFrom


def fix_of(draft: Draft, bench: Bench) -> Fix:
    """A draft alone, as edits. Raises Overlap, Unanswered."""
    cuts = cuts_of(draft.operations, bench)
    edits = [bench.sheet(path).lines.edit(path, cut) for path, several in cuts.items() for cut in several]
    return Fix(draft.title, draft.applicability, tuple(sorted(edits)), draft.reasons)


def cuts_of(operations: Iterable[Operation], bench: Bench) -> dict[str, list[Cut]]:
    """All changes of every file that the operations touch. Raises Overlap, Unanswered."""
    by_path: dict[str, list[Operation]] = {}
    for operation in dict.fromkeys(operations):
        by_path.setdefault(operation.path, []).append(operation)
    places = {(path, each.cut) for path, several in by_path.items() for each in several if isinstance(each, Replace)}
    moved = partial(_is_moved, places, bench)
    return {path: _cuts_in(bench.sheet(path), several, bench, moved) for path, several in sorted(by_path.items())}


def _is_moved(places: Collection[tuple[str, Cut]], bench: Bench, target: Target) -> bool:
    """Whether the string of a patch is among what is changed."""
    span, lines = target.mention.span, bench.sheet(target.path).lines
    start, end = lines.offset(span.row, span.column), lines.offset(span.end_row, span.end_column)
    return any(path == target.path and start <= cut.start <= cut.end <= end for path, cut in places)


@dataclass
class _Imports:
    """What is to happen to the import statements of one file."""

    instead: dict[Import, dict[int, tuple[Named, ...]]] = field(default_factory=dict)
    besides: dict[Import, list[Named]] = field(default_factory=dict)
    first: dict[ast.AST, list[Named]] = field(default_factory=dict)

    def take(self, statement: Import, place: int, names: tuple[Named, ...]) -> None:
        known = self.instead.setdefault(statement, {}).setdefault(place, names)
        if known != names:
            raise Overlap(known, names)

    @property
    def statements(self) -> list[Import]:
        return sorted({*self.instead, *self.besides}, key=lambda node: (node.lineno, node.col_offset))

    @property
    def gone(self) -> set[Import]:
        """Statements of which nothing is left."""
        return {
            statement
            for statement, places in self.instead.items()
            if len(places) == len(statement.names) and not any(places.values()) and not self.besides.get(statement)
        }


def _cuts_in(sheet: Sheet, operations: Sequence[Operation], bench: Bench, moved: Callable[[Target], bool]) -> list[Cut]:
    imports = _Imports()
    for operation in operations:
        if isinstance(operation, Take):
            imports.take(operation.statement, operation.statement.names.index(operation.alias), operation.instead)
    _bring_in(imports, [operation for operation in operations if isinstance(operation, Bring)])
    _let_go(imports, sheet, _released(operations), bench, moved)
    drops = [operation for operation in operations if isinstance(operation, Drop)]
    gone = {*imports.gone, *(drop.statement for drop in drops if not drop.instead)}
    cuts = [operation.cut for operation in operations if isinstance(operation, Replace)]
    cuts += _import_cuts(imports, sheet, gone)
    for drop in drops:
        cuts += _dropped(drop, sheet, gone)
    return merged(cuts)


def _released(operations: Iterable[Operation]) -> set[Read]:
    """The names that are not read any more once the operations are done, and the strings that are not there."""
    return {name for each in operations if isinstance(each, (Replace, Drop)) for name in each.released}


def _let_go(
    imports: _Imports, sheet: Sheet, released: set[Read], bench: Bench, moved: Callable[[Target], bool]
) -> None:
    """Imports that nobody reads any more go as well."""
    star = unneeded_star(sheet, {each for each in released if isinstance(each, ast.Name)}, bench)
    if star is not None:
        imports.instead.setdefault(star, {}).setdefault(0, ())
    for variable in _variables(released, sheet):
        binding = variable.bindings[0] if len(variable.bindings) == 1 else None
        if binding is None or not isinstance(binding.node, ast.alias):
            continue
        statement = binding.statement
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        if in_try(statement, sheet) and statement not in imports.besides:
            continue  # what happens next depends on whether it fails
        if why_kept(variable, sheet.path, bench, released, moved) is None:
            imports.instead.setdefault(statement, {})[statement.names.index(binding.node)] = ()


def _variables(reads: set[Read], sheet: Sheet) -> list[Variable]:
    found: dict[int, Variable] = {}
    for name in reads:
        if isinstance(name, ast.Name) and sheet.references.seen(name.id, name) is not None:
            variable = sheet.references.variable_of(name)
            found[id(variable)] = variable
    if any(isinstance(each, ast.Constant) for each in reads):
        quoted = sheet.references.variables(sheet.references.module)
        found |= {id(each): each for each in quoted if not reads.isdisjoint(each.quoted)}
    return list(found.values())


def _bring_in(imports: _Imports, operations: Iterable[Bring]) -> None:
    """Each name once in a scope, beside the first of the imports that it could stand by."""
    done: set[tuple[int, Named]] = set()
    for operation in sorted(operations, key=_place):
        key = (id(operation.scope), operation.named)
        if key in done:
            continue
        done.add(key)
        if isinstance(operation.anchor, (ast.Import, ast.ImportFrom)):
            imports.besides.setdefault(operation.anchor, []).append(operation.named)
        else:
            imports.first.setdefault(operation.scope, []).append(operation.named)


def _place(operation: Bring) -> tuple[int, int, str]:
    anchor = operation.anchor
    return (anchor.lineno, anchor.col_offset, operation.named.name) if anchor else (0, 0, operation.named.name)


def _import_cuts(imports: _Imports, sheet: Sheet, gone: set[ast.stmt]) -> Iterator[Cut]:
    for statement in imports.statements:
        yield from rewrite(
            sheet.text,
            statement,
            sheet.tree,
            instead=imports.instead.get(statement, {}),
            besides=imports.besides.get(statement, []),
            gone=gone - {statement},
        )
    for scope, names in imports.first.items():
        body: Sequence[ast.stmt] = getattr(scope, "body", sheet.tree.body)
        yield from insert_first(sheet.text, body, names)


def _dropped(drop: Drop, sheet: Sheet, gone: set[ast.stmt]) -> list[Cut]:
    if drop.instead:
        return replace_statement(sheet.text, drop.statement, drop.instead, tree=sheet.tree)
    return remove_statement(sheet.text, drop.statement, sheet.tree, gone=gone - {drop.statement})
