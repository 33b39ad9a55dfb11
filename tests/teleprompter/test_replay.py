from __future__ import annotations

import pytest

from enunciate.teleprompter.replay import places
from tests.scripted import SECONDS_A_WORD, reading

ALIGNMENT = reading("the card ~um arrives, -about the week and the cards")


def second(words_before: int) -> float:
    return pytest.approx(max(0.0, words_before * SECONDS_A_WORD - 0.15))


def test_a_word_is_played_from_just_before_it() -> None:
    assert places(ALIGNMENT, "arrives") == (second(3),)
    assert places(ALIGNMENT, " Arrives! ") == (second(3),)


def test_a_word_that_comes_more_than_once_and_one_that_does_not() -> None:
    assert places(ALIGNMENT, "the") == (second(0), second(4), second(7))
    assert places(ALIGNMENT, "the week") == (second(4),)
    assert places(ALIGNMENT, "um") == ()
    assert places(ALIGNMENT, "") == places(ALIGNMENT, "...") == ()


def test_what_was_left_out_is_played_from_what_follows() -> None:
    assert places(ALIGNMENT, "about") == (second(4),)
    assert places(reading("the -card"), "card") == ()
