"""What all services of the shop share."""

from .redis_manager import RedisManager as Cache
from .redis_manager import get_redis_manager

__all__ = ["Cache", "get_redis_manager"]
