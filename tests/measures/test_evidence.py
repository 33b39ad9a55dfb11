from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import soundfile

from enunciate.alignment.phones import PHONES, PhoneAligner
from enunciate.audio import RATE, Audio
from enunciate.measures.evidence import SILENCE, _best_paths, gather, segment_means
from enunciate.measures.frames import levelled
from tests.alignment.test_phones import SPEECH, THINK


def test_segment_means() -> None:
    values = np.array([[1.0], [3.0], [8.0]], np.float32)
    assert segment_means(values, np.array([0, 2]), np.array([2, 1])).ravel() == pytest.approx([2.0, 8.0])


def test_best_paths_are_those_of_an_exhaustive_search() -> None:
    rng = np.random.default_rng(0)
    likelihoods = rng.standard_normal((40, 4, 3)).astype(np.float32)
    start, length = np.array([0, 3, 12, 30]), np.array([3, 9, 5, 10])
    found = _best_paths(likelihoods, start, length)
    for segment, (a, d) in enumerate(zip(start, length, strict=True)):
        for phone in range(4):
            ways = [
                likelihoods[a : a + i, phone, 0].sum()
                + likelihoods[a + i : a + j, phone, 1].sum()
                + likelihoods[a + j : a + d, phone, 2].sum()
                for i, j in combinations(range(1, d), 2)
            ]
            assert found[segment, phone] == pytest.approx(max(ways) / d, abs=1e-4)


def test_good_speech_fits_its_own_phones_best() -> None:
    samples, _ = soundfile.read(SPEECH / "good.flac", dtype="float32")
    evidence = gather(PhoneAligner(), levelled(Audio(samples, RATE)), THINK)
    assert evidence is not None
    assert evidence.path.shape == (len(evidence.phone), len(PHONES) + 1)
    assert (evidence.path[:, :SILENCE].argmax(1) == evidence.phone).mean() > 0.5
    assert np.exp(evidence.posteriors).sum(1) == pytest.approx(1.0, abs=1e-3)
    # Silence is heard before the first phone.
    assert (evidence.posteriors[: evidence.start[0] - 5].argmax(1) == SILENCE).mean() > 0.8
