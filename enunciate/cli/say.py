"""`enunciate say`: a model reading of a script, to listen to before one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enunciate.report.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

    from enunciate.teleprompter.keys import Keys
    from enunciate.voice import Utterance

SLOWEST, FASTEST = 0.4, 2.0
"""Speeds beyond which a voice slurs."""


@click.command(short_help="Hear a script read aloud.")
@click.argument("script", metavar="[SCRIPT]", required=False)
@click.option("--text", help="The text to say, instead of SCRIPT.")
@click.option(
    "--speed",
    metavar="FACTOR",
    type=click.FloatRange(SLOWEST, FASTEST),
    default=1.0,
    show_default=True,
    help="0.8 is slower, 1.2 faster; 1 is the script's own pace.",
)
@click.option("--words", is_flag=True, help="One word at a time, each with time to repeat it.")
@click.option("--word", metavar="WORD", multiple=True, help="Only this word of the script; can be repeated.")
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Save it as FILE, which ends in .wav, .flac, .ogg or .mp3, instead of playing it.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def command(
    script: str | None,
    text: str | None,
    speed: float,
    words: bool,
    word: tuple[str, ...],
    out: Path | None,
    force: bool,
) -> None:
    """Say SCRIPT in a synthetic voice: a name from `enunciate prompts list`, or a file.

    It is read at the pace that the script asks for, and each sentence is shown while it is said. In a
    terminal, Space stops and goes on, r says the sentence or word again, Enter goes to the next, and q ends.
    The voice is an extra, pip install 'enunciate[voice]', and works without a network.
    """
    if (script is None) == (text is None):
        raise click.UsageError(
            "Say what to say, in one way: SCRIPT (`enunciate prompts list` shows the names) or "
            '--text "the words".'
        )
    if words and word:
        raise click.UsageError("--words says all words and --word one of them: choose.")
    from enunciate.audio import takes
    from enunciate.reference import scripts
    from enunciate.voice import engines, reading

    reference = scripts.from_text(text) if text is not None else scripts.find(str(script))
    if out is not None:
        takes.check_target(out, force)
    voice = engines.voice()
    utterances: Iterable[Utterance]
    if word:
        utterances = [reading.one_word(reference, voice, one, speed) for one in word]
    elif words:
        utterances = reading.word_by_word(reference, voice, speed)
    else:
        utterances = reading.read_aloud(reference, voice, speed)
    if out is not None:
        audio = reading.joined(utterances)
        takes.save(audio, out, force)
        click.echo(f"Saved {printable(str(out))}: {audio.seconds:.1f} s.")
        return
    _play(iter(utterances), title=None if word or text is not None else reference.title, by_word=words)


def _play(utterances: Iterator[Utterance], title: str | None, *, by_word: bool) -> None:
    """Play and show them one after the other; the keys steer."""
    import sys
    from itertools import chain

    from rich.console import Console

    from enunciate.audio import playback
    from enunciate.audio.devices import hushed
    from enunciate.teleprompter.keys import keyboard

    with hushed(), keyboard() as keys:
        playback.check()
        screen = Console(stderr=True, highlight=False)
        if title:
            screen.print(printable(title, screen.encoding), style="bold", markup=False)
        if sys.stdin.isatty() and screen.is_terminal:
            screen.print("Space pause   r again   Enter next   q quit\n", style="dim")
        show = _Words(screen) if by_word else _Lines(screen)
        try:
            coming = _ahead(utterances)
            with screen.status("The voice is getting ready ...", spinner="line"):
                first = next(coming)
            for utterance in chain([first], coming):
                show.add(utterance.text)
                if not _heard(utterance, keys):
                    break
        finally:
            show.end()


def _heard(utterance: Utterance, keys: Keys) -> bool:
    """Play it as often as the person wants; whether they want to hear the next one."""
    from enunciate.audio.playback import play
    from enunciate.teleprompter.keys import ENTER, SPACE

    while True:
        pressed: list[str] = []

        def stopped(pressed: list[str] = pressed) -> bool:
            while (key := keys.pressed()) is not None:
                if key in ("q", "r", ENTER, SPACE):
                    pressed.append(key)
                    return True
            return False

        play(utterance.whole, stopped)
        key = pressed[0] if pressed else ENTER
        if key == SPACE:
            key = _waited(keys)
        if key in ("q", ENTER):
            return key == ENTER


def _waited(keys: Keys) -> str:
    """The key that ends a pause; after Space the utterance is said again from its beginning."""
    import time

    from enunciate.teleprompter.keys import ENTER, SPACE

    while True:
        key = keys.pressed()
        if key in ("q", "r", ENTER, SPACE):
            return "r" if key == SPACE else str(key)
        time.sleep(0.05)


def _ahead(utterances: Iterator[Utterance]) -> Iterator[Utterance]:
    """The same, the next one being made while one is heard."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, utterances, None)
        while (utterance := coming.result()) is not None:
            coming = pool.submit(next, utterances, None)
            yield utterance


class _Lines:
    """A sentence a line."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen

    def add(self, text: str) -> None:
        """Show what is said now."""
        self._screen.print(printable(text, self._screen.encoding), markup=False)

    def end(self) -> None:
        """Leave the terminal at the beginning of a line."""


class _Words:
    """Words one behind the other, in lines that fit, a line for each sentence."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._used = 0

    def add(self, text: str) -> None:
        """Show what is said now."""
        word = printable(text, self._screen.encoding)
        if self._used and self._used + 1 + len(word) > self._screen.width:
            self.end()
        self._screen.print((" " if self._used else "") + word, end="", markup=False)
        self._used += len(word) + (1 if self._used else 0)
        self._screen.file.flush()
        if word.rstrip("\"'”’)").endswith((".", "!", "?")):
            self.end()

    def end(self) -> None:
        """Leave the terminal at the beginning of a line."""
        if self._used:
            self._screen.print()
            self._used = 0
