"""Method profiles: the public methods of a class, to find similar classes by their text and names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

# Methods of unrelated classes, counted in the standard library and about a hundred packages: sharing one means little.
_COMMON_METHODS_TEXT = """
    accept add append apply cancel check cleanup clear clone close commit connect contains copy count create data
    decode delete describe disconnect done dump emit encode error execute exists extend filter find finish flush format
    from_dict get get_client get_config get_connection get_data get_stats get_status handle health_check index info init
    initialize insert invoke is_connected items join keys length list load match name next notify open parse peek pop
    process push put read register release remove render replace reset resolve rollback run save search send serialize
    set setdefault setup shutdown size split start status stop to_dict to_json transform update validate value values
    verify wait warn write
"""
_COMMON_METHOD_WEIGHT = 0.25
_MIN_METHODS = 3
_COMMON_METHODS = frozenset(_COMMON_METHODS_TEXT.split())
_DEF_PATTERN = re.compile(rb"\bdef\s+(\w+)")


class MethodProfile(NamedTuple):
    """The public methods of a class. A class is similar if it has `threshold` (0 to 1) of their weight."""

    methods: tuple[str, ...]
    threshold: float

    def coverage(self, names: Collection[str]) -> float:
        """The share of the weight that some names cover (0 to 1)."""
        return total_weight(name for name in self.methods if name in names) / total_weight(self.methods)

    def matches(self, names: Collection[str]) -> bool:
        """Whether a class with methods of these names is similar."""
        return is_distinctive(name for name in self.methods if name in names) and self.coverage(names) >= self.threshold

    @property
    def distinctive_names(self) -> list[str]:
        """Names of which every similar class defines at least one: the others weigh too little."""
        slack = (1 - self.threshold) * total_weight(self.methods)
        ordered = sorted(self.methods, key=lambda name: (total_weight([name]), len(name)), reverse=True)
        length = next(count for count in range(1, len(ordered) + 1) if total_weight(ordered[:count]) > slack)
        return ordered[:length]


def build_profile(methods: Iterable[str], threshold: float) -> MethodProfile | None:
    """The profile of a class with these methods; None if they are not distinctive."""
    public = tuple(sorted({name for name in methods if not name.startswith("_")}))
    return MethodProfile(public, threshold) if is_distinctive(public) and threshold > 0 else None


def is_distinctive(methods: Iterable[str]) -> bool:
    """Whether some methods are enough to identify a class by."""
    names = list(methods)
    return len(names) >= _MIN_METHODS and total_weight(names) >= 1


def total_weight(names: Iterable[str]) -> float:
    """The total weight of some methods: common ones count a quarter."""
    return sum(_COMMON_METHOD_WEIGHT if name in _COMMON_METHODS else 1.0 for name in names)


def matches_any_profile(profiles: tuple[MethodProfile, ...], data: bytes) -> bool:
    """Whether the functions that a file defines may be the methods of a similar class."""
    if not profiles or not _distinctive_def_pattern(profiles).search(data):
        return False
    names = {name.decode("utf-8", "replace") for name in _DEF_PATTERN.findall(data)}
    return any(profile.matches(names) for profile in profiles)


@cache
def _distinctive_def_pattern(profiles: tuple[MethodProfile, ...]) -> re.Pattern[bytes]:
    names = sorted({name for profile in profiles for name in profile.distinctive_names})
    return re.compile(b"def (?:" + b"|".join(re.escape(name.encode()) for name in names) + rb")\b")
