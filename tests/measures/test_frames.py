from __future__ import annotations

import numpy as np
import pytest

from enunciate.audio import RATE, Audio
from enunciate.measures.frames import frames, levelled


def tone(hertz: float, seconds: float = 1.0, amplitude: float = 0.1) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in (1, 2, 3))
    return (amplitude * wave).astype(np.float32)


def test_the_pitch_of_a_tone() -> None:
    found = frames(levelled(Audio(tone(120), RATE)))
    voiced = found.f0_hz[found.f0_hz > 0]
    assert len(voiced) > 90
    assert float(np.median(voiced)) == pytest.approx(120, abs=1)


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.1
    found = frames(levelled(Audio(noise, RATE)))
    assert (found.f0_hz > 0).mean() < 0.1


def test_one_frame_every_ten_milliseconds() -> None:
    found = frames(levelled(Audio(tone(200), RATE)))
    assert found.log_mel.shape == (1 + (RATE - 410) // 160, 40)
    assert found.energy_db.shape == found.f0_hz.shape == found.voicing.shape == found.log_mel.shape[:1]


def test_the_level_of_a_recording_does_not_tell() -> None:
    loud, quiet = (levelled(Audio(tone(150, amplitude=a), RATE)) for a in (0.3, 0.003))
    assert np.abs(loud.astype(int) - quiet).max() <= 1


@pytest.mark.parametrize("extra", [0, 1, 2, 159])
def test_sound_of_any_length(extra: int) -> None:
    samples = levelled(Audio(tone(150)[: 410 + 160 * 20 + extra], RATE))
    assert len(frames(samples).log_mel) == 21


def test_silence_stays_silence() -> None:
    assert not levelled(Audio(np.zeros(RATE, np.float32), RATE)).any()
    assert len(levelled(Audio(np.zeros(100, np.float32), RATE))) == 0


def test_louder_sound_has_more_energy_and_a_high_tone_is_in_a_high_band() -> None:
    low, high = (frames(levelled(Audio(tone(hertz), RATE))).log_mel.mean(0).argmax() for hertz in (100, 1500))
    assert low < high
    steps = np.concatenate([tone(150, amplitude=0.05), tone(150, amplitude=0.5)])
    energy = frames(levelled(Audio(steps, RATE))).energy_db
    assert energy[130:190].mean() - energy[10:70].mean() == pytest.approx(20, abs=0.5)
