"""How fast, how steadily and with which pauses a script was read.

Recognized word times are coarse (30 ms frames) and often stretch over the silence after a word. So pauses are
measured in the signal; the words only say where to look and what counts as silence there.

Silent pauses count from 0.25 s, which tells second-language speakers of different proficiency apart best (De
Jong & Bosker 2013, "Choosing a threshold for silent pauses to measure second language fluency"); shorter
silences are mostly closures of stops. The articulation rate is syllables over the time without such pauses.

Not every pause without punctuation is a hesitation: fluent readers stop for a moment between the phrases of a
sentence too. How long it takes to break a phrase depends on how closely the two words belong together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment import AlignedWord, Alignment
from enunciate.audio import Audio
from enunciate.audio.level import STEP, Levels, levels
from enunciate.interval import Interval
from enunciate.measures import Pacing, Pause
from enunciate.reference import Boundary

SILENT_PAUSE = 0.25
"""Seconds from which a silence is a pause."""

NO_PAUSE = 0.1
"""Seconds below which nobody hears that the voice stopped at all."""

_BREATH = 22.0
"""dB below the vowels. Where the recognizer heard no word, what is fainter is breath and room, not speech."""

_BLIP = 0.1
"""Seconds. A louder sound this short where the recognizer heard no word, such as a smack of the lips,
does not divide a pause."""

_SLACK = 0.1
"""Seconds by which a word may be heard beyond its recognized start or end."""

_CLAUSE_OPENER = re.compile(
    "after|although|and|as|because|before|but|if|once|or|since|so|than|that|though|till|unless|until|when|where|"
    "whereas|whether|which|while|who|whom|whose|why"
)
"""Words that begin a clause. Fluent readers pause before them too, punctuation or not."""

_LEANING = re.compile(
    "a|an|the|my|your|our|their|its|every|i|he|she|we|they|to|of|at|for|from|with|into|very|"
    "can|could|will|would|shall|should|must|may|might|[a-z]+'(?:m|re|ll|ve)"
)
"""Words that lean on the next: "the time", "can decide". Who reads on does not stop behind them."""

_Bond = Literal["group", "phrase", "opening"]

_HESITATION: Mapping[_Bond, float] = {"group": 0.4, "phrase": 0.7, "opening": 1.0}
"""Seconds from which a pause without punctuation breaks a phrase: behind a leaning word, between two words of
a phrase, and where a clause opens. Of sentences rated by experts for fluency (speechocean762, training part),
none of 30 with 9 or 10 points of 10 had such a pause, 3 of 30 with 7 to 8 and 10 of 22 with at most 5.5."""

_BOUNDARIES: tuple[Boundary, ...] = ("none", "minor", "major", "paragraph")


@dataclass(frozen=True, slots=True)
class _Said:
    """A word that was said, at `index` of `Alignment.words`, at `interval`."""

    index: int
    word: AlignedWord
    interval: Interval

    @property
    def middle(self) -> float:
        return (self.interval.start + self.interval.end) / 2


def measure(alignment: Alignment, audio: Audio) -> Pacing:
    """The pacing of the reading that `alignment` describes, in `audio`.

    Words said are all that have an interval, but a filler ("um") or a false start is no word: it has
    syllables and takes time, and adds nothing to the words per minute. With fewer than two words said, rates
    are None.

    A missing pause is reported only where signal and recognizer agree on it.
    """
    said = sorted(
        (_Said(index, word, word.interval) for index, word in enumerate(alignment.words) if word.interval),
        key=lambda one: one.middle,
    )
    if not said:
        return Pacing(0.0, None, None, None, None, None, None, (), (), ())
    found = levels(audio)
    everywhere = _silences(said, found)
    span = _span(said, everywhere, found)
    boundaries = [_boundary(alignment, before.index, after.index) for before, after in pairwise(said)]
    silences = [
        (silence, _likeliest(place, said, boundaries))
        for silence, place in everywhere
        if 0 <= place < len(said) - 1
    ]
    pauses = tuple(
        _pause(silence, said[place], said[place + 1], boundaries[place])
        for silence, place in silences
        if silence.duration >= SILENT_PAUSE
    )
    speaking = span.duration - sum(pause.interval.duration for pause in pauses)
    words = sum(one.word.status not in ("filler", "false_start") for one in said)
    measured = words >= 2 and speaking > 0
    return Pacing(
        seconds=span.duration,
        speech_rate_wpm=60 * words / span.duration if measured else None,
        wcpm=60 * sum(_read_correctly(one.word) for one in said) / span.duration if measured else None,
        articulation_rate=sum(_syllables(one.word) for one in said) / speaking if measured else None,
        phonation_ratio=speaking / span.duration if measured else None,
        initial_silence=span.start,
        final_silence=max(0.0, audio.seconds - span.end),
        pauses=pauses,
        missing_pauses=_missing_pauses(alignment, said, silences, found),
        hesitations=_hesitations(said, pauses),
    )


def _silences(said: list[_Said], found: Levels) -> list[tuple[Interval, int]]:
    """The silences of at least `NO_PAUSE`, each with the place in `said` of the word before it (-1: of none).

    A silence belongs between the two words whose middles are on either side of its own: it is found whether
    the word before was stretched over it or the word after.
    """
    between = np.ones(len(found.db), dtype=bool)
    for one in said:
        between[round(one.interval.start / STEP) : round(one.interval.end / STEP)] = False
    if found.buried:
        silent = between
    else:
        silent = found.db < np.where(between, max(found.threshold, found.speech - _BREATH), found.threshold)
        for start, end in _runs(~silent):
            if end - start <= round(_BLIP / STEP) and between[start:end].all():
                silent[start:end] = True
    middles = [one.middle for one in said]
    return [
        (
            Interval(start * STEP, end * STEP),
            int(np.searchsorted(middles, (start + end) / 2 * STEP)) - 1,
        )
        for start, end in _runs(silent)
        if end - start >= round(NO_PAUSE / STEP)
    ]


def _span(said: list[_Said], silences: list[tuple[Interval, int]], found: Levels) -> Interval:
    """From the first sound of the first word to the last sound of the last."""
    first, last = said[0].interval, said[-1].interval
    start, end = first.start, last.end
    if not found.buried:
        # A click, and a pause that the first or the last word was stretched over to reach it, are no speech.
        long = [(silence, place) for silence, place in silences if silence.duration >= SILENT_PAUSE]
        before = [silence.end for silence, place in long if place < 0]
        after = [silence.start for silence, place in long if place == len(said) - 1]
        opening = _loud(found, max([first.start - _SLACK, *before]), first.end)
        ending = _loud(found, last.start, min([last.end + _SLACK, *after]))
        if len(opening) and len(ending):
            start, end = float(opening[0]) * STEP, float(ending[-1] + 1) * STEP
    return Interval(start, max(start, end))


def _loud(found: Levels, start: float, end: float) -> NDArray[np.intp]:
    """The frames between two times that are louder than the threshold."""
    first = max(0, round(start / STEP))
    return first + np.flatnonzero(found.db[first : max(first, round(end / STEP))] >= found.threshold)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where `flags` are true without interruption: first frames and the frames after the last.

    >>> _runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _boundary(alignment: Alignment, before: int, after: int) -> Boundary:
    """The strongest boundary in the script between two words said, words left out between them included."""
    crossed = [word.reference.boundary for word in alignment.words[before:after] if word.reference]
    if not crossed:
        # After a filler or a repetition the script still stands where its last word left it.
        crossed = [word.reference.boundary for word in alignment.words[:before] if word.reference][-1:]
    return max(crossed, key=_BOUNDARIES.index, default="none")


def _likeliest(place: int, said: list[_Said], boundaries: list[Boundary]) -> int:
    """Where a silence most likely is that seems to be at `place`.

    The recognizer may not know when exactly a short word was said ("card, and I"): such a word has no
    confidence. Then the silence on one side of it is taken for the one that the punctuation on the other side
    asks for.
    """
    near = [place]
    near += [place - 1] if place > 0 and _roughly_placed(said[place]) else []
    near += [place + 1] if place + 1 < len(boundaries) and _roughly_placed(said[place + 1]) else []
    return max(near, key=lambda one: _BOUNDARIES.index(boundaries[one]))


def _roughly_placed(one: _Said) -> bool:
    return one.word.reference is not None and one.word.confidence is None


def _pause(silence: Interval, before: _Said, after: _Said, boundary: Boundary) -> Pause:
    broken = boundary == "none" and silence.duration >= _HESITATION[_bond(before, after)]
    return Pause(silence, before.index, boundary, broken)


def _bond(before: _Said, after: _Said) -> _Bond:
    """How closely two words belong together where no punctuation parts them."""
    first, second = before.word.reference, after.word.reference
    if first is None or second is None:
        # A breath beside an "um" or a repetition is a part of that stumble.
        return "opening"
    if first.token == second.token or _CLAUSE_OPENER.fullmatch(second.text):
        # Numbers and codes are said in groups of digits.
        return "opening"
    sure = not (_roughly_placed(before) or _roughly_placed(after))
    return "group" if sure and _LEANING.fullmatch(first.text) else "phrase"


def _missing_pauses(
    alignment: Alignment, said: list[_Said], silences: list[tuple[Interval, int]], found: Levels
) -> tuple[int, ...]:
    """The indices of words that end a sentence and were run into the script's next word."""
    if found.buried:
        return ()
    stopped = {place for _, place in silences}
    return tuple(
        before.index
        for place, (before, after) in enumerate(pairwise(said))
        if after.index == before.index + 1
        and before.word.reference
        and after.word.reference
        and before.word.reference.boundary in ("major", "paragraph")
        and place not in stopped
        and after.interval.start - before.interval.end < NO_PAUSE
    )


def _hesitations(said: list[_Said], pauses: tuple[Pause, ...]) -> tuple[int, ...]:
    """The indices of the script words before which the reader hesitated."""
    broken = {pause.after for pause in pauses if pause.hesitation}
    hesitations = []
    hesitated = False
    for one in said:
        if one.word.reference:
            if hesitated:
                hesitations.append(one.index)
            hesitated = False
        hesitated |= one.word.status == "filler" or one.index in broken
    return tuple(hesitations)


def _read_correctly(word: AlignedWord) -> bool:
    return word.reference is not None and word.status in ("correct", "self_correction")


def _syllables(word: AlignedWord) -> int:
    """The script's count of a word's syllables; for a word beside it, the groups of vowel letters."""
    if word.reference:
        return word.reference.syllables
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])e$", "", word.heard or ""))))
