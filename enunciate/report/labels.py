"""What the reports for people call the scores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SCORES = {
    "pronunciation": "Pronunciation",
    "accuracy": "Accuracy",
    "fluency": "Fluency",
    "prosody": "Intonation",
    "completeness": "Completeness",
    "grammar": "Grammar",
}
"""The scores of a reading but for the overall one, in the order of a report."""

SHORT = ("Pron.", "Accur.", "Fluen.", "Inton.", "Compl.", "Gram.")
"""The same in the head of a table."""


def whole(score: float | None) -> int | None:
    """A score of the JSON object in whole numbers; its tenths are rounded already, so a half goes down.

    >>> whole(74.5), whole(74.6), whole(None)
    (74, 75, None)
    """
    return None if score is None else math.ceil(score - 0.5)


def overall(assessment: Mapping[str, Any]) -> int | None:
    """The overall score of a JSON object in whole numbers, on the side of the pass mark that was judged."""
    value, passed = whole(assessment["scores"]["overall"]), assessment["passed"]
    if value is None or passed is None:
        return value
    mark: int = math.ceil(assessment["rubric"]["pass_mark"])
    return max(value, mark) if passed else min(value, mark - 1)


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "script"), counted(0, "script"), counted(2400, "script")
    ('1 script', '0 scripts', '2,400 scripts')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
