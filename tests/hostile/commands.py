"""The commands that are run in each hostile repository: all of them, in all of their formats."""

from __future__ import annotations

from flake8_redis_ssot.reports.report import format_names

_VALIDATE = ("--validate", "true")
_CHECKS = tuple(("check", "--output-format", name) for name in format_names())
COMMANDS: tuple[tuple[str, ...], ...] = (
    *_CHECKS,
    ("check", "--statistics"),
    ("check", "--statistics", "--output-format", "json"),
    ("check", "--no-cache", "-o", "report.txt"),
    ("check", "--diff", "--unsafe-fixes"),
    ("check", "--add-noqa=hostile"),
    ("check", "--fix", "--show-fixes"),
    ("check", "--fix-only", "--unsafe-fixes", "--no-cache"),
    ("doctor",),
    ("suppressions",),
    ("suppressions", "--output-format", "json"),
    ("baseline", "create"),
    ("baseline", "check"),
    ("plan", "--files"),
    ("plan", "--json"),
    ("plan", "--factories"),
    ("plan", "--factories", "--json"),
    ("remediate", "--phase", "1", "--dry-run"),
    ("remediate", "--phase", "1", *_VALIDATE),
    ("remediate", "--phase", "2", "--unsafe-fixes", "--commit", *_VALIDATE),
    ("remediate", "--resume"),
    ("integrate", "app.service", "--adapter"),
    ("integrate", "app.service", "--output-format", "json"),
    ("integrate", "app.service", "--apply", "--unsafe-fixes", *_VALIDATE),
    ("rollback", "--list"),
    ("rollback",),
    ("progress",),
    ("progress", "--html", "page.html"),
    ("progress", "--history"),
    ("verify",),
    ("verify", "--output-format", "json"),
    ("verify", "--output-format", "markdown"),
    ("monitor",),
    ("export", "ruff"),
    ("export", "import-linter"),
    ("export", "semgrep"),
    ("init", "--yes"),
)
