"""RSS001 for whole modules: `import old as m`, `from package import old`, `import package.old` and its chains."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.import_checks import check_reach
from flake8_redis_ssot.fixes.imports.import_node import Entry
from flake8_redis_ssot.fixes.imports.relocation import Move, move_of, new_module
from flake8_redis_ssot.fixes.imports.try_imports import in_try
from flake8_redis_ssot.fixes.imports.unused import why_kept
from flake8_redis_ssot.fixes.patches.module_stubs import check_handed_on
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Variable


def redirected(entry: Entry, variable: Variable, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
    """A name that stands for the module: its attributes have to be the same ones in the new module."""
    module = _module_named(entry, view)
    target = _target(old, module, entry.fact, view, bench)
    sheet = bench.sheet(view.path)
    moves: list[Move] = []
    reasons: list[str] = []
    for read in variable.reads:
        around = sheet.references.parent(read)
        if isinstance(around, ast.Attribute) and around.value is read:
            moves.append(_attribute_move(around, old, module, view, bench))
        else:
            check_handed_on(read, _path(module, view), entry.fact, view, bench)
            reasons.append(
                f"line {read.lineno}: the module itself is handed on, and what is read from it cannot be seen"
            )
    kept = why_kept(variable, view.path, bench, variable.reads)
    if reasons or kept:
        _check_whole(old, module, view, bench)
    draft = Draft(f"Import `{target}`", (entry.take((_named(entry, variable, target, view),)),))
    draft = draft.doubted([*reasons, *filter(None, [kept]), *(reason for move in moves for reason in move.reasons)])
    return draft, moves


def _path(module: str, view: View) -> str:
    return view.project.path_of(module, view.path) or ""


def _module_named(entry: Entry, view: View) -> str:
    home = next(home for home in view.homes([entry.fact.origin]) if home.path is not None and not home.local)
    return home.name


def _check_whole(old: Deprecated, module: str, view: View, bench: Bench) -> None:
    """Whether the new module has everything that the old one offers, as nobody sees what is read. Raises Blocked."""
    for name in sorted(view.project.load(_path(module, view)).names):
        if not name.startswith("_") and "." not in name:
            try:
                move_of(old, module, name, view, bench)
            except Blocked as block:
                raise Blocked(f"what is read from the module cannot all be seen, and {block}") from None


def _target(old: Deprecated, module: str, fact: Import, view: View, bench: Bench) -> str:
    target = new_module(old, module, view)
    if view.project.path_of(target, view.path) is None:
        raise Blocked(f"`{target}` is not to be found in the project")
    check_reach(target, fact, view, bench)
    hidden = _hidden(target, view)
    if hidden:
        raise Blocked(f"`{hidden}` is not the module of that name: its package has something else under it")
    return target


def _hidden(module: str, view: View) -> str | None:
    """The part of a module's name that its package has bound to something else; None where it leads to the module."""
    parts = module.split(".")
    for length in range(2, len(parts) + 1):
        name = ".".join(parts[:length])
        path = view.project.path_of(name, view.path)
        homes = view.homes([f"{'.'.join(parts[: length - 1])}:{parts[length - 1]}"]) if path is not None else ()
        if any(home.local or home.path != path for home in homes):
            return name
    return None


def _attribute_move(node: ast.Attribute, old: Deprecated, module: str, view: View, bench: Bench) -> Move:
    if not isinstance(node.ctx, ast.Load):
        raise Blocked(f"line {node.lineno} sets `{node.attr}` in the old module")
    return move_of(old, module, node.attr, view, bench)


def _named(entry: Entry, variable: Variable, target: str, view: View) -> Named:
    package, _, last = target.rpartition(".")
    if isinstance(entry.statement, ast.Import) or not package:
        return Named("", target, variable.name if variable.name != target else None)
    passed_on = entry.alias.asname == entry.alias.name
    alias = variable.name if variable.name != last or passed_on else None
    return Named(written(package, entry.statement, view), last, alias)


def chain_redirected(entry: Entry, old: Deprecated, view: View, bench: Bench) -> tuple[Draft, list[Move]]:
    """`import package.old`: each `package.old.name` in the file becomes `package.new.name`, or the import goes."""
    sheet, module = bench.sheet(view.path), entry.alias.name
    variable = sheet.references.variable_of(entry.alias)
    chains = list(_chains(variable, module, sheet))
    replaced = {root for root, _ in chains}
    others = [read for read in variable.reads if read not in replaced]
    shared = bool(_besides(variable, entry))
    if not chains:
        return _unread(entry, variable, others, shared, view, bench), []
    target = _target(old, module, entry.fact, view, bench)
    root = target.partition(".")[0]
    if not _can_read(root, variable, chains, sheet):
        raise Blocked(f"`{root}` means something else where the module is read (line {chains[0][0].lineno})")
    _check_others(others, [*_besides(variable, entry), target], sheet, view)
    kept = why_kept(variable, view.path, bench, variable.reads) if not shared and root != variable.name else None
    if any("#" in sheet.written(chain.value) for _, chain in chains):
        raise Blocked("a comment stands within the module's name")
    moves = [_attribute_move(chain, old, module, view, bench) for _, chain in chains]
    cuts = tuple(Replace(view.path, sheet.cut(chain.value, target)) for _, chain in chains)
    draft = Draft(f"Import `{target}`", (entry.take((Named("", target),)), *cuts))
    draft = draft.doubted([*filter(None, [kept]), *(reason for move in moves for reason in move.reasons)])
    return draft, moves


def _besides(variable: Variable, entry: Entry) -> list[str]:
    """The modules that other plain imports of the file load under the same first name."""
    nodes = [binding.node for binding in variable.bindings if isinstance(binding.statement, ast.Import)]
    return [node.name for node in nodes if isinstance(node, ast.alias) and node is not entry.alias and not node.asname]


def _check_others(others: list[ast.Name], loaded: list[str], sheet: Sheet, view: View) -> None:
    """Whether what else is read below the first name is still loaded by then. Raises Blocked."""
    for read in others:
        needed = _module_read(read, sheet, view)
        if not any(module == needed or module.startswith(needed + ".") for module in loaded):
            raise Blocked(f"`{needed}` is read in line {read.lineno}, and only this import brings it")


def _module_read(read: ast.Name, sheet: Sheet, view: View) -> str:
    """The module that a name and the attributes behind it stand for, as far as they are modules."""
    name, node = read.id, sheet.references.parent(read)
    while isinstance(node, ast.Attribute) and _is_module(f"{name}.{node.attr}", view):
        name, node = f"{name}.{node.attr}", sheet.references.parent(node)
    return name


def _is_module(name: str, view: View) -> bool:
    modules = view.project.modules
    return view.project.path_of(name, view.path) is not None or modules.folder_of(name) is not None


def _chains(variable: Variable, module: str, sheet: Sheet) -> Iterator[tuple[ast.Name, ast.Attribute]]:
    """The reads of something in a module by its whole name: the first name, and the attribute of the module."""
    parts = module.split(".")
    for read in variable.reads:
        node: ast.AST | None = read
        for part in parts[1:]:
            node = sheet.references.parent(node) if node is not None else None
            if not (isinstance(node, ast.Attribute) and node.attr == part):
                node = None
        around = sheet.references.parent(node) if node is not None else None
        if isinstance(around, ast.Attribute) and around.value is node:
            yield read, around


def _can_read(root: str, variable: Variable, chains: list[tuple[ast.Name, ast.Attribute]], sheet: Sheet) -> bool:
    """Whether the first part of the new name means the new package wherever it is written."""
    if root == variable.name:
        return True
    return all(sheet.references.seen(root, read) is None for read, _ in chains) and not sheet.references.captured_by(
        root, variable.scope
    )


def _unread(entry: Entry, variable: Variable, others: list[ast.Name], shared: bool, view: View, bench: Bench) -> Draft:
    """Nobody reads the module by its name; its first part may still be needed."""
    sheet = bench.sheet(view.path)
    if in_try(entry.statement, sheet):
        raise Blocked("whether the import fails decides what comes next")
    _check_others(others, _besides(variable, entry), sheet, view)
    kept = None if shared else why_kept(variable, view.path, bench, variable.reads)
    if kept:
        raise Blocked(kept)
    return Draft(f"Remove the import of `{entry.alias.name}`, which nobody reads", (entry.take(()),))
