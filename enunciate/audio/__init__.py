"""Sound as every later room sees it: mono float32 samples and their rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.interval import Interval

RATE = 16_000
"""Hz. The rate of every `Audio` that the file reader and the microphone hand on, as recognizers expect."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A mono signal: float32 samples of shape (n,), nominally within -1 to 1, at `rate` Hz.

    >>> Audio(np.zeros(8000, dtype=np.float32), 16000).seconds
    0.5
    """

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    def cut(self, interval: Interval) -> Audio:
        """The part within `interval`, clipped to what there is."""
        start, end = (max(0, round(t * self.rate)) for t in (interval.start, interval.end))
        return Audio(self.samples[start:end], self.rate)

    def pcm16(self) -> bytes:
        """The samples as little-endian 16-bit PCM, clipped at full scale, as recognizers take them."""
        return (np.clip(self.samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recording as it was read from a file.

    `audio` is mono at `RATE`; `sample_rate`, `channels` and `seconds` describe the file itself. `notices` are
    sentences for the reader about what was done to make it usable ("8 channels were mixed into one").
    """

    audio: Audio
    path: str
    sha256: str
    sample_rate: int
    channels: int
    seconds: float
    notices: tuple[str, ...] = ()
