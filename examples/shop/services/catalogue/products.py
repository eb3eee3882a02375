"""Products and their names."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from shopkit.redis_manager import get_redis_manager


@dataclass(frozen=True)
class Product:
    """Something to buy."""

    sku: str
    name: str
    pence: int


class ProductService:
    """Keeps the products."""

    def __init__(self) -> None:
        self.redis = get_redis_manager()

    def save(self, product: Product) -> None:
        """Add a product, or replace it."""
        self.redis.set(f"product:{product.sku}", json.dumps(asdict(product)))

    def find(self, sku: str) -> Product | None:
        """The product with this number."""
        found = self.redis.get(f"product:{sku}")
        return Product(**json.loads(found)) if found else None

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.redis.ping()
