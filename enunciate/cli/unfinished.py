"""Takes that a crash left behind, offered by the commands that record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enunciate.errors import MicrophoneError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from enunciate.audio.takes import Take


def offer() -> None:
    """Ask what to do with each unfinished take: save it in the current folder, delete it, or decide later.

    Where nobody can be asked, stderr tells of them.
    """
    from enunciate.audio.takes import unfinished

    for take in unfinished():
        click.echo(f"{describe(take)} was never finished, and was found again.", err=True)
        try:
            if sys.stdin.isatty() and sys.stderr.isatty():
                _ask(take)
            else:
                click.echo("`enunciate record --recover FILE` saves it.", err=True)
        finally:
            take.leave()


def describe(take: Take) -> str:
    """A take in words, as the beginning of a sentence."""
    when = f" from {take.started:%d %b %H:%M}" if take.started else ""
    about = f" ({printable(take.about.splitlines()[0])})" if take.about else ""
    return f"A recording of {take.seconds:.1f} s{when}{about}"


def _ask(take: Take) -> None:
    answer = click.prompt(
        "s saves it here, d deletes it, Enter decides later", default="", show_default=False, err=True
    )
    if answer.strip().lower().startswith("d"):
        take.discard()
    elif answer.strip().lower().startswith("s"):
        path = Path(f"{take.path.stem.rsplit('-', 2)[0]}.flac")
        try:
            take.save(path)
        except MicrophoneError as error:
            click.echo(printable(str(error)), err=True)
            return
        take.discard()
        click.echo(f"Saved {path}.", err=True)
