from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from enunciate.assessment import Assessment, as_recording, assess_reading
from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.errors import ModelError
from enunciate.live import Ahead, LiveAssessment
from enunciate.recognition import Recognizer
from enunciate.reference.scripts import find, from_text
from tests.conftest import DEMO, RECORDINGS

MODEL = "enunciate-en"


def grow(ahead: Ahead, samples: np.ndarray, step: float = 0.7) -> None:
    """Let it hear sound as it would arrive, and do all that it finds to do."""
    for end in range(round(step * RATE), len(samples), round(step * RATE)):
        while ahead.hear(Audio(samples[:end], RATE)):
            pass


def test_what_was_worked_out_ahead_is_what_the_file_has(
    demo_assessment: Callable[[str], Assessment],
) -> None:
    # Longer than 40 s: it is decoded in two stretches, the first of which is known only after a while.
    name = "wrong-date-mistakes"
    recording = read(str(DEMO / f"{name}.flac"))
    ahead = Ahead(find(RECORDINGS[name]["script"]), MODEL)
    grow(ahead, recording.audio.samples)
    before = len(ahead.memory)
    found = ahead.finish(recording)
    assert found.as_dict(contour=True) == demo_assessment(name).as_dict(contour=True)
    # Nearly all was known by then.
    assert len(ahead.memory) - before < 0.3 * before


def test_a_reading_in_another_process_is_assessed_as_from_the_file(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio]
) -> None:
    samples = demo_audio("greeting-perfect").samples[: 7 * RATE]
    script = from_text("Thank you for calling Larkmoor Home Services. My name is Maya.")
    with LiveAssessment(script, MODEL) as live:
        for start in range(0, len(samples), 3_000):
            live.feed(samples[start : start + 3_000])
        process = live._process
        found = live.finish()
    whole = assess_reading(as_recording(Audio(samples, RATE)), script, recognizer)
    assert found.as_dict(contour=True) == whole.as_dict(contour=True)
    assert process is not None
    assert process.returncode is not None


def test_where_the_process_dies_the_reading_is_assessed_all_the_same() -> None:
    with LiveAssessment(from_text("Please hold the line."), MODEL) as live:
        live.feed(np.zeros(RATE, np.float32))
        process = live._process
        assert process is not None
        process.kill()
        process.wait()
        live.feed(np.zeros(RATE, np.float32))
        assert live.finish().problem == (
            "The recording is completely silent: check that the microphone is on and not muted."
        )


def test_silence_only_and_nothing_at_all_are_told() -> None:
    with LiveAssessment(from_text("Please hold the line."), MODEL) as live:
        problem = live.finish().problem
    assert problem is not None
    assert "too short for a word" in problem
    ahead = Ahead(from_text("Please hold the line."), MODEL)
    hush = np.random.default_rng(1).normal(0, 1e-5, 3 * RATE).astype(np.float32)
    grow(ahead, hush)
    assert ahead.finish(as_recording(Audio(hush, RATE))).measures is None


def test_a_model_that_is_not_there_is_refused_in_one_sentence() -> None:
    with (
        LiveAssessment(from_text("Please hold the line."), "no-such-model") as live,
        pytest.raises(ModelError, match="no model named 'no-such-model'"),
    ):
        live.finish()


def test_closing_ends_the_process_at_once() -> None:
    live = LiveAssessment(from_text("Please hold the line."), MODEL)
    process = live._process
    assert process is not None
    began = time.monotonic()
    live.close()
    live.close()
    assert process.returncode is not None
    assert time.monotonic() - began < 5
