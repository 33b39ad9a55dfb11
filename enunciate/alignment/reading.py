"""From a recording of a script to what was read: two decodings and a second look at what they dispute.

The first decoding listens for the script and for likely alternatives (`enunciate.recognition.listening`).
What it marks as not read is not yet believed: each such place is put to the `Contest`, which compares the
script's words with what was heard on the sound alone, and to a free decoding of the few seconds around it,
which knows nothing of the script. A word is lost only where they agree that it was not said, and an extra
word stands only where the sound is better with it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.alignment.contest import Choice, Contest, Extra, beginnings, difference, fit
from enunciate.alignment.extras import name_extras
from enunciate.alignment.phones import stretches
from enunciate.alignment.words import align, said_text, same_word, sound_distance
from enunciate.audio import Audio
from enunciate.interval import Interval
from enunciate.memory import Memory
from enunciate.recognition import UNKNOWN, RecognizedWord, Recognizer
from enunciate.recognition.listening import EXTRAS, FILLERS, FUNCTION_WORDS, alternatives, listen_for
from enunciate.reference import Reference, lexicon

_CONTEXT = 1
"""Words on either side that a disputed place is judged with."""
_MARGIN_SECONDS = 0.1
_AGAINST = -25.0
"""Log likelihood ratio at which the sound speaks against the script's word. Of 129 rightly read words that
the first decoding disputed while this was tuned (synthetic and second-language readings), five in six lay
above it.
"""
_BOTH_AGAINST = 2.5
"""Log odds of the two engines together, from which an alternative of the script's word is believed."""
_FIRMLY_AGAINST = -60.0
"""The same beyond any doubt."""
_SURE, _SURE_EXTRA_FOR, _EXTRA_FOR, _UNHEARD_FOR = 0.9, -40.0, -60.0, -90.0
"""How much worse the sound must fit without an extra word for it to stand: one that the recognizer heard with
this confidence or with less, and one that it did not hear."""
_BEGUN_FOR = -20.0
"""The same where it heard something else that fits worse than the beginning of the word after it."""
_HESITATION_FOR, _HESITATION_SECONDS = -35.0, 0.22
"""The same of a sound of hesitation, which has to be drawn out: accents put short vowels between words."""
_COVERED_AT_MOST = 0.6
"""Share of the time of a word that the recognizer did not hear, which words that it heard may fill."""
_LONG_FOR = 60.0
"""The same where the word is long and nothing was heard of it: then the sound has to speak for it."""
_READ_SHARE, _RUN, _DENSE_SHARE, _FEW = 0.4, 10, 0.8, 3
"""A reading has this share of its script; or so many words in a row with this share of them; or these few,
where that share of what was said is theirs.
"""
_DOUBTED = 0.7
"""Confidence below which a word that was heard is looked at again. Of rightly read words one in twenty is."""
_HARDLY_AGAINST, _CERTAIN = -10.0, 0.97
"""For a long word and something unlike it that was heard: of 14 words swapped in second-language readings 13
lay below the first, of 6 that a native voice read rightly 5 above."""
_HARDLY = 0.3
"""Confidence below which what was heard in a small word's place, or beside the script, is no evidence."""
_OTHER = 0.5
"""Sound distance per phone from which a word is quite another one."""
_MISSING_AT_MOST = 3
_SHORTEST_EXTRA_SECONDS, _SHORTEST_AGAIN_SECONDS = 0.12, 0.06


def read_script(
    audio: Audio, reference: Reference, recognizer: Recognizer, memory: Memory | None = None
) -> Alignment:
    """Which words of the script were read; without a second look where `is_reading` says that it was not read
    at all.
    """
    alignment = follow(audio, reference, recognizer)
    return SecondLook(audio, recognizer, memory).settle(alignment) if is_reading(alignment) else alignment


def follow(audio: Audio, reference: Reference, recognizer: Recognizer) -> Alignment:
    """What the first decoding alone makes of a reading."""
    listening = listen_for(reference, recognizer)
    heard = recognizer.transcribe(audio, listening.phrases)
    return align(reference, heard.words, listening.sound_alikes)


def is_reading(alignment: Alignment) -> bool:
    """Whether this is a reading of the script at all, though perhaps of a part.

    Of an unrelated script about one word in 18 is "heard", here and there; a reader who stops early has
    read nearly all up to there, and said little else.
    """
    read = [_was_read(word) for word in alignment.words if word.reference is not None]
    if sum(read) >= _READ_SHARE * len(read):
        return any(read)
    densest = max((sum(read[n : n + _RUN]) for n in range(len(read))), default=0)
    if len(read) > _RUN and densest >= _DENSE_SHARE * _RUN:
        return True
    if sum(read) < _FEW:
        return False
    span = len(read) - read[::-1].index(True) - read.index(True)
    spoken = [(word, word.interval.duration) for word in alignment.words if word.interval is not None]
    of_script = sum(duration for word, duration in spoken if _was_read(word))
    return sum(read) >= _DENSE_SHARE * span and of_script >= _DENSE_SHARE * sum(d for _, d in spoken)


def _was_read(word: AlignedWord) -> bool:
    return word.reference is not None and word.status in ("correct", "mispronounced")


def said(alignment: Alignment) -> Iterator[RecognizedWord]:
    """The words that were said, as far as they are certain; what is not known is `UNKNOWN`."""
    for word in alignment.words:
        if word.interval is not None:
            script = word.reference.text if word.reference is not None and word.status == "correct" else None
            yield RecognizedWord(script or word.heard or UNKNOWN, word.interval, word.confidence)


class SecondLook:
    """Puts disputed words of one recording to the contest and to a free decoding."""

    def __init__(self, audio: Audio, recognizer: Recognizer, memory: Memory | None = None) -> None:
        """Look at `audio`; what `memory` has of earlier looks is not redone."""
        self._audio = audio
        self._recognizer = recognizer
        self._contest = Contest(memory)

    def settle(self, alignment: Alignment) -> Alignment:
        """The alignment with every dispute decided."""
        decided = self._script_words(alignment.words)
        extended = self._with_unheard(decided)
        words = self._broken_off(name_extras(self._without_doubtful(extended)))
        script = {word.text for word in alignment.reference.words()}
        return Alignment(alignment.reference, tuple(self._quotable(word, script) for word in words))

    def _script_words(self, words: Sequence[AlignedWord]) -> list[AlignedWord]:
        """The words, those of the script that were not heard restored where the sound has them after all."""
        decided: list[AlignedWord] = []
        rest = list(words)
        while rest:
            missing = 0
            while missing < len(rest) and rest[missing].status == "omitted":
                missing += 1
            if 0 < missing <= _MISSING_AT_MOST:
                decided += self._missing(rest[:missing], decided, rest[missing:])
                del rest[:missing]
                continue
            if rest[0].status == "substituted":
                decided += self._substituted(rest[0], decided, rest[1:])
            elif rest[0].status == "correct" and (rest[0].confidence or 0.0) < _DOUBTED:
                decided.append(self._doubted(rest[0], decided, rest[1:]))
            else:
                decided += rest[: max(missing, 1)]
                del rest[: max(missing, 1) - 1]
            del rest[0]
        return decided

    def _doubted(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> AlignedWord:
        """A script word heard, though not surely: something else where any other word fits better."""
        assert word.reference is not None
        sound, _, first, last = self._around(word, before, after)
        script = word.reference.pronunciations
        margin = self._contest.margin(sound, (*first, script, *last), (*first, _others(script), *last))
        least = _FIRMLY_AGAINST if _small(word) else _AGAINST
        return word if margin > least else replace(word, status="substituted")

    def _missing(
        self, run: Sequence[AlignedWord], before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> list[AlignedWord]:
        """Script words in a row that were not heard: as many restored as the sound does not speak against."""
        sound, gap, first, last = self._around(None, before, after)
        # Small words are easily missed by the first decoding, long ones hardly.
        versions = list(product((True, False), repeat=len(run)))
        scores = [
            self._contest.score(
                sound, (*first, *(_ways(w) for w, read in zip(run, v, strict=True) if read), *last)
            )
            for v in versions
        ]
        favoured = [
            fit(score) - sum(_least(w) for w, was_read in zip(run, v, strict=True) if was_read)
            for v, score in zip(versions, scores, strict=True)
        ]
        best = max(scores, key=fit)
        read = versions[favoured.index(max(favoured))]
        restored = []
        for word, was_read in zip(run, read, strict=True):
            if not was_read and len(run) == 1 and difference(scores[0], best) > _FIRMLY_AGAINST:
                was_read = self._freely_heard(word, sound)
            restored.append(_restored(word, gap) if was_read else word)
        return restored

    def _substituted(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[AlignedWord, ...]:
        """A script word in whose place something else was heard: restored where the sound has it."""
        assert word.reference is not None
        assert word.interval is not None
        sound, _, first, last = self._around(word, before, after)
        if not self._recognizer.knows(word.reference.text):
            # A name outside the vocabulary: what was listened for in its place says little.
            return (_restored(word),)
        if word.heard is None:
            return (_restored(word) if self._freely_heard(word, sound) else word,)
        script, heard = word.reference.pronunciations, _ways(word)
        against = self._contest.score(sound, (*first, heard, *last))
        if _alternative(word):
            margin = difference(self._contest.score(sound, (*first, script, *last)), against)
            return (word if _agreed(margin, word.confidence) else _restored(word),)
        # Something quite unlike the script's word: it may have been said in addition.
        versions = ((script,), (script, heard), (heard, script))
        scores = [self._contest.score(sound, (*first, *version, *last)) for version in versions]
        both = max(scores[1:], key=fit)
        slipped_in = _small(word) and word.heard in EXTRAS
        if slipped_in and difference(both, against) > _EXTRA_FOR and difference(both, scores[0]) > -_AGAINST:
            middle = (word.interval.start + word.interval.end) / 2
            early, late = Interval(word.interval.start, middle), Interval(middle, word.interval.end)
            script_first = both == scores[1]
            extra = AlignedWord(
                "inserted", None, word.heard, late if script_first else early, word.confidence
            )
            own = _restored(replace(word, interval=early if script_first else late))
            return (own, extra) if script_first else (extra, own)
        if (word.confidence or 0.0) < _HARDLY and _small(word):
            nothing = self._contest.score(sound, (*first, *last))
            return (_restored(word) if difference(scores[0], nothing) > _AGAINST else word,)
        # A grammar holds few words, and one of them is always heard: a long word is restored where the sound
        # does not speak against it, unless the recognizer was certain.
        margin = difference(scores[0], against)
        if _small(word):
            read = margin > _AGAINST
        else:
            read = margin > _HARDLY_AGAINST and (word.confidence or 0.0) < _CERTAIN
        return (_restored(word) if read else word,)

    def _quotable(self, word: AlignedWord, script: Collection[str]) -> AlignedWord:
        """The word without what was heard, where that may not be said.

        A grammar holds few words, and one of them always fits best: evidence enough is only a likely
        alternative, or in a word put right one of the `script`.
        """
        unsure = word.status in ("substituted", "inserted") and not _alternative(word)
        if word.status == "self_correction":
            unsure = word.heard not in script
        return replace(word, heard=None) if unsure and not self._recognizer.transcribes else word

    def _without_doubtful(self, words: Sequence[AlignedWord]) -> list[AlignedWord]:
        """The words without those beside the script that the sound can do without."""
        kept: list[AlignedWord] = []
        for place, word in enumerate(words):
            if word.reference is not None or word.heard is None or _resumes(word, kept):
                kept.append(word)
            elif not any(self._outside(near) for near in (*kept[-1:], *words[place + 1 : place + 2])):
                own = []
                if _again(word, kept) and (kept[-1].confidence or 0.0) < (word.confidence or 0.0):
                    # Of a word heard twice the one less sure is in doubt.
                    first = kept.pop()
                    own = [replace(first, interval=word.interval, confidence=word.confidence)]
                    word = replace(word, interval=first.interval, confidence=first.confidence)
                after = [*own, *words[place + 1 :]]
                extra = self._extra_word(word, kept, after)
                if not extra and kept:
                    kept[-1] = self._whole(kept[-1], word, kept[:-1], after)
                kept += [*extra, *own]
        return kept

    def _whole(
        self,
        word: AlignedWord,
        extra: AlignedWord,
        before: Sequence[AlignedWord],
        after: Sequence[AlignedWord],
    ) -> AlignedWord:
        """A word in the place of the script's, restored where that and the doubtful `extra` one after it are
        the script's word torn in two ("more I'm" for "morning").
        """
        if word.status != "substituted" or word.heard is None:
            return word
        assert word.reference is not None
        assert word.interval is not None
        assert extra.interval is not None
        if extra.interval.start < word.interval.start:  # nothing was torn: it was said before
            return word
        joined = replace(word, interval=Interval(word.interval.start, extra.interval.end))
        sound, _, first, last = self._around(joined, before, after)
        script = self._contest.score(sound, (*first, word.reference.pronunciations, *last))
        alone = self._contest.score(sound, (*first, _ways(word), *last))
        both = self._contest.score(sound, (*first, _ways(word), _ways(extra), *last))
        torn = difference(script, both) > 0.0 and difference(script, alone) > _AGAINST
        return _restored(joined) if torn else word

    def _extra_word(
        self, word: AlignedWord, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[AlignedWord, ...]:
        """A word beside the script, perhaps a sound of hesitation, or nothing where the evidence is weak."""
        assert word.interval is not None
        sound, _, first, last = self._around(word, before, after)
        without = self._contest.score(sound, (*first, *last))
        with_it = self._contest.score(sound, (*first, _ways(word), *last))
        begun = self._begun(word, after)
        if begun is not None:
            score = self._contest.score(sound, (*first, beginnings(_ways(begun)), *last))
            if difference(score, with_it) > 0.0 or word.status == "false_start":
                least = _UNHEARD_FOR if word.confidence is None else _BEGUN_FOR
                return (begun,) if difference(without, score) < least else ()
        if word.confidence is not None and word.confidence > _HARDLY:
            least = _SURE_EXTRA_FOR if word.confidence > _SURE else _EXTRA_FOR
            return (word,) if difference(without, with_it) < least else ()
        hesitating = self._contest.score(sound, (*first, _offers()["um"], *last))
        if difference(hesitating, with_it) > _AGAINST:
            drawn_out = word.interval.duration >= _HESITATION_SECONDS
            filler = replace(word, status="filler", heard="um")
            return (filler,) if drawn_out and difference(without, hesitating) < _HESITATION_FOR else ()
        return (word,) if difference(without, with_it) < _UNHEARD_FOR else ()

    def _begun(self, word: AlignedWord, after: Sequence[AlignedWord]) -> AlignedWord | None:
        """An extra word as the beginning of the script's word right after it; None where that has none."""
        script = after[0].reference if after and after[0].status == "correct" else None
        if script is None or not beginnings(script.pronunciations):
            return None
        return replace(word, status="false_start", heard=script.text)

    def _outside(self, word: AlignedWord) -> bool:
        """Whether this is a script word outside the vocabulary, parts of which may be taken for others."""
        return word.reference is not None and not self._recognizer.knows(word.reference.text)

    def _broken_off(self, words: Sequence[AlignedWord]) -> Iterator[AlignedWord]:
        """The words, with a word "repeated" that was only begun the first time called a false start."""
        for place, word in enumerate(words):
            if word.status == "repeated" and len(_ways(word)[0]) > 2:
                sound, _, first, last = self._around(word, words[:place], words[place + 1 :])
                begun = beginnings(_ways(word))
                margin = self._contest.margin(sound, (*first, begun, *last), (*first, _ways(word), *last))
                if begun and margin > -_AGAINST:
                    yield replace(word, status="false_start")
                    continue
            yield word

    def _with_unheard(self, words: Sequence[AlignedWord]) -> list[AlignedWord]:
        """The words, and between them those that nobody listened for."""
        found: dict[int, list[AlignedWord]] = {}
        known = [word.reference is not None or word.heard is not None for word in words]
        for stretch in stretches(words, known, self._audio.seconds):
            followed = [words[index] for index in stretch.words]
            sound = self._audio.cut(stretch.interval)
            for extra in self._contest.extras(sound, [_ways(word) for word in followed], _offers()):
                word = self._extra(extra, followed, stretch.interval.start)
                if word is not None and _covered(word, followed) <= _COVERED_AT_MOST:
                    place = (
                        stretch.words[extra.place] if extra.place < len(followed) else stretch.words[-1] + 1
                    )
                    found.setdefault(place, []).append(word)
        return [
            one
            for place in range(len(words) + 1)
            for one in (*found.get(place, ()), *words[place : place + 1])
        ]

    def _extra(self, extra: Extra, followed: Sequence[AlignedWord], offset: float) -> AlignedWord | None:
        """What was found between two words, as a word of the alignment; None where it is too short."""
        least = _SHORTEST_EXTRA_SECONDS if extra.repeats is None else _SHORTEST_AGAIN_SECONDS
        if extra.interval.duration < least:
            return None
        interval = Interval(offset + extra.interval.start, offset + extra.interval.end)
        heard = said_text(followed[extra.repeats]) if extra.repeats is not None else extra.offer
        status: Status = "filler" if heard in FILLERS else "false_start" if extra.begun else "inserted"
        return AlignedWord(status, None, heard, interval)

    def _around(
        self, word: AlignedWord | None, before: Sequence[AlignedWord], after: Sequence[AlignedWord]
    ) -> tuple[Audio, Interval, list[Choice], list[Choice]]:
        """A place with the words next to it: its sound, the time between those words, and how they sound."""
        first = [w for w in reversed(before) if w.interval is not None][:_CONTEXT][::-1]
        last = [w for w in after if w.interval is not None][:_CONTEXT]
        own = [word] if word is not None else []
        times = [w.interval for w in (*first, *own, *last) if w.interval is not None]
        start = min(time.start for time in times) - _MARGIN_SECONDS if first or own else 0.0
        end = max(time.end for time in times) + _MARGIN_SECONDS if last or own else self._audio.seconds
        left = times[0].end if first else max(0.0, start)
        right = times[-1].start if last else max(0.0, start, min(self._audio.seconds, end))
        # How a word sounds that nobody can name is not known: the sound begins behind it, or ends before it.
        if first and _nameless(first[-1]):
            start, first = left, []
        if last and _nameless(last[0]):
            end, last = right, []
        whole = Interval(max(0.0, start), max(0.0, start, min(self._audio.seconds, end)))
        gap = Interval(left, max(left, right))
        return self._audio.cut(whole), gap, [_ways(w) for w in first], [_ways(w) for w in last]

    def _freely_heard(self, word: AlignedWord, sound: Audio) -> bool:
        """Whether a decoding that knows nothing of the script hears the script's word there."""
        assert word.reference is not None
        heard = self._recognizer.transcribe(sound).words
        return any(same_word(word.reference.text, other.text) for other in heard)


@lru_cache(maxsize=1)
def _offers() -> dict[str, Choice]:
    """What is listened for between the script's words, as it sounds."""
    return {word: lexicon.pronunciations(word) for word in (*EXTRAS, "uh")} | {
        "um": (("AH", "M"), ("AH", "AH", "M"), ("ER", "M"), ("ER",), ("M",))
    }


@lru_cache(maxsize=4096)
def _others(script: Choice) -> Choice:
    """Words unlike one of the script, as they sound."""
    return tuple(way for ways in _offers().values() if sound_distance(script, ways) > _OTHER for way in ways)


def _small(word: AlignedWord) -> bool:
    """Whether a script word is one of those that fluent readers run together with the next."""
    assert word.reference is not None
    return len(word.reference.text) < 3 or word.reference.text in FUNCTION_WORDS


def _covered(word: AlignedWord, others: Sequence[AlignedWord]) -> float:
    """Share of a word's time that others fill; recognizers draw words out over a sound of hesitation."""
    if word.status == "filler":
        return 0.0
    assert word.interval is not None
    shared = sum(word.interval.overlap(other.interval) for other in others if other.interval is not None)
    return shared / word.interval.duration


def _least(word: AlignedWord) -> float:
    """The margin by which the sound must speak for a script word that was not heard."""
    return _AGAINST if _small(word) else _LONG_FOR


def _agreed(margin: float, confidence: float | None) -> bool:
    """Whether both engines together speak for what was heard and against the script's word.

    The recognizer's log odds count up to a limit; the contest's log likelihoods, whose frames are far from
    independent, count a tenth.
    """
    sure = min(max(0.5 if confidence is None else confidence, 0.01), 0.99)
    odds = math.log(sure / (1.0 - sure))
    return -margin / 10.0 + min(max(odds, -2.0), 2.0) > _BOTH_AGAINST


def _alternative(word: AlignedWord) -> bool:
    """Whether what was heard is one of the words listened for in place of the script's."""
    return word.reference is not None and word.heard in alternatives(word.reference.text, lambda _: True)


def _again(word: AlignedWord, before: Sequence[AlignedWord]) -> bool:
    """Whether an extra word says the script's word before it once more."""
    return bool(before) and before[-1].status == "correct" and said_text(before[-1]) == word.heard


def _resumes(word: AlignedWord, before: Sequence[AlignedWord]) -> bool:
    """Whether an extra word says again what stood before something that nobody can name: "the [unk] the"."""
    return (
        len(before) > 1
        and before[-1].status == "inserted"
        and _nameless(before[-1])
        and said_text(before[-2]) == word.heard
        and (word.confidence or 0.0) > 0.5
    )


def _nameless(word: AlignedWord) -> bool:
    """Whether something was said that is neither the script's word nor known."""
    return word.heard is None and (word.reference is None or word.status == "substituted")


def _ways(word: AlignedWord) -> Choice:
    """How the word that was said sounds."""
    if word.heard is not None:
        return lexicon.pronunciations(word.heard)
    return word.reference.pronunciations if word.reference is not None else (("AH",),)


def _restored(word: AlignedWord, gap: Interval | None = None) -> AlignedWord:
    """The word as read: where something was heard in its place, else in the gap that its neighbours leave."""
    return replace(word, status="correct", heard=None, interval=word.interval or gap, confidence=None)
