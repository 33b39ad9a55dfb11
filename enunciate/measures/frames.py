"""What a stretch of speech looks like every hundredth of a second: spectrum, loudness and pitch.

Frames start where PocketSphinx's do (410 samples every 160 at 16 kHz), so that arrays of both can be put side
by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio

Floats = NDArray[np.floating[Any]]

WINDOW = 410
HOP = 160
MELS = 40
_BLOCK = HOP << 11
"""Samples worked on at a time where an hour of them at once would fill the memory; whole hops."""
_PITCH_WINDOW = 640
_SHORTEST_LAG, _LONGEST_LAG = 40, 267
"""Samples at 16 kHz: 400 and 60 Hz."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Arrays over frames of 10 ms."""

    log_mel: Floats
    """(frames, 40), natural logarithm."""
    energy_db: Floats
    """(frames,)."""
    f0_hz: Floats
    """(frames,), 0 where unvoiced."""
    voicing: Floats
    """(frames,), height of the autocorrelation peak, 0-1."""


def levelled(audio: Audio) -> NDArray[np.int16]:
    """The samples at one loudness, over one noise floor, as 16-bit integers of shape (n,).

    The loudest twentieth of the frames comes to -20 dB of full scale and noise at -75 dB is laid under
    everything, so that neither the level of a recording nor digital silence in it tells on what is measured.
    The noise is the same on every run.
    """
    samples = np.asarray(audio.samples, np.float32)
    if len(samples) < WINDOW:
        return np.zeros(0, np.int16)
    loud = float(np.sqrt(np.percentile(_power(samples), 95)))
    result = np.zeros(len(samples), np.int16)
    if loud < 1e-6:
        return result
    random = np.random.default_rng(1)
    for start in range(0, len(samples), _BLOCK):
        block = samples[start : start + _BLOCK]
        noise = random.standard_normal(len(block)).astype(np.float32) * 10**-3.75
        result[start : start + _BLOCK] = np.clip((block * (0.1 / loud) + noise) * 32767, -32768, 32767)
    return result


def _power(samples: Floats) -> Floats:
    """The power of each frame, from running sums at where frames start and end."""
    mean, total = samples.mean(), 0.0
    starts, ends = [np.zeros(1)], []
    for start in range(0, len(samples), _BLOCK):
        squares = np.square(samples[start : start + _BLOCK] - mean, dtype=np.float64)
        squares[0] += total
        sums = np.cumsum(squares)
        total = sums[-1]
        starts.append(sums[HOP - 1 :: HOP])
        ends.append(sums[(WINDOW - 1) % HOP :: HOP])
    frame_ends = np.concatenate(ends)[(WINDOW - 1) // HOP :]
    return np.asarray((frame_ends - np.concatenate(starts)[: len(frame_ends)]) / WINDOW)


def frames(samples: NDArray[np.int16]) -> Frames:
    """Frames of mono samples of shape (n,), n at least 410, at 16 kHz."""
    x = samples.astype(np.float32) / 32768
    x -= x.mean()
    windows = _windows(x, WINDOW)
    count = len(windows)
    energy = np.asarray(10 * np.log10(np.square(windows).mean(1) + 1e-10), np.float32)
    emphasised = x.copy()
    emphasised[1:] -= np.float32(0.97) * x[:-1]
    spectrum = np.fft.rfft(_windows(emphasised, WINDOW) * np.hamming(WINDOW).astype(np.float32), 512)
    power = spectrum.real**2 + spectrum.imag**2
    log_mel = np.log(power.astype(np.float32) @ _filters() + 1e-8)
    f0, voicing = _pitch(x, energy, count)
    return Frames(log_mel, energy, f0, voicing)


def _windows(x: Floats, width: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(x, width)[::HOP]


@lru_cache(maxsize=1)
def _filters() -> Floats:
    """40 triangular filters of unit area from 60 to 7600 Hz, evenly spaced in mel; shape (257, 40)."""
    mel = np.linspace(2595 * np.log10(1 + 60 / 700), 2595 * np.log10(1 + 7600 / 700), MELS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    hertz = np.arange(257)[:, None] * RATE / 512
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((hertz - low) / (middle - low), (high - hertz) / (high - middle))
    return np.asarray(np.maximum(slopes, 0) * 2 / (high - low), np.float32)


def _pitch(x: Floats, energy: Floats, count: int) -> tuple[Floats, Floats]:
    """F0 and voicing by normalised autocorrelation (Boersma 1993), without tracking."""
    window = np.hanning(_PITCH_WINDOW).astype(np.float32)
    side = (_PITCH_WINDOW - WINDOW) // 2
    windows = _windows(np.pad(x, (side, _PITCH_WINDOW)), _PITCH_WINDOW)[:count]
    windows = (windows - windows.mean(1, keepdims=True)) * window

    def autocorrelation(y: Floats) -> Floats:
        return np.fft.irfft(np.abs(np.fft.rfft(y, 1024)) ** 2, 1024)[..., : _LONGEST_LAG + 1].astype(
            np.float32
        )

    own = autocorrelation(window)
    peaks = autocorrelation(windows)
    peaks = peaks / (peaks[:, :1] + 1e-9) / (own / own[0])
    lags = np.arange(_SHORTEST_LAG, _LONGEST_LAG)
    # A slight preference for short lags avoids octave errors.
    best = (peaks[:, lags] - np.linspace(0, 0.1, len(lags))).argmax(1)
    voicing = peaks[np.arange(count), lags[best]]
    voiced = (voicing > 0.5) & (energy > energy.max() - 40)
    return np.where(voiced, RATE / lags[best], 0).astype(np.float32), voicing.astype(np.float32)
