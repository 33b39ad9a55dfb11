"""What a reading comes to in an exam, and what all of them come to together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from enunciate.assessment_dict import SCORES
from enunciate.exams import Exam, ExamScript, Judgement, Marks, Part, Verdict
from enunciate.report.labels import SCORES as LABELS
from enunciate.report.labels import whole
from enunciate.report.wave import causes


def judge(
    exam: Exam,
    script: ExamScript,
    assessment: Mapping[str, Any],
    *,
    reading: str | None = None,
    at: datetime | None = None,
) -> Part:
    """Judge a reading, as the JSON object of its assessment, by the marks of its script in `exam`.

    Where a score that the script or the total needs was not measured, the reading is not judged at all.
    """
    scores: dict[str, float | None] = {name: assessment["scores"].get(name) for name in SCORES}
    rubric = assessment["rubric"] or {}

    def part(judgement: Judgement, reasons: Sequence[str]) -> Part:
        return Part(script.id, judgement, scores, tuple(reasons), reading, at, rubric.get("version"))

    if assessment["problem"] is not None:
        return part("not judged", (assessment["problem"],))
    marks = asked(script, rubric.get("pass_mark"))
    needed = dict.fromkeys((*marks, *dict(exam.total)))
    absent = [label(name) for name in needed if scores[name] is None]
    if absent:
        return part("not judged", (f"{_listed(absent)} could not be measured in this reading.",))
    missed = [
        name for name, mark in marks.items() if not _reached(name, scores[name] or 0.0, mark, assessment)
    ]
    reasons = [_missed(name, scores[name] or 0.0, marks[name], assessment, missed) for name in missed]
    return part("not yet" if missed else "passed", reasons)


def asked(script: ExamScript, pass_mark: float | None) -> dict[str, float]:
    """The marks of a script; `pass_mark` is the overall one where the exam names none."""
    own = dict(script.marks)
    if "overall" in own or pass_mark is None:
        return own
    return {"overall": pass_mark, **own}


def verdict(exam: Exam, parts: Sequence[Part]) -> Verdict:
    """What the judged readings come to.

    >>> from enunciate.exams.definition import read
    >>> exam, _ = read('scripts = ["general-greeting"]', "week-1")
    >>> verdict(exam, [Part("general-greeting", "passed", {"overall": 80.0})]).passed
    True
    """
    judged = {part.script: part for part in parts if part.judgement != "not judged"}
    unread = tuple(script.id for script in exam.scripts if script.id not in judged)
    means = {name: mean(exam, judged, name) for name in SCORES}
    if unread:
        return Verdict(None, means, (), unread)
    reached = sum(part.judgement == "passed" for part in judged.values())
    reasons = []
    if reached < exam.must_pass:
        count = len(exam.scripts)
        if count == 1:
            reasons.append("The script did not reach its marks yet.")
        else:
            wanted = "all" if exam.must_pass == count else str(exam.must_pass)
            reasons.append(f"{reached or 'None'} of {count} scripts reached their marks; {wanted} have to.")
    absent = [name for name, _ in exam.total if means[name] is None]
    for name, mark in exam.total:
        value = means[name]
        if value is not None and not reaches(value, mark):
            reasons.append(f"{label(name)} over all scripts is {shown(value, mark)}; {mark:g} is asked for.")
    if absent and not reasons:
        # Readings of an exam that asked for less when they were judged.
        return Verdict(None, means, (), unread)
    return Verdict(not reasons, means, tuple(reasons), unread)


def mean(exam: Exam, judged: Mapping[str, Part], name: str) -> float | None:
    """The weighted mean of a score over all scripts; None where one is missing or was not measured."""
    summed = weights = 0.0
    for script in exam.scripts:
        value = judged[script.id].scores.get(name) if script.id in judged else None
        if value is None:
            return None
        summed += script.weight * value
        weights += script.weight
    return round(summed / weights, 1)


def reaches(value: float, mark: float) -> bool:
    """Whether a score reaches a mark, as it is printed in whole numbers.

    >>> reaches(74.5, 75), reaches(74.4, 75)
    (True, False)
    """
    return value + 0.5 >= mark


def shown(value: float, mark: float) -> int:
    """A score in whole numbers, on the side of the mark on which it was judged.

    >>> shown(74.5, 75), shown(74.4, 75)
    (75, 74)
    """
    number, edge = whole(value) or 0, math.ceil(mark)
    return max(number, edge) if reaches(value, mark) else min(number, edge - 1)


def label(name: str) -> str:
    """What reports call a score."""
    return LABELS.get(name, "The overall score")


def marks_text(marks: Marks) -> str:
    """Marks in a line.

    >>> marks_text((("overall", 75.0), ("prosody", 60.0)))
    'overall 75, intonation 60'
    """
    return ", ".join(f"{LABELS.get(name, 'overall').lower()} {mark:g}" for name, mark in marks)


def _reached(name: str, value: float, mark: float, assessment: Mapping[str, Any]) -> bool:
    if name == "overall" and mark == assessment["rubric"]["pass_mark"] and assessment["passed"] is not None:
        return bool(assessment["passed"])
    return reaches(value, mark)


def _missed(
    name: str, value: float, mark: float, assessment: Mapping[str, Any], missed: Sequence[str]
) -> str:
    """A mark that was missed, and what weighed most in it, unless another of the `missed` says so."""
    number = min(whole(value) or 0, math.ceil(mark) - 1)
    text = f"{label(name)} is {number}; {mark:g} is asked for."
    if name == "overall":
        others = tuple(label(other) for other in missed if other != name)
        weighed = tuple(cause for cause in causes(assessment)[:1] if not cause.startswith(others))
    else:
        inside = [one for one in assessment["rubric"]["reasons"] if one["score"] == name and one["points"]]
        weighed = (max(inside, key=lambda one: one["points"])["text"],) if inside else ()
    return " ".join((text, *weighed))


def _listed(names: Sequence[str]) -> str:
    *front, last = names
    return f"{', '.join(front)} and {last.lower()}" if front else last
