"""Train enunciate/reference/letters.txt.gz, the letter-to-sound model, on the dictionary in the PocketSphinx
wheel.

    python models/train_letters.py            # three minutes on one core; prints the error on held-out words

Letters and phones are aligned by expectation maximisation (each letter with none, one or two phones), the
pairs counted up to four in a row. The error is measured with a twentieth of the words held out; the file is
then counted on all words.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

from enunciate.reference import Phones
from enunciate.reference.letters import END, ORDER, START, LetterModel, dumps
from enunciate.reference.lexicon import dictionary_entries

Alignment = tuple[tuple[str, Phones], ...]
RARE = 5
"""Pairs met less often are not learnt."""
FAR_FETCHED = -5.9
"""Words whose alignment has a smaller mean log probability a letter are left out: initialisms, mostly."""


def main() -> None:
    """Train, print the error and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    target = Path(__file__).parents[1] / "enunciate" / "reference" / "letters.txt.gz"
    parser.add_argument("--output", type=Path, default=target)
    parser.add_argument("--held-out", type=int, default=1500, help="words to measure the error on")
    options = parser.parse_args()
    random.seed(1)
    entries = [
        (word.replace("'", ""), phones)
        for word, phones in dictionary_entries()
        if re.fullmatch("[a-z]+'?[a-z]*", word)
    ]
    entries = [(word, phones) for word, phones in entries if len(word) > 2 and len(phones) <= 2 * len(word)]
    aligned = align(entries)
    words = sorted({word for word, _ in entries})
    held = set(random.sample(words, len(words) // 20))
    print(
        measure(
            train([a for w, a in aligned if w not in held]),
            entries,
            random.sample(sorted(held), options.held_out),
        )
    )
    options.output.write_bytes(dumps(*count([a for _, a in aligned])))
    print(f"{options.output}: {options.output.stat().st_size / 1000:.0f} kB")


def align(entries: list[tuple[str, Phones]]) -> list[tuple[str, Alignment]]:
    """The likeliest alignment of each word that has a plausible one."""
    chances: dict[tuple[str, Phones], float] = {}
    for size, rounds in ((25_000, 2), (40_000, 4)):
        sample = random.sample(entries, min(size, len(entries)))
        for _ in range(rounds):
            chances = reestimate(sample, chances)
    best = ((word, best_alignment(word, phones, chances)) for word, phones in entries)
    return [(word, found[1]) for word, found in best if found and found[0] / len(word) > FAR_FETCHED]


def reestimate(
    entries: list[tuple[str, Phones]], chances: dict[tuple[str, Phones], float]
) -> dict[tuple[str, Phones], float]:
    """One round of expectation maximisation over all alignments."""
    counts: dict[tuple[str, Phones], float] = defaultdict(float)
    for word, phones in entries:
        letters, sounds = len(word), len(phones)
        forward = [[0.0] * (sounds + 1) for _ in range(letters + 1)]
        backward = [[0.0] * (sounds + 1) for _ in range(letters + 1)]
        forward[0][0] = backward[letters][sounds] = 1.0
        steps = [
            (
                i,
                j,
                k,
                chances.get((word[i], phones[j : j + k]), 1e-9)
                if chances
                else (1.0 if k == 1 else 0.3) / 40**k,
            )
            for i in range(letters)
            for j in range(max(0, sounds - 2 * (letters - i)), min(sounds, 2 * i) + 1)
            for k in range(min(2, sounds - j) + 1)
        ]
        for i, j, k, chance in steps:
            forward[i + 1][j + k] += forward[i][j] * chance
        for i, j, k, chance in reversed(steps):
            backward[i][j] += chance * backward[i + 1][j + k]
        if forward[letters][sounds] > 0:
            for i, j, k, chance in steps:
                share = forward[i][j] * chance * backward[i + 1][j + k] / forward[letters][sounds]
                counts[word[i], phones[j : j + k]] += share
    total = sum(counts.values())
    return {pair: value / total for pair, value in counts.items() if value > 0.01}


def best_alignment(
    word: str, phones: Phones, chances: dict[tuple[str, Phones], float]
) -> tuple[float, Alignment] | None:
    """The likeliest alignment and its log probability; None where there is none."""
    best: dict[int, tuple[float, Alignment]] = {0: (0.0, ())}
    for place, letter in enumerate(word):
        ahead: dict[int, tuple[float, Alignment]] = {}
        for j, (score, path) in best.items():
            for k in range(min(2, len(phones) - j) + 1):
                chance = chances.get((letter, phones[j : j + k]))
                if chance and len(phones) - j - k <= 2 * (len(word) - place - 1):
                    total = score + math.log(chance)
                    if j + k not in ahead or ahead[j + k][0] < total:
                        ahead[j + k] = (total, (*path, (letter, phones[j : j + k])))
        best = ahead
    return best.get(len(phones))


def count(alignments: list[Alignment]) -> tuple[dict[str, tuple[str, Phones]], dict[str, int]]:
    """Pairs by character; counts of the longest sequences, and of how many different pairs come before
    shorter ones."""
    frequency = Counter(pair for alignment in alignments for pair in alignment)
    names = {pair: chr(0x100 + n) for n, (pair, times) in enumerate(frequency.most_common()) if times >= RARE}
    longest: Counter[str] = Counter()
    for alignment in alignments:
        if all(pair in names for pair in alignment):
            text = START * (ORDER - 1) + "".join(names[pair] for pair in alignment) + END
            longest.update(text[at : at + ORDER] for at in range(len(text) - ORDER + 1))
    counts, level = Counter(longest), longest
    for _ in range(ORDER - 1):
        level = Counter(sequence[1:] for sequence in level)
        counts.update(level)
    return {character: pair for pair, character in names.items()}, dict(counts)


def train(alignments: list[Alignment]) -> LetterModel:
    """A model of these words."""
    return LetterModel(*count(alignments))


def measure(model: LetterModel, entries: list[tuple[str, Phones]], words: list[str]) -> str:
    """Phone and word error rates against the nearest pronunciation of each word, as a sentence."""
    accepted: dict[str, set[Phones]] = defaultdict(set)
    for word, phones in entries:
        accepted[word].add(phones)
    errors = length = wrong = missed = 0
    for word in words:
        guesses = model.pronounce(word, 3)
        distances = [
            (distance(guesses[0] if guesses else (), phones), len(phones)) for phones in accepted[word]
        ]
        errors += min(distances)[0]
        length += min(distances)[1]
        wrong += min(distances)[0] > 0
        missed += not accepted[word].intersection(guesses)
    return (
        f"{len(words)} words held out: {100 * errors / length:.2f} % of the phones wrong, "
        f"{100 * wrong / len(words):.1f} % of the words; "
        f"{100 * missed / len(words):.1f} % not among the three best"
    )


def distance(first: Phones, second: Phones) -> int:
    """Edit distance in phones."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


if __name__ == "__main__":
    main()
