"""How a learner or a class gets on: scores over time, what improves, what is stuck, what to do next.

`courses` makes all that is shown of the history's readings, `trend` says whether a series goes anywhere;
`terminal` and `page` show it. Scores of different rubrics do not compare, so only those of the latest count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from enunciate.progress.trend import Trend


@dataclass(frozen=True, slots=True)
class Point:
    """One measured score."""

    at: datetime
    value: float
    count: int = 1
    """Readings, or times that a sound was judged, that it pools."""
    title: str = ""
    """Of the script."""


@dataclass(frozen=True, slots=True)
class Series:
    """One score over time."""

    name: str
    """A name of `assessment_dict.SCORES`, or an ARPAbet phone."""
    label: str
    points: tuple[Point, ...]
    """In the order in which they were recorded."""
    trend: Trend
    goal: float
    """What is to be reached."""
    latest: int = 3
    """Points whose middle is where it stands now."""

    @property
    def now(self) -> float | None:
        """The middle of the latest points; None where there is none."""
        return median(point.value for point in self.points[-self.latest :]) if self.points else None

    @property
    def reached(self) -> bool:
        """Whether the goal is reached, as printed in whole numbers."""
        return self.now is not None and self.now + 0.5 >= self.goal

    @property
    def days(self) -> int:
        """Days on which there is a point."""
        return len({point.at.astimezone().date() for point in self.points})


@dataclass(frozen=True, slots=True)
class SoundCourse:
    """One sound over time, with how often it was called out in the latest readings that hold it."""

    series: Series
    spelling: str
    called_out: int
    judged: int
    readings: int
    """The latest readings in which it was called out."""
    among: int
    """How many latest readings these are."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next."""

    text: str
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One learner's way."""

    agent: str
    wave: str | None
    count: int
    """Readings of scripts that were scored."""
    unscored: int
    """Readings that could not be scored."""
    drilled: int
    """Readings within drills, whose scores are of single words and are not mixed in."""
    areas: tuple[Series, ...]
    """The overall score first; those that were measured at least once."""
    sounds: tuple[SoundCourse, ...]
    """Those that were judged, the one most worth practising first."""
    improved: tuple[str, ...]
    stuck: tuple[str, ...]
    steps: tuple[Step, ...]
    notices: tuple[str, ...]

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From when to when the readings are."""
        times = [point.at for series in self.areas for point in series.points]
        return (min(times), max(times)) if times else None


@dataclass(frozen=True, slots=True)
class Member:
    """One agent of a wave, in short."""

    agent: str
    count: int
    now: float | None
    trend: Trend
    values: tuple[float, ...]
    weakest: str | None
    """The sound most worth practising."""


@dataclass(frozen=True, slots=True)
class PooledSound:
    """One sound in a class: how often it was called out in the earlier and in the later half of the time."""

    phone: str
    label: str
    earlier: tuple[int, int]
    """Times called out, of times judged."""
    later: tuple[int, int]
    agents: int
    """Who were called out for it."""
    among: int
    """Who said it."""
    change: str
    """"less often", "more often" or ""; only where that is no accident."""


@dataclass(frozen=True, slots=True)
class ClassCourse:
    """A class's way. All rates are pooled from counts, and medians are over all readings of a week."""

    wave: str
    agents: int
    count: int
    unscored: int
    drilled: int
    weeks: tuple[Series, ...]
    """A point a week: the median of the readings in it."""
    members: tuple[Member, ...]
    sounds: tuple[PooledSound, ...]
    improved: tuple[str, ...]
    stuck: tuple[str, ...]
    steps: tuple[Step, ...]
    notices: tuple[str, ...]
