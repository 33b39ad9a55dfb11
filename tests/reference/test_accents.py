from __future__ import annotations

import pytest

from enunciate.alignment.phones import PHONES
from enunciate.reference import lexicon
from enunciate.reference.accents import _tables, accepted


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("and", "AH N"),
        ("to", "T AH"),
        ("a", "AH"),
        ("of", "AH V"),
        ("your", "Y ER"),
        ("either", "AY DH ER"),
        ("schedule", "SH EH D Y UW L"),
        ("car", "K AA"),
        ("morning", "M AO N IH NG"),
        ("customer", "K AH S T AH M AH"),
        ("orders", "AO D AH Z"),
        ("not", "N AO T"),
        ("ask", "AA S K"),
        ("passport", "P AA S P AO T"),
        ("new", "N Y UW"),
    ],
)
def test_good_english_of_other_places_counts_as_right(word: str, way: str) -> None:
    found = accepted(word, lexicon.pronunciations(word))
    assert tuple(way.split()) in found
    assert found[: len(lexicon.pronunciations(word))] == lexicon.pronunciations(word)


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("very", "V EH IY"),  # an R before a vowel stays
        ("bird", "B AH D"),
        ("good", "G Y UW D"),
        ("cat", "K AA T"),
        ("think", "S IH NG K"),
        ("first", "F AH S T"),
        ("her", "HH AH"),
    ],
)
def test_what_is_wrong_everywhere_stays_wrong(word: str, way: str) -> None:
    assert tuple(way.split()) not in accepted(word, lexicon.pronunciations(word))


def test_stress_digits_of_a_scripts_own_pronunciation_are_left_out() -> None:
    assert accepted("kumo", (("K", "UW1", "M", "OW0"),))[0] == ("K", "UW", "M", "OW")


def test_the_tables_hold_nothing_but_phones_and_known_words() -> None:
    tables = _tables()
    assert all(set(way) <= set(PHONES) for ways in tables.words.values() for way in ways)
    assert all(lexicon.known(word) for word in (*tables.words, *tables.bath))
    assert all("AE" in way for word in tables.bath for way in lexicon.pronunciations(word)[:1])
