"""Tasks on Dask: a local cluster, or one that exists.

https://distributed.dask.org
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flake8_redis_ssot import __version__

if TYPE_CHECKING:
    from distributed import Client

MISSING_DASK = "needs dask.distributed; install it with `pip install flake8-redis-ssot[fleet]`"
_RETRIES = 2
_CONNECT_SECONDS = 10.0
_SETTINGS = {
    # A worker that dies takes down whatever it had; that says little about the tasks.
    "distributed.scheduler.allowed-failures": 10,
    "distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS:g}s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
Job = TypeVar("Job")
Answer = TypeVar("Answer")


class ClusterError(Exception):
    """The cluster can't be used; the text says why and what to do."""


class SchedulerLostError(ClusterError):
    """The scheduler has gone away while tasks were waiting."""


class Cluster(NamedTuple):
    """Where to run: `address` of a scheduler (empty: this machine, with `workers` processes of one task each).

    A scheduler that goes away is waited for, `patience` seconds each time.
    """

    address: str = ""
    workers: int = 1
    patience: float = 60.0


class Completed(NamedTuple):
    """The answer to a job by its number, or the error that stays after all retries."""

    number: int
    answer: Any
    error: BaseException | None


def run_jobs(
    cluster: Cluster,
    function: Callable[[Job], Answer],
    jobs: Sequence[Job],
    report_loss: Callable[[str], None] = lambda text: None,
) -> Iterator[Completed]:
    """Call a function for each job on the cluster, in this order; the answers come as they are ready, each once.

    `function` must be found by name on the workers. `report_loss` is told when the scheduler is lost: its tasks are
    submitted again to the one that takes its place. Raises ClusterError.
    """
    waiting = dict(enumerate(jobs))
    has_worked = False
    while waiting:
        try:
            with open_client(cluster, cluster.patience if has_worked else _CONNECT_SECONDS) as client:
                for completed in _run_once(client, function, waiting):
                    has_worked = True
                    del waiting[completed.number]
                    yield completed
        except SchedulerLostError as error:
            if not cluster.address:
                raise
            has_worked = True
            report_loss(str(error))


def _run_once(client: Client, function: Callable[[Any], Any], jobs: Mapping[int, Any]) -> Iterator[Completed]:
    from distributed import as_completed

    futures = {
        client.submit(
            function, job, key=f"{function.__name__}-{client.id}-{number}", retries=_RETRIES, pure=False
        ): number
        for number, job in jobs.items()
    }
    finished = as_completed(futures, loop=client.loop)
    while futures:
        future = next(finished)
        number = futures.pop(future)
        if future.status == "finished":
            yield Completed(number, _read_answer(future), None)
        elif future.status == "error":
            yield Completed(number, None, future.exception())
        elif future.status == "cancelled":
            raise SchedulerLostError("the connection to the scheduler was lost")
        else:  # the worker that had the answer has died, and another one is working it out
            futures[future] = number
            finished.add(future)
            continue
        future.release()


def _read_answer(future: Any) -> Any:
    from distributed import CancelledError

    try:
        return future.result()
    except (CancelledError, OSError, TimeoutError):
        raise SchedulerLostError("the connection to the scheduler was lost") from None


@contextmanager
def open_client(cluster: Cluster, patience: float) -> Iterator[Client]:
    """A client of the cluster, whose workers have this version of the tool. Raises ClusterError."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ClusterError(MISSING_DASK) from None
    with dask.config.set(_SETTINGS):
        if cluster.address:
            with _connect(cluster.address, patience) as client:
                _check_workers(client, cluster.address)
                yield client
            return
        # Loopback only, without pages, and on free ports: None means port 8787. The limits of memory are our own.
        local = LocalCluster(
            n_workers=cluster.workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs="CRITICAL",
        )
        with local, Client(local) as client:
            yield client


def _connect(address: str, patience: float) -> Client:
    """Connect to a scheduler; try again for `patience` seconds."""
    import logging

    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    deadline = time.monotonic() + patience
    while True:
        try:
            return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"no scheduler answers at {address} ({type(error).__name__}); start one with `dask scheduler`"
                ) from None
            time.sleep(0.5)
        except ValueError as error:
            raise ClusterError(f"`{address}` is not the address of a scheduler: {error}") from None


def _check_workers(client: Client, address: str) -> None:
    """Raise ClusterError unless there are workers, and all have this version."""
    from flake8_redis_ssot.fleet.task import tool_version

    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        versions: dict[str, Any] = client.run(tool_version, on_error="return")
    except TimeoutError:
        raise ClusterError(f"the scheduler at {address} has no workers; start some with `dask worker`") from None
    except OSError:
        raise SchedulerLostError("the connection to the scheduler was lost") from None
    for worker, version in versions.items():
        if version != __version__:
            found = version if isinstance(version, str) else f"none ({version})"
            raise ClusterError(f"the worker {worker} must have flake8-redis-ssot {__version__}; it has {found}")
