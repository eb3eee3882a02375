"""The way of the tests to Redis."""

from shopkit.redis_manager import RedisManager, get_redis_manager


def get_test_redis() -> RedisManager:
    """The manager that the code under test uses, too."""
    return get_redis_manager()
