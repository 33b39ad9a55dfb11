"""An assessment that is worked out while the person still reads."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from enunciate.assessment import Assessment, as_recording, assess_reading
from enunciate.audio import RATE, Audio, Recording
from enunciate.reference import Reference
from enunciate.rubric import Rubric


class LiveAssessment:
    """Takes in a reading as it is recorded; `finish` has the assessment soon after the last word.

    What `finish` returns is what `assess_reading` says of the same sound: the heavy work is only done ahead,
    in a process of its own, on the parts that are finished. That process starts, and loads its models, when
    this object is made: make it before the person starts to read, and close it (or use it in a `with`
    statement) where the reading is given up. `feed` only hands samples on and never blocks; it may be called
    from any one thread. Following the words on the screen is another object: see
    `enunciate.alignment.following.Following`.

        with LiveAssessment(reference, model) as live:
            for block in microphone:          # float32, mono, 16 kHz
                live.feed(block)
            assessment = live.finish()
    """

    def __init__(self, reference: Reference, model: str | None = None, rubric: Rubric | None = None) -> None:
        """Assess a reading of `reference` with `model` (a name or folder, as for `assess`), by `rubric`.

        Raises ModelError where there is no such model or it is damaged.
        """
        from enunciate.recognition.engines import recognizer

        self._reference = reference
        self._rubric = rubric
        self._recognizer = recognizer(model)
        self._blocks: list[NDArray[np.float32]] = []

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples, mono at `audio.RATE`, in blocks of any size."""
        self._blocks.append(np.array(samples, np.float32))

    def finish(self, recording: Recording | None = None) -> Assessment:
        """The assessment of all that was fed; raises EnunciateError as `assess_reading` does.

        `recording` is the same sound with what is known of its file, as `audio.files.read` returns it; it is
        the one that is assessed, should its samples differ from those fed.
        """
        if recording is None:
            recording = as_recording(Audio(np.concatenate(self._blocks or [np.zeros(0, np.float32)]), RATE))
        return assess_reading(recording, self._reference, self._recognizer, self._rubric)

    def close(self) -> None:
        """Give up what is not finished and end the process; calling it again does nothing."""
        self._blocks.clear()

    def __enter__(self) -> LiveAssessment:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
