"""Train the pronunciation scorer: python models/training/pronunciation/train.py CORPUS [--cache FOLDER]

CORPUS is a folder with speechocean762's train split: labels.jsonl and audio/. Writes
models/pronunciation/scorer.npz and the table of the speaker-grouped cross-validation,
models/pronunciation/README.md. The scorers of the folds, each of which never heard a share of the speakers,
stay in the cache folder: tests/benchmarks/experts.py measures them through the public API. Needs
`pip install enunciate[train]`. Everything is seeded; what was done stays in the cache folder, so that a run
that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boosting
import numpy as np
import sequence
import torch
from data import NATIVE, Example, cached, gather_all, gather_misread, labels
from net import material, train
from report import write_report
from sklearn.model_selection import GroupKFold
from stress import measure_stress

from enunciate.alignment.phones import PHONES
from enunciate.measures.features import Features, Norms, features, stretch_inputs, word_inputs
from enunciate.measures.phone_net import ensemble
from enunciate.measures.pronunciation import WHOLE, Scale, chance, phone_net, sequence_net
from enunciate.measures.sequence import mean_scores

HERE = Path(__file__).parent
OUT = HERE.parent.parent / "pronunciation"
FOLDS = 4
SEQUENCES = 2
"""Networks over sequences for each fold."""
PHONE = {
    "trees": 250,
    "learning_rate": 0.04,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
}
WRONG = PHONE | {"trees": 150, "objective": "binary"}
WORD = {
    "trees": 200,
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
}
READING = {
    "trees": 300,
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.2,
}
PRECISION = 0.7
LOW_WORD = 7.0
"""`practise_below` of the rubric on the experts' scale."""
RECALL = 0.2


def main() -> None:
    """Gather, train the networks, then the trees, level by level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument(
        "--copied", type=float, default=0.8, help="share of readings that get a degraded copy"
    )
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--sequence-epochs", type=int, default=20)
    parser.add_argument("--misread", type=float, default=0.3, help="share of readings shown as misread")
    parser.add_argument("--jobs", type=int, default=2, help="processes that train networks")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus, cache, texts = options.corpus, options.cache, native_texts(options.corpus)
    first = cached(
        cache / f"examples-{options.copied}-{len(texts)}-1.pickle",
        lambda: gather_all(corpus, texts, options.copied, seed=1, jobs=options.jobs),
    )
    nets, fold_of = networks(first, cache, options.epochs, options.jobs)
    examples = first + cached(
        cache / f"misread-{options.misread}-{len(texts)}-1.pickle",
        lambda: gather_misread(corpus, first, texts, options.misread, seed=1, jobs=options.jobs),
    )
    print(f"{len(examples)} examples", flush=True)
    fold = np.array([fold_of[example.speaker] for example in examples])
    norms = durations(examples)
    rows = [
        features(e.evidence, ensemble([phone_net(nets[f], "")], e.evidence), norms)
        for e, f in zip(examples, fold, strict=True)
    ]
    key = f"{len(examples)}-{options.epochs}-{options.sequence_epochs}"
    sequences, scales = sequence_networks(
        examples, rows, fold, cache, key, options.sequence_epochs, options.jobs
    )
    whole, folds, table = trees(examples, rows, fold, sequences, scales)
    table["frame_accuracy"] = frame_accuracy(examples, nets, fold)
    table["stress"] = measure_stress(corpus, examples, fold, norms)
    plain = np.array([example.kind == "plain" for example in examples])
    common: dict[str, Any] = {f"scale_{name}": (s.mean, s.deviation) for name, s in scales.items()} | {
        "norms_mean": norms.mean,
        "norms_deviation": norms.deviation,
        "sure_enough": table["threshold"],
        "least_fit": np.quantile([row.fit for row, p in zip(rows, plain, strict=True) if p], 0.001),
        "provenance": provenance(options.corpus),
    }
    for number, models in enumerate(folds):
        save(cache / f"fold{number}.npz", common, models, nets[number : number + 1], sequences[number])
    OUT.mkdir(exist_ok=True)
    save(OUT / "scorer.npz", common, whole, nets, [one for found in sequences for one in found])
    table |= {
        "networks": FOLDS,
        "sequences": FOLDS * SEQUENCES,
        "megabytes": (OUT / "scorer.npz").stat().st_size / 1e6,
    }
    write_report(OUT / "README.md", table, str(common["provenance"]))


def save(
    file: Path, common: dict[str, Any], models: dict, nets: list[dict], sequences: list[dict[str, np.ndarray]]
) -> None:
    """Write a scorer as `enunciate.measures.pronunciation.read_scorer` reads it."""
    arrays = {name: np.array(value) for name, value in common.items()}
    for name, networks in (("net", nets), ("sequence", sequences)):
        arrays[f"{name}s"] = np.array(len(networks))
        for number, net in enumerate(networks):
            arrays |= {f"{name}{number}_{part}": value for part, value in net.items()}
    for name, model in models.items():
        arrays |= {f"{name}_{field}": value for field, value in boosting.arrays(model).items()}
    np.savez_compressed(file, **arrays)


def native_texts(corpus: Path) -> list[str]:
    """What the synthetic native voice reads: call-centre sentences, and 150 of the corpus's."""
    own = (HERE / "native.txt").read_text("utf-8").splitlines()
    read = sorted({label["text"] for label in labels(corpus)})
    picked = np.random.default_rng(3).permutation(read)[:150]
    return own + [f"{text.capitalize()}." for text in picked]


def all_pickled(tasks: dict[Path, Callable[[], Any]], jobs: int) -> list[Any]:
    """What the tasks give, each kept in its file; what is missing is worked on in `jobs` processes."""
    global _missing
    _missing = [(file, make) for file, make in tasks.items() if not file.exists()]
    # Forked processes see what is in memory; nothing has to be sent to them.
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        pool.map(_keep, range(len(_missing)), chunksize=1)
    return [pickle.loads(file.read_bytes()) for file in tasks]


_missing: list[tuple[Path, Callable[[], Any]]] = []


def _keep(number: int) -> None:
    file, make = _missing[number]
    print(f"{file.stem} begun", flush=True)
    part = file.with_suffix(".part")
    part.write_bytes(pickle.dumps(make()))
    part.rename(file)
    print(f"{file.stem} done", flush=True)


def folds_of_speakers(examples: list[Example], file: Path) -> dict[str, int]:
    """The fold of each speaker, kept in `file`: networks trained earlier must not have heard the held out."""
    if not file.exists():
        speakers = np.array([example.speaker for example in examples])
        found: dict[str, int] = {}
        for number, (_, held) in enumerate(GroupKFold(FOLDS).split(speakers, groups=speakers)):
            found |= dict.fromkeys(map(str, speakers[held]), number)
        file.write_text(json.dumps(found), "utf-8")
    return json.loads(file.read_text("utf-8"))


def networks(
    examples: list[Example], cache: Path, epochs: int, jobs: int
) -> tuple[list[dict[str, np.ndarray]], dict[str, int]]:
    """One network a fold of speakers, trained on the others, and the fold of each speaker."""
    fold_of = folds_of_speakers(examples, cache / "folds.json")
    fold = np.array([fold_of[example.speaker] for example in examples])
    tasks = {}
    for number in range(FOLDS):
        seen = np.flatnonzero(fold != number)

        def make(seen: np.ndarray = seen, number: int = number) -> dict[str, np.ndarray]:
            return train([material(examples[i]) for i in seen], epochs, seed=number).arrays()

        tasks[cache / f"net{number}-{len(examples)}-{epochs}.pickle"] = make
    return all_pickled(tasks, jobs), fold_of


def sequence_networks(
    examples: list[Example],
    rows: list[Features],
    fold: np.ndarray,
    cache: Path,
    key: str,
    epochs: int,
    jobs: int,
) -> tuple[list[list[dict[str, np.ndarray]]], dict[str, Scale]]:
    """Networks over sequences, some a fold, trained on the others, and the scales of what they say."""
    plain = [example for example in examples if example.kind == "plain"]
    targets = {
        "phone": np.concatenate([e.phones for e in plain]),
        "word": np.concatenate([e.words[:, 0] for e in plain]),
    } | {name: np.array([e.scores[i] for e in plain]) for i, name in enumerate(WHOLE)}
    scales = {name: Scale(float(np.nanmean(t)), float(np.nanstd(t))) for name, t in targets.items()}
    parts = [sequence.Material.of(row, e, scales) for row, e in zip(rows, examples, strict=True)]
    tasks = {}
    for number in range(FOLDS):
        seen = [parts[i] for i in np.flatnonzero(fold != number)]
        for seed in range(SEQUENCES):

            def make(seen: list = seen, seed: int = 100 * number + seed) -> dict[str, np.ndarray]:
                return sequence.train(seen, epochs, seed)

            tasks[cache / f"sequence{number}-{seed}-{key}.pickle"] = make
    found = all_pickled(tasks, jobs)
    return [found[i : i + SEQUENCES] for i in range(0, len(found), SEQUENCES)], scales


def durations(examples: list[Example]) -> Norms:
    """Norms from good phones of plain readings."""
    lengths: list[list[float]] = [[] for _ in PHONES]
    for example in examples:
        if example.kind == "plain":
            for phone, frames, score in zip(
                example.evidence.phone, example.evidence.length, example.phones, strict=True
            ):
                if score >= 1.5:
                    lengths[phone].append(float(np.log(frames)))
    return Norms(
        np.array([np.mean(values) for values in lengths], np.float32),
        np.array([np.std(values) + 0.1 for values in lengths], np.float32),
    )


def frame_accuracy(examples: list[Example], nets: list[dict[str, np.ndarray]], fold: np.ndarray) -> float:
    """Share of steps of good phones that a network which never heard the speaker names rightly."""
    right = total = 0
    for example, number in zip(examples, fold, strict=True):
        if example.kind == "plain":
            _, classes, weights = material(example)
            guess = ensemble([phone_net(nets[number], "")], example.evidence).argmax(1)
            counted = weights == 1
            right += int((guess == classes)[counted].sum())
            total += int(counted.sum())
    return right / total


def trees(
    examples: list[Example],
    rows: list[Features],
    fold: np.ndarray,
    sequences: list[list[dict[str, np.ndarray]]],
    scales: dict[str, Scale],
) -> tuple[dict, list[dict], dict]:
    """Trees fitted on everything, those of each fold, and what the out-of-fold predictions are worth."""
    together = [
        mean_scores(
            [sequence_net(net, "") for net in sequences[f]],
            row.sequence_rows,
            row.stretch_row,
            e.evidence.phone,
            e.evidence.word,
        )
        for row, e, f in zip(rows, examples, fold, strict=True)
    ]
    sizes = np.array([len(row.phone_rows) for row in rows])
    words = np.array([len(row.word_rows) for row in rows])
    phone_of = np.repeat(np.arange(len(rows)), sizes)
    word_of = np.repeat(np.arange(len(rows)), words)
    whole: dict[str, Any] = {}
    folds: list[dict[str, Any]] = [{} for _ in range(FOLDS)]

    def by_trees(
        name: str, inputs: np.ndarray, targets: np.ndarray, owner: np.ndarray, how: dict
    ) -> np.ndarray:
        found, models = boosting.out_of_fold(inputs, targets, fold[owner], **how)
        for parts, model in zip(folds, models, strict=True):
            parts[name] = model
        whole[name] = boosting.fit(inputs, targets, **how)
        print(f"{name} done", flush=True)
        return found

    phone_rows = np.concatenate([row.phone_rows for row in rows])
    phone_scores = np.concatenate([example.phones for example in examples])
    is_wrong = np.where(np.isnan(phone_scores), np.nan, phone_scores < 1)
    predicted = {
        "phone": scales["phone"].blend(
            by_trees("phone", phone_rows, phone_scores, phone_of, PHONE),
            np.concatenate([one.phones for one in together]),
        ),
        "wrong": chance(
            by_trees("wrong", phone_rows, is_wrong, phone_of, WRONG),
            np.concatenate([one.wrong for one in together]),
        ),
    }
    parts = {name: np.split(values, np.cumsum(sizes)[:-1]) for name, values in predicted.items()}

    word_rows = np.concatenate(
        [
            word_inputs(row.word_rows, example.evidence.word, phones, wrong)
            for row, example, phones, wrong in zip(
                rows, examples, parts["phone"], parts["wrong"], strict=True
            )
        ]
    )
    word_scores = np.concatenate([example.words[:, 0] for example in examples])
    predicted["word"] = scales["word"].blend(
        by_trees("word", word_rows, word_scores, word_of, WORD),
        np.concatenate([one.words for one in together]),
    )

    whole_rows = np.concatenate(
        [
            stretch_inputs(row.stretch_row, phones, wrong, found)
            for row, phones, wrong, found in zip(
                rows,
                parts["phone"],
                parts["wrong"],
                np.split(predicted["word"], np.cumsum(words)[:-1]),
                strict=True,
            )
        ]
    )
    scores = np.array([example.scores for example in examples])
    every = np.arange(len(examples))
    for number, name in enumerate(WHOLE):
        predicted[name] = scales[name].blend(
            by_trees(name, whole_rows, scores[:, number], every, READING),
            np.array([one.whole[number] for one in together]),
        )
    table = compare(examples, predicted, phone_scores, phone_of, word_scores, word_of, scores)
    return whole, folds, table


def compare(
    examples: list[Example],
    predicted: dict[str, np.ndarray],
    phone_scores: np.ndarray,
    phone_of: np.ndarray,
    word_scores: np.ndarray,
    word_of: np.ndarray,
    scores: np.ndarray,
) -> dict:
    """The cross-validation's figures."""
    kinds = np.array([example.kind for example in examples])
    plain = kinds == "plain"

    def agreement(name: str, targets: np.ndarray, owner: np.ndarray) -> float:
        kept = plain[owner] & ~np.isnan(targets)
        return float(np.corrcoef(predicted[name][kept], targets[kept])[0, 1])

    every = np.arange(len(examples))
    table: dict = {
        "readings": int(plain.sum()),
        "speakers": len({e.speaker for e in examples if e.kind == "plain"}),
        "phone": agreement("phone", phone_scores, phone_of),
        "word": agreement("word", word_scores, word_of),
    }
    for number, name in enumerate(WHOLE):
        table[name] = agreement(name, scores[:, number], every)

    kept = plain[phone_of] & ~np.isnan(phone_scores)
    sure, wrong = predicted["wrong"][kept], phone_scores[kept] < 1
    order = np.argsort(-sure)
    precision = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    recall = np.cumsum(wrong[order]) / wrong.sum()
    enough = np.flatnonzero(precision >= PRECISION)
    at = (
        int(enough[-1])
        if len(enough) and recall[enough[-1]] >= 0.02
        else int(np.searchsorted(recall, RECALL))
    )
    table |= {
        "threshold": float(sure[order][at]),
        "called_precision": float(precision[at]),
        "called_recall": float(recall[at]),
        "called_share": (at + 1) / len(order),
        "wrong_share": float(wrong.mean()),
        "curve": [
            (r, float(precision[int(np.searchsorted(recall, r))])) for r in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
        ],
    }
    table["called_heard_off"] = float((phone_scores[kept][order][: at + 1] < 1.5).mean())
    kept = plain[word_of] & ~np.isnan(word_scores)
    low = predicted["word"][kept] < LOW_WORD
    poor = word_scores[kept] < 8
    table["low_words"] = {
        "below": 10 * LOW_WORD,
        "share": float(low.mean()),
        "right": float(poor[low].mean()),
        "base": float(poor.mean()),
    }
    by_utterance = {e.utterance: i for i, e in enumerate(examples) if e.kind == "plain"}
    table["moved"] = {
        kind: float(
            np.mean(
                [
                    10 * abs(predicted["total"][i] - predicted["total"][by_utterance[examples[i].utterance]])
                    for i in np.flatnonzero(kinds == kind)
                    if examples[i].utterance in by_utterance
                ]
            )
        )
        for kind in sorted(set(kinds) - {"plain", NATIVE, "misread", "native misread"})
    }
    threshold = table["threshold"]
    table["misread"] = {
        kind: float((predicted["wrong"][(kinds == kind)[phone_of] & (phone_scores == 0)] >= threshold).mean())
        for kind in ("misread", "native misread")
    }
    voice = kinds == NATIVE
    table["native"] = {
        "total": float(10 * predicted["total"][voice].mean()),
        "good": float((predicted["phone"][voice[phone_of]] >= 1.5).mean()),
        "called": float((predicted["wrong"][voice[phone_of]] >= table["threshold"]).mean()),
    }
    return table


def provenance(corpus: Path) -> str:
    """What the models were made from."""
    import lightgbm

    digest = hashlib.sha256((corpus / "labels.jsonl").read_bytes()).hexdigest()
    return (
        f"speechocean762 train split (CC BY 4.0), labels.jsonl sha256 {digest}; "
        "synthetic native speech by hibari-tts; "
        f"torch {torch.__version__}, lightgbm {lightgbm.__version__}, numpy {np.__version__}"
    )


if __name__ == "__main__":
    main()
