"""How well wrong word stress could be told: measured, but not shipped while most of what it flags is right.

Stress is heard from duration, loudness and pitch (Fry 1955): the vowel that the dictionary stresses is
compared with the others of its word.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import boosting
import numpy as np
from data import Example, labels
from sklearn.metrics import roc_auc_score

from enunciate.measures.features import Norms

HOW = {"trees": 120, "learning_rate": 0.03, "num_leaves": 6, "min_data_in_leaf": 30}
FLAGGED = (20, 50)


@dataclass(frozen=True, slots=True)
class StressTable:
    """`precision` is the share of the words most surely flagged that the experts heard as wrong, too."""

    words: int
    wrong: int
    auc: float
    precision: tuple[tuple[int, float], ...]


def measure_stress(corpus: Path, examples: list[Example], fold: np.ndarray, norms: Norms) -> StressTable:
    """Words of two or more syllables in plain readings, judged by trees that never heard their speaker."""
    by_utterance = {label["utterance"]: label for label in labels(corpus)}
    rows, scores, wrong, folds = [], [], [], []
    for example, number in zip(examples, fold, strict=True):
        if example.kind != "plain":
            continue
        for place, word in enumerate(by_utterance[example.utterance]["words"]):
            said = np.flatnonzero(example.evidence.word == place)
            # A pronunciation with other sounds than the corpus's has other vowels to be stressed.
            row = _row(example, word["phones"], said[0], norms) if len(said) == len(word["phones"]) else None
            if row is not None:
                rows.append(row)
                scores.append(np.mean(word["stress"]))
                wrong.append(np.median(word["stress"]) < 10)
                folds.append(number)
    found, _ = boosting.out_of_fold(np.array(rows), np.array(scores), np.array(folds), **HOW)
    truth = np.array(wrong)
    order = np.argsort(found)
    return StressTable(
        len(rows),
        int(truth.sum()),
        float(roc_auc_score(truth, -found)),
        tuple((count, float(truth[order[:count]].mean())) for count in FLAGGED),
    )


def _row(example: Example, phones: list[str], first: int, norms: Norms) -> np.ndarray | None:
    """The stressed vowel against the mean and the greatest of the others; None where there is no other."""
    vowels = [(first + i, phone[-1]) for i, phone in enumerate(phones) if phone[-1].isdigit()]
    stressed = [i for i, digit in vowels if digit == "1"]
    others = [i for i, _ in vowels if i not in stressed[:1]]
    if not stressed or not others:
        return None
    evidence, frames = example.evidence, example.evidence.frames
    f0 = np.where(frames.f0_hz > 0, frames.f0_hz, np.nan)

    def described(i: int) -> np.ndarray:
        start, end = evidence.start[i], evidence.start[i] + evidence.length[i]
        phone, length = evidence.phone[i], np.log(evidence.length[i])
        energy, pitch = frames.energy_db[start:end], 12 * np.log2(f0[start:end])
        return np.array(
            [
                (length - norms.mean[phone]) / norms.deviation[phone],
                length,
                energy.mean(),
                energy.max(),
                np.nanmedian(pitch),
                np.nanmax(pitch),
                evidence.context[i, phone],
            ]
        )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # vowels without voice
        own, rest = described(stressed[0]), np.array([described(i) for i in others])
        against = (own - np.nanmean(rest, 0), own - np.nanmax(rest, 0))
    place = [i for i, _ in vowels].index(stressed[0])
    return np.nan_to_num(np.concatenate([*against, [len(vowels), place]]))
