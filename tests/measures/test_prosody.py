import subprocess
import sys

import numpy as np
import pytest

from enunciate.alignment import AlignedWord, Alignment
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.measures.prosody import measure
from enunciate.reference import Reference, ReferenceWord


def word(start=None, end=None, boundary="none", question=False):
    interval = None if start is None else Interval(start, end)
    reference = ReferenceWord("word", 0, (), 1, boundary, question)
    return AlignedWord("correct" if interval else "omitted", reference, None, interval)


def voice(f0, amplitude=0.3):
    """A buzz whose F0 follows `f0` (Hz, one a sample)."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, 13))
    return amplitude * wave / np.abs(wave).max()


def steady(seconds, hz=120.0, amplitude=0.3):
    return voice(np.full(round(seconds * RATE), hz), amplitude)


def silence(seconds):
    return np.zeros(round(seconds * RATE))


def prosody(samples, *words):
    samples = np.concatenate(samples) if isinstance(samples, list) else samples
    reference = Reference("test", "Test", "", ())
    return measure(Audio(samples.astype(np.float32), RATE), Alignment(reference, words))


def test_a_monotone_voice():
    found = prosody([silence(0.5), steady(2.0), silence(0.5)], word(0.5, 1.5), word(1.5, 2.5, "major"))
    assert found.f0_median_hz == pytest.approx(120, abs=0.5)
    assert found.f0_range_semitones == pytest.approx(0, abs=0.05)
    assert found.f0_deviation_semitones == pytest.approx(0, abs=0.05)
    assert found.declination_semitones_per_second == pytest.approx(0, abs=0.05)
    (end,) = found.sentence_ends
    assert (end.after, end.question) == (1, False)
    assert end.movement_semitones == pytest.approx(0, abs=0.05)
    assert end.trailing_off_db == pytest.approx(0, abs=0.2)


def test_a_lively_voice_has_the_range_of_its_percentiles():
    f0 = 200 * 2 ** (np.linspace(-6, 6, 4 * RATE) / 12)
    found = prosody(voice(f0), word(0.0, 4.0))
    assert found.f0_median_hz == pytest.approx(200, rel=0.01)
    assert found.f0_range_semitones == pytest.approx(0.8 * 12, abs=0.2)
    assert found.f0_deviation_semitones == pytest.approx(12 / np.sqrt(12), abs=0.1)


def test_declination_is_the_slope_of_the_statements_alone():
    falling = voice(150 * 2 ** (-2 * np.arange(2 * RATE) / RATE / 12))
    rising = voice(150 * 2 ** (3 * np.arange(2 * RATE) / RATE / 12))
    words = word(0.0, 2.0, "major"), word(2.5, 4.5, "major", question=True), word(5.0, 5.5, "major")
    found = prosody([falling, silence(0.5), rising, silence(0.5), steady(0.5)], *words)
    assert found.declination_semitones_per_second == pytest.approx(-2, abs=0.05)


@pytest.mark.parametrize("semitones", [-5.0, 4.0])
def test_final_movement(semitones):
    move = voice(150 * 2 ** (np.concatenate([np.zeros(RATE), np.linspace(0, semitones, 4800)]) / 12))
    words = word(0.2, 0.8), word(0.8, 1.5, "paragraph", question=semitones > 0)
    found = prosody([silence(0.2), move, silence(0.5)], *words)
    (end,) = found.sentence_ends
    assert end.question == (semitones > 0)
    assert end.movement_semitones == pytest.approx(semitones, abs=0.5)


def test_an_end_without_voice_has_no_movement_but_a_loudness():
    hiss = np.random.default_rng(0).normal(0, 0.02, round(0.4 * RATE))
    found = prosody([steady(1.0), hiss, silence(0.3)], word(0.0, 1.0), word(1.0, 1.4, "major"))
    (end,) = found.sentence_ends
    assert end.movement_semitones is None
    assert end.trailing_off_db < -10


def test_trailing_off_is_the_level_of_the_last_word_in_its_sentence():
    parts = [steady(1.0), steady(0.5, amplitude=0.3 / 2), silence(0.5), steady(1.0, amplitude=0.03)]
    words = word(0.0, 0.6), word(0.6, 1.0), word(1.0, 1.9, "major"), word(2.0, 2.5), word(2.5, 3.0, "major")
    found = prosody(parts, *words)
    assert [end.after for end in found.sentence_ends] == [2, 4]
    assert found.sentence_ends[0].trailing_off_db == pytest.approx(-6.02, abs=0.2)
    assert found.sentence_ends[1].trailing_off_db == pytest.approx(0, abs=0.2)


def test_a_sentence_of_one_word_has_nothing_to_trail_off_from():
    (end,) = prosody(steady(1.0), word(0.0, 1.0, "major")).sentence_ends
    assert end.trailing_off_db is None


def test_an_end_that_was_not_read_is_left_out():
    found = prosody(steady(2.0), word(0.0, 1.0), word(None, None, "major"), word(1.0, 2.0, "major"))
    assert [end.after for end in found.sentence_ends] == [2]


@pytest.mark.parametrize("snr", [30.0, 20.0, 10.0, 0.0])
def test_level_noise_and_snr(snr):
    speech = [silence(0.5), steady(1.0), silence(0.5), steady(1.0), silence(0.5)]
    power = np.mean(steady(1.0) ** 2)
    noise = np.random.default_rng(0).normal(0, np.sqrt(power / 10 ** (snr / 10)), round(3.5 * RATE))
    found = prosody(np.concatenate(speech) + noise, word(0.5, 1.5), word(2.0, 3.0))
    assert found.noise_floor_dbfs == pytest.approx(10 * np.log10(power) - snr, abs=0.5)
    assert found.level_dbfs == pytest.approx(10 * np.log10(power * (1 + 10 ** (-snr / 10))), abs=0.5)
    assert found.snr_db == pytest.approx(snr, abs=1.0)


def test_without_pauses_there_is_no_background_to_measure():
    found = prosody(steady(2.0), word(0.0, 2.0))
    assert (found.noise_floor_dbfs, found.snr_db) == (None, None)
    assert found.level_dbfs == pytest.approx(10 * np.log10(np.mean(steady(2.0) ** 2)), abs=0.2)


def test_a_background_of_nothing_is_the_least_that_is_told():
    found = prosody([silence(0.5), steady(1.0), silence(0.5)], word(0.5, 1.5))
    assert found.noise_floor_dbfs == -100.0
    assert found.snr_db == pytest.approx(found.level_dbfs + 100)


def test_clipping_is_counted():
    samples = np.full(1000, 0.5)
    samples[:30] = 1.0
    samples[30:40] = -1.2
    samples[40:45] = 32767 / 32768
    samples[45:50] = 32766 / 32768
    assert prosody(samples).clipped_share == 0.045


def test_nothing_said():
    found = prosody(silence(1.0), word(None, None, "major"))
    assert found.f0_median_hz is None
    assert found.f0_range_semitones is None
    assert found.declination_semitones_per_second is None
    assert found.sentence_ends == ()
    assert (found.level_dbfs, found.snr_db, found.noise_floor_dbfs) == (None, None, -100.0)
    assert found.clipped_share == 0.0


def test_no_sound_at_all():
    found = prosody(silence(0.0))
    assert (found.clipped_share, found.contour, found.level_dbfs) == (None, None, None)


def test_the_contour_runs_in_step():
    contour = prosody([silence(0.5), steady(0.5)], word(0.5, 1.0)).contour
    assert contour.times.shape == contour.f0_hz.shape == contour.loudness_db.shape == (100,)
    assert contour.times[:2] == pytest.approx([0.005, 0.015])
    assert np.isnan(contour.f0_hz[:48]).all()
    np.testing.assert_allclose(contour.f0_hz[55:95], 120, rtol=0.005)
    np.testing.assert_array_equal(contour.loudness_db[:50], -100)


def test_nothing_that_compiles_is_loaded():
    code = (
        "import sys, numpy, enunciate.measures.prosody as p, enunciate.audio as a, enunciate.alignment as w;"
        "from enunciate.reference import Reference;"
        "p.measure(a.Audio(numpy.ones(16000, 'f4'), 16000), w.Alignment(Reference('', '', '', ()), ()));"
        "print([name for name in ('numba', 'librosa', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
