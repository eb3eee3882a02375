"""Users of a duplicate changed over: to an adapter, or to the accessor and the shared class; and the duplicate gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, User
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Bring, Operation, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked, written
from flake8_redis_ssot.fixes.edits.import_statement import Named
from flake8_redis_ssot.fixes.import_checks import check_border, check_ring
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.flow.evaluator import relative_module
from flake8_redis_ssot.semantic.module_exports import lists_names
from flake8_redis_ssot.syntax.edits import Cut


class Instead:
    """What takes the place of a duplicate: dotted names of the `maker` (called in its place) and of the `kind`."""

    def __init__(self, maker: str, kind: str) -> None:
        self.maker = maker
        self.kind = kind


def switch(user: User, instead: Instead, view: View, bench: Bench) -> Iterator[Operation]:
    """What changes in the file of one user. Raises Blocked where a name is taken there."""
    sheet = bench.sheet(user.path)
    references = sheet.references
    makers = [read for read in user.variable.reads if references.call_of(read)]
    kinds = [read for read in user.variable.reads if read not in makers]
    wanted = [name for name, reads in ((instead.maker, makers), (instead.kind, kinds)) if reads]
    named = []
    for dotted in dict.fromkeys(wanted):
        check_import(user.path, dotted, bench)
        module, _, name = dotted.rpartition(".")
        reads = [*(makers if dotted == instead.maker else ()), *(kinds if dotted == instead.kind else ())]
        if name != user.variable.name:
            _check_free(name, reads, user, sheet)
            yield from (Replace(user.path, sheet.cut(read, name)) for read in reads)
        statement = user.entry.statement if user.entry is not None else None
        named.append(Named(written(module, statement, view), name))
    named.sort(key=lambda each: (not each.name[:1].isupper(), each.name))
    if user.entry is not None:
        yield user.entry.take(tuple(named))
    else:
        yield from (Bring(user.path, references.module.node, None, each) for each in named)


def check_import(importer: str, dotted: str, bench: Bench) -> None:
    """Whether a file may import what a dotted name stands for. Raises Blocked."""
    module = dotted.rpartition(".")[0]
    try:
        check_border(module, importer, bench)
    except Blocked as block:
        advice = "`accessor-for` in the settings can name another accessor for these files"
        raise Blocked(f"{block}; {advice}") from None
    check_ring(module, importer, bench)


def _check_free(name: str, reads: Sequence[ast.Name], user: User, sheet: Sheet) -> None:
    scope = user.variable.scope
    taken = sheet.references.variable(scope, name) or sheet.references.captured_by(name, scope)
    if taken or any(sheet.references.seen(name, read) is not None for read in reads):
        raise Blocked(f"`{name}` already means something else in {sheet.path.rpartition('/')[2]}")


def is_alone(duplicate: Duplicate, users: Sequence[User], bench: Bench) -> bool:
    """Whether there is nothing else in the file of a duplicate that anybody may want: then it can go with it."""
    path, sheet = duplicate.path, bench.sheet(duplicate.path)
    plain = (ast.Import, ast.ImportFrom)
    others = [
        each for each in sheet.tree.body if not isinstance(each, plain) and not _is_text(each) and not lists_names(each)
    ]
    is_only = len(others) == 1 and getattr(others[0], "name", "") == duplicate.name
    if not is_only or sheet.path.endswith(("__init__.py", "__init__.pyi")):
        return False
    own = {user.path: user.entry.statement for user in users if user.entry is not None}
    return not _is_named(path, bench) and not any(
        _wants_more(each, own, path, bench) for each in bench.mentioning(path)
    )


def _wants_more(file: str, own: Mapping[str, ast.stmt], path: str, bench: Bench) -> bool:
    """Whether a file imports a module (at `path`), or more from it than by its `own` statement."""
    module, package = bench.module(path), package_name(file, bench.project.modules.roots)
    for statement in bench.sheet(file).imports if file != path else ():
        base = ""
        if isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            base = relative_module(package, statement.level, base) or "" if statement.level else base
        if base and bench.project.module_name(base, file) == module:
            if statement is not own.get(file) or len(statement.names) > 1:
                return True
        elif any(
            bench.project.module_name(f"{base}.{each.name}".strip("."), file) == module for each in statement.names
        ):
            return True
    return False


def _is_named(path: str, bench: Bench) -> bool:
    """Whether any text of the project names the module."""
    named = re.compile(rb"[\"']" + re.escape(bench.module(path).encode()) + rb"[\"'.:]")
    return any(named.search(bench.text(file)) for file in bench.mentioning(path))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def without(duplicate: Duplicate, sheet: Sheet) -> Operation:
    """The class taken out of its file, with the blank lines below it. Raises Blocked."""
    node = class_of(duplicate, sheet.tree)
    if node is None:
        raise Blocked("it is not defined at the top of its file")
    if duplicate.name in (sheet.references.exported or ()):
        raise Blocked("it is in `__all__` of its file")
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start, end = sheet.lines.offset(first, 0), sheet.range(node)[1]
    rest = sheet.text[end:]
    blank = len(rest) - len(rest.lstrip("\r\n"))
    names = tuple(each for each in ast.walk(node) if isinstance(each, ast.Name))
    return Replace(sheet.path, Cut(start, end + blank, ""), names)


def class_of(duplicate: Duplicate, tree: ast.Module) -> ast.ClassDef | None:
    """The class itself, at the top of its file."""
    node = next((each for each in tree.body if getattr(each, "name", "") == duplicate.name), None)
    return node if isinstance(node, ast.ClassDef) else None
