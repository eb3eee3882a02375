"""Nothing is found any more, beside what the baseline lets pass; and no class does again what a guarded one does."""

from __future__ import annotations

import os
import time

from flake8_redis_ssot.campaign.journal import Asked, Journal
from flake8_redis_ssot.campaign.rollback import present_at
from flake8_redis_ssot.campaign.verify.config_files import ENDINGS, Named
from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.criterion import Criterion, Place, State, Verdict, by_code, places_of
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.model import counted

_DUPLICATE = "RSS004"


def _no_findings(scene: Scene) -> Verdict:
    """New findings fail, and so does a baseline that says more than is true."""
    stale = sum(len(each.match.gone) + len(each.match.moved) for each in scene.sifted)
    codes = by_code(scene.findings)
    told = f"{counted(len(scene.findings), 'finding')} in {counted(len(scene.files), 'file')}"
    if codes:
        told += f" ({', '.join(f'{code}: {number}' for code, number in codes.items())})"
    for each in scene.sifted:
        told += f"; {counted(len(each.known), 'finding')} more left in the baseline {shown_path(each.baseline.file)}"
    if stale:
        told += f", {counted(stale, 'entry', 'entries')} of which nothing stands for any more"
    return Verdict(
        State.FAILED if scene.findings or stale else State.PASSED,
        told,
        places_of(scene.findings, scene),
        ("redis-ssot baseline prune",) if stale else (),
        details={"findings": len(scene.findings), "codes": codes, "known": len(scene.known), "stale": stale},
    )


def _no_duplicates(scene: Scene) -> Verdict:
    """Classes that the settings have nobody look for can't be told."""
    if scene.config.duplicates == "off":
        return Verdict(State.UNKNOWN, 'nobody looks for them: `duplicates = "off"` in the settings')
    if not scene.looks_for(_DUPLICATE):
        return Verdict(State.UNKNOWN, f"nobody looks for them: the settings leave {_DUPLICATE} out")
    left = [each for each in scene.findings if each.code == _DUPLICATE]
    known = sum(each.code == _DUPLICATE for each in scene.known)
    where = "" if scene.config.duplicates == "all" else " in shipped code"
    told = f"{counted(len(left), 'class', 'classes')}{where}" + (f", {known} more in the baseline" if known else "")
    state = State.FAILED if left else State.PASSED
    return Verdict(state, told, places_of(left, scene), details={"classes": len(left), "known": known})


NO_FINDINGS = Criterion("findings", "Nothing goes round the source of truth", _no_findings)
NO_DUPLICATES = Criterion("duplicates", "No class does again what the shared one does", _no_duplicates)
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
_REFERENCE = "RSS005"


def _no_old_strings(scene: Scene) -> Verdict:
    found = [each for each in scene.findings if each.code == _REFERENCE]
    known = sum(each.code == _REFERENCE for each in scene.known)
    named = scene.named
    told = f"{counted(len(found), 'string')} in code, {counted(len(named), 'name')} in settings ({_endings()})"
    if known:
        told += f"; {known} more in the baseline"
    sees_code = scene.looks_for(_REFERENCE)
    if not sees_code:
        told += f"; nobody looks for those in code: the settings leave {_REFERENCE} out"
    return Verdict(
        State.FAILED if found or named else State.PASSED if sees_code else State.UNKNOWN,
        told,
        (*places_of(found, scene), *(_place(each, scene) for each in named)),
        details={"strings": len(found), "settings": len(named), "known": known},
    )


def _endings() -> str:
    return " ".join(f"*{ending}" for ending in ENDINGS)


def _place(named: Named, scene: Scene) -> Place:
    instead = f"; use `{named.old.replacement}` instead" if named.old.replacement else ""
    return Place(scene.relative(named.path), named.row, f"`{named.text}` is deprecated{instead}")


STRINGS = Criterion("strings", "No string leads to anything old", _no_old_strings)
