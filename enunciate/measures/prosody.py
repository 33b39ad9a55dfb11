"""The melody and the loudness of a reading, and how clean its recording is.

Pitch intervals are in semitones, in which voices of all heights compare. Slopes are Theil-Sen estimates (the
median of the slopes between all pairs of points), which a few errors of the pitch tracker do not move.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment import AlignedWord, Alignment
from enunciate.audio import Audio
from enunciate.audio.level import STEP, Levels, levels
from enunciate.interval import Interval
from enunciate.measures import Contour, Prosody, SentenceEnd
from enunciate.measures.pitch import semitones, track

_FULL_SCALE = 32767 / 32768
"""The largest 16-bit sample."""

_VOICED = 0.3
"""Seconds of voice without which nothing is said about the pitch of a reading."""

_FINAL = 0.3
"""Seconds before the end of the voice in which a sentence's final movement happens."""

_SENTENCE = 1.0
"""Seconds. A shorter sentence has no declination to speak of."""

_MARGIN = 0.05
"""Seconds next to speech that are neither speech nor background: the voice dies away in them."""

_BACKGROUND = 0.15
"""Seconds of background without which it is not measured."""

_POINTS = 200
"""Points that a slope is estimated from at most; the pairs grow with their square."""


def measure(audio: Audio, alignment: Alignment) -> Prosody:
    """The prosody of the reading that `alignment` describes, in `audio`.

    F0 statistics, level and SNR are of the words said; the background is measured where nothing is said. A
    sentence ends at a script word that the punctuation says so of; an end that was not read is left out.
    Declination is the median over the statements of at least a second. A background without any sound counts
    as -100 dBFS.
    """
    found = levels(audio)
    f0 = track(audio, found)
    said = sorted((word.interval for word in alignment.words if word.interval), key=lambda one: one.start)
    spoken = _within(said, len(found.db))
    loud = spoken if found.buried else spoken & (found.db >= found.threshold)
    speech, noise = _power(found, loud), _power(found, _background(found, spoken))
    reading = f0[_frames(said[0].start, said[-1].end)] if said else f0[:0]
    voice = reading[~np.isnan(reading)]
    median = low = high = deviation = None
    if len(voice) * STEP >= _VOICED:
        median = float(np.median(voice))
        height = semitones(voice, median)
        low, high = np.percentile(height, (10, 90))
        deviation = float(np.std(height))
    return Prosody(
        f0_median_hz=median,
        f0_range_semitones=None if low is None or high is None else float(high - low),
        f0_deviation_semitones=deviation,
        declination_semitones_per_second=_declination(alignment, f0),
        sentence_ends=tuple(_sentence_ends(alignment, f0, found, loud)),
        level_dbfs=_decibels(speech),
        clipped_share=float(np.mean(np.abs(audio.samples) >= _FULL_SCALE)) if len(audio.samples) else None,
        noise_floor_dbfs=_decibels(noise),
        snr_db=_decibels((speech - noise) / noise) if speech and noise and speech > noise else None,
        contour=Contour(((np.arange(len(f0)) + 0.5) * STEP).astype(np.float32), f0, found.db)
        if len(f0)
        else None,
    )


def _frames(start: float, end: float) -> slice:
    return slice(max(0, round(start / STEP)), max(0, round(end / STEP)))


def _within(intervals: list[Interval], count: int) -> NDArray[np.bool_]:
    """Which of `count` frames lie in one of `intervals`."""
    flags = np.zeros(count, dtype=bool)
    for interval in intervals:
        flags[_frames(interval.start, interval.end)] = True
    return flags


def _background(found: Levels, spoken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The frames in which nothing is heard but the background; none where they are too few."""
    sound = spoken if found.buried else found.db >= found.threshold
    width = round(_MARGIN / STEP)
    near = (
        np.convolve(sound, np.ones(2 * width + 1), "same") > 0.5 if len(sound) > 2 * width else sound | True
    )
    return ~near if np.count_nonzero(~near) * STEP >= _BACKGROUND else near & False


def _power(found: Levels, frames: NDArray[np.bool_] | slice) -> float | None:
    """The mean power of some frames; None where there are none."""
    chosen = found.db[frames]
    return float(np.mean(10 ** (chosen.astype(np.float64) / 10))) if len(chosen) else None


def _decibels(power: float | None) -> float | None:
    return None if power is None else float(10 * np.log10(power))


def _sentences(alignment: Alignment) -> Iterator[tuple[int, list[AlignedWord]]]:
    """The sentences of the script: the index of the last word, and the words that were said of it."""
    said: list[AlignedWord] = []
    for index, word in enumerate(alignment.words):
        if word.interval:
            said.append(word)
        if word.reference and word.reference.boundary in ("major", "paragraph"):
            yield index, said
            said = []


def _sentence_ends(
    alignment: Alignment, f0: NDArray[np.float32], found: Levels, loud: NDArray[np.bool_]
) -> Iterator[SentenceEnd]:
    for index, said in _sentences(alignment):
        last = alignment.words[index]
        if last.reference is None or last.interval is None:
            continue
        rest = _within([word.interval for word in said[:-1] if word.interval], len(loud))
        end, before = (_power(found, loud & frames) for frames in (_within([last.interval], len(loud)), rest))
        yield SentenceEnd(
            after=index,
            question=last.reference.question,
            movement_semitones=_final_movement(f0, loud, said[0].interval, last.interval),
            trailing_off_db=_decibels(end / before) if end and before else None,
        )


def _final_movement(
    f0: NDArray[np.float32], loud: NDArray[np.bool_], first: Interval | None, last: Interval
) -> float | None:
    """How far the voice moves in its last stretch before the end of the word at `last`, semitones.

    None where the word goes on for long after the last pitch that was found: its end would be missed.
    """
    frames = _frames(0.0, last.end + _MARGIN)
    voiced, sounding = np.flatnonzero(~np.isnan(f0[frames])) * STEP, np.flatnonzero(loud[frames]) * STEP
    if first is None or not len(voiced) or not len(sounding):
        return None
    if voiced[-1] < last.start + _MARGIN or sounding[-1] - voiced[-1] > _FINAL:
        return None
    times = voiced[voiced >= max(first.start, voiced[-1] - _FINAL)]
    if len(times) * STEP < _FINAL / 3:
        return None
    return _slope(times, f0) * float(times[-1] - times[0])


def _declination(alignment: Alignment, f0: NDArray[np.float32]) -> float | None:
    """The median slope of F0 over the statements, semitones per second."""
    slopes = []
    for index, said in _sentences(alignment):
        word = alignment.words[index].reference
        if not said or word is None or word.question or not said[0].interval or not said[-1].interval:
            continue
        frames = _frames(said[0].interval.start, said[-1].interval.end)
        times = (frames.start + np.flatnonzero(~np.isnan(f0[frames]))) * STEP
        if len(times) * STEP >= _VOICED and times[-1] - times[0] >= _SENTENCE:
            slopes.append(_slope(times, f0))
    return float(np.median(slopes)) if slopes else None


def _slope(times: NDArray[np.float64], f0: NDArray[np.float32]) -> float:
    """The Theil-Sen slope of F0 at `times`, where it is voiced, in semitones per second."""
    times = times[:: -(-len(times) // _POINTS)]
    height = semitones(f0[np.round(times / STEP).astype(np.intp)], 100.0)
    one, other = np.triu_indices(len(times), 1)
    return float(np.median((height[other] - height[one]) / (times[other] - times[one])))
