"""No string names anything old: in code (RSS005), and in settings that are no Python."""

from __future__ import annotations

from flake8_redis_ssot.selection import counted
from flake8_redis_ssot.verifying.criterion import Criterion, Place, State, Verdict
from flake8_redis_ssot.verifying.evidence import places_of
from flake8_redis_ssot.verifying.scene import Scene
from flake8_redis_ssot.verifying.settings_files import ENDINGS, Named

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
