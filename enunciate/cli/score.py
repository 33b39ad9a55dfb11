"""`enunciate score`: recordings against a script."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enunciate.cli import options
from enunciate.cli.keeping import keeper, keeping, say
from enunciate.errors import AudioError, RecognitionError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from enunciate.assessment import Assessment


@click.command(short_help="Score a recording against its script.")
@click.argument("recordings", metavar="RECORDING...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--script",
    metavar="NAME-or-FILE",
    help="The script that was read: a name from `enunciate prompts list`, or a file.",
)
@click.option("--text", help="The text that was read.")
@options.model
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON (one object; one a line for several recordings)."
)
@click.option(
    "--textgrid", metavar="FILE", type=click.Path(path_type=Path), help="Write a TextGrid for Praat too."
)
@click.option(
    "--html",
    metavar="PAGE.html-or-FOLDER",
    type=click.Path(path_type=Path),
    help="Write a page for a browser too, with the recording in it; into a folder, one for each recording.",
)
@click.option("--no-sound", is_flag=True, help="Leave the recording out of the page.")
@keeping("Keep the reading in the history, of --agent or of whom `enunciate agents use` named.")
@click.option("--no-color", is_flag=True, help="No colours; the marks stay.")
@click.pass_context
def command(
    ctx: click.Context,
    recordings: tuple[str, ...],
    script: str | None,
    text: str | None,
    model: str | None,
    as_json: bool,
    textgrid: Path | None,
    html: Path | None,
    no_sound: bool,
    agent: str | None,
    history: bool | None,
    keep_recording: bool,
    no_color: bool,
) -> None:
    """Score RECORDING against the script that was read in it.

    The exit status is 0 for a reading that was scored, passed or not, and 1 where a recording could not be
    used or is not a reading of the script.
    """
    if (script is None) == (text is None):
        raise click.UsageError(
            "Say what was read, in one way: --script NAME-or-FILE (`enunciate prompts list` shows the names) "
            'or --text "the words".'
        )
    if textgrid and len(recordings) > 1:
        raise click.UsageError("--textgrid goes with one recording at a time.")
    if no_sound and not html:
        raise click.UsageError("--no-sound goes with --html.")
    pages = _pages(recordings, html) if html else None

    from rich.console import Console

    from enunciate import assess

    waiting = Console(stderr=True, no_color=no_color or None)
    refused = False
    with ExitStack() as stack:
        keeps = keeper(stack, "score", agent, history, keep_recording, default=False)
        for number, recording in enumerate(recordings):
            try:
                with waiting.status("Listening ...", spinner="line"):
                    assessment = assess(recording, text=text, script=script, model=model)
            except (AudioError, RecognitionError) as error:
                click.ClickException(printable(str(error))).show()
                refused = True
                continue
            refused = refused or assessment.problem is not None
            if textgrid:
                _write_textgrid(assessment, textgrid)
            if pages:
                _write_page(assessment, pages[number], no_sound)
            if as_json:
                _print_json(assessment, lines=len(recordings) > 1)
            else:
                _print_report(assessment, no_color, first=number == 0)
            if keeps:
                say(keeps.keep(assessment, partial(_copy, Path(recording))))
    ctx.exit(1 if refused else 0)


def _copy(recording: Path, place: Path) -> Path:
    """Copy a recording to a place that lacks its suffix yet; where that is."""
    return Path(shutil.copyfile(recording, place.with_suffix(recording.suffix)))


def _print_json(assessment: Assessment, lines: bool) -> None:
    from enunciate.report import json

    for notice in assessment.notices:
        click.echo(printable(notice), err=True)
    click.echo(json.dumps(assessment, lines=lines))


def _print_report(assessment: Assessment, no_color: bool, first: bool) -> None:
    from rich.console import Console

    from enunciate.report.terminal import show

    console = Console(highlight=False, no_color=no_color or None)
    if not first:
        console.rule()
    show(assessment, console)


def _write_textgrid(assessment: Assessment, path: Path) -> None:
    from enunciate.report import textgrid

    textgrid.write(assessment, path)
    click.echo(f"Wrote {printable(str(path))}.", err=True)


def _pages(recordings: tuple[str, ...], html: Path) -> list[Path]:
    """Where the page of each recording goes: what ends in .html is one page, anything else a folder.

    What would stop it from being written is said now, before anybody has waited.
    """
    from enunciate.report import pages

    if html.suffix.lower() in {".html", ".htm"} and not html.is_dir():
        if len(recordings) > 1:
            raise click.UsageError(
                "With several recordings, --html names a folder: each has a page of its own."
            )
        paths = [html]
    else:
        stems = [Path(recording).stem for recording in recordings]
        clash = {stem for stem, count in Counter(stem.casefold() for stem in stems).items() if count > 1}
        paths = [
            html / (f"{stem}-{number}.html" if stem.casefold() in clash else f"{stem}.html")
            for number, stem in enumerate(stems, 1)
        ]
        pages.folder(html)
    for path in paths:
        pages.check(path)
    return paths


def _write_page(assessment: Assessment, path: Path, no_sound: bool) -> None:
    from enunciate.report import html, pages

    audio = None if no_sound else assessment.recording.audio
    pages.write(html.page(assessment.as_dict(contour=True), audio), path)
    click.echo(f"Wrote {printable(str(path))}.", err=True)
