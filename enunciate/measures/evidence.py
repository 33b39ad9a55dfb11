"""What the sound of a stretch says about each phone that should be in it: the raw material of pronunciation
scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.phones import PHONES, PhoneAligner
from enunciate.measures.frames import Floats, Frames, frames
from enunciate.measures.gmm import acoustic_model
from enunciate.reference import Phones

Integers = NDArray[np.int64]
SILENCE = len(PHONES)
NUMBER = {phone: number for number, phone in enumerate(PHONES)}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Phones of one stretch, aligned, with what the acoustic model makes of each.

    n phones in order, times in frames of 10 ms; the 40 columns are `PHONES` and silence.
    """

    phone: Integers
    """(n,) index into `PHONES`."""
    word: Integers
    """(n,) index of the word within the stretch."""
    start: Integers
    length: Integers
    align_score: Floats
    """(n,) the aligner's score per frame."""
    plain: Floats
    """(n, 40) mean log posterior of every phone, context-independent."""
    context: Floats
    """(n, 40) the same with the best senone in any context."""
    path: Floats
    """(n, 40) log score per frame of the best way through each phone's three states."""
    posteriors: Floats
    """(frames, 40) log posteriors a frame, in context."""
    frames: Frames


def gather(
    aligner: PhoneAligner, samples: NDArray[np.int16], words: Sequence[Sequence[Phones]]
) -> Evidence | None:
    """Evidence for `words`, each a choice of pronunciations, in levelled samples at 16 kHz; None where they
    don't fit.
    """
    alignment = aligner.align(samples, words)
    if alignment is None:
        return None
    timed = [(index, phone) for index, word in enumerate(alignment.words) for phone in word]
    start = np.array([p.start for _, p in timed])
    length = np.array([p.frames for _, p in timed])
    seen = frames(samples)
    count = min(len(alignment.mfcc), len(seen.log_mel))
    plain, context = acoustic_model().log_likelihoods(alignment.mfcc[:count])
    start = np.minimum(start, count - 1)
    length = np.maximum(np.minimum(length, count - start), 1)
    posteriors = log_softmax(context.max(2))
    return Evidence(
        phone=np.array([NUMBER[p.phone] for _, p in timed]),
        word=np.array([index for index, _ in timed]),
        start=start,
        length=length,
        align_score=np.array([np.clip(p.log_score / p.frames / 1000, -5, 1) for _, p in timed], np.float32),
        plain=segment_means(log_softmax(plain.max(2)), start, length),
        context=segment_means(posteriors, start, length),
        path=_best_paths(context, start, length),
        posteriors=posteriors,
        frames=Frames(seen.log_mel[:count], seen.energy_db[:count], seen.f0_hz[:count], seen.voicing[:count]),
    )


def segment_means(values: Floats, start: Integers, length: Integers) -> Floats:
    """Means of the rows `start` to `start + length` of `values`, shape (segments, columns)."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, 0, dtype=np.float64)])
    return np.asarray((total[start + length] - total[start]) / length[:, None], np.float32)


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the softmax over each row."""
    shifted = scores - scores.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)), np.float32)


def _best_paths(likelihoods: Floats, start: Integers, length: Integers) -> Floats:
    """Best left-to-right path through three states in each segment, a frame, shape (segments, phones).

    `likelihoods` has shape (frames, phones, 3). Segments shorter than three frames may skip states. All
    segments go through the recursion together, longest first, so that it takes as many steps as the longest
    has frames.
    """
    order = np.argsort(-length, kind="stable")
    starts, lengths = start[order], length[order]
    score = np.full((len(order), likelihoods.shape[1], 3), -1e9, np.float32)
    first = likelihoods[starts]
    score[:, :, 0] = first[:, :, 0]
    short = lengths < 3
    score[short] = first[short]
    for step in range(1, int(lengths[0]) if len(lengths) else 0):
        live = int(np.searchsorted(-lengths, -step, side="left"))
        before = score[:live]
        entered = before.copy()
        entered[:, :, 1:] = np.maximum(before[:, :, 1:], before[:, :, :-1])
        score[:live] = entered + likelihoods[starts[:live] + step]
    last = np.where(short[:, None], score.max(2), score[:, :, 2]) / lengths[:, None]
    result = np.empty(last.shape, np.float32)
    result[order] = last
    return result
