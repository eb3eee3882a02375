"""Which files may keep an instance of something that is worth guarding, told by their texts: only these are parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.config.catalogue import PRESETS
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.candidates import RESOURCE_WORD
from flake8_redis_ssot.onboarding.migrations import script_folder
from flake8_redis_ssot.onboarding.text_survey import FileText

_MAX_CLASSES = 60


def find_home_files(texts: Sequence[FileText]) -> Iterator[str]:
    """The files (absolute paths), outside tests and migrations, that may keep an instance.

    It is of a known client, or of one of the project's classes: those of settings, and those that most files call.
    """
    settings = frozenset(name for text in texts for name in text.settings)
    class_names = settings.union(rank_classes(texts))
    shipped = (text for text in texts if not text.is_test and not script_folder(text))
    return (text.path for text in shipped if _may_be_home(text, class_names))


def rank_classes(texts: Sequence[FileText], limit: int = _MAX_CLASSES) -> list[str]:
    """The project's classes that most other files outside tests call; names typical of resources count three times."""
    project_classes = {name for text in texts for name in text.defined}
    counts = Counter(name for text in texts for name in (text.called & project_classes) - text.defined)
    weights = {name: number * (3 if RESOURCE_WORD.search(name) else 1) for name, number in counts.items()}
    return sorted(weights, key=lambda name: (-weights[name], name))[:limit]


def _may_be_home(text: FileText, class_names: frozenset[str]) -> bool:
    if not class_names.isdisjoint(text.kept | text.returned):
        return True
    if text.keeps_in_functions and not class_names.isdisjoint(text.called):
        return True
    is_importing = not text.imported.isdisjoint(_KNOWN_PACKAGES)
    if not is_importing or not (text.kept or text.keeps_in_functions):
        return False
    data = read(text.path)
    return any(call in data for call in _KNOWN_CALLS)


# Loggers are no resource that `init` proposes.
_KNOWN = [known for preset in PRESETS if preset.name != "loggers" for known in preset.constructors]
_KNOWN_PACKAGES = frozenset(name.partition(".")[0] for known in _KNOWN for name in known.names)
_KNOWN_CALLS = tuple({f"{name.rpartition('.')[2]}(".encode() for known in _KNOWN for name in known.spellings})
