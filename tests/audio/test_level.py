import numpy as np
import pytest

from enunciate.audio import RATE, Audio
from enunciate.audio.level import QUIETEST, Meter, levels, speech_problem


def tone(seconds, amplitude=0.5, hz=200.0):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def audio(*parts) -> Audio:
    return Audio(np.concatenate(parts).astype(np.float32), RATE)


def bursts(seconds: float):
    """Something as loud and soft as speech: 0.2 s of tone, 0.1 s of nothing, and so on."""
    return tone(seconds) * ((np.arange(round(seconds * RATE)) / RATE) % 0.3 < 0.2)


def noise(seconds, colour="white"):
    white = np.random.default_rng(0).normal(0, 0.1, round(seconds * RATE))
    if colour == "white":
        return white
    spectrum = np.fft.rfft(white)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))))


def test_levels_of_a_tone_and_of_silence():
    found = levels(audio(tone(1.0, 1.0), np.zeros(RATE)))
    np.testing.assert_allclose(found.db[:100], -3.01, atol=0.01)
    np.testing.assert_array_equal(found.db[100:], QUIETEST)
    assert (found.floor, found.rise) == pytest.approx((QUIETEST, -QUIETEST - 3.01), abs=0.01)
    assert found.threshold == pytest.approx(-33.01, abs=0.01)


def test_the_threshold_stays_above_the_background():
    found = levels(audio(tone(1.0, 0.1), tone(1.0, 0.01)))
    assert found.threshold == pytest.approx(-23.01 - 20 + 8, abs=0.01)
    faint = levels(audio(tone(1.0, 0.1), tone(1.0, 0.05)))
    assert faint.threshold == pytest.approx(-23.01 - 3.01, abs=0.01)


def test_no_frames():
    assert levels(audio(np.zeros(3))).db.shape == (0,)


@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (np.zeros(0), "lasts only 0.00 seconds"),
        (tone(0.2), "lasts only 0.20 seconds"),
        (np.zeros(RATE), "completely silent"),
        (bursts(2.0) * 1e-4, "too quiet for speech"),
        (noise(2.0), "only steady noise"),
        (noise(2.0, "pink"), "only steady noise"),
        (tone(2.0, hz=50.0), "only steady noise"),
    ],
    ids=["nothing", "short", "silent", "quiet", "white noise", "pink noise", "hum"],
)
def test_nothing_to_assess(samples, sentence):
    assert sentence in speech_problem(audio(samples))


@pytest.mark.parametrize("gain", [1.0, 0.003])
def test_speech_loud_or_faint_is_no_problem(gain):
    assert speech_problem(audio(bursts(2.0) * gain)) is None


def test_speech_in_noise_of_the_same_power_is_no_problem():
    loud = bursts(2.0)
    assert speech_problem(audio(loud + noise(2.0) / 0.1 * np.sqrt(np.mean(loud**2)))) is None


def test_a_short_steady_vowel_is_no_problem():
    assert speech_problem(audio(tone(0.5))) is None


def told(*stretches) -> Meter:
    """A meter after stretches of (seconds, dB, peak, clipped samples), in blocks of 20 ms."""
    meter = Meter()
    for seconds, db, peak, clipped in stretches:
        for block in range(round(seconds / 0.02)):
            meter.add(0.02, db, peak, clipped if block == 0 else 0)
    return meter


NORMAL, PAUSE, FAINT = (2.0, -25.0, 0.3, 0), (2.0, -70.0, 0.001, 0), (2.0, -45.0, 0.02, 0)


@pytest.mark.parametrize(
    ("stretches", "hint"),
    [
        ([], None),
        ([NORMAL], None),
        ([NORMAL, PAUSE], None),  # a breath is no silence
        ([NORMAL, PAUSE, PAUSE], "no voice"),
        ([PAUSE], None),  # too early to tell
        ([PAUSE, FAINT], "too quiet"),
        ([FAINT, FAINT, NORMAL], None),
        ([NORMAL, (0.1, -8.0, 0.95, 0)], "too loud"),
        ([(0.1, -8.0, 0.95, 0), NORMAL, NORMAL], None),  # long ago
        ([NORMAL, (0.1, -3.0, 1.0, 5)], "clipping"),
        ([NORMAL, (0.1, -20.0, 0.8, 1)], None),  # a click
        ([(0.1, -3.0, 1.0, 5), NORMAL, NORMAL], None),
    ],
)
def test_what_a_speaker_is_told(stretches, hint):
    assert told(*stretches).hint == hint


def test_the_meter_shows_the_last_tenth_of_a_second():
    assert told(NORMAL, (0.1, -40.0, 0.02, 0)).db == pytest.approx(-40.0)
    assert Meter().db == QUIETEST
