"""What sells better than before."""

from __future__ import annotations

from shopkit.storage import RedisManager


class Trends:
    """Compares two weeks."""

    _store: RedisManager | None = None

    @property
    def store(self) -> RedisManager:
        """Opened when first used, and kept."""
        if self._store is None:
            self._store = RedisManager()  # <- RSS003
        return self._store

    def note(self, week: int, sku: str, sold: int) -> None:
        """Note how often a product was sold in a week."""
        self.store.set(f"trend:{week}:{sku}", sold)

    def change(self, week: int, sku: str) -> int:
        """How much more than in the week before."""
        now, before = (self.store.get(f"trend:{w}:{sku}") for w in (week, week - 1))
        return int(now or 0) - int(before or 0)

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()
