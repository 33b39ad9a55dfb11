"""How surely the two words of a minimal pair are told apart, in a synthetic voice.

Every item of pairs is read twice: rightly, and with one word of one pair read as its partner. The voice is
in a room with a little noise. Chance decides nothing. It needs the "bench" extra.

    python -m tests.benchmarks.contrast [--voice heart] [--every 2]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice

import numpy as np

from enunciate.audio import RATE, Audio
from enunciate.drills import Item
from enunciate.drills.items import items
from enunciate.drills.judging import _ALIKE, _ALIKE_MEAN, _APART
from enunciate.measures import contrast
from enunciate.reference import accents
from tests.benchmarks import synthesis

DRAWS = 20_000


def spoken(item: Item, voice: str, swapped: int | None) -> Audio:
    """The item read aloud; of the word at place `swapped` its partner is said."""
    words = [word.text for word in item.reference.words()]
    if swapped is not None:
        words[swapped] = words[swapped ^ 1]
    pieces = [synthesis.silence(0.3)]
    for first, second in zip(words[::2], words[1::2], strict=True):
        pieces += [synthesis.say(f"{first.capitalize()}, {second}.", voice).samples, synthesis.silence(0.5)]
    return synthesis.spoil(Audio(np.concatenate(pieces), RATE), "clean", 1)


def measured(every: int, voice: str) -> Iterator[tuple[float, bool]]:
    """How far apart each pair was, and whether it was read rightly."""
    chosen = islice((item for item in items().values() if item.form == "pairs"), 0, None, every)
    for number, item in enumerate(chosen):
        ways = [accents.accepted(word.text, word.pronunciations) for word in item.reference.words()]
        pairs = list(zip(ways[::2], ways[1::2], strict=True))
        swapped = 2 * (number % len(pairs)) + number % 2
        for found in contrast.measure(spoken(item, voice, None), pairs):
            if found is not None:
                yield found.apart, True
        found = contrast.measure(spoken(item, voice, swapped), pairs)[swapped // 2]
        if found is not None:
            yield found.apart, False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", default="heart", choices=list(synthesis.VOICES))
    parser.add_argument("--every", type=int, default=2, help="every how many items")
    given = parser.parse_args()
    found = list(measured(given.every, given.voice))
    right = np.array([apart for apart, rightly in found if rightly])
    alike = np.array([apart for apart, rightly in found if not rightly])
    print(f"{len(right)} pairs read rightly, {len(alike)} of which one word was read as the other\n")
    print("| of the pairs | read rightly | read alike |\n|---|---|---|")
    for name, chosen in (("told apart", lambda x: x >= _APART), ("not told apart", lambda x: x <= _ALIKE)):
        print(f"| {name} | {np.mean(chosen(right)):.0%} | {np.mean(chosen(alike)):.0%} |")
    draw = np.random.default_rng(0)
    print("\n| several pairs, drawn from these, found alike altogether | read rightly | read alike |")
    print("|---|---|---|")
    for count, limit in enumerate(_ALIKE_MEAN, 1):
        rates = [np.mean(draw.choice(some, (DRAWS, count)).mean(1) <= limit) for some in (right, alike)]
        print(f"| {count} | {rates[0]:.1%} | {rates[1]:.0%} |")


if __name__ == "__main__":
    main()
