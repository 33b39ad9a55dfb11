"""A target script as it is to be read aloud.

A script is written text; what people say is spoken words. `Reference` holds both: `Token` by `Token`, each
with the readings that count as right ("10:30" is "ten thirty" or "half past ten"), and the way back to the
written text, so that reports show the script as its author wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Boundary = Literal["none", "minor", "major", "paragraph"]
"""What the script's punctuation asks for after a word: nothing; a short pause is natural (comma, colon,
semicolon, dash, bracket); a sentence ends; a paragraph ends."""

Phones = tuple[str, ...]
"""One pronunciation: ARPAbet phones without stress digits, or with them where the source knows the stress."""


@dataclass(frozen=True, slots=True)
class Token:
    """The smallest stretch of the script that is read as a unit; mostly one written word.

    `readings` are the accepted spoken forms, the likeliest first: tuples of lower-case words made of a-z and
    apostrophes. A token without anything to say (a lone dash) is not kept. `start` and `end` are character
    offsets into `Reference.text`; `written` is that slice, punctuation included ("$49.99,").
    """

    written: str
    start: int
    end: int
    readings: tuple[tuple[str, ...], ...]
    boundary: Boundary = "none"
    question: bool = False
    """Whether the token ends a sentence that ends in a question mark."""


@dataclass(frozen=True, slots=True)
class ReferenceWord:
    """One spoken word of the script, under one choice of readings."""

    text: str
    token: int
    """Index into `Reference.tokens`."""
    pronunciations: tuple[Phones, ...]
    """Accepted pronunciations, the likeliest first; empty where none is known."""
    syllables: int
    boundary: Boundary = "none"
    question: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A script, ready to be compared with a reading of it."""

    id: str
    title: str
    text: str
    """The body as written, without the front matter and without Markdown marks."""
    tokens: tuple[Token, ...]
    module: str | None = None
    level: str | None = None
    tags: tuple[str, ...] = ()
    pace_wpm: tuple[float, float] | None = None
    """The target band of the speech rate in words per minute; None where the script sets none."""
    pass_mark: float | None = None
    """The overall score (0-100) that passes; None: the rubric's."""
    pronunciations: Mapping[str, tuple[Phones, ...]] = field(default_factory=dict)
    """The script's own pronunciations by spoken word; they come before the dictionary's."""
    strict_contractions: bool = False
    """Whether "I am" for "I'm" (and the reverse) counts as a deviation."""
    sounds: tuple[str, ...] = ()
    """The ARPAbet phones, without stress, that the script drills; empty where it trains something else."""

    def words(self, choice: Sequence[int] | None = None) -> tuple[ReferenceWord, ...]:
        """The spoken words under `choice`, one reading index a token; the first readings where it is None.

        Raises ValueError where `choice` does not have one index a token.
        """
        from enunciate.reference import lexicon

        picked = [0] * len(self.tokens) if choice is None else choice
        spoken = []
        for place, (token, reading) in enumerate(zip(self.tokens, picked, strict=True)):
            *front, last = token.readings[reading]
            for text in (*front, last):
                ways = self.pronunciations.get(text) or lexicon.pronunciations(text)
                spoken.append(
                    ReferenceWord(text, place, ways, lexicon.count_syllables(ways[0]) if ways else 0)
                )
            spoken[-1] = replace(spoken[-1], boundary=token.boundary, question=token.question)
        return tuple(spoken)
