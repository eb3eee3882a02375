"""What a load balancer asks a service."""

from __future__ import annotations

import redis

from .managers.redis_manager import get_redis_manager  # <- RSS001


def healthy() -> bool:
    """Whether the service can reach its store."""
    try:
        return get_redis_manager().ping()
    except redis.ConnectionError:
        return False
