"""The baseline of a run: which of its findings are known."""

from __future__ import annotations

import os
from collections.abc import Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import Entry, entries_of, path_from
from flake8_redis_ssot.baseline.matching import Match, match
from flake8_redis_ssot.baseline.storage import load
from flake8_redis_ssot.config.settings import Config
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.selection import Selection

_UNANALYSED = "RSS900"


class Baseline(NamedTuple):
    """The known findings of a project: the file (absolute path) with its entries, and the folder they count from."""

    file: str
    root: str
    entries: tuple[Entry, ...]


class Sifted(NamedTuple):
    """Findings apart: `new` ones and `known` ones. `match` says what the baseline says too much."""

    baseline: Baseline
    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    match: Match


def baseline_of(config: Config, file: str) -> Baseline | None:
    """The baseline in a file (a path; empty: the one of the configuration, if it has one). Raises BaselineError."""
    path = os.path.abspath(file) if file else config.baseline and os.path.join(config.root, config.baseline)
    return Baseline(path, str(config.root), load(path)) if path else None


def sift(
    baseline: Baseline, findings: Sequence[Finding], files: Set[str], selection: Selection, *, whole: bool
) -> Sifted:
    """Tell known findings from new ones.

    `files` (absolute paths) are those that were looked at, `whole`: all of the project; `selection` are the codes.
    """
    found = entries_of(findings, baseline.root)
    looked_at = {path_from(baseline.root, path) for path in files}
    # What can't be read holds nothing that is found, yet nothing is mended in it.
    unread = {entry.path for entry in found if entry.code == _UNANALYSED}

    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(baseline.root, path))

    def covers(entry: Entry) -> bool:
        return entry.path in looked_at and entry.path not in unread and selection.has(entry.code)

    everything = whole and all(selection.has(entry.code) for entry in baseline.entries)
    result = match(baseline.entries, found, covers=covers, exists=exists, whole=everything)
    pairs = list(zip(findings, found))
    new = tuple(finding for finding, entry in pairs if entry not in result.known)
    known = tuple(finding for finding, entry in pairs if entry in result.known)
    return Sifted(baseline, new, known, result)
