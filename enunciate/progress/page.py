"""Progress as a page for a browser: see `enunciate.report.pages`."""

from __future__ import annotations

from dataclasses import dataclass

from enunciate.exams.rules import short_day
from enunciate.progress import ClassCourse, Course, Series
from enunciate.progress.courses import changed, days, rate
from enunciate.progress.terminal import class_heading, heading
from enunciate.report import pages
from enunciate.report.labels import whole

_WIDTH, _LEFT, _RIGHT = 320.0, 26.0, 6.0
_TOP = 8.0

_SOUNDS = 12
"""Sounds that are listed."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A series as a drawing, in units of its own."""

    label: str
    now: int | None
    change: str
    height: float
    dots: tuple[tuple[float, float, str], ...]
    """Across, down, and what it is."""
    path: str
    line: tuple[float, float, float, float] | None
    """The robust trend, where there is one."""
    goal: float
    ticks: tuple[tuple[float, str], ...]
    first: str
    last: str
    summary: str
    """For whoever cannot see it."""


def chart(series: Series, height: float) -> Chart:
    """The drawing of a series with at least one point."""
    points = series.points
    first, end = points[0].at, max(point.at for point in points)
    span = max((end - first).total_seconds(), 1.0)
    low = max(0.0, (min(series.goal, *(point.value for point in points)) - 5.0) // 10.0 * 10.0)

    def across(at: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, at / span)), 1)

    def down(value: float) -> float:
        return round(_TOP + (height - _TOP) * (1.0 - (value - low) / (100.0 - low)), 1)

    dots = tuple(
        (
            across((point.at - first).total_seconds()) if len(points) > 1 else across(span / 2),
            down(point.value),
            f"{point.value:.0f}, {days(point.at, point.at)}"
            + (f", {point.title}" if point.title else "")
            + (f", {point.count} readings" if point.count > 1 else ""),
        )
        for point in points
    )
    found = series.trend
    line = None
    if found.direction in ("up", "down") and found.start is not None and found.end is not None:
        ends = (max(low, min(100.0, found.start)), max(low, min(100.0, found.end)))
        line = (across(0.0), down(ends[0]), across(span), down(ends[1]))
    change = changed(found)
    return Chart(
        label=series.label,
        now=whole(series.now),
        change=change,
        height=height,
        dots=dots,
        path="M" + "L".join(f"{x} {y}" for x, y, _ in dots),
        line=line,
        goal=down(series.goal),
        ticks=tuple((down(value), f"{value:g}") for value in sorted({low, series.goal, 100.0})),
        first=short_day(first),
        last=short_day(end) if short_day(end) != short_day(first) else "",
        summary=f"{series.label}: {len(points)} points, now {whole(series.now)}, {change}.",
    )


def page(found: Course | ClassCourse) -> str:
    """The page of a learner or a class."""
    if isinstance(found, ClassCourse):
        series, title, about = found.weeks, f"Progress of wave {found.wave}", class_heading(found)
    else:
        series, title, about = found.areas, f"Progress of {found.agent}", heading(found)
    return pages.render(
        "progress.html",
        (),
        course=found,
        is_class=isinstance(found, ClassCourse),
        title=title,
        about=about,
        charts=tuple(chart(one, 170.0 if one.name == "overall" else 90.0) for one in series),
        sounds=_sounds(found),
        changed=changed,
        rate=rate,
        whole=whole,
        width=_WIDTH,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
    )


def _sounds(found: Course | ClassCourse) -> tuple[object, ...]:
    """Those to practise, the most useful first; a learner's with a small drawing each."""
    if isinstance(found, ClassCourse):
        return tuple(one for one in found.sounds if one.agents >= 2)[:_SOUNDS]
    listed = [one for one in found.sounds if one.called_out or not one.series.reached]
    return tuple((one, chart(one.series, 60.0)) for one in listed[:_SOUNDS])
