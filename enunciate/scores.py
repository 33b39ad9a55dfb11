"""Every judgement, and nothing but judgements: measures and a rubric become scores, reasons and advice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is: one measure's part in it."""

    score: str
    """The score it belongs to, such as "fluency"."""
    measure: str
    """The measure's name, such as "speech_rate_wpm"."""
    value: float | None
    points: float
    """What it took off the score; 0 where it is as it should be."""
    text: str
    """In plain words, for the person who read."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to work on next, the most useful first."""

    area: str
    text: str
    words: tuple[int, ...] = ()
    """Indices into `Alignment.words` of the words it speaks of."""
    start: float | None = None
    """Where to listen, seconds."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one reading, 0-100; None where it was not measured."""

    overall: float | None
    pronunciation: float | None
    accuracy: float | None
    fluency: float | None
    prosody: float | None
    completeness: float | None
    grammar: float | None
    passed: bool | None
    pass_mark: float
    rubric: str
    """The rubric's version; scores of different versions are not compared."""
    reasons: tuple[Reason, ...]
    advice: tuple[Advice, ...]
