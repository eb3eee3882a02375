"""Vouchers, good for one order each."""

from __future__ import annotations

from dataclasses import dataclass, field

from shopkit.redis_manager import RedisManager as Store


@dataclass
class VoucherBook:
    """The vouchers of one campaign."""

    campaign: str
    store: Store = field(default_factory=Store)  # <- RSS003

    def issue(self, code: str, pence: int) -> None:
        """Make a voucher good."""
        self.store.set(f"voucher:{self.campaign}:{code}", pence)

    def redeem(self, code: str) -> int:
        """What a voucher is worth, once; afterwards nothing."""
        key = f"voucher:{self.campaign}:{code}"
        pence = int(self.store.get(key) or 0)
        return pence if self.store.delete(key) else 0

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.store.ping()


def spare_store() -> Store:
    """A second store, for tidying up beside the running campaign."""
    spare = Store()  # <- RSS003
    return spare
