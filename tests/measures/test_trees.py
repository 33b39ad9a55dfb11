from __future__ import annotations

import numpy as np

from enunciate.measures.trees import Trees

# First tree: x0 <= 1 ? 10 : (x1 <= 5 ? 20 : 30). Second: x1 <= 0 ? 1 : 2, padded.
TREES = Trees(
    np.array([[0, 1], [1, 0]], np.int32),
    np.array([[1.0, 5.0], [0.0, 0.0]]),
    np.array([[~0, ~1], [~0, 0]], np.int16),
    np.array([[1, ~2], [~1, 0]], np.int16),
    np.array([[10, 20, 30], [1, 2, 0]], np.float32),
)


def test_each_sample_falls_into_its_leaves() -> None:
    samples = np.array([[1.0, -1.0], [1.1, 5.0], [2.0, 5.1]], np.float32)
    assert TREES.predict(samples).tolist() == [11, 22, 32]


def test_many_samples_are_as_each_alone() -> None:
    samples = np.random.default_rng(0).normal(1, 3, (700, 2)).astype(np.float32)
    alone = [float(TREES.predict(sample[None])[0]) for sample in samples]
    assert TREES.predict(samples).tolist() == alone


def test_no_samples() -> None:
    assert TREES.predict(np.zeros((0, 2), np.float32)).shape == (0,)
