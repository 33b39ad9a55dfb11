"""What to say about loudness and pace: hints that come late and go late, so that nothing flickers."""

from __future__ import annotations

from collections import deque

import numpy as np

from enunciate.audio.level import Hint, Meter
from enunciate.rubric import FluencyRubric

SLOW, FAST = "a bit slow", "a bit fast"

_COMES, _GOES = 0.6, 1.5
"""Seconds that a hint has to be true before it is shown, and that it has to be false before it goes."""
_FLOOR_SECONDS = 10.0
"""Over which the background is known."""
_VOICE_ABOVE_FLOOR, _VOICE_AT_LEAST = 10.0, -65.0
"""dB above the background and dB relative to full scale: what is louder than both is a voice."""


class LevelWatch:
    """How loud it is, what the person should know about it, and for how long it has been quiet."""

    def __init__(self) -> None:
        """Nothing has been heard yet."""
        self._meter = Meter()
        self._tenths: deque[float] = deque(maxlen=round(_FLOOR_SECONDS * 10))
        self._seconds = self._voice_at = self._since = self._tenth_at = 0.0
        self._wish: Hint | None = None
        self.voice = False
        """Whether anything louder than the background was ever heard."""
        self.hint: Hint | None = None
        """What is to be said now; None where all is well."""

    @property
    def db(self) -> float:
        """The level of the last tenth of a second, dB relative to full scale."""
        return self._meter.db

    @property
    def quiet_for(self) -> float:
        """Seconds since something louder than the background was heard."""
        return self._seconds - self._voice_at

    def add(self, seconds: float, db: float, peak: float, clipped: int) -> None:
        """Take in a stretch of sound, as `Meter.add` does."""
        self._meter.add(seconds, db, peak, clipped)
        self._seconds += seconds
        if self._seconds - self._tenth_at >= 0.1:
            self._tenth_at = self._seconds
            self._tenths.append(self._meter.db)
        floor = float(np.percentile(self._tenths, 5)) if self._tenths else 0.0
        if self._meter.db > max(_VOICE_AT_LEAST, floor + _VOICE_ABOVE_FLOOR):
            self._voice_at = self._seconds
            self.voice = True
        wish = self._meter.hint
        if wish != self._wish:
            self._wish, self._since = wish, self._seconds
        if self._seconds - self._since >= (_GOES if wish is None else _COMES):
            self.hint = wish


class PaceWatch:
    """Whether the pace is worth a word, which comes and goes later than a needle."""

    def __init__(self, band_wpm: tuple[float, float], rubric: FluencyRubric) -> None:
        """For the pace to aim for, in words per minute, and how far beyond it is fine yet."""
        self._low, self._high = band_wpm
        self._slow = self._low * (1 - rubric.slow_margin)
        self._fast = self._high * (1 + rubric.fast_margin)
        self.hint = ""
        """What is to be said now; mostly nothing."""

    def add(self, wpm: float | None) -> None:
        """The pace by now; None where it cannot be told."""
        if wpm is None:
            self.hint = ""
        elif wpm < ((self._low + self._slow) / 2 if self.hint == SLOW else self._slow):
            self.hint = SLOW
        elif wpm > ((self._high + self._fast) / 2 if self.hint == FAST else self._fast):
            self.hint = FAST
        else:
            self.hint = ""
