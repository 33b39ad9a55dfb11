import numpy as np
import pytest

from enunciate.audio import RATE, Audio
from enunciate.audio.level import levels
from enunciate.measures.pitch import track


def voice(f0, harmonics=12, amplitude=0.3):
    """A buzz whose F0 follows `f0` (Hz, one a sample)."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    wave = sum(np.sin(k * phase) / k for k in range(1, harmonics + 1))
    return (amplitude * wave / np.abs(wave).max()).astype(np.float32)


def tracked(samples, rate=RATE):
    audio = Audio(samples.astype(np.float32), rate)
    return track(audio, levels(audio))


@pytest.mark.parametrize("hz", [65, 120, 211.3, 333, 450])
@pytest.mark.parametrize("harmonics", [1, 12])
def test_a_steady_voice(hz, harmonics):
    f0 = tracked(voice(np.full(RATE, hz), harmonics))
    assert np.count_nonzero(~np.isnan(f0)) >= 95
    np.testing.assert_allclose(f0[5:-5], hz, rtol=0.004)


def test_a_glide_is_followed_in_time():
    true = np.geomspace(240, 120, 2 * RATE)
    f0 = tracked(voice(true))
    np.testing.assert_allclose(f0[5:-5], true[80::160][5:-5], rtol=0.01)


def test_a_voice_without_its_fundamental_as_on_the_telephone():
    phase = 2 * np.pi * 120 * np.arange(RATE) / RATE
    f0 = tracked(0.1 * sum(np.sin(k * phase) for k in range(3, 20)))
    np.testing.assert_allclose(f0[5:-5], 120, rtol=0.005)


def test_no_voice_in_silence_or_noise():
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    f0 = tracked(np.concatenate([np.zeros(RATE), noise, voice(np.full(RATE, 150.0))]))
    assert np.isnan(f0[:98]).all()
    assert np.count_nonzero(~np.isnan(f0[102:198])) <= 3
    np.testing.assert_allclose(f0[205:295], 150, rtol=0.005)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(100), np.zeros(RATE), voice(np.full(200, 120.0))])
def test_too_little_to_track(samples):
    f0 = tracked(samples)
    assert f0.shape == (len(samples) // 160,)
    assert np.isnan(f0).all()


def test_another_rate():
    f0 = tracked(0.3 * np.sin(2 * np.pi * 200 * np.arange(44_100) / 44_100), 44_100)
    np.testing.assert_allclose(f0[5:-5], 200, rtol=0.005)
