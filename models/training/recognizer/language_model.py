"""The recognizer's language model: everyday English and call-centre English, mixed and pruned.

    python -m models.training.recognizer.language_model --cache DIR [--corpus CORPUS [--everyone]] \\
        [--ngrams N] [--calls S] [--written S] [--read S]

Reads DIR/lexicon.tsv (the vocabulary) and DIR/texts.jsonl, writes DIR/language_model.npz. The trigrams of the
PocketSphinx wheel are mixed with those counted (interpolated modified Kneser-Ney) in three kinds of texts,
each with a share S of the probability: calls, which are the filled-in templates and the script library (the
held-back scripts left out); sentences that were written one by one; what CORPUS's training speakers read.
Then they are pruned by relative entropy (Stolcke, 1998) to N n-grams. Prints perplexities: of a tenth of the
texts, left out of counting for it, and of what CORPUS's development speakers read, who are counted too with
--everyone.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from enunciate.recognition import UNKNOWN

from . import lexicon, sphinx
from .features import readings
from .sphinx import Floats, Integers
from .split import is_held_back_prompt

FILE = "language_model.npz"
NGRAMS = 2_720_000
"""Bigrams and trigrams kept."""
SHARES = {"calls": 0.06, "written": 0.34, "read": 0.1}
"""Of each kind of text in the mixture; the rest is PocketSphinx's."""
START, END = "<s>", "</s>"
_FLOOR = 1e-8
"""The least probability of a word."""
_SCRIPT_COPIES = 3
"""So many times each sentence of the script library is counted."""
_LISTS = ("carrier", "list")
"""Kinds of texts that only show words: what stands beside them in these is chance."""
_RENAMED = {f"{letter}.": letter for letter in "bcdefghjklmnopqrstuvwxyz"}
"""PocketSphinx writes a letter with a full stop; the article and the pronoun are words of their own."""


@dataclass(frozen=True, slots=True)
class Model:
    """A normalised back-off trigram model over `words`, in natural logarithms.

    An n-gram's key is its words as the digits of a number to base len(words), oldest first; keys are sorted.
    Every trigram's first two and last two words are bigrams of the model.
    """

    words: tuple[str, ...]
    unigram: Floats
    unigram_backoff: Floats
    bigrams: Integers
    bigram: Floats
    bigram_backoff: Floats
    trigrams: Integers
    trigram: Floats

    def after_one(self, keys: Integers) -> Floats:
        """Log probability of the second word of each pair after the first."""
        size = len(self.words)
        found, place = _find(self.bigrams, keys)
        backed = self.unigram_backoff[keys // size] + self.unigram[keys % size]
        return np.where(found, self.bigram[place], backed)

    def after_two(self, keys: Integers) -> Floats:
        """Log probability of the third word of each triple after the others."""
        size = len(self.words)
        found, place = _find(self.trigrams, keys)
        known, history = _find(self.bigrams, keys // size)
        backed = np.where(known, self.bigram_backoff[history], 0.0) + self.after_one(keys % size**2)
        return np.where(found, self.trigram[place], backed)

    def perplexity(self, sentences: Iterable[Sequence[str]]) -> tuple[float, float]:
        """Perplexity of the known words and sentence ends, and the share of unknown words."""
        index = {word: place for place, word in enumerate(self.words)}
        size, pairs, triples, unknown, total = len(self.words), [], [], 0, 0
        for sentence in sentences:
            history = [index[START]]
            for word in (*sentence, END):
                total += 1
                if word not in index:
                    unknown += 1
                    history = []
                    continue
                if len(history) > 1:
                    triples.append((history[-2] * size + history[-1]) * size + index[word])
                elif history:
                    pairs.append(history[-1] * size + index[word])
                history.append(index[word])
        costs = np.concatenate(
            [self.after_one(np.array(pairs, np.int64)), self.after_two(np.array(triples, np.int64))]
        )
        return float(np.exp(-costs.mean())), unknown / total


def main() -> None:
    """Count, mix, prune, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--ngrams", type=int, default=NGRAMS)
    parser.add_argument("--corpus", type=Path, help="folder of speechocean762's train split")
    parser.add_argument("--everyone", action="store_true", help="count the development speakers as well")
    for kind, share in SHARES.items():
        parser.add_argument(f"--{kind}", type=float, default=share, help="its share of the probability")
    options = parser.parse_args()

    words = (*(w for w in lexicon.read(options.cache) if w != UNKNOWN), START, END)
    everyday = _everyday(words)
    said: dict[str, list[list[str]]] = {"calls": [], "written": [], "read": []}
    for sentence, kind in lexicon.texts(options.cache):
        if kind not in _LISTS:
            said["written" if kind.startswith("written:") else "calls"].append(sentence)
    tests: dict[str, list[list[str]]] = {}
    if options.corpus:
        said["read"], tests["read by others"] = (
            [line["text"].lower().split() for line in readings(options.corpus) if line["part"] == part]
            for part in ("training", "development")
        )
        if options.everyone:
            said["read"] += tests.pop("read by others")
    shares = {kind: getattr(options, kind) for kind in SHARES if said[kind]}

    left_out: dict[str, list[list[str]]] = {}
    trial: dict[str, list[list[str]]] = {}
    for kind in shares:
        out = set(random.Random(1).sample(range(len(said[kind])), len(said[kind]) // 10))
        left_out[f"{kind} left out"] = [said[kind][place] for place in sorted(out)]
        trial[kind] = [sentence for place, sentence in enumerate(said[kind]) if place not in out]
    for kind, share in shares.items():
        print(f"{kind}: {len(said[kind])} sentences, share {share}")
    _report("nine tenths", _mixture(everyday, trial, shares, words), left_out | tests)
    said["calls"] += script_sentences()
    full = _mixture(everyday, said, shares, words)
    _report("all counted", full, tests)
    model = pruned(full, options.ngrams)
    _report("pruned", model, tests)
    write(model, options.cache / FILE)


def _mixture(
    everyday: Model,
    said: dict[str, list[list[str]]],
    shares: dict[str, float],
    words: tuple[str, ...],
) -> Model:
    models = [everyday, *(counted(said[kind], words) for kind in shares)]
    return mixed(models, [1 - sum(shares.values()), *shares.values()])


def write(model: Model, path: Path) -> None:
    """Keep a model in a file."""
    arrays = {name: getattr(model, name) for name in Model.__slots__ if name != "words"}
    np.savez(path, words=np.array(model.words), **arrays)


def load(path: Path) -> Model:
    """The model in a file."""
    with np.load(path) as data:
        return Model(tuple(map(str, data["words"])), *(data[name] for name in Model.__slots__[1:]))


def script_sentences() -> list[list[str]]:
    """The likeliest reading of each sentence of the script library, several times; no held-back script's."""
    sentences: list[list[str]] = []
    for reference in lexicon.library():
        if is_held_back_prompt(reference.id):
            continue
        sentence: list[str] = []
        for token in reference.tokens:
            sentence += token.readings[0]
            if token.boundary in ("major", "paragraph"):
                sentences.append(sentence)
                sentence = []
        sentences.append(sentence)
    return [sentence for sentence in sentences if sentence] * _SCRIPT_COPIES


def _everyday(words: tuple[str, ...]) -> Model:
    """PocketSphinx's model over our vocabulary."""
    source = sphinx.read()
    index = {word: place for place, word in enumerate(words)}
    named = set(_RENAMED.values())
    ours = np.array(
        [index.get(_RENAMED.get(word, word), -1) if word not in named else -1 for word in source.words]
    )
    unigram = np.full(len(words), -np.inf)
    unigram[ours[ours >= 0]] = source.unigram[ours >= 0]
    pairs, pair = _ours(ours, source.bigrams, source.bigram, len(words))
    triples, triple = _ours(ours, source.trigrams, source.trigram, len(words))
    return _normalised(words, unigram, pairs, pair, triples, triple)


def _ours(ours: Integers, ngrams: Integers, weights: Floats, size: int) -> tuple[Integers, Floats]:
    translated = ours[ngrams]
    kept = (translated >= 0).all(axis=1)
    keys = np.zeros(int(kept.sum()), np.int64)
    for column in translated[kept].T:
        keys = keys * size + column
    order = np.argsort(keys)
    return keys[order], weights[kept][order]


def counted(sentences: Iterable[Sequence[str]], words: tuple[str, ...]) -> Model:
    """Interpolated Kneser-Ney trigrams with three discounts an order (Chen and Goodman, 1999)."""
    size = len(words)
    index = {word: place for place, word in enumerate(words)}
    pair_keys: list[int] = []
    triple_keys: list[int] = []
    first = index[START]
    for sentence in sentences:
        history = [first]
        for word in (*sentence, END):
            place = index.get(word)
            if place is None:
                history = []
                continue
            if history:
                pair_keys.append(history[-1] * size + place)
            if len(history) > 1:
                triple_keys.append((history[-2] * size + history[-1]) * size + place)
            history.append(place)
    triples, triple_counts = np.unique(np.array(triple_keys, np.int64), return_counts=True)
    pairs, pair_counts = np.unique(np.array(pair_keys, np.int64), return_counts=True)
    # Shorter n-grams are counted once for each word that goes before them; nothing goes before a start.
    before = np.bincount(np.searchsorted(pairs, triples % size**2), minlength=len(pairs))
    pair_counts = np.where(pairs // size == first, pair_counts, np.maximum(before, 1))
    word_counts = np.bincount(pairs % size, minlength=size)

    unigram = word_counts / word_counts.sum()
    pair, spared = _discounted(pairs // size, pair_counts)
    pair += spared[pairs // size] * unigram[pairs % size]
    _, of = np.unique(triples // size, return_inverse=True)
    triple, spared = _discounted(of, triple_counts)
    triple += spared[of] * pair[np.searchsorted(pairs, triples % size**2)]
    with np.errstate(divide="ignore"):
        return _normalised(words, np.log(unigram), pairs, np.log(pair), triples, np.log(triple))


def _discounted(histories: Integers, counts: Integers) -> tuple[Floats, Floats]:
    """The discounted share of each n-gram, and what is spared of each history."""
    frequent = [max(1, int((counts == n).sum())) for n in range(1, 5)]
    y = frequent[0] / (frequent[0] + 2 * frequent[1])
    cuts = [np.clip(n - (n + 1) * y * frequent[n] / frequent[n - 1], 0.1, n - 0.1) for n in (1, 2, 3)]
    cut = np.array([0.0, *cuts])[np.minimum(counts, 3)]
    totals = np.bincount(histories, counts)
    spared = np.bincount(histories, cut, minlength=len(totals)) / np.maximum(totals, 1)
    return (counts - cut) / totals[histories], spared


def mixed(models: Sequence[Model], shares: Sequence[float]) -> Model:
    """All n-grams of the models, which have the same words, with a share of the probability from each."""
    pairs = reduce(np.union1d, (model.bigrams for model in models))
    triples = reduce(np.union1d, (model.trigrams for model in models))
    apart = np.log(shares)

    def mix(of: Callable[[Model], Floats]) -> Floats:
        logs: Iterator[Floats] = (log + of(model) for log, model in zip(apart, models, strict=True))
        return reduce(np.logaddexp, logs)

    return _normalised(
        models[0].words,
        mix(lambda model: model.unigram),
        pairs,
        mix(lambda model: model.after_one(pairs)),
        triples,
        mix(lambda model: model.after_two(triples)),
    )


def pruned(model: Model, count: int) -> Model:
    """The model with about `count` bigrams and trigrams: those whose loss would change it most."""
    size = len(model.words)
    histories, words = np.divmod(model.bigrams, size)
    probability = np.exp(model.unigram)
    probability[model.words.index(START)] = probability[model.words.index(END)]
    pair_loss = _loss(
        np.log(probability), histories, model.bigram, model.unigram[words], model.unigram_backoff
    )
    _, of = _find(model.bigrams, model.trigrams // size)
    triple_loss = _loss(
        np.log(probability)[histories] + model.bigram,
        of,
        model.trigram,
        model.after_one(model.trigrams % size**2),
        model.bigram_backoff,
    )
    _, ending = _find(model.bigrams, model.trigrams % size**2)
    low, high = -80.0, 0.0
    while high - low > 0.01:
        threshold = (low + high) / 2
        kept3 = triple_loss > np.exp(threshold)
        kept2 = pair_loss > np.exp(threshold)
        kept2[of[kept3]] = True
        kept2[ending[kept3]] = True
        low, high = (threshold, high) if kept2.sum() + kept3.sum() > count else (low, threshold)
    return _normalised(
        model.words,
        model.unigram,
        model.bigrams[kept2],
        model.bigram[kept2],
        model.trigrams[kept3],
        model.trigram[kept3],
    )


def _loss(histories: Floats, of: Integers, listed: Floats, backed: Floats, backoff: Floats) -> Floats:
    """Relative entropy by which the model changes where one n-gram is left to back-off; weights in logs."""
    count = len(histories)
    p, q = np.exp(listed), np.exp(backed)
    left = np.clip(1 - np.bincount(of, p, count), 1e-9, None)[of]
    room = np.clip(1 - np.bincount(of, q, count), 1e-9, None)[of]
    after = np.log((left + p) / (room + q))
    change = p * (backed + after - listed) + (after - backoff[of]) * left
    return -np.exp(histories[of]) * change


def _normalised(
    words: tuple[str, ...], unigram: Floats, pairs: Integers, pair: Floats, triples: Integers, triple: Floats
) -> Model:
    """The model with back-off weights such that everything sums to one; trigrams without their bigrams go."""
    size, start = len(words), words.index(START)
    probability = np.maximum(np.exp(unigram), _FLOOR)
    probability[start] = 0.0
    probability /= probability.sum()
    with np.errstate(divide="ignore"):
        unigram = np.log(probability)
    kept = (pairs % size != start) & (pairs // size != words.index(END))
    pairs, pair = pairs[kept], pair[kept]
    found, of = _find(pairs, triples // size)
    ends, ending = _find(pairs, triples % size**2)
    kept = found & ends
    triples, triple, of, ending = triples[kept], triple[kept], of[kept], ending[kept]
    pair, unigram_backoff = _backoff(pairs // size, pair, unigram[pairs % size], size)
    triple, bigram_backoff = _backoff(of, triple, pair[ending], len(pairs))
    return Model(words, unigram, unigram_backoff, pairs, pair, bigram_backoff, triples, triple)


_MOST = 0.999
"""Of a history's probability that is listed; some is left for all other words."""


def _backoff(of: Integers, listed: Floats, backed: Floats, count: int) -> tuple[Floats, Floats]:
    """Log probabilities, scaled down where they leave too little, and the back-off weight of each history."""
    total = np.bincount(of, np.exp(listed), count)
    scale = np.minimum(1.0, _MOST / np.maximum(total, _MOST))
    left = 1 - total * scale
    room = np.clip(1 - np.bincount(of, np.exp(backed), count), 1e-6, None)
    return listed + np.log(scale[of]), np.log(left / room)


def _find(keys: Integers, wanted: Integers) -> tuple[NDArray[np.bool_], Integers]:
    """Whether each wanted key is among the sorted keys, and where."""
    if not len(keys):
        return np.zeros(len(wanted), bool), np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return keys[place] == wanted, place


def _report(name: str, model: Model, tests: dict[str, list[list[str]]]) -> None:
    figures = []
    for test, sentences in tests.items():
        if sentences:
            perplexity, unknown = model.perplexity(sentences)
            figures.append(f"{test}: perplexity {perplexity:.0f}, unknown {100 * unknown:.2f} %")
    print(f"{name}: {len(model.bigrams)} bigrams, {len(model.trigrams)} trigrams;", *figures, flush=True)


if __name__ == "__main__":
    main()
