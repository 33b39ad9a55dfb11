from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from enunciate.alignment.following import Following, Progress
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, Hypothesis, RecognizedWord, Recognizer
from enunciate.reference.scripts import find, from_text

SCRIPT = (
    "Thank you for calling. I am sorry about the delay with your order. "
    "Our driver had an accident on the road. Please hold the line."
)
SENTENCES = (4, 13, 21, 25)
"""Words up to each sentence's end."""
WORD = 0.4
"""Seconds a word; twice the step in which words arrive."""


class Scripted:
    """A recognizer that hears what it is told: at each step of 0.2 s the next of `hypotheses`."""

    engine, model, transcribes = "scripted", "none", True

    def __init__(self, hypotheses: Sequence[str], word: float = WORD) -> None:
        self._hypotheses = [hypothesis.split() for hypothesis in hypotheses]
        self._word = word
        self._step = -1

    def knows(self, word: str) -> bool:
        return word != "larkmoor"

    def transcribe(self, audio: Audio, phrases: Sequence[str] | None = None) -> Hypothesis:
        raise AssertionError("nothing is transcribed while a reading goes on")

    def stream(self, rate: int, phrases: Sequence[str] | None = None) -> Scripted:
        return self

    def accept(self, samples: NDArray[np.float32]) -> tuple[RecognizedWord, ...]:
        self._step = min(self._step + 1, len(self._hypotheses) - 1)
        times = [Interval(n * self._word, (n + 1) * self._word) for n in range(1000)]
        return tuple(map(RecognizedWord, self._hypotheses[self._step], times))

    def finish(self) -> Hypothesis:
        raise AssertionError("nobody asks")


def growing(text: str, each: int = 2, after: int = 0) -> list[str]:
    """What is heard while `text` is said, a word every `each` steps, and in `after` steps of silence."""
    words = text.split()
    return [" ".join(words[: n // each]) for n in range(each * len(words) + 1)] + [text] * after


def follow(hypotheses: Sequence[str], script: str = SCRIPT, word: float = WORD) -> list[Progress]:
    """How the reading stands after each step; there is a tone as long as the words go on."""
    following = Following(from_text(script), Scripted(hypotheses, word))
    tone = np.sin(2 * np.pi * 200 * np.arange(RATE // 5) / RATE).astype(np.float32)
    found = []
    for before, after in zip(["", *hypotheses], hypotheses, strict=False):
        found.append(following.feed(tone if before != after or not after else 1e-4 * tone))
    return found


def spoken(script: str = SCRIPT) -> str:
    return " ".join(word.text for word in from_text(script).words())


def test_words_light_up_in_order_and_the_end_is_seen() -> None:
    steps = follow(growing(spoken(), after=10))
    places = [step.place for step in steps]
    assert places == sorted(places)
    middle = steps[2 * 10]
    assert middle.words == ("done",) * 10 + ("current",) + ("ahead",) * 14
    assert (middle.read, middle.pace_wpm, middle.started) == (10, pytest.approx(60 / WORD), 0.0)
    last = steps[-1]
    assert last.words == ("done",) * 25
    assert last.last_word == pytest.approx(25 * WORD)
    assert not any(step.ended for step in steps if not step.at_end)
    first = next(step.seconds for step in steps if step.ended)
    assert 0.5 < first - 25 * WORD < 1.4


def test_the_end_is_not_seen_while_words_are_missing_or_still_said() -> None:
    steps = follow(growing(" ".join(spoken().split()[:21]), after=100))
    assert not any(step.ended or step.at_end for step in steps)
    assert steps[-1].words[21:] == ("current", "ahead", "ahead", "ahead")
    assert steps[-1].silence == pytest.approx(steps[-1].seconds - 21 * WORD)
    assert not any(step.ended for step in follow(growing(spoken())))


def test_a_sentence_left_out_is_skipped_and_the_rest_is_followed() -> None:
    words = spoken().split()
    steps = follow(growing(" ".join(words[:4] + words[13:]), after=10))
    assert steps[-1].words == ("done",) * 4 + ("skipped",) * 9 + ("done",) * 12
    assert steps[-1].ended
    assert steps[-1].read == 16


def test_a_word_left_out_is_skipped_unless_it_is_small() -> None:
    words = spoken().split()
    small = words.index("the")
    steps = follow(growing(" ".join(words[:small] + words[small + 1 :]), after=10))
    assert steps[-1].words == ("done",) * 25
    long = words.index("driver")
    steps = follow(growing(" ".join(words[:long] + words[long + 1 :]), after=10))
    assert [n for n, state in enumerate(steps[-1].words) if state == "skipped"] == [long]


@pytest.mark.parametrize("back", [1, 4, 9, 13])
def test_who_goes_back_is_followed_back_and_nothing_goes_out(back: int) -> None:
    words = spoken().split()
    steps = follow(growing(" ".join(words[:13] + words[13 - back :]), after=10))
    lit = [{n for n, state in enumerate(step.words) if state == "done"} for step in steps]
    # A word that is read again is the current one meanwhile.
    assert all(len(before - after) <= 1 for before, after in pairwise(lit))
    assert steps[-1].words == ("done",) * 25
    if back > 1:
        assert min(step.place for step in steps[2 * 14 : 2 * (13 + back)]) < 13
    assert steps[-1].ended


def test_what_was_skipped_lights_up_when_it_is_read_after_all() -> None:
    words = spoken().split()
    steps = follow(growing(" ".join(words[:4] + words[13:21] + words[4:]), after=10))
    assert "skipped" in steps[2 * 12 + 10].words or "skipped" in steps[2 * 14].words
    assert steps[-1].words == ("done",) * 25


def test_a_guess_that_changes_puts_no_word_out() -> None:
    first = spoken().split()[:9]
    heard = [*growing(" ".join(first)), " ".join([*first[:-2], "a", "day"]), " ".join(first), " ".join(first)]
    steps = follow(heard)
    assert all(step.words[:9] == ("done",) * 9 for step in steps[18:])


def test_a_word_that_was_never_there_goes_out_when_the_result_is_settled() -> None:
    heard = [*growing("thank you for"), "thank you for calling", *["thank you for"] * 30]
    steps = follow(heard)
    assert steps[7].words[3] == "done"
    assert (steps[8].words[3], steps[8].place) == ("done", 4)
    assert (steps[-1].words[3:5], steps[-1].place) == (("current", "ahead"), 3)


@pytest.mark.parametrize("noise", [UNKNOWN, "um", "a", "the", "to", "please"])
def test_noise_does_not_move_the_place(noise: str) -> None:
    steps = follow(growing(f"thank you for calling {noise} {noise}", after=20))
    assert steps[-1].place <= 5
    again = follow(
        growing(" ".join(["thank you for calling", noise, noise, *spoken().split()[4:]]), after=10)
    )
    assert again[-1].words == ("done",) * 25


def test_another_word_in_its_place_counts_as_passed() -> None:
    heard = spoken().replace("driver", "plumber").replace("accident", "accidents")
    assert follow(growing(heard, after=10))[-1].words == ("done",) * 25


def test_silence_and_noise_alone_are_no_reading() -> None:
    for heard in ("", UNKNOWN, f"{UNKNOWN} {UNKNOWN}"):
        last = follow([heard] * 100)[-1]
        assert last.words == ("current",) + ("ahead",) * 24
        assert (last.pace_wpm, last.started, last.last_word, last.ended) == (None, None, None, False)
        assert last.silence == pytest.approx(20.0)


def test_other_readings_parts_and_contractions_count() -> None:
    script = "Larkmoor opens at 10:30, and I'm here."
    words = from_text(script).words()
    said = "lark more opens at half past ten and i am here"
    steps = follow(growing(said, after=10), script)
    assert steps[-1].words[1:] == ("done",) * (len(words) - 1)
    assert steps[-1].tokens[3] == "done"
    assert steps[-1].ended


def test_a_token_is_done_when_all_its_words_are() -> None:
    script = "It costs $49.99 today."
    steps = follow(growing("it costs forty nine"), script)
    assert steps[-1].tokens == ("done", "done", "current", "ahead")


@pytest.mark.parametrize("each", [1, 12])
def test_very_fast_and_very_slow_readings_are_followed(each: int) -> None:
    word = 0.2 * each
    steps = follow(growing(spoken(), each, after=20), word=word)
    assert steps[-1].words == ("done",) * 25
    assert steps[-1].pace_wpm == pytest.approx(60 / word)
    assert steps[-1].ended


def test_a_long_script_is_followed_to_its_end() -> None:
    script = " ".join(f"{SCRIPT.replace('order', other)}" for other in ("order", "parcel", "invoice") * 6)
    steps = follow(growing(spoken(script), each=1, after=10), script, word=0.2)
    assert steps[-1].words == ("done",) * 450
    assert steps[-1].ended


def test_real_sound_is_followed_word_by_word(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio]
) -> None:
    script = find("summary-and-thanks")
    samples = np.append(demo_audio("summary-fast").samples, np.zeros(2 * RATE, np.float32))
    following = Following(script, recognizer)
    steps = [following.feed(samples[start : start + 1_000]) for start in range(0, len(samples), 1_000)]
    places = [step.place for step in steps]
    assert places == sorted(places)
    assert following.progress.words.count("done") >= len(following.progress.words) - 1
    assert following.progress.ended
    ended = next(step for step in steps if step.ended)
    assert ended.last_word == pytest.approx(27.3, abs=0.3)
    assert ended.seconds - 27.3 < 2.0
