from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from enunciate.alignment import AlignedWord, Alignment
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.measures import Pronunciation
from enunciate.measures.pronunciation import measure, scorer
from enunciate.reference import Reference, ReferenceWord
from enunciate.reference.accents import accepted

SPEECH = Path(__file__).parent / "speech"
WORDS = {
    "i": ("AY",),
    "think": ("TH", "IH", "NG", "K"),
    "we": ("W", "IY"),
    "are": ("AA", "R"),
    "very": ("V", "EH", "R", "IY"),
    "busy": ("B", "IH", "Z", "IY"),
    "on": ("AA", "N"),
    "thursday": ("TH", "ER", "Z", "D", "EY"),
}
WEAK = {"are": (("ER",),)}
SCORES = ("accuracy", "fluency", "prosody", "total")


def sound(name: str) -> Audio:
    return Audio(soundfile.read(SPEECH / f"{name}.flac", dtype="float32")[0], RATE)


def alignment(words: dict[str, tuple[str, ...]] = WORDS, seconds: float = 3.4) -> Alignment:
    """The words spread evenly: only where the first begins and the last ends matters in a short reading."""
    step = (seconds - 0.6) / len(words)
    aligned = tuple(
        AlignedWord(
            "correct",
            ReferenceWord(text, i, (phones, *WEAK.get(text, ())), 1),
            interval=Interval(0.3 + i * step, 0.3 + (i + 1) * step),
        )
        for i, (text, phones) in enumerate(words.items())
    )
    return Alignment(Reference("test", "Test", " ".join(words), ()), aligned)


@pytest.fixture(scope="module")
def good() -> Pronunciation:
    return measure(sound("good"), alignment())


def test_every_word_and_phone_of_good_speech_is_good(good: Pronunciation) -> None:
    for word, (text, phones) in zip(good.words, WORDS.items(), strict=True):
        assert word is not None
        assert word.score is not None
        assert word.score >= 75
        assert tuple(phone.phone for phone in word.phones) in accepted(text, (phones, *WEAK.get(text, ())))
        assert all(phone.score is not None and phone.score >= 60 for phone in word.phones)
        for phone in word.phones:
            assert 0.25 <= phone.interval.start < phone.interval.end <= 3.3
    assert good.listeners is not None
    assert all(getattr(good.listeners, score) >= 75 for score in SCORES)
    assert good.called_out == ()


def test_a_sound_said_as_another_scores_below_its_good_version(good: Pronunciation) -> None:
    sink = measure(sound("sink"), alignment(seconds=3.6))
    assert good.words[1] is not None
    assert sink.words[1] is not None
    right, wrong = good.words[1].phones[0], sink.words[1].phones[0]
    assert right.score is not None
    assert wrong.score is not None
    assert wrong.score < right.score
    assert wrong.heard == "S"
    assert (wrong.sure or 0) > (right.sure or 0)
    # One bad sound does not sink the others.
    assert sink.words[4] is not None
    assert (sink.words[4].score or 0) >= 75


def test_the_same_recording_gives_the_same_scores_whatever_was_scored_before(good: Pronunciation) -> None:
    measure(sound("sink"), alignment(seconds=3.6))
    assert measure(sound("good"), alignment()) == good


def test_the_level_of_a_recording_does_not_matter(good: Pronunciation) -> None:
    quiet = measure(Audio(sound("good").samples * np.float32(0.1), RATE), alignment())
    for score in SCORES:
        assert getattr(quiet.listeners, score) == pytest.approx(getattr(good.listeners, score), abs=2)


def test_what_was_said_in_a_words_place_is_judged_as_an_attempt_at_it_and_silence_is_not(
    good: Pronunciation,
) -> None:
    words = list(alignment().words)
    words[2] = replace(words[2], status="substituted", heard="he")
    words[3] = replace(words[3], status="omitted", interval=None)
    words.insert(4, AlignedWord("filler", None, "uh", Interval(1.6, 1.7)))
    found = measure(sound("good"), replace(alignment(), words=tuple(words)))
    assert found.words[2] is not None
    assert found.words[3] is None
    assert found.words[4] is None
    assert found.words[0] is not None
    assert found.listeners is not None


def test_a_sound_is_called_out_only_among_words_that_were_read_as_they_stand() -> None:
    sink = list(alignment(seconds=3.6).words)
    measured = measure(sound("sink"), alignment(seconds=3.6)).words[1]
    assert measured is not None
    assert measured.phones[0].sure is not None
    models = replace(scorer(), sure_enough=measured.phones[0].sure)
    called = measure(sound("sink"), alignment(seconds=3.6), None, models).called_out
    assert "TH" in [one.phone for one in called if 1 in one.words]
    sink[2] = replace(sink[2], status="substituted", heard="he")
    beside = replace(alignment(seconds=3.6), words=tuple(sink))
    assert all(
        index > 3 for one in measure(sound("sink"), beside, None, models).called_out for index in one.words
    )


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(4 * RATE, np.float32),
        np.random.default_rng(0).standard_normal(4 * RATE).astype(np.float32) * 0.1,
        np.zeros(10, np.float32),
    ],
    ids=["silence", "noise", "nothing"],
)
def test_sound_that_the_words_do_not_fit_gives_no_scores(samples: np.ndarray) -> None:
    found = measure(Audio(samples, RATE), alignment())
    assert found.words == (None,) * len(WORDS)
    assert found.listeners is None


def test_a_script_of_other_words_gives_low_scores_or_none() -> None:
    other = {
        "measure": ("M", "EH", "ZH", "ER"),
        "four": ("F", "AO", "R"),
        "joyful": ("JH", "OY", "F", "AH", "L"),
        "sheep": ("SH", "IY", "P"),
        "showed": ("SH", "OW", "D"),
        "choosy": ("CH", "UW", "Z", "IY"),
        "cows": ("K", "AW", "Z"),
        "lunch": ("L", "AH", "N", "CH"),
    }
    listeners = measure(sound("good"), alignment(other)).listeners
    assert listeners is None or max(listeners.accuracy, listeners.total) < 50


def test_nothing_said_gives_no_scores() -> None:
    words = tuple(replace(word, status="omitted", interval=None) for word in alignment().words)
    found = measure(sound("good"), replace(alignment(), words=words))
    assert found.listeners is None


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz, not at 8000"):
        measure(Audio(np.zeros(8000, np.float32), 8000), alignment())
