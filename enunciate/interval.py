"""A stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a recording, in seconds from its start.

    >>> Interval(1.0, 2.5).duration
    1.5
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        if not self.end >= self.start:
            raise ValueError(f"an interval must not end before it starts: {self.start} to {self.end}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def overlap(self, other: Interval) -> float:
        """Seconds that the two share; 0.0 where they do not meet.

        >>> Interval(0.0, 2.0).overlap(Interval(1.5, 3.0))
        0.5
        """
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    @classmethod
    def around(cls, intervals: Iterable[Interval]) -> Interval | None:
        """From the earliest start to the latest end; None where there are no intervals.

        >>> Interval.around([Interval(1.0, 2.0), Interval(0.5, 1.5)])
        Interval(start=0.5, end=2.0)
        """
        found = list(intervals)
        return cls(min(i.start for i in found), max(i.end for i in found)) if found else None
