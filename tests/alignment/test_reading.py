from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from enunciate.alignment import AlignedWord, Alignment
from enunciate.alignment.reading import SecondLook, follow, is_reading, read_script, said
from enunciate.alignment.words import align
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, Recognizer
from enunciate.reference import Reference
from enunciate.reference.scripts import find, from_text
from tests.alignment.hearing import heard
from tests.scripted import reading

OPENING = "Thank you for calling Larkmoor Home Services. My name is Maya, and I'm happy to help you today."


@pytest.fixture(scope="module")
def opening(demo_audio: Callable[[str], Audio], recognizer: Recognizer) -> Audio:
    """The first sentences of the greeting, read perfectly, up to the pause behind them."""
    audio = demo_audio("greeting-perfect")
    today = follow(audio, find("general-greeting"), recognizer).words[17]
    assert today.interval is not None
    return audio.cut(Interval(0.0, today.interval.end + 0.3))


def fates(alignment: Alignment) -> list[str]:
    return [word.status for word in alignment.words if word.reference is not None]


def test_a_perfect_reading_is_followed_word_by_word(recognizer: Recognizer, opening: Audio) -> None:
    words = read_script(opening, from_text(OPENING), recognizer).words
    assert [word.status for word in words] == ["correct"] * 18
    times = [word.interval for word in words if word.interval is not None]
    assert all(before.start < after.start for before, after in pairwise(times))


@pytest.mark.parametrize(
    ("changed", "place", "status"),
    [
        (("My name", "My first name"), 8, "omitted"),
        (("is Maya", "was Maya"), 9, "substituted"),
        (("I'm happy", "I'm very happy"), 13, "omitted"),
    ],
)
def test_where_the_script_differs_the_words_around_it_stay_right(
    recognizer: Recognizer, opening: Audio, changed: tuple[str, str], place: int, status: str
) -> None:
    words = read_script(opening, from_text(OPENING.replace(*changed)), recognizer).words
    assert [(n, word.status) for n, word in enumerate(words) if word.status != "correct"] == [(place, status)]


def test_the_same_reading_is_followed_in_the_same_way(recognizer: Recognizer, opening: Audio) -> None:
    script = from_text(OPENING.replace("My name", "My first name"))
    first = read_script(opening, script, recognizer)
    read_script(opening, from_text("Something else altogether."), recognizer)
    assert read_script(opening, script, recognizer) == first


def test_how_loud_a_reading_is_makes_no_difference(recognizer: Recognizer, opening: Audio) -> None:
    softer = Audio(opening.samples * np.float32(0.3), RATE)
    script = from_text(OPENING)
    assert fates(read_script(softer, script, recognizer)) == fates(read_script(opening, script, recognizer))


def test_another_script_is_not_followed_any_further(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio]
) -> None:
    audio, script = demo_audio("summary-fast").cut(Interval(0.0, 10.0)), find("late-delivery")
    assert not is_reading(follow(audio, script, recognizer))
    assert read_script(audio, script, recognizer) == follow(audio, script, recognizer)


def test_a_reader_who_stops_early_has_read_up_to_there(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio]
) -> None:
    audio = demo_audio("late-delivery-perfect")
    found = read_script(audio.cut(Interval(0.0, 8.5)), find("late-delivery"), recognizer)
    assert is_reading(found)
    read = fates(found)
    assert read[:16] == ["correct"] * 16
    assert read.count("omitted") > 0.7 * len(read)
    assert read[-60:] == ["omitted"] * 60


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("please hold the line", True),
        ("please -hold -the -line", False),
        ("please hold -the -line", True),
        ("-please -hold -the -line", False),
        ("please> hold> the> line>", False),
        ("*please *hold -the -line", True),
        # The first ten of a hundred words, and ten of a hundred here and there.
        (" ".join(["word"] * 10 + ["-word"] * 90), True),
        (" ".join(["word"] + ["-word"] * 9) + " " + " ".join((["word"] + ["-word"] * 9) * 9), False),
        # Few words, which are all that was said; or with other words between them.
        (" ".join(["word"] * 7 + ["-word"] * 93), True),
        (" ".join(["word"] * 2 + ["-word"] * 98), False),
        (" ".join(["word", "+said"] * 7 + ["-word"] * 93), False),
        (" ".join(["word"] * 39 + ["word>said"] * 61), True),
    ],
)
def test_what_is_a_reading_of_the_script(line: str, is_one: bool) -> None:
    assert is_reading(reading(line)) is is_one


def test_silence_is_no_reading(recognizer: Recognizer) -> None:
    silence = Audio(np.zeros(RATE, dtype=np.float32), RATE)
    found = read_script(silence, from_text("Please hold the line."), recognizer)
    assert not is_reading(found)
    assert fates(found) == ["omitted"] * 4


def test_what_was_said_is_in_the_scripts_spelling_where_it_was_read() -> None:
    found = align(from_text("The colour is grey."), heard(f"the color um was {UNKNOWN} gray"))
    assert [word.text for word in said(found)] == ["the", "colour", "um", "was", UNKNOWN, "grey"]


def test_what_was_said_leaves_out_what_was_not_and_what_is_not_known() -> None:
    found = reading("please -hold the> line")
    assert [word.text for word in said(found)] == ["please", UNKNOWN, "line"]
    nothing_known = replace(found, words=tuple(replace(w, heard=None) for w in found.words))
    assert list(said(nothing_known)) == list(said(found))


class Silent:
    """A recognizer that hears nothing."""

    engine, model, transcribes = "silent", "none", False

    def __init__(self, inner: Recognizer) -> None:
        self._inner = inner

    def knows(self, word: str) -> bool:
        return self._inner.knows(word)

    def transcribe(self, audio: Audio, phrases: object = None):
        return replace(self._inner.transcribe(Audio(audio.samples[:0], RATE)), engine=self.engine)

    def stream(self, rate: int, phrases: object = None):
        raise NotImplementedError


def test_any_recognizer_will_do(recognizer: Recognizer, opening: Audio) -> None:
    script: Reference = from_text(OPENING)
    assert set(fates(read_script(opening, script, Silent(recognizer)))) == {"omitted"}


def test_what_was_said_before_a_word_is_no_part_of_it(recognizer: Recognizer, opening: Audio) -> None:
    followed = follow(opening, from_text(OPENING), recognizer)
    words = list(followed.words)
    words[5] = replace(words[5], status="substituted", heard="zebra", confidence=0.4)
    words.insert(6, AlignedWord("inserted", None, "zoo", words[3].interval, 0.5))
    kept = SecondLook(opening, recognizer)._without_doubtful(words)
    assert kept == [*words[:6], *words[7:]]
