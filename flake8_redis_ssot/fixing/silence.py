"""What somebody has silenced stays as it is, also where another fix would take it along."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.guards import relative_to
from flake8_redis_ssot.patterns import matches_path
from flake8_redis_ssot.rule import Judged
from flake8_redis_ssot.suppression import Comments


def silenced(judged: Judged, path: str, bench: Bench) -> bool:
    """Whether a comment, or the configuration for the path, silences a confirmed site."""
    return is_silenced(judged.rule.code, judged.site.noqa_rows, path, bench)


def is_silenced(code: str, rows: Iterable[int], path: str, bench: Bench) -> bool:
    """Whether a code is silenced in a file on any of some rows (1-based)."""
    config = bench.known.config
    relative = relative_to(str(config.root), path)
    for pattern, codes in config.per_file_ignores:
        if any(each == "ALL" or code.startswith(each) for each in codes) and matches_path((pattern,), relative):
            return True
    return Comments(bench.sheet(path).text).silence(code, rows)
