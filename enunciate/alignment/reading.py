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
        words = list(alignment.words)
        for place, word in enumerate(alignment.words):
            if word.status == "substituted" or (word.status == "omitted" and _lone(alignment.words, place)):
                words[place] = self._script_word(words, place)
            elif word.reference is None:
                words[place] = self._extra_word(words, place)
        kept = [word for word in words if word.reference is not None or word.interval is not None]
        return Alignment(alignment.reference, tuple(self._with_unheard(kept)))

    def _script_word(self, words: Sequence[AlignedWord], place: int) -> AlignedWord:
        """A script word that was not heard: restored where the sound has it after all."""
        word = words[place]
        assert word.reference is not None
        script = word.reference
        interval, before, after = self._around(words, place)
        said = () if word.status == "omitted" else (_ways(word),)
        if word.status == "substituted" and word.heard is None:
            return _restored(word, interval) if self._freely_heard(script.text, interval) else word
        margin = self._contest.margin(
            self._audio.cut(interval),
            (*before, script.pronunciations, *after),
            (*before, *said, *after),
        )
        near = word.heard is None or word.heard in alternatives(script.text, lambda _: True)
        if margin > (_AGAINST if near else _UNRELATED_FOR) or self._freely_heard(script.text, interval):
            return _restored(word, interval)
        if not near and not self._recognizer.transcribes:
            # The grammar holds few words: that one of them fits best does not mean that it was said.
            return replace(word, heard=None)
        return word

    def _extra_word(self, words: Sequence[AlignedWord], place: int) -> AlignedWord:
        """A word beside the script; without its interval where the sound is as good without it."""
        word = words[place]
        interval, before, after = self._around(words, place)
        margin = self._contest.margin(
            self._audio.cut(interval), (*before, *after), (*before, _ways(word), *after)
        )
        return word if margin < _AGAINST else replace(word, interval=None)

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
        best = max(scored, key=lambda one: -math.inf if one[0] is None else one[0])
        if best[0] is None or (without is not None and without - best[0] > _AGAINST):
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
        return Interval((first + loud[0]) * STEP, (first + loud[-1] + 1) * STEP) if len(loud) else None

    def _around(
        self, words: Sequence[AlignedWord], place: int
    ) -> tuple[Interval, list[Choice], list[Choice]]:
        """A place with its neighbours: their time, and the words before and after it."""
        before = list(_spoken(words[:place][::-1]))[:_CONTEXT][::-1]
        after = list(_spoken(words[place + 1 :]))[:_CONTEXT]
        own = [words[place].interval] if words[place].interval is not None else []
        intervals = [w.interval for w in (*before, *after)] + own
        start = min((i.start for i in intervals if i), default=0.0) if before or own else 0.0
        end = (
            max((i.end for i in intervals if i), default=self._audio.seconds)
            if after or own
            else self._audio.seconds
        )
        interval = Interval(
            max(0.0, start - _MARGIN_SECONDS), min(self._audio.seconds, end + _MARGIN_SECONDS)
        )
        return interval, [_ways(w) for w in before], [_ways(w) for w in after]

    def _freely_heard(self, text: str, interval: Interval) -> bool:
        """Whether a decoding that knows nothing of the script hears the word there."""
        heard: Sequence[RecognizedWord] = self._recognizer.transcribe(self._audio.cut(interval)).words
        return any(same_word(text, other.text) for other in heard)


def _spoken(words: Sequence[AlignedWord]) -> Iterator[AlignedWord]:
    return (word for word in words if word.interval is not None)


def _lone(words: Sequence[AlignedWord], place: int) -> bool:
    """Whether few words are missing there. Where many are, nothing is left to decide."""
    missing = [word.status == "omitted" for word in words[max(0, place - 3) : place + 4]]
    return sum(missing) <= _MISSING_AT_MOST


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
