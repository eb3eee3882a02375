"""Which products a word leads to."""

from __future__ import annotations

from shopkit import Cache


class SearchIndex:
    """An index from words to product numbers."""

    def __init__(self) -> None:
        self.cache = Cache()  # <- RSS002

    def add(self, word: str, sku: str) -> None:
        """Let a word lead to one more product."""
        self.cache.set(f"search:{word.casefold()}", ",".join([*self.find(word), sku]))

    def find(self, word: str) -> list[str]:
        """All products that a word leads to."""
        found = self.cache.get(f"search:{word.casefold()}")
        return found.split(",") if found else []

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.cache.ping()
