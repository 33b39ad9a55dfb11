"""Faint and narrow sound is made fit for the model, in the same way whatever follows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio
from enunciate.audio.level import levels
from enunciate.recognition import UNKNOWN, Recognizer
from enunciate.recognition.conditioning import conditioned
from tests.recognition.test_vosk import likeness, script_words

Samples = NDArray[np.float32]


def rounded(samples: Samples) -> Samples:
    """As a file of 16 bits holds it."""
    return (np.round(samples * 32768) / 32768).astype(np.float32)


def quiet(samples: Samples) -> Samples:
    return rounded(samples * np.float32(0.1))


def narrow(samples: Samples) -> Samples:
    return soxr.resample(rounded(soxr.resample(samples, RATE, 8000)), 8000, RATE).astype(np.float32)


@pytest.fixture(scope="session")
def reading(demo_audio: Callable[[str], Audio]) -> Audio:
    return Audio(demo_audio("greeting-perfect").samples[: 12 * RATE], RATE)


def test_ordinary_sound_stays_as_it_is(reading: Audio) -> None:
    assert conditioned(reading) is reading


@pytest.mark.parametrize("spoil", [quiet, narrow])
def test_words_are_heard_as_in_ordinary_sound(
    recognizer: Recognizer, reading: Audio, spoil: Callable[[Samples], Samples]
) -> None:
    script = script_words("general-greeting")
    spoilt = Audio(spoil(reading.samples), RATE)
    heard, plain = (
        recognizer.transcribe(audio, [" ".join(script), UNKNOWN])
        for audio in (Audio(spoil(reading.samples), RATE), reading)
    )
    assert likeness(heard, [word.text for word in plain.words]) > 0.9


def test_a_faint_voice_is_raised(reading: Audio) -> None:
    faint = Audio(quiet(reading.samples), RATE)
    assert levels(faint).speech < -30
    assert levels(conditioned(faint) or faint).speech == pytest.approx(-20.0, abs=2.0)


def test_an_empty_band_gets_noise_and_the_rest_nothing(reading: Audio) -> None:
    telephone = Audio(narrow(reading.samples), RATE)
    fit = conditioned(telephone)
    assert fit is not None
    added = np.abs(np.fft.rfft(fit.samples - telephone.samples))
    frequencies = np.fft.rfftfreq(len(fit.samples), 1 / RATE)
    assert np.square(added[frequencies > 3900]).sum() > 1e4 * np.square(added[frequencies < 3900]).sum()


@pytest.mark.parametrize("spoil", [quiet, narrow])
def test_what_follows_changes_nothing(reading: Audio, spoil: Callable[[Samples], Samples]) -> None:
    samples = spoil(reading.samples)
    whole = conditioned(Audio(samples, RATE))
    assert whole is not None
    decided = 0
    for half_seconds in range(1, 24):
        length = half_seconds * RATE // 2
        part = conditioned(Audio(samples[:length], RATE), ended=False)
        if part is not None:
            decided += 1
            np.testing.assert_array_equal(part.samples, whole.samples[:length])
        else:
            assert not decided
    assert decided >= 15


def test_nothing_is_decided_before_there_is_a_voice() -> None:
    hiss = np.random.default_rng(0).normal(0, 1e-3, 5 * RATE).astype(np.float32)
    assert conditioned(Audio(hiss, RATE), ended=False) is None
    assert conditioned(Audio(hiss, RATE)) is not None


def test_a_voice_that_grows_loud_is_not_cut_off(reading: Audio) -> None:
    samples = np.concatenate([quiet(reading.samples[: 6 * RATE]), reading.samples[6 * RATE :]])
    fit = conditioned(Audio(samples, RATE))
    assert fit is not None
    assert np.mean(np.abs(fit.samples) >= 1.0) < 1e-3


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(RATE, np.float32)])
def test_silence_stays_silence(samples: Samples) -> None:
    assert not (conditioned(Audio(samples, RATE)) or Audio(samples, RATE)).samples.any()
