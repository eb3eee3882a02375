"""Import statements: what they import, and the names that they bind."""

from __future__ import annotations

import ast

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.flow.assignments import bind_name
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis, StatementReaders


def read_import(flow: FlowAnalysis, node: ast.Import) -> bool:
    """`import a.b` binds `a`; `import a.b as c` binds the module itself."""
    statement = flow.recorder.span(node)
    for alias in node.names:
        _record_import(flow, alias, statement, statement, f"{alias.name}:")
        if alias.asname:
            bind_name(flow, alias.asname, (f"{alias.name}:",))
        else:
            top = alias.name.partition(".")[0]
            bind_name(flow, top, (f"{top}:",))
            flow.recorder.plain_imports.add(alias.name)
    return True


def read_import_from(flow: FlowAnalysis, node: ast.ImportFrom) -> bool:
    """`from a import b`, relative or not."""
    module = node.module or ""
    if node.level:
        module = resolve_relative_module(flow.evaluator.package, node.level, module) or ""
    statement = flow.recorder.span(node)
    for alias in node.names:
        if alias.name == "*":
            _read_star_import(flow, alias, statement, module)
            continue
        origin = f"{module}:{alias.name}" if module else ""
        _record_import(flow, alias, statement, flow.recorder.span(alias), origin)
        bind_name(flow, alias.asname or alias.name, (origin,) if origin else ())
    return True


def _read_star_import(flow: FlowAnalysis, alias: ast.alias, statement: Span, module: str) -> None:
    _record_import(flow, alias, statement, statement, f"{module}:*" if module else "")
    if module:
        flow.evaluator.apply_star_import(module)


def _record_import(flow: FlowAnalysis, alias: ast.alias, statement: Span, span: Span, origin: str) -> None:
    if origin:
        flow.recorder.imports[alias] = Import(
            statement,
            span,
            origin,
            is_dynamic=False,
            is_star=origin.endswith("*"),
            is_typing_only=flow.is_typing_only,
            is_local=flow.frame.kind == "function",
            function=flow.frame.function,
        )


READERS: StatementReaders = {ast.Import: read_import, ast.ImportFrom: read_import_from}
