"""What pools are given to do in tests: functions that workers can import, and a pool without processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from enunciate.batch import Script, locations
from enunciate.batch.scoring import Engine, Function, Outcome, Task

ENGINE = Engine("enunciate-en", "0123456789abcdef", "0.0", "test-rubric/1")
OPENING = "Thank you for calling Larkmoor Home Services."
"""What is read in the recordings of the fixture `class_folder`."""

SCRIPT = Script("hello", "Good morning.")


def task(number: int, recording: str) -> Task:
    return Task(number, recording, recording, SCRIPT, None, ENGINE, page=False)


def working(task: Task) -> Outcome:
    """Says which process did it; a recording called "crash" kills that process, "slow" takes a while."""
    if "crash" in task.recording:
        os.kill(os.getpid(), signal.SIGKILL)
    if "slow" in task.recording:
        time.sleep(1.0)
    return Outcome(task.number, {"process": os.getpid(), "recording": task.recording})


class Scripted:
    """A pool that makes up assessments in this process, and notes which recordings it was asked for.

    `assessment` makes the JSON object of a recording; a name with "bad" in it fails.
    """

    def __init__(self, assessment: Callable[[], dict[str, Any]]) -> None:
        self.asked: list[str] = []
        self._assessment = assessment

    def outcomes(self, function: Function, tasks: Iterable[Task]) -> Iterator[Outcome]:
        for task in tasks:
            self.asked.append(task.recording)
            yield self._outcome(task)

    def _outcome(self, task: Task) -> Outcome:
        if "bad" in task.recording:
            return Outcome(task.number, reason=f"{task.recording} is bad.", detail="Traceback ...")
        described = self._assessment()
        described["recording"] |= {"path": task.recording, "sha256": locations.digest(task.location)}
        return Outcome(task.number, described, page=f"page of {task.recording}" if task.page else None)
