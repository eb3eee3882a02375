"""The facts of files: from the cache where it has them, else from their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from operator import attrgetter

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.project.contents import ProjectContents
from flake8_redis_ssot.project.search.facts_cache import FactsCache
from flake8_redis_ssot.project.search.prefilter import Search, choose_literal_prefixes
from flake8_redis_ssot.project.search.scan import ScanFunction, facts_from_bytes, scanner_pool, unreadable_facts
from flake8_redis_ssot.semantic.facts import FileFacts

_SAMPLE_SIZE = 50
_MANY_QUERIES = 20  # whose literals are in nearly every file


class FactsReader:
    """Reads the facts of a project's files in `jobs` processes; `facts_cache` has those of an earlier run."""

    def __init__(self, contents: ProjectContents, facts_cache: FactsCache | None, jobs: int) -> None:
        self._contents = contents
        self._facts_cache = facts_cache
        self._jobs = jobs

    @contextmanager
    def start(self) -> Iterator[ScanFunction]:
        """A function that returns the facts of those of some files on disk (paths) that match a search, in order.

        Its calls share one pool of processes.
        """
        with scanner_pool(self._jobs) as scan:
            yield partial(self._search_files, scan)

    @cached_property
    def sample(self) -> list[bytes]:
        """The bytes of about 50 of the files on disk, evenly distributed."""
        return _sample_files(self._contents.files_on_disk)

    def _search_files(self, scan: ScanFunction, paths: Sequence[str], search: Search) -> list[FileFacts]:
        cached_facts, remaining = self._facts_cache.get(search, paths) if self._facts_cache else ([], paths)
        if not remaining:
            return cached_facts
        prefixes = None
        if len(remaining) >= _SAMPLE_SIZE * 10 and len(search.module_queries) < _MANY_QUERIES:
            prefixes = choose_literal_prefixes(search.literals(), self.sample)
        found_facts = scan(remaining, search._replace(literal_prefixes=prefixes))
        if self._facts_cache:
            self._facts_cache.put(search, remaining, found_facts)
        return sorted([*cached_facts, *found_facts], key=attrgetter("path")) if cached_facts else found_facts

    def search_overlay(self, search: Search) -> list[FileFacts]:
        """The facts of those files of the overlay that match a search."""
        return [
            facts_from_bytes(path, data, search)
            for path, data in self._contents.overlay.items()
            if search.matches(data, path)
        ]

    def read_facts(self, path: str, search: Search) -> FileFacts:
        """The facts of one file, whether it matches the search or not."""
        if self._facts_cache is None or path in self._contents.overlay:
            return self._read_current(path, search)
        facts, _ = self._facts_cache.get(search, [path])
        if not facts:
            facts = [self._read_current(path, search)]
            self._facts_cache.put(search, [path], facts)
        return facts[0]

    def _read_current(self, path: str, search: Search) -> FileFacts:
        try:
            data = self._contents.current_bytes(path)
        except OSError as error:
            return unreadable_facts(path, error)
        return facts_from_bytes(path, data, search)


def _sample_files(files: Sequence[str]) -> list[bytes]:
    sample = []
    for path in files[:: max(len(files) // _SAMPLE_SIZE, 1)]:
        with suppress(OSError):  # the scan reports it
            sample.append(read(path))
    return sample
