"""Orders that are done with."""

from __future__ import annotations

from shopkit.storage import LegacyCache  # <- RSS001

MONTH = 30 * 24 * 60 * 60


class Archive:
    """Keeps finished orders for a month."""

    def __init__(self) -> None:
        self.cache = LegacyCache()  # <- RSS002

    def keep(self, number: str, text: str) -> None:
        """Put an order away."""
        self.cache.set(f"archive:{number}", text, ttl=MONTH)

    def read(self, number: str) -> str | None:
        """An order that was put away."""
        return self.cache.get(f"archive:{number}")

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.cache.ping()
