"""Hints on loudness and pace that come late and go late, so that nothing flickers while a person reads."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from enunciate.rubric import FluencyRubric

NO_SOUND, TOO_QUIET, TOO_LOUD, CLIPPING = "no sound", "too quiet", "too loud", "clipping"
SLOW, FAST = "a bit slow", "a bit fast"

_SLICE = 0.1
"""Seconds that one level is taken over."""
_MEMORY = 3.0
"""Seconds over which the loudest moment tells how loud the voice is."""
_SILENT_DBFS = -65.0
"""Where even the loudest moment is fainter, no voice arrives; nothing is scored below this either."""
_QUIET, _QUIET_NO_MORE = -40.0, -36.0
_LOUD, _LOUD_NO_MORE = -9.0, -12.0
"""dBFS of the loudest tenth of a second: from where on a hint comes, and where it goes again."""
_FULL_SCALE, _CLIPPED_SAMPLES = 0.999, 3
_PATIENCE = 1.5
"""Seconds that something has to last before it is said."""
_NO_SOUND_AFTER = 4.0
_HOLD = 3.0
"""Seconds that a hint of clipping stays."""
_SPEECH_ABOVE_FLOOR = 10.0
"""dB above the background that count as a voice."""
_FLOOR_MEMORY = 10.0
"""Seconds over which the background is known."""


class LevelMeter:
    """Takes in samples as they arrive; says how loud they are and what the person should know about it."""

    def __init__(self, rate: int) -> None:
        """For samples at `rate` Hz."""
        self._size = max(1, round(rate * _SLICE))
        self._rest = np.zeros(0, np.float32)
        self._recent: deque[float] = deque(maxlen=round(_MEMORY / _SLICE))
        self._longer: deque[float] = deque(maxlen=round(_FLOOR_MEMORY / _SLICE))
        self._slices = 0
        self._clipped_until = 0.0
        self._wanted: tuple[str, float] = ("", 0.0)
        self._voice_at = 0.0
        self.hint = ""
        """What is to be said now; mostly nothing."""

    @property
    def seconds(self) -> float:
        """How much sound has arrived, in whole slices."""
        return self._slices * _SLICE

    @property
    def dbfs(self) -> float | None:
        """The level now: of the louder of the last two slices, which is calmer to look at."""
        return max(list(self._recent)[-2:]) if self._recent else None

    @property
    def quiet_for(self) -> float:
        """Seconds since something louder than the background was heard."""
        return self.seconds - self._voice_at

    def forget_silence(self) -> None:
        """Count silence from now on."""
        self._voice_at = self.seconds

    def take(self, samples: NDArray[np.float32]) -> None:
        """The next samples, mono, shape (n,)."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // self._size * self._size
        self._rest = joined[whole:]
        for part in joined[:whole].reshape(-1, self._size):
            self._slice(part)

    def _slice(self, part: NDArray[np.float32]) -> None:
        self._slices += 1
        power = float(np.var(part.astype(np.float64)))
        level = max(-100.0, 10 * float(np.log10(max(power, 1e-12))))
        self._recent.append(level)
        self._longer.append(level)
        floor = float(np.percentile(self._longer, 5))
        if level > max(_SILENT_DBFS, floor + _SPEECH_ABOVE_FLOOR):
            self._voice_at = self.seconds
        if np.count_nonzero(np.abs(part) >= _FULL_SCALE) >= _CLIPPED_SAMPLES:
            self._clipped_until = self.seconds + _HOLD
        self._decide(self._wish(floor))

    def _wish(self, floor: float) -> str:
        """The hint that fits what was heard lately; the present one where that tells nothing new."""
        if self.seconds < self._clipped_until:
            return CLIPPING
        loudest = max(self._recent)
        if loudest < _SILENT_DBFS:
            return NO_SOUND if self.seconds >= _NO_SOUND_AFTER else self.hint
        if loudest < floor + _SPEECH_ABOVE_FLOOR:
            # The person says nothing just now.
            return self.hint if self.hint in (TOO_QUIET, TOO_LOUD) else ""
        if loudest > (_LOUD_NO_MORE if self.hint == TOO_LOUD else _LOUD):
            return TOO_LOUD
        if loudest < (_QUIET_NO_MORE if self.hint == TOO_QUIET else _QUIET):
            return TOO_QUIET
        return ""

    def _decide(self, wish: str) -> None:
        if wish != self._wanted[0]:
            self._wanted = (wish, self.seconds)
        # Clipping spoils the recording from its first moment on.
        if wish == CLIPPING or self.seconds - self._wanted[1] >= _PATIENCE:
            self.hint = wish


class PaceHint:
    """Whether the pace is worth a word, which comes and goes later than a needle."""

    def __init__(self, band_wpm: tuple[float, float], rubric: FluencyRubric) -> None:
        """For the pace to aim for, in words per minute, and how far beyond it is fine yet."""
        self._low, self._high = band_wpm
        self._slow = self._low * (1 - rubric.slow_margin)
        self._fast = self._high * (1 + rubric.fast_margin)
        self.hint = ""
        """What is to be said now; mostly nothing."""

    def take(self, wpm: float | None) -> None:
        """The pace by now; None where it cannot be told."""
        if wpm is None:
            self.hint = ""
        elif wpm < ((self._low + self._slow) / 2 if self.hint == SLOW else self._slow):
            self.hint = SLOW
        elif wpm > ((self._high + self._fast) / 2 if self.hint == FAST else self._fast):
            self.hint = FAST
        else:
            self.hint = ""
