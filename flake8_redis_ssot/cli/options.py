"""Options that several commands share, named as in ruff where ruff has them."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from flake8_redis_ssot.terminal import COLOR_CHOICES


def add_path_arguments(parser: ArgumentParser, *, default: str = "the working directory; - is standard input") -> None:
    """Add files and directories as positional arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help=f"files and folders (default: {default})")


def add_selection_options(parser: ArgumentParser) -> None:
    """Add the options that select files and codes."""
    add = parser.add_argument
    add("--select", metavar="CODES", type=parse_codes, default=(), help="codes or prefixes to report, or ALL")
    add("--extend-select", metavar="CODES", type=parse_codes, default=(), help="codes to report in addition")
    add("--ignore", metavar="CODES", type=parse_codes, default=(), help="codes or prefixes to ignore")
    add(
        "--exclude",
        metavar="PATTERNS",
        type=parse_comma_list,
        action="extend",
        default=[],
        help="gitignore-style patterns to exclude",
    )
    add("--force-exclude", action="store_true", help="apply exclusions even to paths named on the command line")
    add("--ignore-noqa", action="store_true", help="ignore noqa comments")


def add_config_options(parser: ArgumentParser) -> None:
    """Add the options for configuration, cache and processes."""
    add = parser.add_argument
    add(
        "--config",
        metavar="FILE|KEY=VALUE",
        action="append",
        default=[],
        help="a configuration file, or a TOML setting over it",
    )
    add("--isolated", action="store_true", help="ignore configuration files")
    add("--no-cache", action="store_true", help="disable the cache")
    add(
        "--cache-dir",
        metavar="FOLDER",
        default="",
        help="cache folder (default: .redis_ssot_cache beside the configuration)",
    )
    add_jobs_option(parser)
    add_output_options(parser)


def add_jobs_option(parser: ArgumentParser) -> None:
    """Add the option for the number of processes."""
    parser.add_argument(
        "-j",
        "--jobs",
        type=parse_count,
        default=0,
        metavar="N",
        help="number of processes (default: one per processor)",
    )


def add_output_options(parser: ArgumentParser) -> None:
    """Add the options for how much is printed, and in which colours."""
    add = parser.add_argument
    add("-v", "--verbose", action="store_true", help="print all reasons, full names, and what was read")
    add("-q", "--quiet", action="store_true", help="print only findings and errors")
    add("--color", choices=COLOR_CHOICES, default="auto", help="colours in the output (default: auto)")


def add_baseline_options(parser: ArgumentParser) -> None:
    """Add the options for the baseline."""
    add = parser.add_argument
    add(
        "--baseline",
        metavar="FILE",
        default="",
        help="file of known findings, which are not reported (default: `baseline` in the settings, or one beside them)",
    )
    add("--no-baseline", action="store_true", help="also report findings in the baseline")


def add_fixable_options(parser: ArgumentParser) -> None:
    """Add the options that select the codes to fix."""
    add = parser.add_argument
    add("--fixable", metavar="CODES", type=parse_codes, default=(), help="codes or prefixes to fix (default: ALL)")
    add("--extend-fixable", metavar="CODES", type=parse_codes, default=(), help="codes to fix in addition")
    add("--unfixable", metavar="CODES", type=parse_codes, default=(), help="codes or prefixes not to fix")


def parse_comma_list(text: str) -> list[str]:
    """The non-empty items of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parse_codes(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list of codes or prefixes. Raises ArgumentTypeError if one matches no rule."""
    from flake8_redis_ssot.codes import names_by_code

    selected = tuple(code.upper() for code in parse_comma_list(text))
    if not selected:
        raise ArgumentTypeError("no code given; use ALL for all")
    for code in selected:
        if code != "ALL" and not any(available.startswith(code) for available in names_by_code()):
            available = ", ".join(names_by_code())
            raise ArgumentTypeError(f"`{code}` selects no rule; available: {available} and ALL")
    return selected


def parse_count(text: str) -> int:
    """Parse a positive integer. Raises ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"`{text}` is not a positive number")
    return int(text)


def parse_seconds(text: str) -> float:
    """Parse a positive, finite number of seconds. Raises ArgumentTypeError for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"`{text}` is not a number of seconds")
    return seconds
