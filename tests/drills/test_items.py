from __future__ import annotations

import re

import pytest

from enunciate.drills import KINDS
from enunciate.drills.items import PAIRS_AT_ONCE, items, listed, of_script, sentences
from enunciate.reference import scripts


def test_there_are_items_of_every_kind_and_each_can_be_read_in_half_a_minute() -> None:
    found = items()
    assert {item.kind for item in found.values()} == set(KINDS)
    for item in found.values():
        words = len(item.reference.words())
        assert 2 <= words <= 70, item.key
        assert item.reference.id == item.key


def test_everything_of_a_drill_script_is_in_one_item_or_another() -> None:
    for script in scripts.shipped():
        texts = [item.reference.text for item in of_script(script)]
        if script.module == "read-aloud":
            assert texts == []
        elif script.sounds:
            assert "".join(texts).split() == "".join(script.text.split("\n\n")).split() or " ".join(
                " ".join(texts).split()
            ) == " ".join(script.text.split())


def test_a_part_of_a_script_knows_its_words_and_how_the_script_says_them() -> None:
    item = next(item for item in items().values() if "Peppercrate" in item.reference.text)
    reference = item.reference
    assert [reference.text[token.start : token.end] for token in reference.tokens] == [
        token.written for token in reference.tokens
    ]
    assert "peppercrate" in reference.pronunciations
    assert reference.pass_mark is None


def test_pairs_come_a_few_at_a_time_and_evenly() -> None:
    for item in items().values():
        if item.form == "pairs":
            pairs = [listed(sentence) for sentence in re.findall(r"[^.]+\.", item.reference.text)]
            assert all(len(pair) == 2 for pair in pairs)
            assert len(pairs) <= PAIRS_AT_ONCE
    sizes = [
        item.reference.text.count(".")
        for item in of_script(scripts.find("pairs-ship-sheep"))
        if item.form == "pairs"
    ]
    assert sizes == [4, 4, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good night, Ms. Castillo. Call us.", ["Good night, Ms. Castillo.", "Call us."]),
        ("It's $4.50 now. Yes?", ["It's $4.50 now.", "Yes?"]),
        ("K 7 R 2 2 M. Done.", ["K 7 R 2 2 M. Done."]),
        ("At 10:30 a.m. we open.", ["At 10:30 a.m. we open."]),
    ],
)
def test_a_sentence_ends_where_a_reader_stops(text: str, expected: list[str]) -> None:
    script = scripts.from_text(text)
    assert [text[start:end] for start, end in sentences(script, 0, len(text))] == expected


def test_numbers_are_drilled_with_numbers() -> None:
    for item in items().values():
        if item.kind == "numbers":
            assert any(scripts.special(item.reference.tokens)), item.key
