"""What a person who takes an exam, and a trainer, see of it on a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enunciate.exams import Attempt, Exam, Part, total
from enunciate.exams.judging import marks_text, shown
from enunciate.exams.rules import Standing, last_moment, moment
from enunciate.exams.status import Row, summary, terms
from enunciate.report.labels import counted, whole
from enunciate.report.printable import printable
from enunciate.report.terminal import WIDEST

_STYLES = {"passed": "green", "again": "yellow", "unscored": ""}


def introduce(exam: Exam, attempt: Attempt, place: Standing, console: Console) -> None:
    """What is to be taken, before the first reading."""
    number = len(place.finished) + 1
    of = "" if exam.attempts is None else f" of {exam.attempts}"
    going_on = " You go on where you stopped." if attempt.parts else ""
    _print(console, f"{exam.title}, attempt {number}{of}", "bold")
    _print(console, f"{' '.join(terms(exam))}{going_on}")


def not_judged(part: Part, console: Console) -> None:
    """That a reading does not count, and why."""
    for reason in part.reasons:
        _print(console, reason)
    _print(console, "So this reading does not count, and nothing is lost: please read it again.", "yellow")


def result(exam: Exam, attempt: Attempt, console: Console, place: Standing | None = None) -> None:
    """Passed, or what is missing and how to go on, from the `place` where the person stands now."""
    _print(console)
    _print(console, exam.title, "bold")
    grid = Table.grid(padding=(0, 2))
    by_script = {part.script: part for part in attempt.parts}
    for script in exam.scripts:
        part = by_script.get(script.id)
        if part is None:
            grid.add_row(_text(console, script.title), Text("to be read", "dim"), Text())
            continue
        overall = dict(script.marks).get("overall")
        value = part.scores.get("overall")
        number = "–" if value is None else str(whole(value) if overall is None else shown(value, overall))
        passed = part.judgement == "passed"
        grid.add_row(
            _text(console, script.title),
            Text("passed" if passed else "not yet", "green" if passed else "yellow"),
            _text(console, number),
        )
    console.print(grid)
    if attempt.verdict is None or attempt.verdict.passed is None:
        missing = len(exam.scripts) - len(attempt.parts)
        _print(console)
        _print(
            console,
            f"{counted(missing, 'script')} to go. What is read is kept: "
            f"`enunciate assess take {shlex.quote(exam.name)} --agent {shlex.quote(attempt.agent)}` goes on "
            "from here.",
        )
        return
    _print(console)
    mean = total(attempt)
    over = f" {whole(mean)} of 100 over all scripts." if mean is not None and len(exam.scripts) > 1 else ""
    if attempt.verdict.passed:
        _print(console, f"Passed.{over} Well done.", "bold green")
        return
    _print(console, f"Not yet: please retake it.{over}", "bold yellow")
    for reason in attempt.verdict.reasons:
        _print(console, reason)
    for part in attempt.parts:
        if part.judgement == "not yet":
            title = next(script.title for script in exam.scripts if script.id == part.script)
            _print(console)
            _print(console, title, "bold")
            for reason in part.reasons:
                _print(console, f"  {reason}")
    _print(console)
    _print(console, _how_to_go_on(exam, attempt, place))


def _how_to_go_on(exam: Exam, attempt: Attempt, place: Standing | None) -> str:
    practise = f"`enunciate progress --agent {shlex.quote(attempt.agent)}` says what to practise"
    if place is None:
        return f"{practise}."
    if place.left == 0:
        return "That was the last attempt. Talk to your trainer about how to go on."
    begins = place.again_from or attempt.finished
    if exam.due is not None and begins is not None and begins >= exam.due:
        return f"It was due {last_moment(exam.due)}. Talk to your trainer, who can set a later date."
    if place.again_from is not None:
        return f"You may take it again {moment(place.again_from)}. {practise} until then."
    return f"You may take it again whenever you like. {practise} first."


def table(exam: Exam, rows: Sequence[Row], console: Console) -> None:
    """Where a class stands."""
    _print(console, f"{exam.title} (version {exam.version})", "bold")
    _print(console, " ".join(terms(exam)), "dim")
    if rows:
        waves = len({row.wave for row in rows}) > 1
        made = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=min(console.width, WIDEST + 20))
        made.add_column("agent", overflow="fold", min_width=6)
        if waves:
            made.add_column("wave", overflow="fold")
        made.add_column("result", no_wrap=True)
        made.add_column("taken", justify="right")
        made.add_column("best", justify="right")
        made.add_column("latest", justify="right")
        made.add_column("why, and what is next", ratio=1)
        for row in rows:
            cells = [_text(console, row.agent)]
            if waves:
                cells.append(_text(console, row.wave or ""))
            limit = "" if exam.attempts is None else f"/{exam.attempts}"
            cells += [
                Text(row.word, _STYLES[row.kind]),
                Text(f"{row.taken}{limit}"),
                _number(console, row.best),
                _number(console, row.latest),
                _text(console, " ".join((*row.why[:2], *(("…",) if len(row.why) > 2 else ()), *row.notes))),
            ]
            made.add_row(*cells)
        console.print(made)
    _print(console, summary(rows))


def definition(exam: Exam, console: Console) -> None:
    """What was stored, so that a trainer sees what will be asked for."""
    _print(console, f"{exam.title}: `enunciate assess take {exam.name}` (version {exam.version})", "bold")
    for script in exam.scripts:
        weight = "" if script.weight == 1.0 else f", counts {script.weight:g} times"
        marks = marks_text(script.marks) or "its own pass mark"
        _print(console, f"  {script.id}: {marks}{weight}")
    for line in terms(exam):
        _print(console, line)


def _number(console: Console, value: int | None) -> Text:
    return _text(console, "–" if value is None else str(value))


def _text(console: Console, text: str, style: str = "") -> Text:
    return Text(printable(text, console.encoding), style)


def _print(console: Console, text: str = "", style: str = "") -> None:
    console.print(_text(console, text, style), width=WIDEST)
