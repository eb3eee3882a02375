"""A proxy in front of a Redis server that fails in one way: it refuses, delays, cuts answers, or goes away for a time.

It listens on the loopback address only, and runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

_CHUNK = 64 * 1024
_LOOPBACK = "127.0.0.1"
_DEFAULT_PORT = 6379


class ServerAddressError(ValueError):
    """The address of the server can't be used; the text says why."""


class Fault(NamedTuple):
    """A way to fail. Times are in seconds; what is 0 does not happen."""

    name: str
    title: str
    is_refusing: bool = False
    delay: float = 0.0  # before each answer
    first_cut: int = 0  # the answer of this number is cut in the middle, and each with twice the number of the last
    outage: float = 0.0  # how long the server is away, once, after the first answer


HEALTHY = Fault("healthy", "the server through the proxy, without a fault")
FAULTS = (
    Fault("refuse", "connections are refused", is_refusing=True),
    Fault("delay", "each answer takes 200 ms more", delay=0.2),
    Fault("cut", "the 5th, 10th, 20th … answer is cut in the middle", first_cut=5),
    Fault("restart", "the server goes away for 500 ms and comes back", outage=0.5),
)


class ServerAddress(NamedTuple):
    """Where a server listens: a socket's path, or host and port."""

    parts: SplitResult

    @classmethod
    def parse(cls, url: str) -> ServerAddress:
        """Parse `redis://host:port/0` or `unix:///path`. Raises ServerAddressError."""
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "unix"):
            raise ServerAddressError(
                "only addresses such as redis://localhost:6379/0 and unix:///path/to/redis.sock can be put behind the "
                f"proxy, and not those that begin with `{parts.scheme}:`"
            )
        try:
            _ = parts.port
        except ValueError as error:
            raise ServerAddressError(f"the address of the server has no valid port: {error}") from None
        return cls(parts)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection to the server. Raises OSError."""
        if self.parts.scheme == "unix":
            return await asyncio.open_unix_connection(self.parts.path)
        return await asyncio.open_connection(self.parts.hostname or "localhost", self.parts.port or _DEFAULT_PORT)

    def through(self, port: int) -> str:
        """The address of the proxy, with user, password, database and options of the server."""
        user, _, _ = self.parts.netloc.rpartition("@")
        netloc = f"{user}@{_LOOPBACK}:{port}" if user else f"{_LOOPBACK}:{port}"
        path = "" if self.parts.scheme == "unix" else self.parts.path
        return urlunsplit(("redis", netloc, path, self.parts.query, ""))


class FaultProxy:
    """The proxy; `accepted` counts connections, `failures` how often the fault has happened."""

    def __init__(self, server: ServerAddress, fault: Fault) -> None:
        self.accepted = self.failures = 0
        self.url = ""
        self._server = server
        self._fault = fault
        self._answers = 0
        self._next_cut = fault.first_cut
        self._away_until = 0.0
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Listen until `stop` is set."""
        server = await asyncio.start_server(self._accept, _LOOPBACK, 0)
        self.url = self._server.through(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()
        self._abort_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.add(writer)
        try:
            if self._fault.is_refusing or time.monotonic() < self._away_until:
                self.failures += 1
                return
            upstream, server_writer = await self._server.connect()
            self._writers.add(server_writer)
            await asyncio.gather(_copy(reader, server_writer), self._answer(upstream, writer))
        except OSError:
            return  # the client sees its connection closed, as it would without the proxy
        finally:
            writer.transport.abort()
            self._writers.discard(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Copy answers, with the fault."""
        while data := await reader.read(_CHUNK):
            self._answers += 1
            if self._fault.delay:
                self.failures += 1
                await asyncio.sleep(self._fault.delay)
            if self._answers == self._next_cut:
                self.failures += 1
                self._next_cut *= 2
                writer.write(data[: len(data) // 2])
                with suppress(OSError):
                    await writer.drain()
                writer.transport.close()
                return
            writer.write(data)
            await writer.drain()
            if self._fault.outage and not self._away_until:
                self.failures += 1
                self._away_until = time.monotonic() + self._fault.outage
                self._abort_all()
                return
        writer.close()

    def _abort_all(self) -> None:
        for writer in list(self._writers):
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()


@contextmanager
def running_proxy(server: ServerAddress, fault: Fault) -> Iterator[FaultProxy]:
    """A proxy in a thread, for as long as the block lasts."""
    proxy, ready, loop = FaultProxy(server, fault), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=_run_loop, args=(loop, proxy, ready, stop), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _run_loop(loop: asyncio.AbstractEventLoop, proxy: FaultProxy, ready: threading.Event, stop: asyncio.Event) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(proxy.serve(ready, stop))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        loop.close()
