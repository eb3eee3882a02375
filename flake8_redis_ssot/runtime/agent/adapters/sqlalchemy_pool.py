"""SQLAlchemy: pools and connections by its own events, statements by their first word."""

from __future__ import annotations

import sys
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from flake8_redis_ssot.runtime.agent.connections import Connections

LIBRARY = "sqlalchemy"


def install(module: ModuleType, connections: Connections) -> None:
    """Listen to all pools and engines of a process, once the whole package is there."""
    listen, pool, engine = module.event.listen, module.pool.Pool, module.engine.Engine
    _count_new_pools(pool, connections)
    _listen_to_pools(listen, pool, connections)
    listen(engine, "before_cursor_execute", _start_statement)

    def end_statement(connection: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any) -> None:
        _end_statement(connections, statement, context)

    listen(engine, "after_cursor_execute", end_statement)


def _count_new_pools(pool: Any, connections: Connections) -> None:
    """Count pools as they are allocated: SQLAlchemy reads the parameters of `__init__` from its code."""
    original = pool.__new__

    def allocate(cls: Any, *args: Any, **keywords: Any) -> Any:
        instance = object.__new__(cls) if original is object.__new__ else original(cls, *args, **keywords)
        connections.add_pool(instance, sys._getframe(1))
        return instance

    pool.__new__ = staticmethod(allocate)


def _listen_to_pools(listen: Any, pools: type, connections: Connections) -> None:
    """A record belongs to a pool for as long as it lives; its DBAPI connection comes and goes."""

    def add_record(connection: object, record: Any) -> None:
        connections.add_connection(record, getattr(record, "_ConnectionRecord__pool", None))
        connections.update(record, is_open=True)

    def close_record(connection: object, record: Any) -> None:
        connections.update(record, is_open=False)

    def use_record(connection: object, record: Any, proxy: object) -> None:
        connections.use(record)

    def release_record(connection: object, record: Any) -> None:
        connections.release(record)

    for name, listener in (
        ("connect", add_record),
        ("close", close_record),
        ("checkout", use_record),
        ("checkin", release_record),
    ):
        listen(pools, name, listener)


def _start_statement(connection: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any) -> None:
    if context is not None:
        context._redis_ssot_started = perf_counter_ns()


def _end_statement(connections: Connections, statement: Any, context: Any) -> None:
    started = getattr(context, "_redis_ssot_started", None)
    if started is not None:
        connections.latencies.add(statement, perf_counter_ns() - started)
