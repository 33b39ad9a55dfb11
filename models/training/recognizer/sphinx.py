"""The trigram language model in the PocketSphinx wheel, decoded.

Neither PocketSphinx nor sphinxbase writes it as text, so its file is read here: a trie over reversed n-grams
(predicted word first, history after it) in bit-packed cells, with quantised weights. Carnegie Mellon
University, BSD-style licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MAGIC = b"Trie Language Model"
_LEVELS = 65536
_LOG_BASE = float(np.log(1.0001))


@dataclass(frozen=True, slots=True)
class Trigrams:
    """A back-off trigram model; all weights are natural logarithms.

    Bigram i is (`bigrams[i, 0]`, `bigrams[i, 1]`), oldest word first, and so are trigrams; words are indices
    into `words`.
    """

    words: tuple[str, ...]
    unigram: Floats
    bigrams: Integers
    bigram: Floats
    trigrams: Integers
    trigram: Floats


def read() -> Trigrams:
    """The model of the installed wheel."""
    import pocketsphinx

    data = Path(pocketsphinx.get_model_path("en-us/en-us.lm.bin")).read_bytes()
    if not data.startswith(_MAGIC) or data[len(_MAGIC)] != 3:
        raise ValueError("the PocketSphinx wheel's language model is no trigram trie")
    at = len(_MAGIC) + 1
    unigrams, bigrams, trigrams = np.frombuffer(data, np.uint32, 3, at).astype(np.int64)
    at += 3 * 4 + 4
    levels = np.frombuffer(data, np.float32, 3 * _LEVELS, at).astype(np.float64) * _LOG_BASE
    at += 3 * _LEVELS * 4
    cells = np.dtype([("weight", "<f4"), ("backoff", "<f4"), ("next", "<u4")])
    table = np.frombuffer(data, cells, unigrams + 1, at)
    at += (unigrams + 1) * cells.itemsize

    word_bits, next_bits = int(unigrams).bit_length(), int(trigrams).bit_length()
    middle_bits, long_bits = word_bits + 32 + next_bits, word_bits + 16
    middle = np.frombuffer(data, np.uint8, ((1 + bigrams) * middle_bits + 7) // 8 + 8, at)
    at += len(middle)
    long = np.frombuffer(data, np.uint8, ((1 + trigrams) * long_bits + 7) // 8 + 8, at)
    at += len(long)
    (length,) = np.frombuffer(data, np.uint32, 1, at)
    words = tuple(word.decode() for word in data[at + 4 : at + 4 + int(length)].split(b"\0")[:-1])

    last = np.repeat(np.arange(unigrams), np.diff(table["next"].astype(np.int64)))
    count = len(last)  # the trie lists a few more, which no unigram leads to
    place = np.arange(count + 1, dtype=np.int64) * middle_bits
    weights = _bits(middle, place[:-1] + word_bits, 32)
    pairs = np.column_stack([_bits(middle, place[:-1], word_bits), last])

    of = np.repeat(np.arange(count), np.diff(_bits(middle, place + word_bits + 32, next_bits)))
    place = np.arange(len(of), dtype=np.int64) * long_bits
    return Trigrams(
        words,
        table["weight"][:-1].astype(np.float64) * _LOG_BASE,
        pairs,
        levels[weights >> 16],
        np.column_stack([_bits(long, place, word_bits), pairs[of]]),
        levels[2 * _LEVELS + _bits(long, place + word_bits, 16)],
    )


def _bits(cells: NDArray[np.uint8], at: Integers, count: int) -> Integers:
    """The `count` bits at each bit offset, lowest first."""
    value = np.zeros(len(at), np.uint64)
    for place in range(8):
        value |= cells[(at >> 3) + place].astype(np.uint64) << np.uint64(8 * place)
    value = (value >> (at & 7).astype(np.uint64)) & np.uint64((1 << count) - 1)
    return value.astype(np.int64)
