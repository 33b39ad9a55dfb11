"""From evidence to the rows that the scorer's trees look at: one a phone, one a word, one a stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from enunciate.alignment.phones import PHONES
from enunciate.measures.evidence import SILENCE, Evidence, Integers, log_softmax, segment_means
from enunciate.measures.frames import Floats
from enunciate.measures.phone_net import steps_of

VOWELS = np.array([phone[0] in "AEIOU" for phone in PHONES])
_LONG_PAUSE = 15
"""Frames: 0.15 s."""


@dataclass(frozen=True, slots=True, eq=False)
class Norms:
    """How long each phone lasts when it is said well: mean and deviation of ln(frames), shape (39,)."""

    mean: Floats
    deviation: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Rows of one stretch; those of words and the stretch still lack what was found a level below."""

    phone_rows: Floats
    word_rows: Floats
    stretch_row: Floats
    sequence_rows: Floats
    """(n, 139) of each phone by itself: what `enunciate.measures.sequence` reads."""
    heard: Integers
    """(n,) the phone that the sound fits best, index into `PHONES`."""
    fit: float
    """Mean log posterior, by the network, of the phones that should be there."""


def features(evidence: Evidence, posteriors: Floats, norms: Norms) -> Features:
    """Features of one stretch; `posteriors` are the network's, shape (steps, 40)."""
    phone, word, n = evidence.phone, evidence.word, len(evidence.phone)
    words = int(word[-1]) + 1
    first, steps = steps_of(evidence, len(posteriors))
    net = segment_means(posteriors, first, steps)
    log_length = np.log(evidence.length)
    stretched = (log_length - norms.mean[phone]) / norms.deviation[phone]
    core, heard = _core(evidence, net, posteriors, log_length, stretched)
    bounds = np.searchsorted(word, np.arange(words))
    mean = np.add.reduceat(core, bounds) / np.bincount(word)[:, None]
    least = np.minimum.reduceat(core, bounds)
    most = np.maximum.reduceat(core, bounds)
    overall = np.concatenate([core.mean(0), core.std(0)])

    ends = evidence.start + evidence.length
    before = np.append(0, evidence.start[1:] - ends[:-1])
    after = np.append(before[1:], 0)
    size = np.bincount(word)[word]
    place = np.arange(n) - bounds[word]
    padded = np.pad(core, ((2, 2), (0, 0)))
    identity = np.zeros((n, len(PHONES)))
    identity[np.arange(n), phone] = 1
    numbers = np.pad(phone, 1, constant_values=-1)
    rows = np.arange(n)
    against = [scores - scores[rows, phone][:, None] for scores in (evidence.context, evidence.path, net)]
    phone_rows = np.concatenate(
        [
            identity,
            np.stack([heard, numbers[:-2], numbers[2:], place, size, size - place, before, after], 1),
            core,
            padded[1:-3],
            padded[3:-1],
            padded[:-4, :4],
            padded[4:, :4],
            *against,
            mean[word],
            least[word],
            np.tile(overall, (n, 1)),
        ],
        1,
    )

    sound = _Sound.of(evidence)
    last = np.append(bounds[1:], n) - 1
    ring = np.pad(mean, ((1, 1), (0, 0)))
    lengths = np.add.reduceat(evidence.length, bounds)
    level, pitch = sound.per_word(evidence.start[bounds], ends[last])
    word_rows = np.concatenate(
        [
            mean,
            least,
            most,
            core[bounds],
            core[last],
            ring[:-2],
            ring[2:],
            np.tile(overall, (words, 1)),
            np.stack(
                [
                    np.bincount(word),
                    np.add.reduceat(VOWELS[phone].astype(int), bounds),
                    np.arange(words),
                    np.full(words, words),
                    before[bounds],
                    after[last],
                    level - level.mean(),
                    pitch,
                    lengths,
                    lengths / np.bincount(word),
                    np.full(words, n / max(1, lengths.sum())),
                ],
                1,
            ),
        ],
        1,
    )
    stretch_row = np.concatenate(
        [
            _pace(evidence, before[1:], words, stretched),
            sound.summary(),
            [
                level.std(),
                pitch.std(),
                pitch[-1] - pitch.mean(),
                level[-1] - level.mean(),
                lengths.std() / lengths.mean(),
            ],
            overall,
            np.percentile(core, [10, 50], axis=0).ravel(),
            core.min(0),
            mean.min(0),
            mean.std(0),
        ]
    )
    return Features(
        np.asarray(phone_rows, np.float32),
        np.asarray(word_rows, np.float32),
        np.asarray(stretch_row, np.float32),
        np.asarray(np.concatenate([core, *against], 1), np.float32),
        heard,
        float(net[rows, phone].mean()),
    )


def word_inputs(word_rows: Floats, owner: Integers, phones: Floats, wrong: Floats) -> Floats:
    """Word rows with what was found of their phones, shape (n,): scores and chances of being wrong."""
    words = len(word_rows)
    whole = summaries(phones, np.zeros(len(phones), int), 1)
    return np.concatenate(
        [
            word_rows,
            summaries(phones, owner, words),
            summaries(wrong, owner, words),
            np.tile(whole, (words, 1)),
        ],
        1,
    )


def stretch_inputs(stretch_row: Floats, phones: Floats, wrong: Floats, words: Floats) -> Floats:
    """The stretch's row, shape (1, features), with what was found of its phones and words."""
    found = [summaries(values, np.zeros(len(values), int), 1)[0] for values in (phones, wrong, words)]
    return np.concatenate([stretch_row, *found])[None, :]


def summaries(values: Floats, owner: Integers, owners: int) -> Floats:
    """Mean, least and deviation of `values` over each owner (phones of a word, words of a stretch); (owners,
    3).
    """
    count = np.bincount(owner, minlength=owners)
    mean = np.bincount(owner, values, minlength=owners) / count
    spread = np.sqrt(np.maximum(np.bincount(owner, np.square(values), minlength=owners) / count - mean**2, 0))
    least = np.full(owners, np.inf)
    np.minimum.at(least, owner, values)
    return np.stack([mean, least, spread], 1).astype(np.float32)


def _core(
    evidence: Evidence, net: Floats, posteriors: Floats, log_length: Floats, stretched: Floats
) -> tuple[Floats, Integers]:
    """What is known of each phone by itself, shape (n, 19), and the phone it sounds most like."""
    phone, rows = evidence.phone, np.arange(len(evidence.phone))

    def against_best(scores: Floats) -> Floats:
        """How far the phone is ahead of the best other one."""
        others = scores[:, :SILENCE].copy()
        own = others[rows, phone]
        others[rows, phone] = -np.inf
        return np.asarray(own - others.max(1), np.float32)

    context_margin = against_best(evidence.context)
    path_margin = against_best(evidence.path)
    net_margin = against_best(net)
    own = net[rows, phone]
    # The network hears as the readers say it whom it was trained on; the acoustic model has the native view.
    heard = (net + evidence.context)[:, :SILENCE].argmax(1)
    first, steps = steps_of(evidence, len(posteriors))
    peak = np.array(
        [posteriors[a : a + d, p].max() for a, d, p in zip(first, steps, phone, strict=True)], np.float32
    )
    third = evidence.length // 3
    middle = segment_means(
        evidence.posteriors, evidence.start + third, np.maximum(evidence.length - 2 * third, 1)
    )
    sound = np.stack([evidence.frames.energy_db, evidence.frames.voicing], 1)
    energy, voicing = segment_means(sound, evidence.start, evidence.length).T
    core = np.stack(
        [
            evidence.context[rows, phone],
            context_margin,
            own,
            net_margin,
            evidence.plain[rows, phone],
            path_margin,
            log_softmax(evidence.path)[rows, phone],
            (evidence.context > evidence.context[rows, phone][:, None]).sum(1),
            (net > own[:, None]).sum(1),
            peak,
            net[:, SILENCE],
            middle[rows, phone],
            evidence.align_score,
            log_length,
            stretched,
            stretched - stretched.mean(),
            energy - np.average(energy, weights=evidence.length),
            voicing,
            -(np.exp(net) * net).sum(1),
        ],
        1,
    )
    return np.asarray(core, np.float32), heard


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    """Loudness and pitch from the first phone to the last."""

    start: int
    energy: Floats
    octaves: Floats
    """Per frame above the median F0; NaN where unvoiced."""

    @classmethod
    def of(cls, evidence: Evidence) -> _Sound:
        start, end = int(evidence.start[0]), int(evidence.start[-1] + evidence.length[-1])
        f0 = evidence.frames.f0_hz[start:end].astype(float)
        f0[f0 == 0] = np.nan
        middle = np.nanmedian(f0) if np.isfinite(f0).any() else 1.0
        return cls(start, evidence.frames.energy_db[start:end], np.log2(f0 / middle))

    def per_word(self, starts: Integers, ends: Integers) -> tuple[Floats, Floats]:
        """Mean energy in dB and median pitch in octaves of each word; 0 octaves where it is unvoiced."""
        energy, pitch = [], []
        for a, b in zip(starts - self.start, ends - self.start, strict=True):
            voiced = self.octaves[a:b][np.isfinite(self.octaves[a:b])]
            energy.append(self.energy[a:b].mean())
            pitch.append(np.median(voiced) if len(voiced) else 0.0)
        return np.array(energy, np.float32), np.array(pitch, np.float32)

    def summary(self) -> Floats:
        """Silences within, and how pitch and loudness move."""
        frames = len(self.energy)
        low, high = np.percentile(self.energy, [5, 95])
        silent = self.energy < low + 0.3 * (high - low)
        edges = np.diff(np.concatenate([[0], silent.astype(int), [0]]))
        runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
        long = runs[runs > _LONG_PAUSE]
        voiced = self.octaves[np.isfinite(self.octaves)]
        if len(voiced) < 10:
            voiced = np.zeros(10)
        slope = np.polyfit(np.arange(len(voiced)), voiced, 1)[0] * 100
        p10, p90 = np.percentile(voiced, [10, 90])
        return np.array(
            [
                silent.mean(),
                len(long),
                (runs > 2 * _LONG_PAUSE).sum(),
                long.sum() / frames,
                runs.max() if len(runs) else 0,
                voiced.std(),
                p90 - p10,
                np.isfinite(self.octaves).mean(),
                slope,
                np.abs(np.diff(voiced)).mean(),
                self.energy.std(),
            ],
            np.float32,
        )


def _pace(evidence: Evidence, gaps: Integers, words: int, stretched: Floats) -> Floats:
    """Rates, pauses between words and the rhythm of the vowels."""
    n = len(evidence.phone)
    total = int(evidence.start[-1] + evidence.length[-1] - evidence.start[0])
    speech = int(evidence.length.sum())
    pauses = gaps[gaps > 0]
    long = gaps[gaps > _LONG_PAUSE]
    vowels = evidence.length[VOWELS[evidence.phone]].astype(float)
    # Pairwise variability index of the vowels (Grabe & Low 2002).
    steps = np.abs(np.diff(vowels)) / ((vowels[1:] + vowels[:-1]) / 2) if len(vowels) > 1 else np.zeros(1)
    spaces = max(words - 1, 1)
    return np.array(
        [
            n / total,
            n / speech,
            words / total,
            total,
            n,
            words,
            n / words,
            len(pauses),
            len(long),
            pauses.sum() / total,
            long.sum() / total,
            pauses.max() if len(pauses) else 0,
            pauses.mean() if len(pauses) else 0,
            len(long) / spaces,
            len(pauses) / spaces,
            steps.mean(),
            vowels.std() if len(vowels) else 0,
            vowels.mean() if len(vowels) else 0,
            stretched.mean(),
            stretched.std(),
            np.abs(stretched).mean(),
            stretched.max(),
            stretched.min(),
        ],
        np.float32,
    )
