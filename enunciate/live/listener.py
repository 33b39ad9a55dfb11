"""Follows a reading on a thread of its own, so that the screen never waits for the recognizer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.words import align
from enunciate.assessment import Assessment, assess_reading
from enunciate.audio import RATE, Recording
from enunciate.live.session import Progress
from enunciate.live.view import WordState
from enunciate.recognition import Recognizer
from enunciate.recognition.listening import listen_for
from enunciate.reference import Reference


class ScriptListener:
    """A `Listener` with a recognizer."""

    def __init__(self, reference: Reference, recognizer: Recognizer) -> None:
        self._reference = reference
        self._recognizer = recognizer
        listening = listen_for(reference, recognizer)
        self._alikes = listening.sound_alikes
        self._stream = recognizer.stream(RATE, listening.phrases)
        self._queue: queue.SimpleQueue[NDArray[np.float32] | None] = queue.SimpleQueue()
        self._progress = self._states(())
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def hear(self, samples: NDArray[np.float32]) -> None:
        self._queue.put(samples)

    def progress(self) -> Progress:
        return self._progress

    def finish(self, recording: Recording) -> Assessment:
        self._queue.put(None)
        self._thread.join()
        return assess_reading(recording, self._reference, self._recognizer)

    def _work(self) -> None:
        last = ()
        while (samples := self._queue.get()) is not None:
            words = self._stream.accept(samples)
            if words != last:
                last = words
                self._progress = self._states(words)

    def _states(self, words) -> Progress:
        alignment = align(self._reference, words, self._alikes)
        states: list[WordState] = ["ahead"] * len(self._reference.tokens)
        reached, read = -1, 0
        for word in alignment.words:
            if word.reference is not None and word.interval is not None:
                states[word.reference.token] = "done"
                reached = word.reference.token
                read += 1
        for t in range(reached):
            if states[t] == "ahead":
                states[t] = "skipped"
        if reached + 1 < len(states):
            states[reached + 1] = "current"
        return Progress(tuple(states), read, reached + 1 == len(states))
