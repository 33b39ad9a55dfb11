"""LightGBM, seeded, and its trees as the arrays of `enunciate.measures.trees.Trees`."""

from __future__ import annotations

import re

import lightgbm
import numpy as np

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
    rows: np.ndarray, targets: np.ndarray, fold: np.ndarray, trees: int, **options: object
) -> tuple[np.ndarray, list[lightgbm.Booster]]:
    """Predictions for every row by trees that saw no row of its fold, and those trees; targets may be NaN."""
    predictions, models = np.zeros(len(rows)), []
    for number in range(fold.max() + 1):
        held = fold == number
        models.append(fit(rows[~held], targets[~held], trees, **options))
        predictions[held] = models[-1].predict(rows[held], raw_score=True)
    return predictions, models


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
