"""From the tree of one file to its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.facts import Exports, FileFacts, SimilarClass
from flake8_redis_ssot.semantic.flow import assignments, calls, control_flow, definitions, expressions, imports
from flake8_redis_ssot.semantic.flow.evaluator import Evaluator
from flake8_redis_ssot.semantic.flow.frames import FlowValues
from flake8_redis_ssot.semantic.flow.lazy_names import find_lazy_names
from flake8_redis_ssot.semantic.flow.recorder import FactRecorder
from flake8_redis_ssot.semantic.flow.walk import FlowAnalysis
from flake8_redis_ssot.semantic.method_profile import MethodProfile
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.semantic.relevant_rows import RelevantRows
from flake8_redis_ssot.syntax.source import ParsedFile, split_lines

_GLOBAL_STATEMENT = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
EXPRESSION_READERS = {**expressions.READERS, **calls.READERS}
STATEMENT_READERS = {**control_flow.READERS, **assignments.READERS, **imports.READERS, **definitions.READERS}


def extract_facts(
    path: str,
    source: ParsedFile,
    module: str,
    package: str,
    patterns: NamePatterns,
    profiles: tuple[MethodProfile, ...] = (),
) -> FileFacts:
    """The facts of one file.

    `module` is its dotted name, `package` the one that its relative imports refer to. Calls, arguments, imports and
    attributes are recorded if their origin matches `patterns`, classes and imported names also if their name contains
    one, classes also if their methods match one of `profiles`; exports are always complete.
    """
    recorder = FactRecorder(source.span)
    analysis = FlowAnalysis(
        Evaluator(recorder, patterns, module, package, EXPRESSION_READERS),
        STATEMENT_READERS,
        source.bound_names,
        source.partial_tree,
    )
    relevant_rows = RelevantRows(source.text, patterns)
    analysis.analyse_module(source.tree, relevant_rows)
    analysis.declared_names.update(_iter_global_names(source.text))
    exports = _build_exports(analysis)
    # The patterns, and the names that resolve to matches in this file.
    is_relevant = cache(relevant_rows.patterns.matches_dotted)
    is_executed = not path.endswith(".pyi")  # calls in a stub are never executed
    return FileFacts(
        path,
        tuple(
            entry for entry in recorder.build_imports() if entry.is_star or _is_relevant_import(entry.origin, patterns)
        ),
        tuple(call for call in recorder.build_calls() if is_executed and any(map(is_relevant, call.origins))),
        tuple(
            sorted(
                entry
                for entry in recorder.callback_arguments.values()
                if is_executed and any(map(is_relevant, entry.origins))
            )
        ),
        recorder.build_attribute_accesses(),
        tuple(sorted(recorder.string_references.values())),
        exports,
        (*source.unanalysed_ranges, *analysis.unanalysed_ranges),
        tuple(find_similar_classes(analysis.definitions, source, patterns, profiles)),
    )


def _is_relevant_import(origin: str, patterns: NamePatterns) -> bool:
    """Whether an import matters: its origin matches, or the imported name contains one of the names."""
    return patterns.matches_dotted(origin) or patterns.is_contained_in(origin.rpartition(":")[2])


def _iter_global_names(text: str) -> Iterator[str]:
    """Names that any function declares global, whether it is analysed or not."""
    if "global " in text:
        for names in _GLOBAL_STATEMENT.findall(text):
            yield from (name.strip() for name in names.split(","))


def _build_exports(analysis: FlowAnalysis) -> Exports:
    module_bindings, module_prefix = analysis.frame.bindings, f"{analysis.evaluator.module}:"
    names: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(analysis.declared_names), ())
    names |= {name: _exported_origins(values, module_prefix + name) for name, values in module_bindings.items()}
    names |= {key: _exported_origins(values, module_prefix + key) for key, values in analysis.members.items()}
    names = {**_lazy_names(analysis), **names}
    dunder_all = None if analysis.is_dunder_all_computed or analysis.dunder_all is None else tuple(analysis.dunder_all)
    return Exports(
        names,
        dict(analysis.bases),
        tuple(analysis.evaluator.star_modules),
        dunder_all,
        "__getattr__" in module_bindings,
    )


def _lazy_names(analysis: FlowAnalysis) -> dict[str, tuple[str, ...]]:
    hook = analysis.definitions.get("__getattr__")
    return find_lazy_names(hook, analysis.lazy_returns) if isinstance(hook, FunctionNode) else {}


def _exported_origins(values: FlowValues, own_origin: str) -> tuple[str, ...]:
    origins = tuple(value for value in values if isinstance(value, str))
    # A name that can only resolve to its own definition needs no origin; `from . import submodule` is no definition.
    own_definition = own_origin.replace(":", ":@", 1)
    return () if all(value == own_definition for value in origins) else origins


_HEADER = re.compile(r"class\s+\w+")


def find_similar_classes(
    definitions: dict[str, ast.AST], source: ParsedFile, patterns: NamePatterns, profiles: tuple[MethodProfile, ...]
) -> Iterator[SimilarClass]:
    """The similar classes among a file's definitions (by local name), in order, without those local to functions."""
    lines: list[str] = []
    for name, node in definitions.items():
        if isinstance(node, ast.ClassDef) and "<locals>" not in name and _is_similar(node, patterns, profiles):
            lines = lines or split_lines(source.text)
            yield SimilarClass(_header_span(node, lines, source), name)


def _is_similar(node: ast.ClassDef, patterns: NamePatterns, profiles: tuple[MethodProfile, ...]) -> bool:
    if patterns.is_contained_in(node.name):
        return True
    methods = {each.name for each in node.body if isinstance(each, FunctionNode)}
    return any(profile.matches(methods) for profile in profiles)


def _header_span(node: ast.ClassDef, lines: list[str], source: ParsedFile) -> Span:
    start = source.span(node)
    match = _HEADER.match(lines[start.row - 1], start.column)
    return Span(start.row, start.column, start.row, match.end() if match else start.column + len("class"))
