"""Follows a reading on a thread of its own, so that the screen never waits for the recognizer."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.following import Following, Progress
from enunciate.assessment import Assessment
from enunciate.audio import RATE, Audio, Recording
from enunciate.live import LiveAssessment
from enunciate.recognition import engines
from enunciate.reference import Reference
from enunciate.teleprompter.session import Microphone


class Follower:
    """A `Listener` that follows a reading of a script."""

    def __init__(self, reference: Reference, model: str | None) -> None:
        """Get ready to follow a reading of `reference` with `model` (a name or folder)."""
        self._following = Following(reference, engines.recognizer(model))
        self._blocks: list[NDArray[np.float32]] = []
        self._arrived: queue.SimpleQueue[NDArray[np.float32] | None] = queue.SimpleQueue()
        self._failed: BaseException | None = None
        self._worker = threading.Thread(target=self._work, name="enunciate-listen", daemon=True)
        self._worker.start()

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples; returns at once."""
        self._blocks.append(samples)
        self._arrived.put(samples)

    def hear_out(self, microphone: Microphone) -> None:
        """Take in what a microphone that was stopped still holds."""
        while (rest := microphone.read(0.0)) is not None:
            if rest.kept:
                self.hear(rest.samples)

    def progress(self) -> Progress:
        """What is known by now. Raises what went wrong in the thread."""
        if self._failed is not None:
            raise self._failed
        return self._following.progress

    def heard(self) -> Audio:
        """All that was heard."""
        return Audio(np.concatenate(self._blocks or [np.zeros(0, np.float32)]), RATE)

    def close(self) -> None:
        """Follow no further; what is still to be followed is dropped, so that it keeps no processor busy."""
        with suppress(queue.Empty):
            while True:
                self._arrived.get_nowait()
        self._arrived.put(None)

    def _work(self) -> None:
        try:
            while (samples := self._arrived.get()) is not None:
                self._following.feed(samples)
        except BaseException as error:
            self._failed = error


class ScriptListener(Follower):
    """One that has the assessment of the reading soon after its end, too."""

    def __init__(self, reference: Reference, model: str | None) -> None:
        """Get ready to follow a reading of `reference` with `model` (see `LiveAssessment`)."""
        self._assessing = LiveAssessment(reference, model)
        super().__init__(reference, model)

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples; returns at once."""
        self._assessing.feed(samples)
        super().hear(samples)

    def finish(self, recording: Recording) -> Assessment:
        """The assessment of all that was heard, which is kept in the file of `recording`."""
        # The file holds the same sound at another rate. What was heard is what was worked on already.
        with self._assessing:
            return self._assessing.finish(replace(recording, audio=self.heard()))

    def close(self) -> None:
        """Give up what was heard; after `finish` there is nothing left to give up."""
        super().close()
        self._assessing.close()
