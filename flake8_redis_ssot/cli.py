"""The `redis-ssot` command: arguments in, text and an exit code out (0 clean, 1 findings, 2 we or the user failed)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from flake8_redis_ssot import __version__


def run() -> None:
    """Entry point of the installed command."""
    import gc

    # The process is over before its garbage matters; looking for cycles in syntax trees takes half the time.
    gc.disable()
    raise SystemExit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. `argv` are the words after the command's name, by default those of the process."""
    words = sys.argv[1:] if argv is None else argv
    # As in ruff, a reason stands behind `=` only: the next word is a path.
    arguments = _parsed(["--add-noqa=" if word == "--add-noqa" else word for word in words])
    try:
        # Each command imports what it needs, and no other does.
        status: int = import_module(f"flake8_redis_ssot.commands.{arguments.command}").main(arguments)
    except BrokenPipeError:
        # Whoever read our output has had enough (`| head`): no traceback, and none at interpreter exit either.
        sys.stdout = None
        return 1
    except KeyboardInterrupt:
        return 130
    except ChildProcessError as error:
        print(f"redis-ssot: {error}", file=sys.stderr)
        return 2
    return status


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """The arguments; paths may stand among the flags, which argparse itself does not allow in a command."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(words)
    if not hasattr(arguments, "paths") or any(word.startswith("-") and word != "-" for word in rest):
        parser.parse_args(words)  # which says what is wrong, or nothing
    else:
        arguments.paths += rest
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="redis-ssot", description="Keeps code to the single source of truth of its shared resources."
    )
    parser.add_argument("-V", "--version", action="version", version=f"redis-ssot {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="find every place that goes round the source of truth"))
    _add_rule(commands.add_parser("rule", help="explain a code"))
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command="check")
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders (default: the working directory; - is standard input)",
    )
    add("--select", metavar="CODES", type=_codes, default=(), help="codes or prefixes to report, or ALL")
    add("--extend-select", metavar="CODES", type=_codes, default=(), help="codes to report besides")
    add("--ignore", metavar="CODES", type=_codes, default=(), help="codes or prefixes to leave out")
    add(
        "--exclude",
        metavar="PATTERNS",
        type=_commas,
        action="extend",
        default=[],
        help="gitignore-style patterns to leave out",
    )
    add("--force-exclude", action="store_true", help="leave them out even if they are named")
    add(
        "--config",
        metavar="FILE|KEY=VALUE",
        action="append",
        default=[],
        help="a configuration file, or a TOML setting over it",
    )
    add("--isolated", action="store_true", help="look for no configuration file")
    add("--output-format", choices=("concise", "full", "json"), default="full", help="default: full")
    add("-o", "--output-file", metavar="FILE", help="write the report there")
    add("--statistics", action="store_true", help="only count, by code")
    add("-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add("--stdin-filename", metavar="PATH", help="the name of what is read from standard input")
    add("--ignore-noqa", action="store_true", help="honour no noqa comments")
    add("--add-noqa", type=_reason, metavar="REASON", help="write a noqa comment on each line with a finding")
    _add_fix_flags(parser)
    add("--no-cache", action="store_true", help="read every file afresh, and remember nothing")
    add(
        "--cache-dir",
        metavar="FOLDER",
        default="",
        help="where to remember (default: .redis_ssot_cache beside the configuration)",
    )
    add("-j", "--jobs", type=_count, default=0, metavar="N", help="processes (default: one for each processor)")
    add("-q", "--quiet", action="store_true", help="print findings and errors only")


def _add_fix_flags(parser: argparse.ArgumentParser) -> None:
    """As ruff has them."""
    add = parser.add_argument
    add("--fix", action="store_true", help="apply fixes that are safe")
    add("--unsafe-fixes", action="store_true", help="with --fix, also those that are not; say so in the report")
    add("--fix-only", action="store_true", help="apply fixes, and report nothing that is left")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--show-fixes", action="store_true", help="list what was fixed")
    add("--exit-non-zero-on-fix", action="store_true", help="exit with 1 if anything was fixed")
    add("--fixable", metavar="CODES", type=_codes, default=(), help="codes or prefixes to fix (default: ALL)")
    add("--extend-fixable", metavar="CODES", type=_codes, default=(), help="codes to fix besides")
    add("--unfixable", metavar="CODES", type=_codes, default=(), help="codes or prefixes not to fix")


def _add_rule(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command="rule")
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as RSS002")
    parser.add_argument("--all", action="store_true", help="list every code")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="default: text")


def _commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _codes(text: str) -> tuple[str, ...]:
    from flake8_redis_ssot.selection import names_by_code

    codes = tuple(code.upper() for code in _commas(text))
    if not codes:
        raise argparse.ArgumentTypeError("no code is given; ALL means all")
    for code in codes:
        if code != "ALL" and not any(known.startswith(code) for known in names_by_code()):
            known = ", ".join(names_by_code())
            raise argparse.ArgumentTypeError(f"`{code}` selects no rule; there are {known}, and ALL")
    return codes


def _reason(text: str) -> str:
    if not text.isprintable():
        raise argparse.ArgumentTypeError("a reason is a line of plain text")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of processes (1 or more)")
    return int(text)


if __name__ == "__main__":
    run()
