"""Whether names and strings of one file can reach another one."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable
from functools import lru_cache

from flake8_redis_ssot.fixes.loading.module_mentions import STAR_IMPORT
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.loading.load_time_imports import imported_modules
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Ways to reach other code than by importing it, or to write what it may read.
_WAYS_OUT = re.compile(
    rb"\b(?:import_module|importlib|__import__|exec|eval|runpy|subprocess|environ|putenv|socket|write\w*|dump\w*"
    rb"|getfixturevalue|setattr|argv|pytest_\w+|conftest|sys[ \t]*\.[ \t]*modules)\b|\bfile[ \t]*="
)
_OWN_PARAMETERS = frozenset({"self", "cls"})


class FileReach:
    """Finds which files may use what another one defines; `load` returns the symbol table of a file (a path)."""

    def __init__(self, load: Callable[[str], SymbolTable], analysis: Analysis) -> None:
        self._load = load
        self._analysis = analysis
        self.is_used_elsewhere = lru_cache(maxsize=None)(self._is_used_elsewhere)
        self.may_pass_on_strings = lru_cache(maxsize=None)(self._may_pass_on_strings)

    def _is_used_elsewhere(self, path: str, name: str) -> bool:
        """Whether another file may use a name of the file at `path`: it contains both names, or takes all by a star."""
        for reader in self._find_importers(path):
            code = self._analysis.contents.current_bytes(reader)
            if name.encode() in code or STAR_IMPORT.search(code):
                return True
        return False

    def _may_pass_on_strings(self, path: str) -> bool:
        """Whether strings of the file at `path` may get to other files.

        They do not if it imports nothing of the project, no other file can import it, and it uses nothing but what it
        makes itself: no function has parameters but those of methods.
        """
        if self._find_importers(path) or _WAYS_OUT.search(self._analysis.contents.current_bytes(path)):
            return True
        package, resolver = package_name(path, self._analysis.resolver.modules.roots), self._analysis.resolver
        for node in self._load(path).nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                modules = (module for module, _ in imported_modules(node, package))
                if any(resolver.path_of(module.partition(".")[0], path) is not None for module in modules):
                    return True
            elif isinstance(node, FunctionNode) and node.name.startswith("test"):
                parameters = ast.walk(node.args)
                if any(isinstance(each, ast.arg) and each.arg not in _OWN_PARAMETERS for each in parameters):
                    return True
        return False

    def _find_importers(self, path: str) -> tuple[str, ...]:
        """The other files that contain the last part of the name of a module."""
        word = os.path.splitext(os.path.basename(path))[0]
        if word == "__init__":
            word = os.path.basename(os.path.dirname(path))
        return tuple(each for each in self._analysis.find_files_with_words({word}) if each != path)
