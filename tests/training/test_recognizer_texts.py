import re
from collections import Counter
from random import Random

import pytest

from enunciate.reference.spoken import tokenize
from models.training.recognizer import texts
from models.training.recognizer.split import is_held_back_prompt


@pytest.fixture(scope="module")
def maker() -> texts.Maker:
    return texts.Maker(texts.banks())


def spoken(written: str) -> tuple[str, str]:
    return texts.as_spoken(tokenize(written), Random(0))


def test_every_template_can_be_filled_in(maker):
    for _, template in texts.templates():
        filled = maker.sentence(template, template)
        assert re.fullmatch(r"[^{}()|~]+[.?!]\"?", filled), (template, filled)


def test_every_line_that_was_written_can_be_drawn_from():
    drawn = list(texts.written())
    assert len({kind for kind, _ in drawn}) > 5
    assert [text for _, text in drawn if not re.fullmatch(r"[A-Z][A-Za-z' ,.?!-]+", text)] == []


def test_the_same_seed_gives_the_same_sentence(maker):
    template = "Your reference is {code}, {first} {last}, due {date} at {time}: {money}."
    assert maker.sentence(template, "1") == maker.sentence(template, "1")
    assert len({maker.sentence(template, str(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("a(n) hour", "An hour"),
        ("a(n) uniform", "A uniform"),
        ("a(n) M and a(n) B", "An M and a B"),
        ("a(n) 8 and a(n) 11 and a(n) 7", "An 8 and an 11 and a 7"),
    ],
)
def test_the_article_fits_the_sound(maker, template, filled):
    assert maker.sentence(template, "1") == filled


def test_the_name_that_is_spelled_is_the_one_that_was_said(maker):
    for seed in range(30):
        name, letters = maker.sentence("{last}: {spelledlast}", str(seed)).split(": ")
        assert re.sub(r"[^A-Z]", "", letters) == re.sub(r"[^A-Z]", "", name.upper())


@pytest.mark.parametrize(
    ("written", "said", "words"),
    [
        ("A colleague saw a cat.", "A colleague saw a cat.", "a colleague saw a cat"),
        ("A as in Alpha.", "A_ as in Alpha.", "a as in alpha"),
        ("H-A-L-L, please.", "H A_ L L, please.", "h a l l please"),
        ("R A J.", "R A_ J.", "r a j"),
        ("Mr. Reed, that was Oak Street.", "mister Reed, that was Oak Street.", None),
    ],
)
def test_the_letter_a_is_told_from_the_article(written, said, words):
    heard, plain = spoken(written)
    assert heard.lower() == said.lower()
    assert heard.count(texts.LETTER_A) == said.count(texts.LETTER_A)
    assert words is None or plain == words


def test_numbers_are_said_in_words():
    heard, words = spoken("It costs $40 on the 3rd.")
    assert not re.search(r"\d", heard + words)
    assert words.startswith("it costs")


def test_held_back_scripts_are_left_out():
    kinds = Counter(kind for kind, _, _ in texts.of_prompts(held_back=False))
    names = {kind.removeprefix("prompt:") for kind in kinds}
    assert len(names) > 100
    assert not any(is_held_back_prompt(name) for name in names)
    assert {kind for kind, _, _ in texts.of_prompts(held_back=True)}.isdisjoint(kinds)
