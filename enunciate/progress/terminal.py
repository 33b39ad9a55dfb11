"""Progress on a terminal: a plot of the overall score, a line for each score and sound, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enunciate.exams.rules import short_day
from enunciate.progress import ClassCourse, Course, Series, Step
from enunciate.progress.courses import changed, days, rate
from enunciate.report.labels import counted, whole
from enunciate.report.printable import printable
from enunciate.report.terminal import WIDEST

_LEVELS, _PLAIN = "▁▂▃▄▅▆▇█", "_.-=+*#@"
"""The heights of a small drawing, from the lowest; where a terminal lacks the first, the second."""

_SPARK = 16
"""Characters of a small drawing at most; more readings are pooled by their median."""

_SOUNDS = 8
"""Sounds that are listed."""

_ROWS = 11
"""Lines of the plot, its axis aside."""


def show(course: Course, console: Console) -> None:
    """Print a learner's way."""
    wave = f", wave {course.wave}" if course.wave else ""
    _print(console, f"{course.agent}{wave}", "bold")
    _print(console, heading(course))
    _notices(console, course.notices)
    if course.areas:
        _plot(console, course.areas[0])
        _table(console, "score", course.areas)
    listed = [one for one in course.sounds if one.called_out or not one.series.reached][:_SOUNDS]
    if listed:
        console.print()
        made = _grid("sound", "now", "called out lately", "so far", "change")
        for one in listed:
            made.add_row(
                _text(console, f"{one.series.label}, {one.spelling}"),
                _number(console, one.series.now),
                _text(console, f"{one.called_out} of {one.judged}"),
                _spark(console, one.series),
                _text(console, changed(one.series.trend)),
            )
        console.print(made)
    _said(console, course.improved, course.stuck, course.steps, bool(course.count))


def show_class(course: ClassCourse, console: Console) -> None:
    """Print a class's way."""
    _print(console, f"Wave {course.wave}", "bold")
    _print(console, class_heading(course))
    _notices(console, course.notices)
    if course.weeks:
        if len(course.weeks[0].points) > 1:
            _plot(console, course.weeks[0], "the middle of each week's readings")
        _table(console, "middle of a week", course.weeks)
    if course.members:
        console.print()
        made = _grid("agent", "readings", "now", "so far", "change", "to practise")
        for one in course.members:
            made.add_row(
                _text(console, one.agent),
                _text(console, str(one.count)),
                _number(console, one.now),
                Text(spark(one.values, unicode=_unicode(console))),
                _text(console, changed(one.trend)),
                _text(console, one.weakest or ""),
            )
        console.print(made)
    shared = [one for one in course.sounds if one.agents >= 2][:_SOUNDS]
    if shared:
        console.print()
        made = _grid("sound", "agents", "called out before", "lately", "")
        for sound in shared:
            made.add_row(
                _text(console, sound.label),
                _text(console, f"{sound.agents} of {sound.among}"),
                _text(console, rate(sound.earlier)),
                _text(console, rate(sound.later)),
                _text(console, sound.change),
            )
        console.print(made)
    _said(console, course.improved, course.stuck, course.steps, bool(course.count))


def heading(course: Course) -> str:
    """How much there is, and from when to when."""
    if not course.count:
        text = "No reading of a script that was scored yet."
    else:
        span = f", {days(*course.span)}" if course.span else ""
        text = f"{counted(course.count, 'scored reading')}{span}."
    return text + _besides(course.unscored, course.drilled)


def class_heading(course: ClassCourse) -> str:
    """How much there is."""
    if not course.count:
        text = "No reading of a script that was scored yet."
    else:
        text = f"{counted(course.count, 'scored reading')} of {counted(course.agents, 'agent')}."
    return text + _besides(course.unscored, course.drilled)


def _besides(unscored: int, drilled: int) -> str:
    """Readings that do not count here.

    >>> _besides(1, 0)
    ' 1 reading could not be scored.'
    """
    text = ""
    if unscored:
        text += f" {counted(unscored, 'reading')} could not be scored."
    if drilled:
        text += f" {counted(drilled, 'reading')} in drills besides, of single words."
    return text


def spark(values: Sequence[float], *, unicode: bool = True) -> str:
    """Scores as a small drawing, from 40 (and below) to 100.

    >>> spark([40, 60, 80, 100])
    '▁▃▆█'
    """
    size = max(1, -(-len(values) // _SPARK))
    pooled = [median(values[at : at + size]) for at in range(0, len(values), size)]
    levels = _LEVELS if unicode else _PLAIN
    return "".join(
        levels[round((min(100.0, max(40.0, value)) - 40.0) / 60.0 * (len(levels) - 1))] for value in pooled
    )


def _plot(console: Console, series: Series, what: str = "") -> None:
    """The points over time, with the line through them where they go anywhere, and the goal."""
    if len(series.points) < 2:
        return
    import plotext

    points, found = series.points, series.trend
    first, last = points[0].at, max(point.at for point in points)
    times = [max(0.0, (point.at - first).total_seconds()) for point in points]
    values = [point.value for point in points]
    low = max(0.0, (min(series.goal, *values) - 5.0) // 10.0 * 10.0)
    unicode = _unicode(console)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(min(console.width, WIDEST) - 2, _ROWS + 2)
    figure.theme("colorless")
    for side, axis in (("upper", "x"), ("right", "y")):
        figure.axes(False, axis=axis, side=side)
    end = max(times) or 1.0
    figure.ruler("x").lim(0.0, end)
    figure.ruler("y").lim(low, 100.0)
    figure.ruler("y").ticks(sorted({low, series.goal, 100.0}))
    figure.ruler("x").ticks([0.0, end], [short_day(first), short_day(last)])
    figure.draw(figure.segment((0.0, end), (series.goal, series.goal), marker="╌" if unicode else "-"))
    if found.direction in ("up", "down") and found.start is not None and found.end is not None:
        figure.draw(figure.segment((0.0, end), (found.start, found.end), marker="·" if unicode else "."))
    figure.draw(figure.signal(times, values, marker="●" if unicode else "o"))
    drawn = plotext.uncolorize(str(figure.build()))
    figure.clear()
    console.print()
    note = f"{series.label}, {what}" if what else series.label
    _print(console, f"{note}: {series.goal:g} is the goal", "bold")
    for line in drawn.rstrip("\n").split("\n"):
        console.print(Text(_plain(line, console), no_wrap=True, overflow="crop"))


def _plain(line: str, console: Console) -> str:
    return line.rstrip() if _unicode(console) else line.translate(_ASCII).rstrip()


_ASCII = str.maketrans("┤│└┬─", "||+|-")


def _table(console: Console, what: str, all_series: Sequence[Series]) -> None:
    console.print()
    made = _grid(what, "now", "so far", "change")
    for series in all_series:
        made.add_row(
            _text(console, series.label),
            _number(console, series.now),
            _spark(console, series),
            _text(console, changed(series.trend)),
        )
    console.print(made)


def _grid(*names: str) -> Table:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        made.add_column(name, justify="right" if name in ("now", "readings") else "left")
    return made


def _said(
    console: Console, improved: Sequence[str], stuck: Sequence[str], steps: Sequence[Step], any_: bool
) -> None:
    if any_:
        for title, lines, nothing in (
            ("What improved", improved, "Nothing clearly yet. That takes time and some readings."),
            ("What is stuck", stuck, "Nothing that can be told."),
        ):
            console.print()
            _print(console, title, "bold")
            for line in lines or (nothing,):
                _print(console, f"  {line}", "" if lines else "dim")
    if steps:
        console.print()
        _print(console, "What to do next", "bold")
    for number, step in enumerate(steps, 1):
        _print(console, f"  {number}. {step.text}")
        if step.command:
            _print(console, f"     {step.command}", "bold cyan")


def _notices(console: Console, notices: Sequence[str]) -> None:
    for notice in notices:
        _print(console, notice, "dim")


def _spark(console: Console, series: Series) -> Text:
    return Text(spark([point.value for point in series.points], unicode=_unicode(console)))


def _unicode(console: Console) -> bool:
    try:
        (_LEVELS + "●╌┤└").encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return True


def _number(console: Console, value: float | None) -> Text:
    number = whole(value)
    return _text(console, "–" if number is None else str(number))


def _text(console: Console, text: str, style: str = "") -> Text:
    return Text(printable(text, console.encoding), style)


def _print(console: Console, text: str = "", style: str = "") -> None:
    console.print(_text(console, text, style), width=WIDEST)
