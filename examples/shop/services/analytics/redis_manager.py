"""A stand-in for reports that are worked out away from the shop."""

from __future__ import annotations


class RedisManager:  # <- RSS004
    """Keeps its values in memory; shares a name with the real one, and nothing else."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """The value of a key, or nothing."""
        return self._values.get(key)

    def set(self, key: str, value: str | int) -> bool:
        """Write a key."""
        self._values[key] = str(value)
        return True

    def delete(self, *keys: str) -> int:
        """Remove keys; how many there were."""
        return sum(self._values.pop(key, None) is not None for key in keys)

    def incr(self, key: str, amount: int = 1) -> int:
        """Add to a counter; its new value."""
        value = int(self._values.get(key, 0)) + amount
        self._values[key] = str(value)
        return value

    def ping(self) -> bool:
        """Memory always answers."""
        return True
