"""How loud a signal is from moment to moment, and whether there is any speech in it to assess."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

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


def clipped(samples: NDArray[np.int16]) -> int:
    """How many samples are at full scale, where sound is cut off.

    >>> clipped(np.array([32767, 32766, -32767, -32768], dtype=np.int16))
    3
    """
    return int(np.count_nonzero((samples >= 32767) | (samples <= -32767)))


Hint = Literal["no voice", "too quiet", "too loud", "clipping"]
"""What a speaker should know: nothing is heard; move closer; move back; sound is being cut off."""

_TOO_QUIET = -38.0
"""dB. Of 400 readings by second-language speakers, none had its loudest tenth of a second below -34."""

_TOO_LOUD = -1.0
"""dB of the largest sample. One in a hundred of the same readings went above."""

_CLIPPED = 3
"""Samples at full scale within the meter's memory: a single one may be a click."""

_VOICE_RISE = 10.0
"""dB between the loudest and the softest tenth from which a voice, if a faint one, is taken to be there."""

_MEMORY_SECONDS = 3.0
"""A hint tells of this long, and nothing is said before: a breath is no silence."""


class Meter:
    """The level of sound while it is recorded, and what its speaker should be told.

    >>> meter = Meter()
    >>> for _ in range(40):
    ...     meter.add(0.1, db=-20.0, peak=0.3, clipped=0)
    >>> meter.hint is None
    True
    >>> for _ in range(40):
    ...     meter.add(0.1, db=-70.0, peak=0.001, clipped=0)
    >>> meter.hint
    'no voice'
    """

    def __init__(self) -> None:
        """Nothing has been heard yet."""
        self.db = QUIETEST
        """The level of the last tenth of a second, dB."""
        self._power = self._seconds = self._whole = 0.0
        self._tenths: deque[float] = deque(maxlen=round(_MEMORY_SECONDS * 10))
        self._peaks: deque[tuple[float, float, int]] = deque()

    def add(self, seconds: float, db: float, peak: float, clipped: int) -> None:
        """Take in a stretch of sound: length, RMS level, largest sample, and samples at full scale."""
        if seconds <= 0.0:
            return
        self._whole += seconds
        self._peaks.append((self._whole, peak, clipped))
        while self._peaks[0][0] < self._whole - _MEMORY_SECONDS:
            self._peaks.popleft()
        self._power += 10 ** (db / 10) * seconds
        self._seconds += seconds
        if self._seconds >= 0.1:
            self.db = max(QUIETEST, 10 * float(np.log10(max(self._power / self._seconds, 1e-12))))
            self._tenths.append(self.db)
            self._power = self._seconds = 0.0

    @property
    def hint(self) -> Hint | None:
        """What to tell the speaker now; None where all is well or not enough was heard."""
        if sum(clipped for _, _, clipped in self._peaks) >= _CLIPPED:
            return "clipping"
        if any(peak > 10 ** (_TOO_LOUD / 20) for _, peak, _ in self._peaks):
            return "too loud"
        if self._whole < _MEMORY_SECONDS or not self._tenths or max(self._tenths) >= _TOO_QUIET:
            return None
        return "too quiet" if max(self._tenths) - min(self._tenths) >= _VOICE_RISE else "no voice"


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
