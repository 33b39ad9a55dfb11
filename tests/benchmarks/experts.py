"""How well the scores agree with those of human experts.

Usage: python -m tests.benchmarks.experts CORPUS [--folds CACHE] [--readings N] [--jobs N] [--keep FILE]

CORPUS is a folder of speechocean762: labels.jsonl (an object a reading: audio, text, speaker, the experts'
scores) and the sound. Everything goes through `assess_reading`, so that what is measured is what a user gets.
Readers whom the shipped models were trained on agree better than others will. For those, name with --folds
the cache folder of the training: each reading is then scored by models that never heard its reader.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from enunciate.assessment import assess_reading
from enunciate.audio.files import read
from enunciate.measures.pronunciation import Scorer, read_scorer
from enunciate.recognition.engines import recognizer
from enunciate.reference.scripts import from_text

WHOLE = {"pronunciation": "accuracy", "fluency": "fluency", "prosody": "prosodic", "overall": "total"}
"""Our scores and the experts'."""
MUST_REACH = {
    "phone": 0.55,
    "word": 0.56,
    "pronunciation": 0.71,
    "fluency": 0.78,
    "prosody": 0.78,
    "overall": 0.75,
}


def main() -> None:
    """Assess the readings and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folds", type=Path, help="cache folder of models/training/pronunciation/train.py")
    parser.add_argument("--readings", type=int, help="only so many, spread evenly over the corpus")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the assessments there, one JSON object a line")
    options = parser.parse_args()
    labels = [json.loads(line) for line in (options.corpus / "labels.jsonl").read_text("utf-8").splitlines()]
    if options.readings:
        labels = labels[:: max(1, len(labels) // options.readings)]
    with ProcessPoolExecutor(options.jobs) as pool:
        readings = list(pool.map(partial(assessed, options.corpus, options.folds), labels, chunksize=20))
    if options.keep:
        options.keep.write_text("".join(json.dumps(reading) + "\n" for reading in readings), "utf-8")
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in MUST_REACH}
    missing: Counter[str] = Counter()
    for reading, label in zip(readings, labels, strict=True):
        compare(reading, label, pairs, missing)
    print("| what | r | must reach | compared | not measured |\n|---|---|---|---|---|")
    for name, found in pairs.items():
        ours, theirs = np.array(found).T if found else (np.zeros(0), np.zeros(0))
        r = np.corrcoef(ours, theirs)[0, 1] if len(found) > 2 else float("nan")
        print(f"| {name} | {r:.3f} | {MUST_REACH[name]:.2f} | {len(found)} | {missing[name]} |")


def assessed(corpus: Path, folds: Path | None, label: dict[str, Any]) -> dict[str, Any]:
    """The JSON object of one reading."""
    recording, reference = read(corpus / label["audio"]), from_text(label["text"])
    scorer = fold_scorer(folds, label["speaker"]) if folds else None
    return assess_reading(recording, reference, recognizer(None), scorer=scorer).as_dict()


def fold_scorer(folds: Path, speaker: str) -> Scorer:
    """Models that never heard this speaker."""
    return _fold(folds / f"fold{_folds(folds)[speaker]}.npz")


@cache
def _folds(folds: Path) -> dict[str, int]:
    return json.loads((folds / "folds.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def _fold(file: Path) -> Scorer:
    return read_scorer(file)


def compare(
    reading: dict[str, Any],
    label: dict[str, Any],
    pairs: dict[str, list[tuple[float, float]]],
    missing: Counter[str],
) -> None:
    """Put our scores of a reading beside the experts': means for phones, medians for all else."""
    for ours, theirs in WHOLE.items():
        _pair(ours, reading["scores"][ours], float(np.median(label[theirs])), pairs, missing)
    words = [word for word in reading["words"] if word["status"] not in ("inserted", "repeated", "filler")]
    words = [word for word in words if word["status"] not in ("self_correction", "false_start")]
    if [word["text"] for word in words] != [word["text"].lower() for word in label["words"]]:
        missing["word"] += len(label["words"])
        return
    for word, expert in zip(words, label["words"], strict=True):
        _pair("word", word["score"], float(np.median(expert["accuracy"])), pairs, missing)
        phones = [phone.rstrip("012") for phone in expert["phones"]]
        scores = expert["phone_scores"] or [None] * len(phones)
        # Of a variant with as many sounds, each stands in the place of the experts' own.
        same = len(word["phones"]) == len(phones)
        for i, score in enumerate(scores):
            if score:
                ours_score = word["phones"][i]["score"] if same else None
                _pair("phone", ours_score, float(np.mean(score)), pairs, missing)


def _pair(
    name: str,
    ours: float | None,
    theirs: float,
    pairs: dict[str, list[tuple[float, float]]],
    missing: Counter[str],
) -> None:
    if ours is None:
        missing[name] += 1
    else:
        pairs[name].append((ours, theirs))


if __name__ == "__main__":
    main()
