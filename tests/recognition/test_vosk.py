from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio
from enunciate.errors import RecognitionError
from enunciate.recognition import UNKNOWN, Hypothesis, RecognizedWord, Recognizer
from enunciate.recognition.vosk import _stretches
from enunciate.reference.scripts import find

LONG = {
    "greeting-perfect": "general-greeting",
    "late-delivery-perfect": "late-delivery",
    "summary-fast": "summary-and-thanks",
}
"""Recordings that are 99 s together, and their scripts."""
GREETING = " ".join(word.text for word in find("general-greeting").words()[:14])


def script_words(name: str) -> list[str]:
    return [word.text for word in find(name).words()]


def likeness(heard: Hypothesis, words: list[str]) -> float:
    return SequenceMatcher(None, [word.text for word in heard.words], words, autojunk=False).ratio()


def never_goes_back(words: tuple[RecognizedWord, ...]) -> bool:
    times = [word.interval for word in words]
    return all(before.end <= after.start + 1e-6 for before, after in pairwise(times))


@pytest.fixture(scope="module")
def long_audio(demo_audio: Callable[[str], Audio]) -> Audio:
    return Audio(np.concatenate([demo_audio(name).samples for name in LONG]), RATE)


@pytest.fixture(scope="module")
def long_words() -> list[str]:
    return [word for script in LONG.values() for word in script_words(script)]


@pytest.fixture(scope="module")
def opening(demo_audio: Callable[[str], Audio]) -> Audio:
    """The first six seconds of the greeting."""
    return Audio(demo_audio("greeting-perfect").samples[: 6 * RATE], RATE)


def test_a_long_recording_is_heard_to_its_end(
    recognizer: Recognizer, long_audio: Audio, long_words: list[str]
) -> None:
    heard = recognizer.transcribe(long_audio, [" ".join(long_words), UNKNOWN])
    assert (heard.engine, heard.model) == ("vosk", "enunciate-en")
    assert likeness(heard, long_words) > 0.97
    assert never_goes_back(heard.words)
    assert heard.words[0].interval.start < 1.0
    assert long_audio.seconds - 1.5 < heard.words[-1].interval.end <= long_audio.seconds
    assert heard.text.split()[-2:] == ["take", "care"]


def test_words_stand_where_they_are_said(
    recognizer: Recognizer, long_audio: Audio, demo_audio: Callable[[str], Audio], long_words: list[str]
) -> None:
    # The last recording alone, and as the end of the long one: the same times, but for where it begins.
    offset = long_audio.seconds - demo_audio("summary-fast").seconds
    phrases = [" ".join(long_words), UNKNOWN]
    alone = recognizer.transcribe(demo_audio("summary-fast"), phrases).words
    together = recognizer.transcribe(long_audio, phrases).words
    found = [
        any(
            other.text == one.text and abs(other.interval.start - offset - one.interval.start) < 0.1
            for other in together
        )
        for one in alone
    ]
    assert sum(found) > 0.95 * len(alone) > 70


def test_confidence_is_between_0_and_1(recognizer: Recognizer, opening: Audio) -> None:
    words = recognizer.transcribe(opening, [GREETING, UNKNOWN]).words
    assert len(words) > 10
    assert all(word.confidence is not None and 0.0 < word.confidence <= 1.0 for word in words)


def test_the_same_sound_is_heard_the_same_whatever_was_heard_before(
    recognizer: Recognizer, opening: Audio, demo_audio: Callable[[str], Audio]
) -> None:
    first = recognizer.transcribe(opening, [GREETING, UNKNOWN])
    recognizer.transcribe(Audio(demo_audio("summary-fast").samples[: 3 * RATE], RATE), ["in short", UNKNOWN])
    assert recognizer.transcribe(opening, [GREETING, UNKNOWN]) == first


def test_a_stream_hears_more_and_more_and_in_the_end_the_same(
    recognizer: Recognizer, long_audio: Audio, long_words: list[str]
) -> None:
    # 50 s: two utterances at least, with the border between them where the reader pauses.
    audio = Audio(long_audio.samples[: 50 * RATE], RATE)
    phrases = [" ".join(long_words), UNKNOWN]
    stream = recognizer.stream(RATE, phrases)
    counts = [
        len(stream.accept(audio.samples[start : start + RATE]))
        for start in range(0, len(audio.samples), RATE)
    ]
    heard = stream.finish()
    assert all(later >= earlier - 2 for earlier, later in pairwise(counts))
    assert [counts[second] > 1.5 * second for second in (10, 30, 49)] == [True] * 3
    assert never_goes_back(heard.words)
    whole = recognizer.transcribe(audio, phrases)
    assert likeness(heard, [word.text for word in whole.words]) > 0.97
    assert heard.words[-1].interval.end > audio.seconds - 1.5


def test_a_rate_that_the_model_cannot_take_is_refused(recognizer: Recognizer, opening: Audio) -> None:
    stream = recognizer.stream(RATE // 2, [GREETING, UNKNOWN])
    with pytest.raises(RecognitionError, match="enunciate-en cannot take in this sound at 8000 Hz"):
        stream.accept(opening.samples[::2])


def test_a_stream_without_sound_holds_no_words(recognizer: Recognizer) -> None:
    stream = recognizer.stream(RATE, [GREETING, UNKNOWN])
    assert stream.accept(np.zeros(0, dtype=np.float32)) == ()
    assert stream.finish() == Hypothesis((), "vosk", "enunciate-en")


@pytest.mark.parametrize("phrases", [None, [GREETING, UNKNOWN]], ids=["free", "script"])
@pytest.mark.parametrize("seconds", [0, 0.01, 2])
def test_silence_holds_no_words(recognizer: Recognizer, phrases: list[str] | None, seconds: float) -> None:
    silence = Audio(np.zeros(round(seconds * RATE), dtype=np.float32), RATE)
    assert recognizer.transcribe(silence, phrases).words == ()


def test_what_the_vocabulary_holds(recognizer: Recognizer) -> None:
    assert recognizer.knows("calling")
    assert not recognizer.knows("larkmead")
    assert not recognizer.knows("Calling")


def test_words_that_the_model_lacks_are_left_out_of_what_is_listened_for(
    recognizer: Recognizer, opening: Audio, capfd: pytest.CaptureFixture[str]
) -> None:
    with_unknown = [f"larkmead {GREETING} zzyzzx", "zzyzzx", UNKNOWN]
    heard = recognizer.transcribe(opening, with_unknown)
    assert heard == recognizer.transcribe(opening, [GREETING, UNKNOWN])
    assert "zzyzzx" not in capfd.readouterr().err


@pytest.mark.parametrize("phrases", [["larkmead zzyzzx"], ["larkmead", "zzyzzx"], [""], []])
def test_nothing_to_listen_for_is_refused(recognizer: Recognizer, opening: Audio, phrases: list[str]) -> None:
    with pytest.raises(RecognitionError, match="enunciate-en knows none of the script's words"):
        recognizer.transcribe(opening, phrases)


def ends(samples: NDArray[np.float32]) -> list[int]:
    """Where the stretches of a recording end, each with its sound as it is in the recording."""
    found = []
    for stretch in _stretches(Audio(samples, RATE)):
        end = stretch.start + len(stretch.sound.samples)
        assert np.array_equal(samples[stretch.start : end], stretch.sound.samples)
        assert stretch.start + stretch.lead == (found[-1] if found else 0)
        found.append(end)
    return found


def test_short_sound_is_one_stretch() -> None:
    assert ends(np.ones(40 * RATE, dtype=np.float32)) == [40 * RATE]


def test_long_sound_is_cut_in_its_silences() -> None:
    signal = np.random.default_rng(1).normal(0.0, 0.1, 100 * RATE).astype(np.float32)
    for start in (25, 52, 80):
        signal[start * RATE : start * RATE + RATE // 2] *= 0.01
    cuts = [end / RATE for end in ends(signal)]
    assert cuts[-1] == 100.0
    assert [int(cut) for cut in cuts[:-1]] == [25, 52, 80]
    assert all(0.1 <= cut % 1 <= 0.4 for cut in cuts[:-1])


def test_sound_without_a_silence_is_still_cut_within_bounds() -> None:
    # A steady tone: each candidate is as quiet as the next, and none may look quieter for being at an edge.
    tone = np.sin(2 * np.pi * 200 * np.arange(130 * RATE) / RATE).astype(np.float32)
    tone[35 * RATE : 35 * RATE + RATE // 2] *= 0.8
    found = ends(tone)
    lengths = np.diff([0, *found]) / RATE
    assert all(20 <= length <= 40 for length in lengths[:-1])
    assert lengths[-1] <= 40
    assert 35.0 < found[0] / RATE < 35.5
