"""Short practice in a terminal: what to read next, how it went, and when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from enunciate.reference import Reference
from enunciate.reference.scripts import seconds_at

Form = Literal["pairs", "words", "line"]
"""Pairs of words that one sound tells apart; a list of single words; sentences."""

Kind = Literal["pairs", "words", "phrases", "calls", "endings", "numbers", "twisters", "pace", "pauses"]
"""What a drill trains: a contrast, a sound in words, in phrases and in call lines; endings and clusters of
consonants; numbers and spelling; quick changes of sound; speed; pauses."""

KINDS: tuple[Kind, ...] = (
    "pairs", "words", "endings", "phrases", "calls", "numbers", "pace", "pauses", "twisters"
)  # fmt: skip
"""From single words to whole lines, in the order of a session."""

Verdict = Literal["good", "almost", "again"]

_OVERHEAD_SECONDS = 9.0
"""Looking at an item, hearing what is said of it, and going on."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """What is read in one go: a part of a script that ships, a few seconds to half a minute long."""

    key: str
    """Its name: that of the script, and a number; a card of this name remembers how it went."""
    kind: Kind
    form: Form
    reference: Reference
    """The part of the script, as a script of its own."""
    sounds: tuple[str, ...]
    """The ARPAbet phones that it trains; empty where it trains something else."""

    def is_of(self, kind: str) -> bool:
        """Whether it answers to `kind`: pairs of endings are both pairs and endings."""
        return kind in (self.kind, self.form)

    @property
    def seconds(self) -> float:
        """About how long it takes: reading it, hearing what is said, and every third time once more."""
        words = sum(len(token.readings[0]) for token in self.reference.tokens)
        return _OVERHEAD_SECONDS + 4 / 3 * seconds_at(words, self.reference.pace_wpm)


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one word or pair of an item, or of its pace or pauses."""

    text: str
    verdict: Verdict | None
    """None where it could not be told."""
    note: str = ""
    """What to tell the person, as a sentence; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one reading of an item went."""

    verdict: Verdict | None
    """None where it could not be judged: then it does not count, and comes back."""
    message: str
    """The one sentence that matters most."""
    parts: tuple[Part, ...] = ()
    facts: tuple[str, ...] = ()
    """What else was measured, in words."""
