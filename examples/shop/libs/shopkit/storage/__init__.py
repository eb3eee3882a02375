"""Everything that keeps values between two requests."""

from ..legacy_cache import LegacyCache  # <- RSS001
from ..redis_manager import RedisManager

__all__ = ["LegacyCache", "RedisManager"]
