"""redis-py: pools, connections and commands of the asynchronous clients, also of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from flake8_redis_ssot.runtime.agent.adapters.redis_sync import wrap_make_connection, wrap_pool, wrap_release
from flake8_redis_ssot.runtime.agent.adapters.wrapping import wrap_method
from flake8_redis_ssot.runtime.agent.connections import Connections

LIBRARY = "redis"
Method = Callable[..., Any]
_PIPELINE = "PIPELINE"


def install(module: ModuleType, connections: Connections) -> None:
    """Watch the classes of a module of `redis.asyncio`."""
    names = vars(module)
    for name in ("connect", "connect_check_health", "disconnect"):
        wrap_method(names.get("AbstractConnection"), name, partial(_wrap_change, connections))
    wrap_method(names.get("AbstractConnection"), "_close", partial(_wrap_close, connections))
    for pool in (names.get("ConnectionPool"), names.get("BlockingConnectionPool")):
        wrap_method(pool, "__init__", partial(wrap_pool, connections))
        wrap_method(pool, "make_connection", partial(wrap_make_connection, connections))
        wrap_method(pool, "get_connection", partial(_wrap_get_connection, connections))
        wrap_method(pool, "release", partial(wrap_release, connections))
    for client in (names.get("Redis"), names.get("RedisCluster")):
        wrap_method(client, "execute_command", partial(_wrap_command, connections, None))
    wrap_method(names.get("Pipeline"), "execute", partial(_wrap_command, connections, _PIPELINE))


def _is_open(connection: Any) -> bool:
    return getattr(connection, "_writer", None) is not None


def _wrap_change(connections: Connections, method: Method) -> Method:
    async def change(self: Any, *args: Any, **keywords: Any) -> Any:
        try:
            return await method(self, *args, **keywords)
        finally:
            connections.update(self, is_open=_is_open(self))

    return change


def _wrap_close(connections: Connections, method: Method) -> Method:
    """`__del__` closes a connection without a coroutine."""

    def close(self: Any) -> None:
        method(self)
        connections.update(self, is_open=False)

    return close


def _wrap_get_connection(connections: Connections, method: Method) -> Method:
    async def get_connection(self: Any, *args: Any, **keywords: Any) -> Any:
        connection = await method(self, *args, **keywords)
        connections.use(connection)
        return connection

    return get_connection


def _wrap_command(connections: Connections, name: str | None, method: Method) -> Method:
    async def execute(self: Any, *args: Any, **options: Any) -> Any:
        started = perf_counter_ns()
        try:
            return await method(self, *args, **options)
        finally:
            connections.latencies.add(name or args[0], perf_counter_ns() - started)

    return execute
