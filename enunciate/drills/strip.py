"""What is seen while an item is read: one line below it, which tells how it goes.

It stays in the flow of the terminal, so that what was said of the item before can still be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from enunciate.report.printable import printable
from enunciate.teleprompter.display import Display
from enunciate.teleprompter.view import View, clock_time

INDENT = 4
_METER = 10
_SOFTEST = -60.0
"""dB at the empty end of the level meter."""


@contextmanager
def strip(console: Console) -> Iterator[Display]:
    """A display for one item: a line that changes on a terminal, else plain lines."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(console)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield _Strip(live)


class _Strip:
    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, view: View) -> None:
        state = Text(no_wrap=True, overflow="crop")
        for part, style in _state(view, self._live.console.encoding):
            state.append(part, style)
        self._live.update(state, refresh=True)


def _state(view: View, encoding: str) -> Iterator[tuple[str, str]]:
    """The line below the script: what goes on, the level, and the keys that do something now."""
    yield " " * INDENT, ""
    if view.phase in ("loading", "ready", "counting"):
        yield "One moment ...", "dim"
        return
    if view.phase == "finishing":
        yield "Listening to it ...", "dim"
        return
    if view.phase == "leaving":
        yield "Stop here?  ", "bold"
        yield "Enter judge this one   Space read on   q stop", "dim"
        return
    if view.phase == "paused":
        yield "Paused.  ", "bold yellow"
        yield "Space reads on   Enter done   q stop", "dim"
        return
    yield printable("● ", encoding) if _has(encoding, "●") else "* ", "bold red"
    yield f"{clock_time(view.seconds)}  ", "bold"
    share = 0.0 if view.level_db is None else min(1.0, max(0.0, 1 - view.level_db / _SOFTEST))
    full = round(share * _METER)
    solid, rest = ("█", "░") if _has(encoding, "█░") else ("#", ".")
    yield solid * full, "yellow" if view.level_hint else "green"
    yield rest * (_METER - full), "dim"
    hint = view.level_hint or view.notice
    yield (
        f"  {printable(hint, encoding)}" if hint else "  Enter done   Space pause   q stop",
        "bold" if hint else "dim",
    )


def _has(encoding: str, characters: str) -> bool:
    try:
        characters.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class _Lines:
    """Plain lines, for pipes, logs and screen readers: only what somebody has to know."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = ""

    def show(self, view: View) -> None:
        told = "Read now." if view.phase == "reading" else ""
        if view.phase == "reading" and (view.level_hint or "finishing in" in view.notice):
            told = view.level_hint or "Nothing heard for a while."
        if told and told != self._told:
            self._console.print(Text(printable(told, self._console.encoding)))
        self._told = told or self._told
