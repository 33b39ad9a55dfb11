"""Gradient-boosted trees as plain arrays: what LightGBM learned, without LightGBM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enunciate.measures.frames import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Trees side by side, padded to the largest: a sample goes left where its feature is at most the
    threshold.

    A child that is negative is a leaf: ~child is its index in `value`.
    """

    feature: NDArray[np.int32]
    """(trees, nodes)."""
    threshold: NDArray[np.float64]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: NDArray[np.float32]
    """(trees, leaves)."""

    def predict(self, samples: Floats) -> Floats:
        """The sum of the leaves that each of `samples`, shape (n, features), falls into, shape (n,)."""
        result = np.empty(len(samples), np.float32)
        for start in range(0, len(samples), 256):
            result[start : start + 256] = self._predict(samples[start : start + 256])
        return result

    def _predict(self, samples: Floats) -> Floats:
        trees = np.arange(len(self.feature))[None, :]
        rows = np.arange(len(samples))[:, None]
        node = np.zeros((len(samples), len(self.feature)), np.int16)
        while (node >= 0).any():
            at = np.maximum(node, 0)
            goes_left = samples[rows, self.feature[trees, at]] <= self.threshold[trees, at]
            below = np.where(goes_left, self.left[trees, at], self.right[trees, at])
            node = np.where(node >= 0, below, node)
        return np.asarray(self.value[trees, ~node].sum(1), np.float32)
