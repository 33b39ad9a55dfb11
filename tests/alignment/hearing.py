"""Alignments in one line of text, the way `tests.scripted` writes readings."""

from __future__ import annotations

from collections.abc import Sequence

from enunciate.alignment import AlignedWord
from enunciate.interval import Interval
from enunciate.recognition import RecognizedWord

MARKS = {
    "correct": "",
    "omitted": "-",
    "inserted": "+",
    "repeated": "=",
    "self_correction": "^",
    "filler": "~",
    "false_start": "&",
}
SECONDS_A_WORD = 0.5


def heard(text: str) -> list[RecognizedWord]:
    """The words of `text` as a recognizer hears them, one each 0.5 s, 0.4 s long."""
    return [
        RecognizedWord(word, Interval(n * SECONDS_A_WORD, n * SECONDS_A_WORD + 0.4), 0.9)
        for n, word in enumerate(text.split())
    ]


def line(words: Sequence[AlignedWord]) -> str:
    """`word` was read, `-word` omitted, `word>said` substituted; "?" is not known.

    `+`, `=`, `^`, `~` and `&` mark what was said beside the script: inserted, repeated, a self-correction, a
    filler, a false start.
    """
    parts = []
    for word in words:
        if word.status == "substituted" and word.reference is not None:
            parts.append(f"{word.reference.text}>{word.heard or '?'}")
        else:
            text = word.reference.text if word.reference is not None else word.heard
            parts.append(MARKS[word.status] + (text or "?"))
    return " ".join(parts)
