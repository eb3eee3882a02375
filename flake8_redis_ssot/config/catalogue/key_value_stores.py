"""Clients and connection pools of Redis and Valkey."""

from __future__ import annotations

from flake8_redis_ssot.config.catalogue.preset import KnownConstructor, divide_by_kind

KEY_VALUE_STORES = (
    *divide_by_kind(
        "redis",
        "Redis clients and connection pools",
        "redis",
        synchronous=(
            KnownConstructor(
                ("redis.Redis", "redis.StrictRedis", "redis.client.Redis", "redis.client.StrictRedis"),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(("redis.RedisCluster", "redis.cluster.RedisCluster"), ("from_url",)),
            KnownConstructor(("redis.Sentinel", "redis.sentinel.Sentinel")),
            KnownConstructor(("redis.ConnectionPool", "redis.connection.ConnectionPool"), ("from_url",)),
            KnownConstructor(
                ("redis.BlockingConnectionPool", "redis.connection.BlockingConnectionPool"), ("from_url",)
            ),
            KnownConstructor(("redis.SentinelConnectionPool", "redis.sentinel.SentinelConnectionPool")),
            KnownConstructor(("redis.from_url", "redis.utils.from_url"), makes=("redis.Redis",)),
        ),
        asynchronous=(
            KnownConstructor(
                (
                    "redis.asyncio.Redis",
                    "redis.asyncio.StrictRedis",
                    "redis.asyncio.client.Redis",
                    "redis.asyncio.client.StrictRedis",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(("redis.asyncio.RedisCluster", "redis.asyncio.cluster.RedisCluster"), ("from_url",)),
            KnownConstructor(("redis.asyncio.Sentinel", "redis.asyncio.sentinel.Sentinel")),
            KnownConstructor(
                ("redis.asyncio.ConnectionPool", "redis.asyncio.connection.ConnectionPool"), ("from_url",)
            ),
            KnownConstructor(
                ("redis.asyncio.BlockingConnectionPool", "redis.asyncio.connection.BlockingConnectionPool"),
                ("from_url",),
            ),
            KnownConstructor(("redis.asyncio.SentinelConnectionPool", "redis.asyncio.sentinel.SentinelConnectionPool")),
            KnownConstructor(
                ("redis.asyncio.from_url", "redis.asyncio.utils.from_url"), makes=("redis.asyncio.Redis",)
            ),
        ),
    ),
    *divide_by_kind(
        "valkey",
        "Valkey clients and connection pools",
        "valkey",
        synchronous=(
            KnownConstructor(
                (
                    "valkey.Valkey",
                    "valkey.StrictValkey",
                    "valkey.Redis",
                    "valkey.StrictRedis",
                    "valkey.client.Valkey",
                    "valkey.client.StrictValkey",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(
                ("valkey.ValkeyCluster", "valkey.RedisCluster", "valkey.cluster.ValkeyCluster"), ("from_url",)
            ),
            KnownConstructor(("valkey.Sentinel", "valkey.sentinel.Sentinel")),
            KnownConstructor(("valkey.ConnectionPool", "valkey.connection.ConnectionPool"), ("from_url",)),
            KnownConstructor(
                ("valkey.BlockingConnectionPool", "valkey.connection.BlockingConnectionPool"), ("from_url",)
            ),
            KnownConstructor(("valkey.SentinelConnectionPool", "valkey.sentinel.SentinelConnectionPool")),
            KnownConstructor(("valkey.from_url", "valkey.utils.from_url"), makes=("valkey.Valkey",)),
        ),
        asynchronous=(
            KnownConstructor(
                (
                    "valkey.asyncio.Valkey",
                    "valkey.asyncio.StrictValkey",
                    "valkey.asyncio.Redis",
                    "valkey.asyncio.StrictRedis",
                    "valkey.asyncio.client.Valkey",
                    "valkey.asyncio.client.StrictValkey",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(
                ("valkey.asyncio.ValkeyCluster", "valkey.asyncio.RedisCluster", "valkey.asyncio.cluster.ValkeyCluster"),
                ("from_url",),
            ),
            KnownConstructor(("valkey.asyncio.Sentinel", "valkey.asyncio.sentinel.Sentinel")),
            KnownConstructor(
                ("valkey.asyncio.ConnectionPool", "valkey.asyncio.connection.ConnectionPool"), ("from_url",)
            ),
            KnownConstructor(
                ("valkey.asyncio.BlockingConnectionPool", "valkey.asyncio.connection.BlockingConnectionPool"),
                ("from_url",),
            ),
            KnownConstructor(
                ("valkey.asyncio.SentinelConnectionPool", "valkey.asyncio.sentinel.SentinelConnectionPool")
            ),
            KnownConstructor(
                ("valkey.asyncio.from_url", "valkey.asyncio.utils.from_url"), makes=("valkey.asyncio.Valkey",)
            ),
        ),
    ),
)
