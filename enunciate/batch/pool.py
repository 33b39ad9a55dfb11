"""Spreads tasks over processes of this machine or over a Dask cluster, both through joblib.

A worker that is killed, by a crash in native code or by a system short of memory, takes the tasks of the
others with it. Those that were under way are then done again one to a process, so that the guilty one fails
alone.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, Protocol

from enunciate.batch.scoring import Function, Outcome, Task, prepare
from enunciate.errors import BatchError

_LOT = 4
"""Tasks a worker in each lot, where a backend cannot hand on results as they come."""


class Pool(Protocol):
    """Workers that do tasks."""

    def outcomes(self, function: Function, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """What `function` makes of each task, in the order in which they are done; tasks are taken as
        needed.
        """
        ...


def crashed(task: Task) -> Outcome:
    """The outcome of a task that killed the process it ran in."""
    return Outcome(
        task.number,
        reason=f"The process that worked on {task.recording} was killed: by a crash, or because the machine "
        "ran out of memory. Listen to the recording; if it is long, cut it up or use fewer --jobs.",
    )


class Processes:
    """Processes on this machine, each with one model and one thread."""

    def __init__(self, jobs: int) -> None:
        """Use at most `jobs` processes at a time."""
        self.jobs = jobs

    def outcomes(self, function: Function, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """See `Pool.outcomes`."""
        if self.jobs == 1:
            # joblib would work in this very process, which a crash would end.
            yield from _each_alone(function, tasks, 1)
            return
        from joblib import parallel_config

        def configured() -> Any:
            return parallel_config(
                backend="loky", n_jobs=self.jobs, inner_max_num_threads=1, initializer=prepare
            )

        yield from through_joblib(
            function,
            tasks,
            configured,
            BrokenProcessPool,
            lambda suspects: _each_alone(function, suspects, self.jobs),
        )


class Cluster:
    """The workers of a Dask cluster; `enunciate[cluster]` brings what is needed."""

    def __init__(self, address: str, patience: float = 10.0) -> None:
        """Connect to the scheduler at `address`, waiting `patience` seconds for it. Raises BatchError."""
        try:
            from distributed import Client
        except ImportError as error:
            raise BatchError("For --cluster, install Dask too: pip install 'enunciate[cluster]'") from error
        # It reports every lost connection with a traceback; what matters of it comes back as an error.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            self.client = Client(address, timeout=patience, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise BatchError(
                f"No Dask scheduler answers at {address}: start one with `dask scheduler`, and check the "
                "address (tcp://HOST:8786)."
            ) from error

    def close(self) -> None:
        """Leave the cluster, which goes on without us."""
        self.client.close(timeout=1)

    def outcomes(self, function: Function, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """See `Pool.outcomes`."""
        from distributed import KilledWorker
        from joblib import parallel_config, register_parallel_backend

        from enunciate.batch.dask_backend import Backend

        register_parallel_backend("enunciate-dask", Backend)

        def configured() -> Any:
            return parallel_config(backend="enunciate-dask", n_jobs=-1, client=self.client)

        try:
            yield from through_joblib(function, tasks, configured, KilledWorker, self._each_alone(function))
        except CancelledError as error:
            raise BatchError(
                "The Dask scheduler is gone. What was scored so far is safe: start it again, "
                "and the same command goes on from there."
            ) from error
        except TimeoutError as error:
            raise BatchError(
                "The Dask cluster has no workers: start some with `dask worker`, "
                "then run the same command again."
            ) from error

    def _each_alone(self, function: Function) -> Callable[[Iterable[Task]], Iterator[Outcome]]:
        from distributed import KilledWorker, as_completed

        def submitted(tasks: Iterable[Task]) -> dict[Any, Task]:
            return {self.client.submit(function, task, pure=False): task for task in tasks}

        def alone(suspects: Iterable[Task]) -> Iterator[Outcome]:
            futures = submitted(suspects)
            again = []
            for future in as_completed(list(futures), loop=self.client.loop):
                try:
                    yield future.result()
                except KilledWorker:
                    again.append(futures[future])
            # Dask blames a dead worker's waiting tasks as well: only one by one it is known who is to blame.
            for task in again:
                (future,) = submitted([task])
                try:
                    yield future.result()
                except KilledWorker:
                    yield crashed(task)

        return alone


def through_joblib(
    function: Function,
    tasks: Iterable[Task],
    configured: Callable[[], AbstractContextManager[Any]],
    killed: type[Exception],
    each_alone: Callable[[Iterable[Task]], Iterator[Outcome]],
) -> Iterator[Outcome]:
    """The outcomes of all tasks; those under way when the pool breaks are done by `each_alone`."""
    from joblib import Parallel, delayed
    from joblib.parallel import get_active_backend

    waiting = iter(tasks)
    under_way: dict[int, Task] = {}

    def dispatched(limit: int | None = None) -> Iterator[Any]:
        for task in islice(waiting, limit):
            under_way[task.number] = task
            yield delayed(function)(task)

    more = True
    while more:
        try:
            with configured():
                backend, jobs = get_active_backend()
                if backend.supports_return_generator:
                    results = Parallel(
                        batch_size=1, pre_dispatch="2*n_jobs", return_as="generator_unordered"
                    )(dispatched())
                    more = False
                else:
                    lot = list(dispatched(_LOT * backend.effective_n_jobs(jobs)))
                    results = (outcome for outcome in Parallel(batch_size=1)(lot))
                    more = bool(lot)
            try:
                for outcome in results:
                    under_way.pop(outcome.number, None)
                    yield outcome
            finally:
                with warnings.catch_warnings():
                    # Whoever stops a batch knows that tasks under way are lost; joblib warns of it.
                    warnings.simplefilter("ignore", UserWarning)
                    results.close()
            if under_way:
                raise CancelledError
        except killed:
            suspects = list(under_way.values())
            under_way.clear()
            yield from each_alone(suspects)
            more = True


def _each_alone(function: Function, tasks: Iterable[Task], jobs: int) -> Iterator[Outcome]:
    """The outcomes of tasks done in up to `jobs` processes that share nothing, so that a crash ends one
    task.
    """
    from joblib.externals.loky import ProcessPoolExecutor

    def executor() -> Any:
        environment = dict.fromkeys(_THREADS, "1")
        return ProcessPoolExecutor(max_workers=1, timeout=None, initializer=prepare, env=environment)

    waiting = iter(tasks)
    idle: list[Any] = []
    busy: dict[Future[Outcome], tuple[Task, Any]] = {}
    try:
        while True:
            for task in islice(waiting, jobs - len(busy)):
                worker = idle.pop() if idle else executor()
                busy[worker.submit(function, task)] = task, worker
            if not busy:
                return
            done, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in done:
                task, worker = busy.pop(future)
                try:
                    outcome = future.result()
                    idle.append(worker)
                except BrokenProcessPool:
                    worker.shutdown(kill_workers=True)
                    outcome = crashed(task)
                yield outcome
    finally:
        for worker in (*idle, *(worker for _, worker in busy.values())):
            worker.shutdown(kill_workers=True)


_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What tells numerical libraries how many threads to start; joblib's own pools are told by joblib."""
