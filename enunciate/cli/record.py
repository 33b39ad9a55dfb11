"""`enunciate record`: a recording from the microphone, without a script."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from enunciate.errors import MicrophoneError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

    from enunciate.audio.level import Hint, Meter
    from enunciate.audio.microphone import Capture
    from enunciate.audio.takes import Take

HINTS: dict[Hint, str] = {
    "no voice": "no voice heard",
    "too quiet": "too quiet: move closer",
    "too loud": "too loud: move back a little",
    "clipping": "clipping: turn it down",
}
"""What a person does about a hint."""

_SOFTEST = -60.0
"""dB at the empty end of the level meter; its full end is 0."""
_PLAIN_SECONDS = 10.0
"""Between two lines where there is no terminal."""


@click.command(short_help="Record from the microphone into a file.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End by itself after so long.")
@click.option(
    "--device", metavar="NAME", help="The microphone: a number or part of a name (`enunciate devices`)."
)
@click.option("--force", is_flag=True, help="Replace OUT if it exists.")
@click.option(
    "--recover", is_flag=True, help="Record nothing: save as OUT the last recording that a crash cut short."
)
@click.option("--no-color", is_flag=True, help="No colours.")
def command(
    out: Path, seconds: float | None, device: str | None, force: bool, recover: bool, no_color: bool
) -> None:
    """Record from the microphone into OUT, which ends in .flac, .wav, .ogg or .mp3.

    Enter or Ctrl-C ends the recording and saves it. While it lasts, it is on disk already: what a crash
    leaves is offered the next time.
    """
    from enunciate.audio import devices, takes

    takes.check_target(out, force)
    if recover:
        _recover(out, force)
        return
    from enunciate.cli import unfinished

    unfinished.offer()
    with devices.hushed():
        take = _record(device, seconds, no_color)
    _save(take, out, force)


def _record(device: str | None, seconds: float | None, no_color: bool) -> Take:
    from enunciate.audio.level import Meter
    from enunciate.audio.microphone import Capture

    meter = Meter()
    with Capture(device) as capture, _asked_to_end() as ended, _display(no_color, seconds) as display:
        for block in capture.blocks(timeout=0.1):
            if block:
                meter.add(block.length, block.db, block.peak, block.clipped)
            # A terminal that was closed takes nothing more; the recording is saved all the same.
            try:
                display.show(capture, meter)
            except OSError:
                capture.stop()
            if ended() or (seconds and capture.seconds >= seconds):
                capture.stop()
        return capture.stop()


def _save(take: Take, out: Path, force: bool) -> None:
    """Save the take, and say what there is to say about it. What cannot be saved is left as unfinished."""
    from enunciate.audio import files, level
    from enunciate.audio.microphone import permission_hint

    if take.seconds == 0.0:
        take.discard()
        raise MicrophoneError(take.problem or "Nothing was recorded: the microphone delivered no sound.")
    try:
        take.save(out, force)
    except MicrophoneError as error:
        take.leave()
        raise MicrophoneError(
            f"{error} The recording is kept: `enunciate record --recover FILE` saves it."
        ) from error
    take.discard()
    audio = files.read(out).audio
    click.echo(f"Saved {printable(str(out))}: {take.seconds:.1f} s at {take.rate / 1000:g} kHz.")
    notes = []
    if not audio.samples.any():
        notes.append(f"There is no sound in it at all: {permission_hint()}")
    elif problem := level.speech_problem(audio):
        notes.append(problem)
    if take.clipped:
        notes.append(f"{take.clipped} samples are clipped: turn the microphone down or move back a little.")
    if take.overflows:
        times = "once" if take.overflows == 1 else f"{take.overflows} times"
        notes.append(f"Sound was lost {times}, because the computer was too busy: close other programs.")
    elif take.missing:
        notes.append(f"{take.missing:.1f} s of sound never came: close other programs and record it again.")
    for note in notes:
        click.echo(note, err=True)
    if take.problem:
        raise MicrophoneError(take.problem)


def _recover(out: Path, force: bool) -> None:
    from enunciate.audio.takes import unfinished
    from enunciate.cli.unfinished import describe

    found = unfinished()
    try:
        if not found:
            raise MicrophoneError("There is no unfinished recording: record one without --recover.")
        found[-1].save(out, force)
        found[-1].discard()
        click.echo(f"Saved {printable(str(out))}. {describe(found[-1])}.")
        if len(found) > 1:
            click.echo(f"There are {len(found) - 1} older ones: call it again for the next.", err=True)
    finally:
        for take in found:
            take.leave()


class _Ended(Protocol):
    def __call__(self) -> bool: ...


@contextmanager
def _asked_to_end() -> Iterator[_Ended]:
    """Whether somebody has asked for the end: Enter on a terminal, Ctrl-C, or a signal to go.

    A second Ctrl-C interrupts as ever.
    """
    asked = False

    def ask(number: int, frame: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(number, before[number])

    numbers = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
    ]
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        with _enter() as pressed:
            yield lambda: asked or pressed()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _enter() -> Iterator[_Ended]:
    """Whether Enter was pressed; never where stdin is no terminal."""
    if not sys.stdin.isatty():
        yield lambda: False
    elif sys.platform == "win32":
        import msvcrt

        yield lambda: msvcrt.kbhit() and msvcrt.getwch() in "\r\n"
    else:
        import select
        import termios

        # The keys typed meanwhile would stand in the middle of the level meter.
        before = termios.tcgetattr(sys.stdin)
        quiet = termios.tcgetattr(sys.stdin)
        quiet[3] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
        try:
            yield lambda: bool(select.select([sys.stdin], [], [], 0)[0])
        finally:
            with suppress(termios.error):
                termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


class _Display(Protocol):
    def show(self, capture: Capture, meter: Meter) -> None: ...


@contextmanager
def _display(no_color: bool, seconds: float | None) -> Iterator[_Display]:
    """What is seen while recording: one line that changes on a terminal, else a line now and then."""
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color=no_color or None, highlight=False)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(seconds)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Line(live, seconds)


class _Line:
    """One line on a terminal."""

    def __init__(self, live: Live, seconds: float | None) -> None:
        self.live, self.seconds = live, seconds

    def show(self, capture: Capture, meter: Meter) -> None:
        console = self.live.console
        self.live.update(
            line(
                capture.seconds, self.seconds, meter.db, hint(capture, meter), console.width, console.encoding
            ),
            refresh=True,
        )


class _Lines:
    """Plain lines: at the begin, every ten seconds, and when there is something to tell the speaker."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.said: str | None = None
        self.next = 0.0

    def show(self, capture: Capture, meter: Meter) -> None:
        if self.next == 0.0:
            how_long = f" for {self.seconds:g} s" if self.seconds else "; Ctrl-C ends it and saves"
            click.echo(f"Recording from {printable(capture.name)}{how_long}.", err=True)
            self.next = _PLAIN_SECONDS
        told = hint(capture, meter)
        if capture.seconds >= self.next or told != self.said:
            click.echo(f"{clock(capture.seconds)} {told or 'level good'}", err=True)
            self.said = told
            self.next = capture.seconds + _PLAIN_SECONDS


def hint(capture: Capture, meter: Meter) -> str | None:
    """What the speaker should be told now; None where all is well."""
    if capture.silent:
        return "no sound at all: is it muted?"
    return HINTS[meter.hint] if meter.hint else None


def clock(seconds: float) -> str:
    """
    >>> clock(67.8)
    '1:07'
    """
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


def line(seconds: float, of: float | None, db: float, told: str | None, width: int, encoding: str) -> Text:
    """The line on the terminal, of `width` columns at most.

    >>> line(7.2, None, -30.0, None, 60, "utf-8").plain
    '● 0:07  ██████████░░░░░░░░░░  -30 dB  Enter ends and saves'
    >>> line(7.2, 30.0, -30.0, "too quiet: move closer", 40, "ascii").plain
    '* 0:07/0:30  #####.....  too quiet'
    """
    from rich.text import Text

    plain = not _can_show("●█░", encoding)
    mark, full, empty = ("*", "#", ".") if plain else ("●", "█", "░")
    found = Text(f"{mark} ", style="red", no_wrap=True)
    found.append(clock(seconds) + (f"/{clock(of)}" if of else ""), style="bold default")
    if size := 20 if width >= 60 else 10 if width >= 36 else 0:
        filled = round(size * min(1.0, max(0.0, 1.0 - db / _SOFTEST)))
        found.append("  " + full * filled + empty * (size - filled), style="yellow" if told else "green")
    if width >= 60:
        found.append(f"  {db:3.0f} dB", style="default")
    room = width - found.cell_len - 2
    told = told if not told or len(told) <= room else told.partition(":")[0]
    found.append(f"  {told or 'Enter ends and saves'}", style="bold yellow" if told else "dim")
    found.truncate(width)
    return found


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
