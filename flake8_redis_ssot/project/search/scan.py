"""Scans single files: reads each and parses it only if the search matches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from time import process_time
from typing import TYPE_CHECKING

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.processes import init_worker, is_worker, process_context
from flake8_redis_ssot.model import Suppression, UnanalysedRange
from flake8_redis_ssot.project.modules import module_name, package_name
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, FileFacts

if TYPE_CHECKING:
    from multiprocessing.pool import Pool

    from flake8_redis_ssot.syntax.source import ParsedFile


def scan_files(paths: Iterable[str], search: Search) -> list[FileFacts]:
    """The facts of the files that match a search; of an unreadable file, an unanalysed range."""
    facts = []
    for path in paths:
        try:
            data = read(path)
        except OSError as error:
            facts.append(unreadable_facts(path, error))
            continue
        if search.matches(data, path):
            facts.append(_facts_or_error(path, data, search))
    return facts


def _facts_or_error(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of a file; an internal error is reported for it and does not stop the scan."""
    try:
        return facts_from_bytes(path, data, search)
    except Exception as error:
        from flake8_redis_ssot.syntax.nesting import describe_error  # late: errors are rare

        return _error_facts(path, describe_error(error, data, path))


def facts_from_bytes(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of one file from its bytes."""
    from flake8_redis_ssot.semantic.relevant_rows import RelevantRows
    from flake8_redis_ssot.syntax.lazy_bodies import SkippedCodeError
    from flake8_redis_ssot.syntax.source import decode, parse_decoded, parse_decoded_partially

    decoded = decode(data, path)
    source = parse_decoded_partially(decoded, RelevantRows(decoded.text, search.patterns).has_row_in)
    if source is not None:
        with suppress(SkippedCodeError):
            return facts_from_source(path, source, search)
    return facts_from_source(path, parse_decoded(decoded), search)


def facts_from_source(path: str, source: ParsedFile, search: Search) -> FileFacts:
    """The facts of one parsed file."""
    from flake8_redis_ssot.semantic.extract_facts import extract_facts

    module, package = module_name(path, search.roots), package_name(path, search.roots)
    facts = extract_facts(path, source, module, package, search.patterns, search.profiles)
    return facts._replace(suppressions=_suppressions(source)) if search.suppressions else facts


def _suppressions(source: ParsedFile) -> tuple[Suppression, ...]:
    from flake8_redis_ssot.syntax.noqa import find_suppressions  # late: most runs do not need it

    return find_suppressions(source.text)


def unreadable_facts(path: str, error: OSError) -> FileFacts:
    """The facts of a file that can't be read: one unanalysed range with the reason."""
    is_missing = isinstance(error, FileNotFoundError) and not os.path.islink(path)
    reason = "the file vanished during the run" if is_missing else f"can't be read: {error.strerror or error}"
    return _error_facts(path, reason)


def _error_facts(path: str, reason: str) -> FileFacts:
    return FileFacts(path, (), (), (), (), (), NO_EXPORTS, (UnanalysedRange(1, 0, reason),))


# Starting processes takes as long as the work that they save if there is less than this (seconds of processor time).
_MIN_SECONDS_FOR_POOL = 0.2
_FIRST_CHUNK_SIZE = 50
_CHUNK_SIZE = 150
ScanFunction = Callable[[Sequence[str], Search], list[FileFacts]]


@contextmanager
def scanner_pool(jobs: int) -> Iterator[ScanFunction]:
    """A function that scans files, in `jobs` processes if the first files show that there is enough work."""
    with ExitStack() as stack:
        pools: list[Pool] = []

        def scan_all(paths: Sequence[str], search: Search) -> list[FileFacts]:
            if jobs < 2 or is_worker():
                return scan_files(paths, search)
            facts, remaining = ([], paths) if pools else _scan_until_worthwhile(paths, search)
            if remaining and not pools:
                pools.append(stack.enter_context(process_context().Pool(jobs, init_worker)))
            return facts + _scan_chunks(pools[0].imap, remaining, search) if remaining else facts

        yield scan_all


def _scan_until_worthwhile(paths: Sequence[str], search: Search) -> tuple[list[FileFacts], Sequence[str]]:
    """Scan chunks of files until the rest promises enough work for processes; the facts, and the rest."""
    facts, done, start = [], 0, process_time()
    while done < len(paths):
        chunk = paths[done : done + _FIRST_CHUNK_SIZE]
        facts += scan_files(chunk, search)
        done += len(chunk)
        if (process_time() - start) / done * (len(paths) - done) > _MIN_SECONDS_FOR_POOL:
            break
    return facts, paths[done:]


def _scan_chunks(
    imap: Callable[..., Iterator[list[FileFacts]]], paths: Sequence[str], search: Search
) -> list[FileFacts]:
    chunks = [(paths[start : start + _CHUNK_SIZE], search) for start in range(0, len(paths), _CHUNK_SIZE)]
    return [facts for chunk_facts in imap(_scan_chunk, chunks) for facts in chunk_facts]


def _scan_chunk(task: tuple[Sequence[str], Search]) -> list[FileFacts]:
    return scan_files(*task)
