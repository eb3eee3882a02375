"""Import statements: what they bring in, and what it is called here."""

from __future__ import annotations

import ast

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.flow.assignments import bind
from flake8_redis_ssot.semantic.flow.evaluator import relative_module
from flake8_redis_ssot.semantic.flow.walk import Readers, Walk


def read_import(walk: Walk, node: ast.Import) -> bool:
    """`import a.b` binds `a`; `import a.b as c` binds the module itself."""
    statement = walk.ledger.span(node)
    for alias in node.names:
        _record(walk, alias, statement, statement, f"{alias.name}:")
        if alias.asname:
            bind(walk, alias.asname, (f"{alias.name}:",))
        else:
            top = alias.name.partition(".")[0]
            bind(walk, top, (f"{top}:",))
            walk.ledger.plain_imports.add(alias.name)
    return True


def read_import_from(walk: Walk, node: ast.ImportFrom) -> bool:
    """`from a import b`, relative or not."""
    module = node.module or ""
    if node.level:
        module = relative_module(walk.evaluator.package, node.level, module) or ""
    statement = walk.ledger.span(node)
    for alias in node.names:
        if alias.name == "*":
            _star(walk, alias, statement, module)
            continue
        origin = f"{module}:{alias.name}" if module else ""
        _record(walk, alias, statement, walk.ledger.span(alias), origin)
        bind(walk, alias.asname or alias.name, (origin,) if origin else ())
    return True


def _star(walk: Walk, alias: ast.alias, statement: Span, module: str) -> None:
    _record(walk, alias, statement, statement, f"{module}:*" if module else "")
    if module:
        walk.evaluator.star(module)


def _record(walk: Walk, alias: ast.alias, statement: Span, span: Span, origin: str) -> None:
    if origin:
        star = origin.endswith("*")
        walk.ledger.imports[alias] = (
            statement,
            span,
            origin,
            False,
            star,
            walk.typing_only,
            walk.frame.kind == "function",
            walk.frame.function,
        )


READERS: Readers = {ast.Import: read_import, ast.ImportFrom: read_import_from}
