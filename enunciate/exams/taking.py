"""Taking an exam, script by script; what is done is kept after each, so that it can be gone on with."""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from enunciate.batch.locations import RECORDINGS
from enunciate.errors import ExamError, HistoryError
from enunciate.exams import Attempt, Exam, ExamScript, Part, attempts
from enunciate.exams.definition import restored
from enunciate.exams.judging import judge, verdict
from enunciate.exams.rules import Standing, clock_problem, refusal, standing
from enunciate.history.instants import now
from enunciate.history.store import History
from enunciate.reference import Reference, scripts
from enunciate.report.labels import counted


def find(history: History, name: str, version: int | None = None) -> Exam:
    """The exam of that name in the history. Raises ExamError where there is none, with one that is near."""
    kept = history.definition(name, version)
    if kept is not None:
        return restored(kept.text, kept.version)
    names = list(dict.fromkeys(one.name for one in history.definitions()))
    if not names:
        raise ExamError(
            f"There is no assessment “{name}”, nor any other: `enunciate assess define FILE` stores one, and "
            "`enunciate assess define --example` prints such a file."
        )
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean “{close[0]}”?" if close else f"There are: {', '.join(names)}."
    raise ExamError(f"There is no assessment “{name}”. {hint}")


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt that may go on, and where the person stood before."""

    taking: Taking
    place: Standing


def begin(
    history: History,
    name: str,
    agent: str,
    *,
    again: bool = False,
    ignore_clock: bool = False,
    clock: Callable[[], datetime] = now,
) -> Begun:
    """Begin an attempt, or go on with the one that was broken off, by the version that it began with.

    Raises:
        ExamError: there is no such exam, or it may not be taken now; the message says why.
        HistoryError: the agent is unknown, or the history cannot be asked.
    """
    exam = find(history, name)
    person = history.agent(agent).name
    taken = tuple(attempts.restored(one) for one in history.attempts(name=exam.name, agent=person))
    at = clock()
    place = standing(exam, taken, at)
    known = [one.finished for one in taken if one.finished is not None]
    latest = max((one for one in (*known, history.latest_time(person)) if one is not None), default=None)
    problem = clock_problem(exam, latest, at)
    if problem is not None and not ignore_clock:
        raise ExamError(problem)
    if (problem := refusal(exam, place, at, again=again)) is not None:
        raise ExamError(problem)
    notes = (
        ("The clock was set back, and that was let pass.",) if latest and latest > at and ignore_clock else ()
    )
    if place.open is not None:
        exam = find(history, name, place.open.version)
        attempt = replace(place.open, notes=tuple(dict.fromkeys((*place.open.notes, *notes))))
    else:
        attempt = Attempt(str(uuid.uuid4()), exam.name, exam.version, person, at, notes=notes)
    return Begun(Taking(history, exam, attempt, clock), place)


class Taking:
    """An attempt in the midst of being taken."""

    def __init__(
        self, history: History, exam: Exam, attempt: Attempt, clock: Callable[[], datetime] = now
    ) -> None:
        """Go on with `attempt` at `exam`."""
        self.exam = exam
        self.attempt = attempt
        self._history = history
        self._clock = clock

    @property
    def left(self) -> tuple[ExamScript, ...]:
        """The scripts that are still to be read, in their order."""
        done = {part.script for part in self.attempt.parts}
        return tuple(script for script in self.exam.scripts if script.id not in done)

    def number(self, script: ExamScript) -> int:
        """Which script of the exam it is, from 1."""
        return self.exam.scripts.index(script) + 1

    def reference(self, script: ExamScript) -> Reference:
        """A script as it is read aloud, called after the exam too."""
        found = scripts.from_text(script.text, id=script.id, source=script.id)
        count = len(self.exam.scripts)
        return (
            found if count == 1 else replace(found, title=f"{found.title} ({self.number(script)} of {count})")
        )

    def hear(self, script: ExamScript, assessment: Mapping[str, Any]) -> Part:
        """Judge and keep a reading of a script, given the JSON object of its assessment.

        After the last one the attempt has its verdict and is finished.

        Raises:
            ExamError: the script was read in another window meanwhile.
            HistoryError: nothing can be kept.
        """
        at = self._clock()
        attempt = self._meanwhile(script)
        described = {"exam": self.exam.name, "version": self.exam.version, "attempt": attempt.id}
        reading = None
        if assessment["problem"] is None:
            reading = self._history.record(
                {**assessment, "script": {**assessment["script"], "title": script.title}},
                agent=attempt.agent,
                kind="exam",
                script=script.id,
                module=self.reference(script).module,
                at=at,
                details=described,
            )
        part = judge(self.exam, script, assessment, reading=reading, at=at)
        if part.judgement == "not judged":
            unjudged = dict(attempt.unjudged or {})
            unjudged[script.id] = unjudged.get(script.id, 0) + 1
            self.attempt = replace(attempt, unjudged=unjudged)
        else:
            parts = (*attempt.parts, part)
            found = verdict(self.exam, parts)
            finished = None if found.passed is None else at
            self.attempt = replace(attempt, parts=parts, verdict=found, finished=finished)
        self._history.save_attempt(
            id=self.attempt.id,
            definition=self.exam.name,
            version=self.exam.version,
            agent=self.attempt.agent,
            result=attempts.as_dict(self.attempt),
            started=self.attempt.started,
            finished=self.attempt.finished,
            passed=self.attempt.passed,
        )
        return part

    def _meanwhile(self, script: ExamScript) -> Attempt:
        """The attempt as it is kept now, so that what another window did is not undone."""
        if self._history.problem is not None:
            return self.attempt
        try:
            kept = self._history.attempts(name=self.exam.name, agent=self.attempt.agent)
        except HistoryError:  # it is gone since: what is read now waits to be written
            return self.attempt
        current = next((attempts.restored(one) for one in kept if one.id == self.attempt.id), None)
        if current is None:
            elsewhere = any(one.finished is None for one in kept)
        else:
            elsewhere = any(part.script == script.id for part in current.parts)
        if elsewhere:
            raise ExamError(
                f"“{self.exam.title}” is being taken in another window: go on there. This reading was not "
                "kept."
            )
        return replace(current, notes=self.attempt.notes) if current else self.attempt


def matched(
    given: Sequence[Path], exam: Exam, left: Sequence[ExamScript]
) -> tuple[tuple[ExamScript, Path], ...]:
    """Which recording is of which of the scripts of `exam` that are `left`, in the order of the scripts.

    A folder stands for the recordings in it. A recording is of the script whose name its own begins with,
    such as late-delivery__maya.wav. Those that are called after no script are of the scripts that remain, in
    their order, and there has to be one for each; where only some in a folder are called so, the others in it
    are something else.

    Raises:
        ExamError: that cannot be told.
    """
    recordings: list[Path] = []
    inside: set[Path] = set()
    for path in given:
        if path.is_dir():
            found_there = sorted(one for one in path.iterdir() if one.suffix.lower() in RECORDINGS)
            if not found_there:
                raise ExamError(f"There are no recordings in {path}.")
            recordings += found_there
            inside.update(found_there)
        elif path.exists():
            recordings.append(path)
        else:
            raise ExamError(f"There is no file {path}: check its name.")
    named = [(_named(path, exam.scripts), path) for path in recordings]
    nameless = [path for script, path in named if script is None]
    if len(nameless) < len(named):
        nameless = [path for path in nameless if path not in inside]
    found: dict[str, Path] = {}
    for script, path in named:
        if script is None:
            continue
        if script.id in found:
            raise ExamError(
                f"{found[script.id].name} and {path.name} both are of {script.id}: give one recording for "
                "each script."
            )
        if script in left:
            found[script.id] = path
    if nameless:
        remain = [script for script in left if script.id not in found]
        if len(nameless) != len(remain):
            raise ExamError(_unclear(nameless, remain, all_nameless=len(nameless) == len(named)))
        found |= {script.id: path for script, path in zip(remain, nameless, strict=True)}
    if not found:
        raise ExamError(f"None of the recordings is of a script that is still to be read: {_how(left)}.")
    return tuple((script, found[script.id]) for script in left if script.id in found)


def _unclear(nameless: Sequence[Path], remain: Sequence[ExamScript], *, all_nameless: bool) -> str:
    """That recordings called after no script cannot be told to be of those that remain."""
    if not all_nameless:
        names, verb = ", ".join(path.name for path in nameless), "is" if len(nameless) == 1 else "are"
        how = _how(remain) if remain else "all scripts have their recording"
        return f"{names} {verb} of none of the scripts: {how}."
    return (
        f"{counted(len(nameless), 'recording')} for {counted(len(remain), 'script')}: {_how(remain)}, or "
        f"give one for each in this order: {', '.join(script.id for script in remain)}."
    )


def _how(left: Sequence[ExamScript]) -> str:
    return f"call each after its script, such as {left[0].id}.wav"


def _named(path: Path, among: Sequence[ExamScript]) -> ExamScript | None:
    """The script whose name a recording's begins with, the longest where there are several."""
    stem = path.stem.casefold()
    fits = [script for script in among if re.match(rf"{re.escape(script.id.casefold())}(?:[\W_]|$)", stem)]
    return max(fits, key=lambda script: len(script.id), default=None)
