"""LightGBM, seeded, and its trees as the arrays of `enunciate.measures.trees.Trees`."""

from __future__ import annotations

import re

import lightgbm
import numpy as np
from sklearn.model_selection import GroupKFold

FIXED = {
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
    "max_bin": 63,
    "seed": 1,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
}


def fit(rows: np.ndarray, targets: np.ndarray, trees: int, **options: object) -> lightgbm.Booster:
    """Boosted trees for `targets`; rows whose target is NaN are left out."""
    kept = ~np.isnan(targets)
    return lightgbm.train(FIXED | options, lightgbm.Dataset(rows[kept], targets[kept]), trees)


def out_of_fold(
    rows: np.ndarray, targets: np.ndarray, groups: np.ndarray, folds: int, trees: int, **options: object
) -> np.ndarray:
    """Predictions for every row by trees that saw no row of its group; targets may be NaN."""
    predictions = np.zeros(len(rows))
    for seen, held in GroupKFold(folds).split(rows, groups=groups):
        predictions[held] = fit(rows[seen], targets[seen], trees, **options).predict(rows[held])
    return predictions


def arrays(model: lightgbm.Booster) -> dict[str, np.ndarray]:
    """Fields of `Trees`, in their order and types."""
    trees = []
    for block in re.split(r"\nTree=\d+\n", model.model_to_string())[1:]:
        fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        values = np.array(fields["leaf_value"].split(), float)
        if len(values) == 1:  # a tree that found no split
            trees.append(([0], [np.inf], [-1], [-1], values))
            continue
        assert set(fields["decision_type"].split()) <= {"0", "2"}, (
            "only numeric splits without missing values"
        )
        trees.append(
            (
                np.array(fields["split_feature"].split(), int),
                np.array(fields["threshold"].split(), float),
                np.array(fields["left_child"].split(), int),
                np.array(fields["right_child"].split(), int),
                values,
            )
        )
    nodes = max(len(tree[0]) for tree in trees)
    types = {
        "feature": np.int32,
        "threshold": np.float64,
        "left": np.int16,
        "right": np.int16,
        "value": np.float32,
    }
    result = {}
    for number, (name, kind) in enumerate(types.items()):
        width = nodes + (name == "value")
        table = np.zeros((len(trees), width), kind)
        for row, tree in enumerate(trees):
            table[row, : len(tree[number])] = tree[number]
        result[name] = table
    return result
