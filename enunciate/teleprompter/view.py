"""What the person sees while they read: the script as a teleprompter, the level, the pace, the keys.

`View` holds all of it and `draw` turns it into lines that fit any terminal. Nothing here knows a microphone
or a clock. Every word's state can be told apart without colour: what was read is dim, the word that is due
stands in brackets, what was passed over between tildes. The brackets and tildes fill the spaces between the
words, so that no word moves while it is read.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from enunciate.alignment.following import State
from enunciate.reference import Reference, Token
from enunciate.report.printable import printable

Phase = Literal["loading", "ready", "counting", "reading", "paused", "leaving", "finishing"]
"""Before the microphone is open; waiting to start; counting in; reading; paused by the person; asked whether
to leave; the end was reached and the report is being made."""

WIDEST = 76
"""Columns of script on a line; the eye loses longer ones."""

NARROW = 72
"""Columns below which the level and the pace stand on lines of their own."""

_SOFTEST, _LOUDEST = -60.0, 0.0
"""dB that the level meter spans."""

_COLOURS: dict[State, str] = {
    "done": "green",
    "current": "bold reverse",
    "skipped": "yellow underline",
    "ahead": "",
}
_PLAIN: dict[State, str] = {**_COLOURS, "done": "dim", "skipped": "underline"}
"""For terminals without colours."""


@dataclass(frozen=True, slots=True)
class View:
    """All that is shown at one moment."""

    reference: Reference
    phase: Phase
    words: tuple[State, ...]
    """One a token of the script."""
    band_wpm: tuple[float, float]
    """The pace to aim for, words per minute."""
    seconds: float = 0.0
    """How long the reading has taken, pauses by key left out."""
    count: int = 0
    """What the count-in is at."""
    level_db: float | None = None
    """RMS, dB relative to full scale; None where nothing was heard yet."""
    level_hint: str = ""
    pace_wpm: float | None = None
    """None before it can be told."""
    pace_hint: str = ""
    notice: str = ""
    """One calm sentence above the keys."""
    overflows: int = 0
    """How often the machine was too busy to take the sound in."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of written text without spaces that belongs to one token, or to none."""

    text: str
    token: int | None


_Line = tuple[tuple[_Span, ...], ...]
"""The words of one line, each of one or more spans."""


@dataclass(frozen=True, slots=True)
class _Glyphs:
    full: str
    rest: str
    needle: str
    scale: str
    dot: str
    paused: str
    more: str


_UNICODE = _Glyphs("█", "░", "▲", "·", "●", "‖", "…")
_ASCII = _Glyphs("#", ".", "^", ".", "*", "||", "...")


def draw(view: View, width: int, height: int, *, encoding: str = "utf-8", colour: bool = True) -> list[Text]:
    """Exactly `height` lines of at most `width` columns, in characters that `encoding` has."""
    glyphs = _glyphs(encoding)
    below = _below(view, width, encoding, glyphs)
    above = [_header(view, width, encoding, glyphs)]
    roomy = height >= len(above) + len(below) + 6
    if roomy:
        above.append(Text())
        below = [Text(), *below]
    room = max(1, height - len(above) - len(below))
    body = _body(view, width, room, encoding, colour)
    body += [Text()] * (room - len(body))
    # Of a terminal that is lower than all this, the script and the keys are what is needed.
    lines = [*above, *body, *below]
    if height < len(lines):
        lines = [*body, *below][-height:] if height > 2 else body[:height]
    for line in lines:
        line.no_wrap = True
        line.truncate(width, overflow="crop")
    return lines


def _glyphs(encoding: str) -> _Glyphs:
    try:
        "".join(getattr(_UNICODE, name) for name in _Glyphs.__slots__).encode(encoding)
    except UnicodeEncodeError:
        return _ASCII
    return _UNICODE


def _header(view: View, width: int, encoding: str, glyphs: _Glyphs) -> Text:
    """The title, and on the right what is going on and for how long."""
    going_on = {
        "loading": ("getting ready", "dim"),
        "ready": ("ready", "bold"),
        "counting": ("starting", "bold"),
        "reading": (f"{glyphs.dot} recording", "bold red"),
        "paused": (f"{glyphs.paused} paused", "bold yellow"),
        "leaving": (f"{glyphs.paused} paused", "bold yellow"),
        "finishing": ("done", "bold green"),
    }[view.phase]
    clock = f"  {clock_time(view.seconds)}" if view.phase not in ("loading", "ready", "counting") else ""
    margin = " " * _margin(width)
    right = Text.assemble(going_on, (clock, "bold"), margin)
    room = width - right.cell_len - len(margin) - 2
    title = printable(view.reference.title, encoding)
    if cell_len(title) > room:
        kept = max(0, room - len(glyphs.more))
        title = set_cell_size(title, kept).rstrip() + glyphs.more if kept >= 6 else ""
    gap = width - len(margin) - cell_len(title) - right.cell_len
    return Text.assemble(margin, (title, "bold"), " " * max(1, gap), right)


def _below(view: View, width: int, encoding: str, glyphs: _Glyphs) -> list[Text]:
    """The level and the pace, a sentence, and the keys."""
    margin = " " * _margin(width)
    inner = width - 2 * len(margin)
    notice = Text(margin).append(printable(_notice(view), encoding), "bold")
    if notice.cell_len > width and width >= 20:
        first, *rest = _wrapped(printable(_notice(view), encoding), inner)
        notices = [
            Text(margin).append(first, "bold"),
            *(Text(margin).append(one, "bold") for one in rest[:1]),
        ]
    else:
        notices = [notice]
    keys = Text(margin)
    for number, (key, does) in enumerate(_keys(view, inner)):
        keys.append("   " if number and inner >= 58 else "  " if number else "").append(key, "bold").append(
            f" {does}", "dim"
        )
    if view.phase in ("loading", "finishing"):
        return [*notices, keys]
    level, pace = _level(view, encoding, glyphs, 10 if width < NARROW else 12), _pace(view, glyphs)
    if view.phase == "ready":
        return [Text(margin).append_text(level), *notices, keys]
    if width < NARROW:
        return [Text(margin).append_text(level), Text(margin).append_text(pace), *notices, keys]
    gap = max(3, min(inner, WIDEST) - level.cell_len - pace.cell_len)
    return [Text.assemble(margin, level, " " * gap, pace), *notices, keys]


def _notice(view: View) -> str:
    """The one sentence that helps most now."""
    if view.phase == "counting":
        return f"Start reading in {view.count} ..."
    if view.phase == "leaving":
        return "Stop here? What you read so far is safe."
    if view.notice:
        return view.notice
    if view.phase == "paused":
        return "Take your time. What you read so far is safe."
    if view.overflows:
        times = "once" if view.overflows == 1 else f"{view.overflows} times"
        return f"The computer was too busy to listen {times}: close other programs."
    if view.phase == "reading" and "skipped" in view.words:
        return "~words~ were not heard: just read on."
    return ""


def _keys(view: View, width: int) -> tuple[tuple[str, str], ...]:
    """The keys that do something now, those first that are needed most."""
    wide = width >= 58
    if view.phase == "loading":
        return (("q", "quit"),)
    if view.phase == "ready":
        return (("Enter", "start"), ("h", "hear it"), ("q", "quit"))
    if view.phase == "counting":
        return (("Enter", "start at once" if wide else "start now"), ("q", "quit"))
    if view.phase == "paused":
        finish = "finish" if wide else "end"
        return (
            ("Space", "read on" if wide else "go on"),
            ("Enter", finish),
            ("r", "start over" if wide else "over"),
            ("q", "quit"),
        )
    if view.phase == "leaving":
        if wide:
            return (
                ("Enter", "score it"),
                ("Space", "read on"),
                ("q", "keep it, quit"),
                ("x", "delete it, quit"),
            )
        return (("Enter", "score"), ("Space", "on"), ("q", "keep"), ("x", "delete"))
    if view.phase == "finishing":
        return ()
    return (
        ("Enter", "finish" if wide else "end"),
        ("Space", "pause"),
        ("r", "start over" if wide else "over"),
        ("q", "quit"),
    )


def _level(view: View, encoding: str, glyphs: _Glyphs, length: int) -> Text:
    """The level meter and what is to be said about it."""
    share = 0.0
    if view.level_db is not None:
        share = min(1.0, max(0.0, (view.level_db - _SOFTEST) / (_LOUDEST - _SOFTEST)))
    full = round(share * length)
    meter = Text("Level ", "dim").append(glyphs.full * full, "yellow" if view.level_hint else "green")
    meter.append(glyphs.rest * (length - full), "dim")
    return meter.append(f" {printable(view.level_hint, encoding)}", "bold") if view.level_hint else meter


def _pace(view: View, glyphs: _Glyphs) -> Text:
    """The pace on a scale on which the band to aim for stands between brackets, and as a number."""
    low, high = view.band_wpm
    cells, side = 15, 4
    inner = cells - 2 * side - 2
    marks = [glyphs.scale] * side + ["["] + [glyphs.scale] * inner + ["]"] + [glyphs.scale] * side
    number = " --"
    if view.pace_wpm is not None:
        place = side + 1 + round((view.pace_wpm - low) / (high - low) * (inner - 1))
        if low <= view.pace_wpm <= high:
            place = min(max(place, side + 1), side + inner)
        elif view.pace_wpm < low:
            place = min(place, side - 1)
        else:
            place = max(place, side + inner + 2)
        marks[min(max(place, 0), cells - 1)] = glyphs.needle
        number = f"{view.pace_wpm:3.0f}"
    pace = Text("Pace ", "dim")
    for mark in marks:
        pace.append(mark, "bold" if mark == glyphs.needle else "dim")
    # The hint is padded, so that the scale stands still.
    pace.append(f" {number} ", "bold")
    return pace.append(f"{view.pace_hint or 'wpm':10}", "" if view.pace_hint else "dim")


def _body(view: View, width: int, room: int, encoding: str, colour: bool) -> list[Text]:
    """As many lines of the script as there is room for, around the word that is due."""
    margin = _margin(width)
    lines = _laid_out(
        view.reference.text, view.reference.tokens, max(1, min(WIDEST, width - 2 * margin)), encoding
    )
    due = _line_due(view, lines)
    first = max(0, min(due - room // 3, len(lines) - room))
    styles = _COLOURS if colour else _PLAIN
    before_start = view.phase in ("loading", "ready", "counting")
    return [
        _line(line, view.words, styles, margin, before_start=before_start)
        for line in lines[first : first + room]
    ]


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A line of the script as plain text with its marks, and whether the reading is past it."""

    text: str
    finished: bool


def script_lines(
    view: View, width: int, encoding: str = "utf-8", *, marks: bool = True
) -> Iterator[ScriptLine]:
    """The whole script, broken into lines, where it is told line by line; empty between two paragraphs."""
    lines = _laid_out(view.reference.text, view.reference.tokens, max(10, min(WIDEST, width)), encoding)
    tokens = [[span.token for word in line for span in word if span.token is not None] for line in lines]
    reached = max(
        (index for index, state in enumerate(view.words) if state in ("done", "skipped")), default=-1
    )
    for line, inside in zip(lines, tokens, strict=True):
        finished = not inside or (max(inside) <= reached and "current" not in (view.words[t] for t in inside))
        words: Sequence[State] = view.words if marks else ["ahead"] * len(view.words)
        yield ScriptLine(_line(line, words, _PLAIN, 1, before_start=True).plain.strip(), finished)


def _line_due(view: View, lines: Sequence[_Line]) -> int:
    """The line with the current word, else the last one that was read."""
    reached = 0
    for number, line in enumerate(lines):
        for span in (span for word in line for span in word):
            if span.token is not None:
                state = view.words[span.token]
                if state == "current":
                    return number
                if state != "ahead":
                    reached = number
    return reached


def _line(
    line: _Line, words: Sequence[State], styles: dict[State, str], margin: int, *, before_start: bool
) -> Text:
    """One line of the script; the marks stand in the margin and in the gaps between the words."""
    drawn = Text(" " * (margin - 1))
    before: State = "ahead"
    for word in line:
        state = _state(word, words)
        drawn.append(_gap(before, state))
        for span in word:
            style = styles[state if span.token is None else words[span.token]]
            drawn.append(span.text, "" if before_start else style)
        before = state
    if line:
        drawn.append(_gap(before, "ahead"))
    return drawn


def _state(word: Sequence[_Span], words: Sequence[State]) -> State:
    """The state of a stretch between two spaces, of which several tokens may be part ("and/or")."""
    states = {words[span.token] for span in word if span.token is not None}
    for state in ("current", "skipped", "ahead"):
        if state in states:
            return state
    return "done" if states else "ahead"


def _gap(before: State, after: State) -> str:
    """What fills the space between two words."""
    if before != after:
        if after == "current":
            return "["
        if before == "current":
            return "]"
    if (before == "skipped") != (after == "skipped"):
        return "~"
    return " "


@lru_cache(maxsize=8)
def _laid_out(text: str, tokens: tuple[Token, ...], width: int, encoding: str) -> tuple[_Line, ...]:
    """The script broken into lines of at most `width` columns; an empty line between two paragraphs."""
    lines: list[_Line] = []
    for number, paragraph in enumerate(_paragraphs(text, tokens, encoding)):
        if number:
            lines.append(())
        line: list[tuple[_Span, ...]] = []
        used = 0
        for word in paragraph:
            for part in _chopped(word, width):
                size = sum(cell_len(span.text) for span in part)
                if line and used + 1 + size > width:
                    lines.append(tuple(line))
                    line, used = [], 0
                used += size + (1 if line else 0)
                line.append(part)
        lines.append(tuple(line))
    return tuple(lines)


def _chopped(word: tuple[_Span, ...], width: int) -> Iterator[tuple[_Span, ...]]:
    """A word in parts that each fit a line; mostly the word itself."""
    if sum(cell_len(span.text) for span in word) <= width:
        yield word
        return
    for span in word:
        for part in chop_cells(span.text, width):
            yield (_Span(part, span.token),)


_BREAK = re.compile(r"(?P<paragraph>[ \t]*\n[ \t]*\n\s*| {2,}\n\s*)|\s+")
"""An empty line or a hard line break; or any other space."""


def _paragraphs(text: str, tokens: Sequence[Token], encoding: str) -> Iterator[list[tuple[_Span, ...]]]:
    """The words of each paragraph as they are written."""
    paragraph: list[tuple[_Span, ...]] = []
    position = 0
    for gap in (*_BREAK.finditer(text), None):
        end = len(text) if gap is None else gap.start()
        if end > position:
            paragraph.append(tuple(_spans(text, tokens, position, end, encoding)))
        if (gap is None or gap["paragraph"]) and paragraph:
            yield paragraph
            paragraph = []
        if gap is not None:
            position = gap.end()


def _spans(text: str, tokens: Sequence[Token], start: int, end: int, encoding: str) -> Iterator[_Span]:
    """The stretch of the text from `start` to `end`, cut where one token ends and the next begins."""
    position = start
    first = bisect_right(tokens, position, key=lambda token: token.end)
    for index, token in enumerate(tokens[first:], first):
        if token.start >= end:
            break
        if token.start > position:
            yield _Span(printable(text[position : token.start], encoding), None)
            position = token.start
        yield _Span(printable(text[position : min(token.end, end)], encoding), index)
        position = min(token.end, end)
    if position < end:
        yield _Span(printable(text[position:end], encoding), None)


def _margin(width: int) -> int:
    """Columns left free on either side."""
    return 2 if width >= NARROW else 1


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(1, width)) or [""]


def clock_time(seconds: float) -> str:
    """A duration as clocks show it.

    >>> clock_time(75.9)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
