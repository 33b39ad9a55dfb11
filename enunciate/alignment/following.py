"""Where in the script a person is, while they still read.

What a recognizer has heard so far is laid along the script by a Viterbi search whose states are places in
it. Going on to the next word costs nothing; leaving out a word, saying another one, going back and jumping
elsewhere cost more the less likely they are, so that a skipped sentence or a repeated phrase needs a few
words of evidence and a misheard word does not move the place. This is for the eye: what became of each word
in the end, `enunciate.alignment.reading` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.words import expansions, same_word
from enunciate.audio import RATE
from enunciate.recognition import UNKNOWN, RecognizedWord, Recognizer
from enunciate.recognition.listening import FILLERS, FUNCTION_WORDS, listen_for, sound_alikes
from enunciate.reference import Reference

State = Literal["ahead", "current", "done", "skipped"]
"""Of a word of the script: not yet read, the next to be read, read, or passed without being heard."""

_STEP = round(0.2 * RATE)
"""Samples that the recognizer is given at a time; Vosk itself works in steps of 0.2 s."""
_SETTLED_SECONDS = 2.0
"""What was heard so long ago does not change any more, in all but a few of a thousand words."""
_ALIKE, _UNCLEAR, _OTHER = 0.5, 0.9, 1.3
"""What it costs where a word like the script's was heard for it, speech that is no word, or another word."""
_BESIDE, _UNCLEAR_BESIDE, _AGAIN_BESIDE = 1.1, 0.3, 0.6
"""What it costs to stay where one is: for a word, for speech that is no word, and for a word just read."""
_LEFT_OUT, _BACK, _ELSEWHERE = 0.6, 2.0, 3.0
"""What it costs to leave out a word, to go back a few, and to go on anywhere else."""
_NEAR = 12
"""Words that somebody goes back to begin again."""
_KEPT = 200
"""Words heard last whose way through the script may still change."""
_PACE_WORDS, _PACE_SECONDS = 5, 2.0
"""Nothing is said of the pace before so many words in so much time."""
_FAR_BELOW, _ABOVE_FLOOR = 30.0, 8.0
"""dB below the loudest and above the softest sounds, between which silence ends, as in `audio.level`."""
_FRAME = RATE // 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come. Times are seconds of the sound that was fed."""

    words: tuple[State, ...]
    """Parallel to `Reference.words()`."""
    tokens: tuple[State, ...]
    """Parallel to `Reference.tokens`, for showing the script as it was written."""
    place: int
    """Index of the word to be read next; the number of words behind the last one."""
    seconds: float
    read: int
    """Words of the script that were read so far."""
    pace_wpm: float | None
    """Words per minute from the first word to the last one heard; None before there are enough of them."""
    started: float | None
    """When the first word was heard to begin; None before."""
    last_word: float | None
    """When the last word was heard to end; None before the first."""
    silence: float
    """Seconds since the last word, or since the start where there was none."""
    at_end: bool
    """Whether the end of the script has been read and the voice may still go on."""
    ended: bool
    """Whether the end has been read and a short silence followed: the recording may stop by itself."""


class Following:
    """Follows a reading of a script. Feed it sound as it arrives; it tells how far the reading has come.

    It needs about a twentieth of one core. Not for use from two threads at once.

    >>> from enunciate.recognition import engines
    >>> from enunciate.reference.scripts import from_text
    >>> script = from_text("Please hold the line.")
    >>> following = Following(script, engines.recognizer("enunciate-en"))
    >>> progress = following.feed(np.zeros(16000, np.float32))
    >>> progress.words, progress.place, progress.ended
    (('current', 'ahead', 'ahead', 'ahead'), 0, False)
    """

    def __init__(self, reference: Reference, recognizer: Recognizer, pause: float = 0.6) -> None:
        """Follow a reading of `reference`; `pause` is the silence in seconds that ends it behind its end."""
        self._stream = recognizer.stream(RATE, listen_for(reference, recognizer).phrases)
        self._reference = reference
        self._path = _Path(_units(reference, recognizer))
        self._pause = pause
        self._waiting: list[NDArray[np.float32]] = []
        self._samples = 0
        self._heard: tuple[RecognizedWord, ...] = ()
        self._lit: dict[int, float] = {}
        self._sound = _Sound()
        words = reference.words()
        self._tokens = [word.token for word in words]
        self._small = [len(word.text) < 3 or word.text in FUNCTION_WORDS for word in words]
        self._progress = self._look()

    @property
    def progress(self) -> Progress:
        """How far the reading has come by the sound so far."""
        return self._progress

    def feed(self, samples: NDArray[np.float32]) -> Progress:
        """Take in the next samples, mono at `audio.RATE`, in blocks of any size.

        The recognizer hears them in steps of 0.2 s: where one is not full yet, nothing changes.
        """
        self._waiting.append(np.asarray(samples, np.float32))
        waiting = np.concatenate(self._waiting)
        full = len(waiting) // _STEP * _STEP
        for start in range(0, full, _STEP):
            block = waiting[start : start + _STEP]
            self._sound.take(block)
            self._heard = self._stream.accept(block)
            self._samples += _STEP
        self._waiting = [waiting[full:]]
        if full:
            self._progress = self._look()
        return self._progress

    def _look(self) -> Progress:
        now = self._samples / RATE
        heard = [word for word in self._heard if word.text not in FILLERS]
        way = self._path.follow([word.text for word in heard])
        speech = [word for word in heard if word.text != UNKNOWN]
        for index, place in enumerate(way.read):
            if place is not None:
                self._lit[place] = heard[index].interval.end
        on_the_way = {place for place in way.read if place is not None}
        for place in [p for p, end in self._lit.items() if end < now - _SETTLED_SECONDS]:
            if place not in on_the_way:
                del self._lit[place]
        settled = sum(word.interval.end < now - _SETTLED_SECONDS for word in heard)
        passed = max((p for p in way.read[:settled] if p is not None), default=0)
        # Words of a guess that was taken back stay lit until it is settled, and the place behind them.
        latest = max((heard[n].interval.end for n, p in enumerate(way.read) if p is not None), default=0.0)
        place = way.place
        while self._lit.get(place, latest) > latest:
            place += 1
        states = self._states(place, passed)
        started = speech[0].interval.start if speech else None
        last_word = speech[-1].interval.end if speech else None
        reading = last_word - started if started is not None and last_word is not None else 0.0
        paced = len(speech) >= _PACE_WORDS and reading >= _PACE_SECONDS
        silence = max(0.0, now - (last_word or 0.0))
        at_end = way.place == len(states) and bool(speech)
        # Where noise goes on, only the recognizer can tell that nothing is said any more.
        quiet = min(self._sound.silence, now)
        return Progress(
            words=states,
            tokens=self._by_token(states),
            place=place,
            seconds=now,
            read=states.count("done"),
            pace_wpm=60 * len(speech) / reading if paced else None,
            started=started,
            last_word=last_word,
            silence=silence,
            at_end=at_end,
            ended=at_end
            and (min(quiet, silence + self._pause / 2) >= self._pause or silence >= 2 * self._pause),
        )

    def _states(self, place: int, passed: int) -> tuple[State, ...]:
        count = len(self._tokens)
        states: list[State] = ["done" if n in self._lit else "ahead" for n in range(count)]
        start = 0
        while start < passed:
            if states[start] == "done":
                start += 1
                continue
            end = start
            while end < count and states[end] != "done":
                end += 1
            # A small word is easily missed by the recognizer: alone it is no reason to alarm anybody.
            missed = end - start > 1 or not self._small[start]
            states[start : min(end, passed)] = ["skipped" if missed else "done"] * (min(end, passed) - start)
            start = end
        if place < count:
            states[place] = "current"
        return tuple(states)

    def _by_token(self, states: tuple[State, ...]) -> tuple[State, ...]:
        """A token is what its words are: current where only a part of it was read."""
        inside: list[set[State]] = [set() for _ in self._reference.tokens]
        for token, state in zip(self._tokens, states, strict=True):
            inside[token].add(state)
        order: tuple[State, ...] = ("current", "skipped", "ahead", "done")
        return tuple(next(state for state in order if state in found) for found in inside)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word as the recognizer may hear it: mostly a script word, sometimes a part of one that it lacks."""

    word: int
    text: str
    also: frozenset[str]
    """Other words that count as this one: of other readings and of contractions."""


def _units(reference: Reference, recognizer: Recognizer) -> tuple[_Unit, ...]:
    alike = sound_alikes(reference, recognizer.knows)
    units = []
    for index, word in enumerate(reference.words()):
        ways = alike.get(word.text) or ((word.text,),)
        readings = reference.tokens[word.token].readings
        also = {part for way in ways for part in way}
        also |= {part for way in expansions(word.text) for part in way}
        if len(readings) > 1:
            also |= {part for reading in readings for part in reading}
        units += [_Unit(index, part, frozenset(also)) for part in ways[0]]
    return tuple(units)


@dataclass(frozen=True, slots=True)
class _Way:
    """The likeliest way through the script: for each word heard the script word read, None beside it."""

    read: tuple[int | None, ...]
    place: int


class _Path:
    """The Viterbi search. State `n` stands behind `n` units of the script."""

    def __init__(self, units: tuple[_Unit, ...]) -> None:
        self._units = units
        self._costs: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        states = np.arange(len(units) + 1)
        self._ahead = _LEFT_OUT * states
        first = np.minimum(self._ahead, _ELSEWHERE)
        self._heard: list[str] = []
        self._columns = [first]
        self._from: list[NDArray[np.int32]] = []
        """For each word heard and state, the state before it."""
        self._fixed: list[int | None] = []
        """What the words heard first stand for, whose columns were given up."""

    def follow(self, heard: list[str]) -> _Way:
        """The way that all the words heard so far took; what is unchanged since last time is not redone."""
        offset = len(self._fixed)
        same = 0
        for old, new in zip(self._heard, heard[offset:], strict=False):
            if old != new:
                break
            same += 1
        del self._heard[same:], self._from[same:], self._columns[same + 1 :]
        for text in heard[offset + same :]:
            self._step(text)
        state = int(np.argmin(self._columns[-1]))
        place = self._units[state].word if state < len(self._units) else self._units[-1].word + 1
        read: list[int | None] = []
        for before in reversed(self._from):
            came = int(before[state])
            read.append(self._units[state - 1].word if came != -1 else None)
            state = came if came != -1 else state
        way = _Way((*self._fixed, *reversed(read)), place)
        if len(self._heard) > 2 * _KEPT:
            cut = len(self._heard) - _KEPT
            self._fixed += read[::-1][:cut]
            del self._heard[:cut], self._from[:cut], self._columns[:cut]
        return way

    def _step(self, text: str) -> None:
        if text not in self._costs:
            self._costs[text] = self._cost(text)
        instead, beside = self._costs[text]
        old = self._columns[-1]
        count = len(self._units)
        # The cheapest state to come from to each unit: any before it, leaving out what lies between ...
        shifted = old - self._ahead
        least = np.minimum.accumulate(shifted)
        origin = np.maximum.accumulate(np.where(shifted <= least, np.arange(count + 1), 0))[:count]
        reach = least[:count] + self._ahead[:count]
        # ... a few behind it, or anywhere.
        padded = np.append(old, np.full(_NEAR, np.inf))
        windows = np.lib.stride_tricks.sliding_window_view(padded[1:], _NEAR)[:count]
        back = windows.argmin(1)
        near = windows[np.arange(count), back] + _BACK
        origin = np.where(near < reach, np.arange(count) + 1 + back, origin)
        reach = np.minimum(near, reach)
        best = int(np.argmin(old))
        origin = np.where(old[best] + _ELSEWHERE < reach, best, origin)
        reach = np.minimum(reach, old[best] + _ELSEWHERE)
        column = old + beside
        before = np.full(count + 1, -1, np.int32)
        advanced = reach + instead
        better = advanced <= column[1:]
        before[1:][better] = origin[better]
        column[1:] = np.where(better, advanced, column[1:])
        self._heard.append(text)
        self._columns.append(column)
        self._from.append(before)

    def _cost(self, text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What it costs that this word was heard for each unit, and beside the script in each state."""
        from rapidfuzz.fuzz import ratio

        count = len(self._units)
        if text == UNKNOWN:
            return np.full(count, _UNCLEAR), np.full(count + 1, _UNCLEAR_BESIDE)
        known: dict[str, float] = {}
        instead = np.empty(count)
        for n, unit in enumerate(self._units):
            if unit.text not in known:
                equal = same_word(unit.text, text)
                known[unit.text] = 0.0 if equal else _ALIKE if ratio(unit.text, text) >= 75 else _OTHER
            instead[n] = 0.0 if text in unit.also else known[unit.text]
        beside = np.append(_BESIDE, np.where(instead == 0.0, _AGAIN_BESIDE, _BESIDE))
        return instead, beside


class _Sound:
    """For how long nothing louder than the background was heard."""

    def __init__(self) -> None:
        self._db = np.zeros(0)
        self._frames = 0

    def take(self, samples: NDArray[np.float32]) -> None:
        """Take in samples; whole frames of 10 ms."""
        frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
        power = frames.var(axis=1)
        self._db = np.append(self._db, np.maximum(10 * np.log10(np.maximum(power, 1e-12)), -100.0))[-3000:]

    @property
    def silence(self) -> float:
        """Seconds since the last sound of speech, among the last half minute."""
        if not len(self._db):
            return 0.0
        floor, speech = np.percentile(self._db, (5, 95))
        threshold = max(speech - _FAR_BELOW, floor + min(_ABOVE_FLOOR, (speech - floor) / 2))
        loud = np.flatnonzero(self._db >= threshold)
        return (len(self._db) - 1 - int(loud[-1])) / 100 if len(loud) else len(self._db) / 100
