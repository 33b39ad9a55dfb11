"""How well the scores agree with those of human experts.

Usage: python tests/benchmarks/experts.py CORPUS [--readings N]

CORPUS is a folder of speechocean762: labels.jsonl (an object a reading: audio, text, speaker, the experts'
scores) and the sound. Everything goes through `assess`, so that what is measured is what a user gets. Readers
whom the shipped models were trained on agree better than others will: only readers held back from training
tell how good the scores are.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from enunciate.assessment import assess

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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--readings", type=int, help="only so many, spread evenly over the corpus")
    options = parser.parse_args()
    labels = [json.loads(line) for line in (options.corpus / "labels.jsonl").read_text("utf-8").splitlines()]
    if options.readings:
        labels = labels[:: max(1, len(labels) // options.readings)]
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in MUST_REACH}
    missing: Counter[str] = Counter()
    for label in labels:
        reading = assess(options.corpus / label["audio"], text=label["text"]).as_dict()
        compare(reading, label, pairs, missing)
    print("| what | r | must reach | compared | not measured |\n|---|---|---|---|---|")
    for name, found in pairs.items():
        ours, theirs = np.array(found).T if found else (np.zeros(0), np.zeros(0))
        r = np.corrcoef(ours, theirs)[0, 1] if len(found) > 2 else float("nan")
        print(f"| {name} | {r:.3f} | {MUST_REACH[name]:.2f} | {len(found)} | {missing[name]} |")


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
        same = [phone["phone"] for phone in word["phones"]] == phones
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
