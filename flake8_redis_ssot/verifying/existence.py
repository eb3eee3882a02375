"""Whether the target of a patch is there: an attribute of a module, or of a class or an instance in it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cache

from flake8_redis_ssot.accessors import class_of_instance
from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.interface import Interface, interface_of
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.project import Home
from flake8_redis_ssot.source import Source, read_source


class Existence:
    """Answers what is there, as far as the code of a project shows it: what can't be seen is not missing."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._project = analysis.project
        self._sources: dict[str, Source | None] = {}
        self._offered = cache(self._interface)

    def is_missing(self, path: str, attributes: str) -> bool:
        """Whether the module at `path` certainly has no such attribute (dotted).

        As `unittest.mock` has it, a builtin can be patched in any module.
        """
        parts = attributes.split(".")
        if not self._offers(path, parts[0], builtin=len(parts) == 1):
            return True
        if len(parts) == 1:
            return False
        module = self._project.modules.name_of(path)
        owners = self._project.resolve(f"{module}:{'.'.join(parts[:-1])}", path)
        return bool(owners) and all(self._lacks(owner, parts[-1]) for owner in owners)

    def _offers(self, path: str, name: str, *, builtin: bool) -> bool:
        """Whether a module has an attribute, or may have it."""
        exports, module = self._project.load(path), self._project.modules.name_of(path)
        if name in exports.names or exports.dynamic or (name.startswith("__") and name.endswith("__")):
            return True
        if (builtin and hasattr(builtins, name)) or self._is_module(f"{module}.{name}"):
            return True
        if exports.stars:
            homes = self._project.resolve(f"{module}:{name}", path)
            return any(home.found or home.guessed or home.path is None for home in homes)
        source = self._source(path)
        return source is None or bool(source.gaps)

    def _is_module(self, name: str) -> bool:
        modules = self._project.modules
        return modules.path_of(name) is not None or modules.folder_of(name) is not None

    def _lacks(self, owner: Home, name: str) -> bool:
        """Whether a module, a class or an instance certainly has no such attribute."""
        if owner.path is None or not owner.found:
            return False
        if not owner.local:
            return not self._offers(owner.path, name, builtin=True)
        offered = self._offered(owner.path, owner.local)
        return offered is not None and not offered.open and offered.member(name) is None

    def _interface(self, path: str, local: str) -> Interface | None:
        """What a class offers, or the class of an instance; None where neither is known."""
        tree = self._analysis.tree
        instance = class_of_instance(path, local, tree, self._project)
        if instance is None:
            return interface_of(path, local, tree, self._project)
        return interface_of(instance.path, instance.local, tree, self._project) if instance.path is not None else None

    def is_made(self, path: str, span: Span) -> bool:
        """Whether the call in the file `path` that the target at `span` stands in needs nothing to be there before."""
        source = self._source(path)
        return source is not None and any(_creates(call) for call in _calls_with(source, span))

    def _source(self, path: str) -> Source | None:
        """A file, parsed; None where it can't be read."""
        if path not in self._sources:
            try:
                self._sources[path] = read_source(self._analysis.data(path), path)
            except OSError:
                self._sources[path] = None
        return self._sources[path]


def _calls_with(source: Source, span: Span) -> Iterator[ast.Call]:
    """The calls that have an argument at a place."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and node.lineno <= span.row <= (node.end_lineno or 0):
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            if any(each.lineno == span.row and source.span(each) == span for each in given):
                yield node


def _creates(call: ast.Call) -> bool:
    """`create=True` of a mock, `raising=False` of a monkeypatch, the builtin `setattr`."""
    if isinstance(call.func, ast.Name) and call.func.id == "setattr":
        return True
    wanted = {"create": True, "raising": False}
    return any(
        isinstance(keyword.value, ast.Constant) and keyword.value.value is wanted.get(keyword.arg or "", ...)
        for keyword in call.keywords
    )
