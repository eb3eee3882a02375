"""What was fixed, by file and code, as ruff's `--show-fixes` lists it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.paint import Paint


def listed(fixed: Sequence[Finding], names: Mapping[str, str], paint: Paint, *, would: bool = False) -> str:
    """The list; `names` are rule names by code. `would`: nothing has been written."""
    several = "s" if len(fixed) != 1 else ""
    head = f"{'Would fix' if would else 'Fixed'} {len(fixed)} finding{several}"
    return "\n".join([head + (":" if fixed else "."), *_files(fixed, names, paint)])


def _files(fixed: Iterable[Finding], names: Mapping[str, str], paint: Paint) -> Iterator[str]:
    for path, findings in groupby(sorted(fixed), key=lambda finding: finding.path):
        yield f"- {paint('bold', path)}:"
        for code, count in sorted(Counter(finding.code for finding in findings).items()):
            yield f"    {count} x {paint('red', code)} ({names[code]})"
