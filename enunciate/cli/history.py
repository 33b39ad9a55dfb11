"""`enunciate history`: what was assessed before."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli import keeping
from enunciate.cli.keeping import opened, say
from enunciate.history import KINDS
from enunciate.report.labels import counted
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enunciate.history import Kind, Reading
    from enunciate.history.store import History

_SHORT = 8
"""Characters of an id that are shown; any unique beginning of one is understood."""

_TABLES = (".csv", ".txt")
_LINES = (".jsonl", ".ndjson")
"""Endings of exported files."""

_AREAS = {
    "pronunciation": "pron.",
    "accuracy": "acc.",
    "fluency": "flu.",
    "prosody": "inton.",
    "grammar": "gram.",
}


@click.group("history", short_help="Show, export and forget what was read before.")
def command() -> None:
    """The readings that were kept, on this computer or in the database that is set."""


def _choice(function: Callable[..., None]) -> Callable[..., None]:
    """Which readings are meant."""
    for option in (
        click.option("--kind", type=click.Choice(KINDS), help="Only those that came about so."),
        click.option(
            "--since",
            callback=keeping.since,
            metavar="DAY-or-AGO",
            help="Only since then: 2026-11-25, 3d, 2w, 6m or 1y.",
        ),
        click.option("--wave", metavar="WAVE", help="Only the agents of this wave."),
        click.option("--agent", metavar="NAME", help="Only this agent's."),
    ):
        function = option(function)
    return function


@command.command("list")
@_choice
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Only the last so many.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(
    kind: Kind | None,
    since: datetime | None,
    wave: str | None,
    agent: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List readings as they were recorded, the last one at the end."""
    with ExitStack() as stack:
        history = opened(stack)
        _check_wave(history, wave)
        found = history.readings(agent, wave, since, kind, limit + 1)
    readings = found[-limit:]
    if as_json:
        click.echo(json.dumps([_row(reading) for reading in readings], ensure_ascii=False, indent=2))
        return
    if not readings:
        chosen = any(value is not None for value in (kind, since, wave, agent))
        say(["There is no such reading." if chosen else _EMPTY])
        return
    _print_table(readings)
    if len(found) > limit:
        say([f"These are the last {limit}: --limit shows more."])


_EMPTY = (
    "Nothing was kept yet. `enunciate agents add NAME --use` has your readings kept from now on, and --agent "
    "has a single one."
)


def _check_wave(history: History, wave: str | None) -> None:
    if wave is not None and wave not in (waves := history.waves()):
        known = f"The waves are: {', '.join(waves)}." if waves else "There are no waves yet."
        raise click.ClickException(printable(f"There is no wave {wave}. {known}"))


def _row(reading: Reading) -> dict[str, Any]:
    return {
        "id": reading.id,
        "agent": reading.agent,
        "wave": reading.wave,
        "at": reading.at.isoformat(),
        "kind": reading.kind,
        "script": reading.script,
        "title": reading.title,
        "module": reading.module,
        "scores": dict(reading.scores),
        "passed": reading.passed,
        "rubric": reading.rubric,
        "seconds": reading.seconds,
        "sounds": {
            phone: {"count": sound.count, "mean": sound.mean, "called_out": sound.called_out}
            for phone, sound in reading.sounds.items()
        },
        "recording": None if reading.recording is None else str(reading.recording),
        "details": dict(reading.details),
    }


def _print_table(readings: tuple[Reading, ...]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    areas = _AREAS if console.width >= 100 else {}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("when", no_wrap=True)
    # Only what may be cut short counts as wrappable: rich takes the room from such columns first.
    table.add_column("agent", max_width=20)
    table.add_column("script")
    table.add_column("score", justify="right", no_wrap=True)
    for label in areas.values():
        table.add_column(label, justify="right", no_wrap=True)
    for reading in readings:
        style = "" if reading.passed is None else "green" if reading.passed else "yellow"
        table.add_row(
            reading.id[:_SHORT],
            f"{reading.at:%Y-%m-%d %H:%M}",
            Text(printable(reading.agent), no_wrap=True, overflow="ellipsis"),
            Text(printable(reading.script), no_wrap=True, overflow="ellipsis"),
            Text(_figure(reading.scores["overall"]), style),
            *(_figure(reading.scores[name]) for name in areas),
        )
    console.print(table)


def _figure(score: float | None) -> str:
    return "-" if score is None else f"{score:.0f}"


@command.command()
@click.argument("id", metavar="[ID]", required=False)
@click.option("--agent", metavar="NAME", help="The last reading of this agent, instead of ID.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as `enunciate score --json` does.")
@click.option("--html", metavar="PAGE.html", type=click.Path(path_type=Path), help="Write a page too.")
@click.option("--no-color", is_flag=True, help="No colours; the marks stay.")
def show(id: str | None, agent: str | None, as_json: bool, html: Path | None, no_color: bool) -> None:
    """Show the report of a reading again: ID is from `enunciate history list`, or its beginning.

    Pitch and loudness over time are not kept. The page plays the recording, where it was kept.
    """
    if (id is None) == (agent is None):
        raise click.UsageError("Say which reading, in one way: ID or --agent NAME.")
    from enunciate.report import pages, stored

    if html:
        pages.check(html)
    with ExitStack() as stack:
        history = opened(stack)
        if id is not None:
            reading = history.reading(id)
        else:
            last = history.readings(agent, limit=1)
            if not last:
                raise click.ClickException(printable(f"Nothing that {agent} read was kept."))
            reading = last[0]
        described = history.assessment(reading.id)
    if html:
        _write_page(reading, described, html)
    if as_json:
        click.echo(json.dumps(described, indent=2))
        return
    from rich.console import Console
    from rich.text import Text

    from enunciate.report.terminal import show as show_report

    console = Console(highlight=False, no_color=no_color or None)
    facts = [
        reading.agent,
        *([f"wave {reading.wave}"] if reading.wave else []),
        f"{reading.at:%Y-%m-%d %H:%M}",
    ]
    console.print(Text(printable(", ".join(facts), console.encoding), "bold"))
    show_report(stored.assessment(described), console)


def _write_page(reading: Reading, described: dict[str, Any], path: Path) -> None:
    from enunciate.audio.files import read
    from enunciate.errors import AudioError
    from enunciate.report import html, pages

    audio = None
    if reading.recording is not None:
        try:
            audio = read(reading.recording).audio
        except AudioError as error:
            say([f"The recording that was kept is left out of the page: {error}"])
    pages.write(html.page(described, audio, agent=reading.agent), path)
    say([f"Wrote {path}."])


@command.command()
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@_choice
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    help="The form.  [default: by FILE's name, else csv]",
)
def export(
    file: Path | None,
    kind: Kind | None,
    since: datetime | None,
    wave: str | None,
    agent: str | None,
    form: str | None,
) -> None:
    """Write readings to FILE, or stdout: a table for spreadsheets, or all of each as JSON Lines.

    The table has the columns of `enunciate batch`; each JSON line has the object of `enunciate score --json`
    as "assessment".
    """
    ending = file.suffix.lower() if file is not None else ""
    if form is None and ending not in ("", *_TABLES, *_LINES):
        raise click.UsageError(
            printable(
                f"{file} is neither a .csv file, for spreadsheets, nor a .jsonl file: name it so, or choose "
                "a --format."
            )
        )
    lines = form == "jsonl" or (form is None and ending in _LINES)
    with ExitStack() as stack:
        history = opened(stack)
        _check_wave(history, wave)
        readings = history.readings(agent, wave, since, kind)
        data = _json_lines(history, readings) if lines else _table(history, readings)
        if file is None or str(file) == "-":
            for part in data:
                sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            return
        try:
            with file.open("wb") as written:
                written.writelines(data)
        except OSError as error:
            raise click.ClickException(
                printable(f"{file} cannot be written ({error.strerror}): name a file in another folder.")
            ) from error
    say([f"Wrote {counted(len(readings), 'reading')} to {file}."])


def _json_lines(history: History, readings: tuple[Reading, ...]) -> Iterator[bytes]:
    for reading in readings:
        described = {
            "schema": "enunciate.history/1",
            **_row(reading),
            "assessment": history.assessment(reading.id),
        }
        yield json.dumps(described, separators=(",", ":")).encode("ascii") + b"\n"


def _table(history: History, readings: tuple[Reading, ...]) -> Iterator[bytes]:
    from enunciate.batch import Job, table

    def rows() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
        for reading in readings:
            described = history.assessment(reading.id)
            job = Job(
                described["recording"]["path"],
                "",
                None,
                reading.agent,
                reading.wave,
                reading.at.isoformat(timespec="seconds"),
            )
            own = {"id": reading.id, "kind": reading.kind, "module": reading.module or ""}
            yield table.row(job, {"assessment": described}, None, None), own

    yield table.csv_bytes(rows(), ("id", "kind", "module"))


@command.command()
@click.argument("agent")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(agent: str, yes: bool) -> None:
    """Delete all that is kept of AGENT: readings, recordings, drills, exams and the name.

    It cannot be undone. Files that a command was asked to write elsewhere (--save, --html, --out, export)
    are not touched, nor are backups.
    """
    from enunciate import settings
    from enunciate.history.naming import key
    from enunciate.history.store import Forgotten

    with ExitStack() as stack:
        history = opened(stack)
        if not yes:
            found = history.readings(agent) if history.problem is None else ()
            readings = f"{counted(len(found), 'reading')} and everything else"
            click.confirm(
                printable(f"Delete {readings} that is kept of {agent}? It cannot be undone."),
                abort=True,
                err=True,
            )
        gone: Forgotten = history.forget(agent)
        mine = settings.get("agent")
        if mine is not None and key(mine) == key(agent) and settings.path().exists():
            settings.put("agent", None)
    counts = [
        counted(count, noun)
        for count, noun in (
            (gone.readings, "reading"),
            (gone.recordings, "recording"),
            (gone.reviews, "drilled item"),
            (gone.attempts, "exam attempt"),
            (gone.unsent, "waiting record"),
        )
        if count
    ]
    what = f": {', '.join(counts)}" if counts else ""
    click.echo(printable(f"Forgot {agent}{what}."))
    if gone.elsewhere:
        say(["These recordings lie on other computers; run the same command there:", *gone.elsewhere])
    say(gone.notices)
