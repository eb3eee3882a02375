"""What a project constructs of the clients in the catalogue, for people whose project has no home to propose."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from flake8_redis_ssot.config.presets import first_spelling, preset_of
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.onboarding.home_files import has_known_call
from flake8_redis_ssot.onboarding.home_syntax import imported_names
from flake8_redis_ssot.onboarding.text_survey import FileText
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.semantic.ast_queries import dotted_name
from flake8_redis_ssot.syntax.parsing import parse_tolerantly
from flake8_redis_ssot.syntax.source import decode

_MAX_CLIENTS = 10
_MAX_PLACES = 2
_SEVERAL = "; programs often have several"


def describe_known_clients(root: str, texts: Sequence[FileText], homed: Collection[str] = ()) -> str:
    """The ten known clients that are constructed most often outside tests, each with its first places.

    Those of which a program normally has one come first. Those of the presets `homed` are left out; empty if there are
    no others. Names are resolved by the imports of their file alone: an overview, not a check.
    """
    places: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for text in texts:
        if not text.is_test and has_known_call(text):
            for name, row in _find_constructions(text.path):
                preset = preset_of(name)
                if preset is not None and preset.name not in (*homed, "loggers"):
                    places[preset.is_usually_one, name].append(f"{to_relative_path(root, text.path)}:{row}")
    ranked = sorted(places.items(), key=lambda pair: (not pair[0][0], -len(pair[1]), pair[0]))[:_MAX_CLIENTS]
    return "\n".join(
        f"  {name}: {plural(len(found), 'call')} ({', '.join(found[:_MAX_PLACES])}){'' if is_usual else _SEVERAL}"
        for (is_usual, name), found in ranked
    )


def _find_constructions(path: str) -> Iterator[tuple[str, int]]:
    """The calls in a file (absolute path) of what it imports: the first public name, and the row (1-based)."""
    tree = parse_tolerantly(decode(read(path)).text).tree
    imports = dict(imported_names(tree, ""))
    for node in ast.walk(tree):
        head, _, rest = dotted_name(node.func).partition(".") if isinstance(node, ast.Call) else ("", "", "")
        if head in imports and isinstance(node, ast.Call):
            yield first_spelling(".".join(filter(None, (imports[head], rest)))), node.lineno
