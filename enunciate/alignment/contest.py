"""Which words fit the sound better, judged by a second engine.

Vosk's grammar decides by sound and by what the grammar makes likely. Where the two may disagree (a dropped
-ed, a small word left out), PocketSphinx's forced alignment compares both versions on the sound alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.memory import Memory, fingerprint
from enunciate.reference import Phones
from enunciate.reference.phones import bare

Choice = tuple[Phones, ...]
"""A word as its accepted pronunciations."""

_SHORTEST_SECONDS = 0.1
_FRAMES_PER_SECOND = 100
_SEARCH = "extras"
_OFFERED, _REPEATED, _BEGUN = 1e-3, 1e-2, 1e-2
"""Chance of each word offered as an extra one, of a word being said again, and of one only begun at first."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A word said in addition, before word `place` of those followed: an offered one, one said again, or the
    beginning of the word that follows.
    """

    place: int
    offer: str | None
    repeats: int | None
    """Index of the word that is said again, or begun."""
    interval: Interval
    """Within the sound, seconds."""
    begun: bool = False


class Contest:
    """A PocketSphinx aligner that only scores. Making one takes 0.02 s; not for two threads at once."""

    def __init__(self, memory: Memory | None = None) -> None:
        """Load the model that the package carries; what `memory` has of earlier contests is not redone."""
        self._decoder: Any = None
        self._names: dict[Choice, str] = {}
        self._memory = Memory() if memory is None else memory

    def score(self, audio: Audio, words: Sequence[Choice]) -> float | None:
        """Log likelihood (natural) of `audio`, at `audio.RATE`, being just these words; None where they do
        not fit.

        Scores compare on the same audio only.
        """
        if audio.rate != RATE:
            raise ValueError(f"the contest needs sound at {RATE} Hz, not {audio.rate}")
        if not words or audio.seconds < _SHORTEST_SECONDS:
            return None
        pcm = audio.pcm16()
        key = ("contest", fingerprint(pcm), tuple(words))
        return self._memory.recall(key, lambda: self._score(pcm, words))

    def _score(self, pcm: bytes, words: Sequence[Choice]) -> float | None:
        try:
            text = " ".join(self._name(choice) for choice in words)
            self._decoder.set_align_text(text)
            self._listen(pcm)
            hypothesis = self._decoder.hyp()
        except RuntimeError:
            self._decoder = None  # a decoder that failed may not be used again
            return None
        if hypothesis is None or hypothesis.score <= 0.0:
            return None
        # Senone scores are kept divided by 1024 in logs to base 1.0001; `score` is the antilog of their sum.
        return 1024.0 * math.log(hypothesis.score)

    def margin(self, audio: Audio, first: Sequence[Choice], second: Sequence[Choice]) -> float:
        """How much better the first fits than the second: the `difference` of their scores."""
        return difference(self.score(audio, first), self.score(audio, second))

    def extras(
        self, audio: Audio, words: Sequence[Choice], offers: Mapping[str, Choice]
    ) -> tuple[Extra, ...]:
        """Follow `words`, which are known to have been said, and find what was said between them.

        A finite-state grammar allows one extra word at each place: one of `offers`, a neighbour said twice,
        or the beginning of the next word. It proposes more than is there, above all short vowels: let
        `margin` decide on each.
        """
        if not words or audio.seconds < _SHORTEST_SECONDS:
            return ()
        pcm = audio.pcm16()
        key = ("extras", fingerprint(pcm), tuple(words), tuple(offers.items()))
        return self._memory.recall(key, lambda: self._find_extras(pcm, words, offers))

    def _find_extras(
        self, pcm: bytes, words: Sequence[Choice], offers: Mapping[str, Choice]
    ) -> tuple[Extra, ...]:
        try:
            names = [self._name(choice) for choice in words]
            starts = {
                place: self._name(part) for place, choice in enumerate(words) if (part := beginnings(choice))
            }
            offered = {self._name(choice): offer for offer, choice in offers.items()}
            decoder, count = self._decoder, len(names)
            # State 2i stands before word i, state 2i + 1 there too but after an extra word.
            steps: list[tuple[int, int, float] | tuple[int, int, float, str]] = []
            for place in range(count + 1):
                again = dict.fromkeys(names[max(0, place - 1) : place + 1], _REPEATED)
                begun = {starts[place]: _BEGUN} if place in starts else {}
                for name, chance in (dict.fromkeys(offered, _OFFERED) | begun | again).items():
                    steps.append((2 * place, 2 * place + 1, chance, name))
                if place < count:
                    steps += [(2 * place + late, 2 * place + 2, 1.0, names[place]) for late in (0, 1)]
            final = 2 * count + 2
            steps += [(2 * count, final, 1.0), (2 * count + 1, final, 1.0)]
            decoder.add_fsg(_SEARCH, decoder.create_fsg(_SEARCH, 0, final, steps))
            decoder.activate_search(_SEARCH)
            self._listen(pcm)
            said = [
                (
                    name,
                    Interval(
                        entry.start_frame / _FRAMES_PER_SECOND, (entry.end_frame + 1) / _FRAMES_PER_SECOND
                    ),
                )
                for entry in (decoder.seg() if decoder.hyp() is not None else ())
                if (name := entry.word.partition("(")[0]).startswith("w")
            ]
            decoder.remove_search(_SEARCH)
        except RuntimeError:
            self._decoder = None
            return ()
        return tuple(_extras(names, said, offered, starts))

    def _listen(self, pcm: bytes) -> None:
        self._decoder.reinit_feat()  # else a result depends on what was heard before
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()

    def _name(self, choice: Choice) -> str:
        if self._decoder is None:
            import pocketsphinx

            self._decoder = pocketsphinx.Decoder(lm=None, dict=None, bestpath=False, loglevel="FATAL")
            self._names.clear()
        choice = tuple(dict.fromkeys(bare(phones) for phones in choice))
        if choice not in self._names:
            name = self._names[choice] = f"w{len(self._names)}"
            for number, phones in enumerate(choice, 1):
                self._decoder.add_word(name if number == 1 else f"{name}({number})", " ".join(phones), False)
        return self._names[choice]


def fit(score: float | None) -> float:
    """A score as a number: minus infinity where the words do not fit the sound at all."""
    return -math.inf if score is None else score


def difference(first: float | None, second: float | None) -> float:
    """How much better the first score is, as a difference of log likelihoods.

    Infinite where only one version fits the sound at all, 0.0 where neither does.

    >>> difference(-10.0, -30.0), difference(None, -30.0), difference(None, None)
    (20.0, -inf, 0.0)
    """
    return 0.0 if first is second is None else fit(first) - fit(second)


def beginnings(choice: Choice) -> Choice:
    """What a word sounds like that is broken off: its first sounds, two and more, without the last two.

    >>> beginnings((("P", "EY1", "SH", "AH0", "N", "S"),))
    (('P', 'EY'), ('P', 'EY', 'SH'), ('P', 'EY', 'SH', 'AH'))
    """
    return tuple(
        dict.fromkeys(way[:length] for way in map(bare, choice) for length in range(2, len(way) - 1))
    )


def _extras(
    names: Sequence[str],
    said: Sequence[tuple[str, Interval]],
    offered: Mapping[str, str],
    starts: Mapping[int, str],
) -> Iterator[Extra]:
    """The words that were said beside `names`."""
    from rapidfuzz.distance import Levenshtein

    for edit in Levenshtein.opcodes(names, [name for name, _ in said]):
        if edit.tag != "insert":
            continue
        place = edit.src_start
        for name, interval in said[edit.dest_start : edit.dest_end]:
            around = range(max(0, place - 1), min(place + 1, len(names)))
            repeats = next((near for near in around if names[near] == name), None)
            if repeats is None and starts.get(place) == name:
                yield Extra(place, None, place, interval, begun=True)
            else:
                yield Extra(place, None if repeats is not None else offered.get(name), repeats, interval)
