"""Names of one file: from its tree to its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from flake8_redis_ssot.model import Span
from flake8_redis_ssot.semantic.facts import Class, Exports, FileFacts
from flake8_redis_ssot.semantic.flow import assignments, calls, control_flow, definitions, expressions, imports
from flake8_redis_ssot.semantic.flow.evaluator import Evaluator
from flake8_redis_ssot.semantic.flow.frames import Values
from flake8_redis_ssot.semantic.flow.recorder import Ledger
from flake8_redis_ssot.semantic.flow.walk import Walk
from flake8_redis_ssot.semantic.method_profile import Profile
from flake8_redis_ssot.semantic.name_patterns import Words
from flake8_redis_ssot.semantic.relevant_rows import Interest
from flake8_redis_ssot.syntax.source import Source, lines_of

_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
EXPRESSIONS = {**expressions.READERS, **calls.READERS}
STATEMENTS = {**control_flow.READERS, **assignments.READERS, **imports.READERS, **definitions.READERS}


def read_names(
    path: str, source: Source, module: str, package: str, words: Words, profiles: tuple[Profile, ...] = ()
) -> FileFacts:
    """The facts of one file.

    `module` is its dotted name, `package` the package that its relative imports count from. Calls, arguments,
    imports and attributes are recorded where their origin holds one of `words`, classes and what is imported also where
    a word is in their name, classes where they have methods as in one of `profiles`; exports are always complete.
    """
    ledger = Ledger(source.span)
    walk = Walk(Evaluator(ledger, words, module, package, EXPRESSIONS), STATEMENTS, source.bound_names, source.outline)
    interest = Interest(source.text, words)
    walk.module(source.tree, interest)
    walk.declared.update(_globals(source.text))
    exports = _exports(walk)
    # Besides the words, the names that stand for them in this file.
    hits = cache(interest.words.hits)
    runs = not path.endswith(".pyi")  # what a stub calls is never called
    return FileFacts(
        path,
        tuple(entry for entry in ledger.imported() if entry.star or _is_noted(entry.origin, words)),
        tuple(call for call in ledger.calls() if runs and any(map(hits, call.origins))),
        tuple(sorted(entry for entry in ledger.arguments.values() if runs and any(map(hits, entry.origins)))),
        ledger.reached(),
        tuple(sorted(ledger.mentions.values())),
        exports,
        (*source.gaps, *walk.gaps),
        tuple(classes_of(walk.definitions, source, words, profiles)),
    )


def _is_noted(origin: str, words: Words) -> bool:
    """Whether an import matters: for a word in its origin, or in the name that it brings in."""
    return words.hits(origin) or words.is_in(origin.rpartition(":")[2])


def _globals(text: str) -> Iterator[str]:
    """Names that any function declares global, read or not."""
    if "global " in text:
        for names in _GLOBAL.findall(text):
            yield from (name.strip() for name in names.split(","))


def _exports(walk: Walk) -> Exports:
    top, own = walk.frame.bindings, f"{walk.evaluator.module}:"
    names: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(walk.declared), ())
    names |= {name: _stands_for(values, own + name) for name, values in top.items()}
    names |= {key: _stands_for(values, own + key) for key, values in walk.members.items()}
    public = None if walk.public_is_computed or walk.public is None else tuple(walk.public)
    return Exports(names, dict(walk.bases), tuple(walk.evaluator.stars), public, "__getattr__" in top)


def _stands_for(values: Values, itself: str) -> tuple[str, ...]:
    origins = tuple(value for value in values if isinstance(value, str))
    # A name that stands for its own definition alone needs no origin; beside another one it does.
    return () if all(value.replace(":@", ":") == itself for value in origins) else origins


_HEADER = re.compile(r"class\s+\w+")


def classes_of(
    definitions: dict[str, ast.AST], source: Source, words: Words, profiles: tuple[Profile, ...]
) -> Iterator[Class]:
    """Those of a file's definitions (by local name), in their order. What a function makes for itself is none."""
    lines: list[str] = []
    for name, node in definitions.items():
        if isinstance(node, ast.ClassDef) and "<locals>" not in name and _is_alike(node, words, profiles):
            lines = lines or lines_of(source.text)
            yield Class(_header(node, lines, source), name)


def _is_alike(node: ast.ClassDef, words: Words, profiles: tuple[Profile, ...]) -> bool:
    if words.is_in(node.name):
        return True
    methods = {each.name for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))}
    return any(profile.resembles(methods) for profile in profiles)


def _header(node: ast.ClassDef, lines: list[str], source: Source) -> Span:
    start = source.span(node)
    found = _HEADER.match(lines[start.row - 1], start.column)
    return Span(start.row, start.column, start.row, found.end() if found else start.column + len("class"))
