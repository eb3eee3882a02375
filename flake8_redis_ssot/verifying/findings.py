"""Nothing is found any more, beside what the baseline lets pass; and no class does again what a guarded one does."""

from __future__ import annotations

from flake8_redis_ssot.selection import counted, shown_path
from flake8_redis_ssot.verifying.criterion import Criterion, State, Verdict
from flake8_redis_ssot.verifying.evidence import by_code, places_of
from flake8_redis_ssot.verifying.scene import Scene

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
