"""One job on a worker: read, assess, describe. Whatever goes wrong comes back as data, for the rest to go
on.
"""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

from enunciate.assessment import Assessment, assess_reading
from enunciate.audio import Recording
from enunciate.audio.level import speech_problem
from enunciate.batch import Script, locations
from enunciate.errors import EnunciateError
from enunciate.recognition import models
from enunciate.rubric import load_rubric

WAVE_PAGE = "wave.html"
"""The page of the whole batch, in the folder of the results; each detailed page links back to it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Who judges. Scores by different ones are not comparable, so any difference has a recording scored
    again.
    """

    model: str
    """The name or folder of the recognition model, as `engines.recognizer` takes it."""
    fingerprint: str
    """What tells the models' files from others of the same name."""
    enunciate: str
    """The version of enunciate, which measures."""
    rubric: str
    """The version of the rubric, which judges."""

    @property
    def digest(self) -> str:
        """All of it in 16 hex digits; where a model lies does not count."""
        name = models.short_name(PurePath(self.model).name)
        parts = "\0".join((name, self.fingerprint, self.enunciate, self.rubric))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=4)
def engine(model: str | None) -> Engine:
    """The engine with the model that `models.select` finds. Raises ModelError."""
    info = models.select(model)
    found = hashlib.sha256()
    for file in sorted(path for path in info.path.rglob("*") if path.is_file()):
        relative = file.relative_to(info.path).as_posix()
        if not any(part.startswith(".") for part in relative.split("/")):
            found.update(f"{relative}\0{file.stat().st_size}\0".encode("utf-8", "surrogatepass"))
            if file.name == models.CHECKSUMS:
                found.update(file.read_bytes())
    scorer = resources.files("enunciate.models") / "pronunciation" / "scorer.npz"
    found.update(scorer.read_bytes())
    # By its name, a model is found on other machines too; one in a folder of its own has to lie there too.
    named = info.shipped or info.path.parent == models.models_folder()
    return Engine(
        info.name if named else str(info.path.resolve()),
        found.hexdigest()[:16],
        version("enunciate"),
        load_rubric().version,
    )


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it travels to a worker."""

    number: int
    recording: str
    location: str
    script: Script
    agent: str | None
    engine: Engine
    page: bool
    """Whether the detailed page is wanted too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: an assessment as the JSON object, or the reason why there is none."""

    number: int
    assessment: dict[str, Any] | None = None
    sha256: str | None = None
    """Of the recording, where only that was wanted or was found on the way."""
    page: str | None = None
    reason: str | None = None
    detail: str | None = None
    """For those who mend enunciate: a traceback."""
    seconds: float = 0.0
    """Time that it took."""


_ONE_AT_A_TIME = threading.Lock()


def score(task: Task) -> Outcome:
    """Score one recording. Never raises, so that no recording can stop the others."""
    began = time.monotonic()
    try:
        # A worker of a cluster may have several threads, and the engines are made for one.
        with _ONE_AT_A_TIME:
            outcome = _scored(task)
    except EnunciateError as error:
        outcome = Outcome(task.number, reason=str(error))
    except MemoryError:
        outcome = Outcome(
            task.number,
            reason=f"There was not memory enough for {task.recording}: use fewer --jobs, or cut it up.",
        )
    except Exception as error:
        outcome = Outcome(
            task.number,
            reason=f"enunciate failed on {task.recording} ({type(error).__name__}: {error}); "
            "please report this with the detail in failures.jsonl.",
            detail=traceback.format_exc(),
        )
    return replace(outcome, seconds=time.monotonic() - began)


def _scored(task: Task) -> Outcome:
    from enunciate.recognition.engines import recognizer

    own = engine(task.engine.model)
    if own.digest != task.engine.digest:
        return Outcome(
            task.number,
            reason=f"The worker on {socket.gethostname()} would judge by other rules (enunciate "
            f"{own.enunciate} with the model {own.model}): install the same enunciate and model everywhere.",
        )
    recording = locations.read(task.location, task.recording)
    assessment = assess_reading(recording, task.script.reference(), recognizer(task.engine.model))
    page = _page(assessment, task.agent) if task.page else None
    return Outcome(task.number, assessment.as_dict(), page=page)


def _page(assessment: Assessment, agent: str | None) -> str:
    from enunciate.report import html

    described = assessment.as_dict(contour=True)
    return html.page(described, assessment.recording.audio, agent=agent, back=f"../{WAVE_PAGE}")


def look_over(task: Task) -> Outcome:
    """Whether a recording could be scored, without doing so: `reason` where it could not."""
    try:
        recording: Recording = locations.read(task.location, task.recording)
        reason = speech_problem(recording.audio)
        said = None if reason is None else f"{task.recording}: {reason}"
        return Outcome(task.number, sha256=recording.sha256, reason=said)
    except EnunciateError as error:
        return Outcome(task.number, reason=str(error))
    except Exception as error:
        return Outcome(task.number, reason=f"{task.recording} cannot be read ({error}).")


def hashed(task: Task) -> Outcome:
    """The digest of a recording, to compare with what was scored before; None where it cannot be read."""
    return Outcome(task.number, sha256=locations.digest(task.location))


def prepare() -> None:
    """Make this process a worker of a pool: it is stopped by the pool alone, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def follow() -> None:
        # A pool that is killed cannot tell its workers; they would keep their memory for minutes.
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


Function = Callable[[Task], Outcome]
"""What a pool does with each task: `score` or `look_over`."""
