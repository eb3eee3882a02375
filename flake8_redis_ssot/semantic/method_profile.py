"""Which methods a class has, as a profile that others can be compared with, by text and by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

# Methods of classes of every kind, as a count over the standard library and some hundred packages shows: to have one
# of them in common says little.
_EVERYDAY = """
    accept add append apply cancel check cleanup clear clone close commit connect contains copy count create data
    decode delete describe disconnect done dump emit encode error execute exists extend filter find finish flush format
    from_dict get get_client get_config get_connection get_data get_stats get_status handle health_check index info init
    initialize insert invoke is_connected items join keys length list load match name next notify open parse peek pop
    process push put read register release remove render replace reset resolve rollback run save search send serialize
    set setdefault setup shutdown size split start status stop to_dict to_json transform update validate value values
    verify wait warn write
"""
_LITTLE = 0.25
_FEWEST = 3  # methods
_OF_ALL_KINDS = frozenset(_EVERYDAY.split())
_DEFINED = re.compile(rb"\bdef\s+(\w+)")


class Profile(NamedTuple):
    """The public methods of a class. What has `least` of their weight (0 to 1) is worth a closer look."""

    methods: tuple[str, ...]
    least: float

    def share(self, names: Collection[str]) -> float:
        """How much of it some names cover, by weight (0 to 1)."""
        return weight(name for name in self.methods if name in names) / weight(self.methods)

    def resembles(self, names: Collection[str]) -> bool:
        """Whether methods of these names are worth a closer look."""
        return says_something(name for name in self.methods if name in names) and self.share(names) >= self.least

    @property
    def rare(self) -> list[str]:
        """Names of which everything that is worth a look defines one: the rest weighs too little."""
        spare = (1 - self.least) * weight(self.methods)
        ordered = sorted(self.methods, key=lambda name: (weight([name]), len(name)), reverse=True)
        taken = next(count for count in range(1, len(ordered) + 1) if weight(ordered[:count]) > spare)
        return ordered[:taken]


def profile_of(methods: Iterable[str], least: float) -> Profile | None:
    """The profile of a class with these methods; None where they are too few to say anything."""
    public = tuple(sorted({name for name in methods if not name.startswith("_")}))
    return Profile(public, least) if says_something(public) and least > 0 else None


def says_something(methods: Iterable[str]) -> bool:
    """Whether some methods are enough to tell a class by."""
    several = list(methods)
    return len(several) >= _FEWEST and weight(several) >= 1


def weight(names: Iterable[str]) -> float:
    """How much some methods say together: everyday ones a quarter of what others do."""
    return sum(_LITTLE if name in _OF_ALL_KINDS else 1.0 for name in names)


def resembles_any(profiles: tuple[Profile, ...], data: bytes) -> bool:
    """Whether the functions that a file defines may be the methods of a class that resembles one."""
    if not profiles or not _rare_definition(profiles).search(data):
        return False
    names = {name.decode("utf-8", "replace") for name in _DEFINED.findall(data)}
    return any(profile.resembles(names) for profile in profiles)


@cache
def _rare_definition(profiles: tuple[Profile, ...]) -> re.Pattern[bytes]:
    names = sorted({name for profile in profiles for name in profile.rare})
    return re.compile(b"def (?:" + b"|".join(re.escape(name.encode()) for name in names) + rb")\b")
