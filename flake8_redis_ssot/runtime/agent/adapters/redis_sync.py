"""redis-py: pools, connections and commands of the synchronous clients, also of a cluster."""

import sys
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter_ns
from types import ModuleType
from typing import Any, NamedTuple

from flake8_redis_ssot.runtime.agent.adapters.wrapping import wrap_method
from flake8_redis_ssot.runtime.agent.connections import Connections

LIBRARY = "redis"
Method = Callable[..., Any]
_PIPELINE = "PIPELINE"
_TIMEOUT = 1.0  # seconds for the server's answer to our own question


Wrap = Callable[[Connections, Method], Method]


class Wrappers(NamedTuple):
    """What makes the wrappers that depend on whether methods are coroutines; `command` also takes a fixed name."""

    change: Wrap
    get_connection: Wrap
    command: Callable[[Connections, str | None, Method], Method]


def install(module: ModuleType, connections: Connections) -> None:
    """Watch the classes of a module of redis-py."""
    watch_classes(module, connections, Wrappers(_wrap_change, _wrap_get_connection, _wrap_command))


def watch_classes(module: ModuleType, connections: Connections, wrappers: Wrappers) -> None:
    """Wrap the methods of a module's connections, pools, clients and pipelines."""
    names = vars(module)
    for name in ("connect", "connect_check_health", "disconnect"):
        wrap_method(names.get("AbstractConnection"), name, partial(wrappers.change, connections))
    for pool in (names.get("ConnectionPool"), names.get("BlockingConnectionPool")):
        wrap_method(pool, "__init__", partial(wrap_pool, connections))
        wrap_method(pool, "make_connection", partial(wrap_make_connection, connections))
        wrap_method(pool, "get_connection", partial(wrappers.get_connection, connections))
        wrap_method(pool, "release", partial(wrap_release, connections))
    for client in (names.get("Redis"), names.get("RedisCluster")):
        wrap_method(client, "execute_command", partial(wrappers.command, connections, None))
    wrap_method(names.get("Pipeline"), "execute", partial(wrappers.command, connections, _PIPELINE))


def _wrap_change(connections: Connections, method: Method) -> Method:
    def change(self: Any, *args: Any, **keywords: Any) -> Any:
        try:
            return method(self, *args, **keywords)
        finally:
            connections.update(self, is_open=getattr(self, "_sock", None) is not None)

    return change


def wrap_pool(connections: Connections, method: Method) -> Method:
    """The `__init__` of a pool, which also subclasses call."""

    def initialize(self: Any, *args: Any, **keywords: Any) -> None:
        connections.add_pool(self, sys._getframe(1))
        method(self, *args, **keywords)

    return initialize


def wrap_make_connection(connections: Connections, method: Method) -> Method:
    """The method that makes the connections of a pool."""

    def make_connection(self: Any, *args: Any, **keywords: Any) -> Any:
        connection = method(self, *args, **keywords)
        connections.add_connection(connection, self)
        options = {"socket_timeout": _TIMEOUT, **_driver_info(connection)}
        connections.count_on_server = partial(_count_clients, connections, weakref.ref(self), options)
        return connection

    return make_connection


def _wrap_get_connection(connections: Connections, method: Method) -> Method:
    def get_connection(self: Any, *args: Any, **keywords: Any) -> Any:
        connection = method(self, *args, **keywords)
        connections.use(connection)
        return connection

    return get_connection


def wrap_release(connections: Connections, method: Method) -> Method:
    """The method that puts a connection back, whether it is a coroutine or not."""

    def release(self: Any, connection: Any, *args: Any, **keywords: Any) -> Any:
        connections.release(connection)
        return method(self, connection, *args, **keywords)

    return release


def _wrap_command(connections: Connections, name: str | None, method: Method) -> Method:
    def execute(self: Any, *args: Any, **options: Any) -> Any:
        started = perf_counter_ns()
        try:
            return method(self, *args, **options)
        finally:
            connections.latencies.add(name or args[0], perf_counter_ns() - started)

    return execute


def _driver_info(connection: Any) -> dict[str, Any]:
    """The option of redis-py's own connections that spares a new one from reading the metadata of the package."""
    info = getattr(connection, "driver_info", None)
    is_known = info is not None and type(connection).__module__.partition(".")[0] == LIBRARY
    return {"driver_info": info} if is_known else {}


def _count_clients(
    connections: Connections, pool_reference: "weakref.ref[Any]", options: Mapping[str, Any]
) -> int | None:
    """The number of clients that the server of a pool lists, without the connection that asks; None without answer."""
    pool = pool_reference()
    if pool is None or "asyncio" in type(pool).__module__:
        return None
    try:
        connection = pool.connection_class(**{**pool.connection_kwargs, **options})
        connections.ignore(connection)
        try:
            connection.connect()
            connection.send_command("CLIENT", "LIST")
            answer = connection.read_response()
        finally:
            connection.disconnect()
        return len(answer.splitlines()) - 1
    except Exception:  # whatever a class of the program's own raises: the server was not asked
        return None
