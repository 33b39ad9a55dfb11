from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest
from joblib import parallel_config, register_parallel_backend
from joblib.parallel import ThreadingBackend

from enunciate.batch.pool import Processes, through_joblib
from enunciate.batch.scoring import Task
from tests.batch.workers import task, working


@pytest.fixture(scope="module", params=[1, 2])
def pool(request: pytest.FixtureRequest) -> Processes:
    return Processes(request.param)


def test_every_task_is_done_once_outside_this_process(pool: Processes) -> None:
    done = list(pool.outcomes(working, [task(n, f"{n}.wav") for n in range(12)]))
    assert sorted(outcome.number for outcome in done) == list(range(12))
    processes = {outcome.assessment["process"] for outcome in done if outcome.assessment}
    assert os.getpid() not in processes
    assert len(processes) <= pool.jobs


def test_a_recording_that_kills_its_process_fails_alone(pool: Processes) -> None:
    names = ["a", "slow", "crash", "b", "c", "d"]
    done = {o.number: o for o in pool.outcomes(working, [task(n, name) for n, name in enumerate(names)])}
    assert sorted(done) == list(range(len(names)))
    failed = {names[number]: outcome.reason for number, outcome in done.items() if outcome.reason}
    assert set(failed) == {"crash"}
    assert (failed["crash"] or "").startswith("The process that worked on crash was killed")


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken = []

    def tasks() -> Iterator[Task]:
        for number in range(1000):
            taken.append(number)
            yield task(number, "a")

    outcomes = Processes(2).outcomes(working, tasks())
    next(outcomes)
    assert len(taken) < 100
    outcomes.close()


def test_no_tasks_are_no_work(pool: Processes) -> None:
    assert list(pool.outcomes(working, [])) == []


class InLots(ThreadingBackend):  # type: ignore[misc]
    """A backend that hands on results only when all of them are there, as a cluster's may."""

    supports_return_generator = False


def test_a_backend_that_cannot_stream_is_given_lots() -> None:
    register_parallel_backend("in-lots", InLots)
    taken = []

    def tasks() -> Iterator[Task]:
        for number in range(20):
            taken.append(number)
            yield task(number, "a")

    outcomes = through_joblib(
        working,
        tasks(),
        lambda: parallel_config(backend="in-lots", n_jobs=2),
        BrokenProcessPool,
        lambda suspects: iter(()),
    )
    done = [next(outcomes)]
    assert len(taken) == 8
    done += outcomes
    assert sorted(outcome.number for outcome in done) == list(range(20))
