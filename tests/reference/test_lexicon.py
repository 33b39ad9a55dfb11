from collections.abc import Callable

import pytest

from enunciate.reference import letters, lexicon
from enunciate.reference.lexicon import homophones, near, pronunciations, same_spoken, syllables


def sounds(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def test_the_dictionary_gives_every_pronunciation() -> None:
    assert pronunciations("the") == (("DH", "AH"), ("DH", "IY"))
    assert pronunciations("") == ()


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("helpdesk", "HH EH L P D EH S K"),
        ("helpdesks", "HH EH L P D EH S K S"),
        ("helpdesk's", "HH EH L P D EH S K S"),
        ("northwind", "N AO R TH W IH N D"),
        ("relogging", "R IY L AO G IH NG"),
        ("voicemailed", "V OY S M EY L D"),
        ("misrouted", "M IH S R UW T IH D"),
        ("flexibleness", "F L EH K S AH B AH L N AH S"),
    ],
)
def test_unknown_words_are_taken_apart(word: str, phones: str) -> None:
    assert not lexicon.known(word)
    assert sounds(phones) in pronunciations(word)
    assert lexicon.in_dictionary(word)


def test_invented_words_are_sounded_out() -> None:
    assert not lexicon.in_dictionary("lumivox")
    assert letters.pronounce("brint") == (sounds("B R IH N T"),)
    assert len(letters.pronounce("lumivox", 3)) == 3
    assert letters.pronounce("1-2") == ()


@pytest.mark.parametrize(("word", "count"), [("strengths", 1), ("pronunciation", 5), ("the", 1), ("w", 3)])
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_homophones() -> None:
    assert "there" in homophones("their")
    assert "too" in homophones("two")
    assert "two" not in homophones("two")
    assert "ship" not in homophones("sheep")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("colour", "color", True),
        ("organise", "organize", True),
        ("grey", "gray", True),
        ("okay", "ok", True),
        ("cheque", "check", True),
        ("programme", "program", True),
        ("cancelled", "canceled", True),
        ("their", "there", True),
        ("missus", "mrs", True),
        ("fifteen", "fifty", False),
        ("hour", "or", False),
        ("filling", "filing", False),
        ("an", "and", False),
        ("ship", "sheep", False),
        ("walk", "walked", False),
        ("lumivox", "lumivocs", False),
    ],
)
def test_same_spoken(first: str, second: str, same: bool) -> None:
    assert same_spoken(first, second) is same
    assert same_spoken(second, first) is same


def vocabulary(*without: str) -> Callable[[str], bool]:
    return lambda word: lexicon.known(word) and word not in without


def test_near_splits_a_name_into_words() -> None:
    assert near("northwind", vocabulary(), 3)[0] == ("north", "wind")


def test_near_never_offers_the_word_or_unknown_words() -> None:
    found = near("juliet", vocabulary("juliet", "juliette"), 10)
    assert found
    assert all(lexicon.known(word) and word not in ("juliet", "juliette") for way in found for word in way)


def test_near_prefers_the_same_sound() -> None:
    assert near("missus", vocabulary("missus"), 1)[0] in (("mrs",), ("misses",))


def test_near_takes_own_pronunciations() -> None:
    found = near("xq", vocabulary(), 10, [("L", "UW1", "K")])
    assert ("luke",) in found


def test_near_in_a_vocabulary_that_fits_nothing() -> None:
    assert near("northwind", lambda word: False, 5) == ()
