"""Assessments as trainers give them: which scripts are read, what they have to reach, how often and by when.

On the command line they are called assessments; here `assessment` is what is known of one reading, so that
the whole is an exam. An `Exam` is taken in `Attempt`s; an attempt has a `Part` for each script.

A figure that could not be measured never fails a person: the script is read again, and that costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Marks = tuple[tuple[str, float], ...]
"""What has to be reached: names of `enunciate.assessment_dict.SCORES` with 0-100, in that order."""


@dataclass(frozen=True, slots=True)
class ExamScript:
    """One script of an exam."""

    id: str
    """Unique within the exam; the name of the script that ships, or the stem of its file."""
    title: str
    text: str
    """With its front matter, as it was when the exam was defined."""
    weight: float = 1.0
    marks: Marks = ()
    """Where the overall score is not among them, the script's own pass mark or the rubric's is asked for."""


@dataclass(frozen=True, slots=True)
class Exam:
    """What a trainer defined."""

    name: str
    title: str
    scripts: tuple[ExamScript, ...]
    must_pass: int
    """Scripts that have to reach their marks."""
    total: Marks = ()
    """What the weighted means over all scripts have to reach."""
    attempts: int | None = None
    """None where it may be taken as often as one likes."""
    cool_down: float = 0.0
    """Seconds between the end of an attempt and the start of the next."""
    due: datetime | None = None
    """The moment after which no attempt may begin; with its time zone."""
    version: int = 1


Judgement = Literal["passed", "not yet", "not judged"]
"""What became of a script: its marks were reached; one was missed; or one could not be measured and none was
missed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One reading of one script of an exam, judged."""

    script: str
    judgement: Judgement
    scores: Mapping[str, float | None]
    reasons: tuple[str, ...] = ()
    """What was missed and why, or what could not be measured; for the person who read."""
    reading: str | None = None
    """The reading in the history."""
    at: datetime | None = None
    rubric: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt comes to; None for `passed` as long as it is not settled."""

    passed: bool | None
    scores: Mapping[str, float | None]
    """Weighted means over the scripts; None where one of them was not measured."""
    reasons: tuple[str, ...]
    unread: tuple[str, ...]
    """Ids of the scripts that are still to be read."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a person took an exam."""

    id: str
    exam: str
    version: int
    agent: str
    started: datetime
    finished: datetime | None = None
    parts: tuple[Part, ...] = ()
    """The latest judged reading of each script that was read."""
    unjudged: Mapping[str, int] | None = None
    """How many readings of a script could not be judged."""
    verdict: Verdict | None = None
    notes: tuple[str, ...] = ()
    """What a trainer should know of it."""

    @property
    def passed(self) -> bool | None:
        """Whether it was passed; None while it is not settled."""
        return self.verdict.passed if self.verdict else None


def total(attempt: Attempt) -> float | None:
    """The weighted overall score of an attempt, None where there is none (yet)."""
    scores: Mapping[str, Any] = attempt.verdict.scores if attempt.verdict else {}
    return scores.get("overall")
