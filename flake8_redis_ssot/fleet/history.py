"""The history of one repository, its commits divided among the workers of a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from flake8_redis_ssot.campaign.history import CommitCounts, History
from flake8_redis_ssot.config.loading import config_from_overrides, load_config
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.git_objects import Commit, GitRepository
from flake8_redis_ssot.fleet.cluster import Cluster, ClusterError, run_jobs

# Neighbours share most of their files: a part reads its first state anew, so there are few parts.
_MIN_COMMITS = 10
_MAX_PARTS = 64


class HistoryPart(NamedTuple):
    """Some neighbouring commits of a repository, at the same path on all workers.

    The configuration is the file `config_file` (None: only `overrides`) as seen from `root`.
    """

    root: str
    config_file: str | None
    overrides: tuple[str, ...]
    commits: tuple[Commit, ...]


def count_history(
    config: Config,
    overrides: Sequence[str],
    revisions: Sequence[str],
    cluster: Cluster,
    report_progress: Callable[[int, int], None],
) -> list[CommitCounts]:
    """What `History.count_by_commit` yields, by a cluster. Raises GitError and ClusterError.

    `overrides` are the settings from the command line, `report_progress` is called with the number of commits done and
    their total.
    """
    root, file = str(config.root), str(config.file) if config.file is not None else None
    with GitRepository(root) as repository:
        commits = list(repository.commits(*revisions))
    parts = [HistoryPart(root, file, tuple(overrides), part) for part in _divide(commits)]
    counts: dict[int, list[CommitCounts]] = {}
    done = 0
    for completed in run_jobs(cluster, count_part, parts):
        if completed.error is not None:
            raise ClusterError(f"a worker could not count the history: {completed.error}")
        counts[completed.number] = completed.answer
        done += len(completed.answer)
        report_progress(done, len(commits))
    return list(chain.from_iterable(counts[number] for number in range(len(parts))))


def _divide(commits: Sequence[Commit]) -> list[tuple[Commit, ...]]:
    size = max(_MIN_COMMITS, -(-len(commits) // _MAX_PARTS))
    return [tuple(commits[start : start + size]) for start in range(0, len(commits), size)]


def count_part(part: HistoryPart) -> list[CommitCounts]:
    """On a worker: the counts at each commit of a part. Raises GitError, ConfigError and OSError."""
    if not os.path.isdir(part.root):
        raise FileNotFoundError(f"{part.root} is not a folder there; workers need the repository at the same path")
    root = Path(part.root)
    if part.config_file is None:
        config = config_from_overrides(part.overrides, root)
    else:
        config = load_config(Path(part.config_file), root=root, overrides=part.overrides)
    with GitRepository(part.root) as repository:
        history = History(config, repository)
        return [entry._replace(counts=dict(entry.counts)) for entry in history.count_commits(part.commits)]
