"""The recognizer's vocabulary and how its words sound.

    python -m models.training.recognizer.lexicon --cache DIR [--size 45000]

Writes DIR/lexicon.tsv, a pronunciation a line: word, cost (what this way of saying it adds to the negative
log probability, 0 for the likeliest), phones. All words of the script library and of DIR/texts.jsonl are in
it, all that the grammar of a script listens for, the letters, and the likeliest words of the PocketSphinx
wheel's language model; none of those in unwelcome.txt.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from enunciate.recognition.listening import _SWAPS, EXTRAS, FILLERS, FUNCTION_WORDS
from enunciate.reference import Phones, Reference, accents, lexicon, scripts

from . import sphinx
from .unwelcome import unwelcome

HERE = Path(__file__).parent
FILE = "lexicon.tsv"
SIZE = 45_000
"""Words."""
_WORD = re.compile(r"[a-z]+('[a-z]+)*'?|'(em|cause|til|bout)")
_ACCENTED = 0.7
"""Cost of a pronunciation that the dictionary lacks."""
_FURTHER = 0.35
"""Cost of the dictionary's second pronunciation of a word, and so on."""
_MOST_WAYS = 6
_SPOKEN = 12_000
"""So many of the likeliest words have their British and weak forms too."""
_LETTERS = {"z": (("Z", "IY"), ("Z", "EH", "D")), "h": (("EY", "CH"), ("HH", "EY", "CH"))}


def main() -> None:
    """Choose the words, write the lexicon."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    needed, own = _needed(options.cache)
    words = _choose(needed, options.size)
    lines = [
        f"{word}\t{cost:g}\t{' '.join(way)}"
        for place, word in enumerate(words)
        for way, cost in _ways(word, own.get(word, ()), place < len(needed) or place < _SPOKEN)
    ]
    (options.cache / FILE).write_text("\n".join(lines) + "\n", encoding="ascii")
    print(
        f"{len(words)} words, {len(lines)} pronunciations; {len(needed)} words are those of scripts and texts"
    )


def read(cache_folder: Path) -> dict[str, list[tuple[Phones, float]]]:
    """Each word with its pronunciations and their costs, as `main` wrote them."""
    entries: dict[str, list[tuple[Phones, float]]] = {}
    for line in (cache_folder / FILE).read_text(encoding="ascii").splitlines():
        word, cost, phones = line.split("\t")
        entries.setdefault(word, []).append((tuple(phones.split()), float(cost)))
    return entries


def library() -> Iterator[Reference]:
    """The scripts that ship."""
    for summary in scripts.library():
        yield scripts.find(summary.id)


def texts(cache_folder: Path) -> Iterator[tuple[list[str], str]]:
    """Words and kind of each sentence of `texts.py`; none where it has not run."""
    path = cache_folder / "texts.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        entry = json.loads(line)
        said = entry["words"]
        yield (said.split() if isinstance(said, str) else list(said)), str(entry.get("kind", ""))


def _needed(cache_folder: Path) -> tuple[list[str], dict[str, tuple[Phones, ...]]]:
    """Words that must be in the vocabulary, and the pronunciations that scripts give for theirs."""
    words: dict[str, None] = {}
    own: dict[str, tuple[Phones, ...]] = {}
    for reference in library():
        words |= dict.fromkeys(w for token in reference.tokens for way in token.readings for w in way)
        for word, ways in reference.pronunciations.items():
            own[word] = tuple(dict.fromkeys((*own.get(word, ()), *ways)))
    for said, _ in texts(cache_folder):
        words |= dict.fromkeys(said)
    words |= dict.fromkeys((*EXTRAS, *sorted(FILLERS), *sorted(FUNCTION_WORDS)))
    words |= dict.fromkeys(word for group in _SWAPS for word in group.split())
    words |= dict.fromkeys("abcdefghijklmnopqrstuvwxyz")
    return [word for word in words if _WORD.fullmatch(word) and not unwelcome(word)], own


def _choose(needed: list[str], size: int) -> list[str]:
    """The needed words, then the likeliest of the PocketSphinx language model that can be pronounced."""
    model = sphinx.read()
    chosen = dict.fromkeys(needed)
    for place in np.argsort(-model.unigram):
        if len(chosen) >= size:
            break
        word = model.words[place]
        if _WORD.fullmatch(word) and lexicon.known(word) and not unwelcome(word) and len(word) > 1:
            chosen[word] = None
    return list(chosen)


def _ways(word: str, own: tuple[Phones, ...], spoken: bool) -> Iterator[tuple[Phones, float]]:
    """Pronunciations of a word with their costs; of a `spoken` one also its weak and British forms."""
    listed = _LETTERS.get(word) or (*own, *lexicon.pronunciations(word))
    listed = tuple(dict.fromkeys(tuple(p.rstrip("012") for p in way) for way in listed))
    if len(word) == 1 and word not in ("a", "i"):
        listed = listed[-1:] if word not in _LETTERS else listed
    ways = {way: min(place, 3) * _FURTHER for place, way in enumerate(listed)}
    if spoken and len(word) > 1:
        for way in accents.accepted(word, listed):
            ways.setdefault(way, _ACCENTED)
    yield from sorted(ways.items(), key=lambda item: item[1])[:_MOST_WAYS]


if __name__ == "__main__":
    main()
