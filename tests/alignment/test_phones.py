from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from enunciate.alignment import AlignedWord
from enunciate.alignment.phones import PhoneAligner, stretches
from enunciate.interval import Interval
from enunciate.reference import ReferenceWord

SPEECH = Path(__file__).parents[1] / "measures" / "speech"
THINK = [
    [("AY",)],
    [("TH", "IH", "NG", "K")],
    [("W", "IY")],
    [("AA", "R"), ("ER",)],
    [("V", "EH", "R", "IY")],
    [("B", "IH", "Z", "IY")],
    [("AA", "N"), ("AO", "N")],
    [("TH", "ER", "Z", "D", "EY"), ("TH", "ER", "Z", "D", "IY")],
]


def word(start: float, end: float, boundary="none") -> AlignedWord:
    return AlignedWord(
        "correct", ReferenceWord("word", 0, (("W",),), 1, boundary), interval=Interval(start, end)
    )


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return soundfile.read(SPEECH / "good.flac", dtype="int16")[0]


def test_every_word_gets_its_phones_in_order(samples: np.ndarray) -> None:
    found = PhoneAligner().align(samples, THINK)
    assert found is not None
    for phones, choices in zip(found.words, THINK, strict=True):
        assert tuple(phone.phone for phone in phones) in choices
    flat = [phone for phones in found.words for phone in phones]
    for before, after in pairwise(flat):
        assert before.start + before.frames <= after.start
    # 0.3 s of silence stand before and after the speech.
    assert 25 <= flat[0].start <= 40
    assert len(samples) / 160 - 40 <= flat[-1].start + flat[-1].frames <= len(samples) / 160 - 20


def test_the_best_fitting_pronunciation_is_chosen(samples: np.ndarray) -> None:
    wrong_first = [list(word) for word in THINK]
    wrong_first[5] = [("M", "AA", "L"), ("B", "IH", "Z", "IY")]
    found = PhoneAligner().align(samples, wrong_first)
    assert found is not None
    assert [phone.phone for phone in found.words[5]] == ["B", "IH", "Z", "IY"]


def test_what_was_aligned_before_does_not_matter(samples: np.ndarray) -> None:
    used = PhoneAligner()
    used.align(samples[: len(samples) // 2], THINK[:3])
    used.align(samples[::-1].copy(), THINK)
    again, fresh = used.align(samples, THINK), PhoneAligner().align(samples, THINK)
    assert again is not None
    assert fresh is not None
    assert again.words == fresh.words
    assert np.array_equal(again.mfcc, fresh.mfcc)


def test_words_that_cannot_be_in_so_little_sound_are_not_aligned(samples: np.ndarray) -> None:
    assert PhoneAligner().align(samples[:3200], THINK * 3) is None
    assert PhoneAligner().align(samples, []) is None
    assert PhoneAligner().align(samples[:100], THINK) is None


def test_a_stretch_ends_with_the_sentence_in_the_middle_of_the_gap() -> None:
    words = [word(i, i + 0.9, "major" if i == 3 else "none") for i in range(8)]
    found = stretches(words, [True] * 8, 9.0)
    assert [stretch.words for stretch in found] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert (found[0].interval.start, found[0].interval.end) == pytest.approx((0.0, 3.95))
    assert (found[1].interval.start, found[1].interval.end) == pytest.approx((3.95, 8.4))


def test_a_long_stretch_is_cut_at_its_widest_gap() -> None:
    words = [word(i + (i >= 9), i + 0.9 + (i >= 9)) for i in range(18)]
    assert [stretch.words for stretch in stretches(words, [True] * 18, 20.0)] == [
        tuple(range(9)),
        tuple(range(9, 18)),
    ]


def test_words_that_are_not_known_or_were_not_said_are_left_out() -> None:
    words = [word(0, 1), AlignedWord("omitted", words_reference()), word(1, 2), word(2, 3), word(3, 4)]
    found = stretches(words, [True, True, True, False, True], 5.0)
    assert [stretch.words for stretch in found] == [(0, 2), (4,)]
    assert found[0].interval.end == pytest.approx(2.0)
    assert found[1].interval.start == pytest.approx(3.0)


def words_reference() -> ReferenceWord:
    return ReferenceWord("left", 0, (("L", "EH", "F", "T"),), 1)


def test_nothing_said_gives_no_stretch() -> None:
    assert stretches([AlignedWord("omitted", words_reference())], [True], 5.0) == ()
