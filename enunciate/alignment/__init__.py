"""Which script words were read, and what happened to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from enunciate.interval import Interval
from enunciate.reference import Reference, ReferenceWord

Status = Literal[
    "correct",
    "mispronounced",
    "substituted",
    "omitted",
    "inserted",
    "repeated",
    "self_correction",
    "filler",
    "false_start",
]
"""What became of a word. The first four are of script words; the others are of words said beside the script.
"""


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A script word and its fate, or a word that was said beside the script (then `reference` is None).

    `heard` is what was said where it differs from the script and the evidence is good; None says only that it
    is not known. `interval` is where it was said; None for an omitted word. `confidence` is the recognizer's,
    0-1.
    """

    status: Status
    reference: ReferenceWord | None
    heard: str | None = None
    interval: Interval | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """All words in script order, those said beside the script where they were said."""

    reference: Reference
    words: tuple[AlignedWord, ...]
