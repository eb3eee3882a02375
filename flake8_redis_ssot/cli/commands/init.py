"""`redis-ssot init`: propose a configuration from the code, and write it."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.cli.options import parse_count
from flake8_redis_ssot.config.loading import OWN_NAMES, configuration_help, find_config
from flake8_redis_ssot.files.atomic_write import DiskError, read, replace_file, write_atomic
from flake8_redis_ssot.files.discovery import PYPROJECT, discover
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.onboarding.propose_config import ConfigProposal, propose_configs


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `init`."""
    parser.add_argument(
        "root", nargs="?", default=".", metavar="FOLDER", help="the project folder (default: the working directory)"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="write the first proposal without asking")
    parser.add_argument(
        "-j",
        "--jobs",
        type=parse_count,
        default=0,
        metavar="N",
        help="number of processes (default: one per processor)",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="do not show progress")


def main(arguments: Namespace) -> int:
    """Propose resources and write the chosen ones; returns 0 if written, 1 if none are found or chosen, 2 on errors."""
    root = os.path.abspath(arguments.root)
    if not os.path.isdir(root):
        return _report_error(f"{arguments.root} is not a folder")
    config_file = find_config(Path(root))
    if config_file is not None:
        return _report_error(f"{to_display_path(str(config_file))} already has a configuration; edit it there")
    proposals = _find_proposals(root, arguments)
    if not proposals:
        print(
            "No shared resource was found: no class with a single module-level instance, "
            "or with a function that returns it."
        )
        print(configuration_help())
        return 1
    _print_proposals(proposals)
    selected = proposals[:1] if arguments.yes else _ask_user(proposals)
    if not selected:
        return 1
    return _write_config(root, selected)


def _find_proposals(root: str, arguments: Namespace) -> list[ConfigProposal]:
    def report_progress(text: str) -> None:
        if not arguments.quiet:
            print(f"{text} …", file=sys.stderr)

    src = os.path.join(root, "src")
    roots = [root, src] if os.path.isdir(src) else [root]
    files = discover([root], root=root, exclude=()).files
    return propose_configs(root, roots, files, arguments.jobs or default_jobs(), report_progress)


def _print_proposals(proposals: Sequence[ConfigProposal]) -> None:
    if proposals[0].general_toml:
        print(f"{proposals[0].general_toml}\n")
    for number, proposal in enumerate(proposals, 1):
        title = (
            f"{number}. {proposal.canonical.module}.{proposal.canonical.class_name}: "
            f"{plural(proposal.finding_count, 'finding')}"
        )
        print(f"{title}\n\n{proposal.resource_toml(proposal.canonical.resource_name)}\n")


def _ask_user(proposals: Sequence[ConfigProposal]) -> list[ConfigProposal]:
    """The proposals that the user chooses; none if standard input is not a terminal."""
    if not sys.stdin.isatty():
        print("Write the first one with: redis-ssot init --yes")
        return []
    choices_hint = "1" if len(proposals) == 1 else f"1-{len(proposals)}, several with commas"
    answer = input(f"Which ones? ({choices_hint}, empty for none) ")
    numbers = [int(word) for word in answer.replace(",", " ").split() if word.isdigit()]
    return [proposals[number - 1] for number in numbers if 1 <= number <= len(proposals)]


def _write_config(root: str, selected: Sequence[ConfigProposal]) -> int:
    """Append to `pyproject.toml`, which is otherwise unchanged, or create `redis-ssot.toml`."""
    path = os.path.join(root, PYPROJECT)
    resource_names = _unique_resource_names(selected)
    try:
        if os.path.isfile(path):
            general = f"[tool.redis-ssot]\n{selected[0].general_toml}" if selected[0].general_toml else ""
            tables = [each.resource_toml(name, "tool.redis-ssot.") for each, name in zip(selected, resource_names)]
            before = read(path)
            replace_file(path, _append_text(before, _join_tables(general, tables)), expected=before)
        else:
            path = os.path.join(root, OWN_NAMES[0])
            tables = [each.resource_toml(name) for each, name in zip(selected, resource_names)]
            write_atomic(path, (_join_tables(selected[0].general_toml, tables) + "\n").encode())
    except (OSError, DiskError) as error:
        return _report_error(f"{to_display_path(path)} can't be written: {error}")
    print(f"Wrote {to_display_path(path)}. Next: redis-ssot check")
    return 0


def _join_tables(general: str, tables: Sequence[str]) -> str:
    return "\n\n".join(filter(None, [general, *tables]))


def _unique_resource_names(selected: Sequence[ConfigProposal]) -> list[str]:
    """The names of the resources, made unique by a number."""
    names: list[str] = []
    for proposal in selected:
        name = proposal.canonical.resource_name
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names


def _append_text(before: bytes, text: str) -> bytes:
    """Append text to the contents of a file, with the file's line breaks and after a blank line."""
    newline = "\r\n" if b"\r\n" in before else "\n"
    separator = newline if not before or before.endswith(b"\n") else newline * 2
    return before + (separator + text.replace("\n", newline) + newline).encode()


def _report_error(message: str) -> int:
    print_messages([message])
    return 2
