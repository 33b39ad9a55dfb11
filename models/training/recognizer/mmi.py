"""Lattice-free maximum mutual information: how probable the words are among all that could have been said.

Povey et al., Purely sequence-trained neural networks for ASR based on lattice-free MMI, Interspeech 2016;
from words alone, without an alignment: Hadian et al., End-to-end speech recognition using lattice-free MMI,
Interspeech 2018. The denominator is a trigram over phones. Forward-backward runs outside of PyTorch, which
only gets the occupation probabilities: they are the gradient. It is written twice, for the processor (here)
and for a GPU (forward_backward.cu).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .units import INDEX, SILENCE, SPOKEN_NOISE, UNITS

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
N = len(UNITS)
Graph = tuple[Ints, Ints, Ints, NDArray[np.float32], NDArray[np.bool_]]
"""A numerator: unit of each state (s,), first predecessor (s + 1,), predecessors, start weight (s,), may end
(s,)."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """Many numerators in a row."""

    begin: Ints
    """The first state of each, and the number of all (g + 1,)."""
    units: Ints
    pointers: Ints
    """Where the predecessors of each state begin, and the number of all (states + 1,)."""
    predecessors: Ints
    """Counted within the graph."""
    starts: NDArray[np.float32]
    finals: NDArray[np.bool_]

    @staticmethod
    def joined(graphs: Sequence[Graph]) -> Graphs:
        """Of single ones."""
        units, pointers, predecessors, starts, finals = zip(*graphs, strict=True)
        sizes = [len(unit) for unit in units]
        arcs = np.concatenate([np.diff(pointer) for pointer in pointers])
        return Graphs(
            np.cumsum([0, *sizes]).astype(np.int32),
            np.concatenate(units),
            np.concatenate([[0], np.cumsum(arcs)]).astype(np.int32),
            np.concatenate(predecessors),
            np.concatenate(starts),
            np.concatenate(finals),
        )

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """All of it, in order."""
        return self.begin, self.units, self.pointers, self.predecessors, self.starts, self.finals


def numerator(words: Sequence[Sequence[Sequence[int]]], unknown: Sequence[bool]) -> Graph:
    """The ways to say `words`, each a choice of pronunciations as unit numbers; silence may stand between any
    two.

    A word that is `unknown` is said by SPN.
    """
    units: list[int] = [SILENCE]
    before: list[list[int]] = [[]]
    start = [0.5]
    ends, gap = [-1], 0  # -1: where the utterance begins
    for place, ways in enumerate(words):
        firsts = [*ends, gap]
        ends = []
        for way in [(SPOKEN_NOISE,)] if unknown[place] else ways:
            previous = firsts
            for unit in way:
                units.append(unit)
                before.append([state for state in previous if state >= 0])
                start.append(0.5 if -1 in previous else 0.0)
                previous = [len(units) - 1]
            ends += previous
        gap = len(units)
        units.append(SILENCE)
        before.append(list(ends))
        start.append(0.0)
    final = np.zeros(len(units), np.bool_)
    final[[*ends, gap]] = True
    pointers = np.cumsum([0, *map(len, before)])
    flat = np.array([state for states in before for state in states], np.int32)
    return np.array(units, np.int32), pointers.astype(np.int32), flat, np.array(start, np.float32), final


def phone_trigram(sequences: Iterable[Sequence[int]]) -> tuple[Floats, Floats]:
    """Probabilities of the first unit (n,) and of a unit after two others (n, n, n), interpolated with bigram
    and unigram. `sequences` begin and end without context, which silence stands for.
    """
    third = np.zeros((N, N, N))
    for sequence in sequences:
        padded = [SILENCE, SILENCE, *sequence]
        np.add.at(third, (padded[:-2], padded[1:-1], padded[2:]), 1)
    second = third.sum(0)
    first = second.sum(0)
    p1 = (first + 1) / (first + 1).sum()
    p2 = (second + 20 * p1) / (second.sum(1, keepdims=True) + 20)
    p3 = (third + 10 * p2[None]) / (third.sum(2, keepdims=True) + 10)
    p3[:, SILENCE, SILENCE] *= 1e-2
    return p2[SILENCE].astype(np.float32), np.ascontiguousarray(p3, np.float32)


@numba.njit(parallel=True, fastmath=True)
def denominator_posteriors(logits, lengths, first, trigram):  # type: ignore[no-untyped-def]
    """Log probability (b,) and occupation (b, t, 2n) of everything that could have been said."""
    batch, frames, pdfs = logits.shape
    n = pdfs // 2
    occupied = np.zeros((batch, frames, pdfs), np.float32)
    total = np.zeros(batch, np.float64)
    for b in numba.prange(batch):
        length = lengths[b]
        enter = np.zeros((length, n, n), np.float32)
        stay = np.zeros((length, n, n), np.float32)
        scale = np.zeros(length, np.float32)
        likely = np.zeros((length, pdfs), np.float32)
        log = 0.0
        for t in range(length):
            top = logits[b, t].max()
            log += top
            for p in range(pdfs):
                likely[t, p] = np.exp(logits[b, t, p] - top)
            if t == 0:
                for c in range(n):
                    enter[0, 0, c] = first[c] * likely[0, 2 * c]
            else:
                for a in range(n):
                    for h in range(n):
                        alpha = enter[t - 1, a, h] + stay[t - 1, a, h]
                        if alpha > 1e-7:
                            stay[t, a, h] = 0.5 * alpha * likely[t, 2 * h + 1]
                            half = 0.5 * alpha
                            for c in range(n):
                                enter[t, h, c] += half * trigram[a, h, c]
                for h in range(n):
                    for c in range(n):
                        enter[t, h, c] *= likely[t, 2 * c]
            z = np.float32(0)
            for a in range(n):
                for c in range(n):
                    z += enter[t, a, c] + stay[t, a, c]
            scale[t] = z
            log += np.log(z)
            for a in range(n):
                for c in range(n):
                    enter[t, a, c] /= z
                    stay[t, a, c] /= z
        total[b] = log
        beta = np.ones((n, n), np.float32)
        before = np.zeros((n, n), np.float32)
        ahead = np.zeros((n, n), np.float32)
        for t in range(length - 1, -1, -1):
            for a in range(n):
                for c in range(n):
                    occupied[b, t, 2 * c] += enter[t, a, c] * beta[a, c]
                    occupied[b, t, 2 * c + 1] += stay[t, a, c] * beta[a, c]
            if t == 0:
                break
            for h in range(n):
                for c in range(n):
                    ahead[h, c] = likely[t, 2 * c] * beta[h, c] * (0.5 / scale[t])
            for a in range(n):
                for h in range(n):
                    if enter[t - 1, a, h] + stay[t - 1, a, h] > 1e-7:
                        value = likely[t, 2 * h + 1] * beta[a, h] * (0.5 / scale[t])
                        for c in range(n):
                            value += trigram[a, h, c] * ahead[h, c]
                        before[a, h] = value
                    else:
                        before[a, h] = 0
            for a in range(n):
                for h in range(n):
                    beta[a, h] = before[a, h]
    return total, occupied


@numba.njit(parallel=True, fastmath=True)
def _numerators(logits, lengths, chosen, begin, units, pointers, predecessors, starts, finals):  # type: ignore[no-untyped-def]
    batch, frames, pdfs = logits.shape
    occupied = np.zeros((batch, frames, pdfs), np.float32)
    total = np.zeros(batch, np.float64)
    for b in numba.prange(batch):
        at, length = begin[chosen[b]], lengths[b]
        s = begin[chosen[b] + 1] - at
        unit = units[at : at + s]
        enter = np.zeros((length, s))
        stay = np.zeros((length, s))
        scale = np.zeros(length)
        log = 0.0
        likely = np.zeros((length, 2 * s))
        for t in range(length):
            top = -1e30
            for i in range(s):
                top = max(top, logits[b, t, 2 * unit[i]], logits[b, t, 2 * unit[i] + 1])
            for i in range(s):
                likely[t, 2 * i] = np.exp(logits[b, t, 2 * unit[i]] - top)
                likely[t, 2 * i + 1] = np.exp(logits[b, t, 2 * unit[i] + 1] - top)
            log += top
            z = 0.0
            for i in range(s):
                if t == 0:
                    enter[0, i] = starts[at + i] * likely[0, 2 * i]
                else:
                    value = 0.0
                    for k in range(pointers[at + i], pointers[at + i + 1]):
                        p = predecessors[k]
                        value += enter[t - 1, p] + stay[t - 1, p]
                    enter[t, i] = 0.5 * value * likely[t, 2 * i]
                    stay[t, i] = 0.5 * (enter[t - 1, i] + stay[t - 1, i]) * likely[t, 2 * i + 1]
                z += enter[t, i] + stay[t, i]
            if z <= 0.0:
                log = -np.inf
                break
            scale[t] = z
            log += np.log(z)
            for i in range(s):
                enter[t, i] /= z
                stay[t, i] /= z
        beta = np.zeros(s)
        z = 0.0
        if log > -1e30:
            for i in range(s):
                if finals[at + i]:
                    z += enter[length - 1, i] + stay[length - 1, i]
                    beta[i] = 1.0
        if z <= 1e-30:
            total[b] = -np.inf
            continue
        total[b] = log + np.log(z)
        beta /= z
        for t in range(length - 1, -1, -1):
            for i in range(s):
                occupied[b, t, 2 * unit[i]] += enter[t, i] * beta[i]
                occupied[b, t, 2 * unit[i] + 1] += stay[t, i] * beta[i]
            if t == 0:
                break
            before = np.zeros(s)
            for i in range(s):
                before[i] += 0.5 * likely[t, 2 * i + 1] * beta[i] / scale[t]
                value = 0.5 * likely[t, 2 * i] * beta[i] / scale[t]
                if value > 0.0:
                    for k in range(pointers[at + i], pointers[at + i + 1]):
                        before[predecessors[k]] += value
            beta = before
    return total, occupied


def numerator_posteriors(
    logits: Floats, lengths: Ints, graphs: Graphs, chosen: Ints
) -> tuple[NDArray[np.float64], Floats]:
    """Log probability (b,), -inf where an utterance is too short for its words, and occupation (b, t, 2n), of
    the graphs number `chosen` (b,).
    """
    return _numerators(logits, lengths, chosen, *graphs.arrays())


class OnGpu:
    """The same two sums for tensors on a GPU, by forward_backward.cu; needs CuPy."""

    def __init__(self, prior: tuple[Floats, Floats], graphs: Graphs) -> None:
        """Compile, and take prior and graphs to the GPU."""
        import cupy

        source = Path(__file__).with_name("forward_backward.cu").read_text()
        self._kernels = {
            name: (cupy.RawKernel(source, name, (f"-DN={N}", f"-DTHREADS={threads}")), threads)
            for name, threads in (("denominator", 512), ("numerator", 128))
        }
        first, trigram = prior
        self._prior = [_taken(values) for values in (first, trigram, trigram.transpose(2, 0, 1))]
        self._graphs = [_taken(values) for values in graphs.arrays()]

    def denominator(self, logits: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As `denominator_posteriors`; float32 logits, int32 lengths."""
        batch, frames, _ = logits.shape
        top = logits.amax(2, keepdim=True)
        likely = (logits - top).exp()
        scratch = [logits.new_empty(batch, frames, N, N) for _ in range(2)]
        scale, occupied = logits.new_empty(batch, frames), torch.zeros_like(logits)
        total = logits.new_empty(batch, dtype=torch.float64)
        self._run(
            "denominator", batch, 0, likely, lengths, *self._prior, *scratch, scale, total, occupied, frames
        )
        return total + _summed(top[..., 0], lengths), occupied

    def numerator(self, logits: Tensor, lengths: Tensor, chosen: Tensor, most: int) -> tuple[Tensor, Tensor]:
        """As `numerator_posteriors`, of graphs that have `most` states at most; int32 `chosen`."""
        batch, frames, _ = logits.shape
        top = logits.amax(2, keepdim=True)
        likely = (logits - top).double().exp()
        scratch = [likely.new_empty(batch, frames, most) for _ in range(2)]
        scale, occupied = likely.new_empty(batch, frames), torch.zeros_like(logits)
        total = likely.new_empty(batch)
        results = scale, total, occupied, frames, most
        self._run("numerator", batch, 16 * most, likely, lengths, chosen, *self._graphs, *scratch, *results)
        return total + _summed(top[..., 0], lengths), occupied

    def _run(self, name: str, blocks: int, shared: int, *values: Tensor | int) -> None:
        kernel, threads = self._kernels[name]
        given = tuple(np.int32(v) if isinstance(v, int) else np.uint64(v.data_ptr()) for v in values)
        kernel((blocks,), (threads,), given, shared_mem=shared)


def _summed(values: Tensor, lengths: Tensor) -> Tensor:
    inside = torch.arange(values.shape[1], device=values.device)[None] < lengths[:, None]
    return (values.double() * inside).sum(1)


def _taken(values: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).cuda()


def unit_numbers(phones: Iterable[str]) -> tuple[int, ...]:
    """ARPAbet phones, with or without stress, as unit numbers."""
    return tuple(INDEX[phone.rstrip("012")] for phone in phones)
