"""Exams, and assessments as far as judging looks at them, made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from enunciate.assessment_dict import SCORES
from enunciate.exams import Exam
from enunciate.exams.definition import read
from tests.report import samples

TWO = 'scripts = ["general-greeting", "late-delivery"]\n'


def exam(text: str = TWO, name: str = "week-2", version: int = 1) -> Exam:
    """The exam of a text that holds no mistake."""
    from dataclasses import replace

    found, mistakes = read(text, name, Path())
    assert found is not None
    assert mistakes == ()
    return replace(found, version=version)


def assessment(
    overall: float | None = 80.0, *, problem: str | None = None, **scores: float | None
) -> dict[str, Any]:
    """The JSON object of a reading; the areas are as the overall score where nothing else is said."""
    made = samples.mistaken().as_dict()
    values = {**dict.fromkeys(SCORES, overall), **scores}
    if problem is not None:
        return made | {"scores": dict.fromkeys(SCORES), "rubric": None, "passed": None, "problem": problem}
    rubric = made["rubric"] | {"pass_mark": 75.0}
    passed = None if overall is None else round(overall) >= 75
    return made | {"scores": values, "rubric": rubric, "passed": passed}
