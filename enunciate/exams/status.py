"""Where a class stands with an exam: a trainer's table, for the terminal, a spreadsheet and a browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from enunciate.assessment_dict import SCORES
from enunciate.batch.table import safe
from enunciate.exams import Attempt, Exam, attempts, total
from enunciate.exams.judging import marks_text
from enunciate.exams.rules import Standing, State, last_moment, moment, short_day, standing, until
from enunciate.report import pages
from enunciate.report.labels import SCORES as LABELS
from enunciate.report.labels import SHORT, counted, whole

WORDS: dict[State, str] = {
    "passed": "passed",
    "open": "begun",
    "retake": "retake",
    "waiting": "retake later",
    "used up": "no attempts left",
    "overdue": "overdue",
    "not begun": "not begun",
}
"""How a state is called in a table."""

_KINDS: dict[State, str] = {"passed": "passed", "open": "unscored", "not begun": "unscored"}
"""What the page's table calls a state; the others are to be read again."""

_MOST_ROWS = 100

COLUMNS = (
    "agent", "wave", "state", "attempts", "attempts_left", "best", "best_version", "latest", "latest_version",
    "latest_finished", *(f"latest_{name}" for name in SCORES), "retake_from", "why", "notes",
)  # fmt: skip
"""Of the CSV file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One agent."""

    agent: str
    wave: str | None
    standing: Standing
    why: tuple[str, ...]
    """What is missing, or comes next."""

    @property
    def state(self) -> State:
        """Where the agent stands."""
        return self.standing.state

    @property
    def kind(self) -> str:
        """What the page's table calls it."""
        return _KINDS.get(self.state, "again")

    @property
    def word(self) -> str:
        """The state in a word or two."""
        return WORDS[self.state]

    @property
    def best(self) -> int | None:
        """The best weighted overall score, in whole numbers."""
        return _total(self.standing.best)

    @property
    def latest(self) -> int | None:
        """The latest weighted overall score, in whole numbers."""
        return _total(self.standing.latest)

    @property
    def areas(self) -> tuple[int | None, ...]:
        """The latest means of the other scores, in the order of `labels.SCORES`."""
        last = self.standing.latest
        scores = last.verdict.scores if last and last.verdict else {}
        return tuple(whole(scores.get(name)) for name in LABELS)

    @property
    def taken(self) -> int:
        """Attempts that count."""
        return len(self.standing.finished)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a trainer should know of the attempts."""
        known = [*self.standing.finished, *([self.standing.open] if self.standing.open else [])]
        return tuple(dict.fromkeys(note for attempt in known for note in attempt.notes))


def _total(attempt: Attempt | None) -> int | None:
    value = total(attempt) if attempt else None
    return whole(value)


def rows(
    exam: Exam, people: Iterable[tuple[str, str | None]], taken: Sequence[Attempt], now: datetime
) -> tuple[Row, ...]:
    """A row for each of the `people`, agents with their waves, from all `taken` attempts."""
    own: dict[str, list[Attempt]] = {}
    for attempt in taken:
        own.setdefault(attempt.agent, []).append(attempt)
    made = []
    for agent, wave in people:
        place = standing(exam, own.get(agent, ()), now)
        made.append(Row(agent, wave, place, _why(exam, place)))
    return tuple(made)


def _why(exam: Exam, place: Standing) -> tuple[str, ...]:
    texts: list[str] = []
    if place.open is not None and place.state != "passed":
        scripts = counted(len(exam.scripts), "script")
        texts.append(f"{len(place.open.parts)} of {scripts} judged; begun {moment(place.open.started)}.")
        for script, times in (place.open.unjudged or {}).items():
            if all(part.script != script for part in place.open.parts):
                texts.append(f"{script} could not be judged {_times(times)}.")
    last = place.latest
    if place.state != "passed" and last is not None and last.verdict is not None:
        one = len(last.parts) == 1
        # Of a single script its own reasons say it all.
        texts += last.verdict.reasons[1 if one and last.parts[0].judgement == "not yet" else 0 :]
        texts += [
            reason if one else f"{part.script}: {reason}"
            for part in last.parts
            if part.judgement == "not yet"
            for reason in part.reasons
        ]
    if place.state == "waiting" and place.again_from is not None:
        texts.insert(0, f"Again from {moment(place.again_from).removeprefix('on ')}.")
    if place.state == "passed" and place.best is not None and place.best.version != exam.version:
        texts.append(f"Passed version {place.best.version}; now it is version {exam.version}.")
    return tuple(texts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def summary(found: Sequence[Row]) -> str:
    """The class in a line.

    >>> summary(())
    'Nobody yet.'
    """
    if not found:
        return "Nobody yet."
    counts = {state: sum(row.state == state for row in found) for state in WORDS}
    parts = [f"{count} {WORDS[state]}" for state, count in counts.items() if count]
    return f"{counted(len(found), 'agent')}: {', '.join(parts)}."


def terms(exam: Exam) -> tuple[str, ...]:
    """What is asked for, a line each."""
    count = len(exam.scripts)
    if exam.must_pass < count:
        have = "has" if exam.must_pass == 1 else "have"
        lines = [f"{exam.must_pass} of {count} scripts {have} to reach the marks."]
    else:
        every = {1: "The script has", 2: "Both scripts have"}.get(count, f"All {count} scripts have")
        lines = [f"{every} to reach the marks."]
    if exam.total:
        lines.append(f"Over all scripts: {marks_text(exam.total)}.")
    if exam.attempts is not None:
        lines.append(f"{counted(exam.attempts, 'attempt')} at most.")
    if exam.cool_down:
        lines.append(f"{until(timedelta(seconds=exam.cool_down)).capitalize()} between two attempts.")
    if exam.due is not None:
        lines.append(f"Due {last_moment(exam.due)}.")
    return tuple(lines)


def cells(row: Row) -> dict[str, Any]:
    """A row as plain data by `COLUMNS`; None where there is nothing to say."""
    place, last = row.standing, row.standing.latest
    scores = last.verdict.scores if last and last.verdict else {}
    return {
        "agent": row.agent,
        "wave": row.wave,
        "state": row.state,
        "attempts": row.taken,
        "attempts_left": place.left,
        "best": total(place.best) if place.best else None,
        "best_version": place.best.version if place.best else None,
        "latest": total(last) if last else None,
        "latest_version": last.version if last else None,
        "latest_finished": last.finished.isoformat() if last and last.finished else None,
        **{f"latest_{name}": scores.get(name) for name in SCORES},
        "retake_from": place.again_from.isoformat() if place.again_from and row.state == "waiting" else None,
        "why": list(row.why),
        "notes": list(row.notes),
    }


def csv_text(found: Iterable[Row]) -> str:
    """The table for spreadsheets, in which nothing is calculated; see `enunciate.batch.table`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found:
        made = cells(row)
        writer.writerow([_cell(made[name]) for name in COLUMNS])
    return text.getvalue()


def _cell(value: Any) -> str | float | int:
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(value)
    return value if isinstance(value, int | float) else safe(str(value))


def page(exam: Exam, found: Sequence[Row], *, wave: str | None, now: datetime) -> str:
    """The table as a page for a browser."""
    return pages.render(
        "exam.html",
        ("templates/wave.js",),
        exam=exam,
        rows=found,
        wave=wave,
        summary=summary(found),
        terms=terms(exam),
        made=moment(now),
        labels=dict(zip(LABELS.values(), SHORT, strict=True)),
        passed=sum(row.state == "passed" for row in found),
        waves=len({row.wave for row in found}) > 1,
        short_day=short_day,
        most=_MOST_ROWS,
    )


def all_attempts(kept: Iterable[Any]) -> tuple[Attempt, ...]:
    """The attempts of the history, in their order."""
    return tuple(attempts.restored(one) for one in kept)
