"""No name has become undefined: files that the campaign has changed, beside what they were before it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import Journal
from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.criterion import Criterion, Place, State, Verdict, place_at
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.linter.fix.regression_check import new_messages
from flake8_redis_ssot.model import Span, counted

_UNDEFINED = frozenset({"UndefinedName", "UndefinedLocal", "UndefinedExport"})
_UNREAD = "Unread"


class _Trouble(NamedTuple):
    kind: str
    place: Place


class _Lost(NamedTuple):
    """A file that can't be compared: its path, and why."""

    path: str
    reason: str


def _no_new_undefined_names(scene: Scene) -> Verdict:
    if scene.journal is None:
        return Verdict(State.UNKNOWN, "no campaign here yet")
    originals = originals_of(scene.journal)
    if not originals:
        return Verdict(State.UNKNOWN, "the campaign has changed no file")
    found = [each for path, digest in originals.items() for each in _compared(scene, path, digest)]
    troubles = [each for each in found if isinstance(each, _Trouble)]
    lost = [each for each in found if isinstance(each, _Lost)]
    serious = [each for each in troubles if each.kind in _UNDEFINED or each.kind == _UNREAD]
    others = [each for each in troubles if each not in serious]
    told = f"{len(serious) or 'none'} in {counted(len(originals), 'file')} that the campaign has changed"
    if others:
        told += f"; {counted(len(others), 'other message')} of pyflakes that it did not give before"
    if lost:
        told += f"; {counted(len(lost), 'file')} can't be compared"
    return Verdict(
        State.FAILED if serious else State.UNKNOWN if lost else State.PASSED,
        told,
        (*(each.place for each in (*serious, *others)), *(Place(each.path, 0, each.reason) for each in lost)),
        details={"files": len(originals), "undefined": len(serious), "others": len(others), "lost": len(lost)},
    )


def originals_of(journal: Journal) -> dict[str, str]:
    """The files that stand changed (paths from the root), in order, with the digest of what each was at first."""
    found: dict[str, str] = {}
    for batch in journal.kept():
        for turn in batch.turns:
            found.setdefault(turn.path, turn.before)
    return dict(sorted(found.items()))


def _compared(scene: Scene, path: str, digest: str) -> Iterator[_Trouble | _Lost]:
    """What is wrong with a file now and was not before; nothing where the file is gone."""
    file = os.path.join(scene.root, *path.split("/"))
    try:
        now = read(file)
    except FileNotFoundError:
        return
    except OSError as error:
        yield _Lost(path, f"can't be read: {error.strerror}")
        return
    try:
        original = (scene.journal.store.get(digest) if scene.journal else None) or b""
    except OSError as error:
        yield _Lost(path, f"its original is lost: {error.strerror}")
        return
    before, after = Sheet.of(file, original), Sheet.of(file, now)
    known = [gap.reason for gap in before.gaps]
    yield from (
        _Trouble(_UNREAD, _at(file, gap.row, f"can't be read any more: {gap.reason}", scene))
        for gap in after.gaps
        if gap.reason not in known
    )
    for (kind, parts), row in sorted(new_messages(before, after), key=lambda message: message[1]):
        yield _Trouble(kind, _at(file, row, _in_words(kind, parts), scene))


def _at(file: str, row: int, text: str, scene: Scene) -> Place:
    return place_at(file, Span(row, 0, row, 0), text, scene)


def _in_words(kind: str, parts: tuple[str, ...]) -> str:
    """A message of pyflakes: its kind in words, and the names that it is about."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return f"{words}: {', '.join(f'`{part}`' for part in parts)}" if parts else words


UNDEFINED = Criterion("undefined", "No name has become undefined since the campaign began", _no_new_undefined_names)
