"""Train the pronunciation scorer: python models/training/pronunciation/train.py CORPUS [--cache FOLDER]

CORPUS is a folder with speechocean762's train split: labels.jsonl and audio/. Writes
models/pronunciation/scorer.npz and the table of the speaker-grouped cross-validation,
models/pronunciation/README.md. Needs `pip install enunciate[train]`. Everything is seeded; on one core it
takes about an hour and a half.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
from pathlib import Path

import boosting
import numpy as np
import torch
from data import NATIVE, UTTERANCE_SCORES, Example, cached, gather_all, gather_misread, labels
from net import TorchNet, material, train
from report import write_report
from sklearn.model_selection import GroupKFold

from enunciate.alignment.phones import PHONES
from enunciate.measures.features import Features, Norms, features, stretch_inputs, word_inputs
from enunciate.measures.phone_net import ensemble
from enunciate.measures.pronunciation import phone_net

HERE = Path(__file__).parent
OUT = HERE.parent.parent / "pronunciation"
NETS = 3
FOLDS = 4
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
WHOLE = {
    "trees": 300,
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.2,
}
PRECISION = 0.7
RECALL = 0.2


def main() -> None:
    """Gather, train the networks, then the trees, level by level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument(
        "--copied", type=float, default=0.2, help="share of readings that get a degraded copy"
    )
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--misread", type=float, default=0.2, help="share of readings shown as misread")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus, cache, texts = options.corpus, options.cache, native_texts(options.corpus)
    first = cached(
        cache / f"examples-{options.copied}-{len(texts)}-1.pickle",
        lambda: gather_all(corpus, texts, options.copied, seed=1),
    )
    nets, fold_of = networks(first, cache, options.epochs)
    examples = first + cached(
        cache / f"misread-{options.misread}-{len(texts)}-1.pickle",
        lambda: gather_misread(corpus, first, texts, options.misread, seed=1),
    )
    print(f"{len(examples)} examples", flush=True)
    speakers = np.array([example.speaker for example in examples])
    fold = np.array([fold_of[speaker] for speaker in speakers])
    norms = durations(examples)
    rows = [
        features(e.evidence, ensemble([phone_net(nets[f], "")], e.evidence), norms)
        for e, f in zip(examples, fold, strict=True)
    ]
    models, table = trees(examples, rows, speakers)
    table["frame_accuracy"] = frame_accuracy(examples, nets, fold)
    arrays = {"nets": np.array(NETS), "norms_mean": norms.mean, "norms_deviation": norms.deviation}
    for number, net in enumerate(nets):
        arrays |= {f"net{number}_{name}": value for name, value in net.items()}
    for name, model in models.items():
        arrays |= {f"{name}_{field}": value for field, value in boosting.arrays(model).items()}
    plain = np.array([example.kind == "plain" for example in examples])
    arrays["sure_enough"] = np.array(table["threshold"])
    arrays["least_fit"] = np.quantile([row.fit for row, p in zip(rows, plain, strict=True) if p], 0.001)
    arrays["provenance"] = np.array(provenance(options.corpus))
    OUT.mkdir(exist_ok=True)
    np.savez_compressed(OUT / "scorer.npz", **arrays)
    write_report(OUT / "README.md", table, str(arrays["provenance"]))


def native_texts(corpus: Path) -> list[str]:
    """What the synthetic native voice reads: call-centre sentences, and 150 of the corpus's."""
    own = (HERE / "native.txt").read_text("utf-8").splitlines()
    read = sorted({label["text"] for label in labels(corpus)})
    picked = np.random.default_rng(3).permutation(read)[:150]
    return own + [f"{text.capitalize()}." for text in picked]


def networks(
    examples: list[Example], cache: Path, epochs: int
) -> tuple[list[dict[str, np.ndarray]], dict[str, int]]:
    """One network a fold of speakers, trained on the others, and the fold of each speaker."""
    speakers = np.array([example.speaker for example in examples])
    fold_of: dict[str, int] = {}
    nets = []
    for number, (seen, held) in enumerate(GroupKFold(NETS).split(speakers, groups=speakers)):
        fold_of |= dict.fromkeys(speakers[held], number)
        file = cache / f"net{number}-{len(examples)}-{epochs}.pickle"
        if not file.exists():
            print(f"network {number + 1} of {NETS}", flush=True)
            net: TorchNet = train([material(examples[i]) for i in seen], epochs, seed=number)
            file.write_bytes(pickle.dumps(net.arrays()))
        nets.append(pickle.loads(file.read_bytes()))
    return nets, fold_of


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


def trees(examples: list[Example], rows: list[Features], speakers: np.ndarray) -> tuple[dict, dict]:
    """All boosted trees, fitted on everything, and what the out-of-fold predictions are worth."""
    sizes = np.array([len(row.phone_rows) for row in rows])
    words = np.array([len(row.word_rows) for row in rows])
    phone_of = np.repeat(np.arange(len(rows)), sizes)
    word_of = np.repeat(np.arange(len(rows)), words)
    models = {}

    phone_rows = np.concatenate([row.phone_rows for row in rows])
    phone_scores = np.concatenate([example.phones for example in examples])
    is_wrong = np.where(np.isnan(phone_scores), np.nan, phone_scores < 1)
    predicted = {}
    for name, targets, how in (("phone", phone_scores, PHONE), ("wrong", is_wrong, WRONG)):
        predicted[name] = boosting.out_of_fold(phone_rows, targets, speakers[phone_of], FOLDS, **how)
        models[name] = boosting.fit(phone_rows, targets, **how)
        print(f"{name} done", flush=True)
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
    predicted["word"] = boosting.out_of_fold(word_rows, word_scores, speakers[word_of], FOLDS, **WORD)
    models["word"] = boosting.fit(word_rows, word_scores, **WORD)
    print("words done", flush=True)

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
    for number, name in enumerate(UTTERANCE_SCORES):
        name = {"prosodic": "prosody"}.get(name, name)
        predicted[name] = boosting.out_of_fold(whole_rows, scores[:, number], speakers, FOLDS, **WHOLE)
        models[name] = boosting.fit(whole_rows, scores[:, number], **WHOLE)
    print("readings done", flush=True)
    return models, compare(examples, predicted, phone_scores, phone_of, word_scores, word_of, scores)


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
    for number, name in enumerate(("accuracy", "fluency", "prosody", "total")):
        table[name] = agreement(name, scores[:, number], every)

    kept = plain[phone_of] & ~np.isnan(phone_scores)
    chance, wrong = predicted["wrong"][kept], phone_scores[kept] < 1
    order = np.argsort(-chance)
    precision = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    recall = np.cumsum(wrong[order]) / wrong.sum()
    enough = np.flatnonzero(precision >= PRECISION)
    at = (
        int(enough[-1])
        if len(enough) and recall[enough[-1]] >= 0.02
        else int(np.searchsorted(recall, RECALL))
    )
    table |= {
        "threshold": float(chance[order][at]),
        "called_precision": float(precision[at]),
        "called_recall": float(recall[at]),
        "called_share": (at + 1) / len(order),
        "wrong_share": float(wrong.mean()),
        "curve": [
            (r, float(precision[int(np.searchsorted(recall, r))])) for r in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
        ],
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
    heard_off = phone_scores[kept][order][: at + 1] < 1.5
    table["called_heard_off"] = float(heard_off.mean())
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
