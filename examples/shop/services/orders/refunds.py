"""Money that goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopkit.redis_manager import get_redis_manager

if TYPE_CHECKING:
    from shopkit.managers.redis_manager import RedisManager  # <- RSS001


class Refunds:
    """Pays back, but never twice."""

    def __init__(self, store: RedisManager | None = None) -> None:
        self.store = store or get_redis_manager()

    def pay_back(self, number: str, pence: int) -> bool:
        """Pay an order back; false where that has been done before."""
        return self.store.set(f"refund:{number}", pence, nx=True)

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()
