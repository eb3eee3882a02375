"""How many findings there were at each commit, from git itself: every content is read once, every state judged once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from flake8_redis_ssot.codes import UNUSED_SUPPRESSION, Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.git_objects import Commit, GitError, Objects, Tree
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.linter.engine import check
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.facts_cache import Memory
from flake8_redis_ssot.project.search.prefilter import Hunt, Search
from flake8_redis_ssot.project.search.scan import facts_of
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.semantic.name_patterns import Words


class Point(NamedTuple):
    """A commit, its time (seconds since the epoch), and the number of findings by code."""

    commit: str
    time: int
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All findings."""
        return sum(self.counts.values())


class _Recall:
    """Stands in for the memory of a run: facts of contents that git has, by content, path and search."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.tree: Tree = {}

    def recall(self, search: Search, paths: Sequence[str]) -> tuple[list[FileFacts], list[str]]:
        """What a search finds in the files of the present tree; nothing is left to be read from the disk."""
        known = (self._blobs.facts(self.tree[path], path, search) for path in paths)
        return [facts for facts in known if facts is not None], []


class Blobs:
    """What contents say, each read once."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._literals: dict[tuple[str, frozenset[bytes]], bool] = {}
        self._facts: dict[tuple[str, str, Search], FileFacts] = {}
        self._of_search = cache(lambda search: frozenset(search.literals()))

    def data(self, digest: str) -> bytes:
        """A content; nothing where the repository lacks it."""
        try:
            return self._objects.read(digest)
        except GitError:
            return b""

    def holds(self, digest: str, path: str, search: Search) -> bool:
        """Whether a file of some content holds what is looked for."""
        literals = self._of_search(search)
        known = self._literals.get((digest, literals))
        if known is None:
            data = self.data(digest)
            known = self._literals[digest, literals] = any(literal in data for literal in literals)
        return known and search.wants(self.data(digest), path)

    def facts(self, digest: str, path: str, search: Search) -> FileFacts | None:
        """The facts of a file of some content, None where it holds nothing that is looked for."""
        if search.words.exact and not self.holds(digest, path, search):
            return None
        key = digest, path, search
        if key not in self._facts:
            self._facts[key] = facts_of(path, self.data(digest), search)
        return self._facts[key]


class _Past(Analysis):
    """A project as it was."""

    def __init__(self, config: Config, tree: Tree, recall: _Recall, blobs: Blobs) -> None:
        self._tree = tree
        self._blobs = blobs
        recall.tree = tree
        suppressions = Selection(config.select, config.ignore).has(UNUSED_SUPPRESSION)
        super().__init__(config, list(tree), memory=cast("Memory", recall), suppressions=suppressions)

    def _bytes(self, path: str) -> bytes:
        return self._blobs.data(self._tree[path])


class _State(NamedTuple):
    """The files of a commit (path → digest), and those that hold what the first `searches` look for."""

    tree: dict[str, str]
    wanted: dict[str, str]
    searches: int


class History:
    """The past of a project under its present configuration.

    A state is told by the contents in which anything is looked for, and by where they lie: what holds nothing changes
    no count, unless a new file takes the place of a module that is imported.
    """

    def __init__(self, config: Config, objects: Objects) -> None:
        self._config = config
        self._objects = objects
        self._blobs = Blobs(objects)
        self._recall = _Recall(self._blobs)
        self._counts: dict[frozenset[tuple[str, str]], Mapping[str, int]] = {}
        self._exclude = PathPatterns(config.exclude)
        # What was looked for in any state so far: each search holds only what those before it do not.
        self._searches: list[Search] = []
        self._known: set[bytes | Hunt] = set()

    def points(self, *revisions: str, tell: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Point]:
        """The counts at each commit of some revisions, parents first; `tell` hears how many of how many are done."""
        commits = list(self._objects.commits(*revisions))
        children = Counter(commit.parent for commit in commits)
        states: dict[str, _State] = {}
        for number, commit in enumerate(commits, 1):
            state = states[commit.digest] = self._up_to_date(self._after(commit, states))
            children[commit.parent] -= 1
            for digest in (commit.parent, commit.digest):
                if not children[digest]:
                    states.pop(digest, None)  # nobody starts from it any more
            yield Point(commit.digest, commit.time, self._counted(state))
            tell(number, len(commits))

    def _after(self, commit: Commit, states: dict[str, _State]) -> _State:
        if commit.parent and commit.parent not in states:
            files = self._placed(self._objects.tree(commit.parent))
            states[commit.parent] = self._changed(_State({}, {}, len(self._searches)), files)
        before = states.get(commit.parent, _State({}, {}, len(self._searches)))
        return self._changed(before, self._placed(commit.changes))

    def _changed(self, state: _State, changes: Tree) -> _State:
        """The state after some changes; a digest that is empty means a file that is gone."""
        tree, wanted = dict(state.tree), dict(state.wanted)
        for path, digest in changes.items():
            tree.pop(path, None)
            wanted.pop(path, None)
            if digest:
                tree[path] = digest
                if any(self._blobs.holds(digest, path, search) for search in self._searches[: state.searches]):
                    wanted[path] = digest
        return _State(tree, wanted, state.searches)

    def _up_to_date(self, state: _State) -> _State:
        """The state with everything in view that was looked for so far."""
        wanted = dict(state.wanted)
        for search in self._searches[state.searches :]:
            for path, digest in state.tree.items():
                if path not in wanted and self._blobs.holds(digest, path, search):
                    wanted[path] = digest
        return _State(state.tree, wanted, len(self._searches))

    def _learn(self, searches: Iterable[Search]) -> None:
        """Take notice of what a state has made us look for."""
        needles = {needle for search in searches for needle in search.needles} - self._known
        several = (hunt for search in searches for hunt in search.hunts)
        hunts = {hunt._replace(names=(name,)) for hunt in several for name in hunt.names} - self._known
        if needles or hunts:
            self._known |= needles | hunts
            self._searches.append(Search(tuple(sorted(needles)), tuple(sorted(hunts)), Words(frozenset()), ()))

    def _placed(self, tree: Tree) -> dict[str, str]:
        """Paths as the configuration counts them, without what it leaves out."""
        root, lead = str(self._config.root), self._objects.lead
        inside = {path[len(lead) :]: digest for path, digest in tree.items() if path.startswith(lead)}
        return {os.path.join(root, path): digest for path, digest in inside.items() if not self._exclude.match(path)}

    def _counted(self, state: _State) -> Mapping[str, int]:
        key = frozenset(state.wanted.items())
        if not self._searches or key not in self._counts:
            analysis = _Past(self._config, state.tree, self._recall, self._blobs)
            selection = Selection(self._config.select, self._config.ignore)
            found = check(analysis, sorted(analysis.all_facts()), selection)
            self._learn(analysis.searches)
            key = frozenset(self._up_to_date(state).wanted.items())
            self._counts[key] = Counter(each.finding.code for each in found)
        return self._counts[key]

    @property
    def states(self) -> int:
        """How many different states were judged."""
        return len(self._counts)


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """Points without those that say nothing new, and of the others at most so many, the first and the last included."""
    turns = [now for before, now in zip([None, *points], points) if before is None or before.counts != now.counts]
    found: list[Any] = [*turns, *([points[-1]] if points and points[-1] != turns[-1] else [])]
    step = max(len(found) / most, 1.0)
    return [found[int(place * step)] for place in range(min(most, len(found)) - 1)] + found[-1:]
