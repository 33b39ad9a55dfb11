"""Attempts as the history keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from enunciate import history
from enunciate.errors import ExamError
from enunciate.exams import Attempt, Part, Verdict

_SCHEMA = "enunciate.attempt/1"


def as_dict(attempt: Attempt) -> dict[str, Any]:
    """The result of an attempt as plain data; `restored` reads it.

    >>> from datetime import timezone
    >>> began = datetime(2027, 1, 1, tzinfo=timezone.utc)
    >>> one = Attempt("a", "week-1", 1, "Maya", began, unjudged={"hello": 1})
    >>> as_dict(one)["unjudged"]
    {'hello': 1}
    """
    verdict = attempt.verdict
    return {
        "schema": _SCHEMA,
        "parts": [
            {
                "script": part.script,
                "judgement": part.judgement,
                "scores": dict(part.scores),
                "reasons": list(part.reasons),
                "reading": part.reading,
                "at": part.at.isoformat() if part.at else None,
                "rubric": part.rubric,
            }
            for part in attempt.parts
        ],
        "unjudged": dict(attempt.unjudged or {}),
        "verdict": None
        if verdict is None
        else {
            "passed": verdict.passed,
            "scores": dict(verdict.scores),
            "reasons": list(verdict.reasons),
            "unread": list(verdict.unread),
        },
        "notes": list(attempt.notes),
    }


def restored(kept: history.Attempt) -> Attempt:
    """The attempt that the history kept. Raises ExamError where it is damaged or of a newer enunciate."""
    try:
        found = kept.result
        if found["schema"] != _SCHEMA:
            raise ValueError(found["schema"])
        return Attempt(
            id=kept.id,
            exam=kept.definition,
            version=kept.version,
            agent=kept.agent,
            started=kept.started,
            finished=kept.finished,
            parts=tuple(_part(part) for part in found["parts"]),
            unjudged=found["unjudged"],
            verdict=None
            if found["verdict"] is None
            else Verdict(
                found["verdict"]["passed"],
                found["verdict"]["scores"],
                tuple(found["verdict"]["reasons"]),
                tuple(found["verdict"]["unread"]),
            ),
            notes=tuple(found["notes"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ExamError(
            f"An attempt of {kept.agent} at “{kept.definition}” was kept by a newer enunciate, or is "
            "damaged: update enunciate."
        ) from error


def _part(found: Mapping[str, Any]) -> Part:
    return Part(
        found["script"],
        found["judgement"],
        found["scores"],
        tuple(found["reasons"]),
        found["reading"],
        datetime.fromisoformat(found["at"]) if found["at"] else None,
        found["rubric"],
    )
