"""Old address of the Redis manager: use `shopkit.redis_manager`."""

import warnings

from shopkit.redis_manager import RedisManager, get_redis_manager, redis_manager

__all__ = ["RedisManager", "get_redis_manager", "redis_manager"]

warnings.warn(
    "shopkit.managers.redis_manager has moved to shopkit.redis_manager",
    DeprecationWarning,
    stacklevel=2,
)
