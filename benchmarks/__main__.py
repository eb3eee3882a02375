"""`python -m benchmarks`: arguments in, a table and JSON out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Report
from benchmarks.session import Plan, compare, compare_repositories, scale, widen
from benchmarks.tables import render_markdown, render_text
from benchmarks.trees import copy_tree, generate

NAMES = (
    *(
        "cold",
        "warm",
        "changed",
        "changed-other",
        "version",
        "python",
        "ruff",
        "ruff-warm",
        "rg",
        "ast-grep",
        "semgrep",
    ),
    *("flake8-service-alone", "flake8-service-ours", "flake8-service-tidy"),
    *("flake8-file-alone", "flake8-file-ours", "memory"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks, print the table and write the JSON; returns 0 whether or not targets are met."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if (arguments.tree is None) != (arguments.config is None):
        parser.error("--tree and --config go together")
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch:
        report = _measure(arguments, Path(scratch).resolve())
    sys.stdout.write(render_markdown(report) if arguments.markdown else render_text(report))
    if arguments.json is not None:
        arguments.json.write_text(report.as_json(), encoding="utf-8")
    return 0


def _measure(arguments: argparse.Namespace, scratch: Path) -> Report:
    plan = Plan(arguments.rounds, arguments.peers, arguments.only, scratch, _print_progress)
    if arguments.scaling:
        return scale(plan, arguments.share)
    if arguments.wide:
        return widen(plan)
    if arguments.repositories is not None:
        return compare_repositories(plan, arguments.repositories.resolve())
    if arguments.tree is not None:
        return compare(plan, copy_tree(arguments.tree, arguments.config, scratch / "copy"))
    return compare(plan, generate(arguments.files, arguments.share, scratch / "monorepo"))


def _print_progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--files", type=int, default=8000, metavar="N", help="Python files to make up (default: 8000)")
    parser.add_argument("--share", type=_share, default=0.03, help="of which mention the resource (default: 0.03)")
    parser.add_argument("--tree", type=Path, metavar="PATH", help="somebody's code instead; it is copied first")
    parser.add_argument("--config", type=Path, metavar="FILE", help="our configuration for it")
    parser.add_argument("--scaling", action="store_true", help="compare 1000 files with 32000 instead")
    parser.add_argument("--wide", action="store_true", help="measure small, common, many findings, many settings")
    parser.add_argument(
        "--repositories", type=Path, metavar="DIR", help="measure the repositories of benchmarks/configurations there"
    )
    parser.add_argument("--rounds", type=_rounds, default=5, metavar="N", help="timed runs of each (default: 5)")
    parser.add_argument("--only", nargs="+", default=[], choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument(
        "--peers", nargs="+", default=[], metavar="DIR", help="where tools are, before BENCHMARK_PEERS and the PATH"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the machine, versions and all samples there")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/benchmarks.md")
    return parser


def _rounds(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def _share(text: str) -> float:
    if not 0 <= float(text) <= 0.5:
        raise ValueError
    return float(text)


if __name__ == "__main__":
    raise SystemExit(main())
