"""The figures on the wall."""

from __future__ import annotations

from shopkit.legacy_cache import *  # <- RSS001


class Dashboard:
    """Shows one figure per tile."""

    def __init__(self) -> None:
        self.cache = LegacyCache()  # <- RSS002

    def show(self, tile: str, figure: int) -> None:
        """Put a figure on a tile."""
        self.cache.set(f"tile:{tile}", figure)

    def shown(self, tile: str) -> int:
        """The figure on a tile."""
        return int(self.cache.get(f"tile:{tile}") or 0)

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.cache.ping()
