"""The fundamental frequency of a voice over time, by YIN within the range of the speaker.

YIN (de Cheveigné & Kawahara 2002, "YIN, a fundamental frequency estimator for speech and music") is written
out in numpy, because `librosa.yin` compiles for half a minute before its first result in a fresh
installation. As De Looze and Hirst recommend (2008, "Detecting changes in key and range for the automatic
modelling and coding of intonation"), a first pass over a wide range finds the quartiles of the voice, and a
second one looks only from 0.75 times the first to 1.5 times the third, which keeps out most octave errors.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.audio.level import QUIETEST, STEP, Levels

LOWEST, HIGHEST = 60.0, 500.0
"""Hz. From the creak of a low man's voice to the calls of a child."""

_RATE = 8_000
"""Hz. The harmonics that carry the voice lie below half of it."""

_WINDOW = 256
"""Samples compared with their shifted copy: 32 ms, two periods of the lowest voice."""

_LONGEST = round(_RATE / LOWEST) + 1
"""Samples: the longest period looked for, and one more to find the minimum by."""

_TROUGH = 0.12
"""The first minimum of the normalized difference below this is the period: YIN's absolute threshold."""

_APERIODIC = 0.4
"""Frames whose normalized difference does not fall below this have no voice."""

_JUMP = 5.0
"""Semitones. A frame that is farther from the median of its neighbours is an error of the tracker."""

_STILL_PERIODIC = 0.6
"""A frame next to a voiced one needs no more than this."""

_GLIDE = 1.5
"""Semitones that a voice may glide from one frame to the next."""

_CARRIED = 8
"""Frames that a voice is carried on into less periodic ones at most."""

_SHORT_LEAP = 8
"""Frames. A shorter stretch that leaps from the one it touches is an error."""

_SHORTEST = 3
"""Frames. A voice does not sound for less than this."""

_BATCH = 512
"""Frames worked on at a time, to bound memory."""


def track(audio: Audio, found: Levels) -> NDArray[np.float32]:
    """F0 in Hz for each frame of `found`, the levels of `audio`: shape (n,), NaN where there is no voice."""
    f0 = np.full(len(found.db), np.nan, dtype=np.float32)
    # Without pauses or in noise there is no level to tell voice by; its period has to do.
    frames = np.flatnonzero(found.db > (QUIETEST if found.buried else found.threshold))
    if not len(frames):
        return f0
    differences = _differences(audio, frames)
    hz, aperiodicity = _periods(differences, LOWEST, HIGHEST)
    voiced = aperiodicity < _APERIODIC
    if not voiced.any():
        return f0
    first, third = np.percentile(hz[voiced], (25, 75))
    found_hz, found_aperiodicity = f0.copy(), np.ones_like(f0)
    found_hz[frames], found_aperiodicity[frames] = _periods(
        differences, max(LOWEST, 0.75 * first), min(HIGHEST, 1.5 * third)
    )
    f0 = np.where(found_aperiodicity < _APERIODIC, found_hz, np.float32(np.nan))
    return _cleaned(_extended(found_hz, found_aperiodicity, f0))


def semitones(hz: NDArray[np.float32], reference: float) -> NDArray[np.float32]:
    """Intervals above `reference` Hz in semitones.

    >>> semitones(np.array([110.0, 220.0]), 110.0).tolist()
    [0.0, 12.0]
    """
    return np.asarray(12 * np.log2(hz / reference))


def _differences(audio: Audio, frames: NDArray[np.intp]) -> NDArray[np.float32]:
    """The cumulative mean normalized difference of each frame: (len(frames), _LONGEST + 1), lags from 0."""
    import soxr

    samples = audio.samples if audio.rate == _RATE else soxr.resample(audio.samples, audio.rate, _RATE, "MQ")
    size = _WINDOW + _LONGEST
    samples = np.pad(samples, size)
    starts = size + np.round((frames + 0.5) * STEP * _RATE).astype(np.intp) - size // 2
    lags = np.arange(1, _LONGEST + 1)
    result = np.ones((len(frames), _LONGEST + 1), dtype=np.float32)
    views = np.lib.stride_tricks.sliding_window_view(samples, size)
    for batch in range(0, len(frames), _BATCH):
        cut = views[np.minimum(starts[batch : batch + _BATCH], len(views) - 1)]
        spectrum = np.fft.rfft(cut)
        spectrum *= np.conj(np.fft.rfft(cut[:, :_WINDOW], size))
        correlation = np.fft.irfft(spectrum, size)[:, 1 : _LONGEST + 1]
        energy = np.cumsum(np.square(cut, dtype=np.float64), axis=1)
        # Of the window itself, and of its copies shifted by each lag.
        own = energy[:, _WINDOW - 1, None]
        shifted = energy[:, _WINDOW : _WINDOW + _LONGEST] - energy[:, :_LONGEST]
        difference = np.maximum(own + shifted - 2 * correlation, 0.0)
        sums = np.cumsum(difference, axis=1)
        result[batch : batch + _BATCH, 1:] = difference * lags / np.maximum(sums, 1e-12)
    return result


def _periods(
    differences: NDArray[np.float32], lowest: float, highest: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The likeliest F0 of each frame between two frequencies in Hz, and its aperiodicity (0 to about 1)."""
    hz = np.empty(len(differences), dtype=np.float32)
    aperiodicity = np.empty_like(hz)
    for batch in range(0, len(differences), _BATCH):
        part = slice(batch, batch + _BATCH)
        hz[part], aperiodicity[part] = _best_periods(differences[part], lowest, highest)
    return hz, aperiodicity


def _best_periods(
    differences: NDArray[np.float32], lowest: float, highest: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    shortest, longest = int(_RATE / highest), min(_LONGEST - 1, int(np.ceil(_RATE / lowest)))
    inside = differences[:, shortest : longest + 1]
    troughs = inside < _TROUGH
    troughs &= inside <= differences[:, shortest - 1 : longest]
    troughs &= inside < differences[:, shortest + 1 : longest + 2]
    lag = shortest + np.where(troughs.any(axis=1), troughs.argmax(axis=1), inside.argmin(axis=1))
    rows = np.arange(len(lag))
    before, here, after = (differences[rows, lag + shift] for shift in (-1, 0, 1))
    # The minimum of the parabola through the three.
    bend = before - 2 * here + after
    shift = np.where(bend > 1e-9, 0.5 * (before - after) / np.maximum(bend, 1e-9), 0.0)
    return (_RATE / (lag + np.clip(shift, -0.5, 0.5))).astype(np.float32), here


def _extended(
    hz: NDArray[np.float32], aperiodicity: NDArray[np.float32], f0: NDArray[np.float32]
) -> NDArray[np.float32]:
    """`f0` with its stretches carried on into less periodic frames, as long as it glides and does not jump.

    A voice that falls fast, as at the end of a statement, is less periodic than one that stays.
    """
    height = semitones(hz, LOWEST)
    glides = np.abs(np.diff(height)) < _GLIDE
    usable = aperiodicity < _STILL_PERIODIC
    voiced = ~np.isnan(f0)
    for _ in range(_CARRIED):
        onward = voiced.copy()
        onward[1:] |= voiced[:-1] & glides & usable[1:]
        onward[:-1] |= voiced[1:] & glides & usable[:-1]
        voiced = onward
    return np.where(voiced, hz, np.nan)


def _cleaned(f0: NDArray[np.float32]) -> NDArray[np.float32]:
    """`f0` without jumps away from its neighbours and without stretches too short to be a voice."""
    voiced = np.flatnonzero(~np.isnan(f0))
    height = semitones(f0[voiced], LOWEST)
    neighbours = np.lib.stride_tricks.sliding_window_view(np.pad(height, 3, mode="edge"), 7)
    f0[voiced[np.abs(height - np.median(neighbours, axis=1)) > _JUMP]] = np.nan
    padded = np.pad(f0, 1, constant_values=np.nan)
    silent = np.isnan(padded)
    leap = np.abs(np.diff(semitones(padded, LOWEST))) > _JUMP
    edges = np.flatnonzero((silent[1:] != silent[:-1]) | leap)
    for start, end in pairwise(edges):
        # A short stretch a leap away from the one it touches is an octave error, in creak mostly.
        if end - start < (_SHORT_LEAP if leap[start] or leap[end] else _SHORTEST):
            f0[start:end] = np.nan
    return f0
