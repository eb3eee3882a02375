"""The stream of events."""

from __future__ import annotations

try:
    from shopkit.redis_manager import RedisManager
except ImportError:
    from shopkit.managers.redis_manager import RedisManager  # <- RSS001


class EventLog:
    """Numbers every event, and keeps the last one of each kind."""

    def __init__(self) -> None:
        self.redis = RedisManager()  # <- RSS002

    def record(self, kind: str, text: str) -> int:
        """Keep an event; its number."""
        self.redis.set(f"event:{kind}", text)
        return self.redis.incr("event:number")

    def last(self, kind: str) -> str | None:
        """The last event of a kind."""
        return self.redis.get(f"event:{kind}")

    def ready(self) -> bool:
        """Whether the store answers."""
        return self.redis.ping()
