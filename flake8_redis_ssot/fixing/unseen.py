"""Patches of which it cannot be seen what they replace, and texts that may be the target of one."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from contextlib import suppress

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.patching import shown
from flake8_redis_ssot.fixing.proofs import Doubt
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.names.facts import Mention
from flake8_redis_ssot.names.scopes import last_name
from flake8_redis_ssot.rule import View
from flake8_redis_ssot.targets import origins_of


def may_be_patched(path: str, name: str, view: View, bench: Bench) -> Iterator[Doubt]:
    """What may replace `name` in the module at `path`, unseen. Raises Unanswered."""
    bench.patches(path, name)  # asks for the files that name it
    shown_name = f"`{bench.module(path)}.{name}`"
    for file, facts in sorted(bench.known.all_facts().items()):
        for mention in facts.mentions:
            if _is_of_something(mention, name):
                place = shown(file, mention.span.row, view)
                for worst in _as_it_has_to_do_with(file, path, name, bench):
                    yield Doubt(f"the patch at {place} may stand in for it: what it patches cannot be seen", worst)
            elif _is_target(mention, name, file, path, bench) and _patches_by_name(bench.sheet(file)):
                place = shown(file, mention.span.row, view)
                yield Doubt(f"{shown_name} is named at {place}, and may be patched", Applicability.MANUAL)


def _is_of_something(mention: Mention, name: str) -> bool:
    return mention.role == "object" and not mention.owners and mention.text == name


def _is_target(mention: Mention, name: str, file: str, path: str, bench: Bench) -> bool:
    if mention.role != "text" or not mention.text.replace(":", ".").endswith(f".{name}"):
        return False
    for origin in origins_of(mention, bench.project):
        module, _, attributes = origin.partition(":")
        if attributes == name and bench.project.path_of(module, file) == path:
            return True
    return False


def _patches_by_name(sheet: Sheet) -> bool:
    """Whether something in a file patches a target that is no text there and then."""
    calls = (call for call in sheet.calls if call.args)
    return any(_is_patcher(call) and not isinstance(call.args[0], (ast.Constant, ast.JoinedStr)) for call in calls)


def _is_patcher(call: ast.Call) -> bool:
    last = last_name(call.func)
    if last == "multiple":
        return True
    return last == "patch" or (len(call.args) == 2 and last == "setattr") or (len(call.args) == 1 and last == "delattr")


def _as_it_has_to_do_with(file: str, path: str, name: str, bench: Bench) -> Iterator[Applicability]:
    """How far to trust a fix, where a file, or what it gets its fixtures from, imports a module or has its name."""
    module = bench.module(path)
    last = module.rpartition(".")[2]
    word = re.compile(rf"\b{re.escape(module if last == name else last)}\b".encode())
    files = (file, *_fixtures(file, bench))
    if file == path or any(bench.imports(each, path) or bench.graph.imports(each, path) for each in files):
        yield Applicability.MANUAL
    elif any(word.search(bench.text(each)) for each in files):
        yield Applicability.UNSAFE


def _fixtures(file: str, bench: Bench) -> Iterator[str]:
    """The `conftest.py` of its folder and of those above."""
    folder = os.path.dirname(file)
    while folder.startswith(str(bench.known.config.root)):
        path = os.path.join(folder, "conftest.py")
        with suppress(OSError):
            bench.known.data(path)
            yield path
        folder = os.path.dirname(folder)
