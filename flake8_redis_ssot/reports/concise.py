"""One line per finding: `path:row:column: code message`, rows and columns 1-based."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report


def render(report: Report, paint: Paint) -> str:
    """The findings and their number."""
    return "\n".join([*(_line(finding, report, paint) for finding in report.findings), total(report, paint)])


def _line(finding: Finding, report: Report, paint: Paint) -> str:
    colon = paint("cyan", ":")
    path = paint.place(finding.path, paint("bold", finding.path))
    place = "".join(f"{colon}{part}" for part in report.place(finding).split(":"))
    code = f"{paint('red', finding.code)}{star(finding, report, paint)}"
    return f"{path}{place}{colon} {code} {finding.message}"


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
