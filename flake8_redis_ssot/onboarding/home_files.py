"""Which files may keep an instance of something that is worth guarding, told by their texts: only these are parsed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from flake8_redis_ssot.config.catalogue import PRESETS
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.candidates import RESOURCE_WORD
from flake8_redis_ssot.onboarding.migrations import script_folder
from flake8_redis_ssot.onboarding.text_survey import FileText

_MAX_CLASSES = 60


def find_home_files(texts: Sequence[FileText]) -> Iterator[str]:
    """The files (absolute paths), outside tests and migrations, that may keep an instance.

    It is of a known client, or of one of the project's classes: those that derive from a known one, and those that
    most files call.
    """
    derived = frozenset(name for text in texts for name in text.derived)
    class_names = derived.union(rank_classes(texts))
    shipped = (text for text in texts if not text.is_test and not script_folder(text))
    return (text.path for text in shipped if _may_be_home(text, class_names))


def rank_classes(texts: Sequence[FileText], limit: int = _MAX_CLASSES) -> list[str]:
    """The project's classes that may be kept and that most other files outside tests call.

    Names typical of resources count three times.
    """
    kept = {name for text in texts for name in text.kept | text.returned}
    kept |= {name for text in texts if text.keeps_in_functions for name in text.defined | text.called}
    classes = kept.intersection(name for text in texts for name in text.defined)
    counts = Counter(name for text in texts for name in (text.called & classes) - text.defined)
    weights = {name: number * (3 if RESOURCE_WORD.search(name) else 1) for name, number in counts.items()}
    return sorted(weights, key=lambda name: (-weights[name], name))[:limit]


def _may_be_home(text: FileText, class_names: frozenset[str]) -> bool:
    if not class_names.isdisjoint(text.kept | text.returned):
        return True
    if text.keeps_in_functions and not class_names.isdisjoint(text.called):
        return True
    return bool(text.kept or text.keeps_in_functions) and has_known_call(text)


def has_known_call(text: FileText) -> bool:
    """Whether a file seems to call a constructor of a known client, by its imports and its text."""
    calls = [call for package in text.imported for call in _known_calls().get(package, ())]
    data = read(text.path) if calls else b""
    return any(call in data for call in calls)


@cache
def _known_calls() -> dict[str, set[bytes]]:
    """The texts of calls of known clients, by the first part of the packages; `init` proposes no loggers."""
    calls: dict[str, set[bytes]] = defaultdict(set)
    for known in (known for preset in PRESETS if preset.name != "loggers" for known in preset.constructors):
        for name in known.spellings:
            calls[name.partition(".")[0]].add(f"{name.rpartition('.')[2]}(".encode())
    return calls
