from __future__ import annotations

import sys

import pytest

from enunciate.measures import GrammarSlip
from enunciate.measures.grammar import measure
from tests.scripted import reading


def only_slip(line: str, pronunciations: dict[str, str] | None = None) -> GrammarSlip:
    slips = measure(reading(line, pronunciations))
    assert slips is not None
    assert len(slips) == 1, slips
    return slips[0]


@pytest.mark.parametrize(
    ("line", "type_", "told"),
    [
        ("Your two charges>charge appear on the bill.", "R:NOUN:NUM", "plural ending -s was dropped"),
        ("I am sorry for the delay>delays today.", "R:NOUN:NUM", "plural ending -s was added"),
        ("We spoke to three men>man about it.", "R:NOUN:NUM", "plural, for more than one"),
        ("She sends>send it every day.", "R:VERB:SVA", "verb ending -s was dropped"),
        ("We send>sends it every day.", "R:VERB:SVA", "verb ending -s was added"),
        ("There are>is two orders on the account.", "R:VERB:SVA", "has to match"),
        ("The orders were>was late.", "R:VERB:SVA", "has to match"),
        ("Yesterday we shipped>ship your order.", "R:VERB:TENSE", "past ending -ed was dropped"),
        ("Yesterday she went>goes home.", "R:VERB:TENSE", "the past form"),
        ("I will>would send it now.", "R:VERB:TENSE", "another helping verb"),
        ("The package was damaged>damage when it arrived.", "R:VERB:FORM", "ending -ed was dropped"),
        ("I was told>tell that it works.", "R:VERB:FORM", "follows “have” or “be”"),
        ("Thank you for calling>call us.", "R:VERB:FORM", "ending -ing was dropped"),
        ("We are pleased>please to help.", "R:MORPH", "ending -ed was dropped"),
        ("It was quickly>quick done.", "R:MORPH", "ending -ly was dropped"),
        ("That is cheaper>cheap than before.", "R:ADJ:FORM", "comparison"),
        ("The customer's>customer name is Ann.", "M:NOUN:POSS", "possessive ending ’s was dropped"),
        ("I'll>i send it now.", "M:CONTR", "’ll (will) was dropped"),
        ("You can't>can see it.", "M:CONTR", "n’t (not) was dropped"),
        ("Please check your>the invoice.", "R:DET", "the possessive"),
        ("Please check a>the invoice.", "R:DET", "another article"),
        ("These>This orders are late.", "R:DET", "another pointing word"),
        ("She>He called you.", "R:PRON", "another pronoun"),
        ("I will look at>on it.", "R:PREP", "another preposition"),
    ],
)
def test_a_swap_that_changes_grammar_is_typed_and_explained(line: str, type_: str, told: str) -> None:
    slip = only_slip(line)

    assert slip.type == type_
    assert told in slip.message


@pytest.mark.parametrize(
    ("line", "type_", "message"),
    [
        ("Please check -the invoice.", "M:DET", "You left out the article “the” before “invoice”."),
        ("I will look -at it.", "M:PREP", "You left out the preposition “at” before “it”."),
        ("It -is ready.", "M:VERB", "You left out the helping verb “is” before “ready”."),
        ("You -have changed it.", "M:VERB:TENSE", "You left out the helping verb “have” before “changed”."),
        ("I want -to help you.", "M:VERB:FORM", "You left out the word “to” before “help”."),
        ("He asked -me to call.", "M:PRON", "You left out the pronoun “me” before “to”."),
        ("-A new card is here.", "M:DET", "You left out the article “A” before “new”."),
        (
            "I am +a happy to help.",
            "U:DET",
            "You added the article “a” before “happy”; the script does not have it.",
        ),
        (
            "I can +to help you.",
            "U:VERB:FORM",
            "You added the word “to” before “help”; the script does not have it.",
        ),
    ],
)
def test_a_small_word_left_out_or_added(line: str, type_: str, message: str) -> None:
    slip = only_slip(line)

    assert (slip.type, slip.message) == (type_, message)


@pytest.mark.parametrize(
    ("word", "phones", "sound"),
    [
        ("damaged", "D AE1 M AH0 JH D", "/d/"),
        ("shipped", "SH IH1 P T", "/t/"),
        ("waited", "W EY1 T AH0 D", "/ɪd/"),
        ("studied", "S T AH1 D IY0 D", "/d/"),
    ],
)
def test_the_dropped_ending_is_told_by_its_sound(word: str, phones: str, sound: str) -> None:
    base = {"damaged": "damage", "shipped": "ship", "waited": "wait", "studied": "study"}[word]

    slip = only_slip(f"Yesterday they {word}>{base} again.", {word: phones})

    assert f"-ed (here the sound {sound}) was dropped" in slip.message


@pytest.mark.parametrize(
    "line",
    [
        "Your account>amount is closed.",  # another word
        "Your bill>bell is here.",
        "The fifteen>fifty orders are late.",
        "The early>ear bird waits.",  # no -ly
        "Please feed>fee the cat.",  # no -ed
        "Please check>.",  # nobody knows what was said
        "She sends>[unk] it every day.",
        "Please check your -invoice today.",  # a content word is an omission, not a slip
        "I see -that you called.",  # good grammar either way
        "Make sure that>the cable works.",
        "Press five>fives to go on.",
        "Sure, +I I can help.",
        "I'm>i_am happy to help.",
        "I will>i'll happy to help.",
        "Please check -the -open -invoice today.",  # a skipped stretch
        "-The -order is ready.",
        "Please check +my> the> invoice.",
        "~um the =the order ^were is &re ready.",
        "Your order *is ready +okay.",
    ],
)
def test_what_is_not_grammar_is_not_claimed(line: str) -> None:
    assert measure(reading(line)) == ()


def test_two_small_words_in_a_row_may_be_left_out() -> None:
    slips = measure(reading("She went -to -the bank."))

    assert slips is not None
    assert [slip.type for slip in slips] == ["M:PREP", "M:DET"]


def test_an_ending_that_melts_into_the_next_word_is_not_claimed() -> None:
    phones = {"booked": "B UH1 K T", "two": "T UW1", "one": "W AH1 N"}

    assert measure(reading("Yesterday we booked>book two rooms.", phones)) == ()
    assert measure(reading("Yesterday we booked>book one room.", phones)) != ()


def test_slips_name_their_word_and_where_to_listen() -> None:
    first, second = measure(reading("Please check -the invoice. ~um It contains>contain charges.")) or ()

    assert (first.script, first.heard, first.word, first.start) == ("the", "", 2, pytest.approx(0.44))
    assert (second.script, second.heard, second.word) == ("contains", "contain", 6)
    assert second.start == pytest.approx(2.2)


def test_the_same_reading_gives_the_same_slips() -> None:
    line = "He asked -me about>on two charges>charge on the customer's>customer bill."

    assert measure(reading(line)) == measure(reading(line))


def test_not_measured_without_errant(monkeypatch: pytest.MonkeyPatch) -> None:
    from enunciate.measures import grammar

    grammar.load.cache_clear()
    monkeypatch.setitem(sys.modules, "errant", None)

    assert measure(reading("She sends>send it.")) is None
    assert measure(reading("She sends it.")) == ()
