"""How loud a signal is from moment to moment, and whether there is any speech in it to assess."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio

STEP = 0.01
"""Seconds. Frame `k` of `Levels` covers `k * STEP` to `(k + 1) * STEP`."""

QUIETEST = -100.0
"""dB relative to full scale. Digital silence counts as this loud, a little below the last bit of 16."""

_SHORTEST = 0.3
"""Seconds. A shorter recording holds no word that could be judged."""

_FAINTEST = -65.0
"""dB relative to full scale. Where even the loudest tenth of a second is fainter, no voice was recorded."""

_STEADY = 3.0
"""dB between the soft and the loud tenths of a second. White noise has 0.4 and pink noise 1.3; 60 readings by
second-language speakers had at least 5.8 after as much noise was added to them as there was speech."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """RMS levels of successive frames of a recording and what they say about its loudness altogether.

    The mean of each frame is left out, and so are a constant offset and rumble below some 50 Hz.
    """

    db: NDArray[np.float32]
    """dB relative to full scale (a full-scale sine has -3.01), (n,), not below `QUIETEST`."""
    floor: float
    """dB: the 5th percentile, the background where there are pauses."""
    speech: float
    """dB: the 95th percentile, the vowels where there is speech."""

    @property
    def rise(self) -> float:
        """How far speech rises above the background, dB."""
        return self.speech - self.floor

    @property
    def threshold(self) -> float:
        """dB: what is fainter is no speech.

        30 dB below the vowels, as far as fricatives go, or else clearly above the background.
        """
        return max(self.speech - 30.0, self.floor + min(8.0, self.rise / 2))

    @property
    def buried(self) -> bool:
        """Whether speech rises so little above the background that levels cannot tell the two apart."""
        return self.rise < 6.0


def levels(audio: Audio) -> Levels:
    """The levels of `audio`; a last frame that is not complete is left out.

    >>> tone = np.sin(2 * np.pi * 200 * np.arange(16000) / 16000).astype(np.float32)
    >>> found = levels(Audio(tone, 16000))
    >>> len(found.db), round(found.speech, 2)
    (100, -3.01)
    """
    size = round(STEP * audio.rate)
    frames = audio.samples[: len(audio.samples) // size * size].reshape(-1, size)
    power = np.einsum("ij,ij->i", frames, frames) / size - np.mean(frames, axis=1) ** 2
    db = np.maximum(10 * np.log10(np.maximum(power, 1e-12)), QUIETEST).astype(np.float32)
    floor, speech = np.percentile(db, (5, 95)) if len(db) else (QUIETEST, QUIETEST)
    return Levels(db, float(floor), float(speech))


def speech_problem(audio: Audio) -> str | None:
    """Why there is nothing in `audio` to assess, as a sentence for the reader; None where there may be some.

    >>> speech_problem(Audio(np.zeros(3200, dtype=np.float32), 16000))
    'The recording lasts only 0.20 seconds, too short for a word: record it again and read the whole script.'
    """
    if audio.seconds < _SHORTEST:
        return (
            f"The recording lasts only {audio.seconds:.2f} seconds, too short for a word: "
            "record it again and read the whole script."
        )
    if not audio.samples.any():
        return "The recording is completely silent: check that the microphone is on and not muted."
    tenths = 10 * np.log10(np.convolve(10 ** (levels(audio).db / 10), np.full(10, 0.1), "valid"))
    soft, loud, loudest = np.percentile(tenths, (5, 95, 100))
    if loudest < _FAINTEST:
        return (
            f"The recording is too quiet for speech ({loudest:.0f} dB at its loudest): "
            "check that the right microphone is chosen and turned up."
        )
    if audio.seconds >= 1.0 and loud - soft < _STEADY:
        return (
            "The recording holds only steady noise and no speech: "
            "check that the right microphone is chosen and speak close to it."
        )
    return None
