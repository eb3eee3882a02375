"""The effects of loading modules of a project, each module judged once."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property

from flake8_redis_ssot.fixes.loading.block import WATCHED_WORDS, Block, Effect
from flake8_redis_ssot.fixes.loading.statements import find_body_effects
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# Names of attributes that are composed, and can be `__subclasses__`, after one of these functions.
_COMPOSED_WALK = (
    rb"\b(?:getattr|attrgetter|methodcaller)\([^\n]{0,200}"
    rb"[\"']__(?:s(?:u(?:b\w*)?)?)?(?:[\"'][ \t]*(?:\+|[fr]?[\"'])|\{|%)"
)


class LoadingEffects:
    """Finds what loading a module does besides defining names; `load` returns the symbol table of a file (a path)."""

    def __init__(self, load: Callable[[str], SymbolTable], analysis: Analysis) -> None:
        self._load = load
        self._analysis = analysis
        self._effects_by_path: dict[str, Effect | None] = {}

    def find(self, path: str) -> Effect | None:
        """The first effect of loading the module at `path`; None if each of its statements is of a known kind."""
        if path not in self._effects_by_path:
            try:
                self._effects_by_path[path] = next(
                    find_body_effects(self._load(path).tree.body, self._module_block(path)), None
                )
            except (OSError, RecursionError):
                self._effects_by_path[path] = Effect(path, 0, "could not be analysed")
        return self._effects_by_path[path]

    def find_in_statement(self, path: str, statement: ast.stmt) -> Effect | None:
        """The first effect of one statement of the module at `path`."""
        return next(find_body_effects([statement], self._module_block(path)), None)

    def _module_block(self, path: str) -> Block:
        names = FileNames(path, self._load, self._analysis.resolver)
        return Block(names, is_subclass_walked=self._is_subclass_walked, project_words=self._project_words)

    @cached_property
    def _is_subclass_walked(self) -> bool:
        return bool(
            self._analysis.find_files_with_words({"__subclasses__", "get_objects"})
            or self._analysis.contents.find_matching(_COMPOSED_WALK, [b"getattr", b"attrgetter", b"methodcaller"])
        )

    @cached_property
    def _project_words(self) -> frozenset[str]:
        return frozenset(word for word in WATCHED_WORDS if self._analysis.find_files_with_words({word}))
