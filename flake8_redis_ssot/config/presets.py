"""Looking up the catalogue of well-known resources by the name of a preset, or by a third-party name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from flake8_redis_ssot.config.catalogue import PRESETS, KnownConstructor, Preset

PREFIX = "preset:"


@cache
def presets_by_name() -> dict[str, Preset]:
    """All presets."""
    return {preset.name: preset for preset in PRESETS}


def expand_preset(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The constructors, and the classes whose subclasses are constructors, of a preset with all that it includes.

    All are dotted names. Raises KeyError if there is no such preset.
    """
    members = list(_members(name))
    constructors = (spelling for each in members for known in each.constructors for spelling in known.spellings)
    return tuple(constructors), tuple(base for each in members for base in each.bases)


class Constructors(NamedTuple):
    """The constructors of a resource, and the classes whose subclasses are constructors as well (dotted names)."""

    names: tuple[str, ...]
    bases: tuple[str, ...]


def expand_constructors(constructors: Sequence[str]) -> Constructors:
    """The constructors of a configuration, each `preset:NAME` replaced by what it means; others are unchanged."""
    names: list[str] = []
    bases: list[str] = []
    for each in constructors:
        if each.startswith(PREFIX):
            preset_names, preset_bases = expand_preset(each.removeprefix(PREFIX))
            names += (*preset_names, *preset_bases)
            bases += preset_bases
        else:
            names.append(each)
    return Constructors(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(bases)))


def _members(name: str) -> Iterator[Preset]:
    preset = presets_by_name()[name]
    yield preset
    for included in preset.includes:
        yield from _members(included)


def other_spellings(constructor: str) -> tuple[str, ...]:
    """The other public names of a third-party constructor (dotted); empty if the catalogue does not have it."""
    found = _by_spelling().get(constructor)
    if found is None:
        return ()
    method = "" if constructor in found[1].names else constructor[constructor.rindex(".") :]
    return tuple(each for name in found[1].names if (each := name + method) != constructor)


def first_spelling(constructor: str) -> str:
    """The first public name of a third-party constructor or class (dotted); the name itself if none is known.

    `redis.client.StrictRedis.from_url` is `redis.Redis.from_url`, and `sqlalchemy.engine.Engine` `sqlalchemy.Engine`.
    """
    found = _by_spelling().get(constructor)
    if found is None:
        return _first_class_names().get(constructor, constructor)
    method = "" if constructor in found[1].names else constructor[constructor.rindex(".") :]
    return found[1].names[0] + method


def made_class(constructor: str) -> str | None:
    """The first public name of the class that a third-party constructor (dotted) makes an instance of.

    Empty if it may be of several classes; None if the catalogue does not have the constructor.
    """
    found = _by_spelling().get(constructor)
    if found is None:
        return None
    first = found[1].names[0]
    is_class = first.rpartition(".")[2][0].isupper()
    return found[1].makes[0] if found[1].makes else first if is_class else ""


def preset_of(constructor: str) -> Preset | None:
    """The preset that lists a third-party constructor (dotted)."""
    found = _by_spelling().get(constructor)
    return None if found is None else found[0]


@cache
def usual_classes() -> dict[str, Preset]:
    """The presets of which a program normally has one, by their third-party classes (dotted)."""
    usual = [preset for preset in PRESETS if preset.is_usually_one]
    constructors = {name: preset for preset in usual for known in preset.constructors for name in known.names}
    classes = {name: preset for name, preset in constructors.items() if name.rpartition(".")[2][0].isupper()}
    return classes | {base: preset for preset in usual for base in preset.bases}


@cache
def _by_spelling() -> dict[str, tuple[Preset, KnownConstructor]]:
    return {
        spelling: (preset, known) for preset in PRESETS for known in preset.constructors for spelling in known.spellings
    }


@cache
def _first_class_names() -> dict[str, str]:
    """The first public name of each class that functions make instances of, by all its names."""
    made = (known.makes for preset in PRESETS for known in preset.constructors)
    return {name: names[0] for names in made for name in names}
