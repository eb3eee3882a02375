"""`redis-ssot init`: the first minute, without reading."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from flake8_redis_ssot.cli.errors import complain
from flake8_redis_ssot.cli.options import count
from flake8_redis_ssot.config.loading import OWN_NAMES, PYPROJECT, find, how_to_configure
from flake8_redis_ssot.files.atomic_write import DiskError, read, replace, write_whole
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.model import counted
from flake8_redis_ssot.onboarding.propose_config import Proposal, proposals


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `init`."""
    parser.add_argument("root", nargs="?", default=".", metavar="FOLDER", help="the project (default: here)")
    parser.add_argument("-y", "--yes", action="store_true", help="write the first proposal without asking")
    parser.add_argument("-j", "--jobs", type=count, default=0, metavar="N", help="processes (default: one a processor)")
    parser.add_argument("-q", "--quiet", action="store_true", help="do not tell what is being done")


def main(arguments: Namespace) -> int:
    """Propose, and write what is chosen: 0 done, 1 nothing was found or chosen, 2 something is wrong."""
    root = os.path.abspath(arguments.root)
    if not os.path.isdir(root):
        return _fail(f"{arguments.root} is no folder")
    known = find(Path(root))
    if known is not None:
        return _fail(f"{shown_path(str(known))} holds a configuration already; change it there")
    found = _found(root, arguments)
    if not found:
        print("Nothing was found that looks shared: no class with one instance, or with a function that gives it back.")
        print(how_to_configure())
        return 1
    _show(found)
    chosen = found[:1] if arguments.yes else _chosen(found)
    if not chosen:
        return 1
    return _write(root, chosen)


def _found(root: str, arguments: Namespace) -> list[Proposal]:
    def tell(text: str) -> None:
        if not arguments.quiet:
            print(f"{text} …", file=sys.stderr)

    roots = [root, *(path for path in [os.path.join(root, "src")] if os.path.isdir(path))]
    files = discover([root], root=root, exclude=()).files
    return proposals(root, roots, files, arguments.jobs or default_jobs(), tell)


def _show(found: Sequence[Proposal]) -> None:
    if found[0].general:
        print(f"{found[0].general}\n")
    for number, proposal in enumerate(found, 1):
        title = f"{number}. {proposal.home.module}.{proposal.home.name}: {counted(proposal.findings, 'finding')}"
        print(f"{title}\n\n{proposal.table(proposal.home.resource)}\n")


def _chosen(found: Sequence[Proposal]) -> list[Proposal]:
    """Those that the user wants; none where nobody can be asked."""
    if not sys.stdin.isatty():
        print("Write the first one with: redis-ssot init --yes")
        return []
    choice = "1" if len(found) == 1 else f"1-{len(found)}, several with commas"
    answer = input(f"Which of them? ({choice}, nothing for none) ")
    numbers = [int(word) for word in answer.replace(",", " ").split() if word.isdigit()]
    return [found[number - 1] for number in numbers if 1 <= number <= len(found)]


def _write(root: str, chosen: Sequence[Proposal]) -> int:
    """Add to `pyproject.toml`, or make `redis-ssot.toml`: what stands there stays as it is, to the byte."""
    path = os.path.join(root, PYPROJECT)
    names = _names(chosen)
    try:
        if os.path.isfile(path):
            general = f"[tool.redis-ssot]\n{chosen[0].general}" if chosen[0].general else ""
            tables = [proposal.table(name, "tool.redis-ssot.") for proposal, name in zip(chosen, names)]
            before = read(path)
            replace(path, _added(before, _joined(general, tables)), expected=before)
        else:
            path = os.path.join(root, OWN_NAMES[0])
            tables = [proposal.table(name) for proposal, name in zip(chosen, names)]
            write_whole(path, (_joined(chosen[0].general, tables) + "\n").encode())
    except (OSError, DiskError) as error:
        return _fail(f"{shown_path(path)} can't be written: {error}")
    print(f"Written to {shown_path(path)}. Now: redis-ssot check")
    return 0


def _joined(general: str, tables: Sequence[str]) -> str:
    return "\n\n".join(filter(None, [general, *tables]))


def _names(chosen: Sequence[Proposal]) -> list[str]:
    """Names of resources, each used once."""
    names: list[str] = []
    for proposal in chosen:
        name = proposal.home.resource
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names


def _added(before: bytes, text: str) -> bytes:
    """A file with more at its end, in its own line breaks."""
    end = "\r\n" if b"\r\n" in before else "\n"
    gap = end if before.endswith((b"\n", b"")) and (not before or before.endswith(b"\n")) else end * 2
    return before + (gap + text.replace("\n", end) + end).encode()


def _fail(message: str) -> int:
    complain([message])
    return 2
