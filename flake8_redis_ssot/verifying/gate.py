"""What the gate has said last of a state that stands, or what it says now."""

from __future__ import annotations

import os
import time

from flake8_redis_ssot.campaign.journal import Asked, Journal
from flake8_redis_ssot.campaign.restoring import present_at
from flake8_redis_ssot.selection import counted
from flake8_redis_ssot.verifying.criterion import Criterion, State, Verdict
from flake8_redis_ssot.verifying.scene import Scene

_HOW = "`--validate COMMAND` asks one now"


def _gate_passes(scene: Scene) -> Verdict:
    if scene.unasked:
        return Verdict(State.UNKNOWN, scene.unasked)
    if scene.asked is not None:
        return _told(scene.asked, _in_words(scene.asked, "now"))
    if scene.journal is None:
        return Verdict(State.UNKNOWN, f"no campaign here yet; {_HOW}")
    unfinished = scene.journal.unfinished()
    if unfinished is not None:
        resume = ("redis-ssot remediate --resume",)
        return Verdict(State.UNKNOWN, f"run {unfinished.name} came to no end", commands=resume)
    last = last_of(scene.journal)
    if last is None:
        return Verdict(State.UNKNOWN, f"the campaign has asked no gate; {_HOW}")
    when = time.strftime("on %Y-%m-%d at %H:%M", time.localtime(last.at))
    told = _in_words(last, when)
    edited = _edited_since(scene, scene.journal)
    if edited:
        told += f"; since then {counted(edited, 'file')} of the campaign changed: {_HOW}"
    return _told(last, told)


def last_of(journal: Journal) -> Asked | None:
    """The last answer about a state that stands: what the gate has refused was put back."""
    kept = {f"{batch.run}/{batch.batch}" for batch in journal.kept()}
    standing = (each for each in reversed(journal.asked) if not each.batch or each.batch in kept)
    return next(standing, None)


def _told(said: Asked, summary: str) -> Verdict:
    return Verdict(State.PASSED if said.passed else State.FAILED, summary, details=said._asdict())


def _in_words(said: Asked, when: str) -> str:
    how = f"exit code {said.code}" if said.passed else said.reason
    return f"`{said.command}` {'passed' if said.passed else 'failed'} {when} ({how}, {said.seconds:.1f} s)"


def _edited_since(scene: Scene, journal: Journal) -> int:
    """How many files are not as the campaign has left them."""
    left = {turn.path: turn.after for batch in journal.kept() for turn in batch.turns}
    return sum(not _is_as_left(scene, journal, path, digest) for path, digest in left.items())


def _is_as_left(scene: Scene, journal: Journal, path: str, digest: str) -> bool:
    file = os.path.join(scene.root, *path.split("/"))
    try:
        return present_at(file) == journal.store.get(digest)
    except OSError:
        return False


GATE = Criterion("gate", "The gate passes", _gate_passes)
