"""Whether a series of scores goes anywhere: a robust slope, and how sure it is.

The slope is Theil and Sen's, the median over all pairs of points, which one odd reading does not move; that
it is no accident is Kendall's test, as Mann put it to use for trends (H. B. Mann, "Nonparametric tests
against trend", Econometrica 13, 1945; P. K. Sen, JASA 63, 1968).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Literal

LEAST = 5
"""Points below which nothing is said of a trend: four in a row go the same way by accident one time in
twelve."""

CLEARLY, PROBABLY = 0.05, 0.1
"""How often at most a series that goes nowhere would look like this."""

WORTH = 2.0
"""Points of a score; less of a change is not worth a word."""

_EXACT = 40
"""Points up to which Kendall's distribution is counted out."""

Direction = Literal["up", "down", "level", "unknown"]


@dataclass(frozen=True, slots=True)
class Trend:
    """What a series of scores does."""

    count: int
    direction: Direction
    """`level` where no change is to be seen, which does not prove that there is none; `unknown` for too few
    points."""
    clear: bool
    """Whether the direction is clear, rather than probable."""
    start: float | None
    """The robust line at the first point, None for too few points."""
    end: float | None
    p: float | None
    """The chance of such an order of points where there is no trend."""

    @property
    def change(self) -> float | None:
        """Points won or lost over the series, along the robust line."""
        return None if self.start is None or self.end is None else self.end - self.start


def trend(
    times: Sequence[float],
    values: Sequence[float],
    *,
    clearly: float = CLEARLY,
    probably: float = PROBABLY,
) -> Trend:
    """The trend of `values` at `times` (any unit, never falling).

    >>> trend([0, 1, 2, 3, 4, 5], [60, 63, 20, 66, 70, 71]).direction
    'up'
    >>> trend([0, 1], [40, 90]).direction
    'unknown'
    """
    count = len(values)
    if count < LEAST or times[-1] <= times[0]:
        return Trend(count, "unknown", False, None, None, None)
    slopes = [
        (values[later] - values[first]) / (times[later] - times[first])
        for first in range(count)
        for later in range(first + 1, count)
        if times[later] > times[first]
    ]
    slope = median(slopes)
    middle = median(value - slope * time for value, time in zip(values, times, strict=True))
    start, end = middle + slope * times[0], middle + slope * times[-1]
    p = kendall(values)
    moved = abs(end - start) >= WORTH and p <= probably
    direction: Direction = "level" if not moved else "up" if slope > 0 else "down"
    return Trend(count, direction, moved and p <= clearly, start, end, p)


def kendall(values: Sequence[float]) -> float:
    """How often values in no order at all would rise or fall as consistently as these: two-sided.

    >>> round(kendall([1, 2, 3, 4]), 3), kendall([1, 1, 1])
    (0.083, 1.0)
    """
    count = len(values)
    pairs = [(one, other) for at, one in enumerate(values) for other in values[at + 1 :]]
    score = sum((other > one) - (other < one) for one, other in pairs)
    if score == 0:
        return 1.0
    ties = [size for size in Counter(values).values() if size > 1]
    if not ties and count <= _EXACT:
        ways = _inversions(count)
        # A score of s means (pairs - s) / 2 inversions; as many or fewer, either way round.
        fewest = (len(pairs) - abs(score)) // 2
        return min(1.0, 2.0 * sum(ways[: fewest + 1]) / math.factorial(count))
    variance = (count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18.0
    return math.erfc((abs(score) - 1) / math.sqrt(2.0 * variance))


@lru_cache(maxsize=64)
def _inversions(count: int) -> tuple[int, ...]:
    """How many orders of `count` things have 0, 1, 2 ... inversions.

    >>> _inversions(3)
    (1, 2, 2, 1)
    """
    ways = [1]
    for size in range(2, count + 1):
        longer = [0] * (len(ways) + size - 1)
        for at, number in enumerate(ways):
            for more in range(size):
                longer[at + more] += number
        ways = longer
    return tuple(ways)
