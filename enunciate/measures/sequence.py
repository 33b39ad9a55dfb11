"""A small transformer that hears each phone in the company of the others, in numpy alone.

Beside the boosted trees, which look at one row at a time, it judges all phones of a stretch together (as GOPT
does: Gong et al. 2022): three layers of 64 channels with four heads, from which phones, words and the whole
are scored. It was trained on the same readings (see `models/training/pronunciation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enunciate.measures.evidence import Integers, log_softmax
from enunciate.measures.frames import Floats

HEADS = 4
PLACES = 12
"""Places of a phone in its word that are told apart; later ones count as the last."""
FURTHEST_WORD = 40
"""The same for the word in its stretch."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One pre-norm layer: attention, then two linear layers."""

    attention_norm: Floats
    """(2, channels): gain and bias."""
    project: Floats
    """(channels, 3 * channels): queries, keys, values."""
    project_bias: Floats
    join: Floats
    join_bias: Floats
    linear_norm: Floats
    wide: Floats
    wide_bias: Floats
    narrow: Floats
    narrow_bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Two linear layers with a rectifier between."""

    first: Floats
    first_bias: Floats
    last: Floats
    last_bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """Outputs, shape (..., outputs)."""
        return np.asarray(
            np.maximum(x @ self.first + self.first_bias, 0) @ self.last + self.last_bias, np.float32
        )


@dataclass(frozen=True, slots=True, eq=False)
class SequenceScores:
    """What a network makes of a stretch, in the units that it was trained in: standard deviations."""

    phones: Floats
    """(n,)."""
    wrong: Floats
    """(n,) log odds."""
    words: Floats
    """(words,) accuracy."""
    whole: Floats
    """(4,) accuracy, fluency, prosody, total."""


@dataclass(frozen=True, slots=True, eq=False)
class SequenceNet:
    """The network's weights, and the scale of what it reads."""

    phone_scale: Floats
    """(2, inputs): mean and deviation of each column of `Features.sequence_rows`."""
    stretch_scale: Floats
    """(2, inputs): the same of `Features.stretch_row`."""
    first: Floats
    first_bias: Floats
    phone: Floats
    """(39, channels): added for each phone, as are `place` and `word` for where it stands."""
    place: Floats
    word: Floats
    layers: tuple[Layer, ...]
    norm: Floats
    stretch: Floats
    stretch_bias: Floats
    attend: Floats
    """(channels, 4): how much each phone counts in each score of the whole."""
    phone_head: Head
    word_head: Head
    whole_heads: tuple[Head, ...]

    def score(self, rows: Floats, stretch_row: Floats, phone: Integers, owner: Integers) -> SequenceScores:
        """Scores of n phones; `rows` are `Features.sequence_rows`, `owner` (n,) the word of each."""
        bounds = np.searchsorted(owner, np.arange(int(owner[-1]) + 1))
        place = np.minimum(np.arange(len(phone)) - bounds[owner], PLACES - 1)
        hidden: Floats = _scaled(rows, self.phone_scale) @ self.first + self.first_bias
        hidden = hidden + self.phone[phone] + self.place[place]
        hidden = hidden + self.word[np.minimum(owner, FURTHEST_WORD - 1)]
        for layer in self.layers:
            hidden = hidden + _attention(layer, _normalised(hidden, layer.attention_norm))
            wide = np.maximum(_normalised(hidden, layer.linear_norm) @ layer.wide + layer.wide_bias, 0)
            hidden = hidden + wide @ layer.narrow + layer.narrow_bias
        hidden = _normalised(hidden, self.norm)
        words: Floats = np.add.reduceat(hidden, bounds) / np.bincount(owner)[:, None]
        mean = hidden.mean(0)
        around = np.maximum(_scaled(stretch_row, self.stretch_scale) @ self.stretch + self.stretch_bias, 0)
        phones = self.phone_head(np.concatenate([hidden, words[owner]], 1))
        rest = np.tile(np.concatenate([mean, around]), (len(words), 1))
        word_scores = self.word_head(np.concatenate([words, rest], 1))
        shares = np.exp(log_softmax((hidden @ self.attend).T))
        whole = [
            head(np.concatenate([mean, share @ hidden, around]))[0]
            for head, share in zip(self.whole_heads, shares, strict=True)
        ]
        return SequenceScores(phones[:, 0], phones[:, 1], word_scores[:, 0], np.array(whole, np.float32))


def mean_scores(
    nets: Sequence[SequenceNet], rows: Floats, stretch_row: Floats, phone: Integers, owner: Integers
) -> SequenceScores:
    """The mean of several networks' scores."""
    found = [net.score(rows, stretch_row, phone, owner) for net in nets]
    return SequenceScores(
        *(
            np.asarray(np.mean([getattr(one, name) for one in found], axis=0), np.float32)
            for name in SequenceScores.__slots__
        )
    )


def _scaled(x: Floats, scale: Floats) -> Floats:
    return np.asarray(np.clip((x - scale[0]) / scale[1], -4, 4), np.float32)


def _normalised(x: Floats, norm: Floats) -> Floats:
    centred = x - x.mean(-1, keepdims=True)
    even = centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + 1e-5)
    return np.asarray(even * norm[0] + norm[1], np.float32)


def _attention(layer: Layer, x: Floats) -> Floats:
    n, channels = x.shape
    parts = (x @ layer.project + layer.project_bias).reshape(n, 3, HEADS, channels // HEADS)
    queries, keys, values = parts.transpose(1, 2, 0, 3)
    scores = queries @ keys.transpose(0, 2, 1) / np.float32((channels // HEADS) ** 0.5)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares = shares / shares.sum(-1, keepdims=True)
    joined = (shares @ values).transpose(1, 0, 2).reshape(n, channels)
    return np.asarray(joined @ layer.join + layer.join_bias, np.float32)
