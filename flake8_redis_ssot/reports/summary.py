"""What was fixed, by file and code, as ruff's `--show-fixes` lists it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.reports.report import Report
from flake8_redis_ssot.terminal import Paint


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


def total(report: Report, paint: Paint) -> str:
    """The last lines: how many findings there are, were, and can be fixed."""
    left = len(report.findings)
    count = left + report.fixed
    if not count:
        return "All checks passed!"
    several = "s" if count > 1 else ""
    if report.fixed:
        return f"Found {count} finding{several} ({report.fixed} fixed, {left} remaining)."
    return "\n".join([f"Found {count} finding{several}.", *_offer(report, paint)])


def _offer(report: Report, paint: Paint) -> Iterator[str]:
    trust = [finding.fix.applicability for finding in report.findings if isinstance(finding.fix, Fix)]
    safe, unsafe = trust.count(Applicability.SAFE), trust.count(Applicability.UNSAFE)
    mark = f"[{paint('cyan', '*')}]"
    if report.unsafe and safe + unsafe:
        yield f"{mark} {safe + unsafe} fixable with the `--fix` option."
    elif safe and unsafe:
        yield f"{mark} {safe} fixable with the `--fix` option ({unsafe} more with `--unsafe-fixes`)."
    elif safe:
        yield f"{mark} {safe} fixable with the `--fix` option."
    elif unsafe:
        yield f"No safe fixes; {unsafe} with `--fix --unsafe-fixes`."


def applies(finding: Finding, report: Report) -> bool:
    """Whether the present flags would fix a finding."""
    least = Applicability.UNSAFE if report.unsafe else Applicability.SAFE
    return isinstance(finding.fix, Fix) and finding.fix.applicability >= least


def star(finding: Finding, report: Report, paint: Paint) -> str:
    """The mark of a finding that the present flags would fix, with a blank before it; else nothing."""
    return f" [{paint('cyan', '*')}]" if applies(finding, report) else ""
