"""Words that the recognizer must not hear, and that no sentence of its training holds: unwelcome.txt."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_ENDINGS = re.compile(r"('s|s'|s|ed|er|ers|ing|in'|in|y|ish|'d|'ll)?")


@cache
def unwelcome(word: str) -> bool:
    """Whether the recognizer must not hear this word.

    >>> unwelcome("bastards"), unwelcome("cockpit")
    (True, False)
    """
    words, stems, kept = _listed()
    if word in kept:
        return False
    if any(stem in word for stem in stems):
        return True
    return any(word[:end] in words and _ENDINGS.fullmatch(word[end:]) for end in range(len(word), 1, -1))


@cache
def _listed() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Words to leave out with their endings, stems to leave out anywhere, and words to keep all the same."""
    words: set[str] = set()
    stems: set[str] = set()
    kept: set[str] = set()
    for line in (Path(__file__).parent / "unwelcome.txt").read_text(encoding="ascii").splitlines():
        first, *others = line.split() or ["#"]
        if first == "keep":
            kept.update(others)
        elif first == "stem":
            stems.update(part for part in others if part != "stem")
        elif not first.startswith("#"):
            words.update((first, *others))
    return frozenset(words), tuple(sorted(stems)), frozenset(kept)
