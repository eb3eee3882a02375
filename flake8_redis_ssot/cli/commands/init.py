"""`redis-ssot init`: propose a configuration from the code, and write it."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import get_args

from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.cli.options import add_jobs_option
from flake8_redis_ssot.cli.wrapping import print_wrapped
from flake8_redis_ssot.config.loading import OWN_NAMES, configuration_help, find_config
from flake8_redis_ssot.config.model import TestFindings
from flake8_redis_ssot.files.atomic_write import DiskError, read, replace_file, write_atomic
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate
from flake8_redis_ssot.onboarding.known_clients import describe_known_clients
from flake8_redis_ssot.onboarding.proposal import ConfigProposal, FoundPlaces, format_tables, unique_resource_names
from flake8_redis_ssot.onboarding.propose_config import ProposalSearch
from flake8_redis_ssot.onboarding.text_survey import FileText
from flake8_redis_ssot.plurals import plural

_SEARCHED = """\
No shared resource was found: neither a client that the tool knows (`redis-ssot config show` expands presets) nor
a class of the project whose instance is kept in a name, or behind a function that creates it once, and that is also
constructed elsewhere.\
"""
_NO_CLIENTS = "No client of a library that the tool knows is constructed either."
_MOST_CONSTRUCTED = "What is constructed most, of the clients that the tool knows:"
_HOMELESS = "Clients that the tool knows and of which no shared instance was found:"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `init`."""
    add = parser.add_argument
    add("root", nargs="?", default=".", metavar="FOLDER", help="the project folder (default: the working directory)")
    add("-y", "--yes", action="store_true", help="write the proposals that are certain, without asking")
    add("--dry-run", action="store_true", help="print what would be written, and write nothing")
    add("--resource", metavar="NAME", default="", help="only propose resources of this preset or name, such as `redis`")
    add("--class", dest="class_name", metavar="NAME", default="", help="only propose this class as a resource")
    add("--tests", choices=get_args(TestFindings), help="the setting `tests` of what is written (default: separate)")
    add_jobs_option(parser)
    add("-q", "--quiet", action="store_true", help="do not show progress")


def main(arguments: Namespace) -> int:
    """Propose resources and write the chosen ones; returns 0 if written, 1 if none are found or chosen, 2 on errors."""
    root = os.path.abspath(arguments.root)
    if not os.path.isdir(root):
        return _report_error(f"{arguments.root} is not a folder")
    config_file = find_config(Path(root))
    if config_file is not None:
        return _report_error(f"{to_display_path(str(config_file))} already has a configuration; edit it there")
    search = _start_search(root, arguments)
    proposals = search.propose(_make_filter(arguments), arguments.jobs or default_jobs())
    if not proposals:
        clients = describe_known_clients(root, search.texts)
        text = f"{_MOST_CONSTRUCTED}\n{clients}" if clients else _NO_CLIENTS
        print(f"{_SEARCHED}\n\n{text}\n\n{configuration_help()}")
        return 1
    _print_proposals(proposals)
    if not any(each.found.shipped for each in proposals):
        _print_homeless_clients(root, search.texts, {each.canonical.preset for each in proposals})
    selected = _select(proposals, arguments)
    if not selected:
        return 1
    return _write_config(root, selected, _tests_setting(arguments, selected), is_dry_run=arguments.dry_run)


def _print_homeless_clients(root: str, texts: Sequence[FileText], homed: Collection[str]) -> None:
    """Print the known clients that are constructed, but that no proposal is about."""
    clients = describe_known_clients(root, texts, homed)
    if clients:
        print(f"{_HOMELESS}\n{clients}\n")


def _start_search(root: str, arguments: Namespace) -> ProposalSearch:
    def report_progress(text: str) -> None:
        if not arguments.quiet:
            print(f"{text} …", file=sys.stderr)

    src = os.path.join(root, "src")
    roots = [root, src] if os.path.isdir(src) else [root]
    return ProposalSearch(root, roots, discover([root], root=root, exclude=()).files, report_progress)


def _make_filter(arguments: Namespace) -> Callable[[ResourceCandidate], bool] | None:
    """Which candidates `--resource` and `--class` name; None without these options."""
    resource, class_name = arguments.resource.removeprefix("preset:").replace("-", "_"), arguments.class_name
    if not resource and not class_name:
        return None

    def is_wanted(candidate: ResourceCandidate) -> bool:
        names = (candidate.resource_name, candidate.preset.replace("-", "_"))
        is_resource = not resource or any(f"_{name}_".find(f"_{resource}_") >= 0 for name in names)
        constructors = (candidate.class_name, *candidate.constructors)
        return is_resource and (not class_name or any(f".{each}".endswith(f".{class_name}") for each in constructors))

    return is_wanted


def _print_proposals(proposals: Sequence[ConfigProposal]) -> None:
    if proposals[0].general_toml:
        print(f"{proposals[0].general_toml}\n")
    for number, (proposal, name) in enumerate(zip(proposals, unique_resource_names(proposals)), 1):
        print_wrapped("\n".join([f"{number}. {_describe(proposal)}", *_describe_found(proposal)]))
        print(f"\n{proposal.resource_toml(name)}\n")


def _describe(proposal: ConfigProposal) -> str:
    """What is kept where: the title of a proposal."""
    canonical = proposal.canonical
    doubt = "" if proposal.is_sure else " (not certain)"
    kept = f"{canonical.form.value}: {_kept_name(canonical)}"
    return f"{_kept_class(canonical)}: canonical module `{canonical.module}`, {kept}{doubt}"


def _kept_class(canonical: ResourceCandidate) -> str:
    return canonical.class_name if canonical.preset else canonical.constructors[0]


def _kept_name(canonical: ResourceCandidate) -> str:
    if canonical.instance and canonical.accessor:
        return f"`{canonical.instance}`, returned by `{canonical.accessor}()`"
    return f"`{canonical.accessor}()`" if canonical.accessor else f"`{canonical.instance}`"


def _describe_found(proposal: ConfigProposal) -> list[str]:
    found, separate = proposal.found, ", ".join(proposal.separate)
    allowed = [f"   allows {separate}: it is installed or deployed without the module"] if separate else []
    if not found.shipped and not found.tests:
        return ["   no findings today; reports new code from now on", *allowed]
    lines = [f"   reports {plural(found.shipped, 'finding')} in shipped code and {found.tests} in tests", *allowed]
    return [*lines, *_describe_arguments(found), *(f"     {example}" for example in found.examples)]


def _describe_arguments(found: FoundPlaces) -> Iterator[str]:
    """How many of the constructions a fix could replace without dropping arguments."""
    if found.call_count:
        dropped = "; where a fix would drop some, it is manual at most" if found.plain_count < found.call_count else ""
        constructions = plural(found.call_count, "construction")
        yield f"   {found.plain_count} of {constructions} there pass no arguments or the same ones{dropped}"


def _select(proposals: Sequence[ConfigProposal], arguments: Namespace) -> list[ConfigProposal]:
    """The proposals that the user chooses; without a terminal or option, none."""
    certain = [proposal for proposal in proposals if proposal.is_sure]
    if arguments.yes:
        if not certain:
            print("None of them is certain; choose with: redis-ssot init")
        return certain
    if arguments.dry_run:
        return list(proposals)
    if not sys.stdin.isatty():
        print("Write the certain ones with: redis-ssot init --yes")
        return []
    hint = "y: those that are certain, numbers such as `1 3`, all, none"
    while True:
        chosen = parse_choice(input(f"Write which of them? [{hint}] "), proposals)
        if chosen is not None:
            return chosen


def parse_choice(answer: str, proposals: Sequence[ConfigProposal]) -> list[ConfigProposal] | None:
    """The proposals that an answer names: `y`, `1 3`, `all`, or `none` (as an empty answer); None if it is neither."""
    words = answer.replace(",", " ").lower().split()
    if words in ([], ["none"], ["n"], ["no"]):
        return []
    if words == ["all"]:
        return list(proposals)
    if words in (["y"], ["yes"]):
        return [proposal for proposal in proposals if proposal.is_sure]
    if all(word.isascii() and word.isdigit() and 1 <= int(word) <= len(proposals) for word in words):
        return [proposals[number - 1] for number in dict.fromkeys(map(int, words))]
    return None


def _tests_setting(arguments: Namespace, selected: Sequence[ConfigProposal]) -> str:
    """The setting `tests`, asked for if there are findings in tests; empty for the default."""
    chosen: str = arguments.tests or ""
    has_tests = any(proposal.found.tests for proposal in selected)
    is_asked = has_tests and not (chosen or arguments.yes or arguments.dry_run) and sys.stdin.isatty()
    while is_asked and chosen not in get_args(TestFindings):
        words = "separate: after the others, report: among them, ignore: not at all"
        chosen = input(f"Findings in tests? [{words}] ").strip().lower() or "separate"
    return "" if chosen == "separate" else chosen


def _write_config(root: str, selected: Sequence[ConfigProposal], tests: str, *, is_dry_run: bool) -> int:
    """Append to `pyproject.toml`, which is otherwise unchanged, or create `redis-ssot.toml`."""
    pyproject = os.path.join(root, PYPROJECT)
    is_appended = os.path.isfile(pyproject)
    path = pyproject if is_appended else os.path.join(root, OWN_NAMES[0])
    text = format_tables(selected, tests, "tool.redis-ssot." if is_appended else "")
    if is_dry_run:
        print(f"Would write to {to_display_path(path)}:\n\n{text}")
        return 0
    try:
        _append_or_create(path, text, is_appended=is_appended)
    except (OSError, DiskError) as error:
        return _report_error(f"{to_display_path(path)} can't be written: {error}")
    print(f"Wrote {to_display_path(path)}. Next: redis-ssot check")
    return 0


def _append_or_create(path: str, text: str, *, is_appended: bool) -> None:
    if is_appended:
        before = read(path)
        replace_file(path, _append_text(before, text), expected=before)
    else:
        write_atomic(path, f"{text}\n".encode())


def _append_text(before: bytes, text: str) -> bytes:
    """Append text to the contents of a file, with the file's line breaks and after a blank line."""
    newline = "\r\n" if b"\r\n" in before else "\n"
    separator = newline if not before or before.endswith(b"\n") else newline * 2
    return before + (separator + text.replace("\n", newline) + newline).encode()


def _report_error(message: str) -> int:
    print_messages([message])
    return 2
