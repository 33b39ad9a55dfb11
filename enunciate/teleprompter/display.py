"""Where a `View` is shown: on the whole screen of a terminal, or as plain lines where there is none."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from enunciate.teleprompter.view import View, clock_time, draw, script_lines


class Display(Protocol):
    """Shows one view after the other."""

    def show(self, view: View) -> None:
        """Show `view`, as far as it differs from what is shown already."""
        ...


class Stopped(BaseException):
    """The program was told to end, by the signal `number`; not an Exception, so that nobody swallows it."""

    def __init__(self, number: int) -> None:
        """By the signal `number`."""
        super().__init__(number)
        self.number = number


@contextmanager
def signals_raise() -> Iterator[None]:
    """SIGTERM and SIGHUP raise `Stopped` in the main thread: terminal and take are cared for on its way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """The whole screen of `console`'s terminal, given back at the end, or lines where it has none."""
    whole = console.is_terminal and not console.is_dumb_terminal and not console.legacy_windows
    if not whole:
        yield Lines(console)
        return
    try:
        console.set_alt_screen(True)
        console.show_cursor(False)
        yield FullScreen(console)
    finally:
        # A terminal that is gone (SIGHUP) cannot be written to, and needs nothing.
        with suppress(OSError):
            console.show_cursor(True)
            console.set_alt_screen(False)


class FullScreen:
    """The live view on the whole screen. Only lines that changed are drawn, all of them in one write."""

    def __init__(self, console: Console) -> None:
        """On the terminal of `console`, which shows its other screen already."""
        self._console = console
        self._size = (0, 0)
        self._lines: list[Text] = []

    def show(self, view: View) -> None:
        """Draw what looks different in `view`, or all of it where the terminal has another size by now."""
        console = self._console
        width, height = console.size
        colour = not console.no_color and console.color_system is not None
        lines = draw(view, width, height, encoding=console.encoding, colour=colour)
        with console:
            if (width, height) != self._size:
                self._size, self._lines = (width, height), []
                console.control(Control.clear())
            for row, line in enumerate(lines):
                if row >= len(self._lines) or not _same(line, self._lines[row]):
                    console.control(Control.move_to(0, row), Control((ControlType.ERASE_IN_LINE, 2)))
                    console.print(line, end="", no_wrap=True, overflow="crop", crop=False)
        self._lines = lines


def _same(one: Text, other: Text) -> bool:
    return one.plain == other.plain and one.spans == other.spans and one.style == other.style


class Lines:
    """What happens, line by line, for pipes, logs, screen readers and terminals that can do no more."""

    def __init__(self, console: Console) -> None:
        """On `console`."""
        self._console = console
        self._told: dict[str, object] = {}
        self._script = False
        self._read = 0
        self._last: str | None = None

    def show(self, view: View) -> None:
        """Say what is new in `view`."""
        if not self._script:
            self._script = True
            self._say(view.reference.title)
            for line in script_lines(view, self._console.width, self._console.encoding, marks=False):
                self._say(line.text)
            self._say("")
        if view.phase not in ("loading", "ready", "counting"):
            self._lines_read(view)
        for name, text in (
            ("phase", _PHASES.get(view.phase, "")),
            ("count", f"{view.count} ..." if view.phase == "counting" else ""),
            ("level", _LEVELS.get(view.level_hint, "") if view.phase == "reading" else ""),
            ("notice", view.notice),
        ):
            if text and self._told.get(name) != text:
                self._say(text)
            self._told[name] = text

    def _lines_read(self, view: View) -> None:
        """Each line of the script once all of it is read."""
        lines = list(script_lines(view, self._console.width - 7, self._console.encoding))
        while self._read < len(lines) and lines[self._read].finished:
            if text := lines[self._read].text:
                self._say(f"{clock_time(view.seconds):>5}  {text}")
            self._read += 1

    def _say(self, line: str) -> None:
        if line == self._last:
            return
        self._last = line
        self._console.print(Text(line))


_PHASES = {
    "reading": "Read now.",
    "paused": "Paused. Space reads on, Enter finishes.",
    "leaving": "Stop here? Enter scores what you read, Space reads on, q keeps it for later, x deletes it.",
    "finishing": "Thank you. Your report is being made ...",
}
_LEVELS = {
    "too quiet": "You are hard to hear: come closer to the microphone or speak up.",
    "too loud": "That is too loud for the microphone: move away from it a little.",
    "clipping": "The sound is cut off at the top: move away from the microphone, or turn it down.",
    "no voice": "No voice is heard: is the microphone the right one, and switched on?",
}
