"""What a project constructs of the clients in the catalogue, for people whose project has no home to propose."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from flake8_redis_ssot.config.catalogue import PRESETS
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.onboarding.text_survey import FileText

_MAX_CLIENTS = 10
_MAX_PLACES = 2


def describe_known_clients(root: str, texts: Sequence[FileText]) -> str:
    """The ten known clients that are constructed most often outside tests, each with its first places.

    Calls are recognised by their last name in files that import the package: an overview, not a check.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        imported = frozenset() if text.is_test else text.imported
        searches = [(name, regex) for package, name, regex in _CALLS if package in imported]
        lines = read(text.path).splitlines() if searches else []
        for row, line in enumerate(lines, 1):
            for name, regex in searches if b"(" in line else ():
                if regex.search(line):
                    places[name].append(f"{to_relative_path(root, text.path)}:{row}")
    if not places:
        return "No client of a library that the tool knows is constructed either."
    ranked = sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_MAX_CLIENTS]
    described = [f"  {name}: {plural(len(found), 'call')} ({', '.join(found[:_MAX_PLACES])})" for name, found in ranked]
    return "\n".join(["What is constructed most, of the clients that the tool knows:", *described])


def _call_patterns() -> list[tuple[str, str, re.Pattern[bytes]]]:
    """The package, the name and the pattern of a call of each known constructor that a program normally has one of."""
    names = [known.names[0] for preset in PRESETS if preset.is_usually_one for known in preset.constructors]
    return [
        (name.partition(".")[0], name, re.compile(rb"\b" + re.escape(name.rpartition(".")[2].encode()) + rb"\("))
        for name in names
    ]


_CALLS = _call_patterns()
