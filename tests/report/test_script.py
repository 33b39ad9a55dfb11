from __future__ import annotations

import dataclasses

import pytest

from enunciate.report.script import Piece, pieces
from tests.report import samples


@pytest.mark.parametrize("sample", [samples.perfect, samples.mistaken, samples.hostile])
def test_texts_joined_are_the_script(sample) -> None:
    made = sample()
    assert (
        "".join(piece.text for piece in pieces(made.alignment, made.measures.pacing)) == made.reference.text
    )


def test_text_between_tokens_stays() -> None:
    script = samples.reference("- One\n\n- two …")
    kept = [token for token in script.tokens if token.written in {"One", "two"}]
    script = type(script)(script.id, script.title, script.text, tuple(kept))
    alignment, _ = samples.align(script)
    assert [piece.text for piece in pieces(alignment, None)] == ["- ", "One", "\n\n- ", "two", " …"]


PRICE = "Pay $49.99 now."


def price(**changes) -> tuple[Piece, ...]:
    made = samples.assessment(samples.reference(PRICE), **changes)
    return pieces(made.alignment, made.measures.pacing)


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        ({}, Piece("correct", "$49.99")),
        ({2: ("mispronounced", None)}, Piece("mispronounced", "$49.99")),
        (
            {1: ("substituted", "fifty"), 4: ("omitted", None)},
            Piece("substituted", "$49.99", "fifty nine dollars ninety nine cents"),
        ),
        ({1: ("substituted", None)}, Piece("substituted", "$49.99", None)),
        (dict.fromkeys(range(1, 8), ("omitted", None)), Piece("omitted", "$49.99")),
    ],
)
def test_a_token_of_several_words_is_one_piece(fates, expected: Piece) -> None:
    assert price(fates=fates)[2] == expected


def test_what_was_heard_within_a_token_comes_after_it() -> None:
    found = price(beside={3: [("filler", "um")]}, pauses={5: 0.8})
    assert [piece.kind for piece in found[2:6]] == ["correct", "filler", "pause", "gap"]
    assert found[4].seconds == pytest.approx(0.8)


def test_what_was_heard_before_the_first_word_comes_first() -> None:
    assert price(beside={0: [("filler", "uh")]})[0] == Piece("filler", said="uh")


def test_only_pauses_that_break_a_phrase_are_shown() -> None:
    made = samples.assessment(
        samples.reference("One, two three and four five"), pauses={1: 0.9, 3: 0.4, 5: 1.1}
    )
    natural, broken = (dataclasses.replace(made.measures.pacing.pauses[n], hesitation=n == 2) for n in (1, 2))
    pacing = dataclasses.replace(
        made.measures.pacing, pauses=(made.measures.pacing.pauses[0], natural, broken)
    )
    shown = [piece.seconds for piece in pieces(made.alignment, pacing) if piece.kind == "pause"]
    assert shown == pytest.approx([1.1])


def test_a_sentence_run_into_the_next() -> None:
    made = samples.assessment(samples.reference("One. Two."), missing_pauses=(0,))
    assert [piece.kind for piece in pieces(made.alignment, made.measures.pacing)] == [
        "correct",
        "run_on",
        "gap",
        "correct",
    ]
