"""The work on single files: read, see whether they matter, parse only those that do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.processes import prepare_worker, processes
from flake8_redis_ssot.model import Gap, Suppression
from flake8_redis_ssot.project.modules import module_name, package_name
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, FileFacts

if TYPE_CHECKING:
    from multiprocessing.pool import Pool

    from flake8_redis_ssot.syntax.source import Source


def scan(paths: Iterable[str], search: Search) -> list[FileFacts]:
    """The facts of those files that hold what is looked for. A file that can't be read yields a gap."""
    found = []
    for path in paths:
        try:
            data = read(path)
        except OSError as error:
            found.append(unreadable(path, error))
            continue
        if search.wants(data, path):
            found.append(_facts_in_any_case(path, data, search))
    return found


def _facts_in_any_case(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of a file; a mistake of ours must not hide it, nor stop the others from being checked."""
    try:
        return facts_of(path, data, search)
    except Exception as error:
        return _nothing_but(path, f"internal error, please report it: {type(error).__name__}: {error}")


def facts_of(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of one file from its bytes."""
    from flake8_redis_ssot.semantic.relevant_rows import Interest
    from flake8_redis_ssot.syntax.lazy_bodies import HiddenError
    from flake8_redis_ssot.syntax.source import decode, outlined_source, parsed_source

    decoded = decode(data, path)
    source = outlined_source(decoded, Interest(decoded.text, search.words).touches)
    if source is not None:
        with suppress(HiddenError):
            return facts_from(path, source, search)
    return facts_from(path, parsed_source(decoded), search)


def facts_from(path: str, source: Source, search: Search) -> FileFacts:
    """The facts of one file once it is parsed."""
    from flake8_redis_ssot.semantic.extract_facts import read_names

    module, package = module_name(path, search.roots), package_name(path, search.roots)
    facts = read_names(path, source, module, package, search.words, search.profiles)
    return facts._replace(suppressions=_suppressions(source)) if search.suppressions else facts


def _suppressions(source: Source) -> tuple[Suppression, ...]:
    from flake8_redis_ssot.syntax.noqa import suppressions_in  # late: most runs do not ask

    return suppressions_in(source.text)


def unreadable(path: str, error: OSError) -> FileFacts:
    """The facts of a file that can't be read: one gap, with the reason."""
    vanished = isinstance(error, FileNotFoundError) and not os.path.islink(path)
    reason = "the file vanished during the run" if vanished else f"can't be read: {error.strerror or error}"
    return _nothing_but(path, reason)


def _nothing_but(path: str, reason: str) -> FileFacts:
    return FileFacts(path, (), (), (), (), (), NO_EXPORTS, (Gap(1, 0, reason),))


# Fewer files than this are read faster than a process starts.
_WORTH_A_PROCESS = 300
_CHUNK = 150
Scan = Callable[[Sequence[str], Search], list[FileFacts]]


@contextmanager
def scanners(jobs: int) -> Iterator[Scan]:
    """A function that scans files, in `jobs` processes as soon as there are enough of them to be worth it."""
    with ExitStack() as stack:
        pools: list[Pool] = []

        def scan_all(paths: Sequence[str], search: Search) -> list[FileFacts]:
            if jobs < 2 or len(paths) < _WORTH_A_PROCESS:
                return scan(paths, search)
            if not pools:
                pools.append(stack.enter_context(processes().Pool(jobs, prepare_worker)))
            return _spread(pools[0].imap, paths, search)

        yield scan_all


def _spread(run: Callable[..., Iterator[list[FileFacts]]], paths: Sequence[str], search: Search) -> list[FileFacts]:
    chunks = [(paths[start : start + _CHUNK], search) for start in range(0, len(paths), _CHUNK)]
    return [facts for found in run(_scan_chunk, chunks) for facts in found]


def _scan_chunk(task: tuple[Sequence[str], Search]) -> list[FileFacts]:
    return scan(*task)
