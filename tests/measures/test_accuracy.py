from __future__ import annotations

import jiwer
import pytest

from enunciate.measures.accuracy import count
from tests.scripted import reading


def test_counts_every_fate_apart() -> None:
    counts = count(reading("+so *your -order has>had =has ~um ^shop shipped. &tom today."))

    assert (counts.words, counts.correct, counts.mispronounced) == (5, 2, 1)
    assert (counts.substituted, counts.omitted, counts.inserted) == (1, 1, 1)
    assert (counts.repeated, counts.self_corrections, counts.fillers, counts.false_starts) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "thank you for calling northwind",
        "thank -you for calling>coming northwind",
        "+well thank you for +the calling northwind>norwin",
        "-thank -you -for -calling -northwind",
        "thank>+ you for>+ +the calling -northwind",
    ],
)
def test_word_error_rate_is_that_of_jiwer(line: str) -> None:
    alignment = reading(line.replace(">+", ">and"))
    script = " ".join(word.reference.text for word in alignment.words if word.reference)
    said = " ".join(
        word.heard or (word.reference.text if word.reference else "")
        for word in alignment.words
        if word.status != "omitted"
    )

    assert count(alignment).wer == pytest.approx(jiwer.wer(script, said))


def test_hesitating_and_repeating_are_no_word_errors() -> None:
    assert count(reading("~um thank =thank you ^fur for &ca calling.")).wer == 0


def test_completeness_is_the_share_of_words_said() -> None:
    assert count(reading("thank -you for calling>coming.")).completeness == pytest.approx(0.75)
