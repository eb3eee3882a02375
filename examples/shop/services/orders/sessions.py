"""Who is logged in."""

from __future__ import annotations

from shopkit.redis_manager import RedisManager

_store: RedisManager | None = None


def session_store() -> RedisManager:
    """The store of all sessions, made when first asked for."""
    global _store
    if _store is None:
        _store = RedisManager()  # <- RSS003
    return _store


def log_in(session: str, customer: str, seconds: int = 1800) -> None:
    """Begin a session, which ends by itself."""
    session_store().set(f"session:{session}", customer, ex=seconds)


def customer_of(session: str) -> str | None:
    """The customer of a session, while it lasts."""
    return session_store().get(f"session:{session}")


def log_out(session: str) -> None:
    """End a session."""
    session_store().delete(f"session:{session}")
