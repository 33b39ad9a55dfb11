"""`enunciate assess`: assessments with pass marks, attempts and a due date."""

from __future__ import annotations

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli import options
from enunciate.cli.keeping import of_wave, opened
from enunciate.errors import AudioError, ExamError, RecognitionError, ReportError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from enunciate.exams import Attempt, Exam, ExamScript
    from enunciate.exams.rules import Standing
    from enunciate.exams.taking import Taking
    from enunciate.history.store import History
    from enunciate.teleprompter.reader import Wishes


@click.group("assess", short_help="Take, define and follow assessments.")
def command() -> None:
    """Assessments: scripts to read, marks to reach, so many attempts, by a date."""


# --- define -----------------------------------------------------------------------------------------------


@command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="Print a file with comments, to begin with.")
@click.option("--check", is_flag=True, help="Only look for mistakes; nothing is stored.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--no-color", is_flag=True, help="No colours.")
def define(file: Path | None, example: bool, check: bool, as_json: bool, no_color: bool) -> None:
    """Store the assessment that FILE describes, in TOML.

    A changed file makes a new version; results of the earlier versions stay as they are, and whoever has
    begun goes on with the version that they began with. The same file again changes nothing.
    """
    if example == (file is not None):
        raise click.UsageError("Name a FILE, or ask for --example.")
    from enunciate.exams import definition, terminal

    if file is None:
        click.echo(definition.example(), nl=False)
        return
    try:
        exam = definition.load(file)
    except ExamError as error:
        # A line for each mistake.
        raise click.ClickException(printable(str(error), lines=True)) from error
    console = _console(no_color)
    if check:
        click.echo(printable(f"{file} is right."), err=True)
        return
    from dataclasses import replace

    from enunciate.exams.taking import find

    with ExitStack() as stack:
        history = opened(stack)
        known = history.definition(exam.name)
        before = find(history, exam.name) if known is not None else None
        if before is not None and replace(exam, version=before.version) == before:
            exam, what = before, "Nothing has changed"
        else:
            kept = history.put_definition(exam.name, definition.stored(exam))
            exam = replace(exam, version=kept.version)
            what = "Stored" if kept.version == 1 else f"Stored as version {kept.version}"
    if as_json:
        found = json.loads(definition.stored(exam)) | {"version": exam.version}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        terminal.definition(exam, console)
    click.echo(f"{what}.", err=True)


# --- take -------------------------------------------------------------------------------------------------


@command.command()
@click.argument("name")
@click.argument("more", metavar="", nargs=-1, type=click.Path(path_type=Path))
@click.option("--agent", metavar="NAME", help="Who takes it, where no agent is set.")
@click.option(
    "--files",
    metavar="RECORDING-or-FOLDER...",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Recordings, made elsewhere, instead of the microphone; each called after its script.",
)
@click.option("--again", is_flag=True, help="Take it once more after it was passed.")
@click.option(
    "--ignore-clock", is_flag=True, help="Go on though the clock was set back; your trainer sees it."
)
@options.device
@options.model
@options.silence("End a reading after so long without a word.")
@options.countdown
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def take(
    ctx: click.Context,
    name: str,
    more: tuple[Path, ...],
    agent: str | None,
    files: tuple[Path, ...],
    again: bool,
    ignore_clock: bool,
    device: str | None,
    model: str | None,
    silence: float,
    countdown: int,
    as_json: bool,
    no_color: bool,
) -> None:
    """Take the assessment NAME: read its scripts, one after the other.

    The result comes after the last script. What is read is kept at once: an assessment that was broken off
    goes on with the next script. A reading that could not be judged is read again and costs nothing.

    The exit status is 0 where the assessment was finished, passed or not, and 1 where it was not.
    """
    if more and not files:
        raise click.UsageError(f"“{more[0]}” is too much: recordings go with --files.")
    from enunciate import settings
    from enunciate.exams import terminal
    from enunciate.exams.taking import begin, matched
    from enunciate.teleprompter.display import Stopped, signals_raise
    from enunciate.teleprompter.reader import Wishes
    from enunciate.teleprompter.session import Timing

    person = agent or settings.get("agent")
    if not person:
        raise click.UsageError("Say who takes it: --agent NAME, or once for all `enunciate agents use NAME`.")
    screen = _console(no_color, stderr=True)
    with ExitStack() as stack:
        history = opened(stack)
        begun = begin(history, name, person, again=again, ignore_clock=ignore_clock)
        taking = begun.taking
        given = matched((*files, *more), taking.exam, taking.left) if files else None
        terminal.introduce(taking.exam, taking.attempt, begun.place, screen)
        wishes = Wishes(device=device, model=model, timing=Timing(count_in=countdown, silence=silence))
        try:
            if given is not None:
                _hear_files(taking, given, model, screen)
            else:
                from enunciate.audio.devices import hushed

                with signals_raise(), hushed():
                    _read(taking, wishes, screen)
        except Stopped as stopped:
            ctx.exit(128 + stopped.number)
        except KeyboardInterrupt:
            screen.print()
            _left_off(taking, screen)
            raise
        _show_result(history, taking, as_json, no_color)
    ctx.exit(0 if taking.attempt.finished else 1)


def _hear_files(
    taking: Taking, given: tuple[tuple[ExamScript, Path], ...], model: str | None, screen: Console
) -> None:
    from enunciate import assess
    from enunciate.exams import terminal

    for script, path in given:
        try:
            with screen.status("Listening ...", spinner="line"):
                assessment = assess(path, script=taking.reference(script), model=model)
        except (AudioError, RecognitionError) as error:
            click.ClickException(printable(str(error))).show()
            continue
        part = taking.hear(script, assessment.as_dict())
        click.echo(printable(f"{path.name}: {script.title}."), err=True)
        if part.judgement == "not judged":
            terminal.not_judged(part, screen)


def _read(taking: Taking, wishes: Wishes, screen: Console) -> None:
    """Into the microphone, until all is read or the person stops."""
    from enunciate.exams import terminal
    from enunciate.teleprompter.reader import REPORTED, Reader, Script

    interactive = sys.stdin.isatty() and screen.is_terminal
    while taking.left:
        script = taking.left[0]
        given = Script(text=script.text, ready=taking.reference(script))
        ending, assessment = Reader(given, wishes, screen, screen).once()
        if ending == "again":
            continue
        if ending not in REPORTED:
            return
        if assessment is not None:
            part = taking.hear(script, assessment.as_dict())
            if part.judgement != "not judged":
                if taking.left:
                    click.echo(
                        f"Thank you. That was {taking.number(script)} of {len(taking.exam.scripts)}.",
                        err=True,
                    )
                continue
            terminal.not_judged(part, screen)
            if (taking.attempt.unjudged or {}).get(script.id, 0) >= _OFTEN:
                click.echo("Does that go on, `enunciate doctor` looks at the microphone.", err=True)
        if not interactive or not _go_on(screen):
            return


_OFTEN = 2
"""Readings of one script that could not be judged, from which the microphone is worth a look."""


def _go_on(screen: Console) -> bool:
    from rich.text import Text

    from enunciate.teleprompter.keys import ENTER, keyboard

    screen.print(Text.assemble(("Enter", "bold"), " read it again   ", ("q", "bold"), " stop for now"))
    with keyboard() as keys:
        while True:
            key = keys.pressed()
            if key in (ENTER, "q"):
                return key == ENTER
            time.sleep(0.05)


def _left_off(taking: Taking, screen: Console) -> None:
    from enunciate.exams import terminal

    if taking.attempt.finished is None and (taking.attempt.parts or taking.attempt.unjudged):
        terminal.result(taking.exam, taking.attempt, screen)


def _show_result(history: History, taking: Taking, as_json: bool, no_color: bool) -> None:
    from enunciate.exams import terminal
    from enunciate.exams.rules import standing
    from enunciate.history.instants import now

    place = None
    if history.problem is None:
        exam, taken = _known(history, taking)
        place = standing(exam, taken, now())
    if as_json:
        click.echo(json.dumps(_result(taking, place), ensure_ascii=False, indent=2))
        return
    terminal.result(taking.exam, taking.attempt, _console(no_color), place)


def _known(history: History, taking: Taking) -> tuple[Exam, tuple[Attempt, ...]]:
    """The exam as it is defined now, and all attempts of the person."""
    from enunciate.exams import attempts
    from enunciate.exams.taking import find

    kept = history.attempts(name=taking.exam.name, agent=taking.attempt.agent)
    return find(history, taking.exam.name), tuple(attempts.restored(one) for one in kept)


def _result(taking: Taking, place: Standing | None) -> dict[str, Any]:
    from enunciate.exams import attempts

    exam, attempt = taking.exam, taking.attempt
    return {
        **attempts.as_dict(attempt),
        "schema": "enunciate.exam-result/1",
        "exam": exam.name,
        "version": exam.version,
        "title": exam.title,
        "agent": attempt.agent,
        "attempt": attempt.id,
        "started": attempt.started.isoformat(),
        "finished": attempt.finished.isoformat() if attempt.finished else None,
        "passed": attempt.passed,
        "left": [script.id for script in taking.left],
        "attempts_left": place.left if place else None,
        "again_from": place.again_from.isoformat() if place and place.again_from else None,
    }


# --- status -----------------------------------------------------------------------------------------------


@command.command()
@click.argument("name", required=False)
@click.option("--wave", metavar="WAVE", help="Only the agents of this wave.")
@click.option("--agent", metavar="NAME", help="Only this agent.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the table for a spreadsheet; - prints it.")
@click.option(
    "--html", metavar="PAGE.html", type=click.Path(path_type=Path), help="Write a page for a browser."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--no-color", is_flag=True, help="No colours; the words stay.")
def status(
    name: str | None,
    wave: str | None,
    agent: str | None,
    csv_file: str | None,
    html: Path | None,
    as_json: bool,
    no_color: bool,
) -> None:
    """Where everyone stands with the assessment NAME; without it, which assessments there are."""
    if as_json and csv_file == "-":
        raise click.UsageError("--json and --csv - both print: choose one.")
    if name is None and (wave or agent or csv_file or html):
        raise click.UsageError("Say which assessment: `enunciate assess status` lists their names.")
    from enunciate.exams import status as table
    from enunciate.exams import terminal
    from enunciate.exams.taking import find
    from enunciate.history.instants import now
    from enunciate.report import pages

    if html is not None:
        pages.check(html)
    with ExitStack() as stack:
        history = opened(stack)
        if name is None:
            _list(history, as_json, no_color)
            return
        exam = find(history, name)
        people = _people(history, wave, agent)
        rows = table.rows(exam, people, table.all_attempts(history.attempts(name=exam.name)), now())
    if html is not None:
        pages.write(table.page(exam, rows, wave=wave, now=now()), html)
        click.echo(printable(f"Wrote {html}."), err=True)
    if csv_file == "-":
        click.echo(table.csv_text(rows), nl=False)
    elif csv_file is not None:
        _write_csv(Path(csv_file), table.csv_text(rows))
    if as_json:
        found = {"exam": exam.name, "version": exam.version, "title": exam.title, "wave": wave}
        click.echo(
            json.dumps(found | {"agents": [table.cells(row) for row in rows]}, ensure_ascii=False, indent=2)
        )
    elif csv_file != "-":
        terminal.table(exam, rows, _console(no_color))


def _people(history: History, wave: str | None, agent: str | None) -> list[tuple[str, str | None]]:
    if agent is not None:
        one = history.agent(agent)
        return [(one.name, one.wave)]
    found = history.agents() if wave is None else of_wave(history, wave)
    return [(one.name, one.wave) for one in found]


def _list(history: History, as_json: bool, no_color: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from enunciate.exams.definition import restored
    from enunciate.report.labels import counted

    newest = {one.name: one for one in history.definitions()}
    exams = [restored(one.text, one.version) for one in newest.values()]
    if as_json:
        listed = [
            {
                "name": exam.name,
                "version": exam.version,
                "title": exam.title,
                "scripts": [script.id for script in exam.scripts],
                "due": exam.due.isoformat() if exam.due else None,
            }
            for exam in exams
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    if not exams:
        click.echo(
            "There are no assessments yet: `enunciate assess define --example` shows how to make one.",
            err=True,
        )
        return
    console = _console(no_color)
    grid = Table.grid(padding=(0, 2))
    for exam in exams:
        about = f"{exam.title}, {counted(len(exam.scripts), 'script')}"
        name = Text(printable(exam.name, console.encoding), "bold")
        grid.add_row(name, Text(printable(about, console.encoding)))
    console.print(grid)


def _write_csv(path: Path, text: str) -> None:
    from enunciate.exams.status import COLUMNS

    head = ",".join(f'"{name}"' for name in COLUMNS[:3]).encode()
    try:
        if path.exists() and not path.read_bytes().removeprefix(b"\xef\xbb\xbf").startswith(head):
            raise ReportError(f"{path} is there already and is no table of enunciate: give another name.")
        path.write_text(text, "utf-8-sig", newline="")
    except OSError as error:
        raise ReportError(f"The table cannot be written to {path} ({error.strerror}).") from error
    click.echo(printable(f"Wrote {path}."), err=True)


def _console(no_color: bool, *, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(highlight=False, no_color=no_color or None, stderr=stderr)
