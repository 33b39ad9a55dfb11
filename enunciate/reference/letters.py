"""Letters to sounds, for words that no dictionary holds.

A joint-sequence model (Bisani and Ney, "Joint-sequence models for grapheme-to-phoneme conversion", Speech
Communication 50, 2008) in its simplest form: each letter goes with none, one or two phones, and such pairs
follow each other like words in a four-gram language model with absolute discounting. It was counted on
CMUdict as the PocketSphinx wheel holds it, by models/train_letters.py; there, trained without a twentieth of
the words and asked for those, 7.5 % of its phones were wrong (31.7 % of the words had some phone wrong; in
14.3 % no one of the three best was right).
"""

from __future__ import annotations

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from enunciate.reference import Phones

ORDER = 4
START, END = "<", ">"
_DISCOUNT = 0.75
_BEAM = 12
_FILE = "letters.txt.gz"


class LetterModel:
    """Counts of pairs of a letter and its phones, each pair written as one character."""

    def __init__(self, pairs: Mapping[str, tuple[str, Phones]], counts: Mapping[str, int]) -> None:
        """Take the pairs by character, and the counts by sequence of 1 to `ORDER` characters (`END` among
        them)."""
        self._counts = counts
        self._totals: dict[str, int] = defaultdict(int)
        self._kinds: dict[str, int] = defaultdict(int)
        for sequence, count in counts.items():
            self._totals[sequence[:-1]] += count
            self._kinds[sequence[:-1]] += 1
        self._choices: dict[str, list[tuple[str, Phones]]] = defaultdict(list)
        for character, (letter, phones) in pairs.items():
            self._choices[letter].append((character, phones))
        self._cache: dict[str, float] = {}

    def pronounce(self, word: str, limit: int = 1) -> tuple[Phones, ...]:
        """The likeliest pronunciations of a word of a-z, best first; none if there is nothing to
        pronounce."""
        beam: list[tuple[float, str, Phones]] = [(0.0, START * (ORDER - 1), ())]
        for letter in word:
            ahead: dict[tuple[str, Phones], float] = {}
            for score, history, phones in beam:
                for character, more in self._choices.get(letter, ()):
                    key = ((history + character)[1:], phones + more)
                    total = score + math.log(self._probability(history + character))
                    if total > ahead.get(key, -math.inf):
                        ahead[key] = total
            beam = sorted(((score, *key) for key, score in ahead.items()), reverse=True)[:_BEAM]
        ended = sorted(
            ((score + math.log(self._probability(h + END)), phones) for score, h, phones in beam),
            reverse=True,
        )
        return tuple(dict.fromkeys(phones for _, phones in ended if phones))[:limit]

    def _probability(self, sequence: str) -> float:
        """Of the last character after the others, interpolated with shorter histories (Kneser and Ney,
        1995)."""
        found = self._cache.get(sequence)
        if found is not None:
            return found
        history = sequence[:-1]
        count, total = self._counts.get(sequence, 0), self._totals.get(history, 0)
        if not history:
            value = (count + 0.5) / (total + 0.5 * self._kinds[""])
        elif not total:
            value = self._probability(sequence[1:])
        else:
            spared = _DISCOUNT * self._kinds[history] / total
            value = max(count - _DISCOUNT, 0.0) / total + spared * self._probability(sequence[1:])
        self._cache[sequence] = value
        return value


def dumps(pairs: Mapping[str, tuple[str, Phones]], counts: Mapping[str, int]) -> bytes:
    """The model as the bytes of its file: a gzipped text, the pairs as JSON in line 1, then a sequence and
    count a line."""
    table = {character: [letter, " ".join(phones)] for character, (letter, phones) in pairs.items()}
    lines: Iterable[str] = (f"{sequence}{count}" for sequence, count in sorted(counts.items()))
    return gzip.compress("\n".join([json.dumps(table, ensure_ascii=False), *lines]).encode(), mtime=0)


def loads(data: bytes) -> LetterModel:
    """The model from the bytes of its file."""
    table, *lines = gzip.decompress(data).decode().split("\n")
    pairs = {c: (letter, tuple(phones.split())) for c, (letter, phones) in json.loads(table).items()}
    counts = {}
    for line in lines:
        sequence = line.rstrip("0123456789")
        counts[sequence] = int(line[len(sequence) :])
    return LetterModel(pairs, counts)


@lru_cache(maxsize=1)
def _model() -> LetterModel:
    return loads((resources.files("enunciate.reference") / _FILE).read_bytes())


@lru_cache(maxsize=4096)
def pronounce(word: str, limit: int = 1) -> tuple[Phones, ...]:
    """The likeliest pronunciations of a word as it is spelt, best first, without stress; letters beside a-z
    are passed over.

    >>> pronounce("brint")
    (('B', 'R', 'IH', 'N', 'T'),)
    """
    return _model().pronounce("".join(c for c in word.lower() if "a" <= c <= "z"), limit)
