"""Which of two words was said: "thin" or "tin", "car" or "card".

A recognizer settles that by what is likely, and on single words it hears endings that nobody said. Here the
network that tells phones apart decides on the sound alone: each version is laid along its log posteriors by
a Viterbi search, and the versions compete as a whole, with the words around them, so that no boundary between
words has to be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enunciate.alignment.contest import Contest
from enunciate.alignment.phones import PhoneAligner
from enunciate.audio import RATE, Audio
from enunciate.measures.evidence import NUMBER, SILENCE, gather
from enunciate.measures.frames import Floats, levelled
from enunciate.measures.phone_net import ensemble
from enunciate.measures.pronunciation import Scorer, scorer
from enunciate.reference import Phones
from enunciate.reference.phones import bare

Choice = Sequence[Phones]
"""A word as its accepted pronunciations."""

_LOWEST = -8.0
"""Log posteriors are cut here: one step of 20 ms must not decide."""
_CONTEST_WEIGHT, _CONTEST_MOST = 0.2, 150.0
"""What a nat of the contest counts beside one of the network's, and how many count at most."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A pair of words that was read one after the other: how much better each place fits its own word than
    its partner. Nats, not calibrated: the network favours some sounds over others."""

    first: float
    second: float

    @property
    def apart(self) -> float:
        """How different the two words were, in the right direction.

        What speaks for one sound whatever was said adds to one side as much as it takes from the other, and
        falls out of the sum: where both words were read alike it is near 0, where they were swapped below. A
        word that by itself fits its partner better counts on top.
        """
        return self.first + self.second + 0.5 * min(self.first, self.second)


def measure(
    audio: Audio, pairs: Sequence[tuple[Choice, Choice]], models: Scorer | None = None
) -> tuple[Contrast | None, ...]:
    """How far the two words of each pair were told apart in a reading of all of them, in this order.

    None where the words do not fit the sound. `audio` is mono at `audio.RATE`; `models` are those that ship
    where none are given.
    """
    words = [word for pair in pairs for word in pair]
    sound = listen(audio, words, models)
    if sound is None:
        return (None,) * len(pairs)
    contest = Contest()
    found = []
    for place in range(len(words)):
        changed = [*words[:place], words[place ^ 1], *words[place + 1 :]]
        against = contest.margin(audio, [tuple(w) for w in words], [tuple(w) for w in changed])
        limited = min(max(against, -_CONTEST_MOST), _CONTEST_MOST)
        found.append(sound.margin(place, words[place ^ 1]) + _CONTEST_WEIGHT * limited)
    return tuple(Contrast(found[2 * place], found[2 * place + 1]) for place in range(len(pairs)))


def difference(one: Phones, other: Phones) -> tuple[Phones, Phones]:
    """The phones in which two pronunciations differ, without what they begin and end with alike.

    >>> difference(("TH", "IH", "N"), ("T", "IH", "N")), difference(("K", "AA", "R"), ("K", "AA", "R", "D"))
    ((('TH',), ('T',)), ((), ('D',)))
    """
    one, other = bare(one), bare(other)
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < min(len(one), len(other)) - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[begin : len(one) - end], other[begin : len(other) - end]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Some words that were said, as the network hears them."""

    posteriors: Floats
    """Log posteriors of `PHONES` and silence, (steps of 20 ms, 40)."""
    words: tuple[Choice, ...]
    """The words that the script has there."""

    def margin(self, place: int, other: Choice) -> float:
        """How much better the script's word `place` fits than `other` in its place: the difference of log
        likelihoods, natural; above 0 where the script's word fits better.
        """
        changed = (*self.words[:place], other, *self.words[place + 1 :])
        return _fit(self.posteriors, self.words) - _fit(self.posteriors, changed)


def listen(audio: Audio, words: Sequence[Choice], models: Scorer | None = None) -> Sound | None:
    """The sound of `words`, with silence around and between them; None where they do not fit it at all."""
    if audio.rate != RATE:
        raise ValueError(f"words are told apart at {RATE} Hz, not at {audio.rate}")
    evidence = gather(PhoneAligner(), levelled(audio), words)
    if evidence is None:
        return None
    found = ensemble((models or scorer()).nets, evidence)
    return Sound(np.maximum(found, np.float32(_LOWEST)), tuple(words))


def _fit(posteriors: Floats, words: Sequence[Choice]) -> float:
    """Log likelihood of the best way through `words`, each by one of its pronunciations, with or without
    silence before, between and behind them. A phone lasts a step at least.
    """
    classes, before, last = _states(words)
    score = np.full(len(classes) + 1, -np.inf)
    # The last place stands for "no state": what nothing leads to stays at minus infinity.
    emitted = posteriors[:, classes]
    begins = before[:, 0] == _BEGIN
    score[:-1][begins] = emitted[0][begins]
    sources = np.where(before == _BEGIN, len(classes), before)
    for row in emitted[1:]:
        score[:-1] = np.maximum(score[:-1], score[sources].max(1)) + row
    return float(score[:-1][last].max())


_BEGIN, _NONE = -2, -1


def _states(words: Sequence[Choice]) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """The states of the search: the class of each, the states that lead to it, and those at the end."""
    classes, before = [SILENCE], [[_BEGIN]]
    ends = [0]
    begins = True
    for word in words:
        after = []
        for phones in dict.fromkeys(bare(way) for way in word):
            sources = [_BEGIN, *ends] if begins else list(ends)
            for phone in phones:
                before.append(sources)
                classes.append(NUMBER[phone])
                sources = [len(classes) - 1]
            after += sources
        classes.append(SILENCE)
        before.append(after)
        ends = [*after, len(classes) - 1]
        begins = False
    widest = max(map(len, before))
    table = np.array([row + [_NONE] * (widest - len(row)) for row in before])
    return np.array(classes), table, ends
