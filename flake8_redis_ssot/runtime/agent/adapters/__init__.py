"""The libraries whose connections are counted: an adapter is a module here with `LIBRARY` and `install`."""

from __future__ import annotations

# The adapters, by the modules whose import they wait for.
ADAPTERS = {
    "redis.connection": "redis_sync",
    "redis.client": "redis_sync",
    "redis.cluster": "redis_sync",
    "redis.asyncio.connection": "redis_async",
    "redis.asyncio.client": "redis_async",
    "redis.asyncio.cluster": "redis_async",
    "sqlalchemy": "sqlalchemy_pool",
}
