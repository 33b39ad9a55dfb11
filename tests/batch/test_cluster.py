"""A real Dask cluster on the loopback interface: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from enunciate.batch.pool import Cluster, Processes
from enunciate.batch.results import Results
from enunciate.batch.run import run
from enunciate.batch.scoring import engine
from enunciate.batch.sources import Options, gather
from enunciate.errors import BatchError
from tests.batch.workers import OPENING, task, working

ROOT = Path(__file__).parents[2]
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


class Machines:
    """The processes of a cluster; `allowed_failures` workers may die of a task before Dask gives it up."""

    def __init__(self, folder: Path, workers: int, allowed_failures: int = 3) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures),
        }
        self.scheduler = self._start("scheduler", "--port", "0")
        file = folder / "scheduler.json"
        while not file.exists() or not file.read_text():
            assert self.scheduler.poll() is None, (folder / "0.log").read_text()
            time.sleep(0.05)
        self.address = str(json.loads(file.read_text())["address"])
        self.workers = [
            self._start("worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
            for _ in range(workers)
        ]

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *LOOPBACK, *arguments]
        file = ("--scheduler-file", str(self.folder / "scheduler.json"))
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen([*command, *file], stderr=log, env=self._environment, cwd=self.folder)
        self.processes.append(process)
        return process

    def connect(self) -> Cluster:
        cluster = Cluster(self.address, patience=5.0)
        cluster.client.wait_for_workers(len(self.workers), timeout=60)
        return cluster

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def lines(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (folder / "assessments.jsonl").read_text().splitlines()]
    return sorted(found, key=lambda line: str(line["recording"]))


def test_results_are_those_of_one_machine_and_a_killed_worker_costs_none(
    tmp_path: Path, class_folder: Path
) -> None:
    # A URL too: what lies in shared storage is read by the workers.
    sources = [str(class_folder), (class_folder / "opening__ana.wav").as_uri().replace("file://", "local://")]
    found = gather(sources, Options(text=OPENING))
    judge = engine("enunciate-en")
    with Machines(tmp_path, workers=2) as machines, closing(machines.connect()) as cluster:
        with Results(tmp_path / "far") as results:
            tally = run(found.jobs, results, cluster, judge, pages=True, told=lambda _: None)
        assert (tally.failed, tally.scored) == (0, len(found.jobs))
        outcomes = cluster.outcomes(working, [task(n, "slow") for n in range(6)])
        first = next(outcomes)
        machines.workers[0].kill()
        assert {first.number, *(outcome.number for outcome in outcomes)} == set(range(6))
    with Results(tmp_path / "near") as results:
        run(found.jobs, results, Processes(2), judge, pages=True, told=lambda _: None)
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
    pages = [sorted(path.name for path in (tmp_path / side / "pages").iterdir()) for side in ("far", "near")]
    assert pages[0] == pages[1]
    assert len(pages[0]) == len(found.jobs)


def test_a_recording_that_kills_its_workers_fails_alone(tmp_path: Path) -> None:
    names = ["a", "slow", "crash", "b", "c"]
    with (
        Machines(tmp_path, workers=4, allowed_failures=0) as machines,
        closing(machines.connect()) as cluster,
    ):
        done = {
            o.number: o for o in cluster.outcomes(working, [task(n, name) for n, name in enumerate(names)])
        }
    assert sorted(done) == list(range(len(names)))
    assert [name for n, name in enumerate(names) if done[n].reason] == ["crash"]


def test_a_scheduler_that_is_lost_ends_the_batch_with_a_sentence(tmp_path: Path) -> None:
    with Machines(tmp_path, workers=1) as machines, closing(machines.connect()) as cluster:
        outcomes = cluster.outcomes(working, [task(n, "slow") for n in range(6)])
        next(outcomes)
        machines.scheduler.kill()
        with pytest.raises(BatchError, match="The Dask scheduler is gone"):
            list(outcomes)


def test_no_scheduler_is_said() -> None:
    with pytest.raises(BatchError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9", patience=0.2)
