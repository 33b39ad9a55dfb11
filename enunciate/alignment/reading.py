"""From a recording of a script to what was read: two decodings and a second look at what they dispute.

The first decoding listens for the script and for likely alternatives (`enunciate.recognition.listening`).
What it marks as not read is not yet believed: each such place is put to the `Contest`, which compares the
script's words with what was heard on the sound alone, and to a free decoding of the few seconds around it,
which knows nothing of the script. A word is lost only where they agree that it was not said, and an extra
word stands only where the sound is better with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.alignment.contest import Choice, Contest
from enunciate.alignment.extras import name_extras
from enunciate.alignment.words import align, same_word
from enunciate.audio import Audio
from enunciate.audio.level import STEP, levels
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, RecognizedWord, Recognizer
from enunciate.recognition.listening import EXTRAS, alternatives, listen_for
from enunciate.reference import Reference, lexicon

_CONTEXT = 1
"""Words on either side that a disputed place is judged with."""
_MARGIN_SECONDS = 0.1
_AGAINST = -25.0
"""Log likelihood ratio at which the sound speaks against the script's word. Measured by
tests/benchmarks/miscues.py
and second_language.py: of rightly read words that the first decoding disputes, nine in ten lie above it."""
_FIRMLY_AGAINST = -60.0
"""The same beyond any doubt."""
_EXTRA_FOR = -40.0
"""How much worse the sound must fit without an extra word for it to stand."""
_UNRELATED_FOR = 20.0
"""The same where something quite unlike the script's word was heard: then the sound has to speak for the
script.
"""
_READ_SHARE, _RUN, _DENSE_SHARE = 0.4, 10, 0.8
_MISSING_AT_MOST = 4
_SHORTEST_EXTRA_SECONDS = 0.08
_EDGE_SECONDS = 0.03
"""A frame of the recognizer: words may reach this far beyond their times."""
_HESITATIONS: Choice = (("AH", "M"), ("AH",), ("ER",), ("M",), ("AH", "AH", "M"))


def read_script(audio: Audio, reference: Reference, recognizer: Recognizer) -> Alignment:
    """Which words of the script were read; without a second look where `is_reading` says that it was not read
    at all.
    """
    alignment = follow(audio, reference, recognizer)
    return SecondLook(audio, recognizer).settle(alignment) if is_reading(alignment) else alignment


def follow(audio: Audio, reference: Reference, recognizer: Recognizer) -> Alignment:
    """What the first decoding alone makes of a reading."""
    listening = listen_for(reference, recognizer)
    heard = recognizer.transcribe(audio, listening.phrases)
    return align(reference, heard.words, listening.sound_alikes)


def is_reading(alignment: Alignment) -> bool:
    """Whether this is a reading of the script at all, though perhaps of a part.

    Of an unrelated script about one word in seven is "heard", here and there; a reader who stops early has
    read nearly
    all up to there.
    """
    read = [
        word.status in ("correct", "mispronounced") for word in alignment.words if word.reference is not None
    ]
    if sum(read) >= _READ_SHARE * len(read):
        return any(read)
    densest = max((sum(read[n : n + _RUN]) for n in range(len(read))), default=0)
    return len(read) > _RUN and densest >= _DENSE_SHARE * _RUN


def said(alignment: Alignment) -> Iterator[RecognizedWord]:
    """The words that were said, as far as they are certain; what is not known is `UNKNOWN`."""
    for word in alignment.words:
        if word.interval is not None:
            script = word.reference.text if word.reference is not None and word.status == "correct" else None
            yield RecognizedWord(script or word.heard or UNKNOWN, word.interval, word.confidence)


class SecondLook:
    """Puts disputed words of one recording to the contest and to a free decoding."""

    def __init__(self, audio: Audio, recognizer: Recognizer) -> None:
        """Look at `audio`."""
        self._audio = audio
        self._recognizer = recognizer
        self._contest = Contest()
        self._levels = levels(audio)

    def settle(self, alignment: Alignment) -> Alignment:
        """The alignment with every dispute decided."""
        words: list[AlignedWord] = []
        rest = list(alignment.words)
        while rest:
            word, around = rest[0], (words, rest[1:])
            if word.status == "substituted" or (word.status == "omitted" and _few_missing(words, rest)):
                words += self._script_word(word, *around)
            elif word.reference is None:
                words += self._extra_word(word, *around)
            else:
                words.append(word)
            del rest[0]
        named = name_extras(tuple(self._with_unheard(words)))
        return Alignment(alignment.reference, tuple(self._broken_off(named)))

    def _script_word(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[AlignedWord, ...]:
        """A script word that was not heard: restored where the sound has it after all."""
        assert word.reference is not None
        sound, interval, first, last = self._around(word, before, after)
        script, heard = word.reference.pronunciations, _ways(word)
        if word.status == "omitted":
            margin = self._contest.margin(sound, (*first, script, *last), (*first, *last))
            read = margin > _AGAINST or (margin > _FIRMLY_AGAINST and self._freely_heard(word, sound))
            return (_restored(word, interval) if read else word,)
        if word.heard is None:
            return (_restored(word, interval) if self._freely_heard(word, sound) else word,)
        against = self._contest.score(sound, (*first, heard, *last))
        if word.heard in alternatives(word.reference.text, lambda _: True):
            margin = _difference(self._contest.score(sound, (*first, script, *last)), against)
            return (_restored(word, interval) if margin > _AGAINST else word,)
        # Something quite unlike the script's word: it may have been said in addition.
        versions = ((script,), (script, heard), (heard, script))
        scores = [self._contest.score(sound, (*first, *version, *last)) for version in versions]
        both = max(scores[1:], key=_fit)
        if _difference(both, against) > -_AGAINST and _difference(both, scores[0]) > -_AGAINST:
            assert word.interval is not None
            middle = (word.interval.start + word.interval.end) / 2
            halves = Interval(word.interval.start, middle), Interval(middle, word.interval.end)
            extra = AlignedWord(
                "inserted", None, self._quotable(word), halves[both is scores[1]], word.confidence
            )
            read_word = _restored(replace(word, interval=halves[both is not scores[1]]), interval)
            return (read_word, extra) if both is scores[1] else (extra, read_word)
        if _difference(scores[0], against) > _UNRELATED_FOR:
            return (_restored(word, interval),)
        return (replace(word, heard=self._quotable(word)),)

    def _quotable(self, word: AlignedWord) -> str | None:
        """What was heard, where that may be said: a grammar holds few words, and one of them always fits best."""
        return word.heard if self._recognizer.transcribes else None

    def _extra_word(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[AlignedWord, ...]:
        """A word beside the script, or nothing where the sound is as good without it."""
        sound, _, first, last = self._around(word, before, after)
        margin = self._contest.margin(sound, (*first, *last), (*first, _ways(word), *last))
        return (word,) if margin < _EXTRA_FOR else ()

    def _broken_off(self, words: Sequence[AlignedWord]) -> Iterator[AlignedWord]:
        """The words, with a word "repeated" that was only begun the first time called a false start."""
        for place, word in enumerate(words):
            if word.status == "repeated" and len(_ways(word)[0]) > 2:
                sound, _, first, last = self._around(word, words[:place], words[place + 1 :])
                begun = tuple(way[:n] for way in _ways(word) for n in range(2, len(way) - 1))
                margin = self._contest.margin(sound, (*first, begun, *last), (*first, _ways(word), *last))
                if begun and margin > -_AGAINST:
                    yield replace(word, status="false_start")
                    continue
            yield word

    def _with_unheard(self, words: Sequence[AlignedWord]) -> Iterator[AlignedWord]:
        """The words, and between them those that nobody listened for: speech in what seemed to be a gap."""
        previous: AlignedWord | None = None
        for word in words:
            if word.interval is None:
                yield word
                continue
            if previous is not None and previous.interval is not None:
                extra = self._in_gap(previous, word)
                if extra is not None:
                    yield extra
            yield word
            previous = word

    def _in_gap(self, before: AlignedWord, after: AlignedWord) -> AlignedWord | None:
        """A word said between two words: one of the two again, a sound of hesitation, or another."""
        assert before.interval is not None
        assert after.interval is not None
        speech = self._speech(before.interval.end, after.interval.start)
        if speech is None or speech.duration < _SHORTEST_EXTRA_SECONDS:
            return None
        sound = self._audio.cut(
            Interval(
                max(0.0, before.interval.start - _MARGIN_SECONDS),
                min(self._audio.seconds, after.interval.end + _MARGIN_SECONDS),
            )
        )
        first, last = _ways(before), _ways(after)
        without = self._contest.score(sound, (first, last))
        offers: tuple[tuple[Status, Choice], ...] = (
            ("repeated", first),
            ("repeated", last),
            ("filler", _HESITATIONS),
            ("inserted", tuple(way for word in EXTRAS for way in lexicon.pronunciations(word))),
        )
        scored = [(self._contest.score(sound, (first, ways, last)), status, ways) for status, ways in offers]
        best = max(scored, key=lambda one: _fit(one[0]))
        if best[0] is None or _difference(without, best[0]) > _EXTRA_FOR:
            return None
        repeated = (before if best[2] is first else after) if best[1] == "repeated" else None
        heard = (
            (repeated.heard or (repeated.reference.text if repeated.reference else None))
            if repeated
            else None
        )
        return AlignedWord(best[1], None, "um" if best[1] == "filler" else heard, speech)

    def _speech(self, start: float, end: float) -> Interval | None:
        """From the first to the last frame between two times that is loud enough for speech."""
        if self._levels.buried:
            return None
        first, last = (round(time / STEP) for time in (start + _EDGE_SECONDS, end - _EDGE_SECONDS))
        loud = np.flatnonzero(self._levels.db[first:last] > self._levels.threshold) if last > first else ()
        return (
            Interval(float(first + loud[0]) * STEP, float(first + loud[-1] + 1) * STEP) if len(loud) else None
        )

    def _around(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[Audio, Interval, list[Choice], list[Choice]]:
        """A place with the words next to it: its sound and time, and how those words sound."""
        first = [w for w in reversed(before) if w.interval is not None][:_CONTEXT][::-1]
        last = [w for w in after if w.interval is not None][:_CONTEXT]
        times = [w.interval for w in (*first, word, *last) if w.interval is not None]
        start = min(time.start for time in times) if first or word.interval else 0.0
        end = max(time.end for time in times) if last or word.interval else self._audio.seconds
        interval = Interval(
            max(0.0, start - _MARGIN_SECONDS), max(start, min(self._audio.seconds, end + _MARGIN_SECONDS))
        )
        return self._audio.cut(interval), interval, [_ways(w) for w in first], [_ways(w) for w in last]

    def _freely_heard(self, word: AlignedWord, sound: Audio) -> bool:
        """Whether a decoding that knows nothing of the script hears the script's word there."""
        assert word.reference is not None
        heard = self._recognizer.transcribe(sound).words
        return any(same_word(word.reference.text, other.text) for other in heard)


def _fit(score: float | None) -> float:
    return -math.inf if score is None else score


def _difference(first: float | None, second: float | None) -> float:
    """How much better the first score is; 0 where neither version fits the sound."""
    return 0.0 if first is second is None else _fit(first) - _fit(second)


def _few_missing(before: Sequence[AlignedWord], rest: Sequence[AlignedWord]) -> bool:
    """Whether few words are missing here. Where many are, nothing is left to decide."""
    return sum(w.status == "omitted" for w in (*before[-3:], *rest[:4])) <= _MISSING_AT_MOST


def _ways(word: AlignedWord) -> Choice:
    """How the word that was said sounds."""
    if word.heard is not None:
        return lexicon.pronunciations(word.heard)
    return word.reference.pronunciations if word.reference is not None else (("AH",),)


def _restored(word: AlignedWord, interval: Interval) -> AlignedWord:
    """The word as read. Where it was is known only from its neighbours if nothing was heard in its place."""
    return replace(
        word, status="correct", heard=None, interval=word.interval or _middle(interval), confidence=None
    )


def _middle(interval: Interval) -> Interval:
    third = interval.duration / 3
    return Interval(interval.start + third, interval.end - third)
