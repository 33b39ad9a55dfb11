"""A batch from its jobs to its reports: what is known already is taken up, the rest is scored and kept at
once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from enunciate.batch import Job, locations, table
from enunciate.batch.pool import Pool
from enunciate.batch.results import Results, key, page_name
from enunciate.batch.scoring import WAVE_PAGE, Engine, Outcome, Task, hashed, look_over, score

TABLE = "assessments.csv"


@dataclass(slots=True)
class Tally:
    """How far a batch is. Counts; what was scored or found unchanged is one of `passed`, `retake` and
    `unread`.
    """

    total: int
    unchanged: int = 0
    scored: int = 0
    failed: int = 0
    passed: int = 0
    retake: int = 0
    unread: int = 0
    """Recordings that are no readings of their scripts."""

    @property
    def done(self) -> int:
        """All that needs no more work in this run."""
        return self.unchanged + self.scored + self.failed

    def count(self, status: table.Status) -> None:
        """Count a result by what became of it."""
        self.passed += status == "passed"
        self.retake += status == "retake"
        self.unread += status == "not a reading"


Told = Callable[[Tally], None]


def run(
    jobs: Sequence[Job], results: Results, pool: Pool, engine: Engine, *, pages: bool, told: Told
) -> Tally:
    """Score what is not in `results` yet, and keep each result as it comes; `told` hears of the progress.

    Raises BatchError where results cannot be kept or the pool cannot work; what was kept by then is safe.
    """
    tally = Tally(len(jobs))
    for job in jobs:
        if job.problem is not None:
            results.fail(job, job.problem)
            tally.failed += 1
    told(tally)
    waiting = {}
    for number, sha256 in _digests(jobs, results, pool, engine):
        job = jobs[number]
        assert job.script is not None
        if sha256 and results.recall(job, key(sha256, job.script.digest, engine.digest), page=pages):
            tally.unchanged += 1
            tally.count(table.status(results.line(job), None))
            told(tally)
        else:
            waiting[number] = job
    tasks = (_task(number, waiting[number], engine, pages) for number in sorted(waiting))
    for outcome in pool.outcomes(score, tasks):
        _keep(jobs[outcome.number], outcome, results, engine, tally)
        told(tally)
    return tally


def _keep(job: Job, outcome: Outcome, results: Results, engine: Engine, tally: Tally) -> None:
    if outcome.assessment is None:
        results.fail(job, outcome.reason or "It could not be scored.", outcome.detail)
        tally.failed += 1
        return
    assert job.script is not None
    known_by = key(outcome.assessment["recording"]["sha256"], job.script.digest, engine.digest)
    results.add(job, known_by, outcome.assessment, outcome.page)
    tally.scored += 1
    tally.count(table.status({"assessment": outcome.assessment}, None))


def check(jobs: Sequence[Job], pool: Pool, engine: Engine, told: Told) -> tuple[Job, ...]:
    """The jobs that would fail, with their problems; every recording is read, none is scored."""
    tally = Tally(len(jobs), failed=sum(job.problem is not None for job in jobs))
    problems = {number: job.problem for number, job in enumerate(jobs) if job.problem is not None}
    digests: dict[int, str] = {}
    told(tally)
    tasks = (_task(number, job, engine, False) for number, job in enumerate(jobs) if job.problem is None)
    for outcome in pool.outcomes(look_over, tasks):
        if outcome.reason is not None:
            problems[outcome.number] = outcome.reason
            tally.failed += 1
        else:
            tally.scored += 1
        if outcome.sha256 is not None:
            digests[outcome.number] = outcome.sha256
        told(tally)
    first: dict[str, Job] = {}
    for number in sorted(digests):
        job = jobs[number]
        other = first.setdefault(digests[number], job)
        if other is not job and number not in problems:
            problems[number] = (
                f"{job.recording} holds the very same sound as {other.recording}"
                f"{f' ({other.place})' if other.line is not None else ''}: one of the two is a copy."
            )
    return tuple(replace(jobs[number], problem=problems[number]) for number in sorted(problems))


def report(jobs: Sequence[Job], results: Results, *, pages: bool, complete: bool) -> int:
    """Make the table and the page of the whole batch anew; for a `complete` run, tidy assessments.jsonl
    first.

    Returns how many earlier results were put aside. Raises BatchError where they cannot be written.
    """
    moved = results.tidy() if complete else 0
    results.put(WAVE_PAGE, _wave_page(jobs, results, pages).encode("utf-8", "replace"))
    extra = list(dict.fromkeys(column for job in jobs for column in job.columns))

    def rows() -> Iterator[tuple[dict[str, Any], Mapping[str, str]]]:
        for job in jobs:
            line = results.line(job)
            page = page_name(job.recording) if pages and line is not None else None
            yield table.row(job, line, results.failure(job), page), job.columns

    results.put(TABLE, table.csv_bytes(rows(), extra))
    return moved


def _wave_page(jobs: Sequence[Job], results: Results, pages: bool) -> str:
    from enunciate.report import wave

    def readings() -> Iterator[wave.Reading]:
        for job in jobs:
            line = results.line(job)
            if line is not None:
                link = page_name(job.recording) if pages else None
                yield wave.Reading(line["assessment"], job.agent, job.wave, link)

    failures = [
        wave.Failure(job.recording or job.place, reason, job.agent, job.wave)
        for job in jobs
        if (reason := results.failure(job)) is not None
    ]
    return wave.page(readings(), failures)


def _digests(
    jobs: Sequence[Job], results: Results, pool: Pool, engine: Engine
) -> Iterator[tuple[int, str | None]]:
    """The number and the digest of each job that can be scored; None where no earlier result can be of it."""
    near: list[int] = []
    far: list[int] = []
    for number, job in enumerate(jobs):
        if job.script is None or job.problem is not None:
            continue
        if not results.may_know(job.script.digest, engine.digest):
            yield number, None
        else:
            (far if locations.is_url(job.location) else near).append(number)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        yield from zip(
            near, threads.map(locations.digest, [jobs[number].location for number in near]), strict=True
        )
    # What lies elsewhere is read by the workers, which are as near to it as when they score it.
    for outcome in pool.outcomes(hashed, [_task(number, jobs[number], engine, False) for number in far]):
        yield outcome.number, outcome.sha256


def _task(number: int, job: Job, engine: Engine, page: bool) -> Task:
    assert job.script is not None
    return Task(number, job.recording, job.location, job.script, job.agent, engine, page)
