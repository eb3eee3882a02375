"""Resolvers for projects in memory."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from flake8_redis_ssot.project.modules import ModuleMap, package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.extract_facts import extract_facts
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.source import parse_bytes


def make_resolver(files: Mapping[str, str]) -> tuple[Resolver, dict[str, SymbolTable]]:
    """The resolver of a project in `/p`, and the symbol tables of its files by absolute path."""
    paths = {f"/p/{name}": dedent(text) for name, text in files.items()}
    sources = {path: parse_bytes(text.encode()) for path, text in paths.items()}
    modules = ModuleMap(["/p"], paths)
    exports = {
        path: extract_facts(
            path, source, modules.name_of(path), package_name(path, modules.roots), NamePatterns(frozenset())
        ).exports
        for path, source in sources.items()
    }
    tables = {path: SymbolTable(source.tree, source.text, source.bound_names) for path, source in sources.items()}
    return Resolver(modules, exports.__getitem__), tables
