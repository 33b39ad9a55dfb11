from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from enunciate.alignment.extras import name_extras
from enunciate.alignment.words import align
from enunciate.recognition import UNKNOWN
from enunciate.reference.scripts import from_text
from tests.alignment.hearing import heard, line


def named(script: str, said: str) -> str:
    return line(name_extras(align(from_text(script), heard(said)).words))


@pytest.mark.parametrize(
    ("said", "fates"),
    [
        ("please hold the the line", "please hold =the the line"),
        ("please hold the the the line", "please hold =the =the the line"),
        ("please hold please hold the line", "=please =hold please hold the line"),
        ("please hold the line the line", "please hold =the =line the line"),
        ("please hold the um the line", "please hold =the ~um the line"),
        ("please hold um the the line", "please hold ~um =the the line"),
        ("please just please hold hold the line", "^please ^just please =hold hold the line"),
    ],
)
def test_repeated(said: str, fates: str) -> None:
    assert named("Please hold the line.", said) == fates


@pytest.mark.parametrize(
    ("script", "said", "fates"),
    [
        ("Orders from last month.", "orders from last week from last month",
         "orders ^from ^last ^week from last month"),
        ("What is the time?", "what is the help the time", "what is ^the ^help the time"),
        ("What is the time?", "what is the help um the time", "what is ^the ^help ~um the time"),
        ("I paid two weeks ago.", "i paid two week weeks ago", "i paid two ^week weeks ago"),
        ("Please hold the line.", "please hole hold the line", "please ^hole hold the line"),
    ],
)  # fmt: skip
def test_self_corrections(script: str, said: str, fates: str) -> None:
    assert named(script, said) == fates


def test_false_starts() -> None:
    patience = "Thank you for your patience."
    assert named(patience, "thank you for your pay patience") == "thank you for your &pay patience"
    assert named(patience, "thank you for your pay um patience") == "thank you for your &pay ~um patience"


@pytest.mark.parametrize(
    ("said", "fates"),
    [
        ("please just hold the line", "please +just hold the line"),
        ("please very very hold the line", "please +very +very hold the line"),
        ("please hold the line bye", "please hold the line +bye"),
        (f"please {UNKNOWN} hold the line", "please +? hold the line"),
        (f"please {UNKNOWN} {UNKNOWN} hold the line", "please +? +? hold the line"),
        ("um please hold the line uh", "~um please hold the line ~uh"),
        ("please hold line", "please hold -the line"),
        ("please held the line", "please hold>held the line"),
    ],
)
def test_what_stays_as_it_is(said: str, fates: str) -> None:
    assert named("Please hold the line.", said) == fates


def test_words_that_the_script_itself_says_twice_are_not_repeated() -> None:
    assert named("Yes yes, go.", "yes yes go") == "yes yes go"
    assert named("Yes yes, go.", "yes yes yes go") == "yes =yes yes go"


def test_the_extra_words_are_the_first_ones_and_keep_their_times() -> None:
    words = name_extras(
        align(from_text("Orders from last month."), heard("orders from last week from last month")).words
    )
    starts = [word.interval.start for word in words if word.interval is not None]
    assert starts == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    read_from = next(w for w in words if w.reference is not None and w.reference.text == "from")
    assert read_from.interval is not None
    assert read_from.interval.start == 2.0


@pytest.mark.parametrize(
    "said", ["the um the help uh the time", "what what is um is the the time the time", "um", ""]
)
def test_no_word_is_lost_and_time_never_goes_back(said: str) -> None:
    before = align(from_text("What is the time?"), heard(said)).words
    after = name_extras(before)
    assert [w.reference for w in after if w.reference] == [w.reference for w in before if w.reference]
    assert len(after) == len(before)
    times = [word.interval.start for word in after if word.interval is not None]
    assert all(first < second for first, second in pairwise(times))


def test_naming_twice_changes_nothing_more() -> None:
    once = name_extras(align(from_text("Hold the line."), heard("hold the help um the the line")).words)
    assert name_extras(once) == once


def test_a_mispronounced_word_is_no_sign_of_a_repetition_before_it() -> None:
    words = list(align(from_text("Hold the line."), heard("hold the the line")).words)
    words[1] = replace(words[1], status="mispronounced")
    assert [word.status for word in name_extras(words)] == ["correct", "mispronounced", "inserted", "correct"]
