"""From sound to timed words.

A recognizer is anything that satisfies `Recognizer`; `engines.recognizer()` loads one. Vosk is what
ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.interval import Interval

UNKNOWN = "[unk]"
"""The word that stands for speech which is none of the words listened for."""


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word as it was heard: lower case, times in seconds, confidence 0-1 (None where not known)."""

    text: str
    interval: Interval
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recognizer heard, in order, and who says so."""

    words: tuple[RecognizedWord, ...]
    engine: str
    model: str

    @property
    def text(self) -> str:
        """The words joined by spaces."""
        return " ".join(word.text for word in self.words)


class Stream(Protocol):
    """Recognition while the sound still arrives, for the microphone."""

    def accept(self, samples: NDArray[np.float32]) -> tuple[RecognizedWord, ...]:
        """Take in the next samples (mono, at the rate the stream was opened with); the words heard so far.

        The last of them may still change.
        """
        ...

    def finish(self) -> Hypothesis:
        """Close the stream; everything that was heard."""
        ...


class Recognizer(Protocol):
    """An engine with a loaded model, used for many recordings, one at a time or from several threads."""

    @property
    def engine(self) -> str:
        """The engine's name, such as "vosk"."""
        ...

    @property
    def model(self) -> str:
        """The model's name, such as "small-en-us-0.15"."""
        ...

    @property
    def transcribes(self) -> bool:
        """Whether a word that the model hears freely, not knowing the script, may be quoted to a person."""
        ...

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary holds `word`."""
        ...

    def transcribe(self, audio: Audio, phrases: Sequence[str] | None = None) -> Hypothesis:
        """Transcribe a whole recording of any length.

        With `phrases`, only their words are listened for, in orders that the phrases make likely; `UNKNOWN`
        among them
        lets everything else be heard as `UNKNOWN`.
        """
        ...

    def stream(self, rate: int, phrases: Sequence[str] | None = None) -> Stream:
        """Open a stream for sound at `rate` Hz."""
        ...
