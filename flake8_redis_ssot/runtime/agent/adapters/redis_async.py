"""redis-py: pools, connections and commands of the asynchronous clients, also of a cluster."""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from flake8_redis_ssot.runtime.agent.adapters.redis_sync import Method, Wrappers, watch_classes
from flake8_redis_ssot.runtime.agent.adapters.wrapping import wrap_method
from flake8_redis_ssot.runtime.agent.connections import Connections

LIBRARY = "redis"


def install(module: ModuleType, connections: Connections) -> None:
    """Watch the classes of a module of `redis.asyncio`."""
    watch_classes(module, connections, Wrappers(_wrap_change, _wrap_get_connection, _wrap_command))
    wrap_method(vars(module).get("AbstractConnection"), "_close", partial(_wrap_close, connections))


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
