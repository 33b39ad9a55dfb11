"""The results of a batch in the history of the agents who read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enunciate.batch import Job
from enunciate.batch.results import Results
from enunciate.errors import HistoryError
from enunciate.history.naming import key
from enunciate.history.store import History

_NAMESPACE = uuid.UUID("0f3d3b1e-6c43-4c8e-9d0c-2f4f1f6a5b77")
"""What makes the ids of recordings in batches: the same recording of an agent is kept once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept. Counts."""

    readings: int
    nameless: int
    """Readings of which nobody says who read."""
    added: tuple[str, ...]
    """Agents whom the history did not know."""
    problems: tuple[str, ...]
    """Sentences, of what could not be kept."""


def keep(jobs: Sequence[Job], results: Results, history: History) -> Kept:
    """Keep what was scored. A recording that is kept already gets the newest judgement in its place.

    Agents who are not known are added, to the wave that the source names.
    """
    known = {key(agent.name) for agent in history.agents()} if history.problem is None else None
    readings = nameless = 0
    added: dict[str, str] = {}
    problems: dict[str, None] = {}
    for job in jobs:
        line = results.line(job)
        if line is None or line["assessment"]["problem"] is not None:
            continue
        if not job.agent:
            nameless += 1
            continue
        assessment = line["assessment"]
        script = job.script.digest if job.script else ""
        try:
            identity = f"{key(job.agent)}\0{assessment['recording']['sha256']}\0{script}"
            history.record(
                assessment,
                agent=job.agent,
                kind="batch",
                module=_module(job),
                at=_day(job.date),
                id=str(uuid.uuid5(_NAMESPACE, identity)),
                add=True,
                wave=job.wave,
                replace=True,
            )
        except HistoryError as error:
            problems[str(error)] = None
            continue
        readings += 1
        if known is not None and key(job.agent) not in known:
            added.setdefault(key(job.agent), job.agent)
    return Kept(readings, nameless, tuple(added.values()), tuple(problems))


def _module(job: Job) -> str | None:
    return job.script.reference().module if job.script else None


def _day(text: str | None) -> datetime | None:
    """When a recording was made as its source says it; None where that cannot be understood."""
    try:
        return datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
