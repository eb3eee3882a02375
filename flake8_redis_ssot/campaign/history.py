"""The number of findings at each commit, from git objects: each blob is read once, each state is checked once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, cast

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.git_objects import Commit, GitRepository, TreeFiles
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.facts_cache import FactsCache
from flake8_redis_ssot.project.search.module_query import ModuleQueries, ModuleQuery
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.scan import facts_from_bytes
from flake8_redis_ssot.project.search.words import Names
from flake8_redis_ssot.rules.rule import reads_suppressions, select_rules
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.semantic.name_patterns import NamePatterns


class CommitCounts(NamedTuple):
    """A commit, its time (seconds since the epoch), and its number of findings by code."""

    commit: str
    time: int
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """The number of all findings."""
        return sum(self.counts.values())


class _BlobFactsCache:
    """Used in place of the facts cache: facts of the git blobs of one tree, by content, path and search."""

    def __init__(self, blobs: BlobReader, tree: TreeFiles) -> None:
        self._blobs = blobs
        self._tree = tree

    def get(self, search: Search, paths: Sequence[str]) -> tuple[list[FileFacts], list[str]]:
        """The facts that a search finds in files of the tree; no path is left to be read from the disk."""
        blob_facts = (self._blobs.facts(self._tree[path], path, search) for path in paths)
        return [facts for facts in blob_facts if facts is not None], []


class BlobReader:
    """Blobs and their facts; each is read once."""

    def __init__(self, repository: GitRepository) -> None:
        self._repository = repository
        self._literal_matches: dict[tuple[str, frozenset[bytes]], bool] = {}
        self._facts: dict[tuple[str, str, Search], FileFacts] = {}
        self._search_literals = cache(lambda search: frozenset(search.literals()))

    def read(self, digest: str) -> bytes:
        """The content of a blob. Raises GitError if the repository lacks it."""
        return self._repository.read(digest)

    def matches(self, digest: str, path: str, search: Search) -> bool:
        """Whether a search matches a file at `path` with this content."""
        literals = self._search_literals(search)
        has_literal = self._literal_matches.get((digest, literals))
        if has_literal is None:
            data = self.read(digest)
            has_literal = self._literal_matches[digest, literals] = any(literal in data for literal in literals)
        return has_literal and search.matches(self.read(digest), path)

    def facts(self, digest: str, path: str, search: Search) -> FileFacts | None:
        """The facts of a file at `path` with this content; None if the search does not match it."""
        if search.patterns.exact and not self.matches(digest, path, search):
            return None
        key = digest, path, search
        if key not in self._facts:
            self._facts[key] = facts_from_bytes(path, self.read(digest), search)
        return self._facts[key]


class _CommitState(NamedTuple):
    """The files of a commit (path → digest), and those that the first `search_count` searches match."""

    tree: dict[str, str]
    matching_files: dict[str, str]
    search_count: int


class History:
    """The past of a project under its present configuration.

    A state is identified by the paths and contents of the files that the searches match: other files change no count,
    unless a new file replaces a module that is imported.
    """

    def __init__(self, config: Config, repository: GitRepository) -> None:
        self._config = config
        self._repository = repository
        self._blobs = BlobReader(repository)
        self._counts: dict[frozenset[tuple[str, str]], Mapping[str, int]] = {}
        self._exclude = PathPatterns(config.exclude)
        # The searches of all states so far; each holds only what those before it do not.
        self._searches: list[Search] = []
        self._known_queries: set[bytes | ModuleQuery] = set()

    def count_by_commit(
        self, *revisions: str, report_progress: Callable[[int, int], None] = lambda done, of: None
    ) -> Iterator[CommitCounts]:
        """The counts at each commit of some revisions, parents first.

        `report_progress` is called with the number of commits done and their total.
        """
        return self.count_commits(list(self._repository.commits(*revisions)), report_progress=report_progress)

    def count_commits(
        self, commits: Sequence[Commit], *, report_progress: Callable[[int, int], None] = lambda done, of: None
    ) -> Iterator[CommitCounts]:
        """The counts at each of some commits, whose parents come before them or are not among them."""
        children = Counter(commit.parent for commit in commits)
        states: dict[str, _CommitState] = {}
        for number, commit in enumerate(commits, 1):
            state = states[commit.digest] = self._refresh_matches(self._state_after(commit, states))
            children[commit.parent] -= 1
            for digest in (commit.parent, commit.digest):
                if not children[digest]:
                    states.pop(digest, None)  # no later commit starts from it
            yield CommitCounts(commit.digest, commit.time, self._count_findings(state))
            report_progress(number, len(commits))

    def _state_after(self, commit: Commit, states: dict[str, _CommitState]) -> _CommitState:
        if commit.parent and commit.parent not in states:
            files = self._project_files(self._repository.list_files(commit.parent))
            states[commit.parent] = self._apply_changes(_CommitState({}, {}, len(self._searches)), files)
        parent_state = states.get(commit.parent, _CommitState({}, {}, len(self._searches)))
        return self._apply_changes(parent_state, self._project_files(commit.changes))

    def _apply_changes(self, state: _CommitState, changes: TreeFiles) -> _CommitState:
        """The state after some changes; an empty digest means a deleted file."""
        tree, matching_files = dict(state.tree), dict(state.matching_files)
        for path, digest in changes.items():
            tree.pop(path, None)
            matching_files.pop(path, None)
            if digest:
                tree[path] = digest
                if any(self._blobs.matches(digest, path, search) for search in self._searches[: state.search_count]):
                    matching_files[path] = digest
        return _CommitState(tree, matching_files, state.search_count)

    def _refresh_matches(self, state: _CommitState) -> _CommitState:
        """The state with the files that match searches added since."""
        matching_files = dict(state.matching_files)
        for search in self._searches[state.search_count :]:
            for path, digest in state.tree.items():
                if path not in matching_files and self._blobs.matches(digest, path, search):
                    matching_files[path] = digest
        return _CommitState(state.tree, matching_files, len(self._searches))

    def _add_searches(self, searches: Iterable[Search]) -> None:
        """Add what the analysis of a state searched for."""
        needles = {needle for search in searches for needle in search.needles} - self._known_queries
        queries = (query for search in searches for query in search.module_queries)
        new_queries = {
            query._replace(names=Names((name,))) for query in queries for name in query.names
        } - self._known_queries
        if needles or new_queries:
            self._known_queries |= needles | new_queries
            no_names = NamePatterns(frozenset())
            self._searches.append(Search(tuple(sorted(needles)), ModuleQueries(sorted(new_queries)), no_names, ()))

    def _project_files(self, tree: TreeFiles) -> dict[str, str]:
        """The files of a tree by absolute path, without excluded ones."""
        root, prefix = str(self._config.root), self._repository.prefix
        files = {path[len(prefix) :]: digest for path, digest in tree.items() if path.startswith(prefix)}
        return {os.path.join(root, path): digest for path, digest in files.items() if not self._exclude.match(path)}

    def _count_findings(self, state: _CommitState) -> Mapping[str, int]:
        key = frozenset(state.matching_files.items())
        if not self._searches or key not in self._counts:
            analysis = self._analyse(state.tree)
            selection = select_rules(self._config.select, self._config.ignore)
            findings = check_files(analysis, sorted(analysis.all_facts()), selection)
            self._add_searches(analysis.searches)
            key = frozenset(self._refresh_matches(state).matching_files.items())
            self._counts[key] = Counter(each.finding.code for each in findings)
        return self._counts[key]

    def _analyse(self, tree: TreeFiles) -> Analysis:
        """A project as it was at a commit: nothing of it is read from the disk."""
        config, facts_cache = self._config, _BlobFactsCache(self._blobs, tree)
        return Analysis(
            config,
            list(tree),
            facts_cache=cast("FactsCache", facts_cache),
            suppressions=reads_suppressions(select_rules(config.select, config.ignore)),
            read_file=lambda path: self._blobs.read(tree[path]),
        )

    @property
    def state_count(self) -> int:
        """The number of different states that were checked."""
        return len(self._counts)


def downsample(points: Sequence[CommitCounts], limit: int) -> list[CommitCounts]:
    """At most `limit` of the points where counts change, the first and the last included."""
    changed = [now for before, now in zip([None, *points], points) if before is None or before.counts != now.counts]
    if points and points[-1] != changed[-1]:
        changed.append(points[-1])
    step = max(len(changed) / limit, 1.0)
    return [changed[int(index * step)] for index in range(min(limit, len(changed)) - 1)] + changed[-1:]
