"""What somebody has silenced stays as it is, also where another fix would take it along."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.rule import Judged
from flake8_redis_ssot.suppression import Comments, ignored_codes


def silenced(judged: Judged, path: str, bench: Bench) -> bool:
    """Whether a comment, or the configuration for the path, silences a confirmed site."""
    return is_silenced(judged.rule.code, judged.site.noqa_rows, path, bench)


def is_silenced(code: str, rows: Iterable[int], path: str, bench: Bench) -> bool:
    """Whether a code is silenced in a file on any of some rows (1-based)."""
    config = bench.known.config
    ignored = ignored_codes(config.per_file_ignores, bench.relative(path))
    if any(each == "ALL" or code.startswith(each) for each in ignored):
        return True
    directives = Comments(bench.sheet(path).text).silencing(code, tuple(rows))
    return any(directive.holds(config.policy(code)) for directive in directives)
