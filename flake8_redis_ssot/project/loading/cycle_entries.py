"""Which module of an import cycle is loaded first: one that works from one module on may fail from another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

Imports = Callable[[str], Iterable[str]]


def find_cycles(paths: Iterable[str], imports: Imports) -> dict[str, frozenset[str]]:
    """The cycles among some files, by each file in them; `imports` returns the files that a file imports.

    A cycle is a strongly connected component of more than one file (Tarjan's algorithm).
    """
    search = _CycleSearch(frozenset(paths), imports)
    for path in sorted(search.paths):
        if path not in search.indexes:
            search.visit(path)
    return {path: cycle for cycle in search.cycles for path in cycle}


class _CycleSearch:
    """Tarjan's algorithm without recursion, as chains of imports are long."""

    def __init__(self, paths: frozenset[str], imports: Imports) -> None:
        self.paths = paths
        self.indexes: dict[str, int] = {}
        self.cycles: list[frozenset[str]] = []
        self._imports = imports
        self._lowest: dict[str, int] = {}
        self._open: list[str] = []

    def visit(self, start: str) -> None:
        """Find the cycles that can be reached from a file."""
        steps = [(start, self._enter(start))]
        while steps:
            path, targets = steps[-1]
            target = next(targets, None)
            if target is None:
                steps.pop()
                self._leave(path)
                if steps:
                    self._lower(steps[-1][0], self._lowest[path])
            elif target not in self.indexes:
                steps.append((target, self._enter(target)))
            elif target in self._open:
                self._lower(path, self.indexes[target])

    def _enter(self, path: str) -> Iterator[str]:
        self.indexes[path] = self._lowest[path] = len(self.indexes)
        self._open.append(path)
        return iter([each for each in self._imports(path) if each in self.paths])

    def _lower(self, path: str, index: int) -> None:
        self._lowest[path] = min(self._lowest[path], index)

    def _leave(self, path: str) -> None:
        if self._lowest[path] == self.indexes[path]:
            start = self._open.index(path)
            cycle = frozenset(self._open[start:])
            del self._open[start:]
            self.cycles += [cycle] if len(cycle) > 1 else []


def find_entries(
    starts: Iterable[str], cycles: Mapping[str, frozenset[str]], imports: Imports
) -> dict[frozenset[str], str]:
    """The file of each cycle that is loaded first, if the files `starts` are loaded one after the other."""
    entries: dict[frozenset[str], str] = {}
    loaded: set[str] = set()
    stack = [*starts][::-1]
    while stack:
        path = stack.pop()
        if path not in loaded:
            loaded.add(path)
            if path in cycles:
                entries.setdefault(cycles[path], path)
            stack += [*imports(path)][::-1]
    return entries
