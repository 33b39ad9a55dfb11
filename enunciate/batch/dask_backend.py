"""joblib's backend for Dask, which also hears of tasks that were given up.

Dask gives a task up once several workers died of it. joblib 1.6 then marks the future but does not call
back, and whoever waits for results as they come waits for ever.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from typing import Any

from joblib._dask import DaskDistributedBackend


class _GivenUp:
    """In the place of a result, the exception that Dask has for it."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Backend(DaskDistributedBackend):  # type: ignore[misc]
    """`DaskDistributedBackend` whose failures come back like results."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """The cluster's threads, two at least: with one, joblib would do all the work in this process."""
        return max(2, int(super().effective_n_jobs(n_jobs)))

    async def _collect(self) -> None:
        while self._continue:
            async for future, result in self.waiting_futures:
                mine = self._results.pop(future)
                callback = self._callbacks.pop(future)
                if future.status == "error":
                    result = _GivenUp(result[1])
                elif future.status != "finished":
                    result = _GivenUp(CancelledError())
                mine.set_result(result)
                callback(result)
            await asyncio.sleep(0.01)

    def retrieve_result_callback(self, out: Any) -> Any:
        """The result, or its exception raised."""
        if isinstance(out, _GivenUp):
            raise out.error
        return super().retrieve_result_callback(out)
