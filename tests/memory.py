"""Projects that live in memory, for tests of what needs no disk."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from textwrap import dedent

from flake8_redis_ssot.project.modules import Modules, package_name
from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.semantic.extract_facts import read_names
from flake8_redis_ssot.semantic.name_patterns import Words
from flake8_redis_ssot.syntax.source import read_source


def project_of(files: Mapping[str, str]) -> tuple[Project, dict[str, ast.Module]]:
    """A project in memory; the folder is `/p`."""
    paths = {f"/p/{name}": dedent(text) for name, text in files.items()}
    sources = {path: read_source(text.encode()) for path, text in paths.items()}
    modules = Modules(["/p"], paths)
    exports = {
        path: read_names(
            path, source, modules.name_of(path), package_name(path, modules.roots), Words(frozenset())
        ).exports
        for path, source in sources.items()
    }
    return Project(modules, exports.__getitem__), {path: source.tree for path, source in sources.items()}
