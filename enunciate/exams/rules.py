"""Whether an exam may be taken now: attempts, cool-down, due date, and a clock that cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from enunciate.exams import Attempt, Exam, total

GRACE = timedelta(days=1)
"""After the due date, what began in time may still be finished for so long."""

_SLACK = timedelta(minutes=5)
"""By so much the clocks of two computers may differ."""

State = Literal["passed", "open", "retake", "waiting", "used up", "overdue", "not begun"]
"""Where a person stands: passed; in the midst of an attempt; may take it again; may do so after a while; has
no attempt left; it is too late; has not begun."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one person stands with one exam."""

    state: State
    finished: tuple[Attempt, ...]
    """Attempts that count, in the order in which they were taken."""
    open: Attempt | None
    best: Attempt | None
    left: int | None
    """Attempts left, None where there is no limit."""
    again_from: datetime | None
    """When the next attempt may begin, where the cool-down is not over."""

    @property
    def latest(self) -> Attempt | None:
        """The last attempt that was finished."""
        return self.finished[-1] if self.finished else None


def standing(exam: Exam, attempts: Sequence[Attempt], now: datetime) -> Standing:
    """Where a person stands who took `attempts` of an exam, in that order, of whatever versions."""
    finished = tuple(attempt for attempt in attempts if attempt.finished is not None)
    unfinished = next((attempt for attempt in reversed(attempts) if attempt.finished is None), None)
    best = max(finished, key=lambda one: (one.passed is True, total(one) or 0.0), default=None)
    left = None if exam.attempts is None else max(0, exam.attempts - len(finished))
    again_from = None
    if finished and exam.cool_down:
        ends = max(one.finished for one in finished if one.finished) + timedelta(seconds=exam.cool_down)
        again_from = ends if ends > now else None
    late = exam.due is not None and now >= exam.due
    state: State
    if best is not None and best.passed:
        state = "passed"
    elif unfinished is not None and not (late and exam.due is not None and now >= exam.due + GRACE):
        state = "open"
    elif left == 0:
        state = "used up"
    elif late:
        state = "overdue"
    elif not finished:
        state = "not begun"
    else:
        state = "waiting" if again_from else "retake"
    return Standing(state, finished, unfinished, best, left, again_from)


def refusal(exam: Exam, place: Standing, now: datetime, *, again: bool = False) -> str | None:
    """Why no reading may be taken now, in a sentence or two for the person; None where it may.

    With `again`, who has passed may take it once more.
    """
    if place.open is not None and place.state in ("open", "passed"):
        return None
    if place.state == "passed" and not again:
        passed = place.best.finished if place.best else None
        when = f" on {day(passed)}" if passed else ""
        return f"You passed “{exam.title}”{when}: there is nothing to do. --again takes it once more."
    if place.left == 0:
        used = "The one attempt is" if exam.attempts == 1 else f"All {exam.attempts} attempts are"
        return f"{used} used up. Talk to your trainer, who can allow more."
    if exam.due is not None and now >= exam.due:
        return (
            f"“{exam.title}” was due {last_moment(exam.due)}, and that is over {moment(now)}. "
            "Talk to your trainer, who can set a later date."
        )
    if place.again_from is not None:
        return (
            f"The next attempt may begin {moment(place.again_from)}, in {until(place.again_from - now)}. "
            "Until then, `enunciate drill` practises what was hard."
        )
    return None


def clock_problem(exam: Exam, latest: datetime | None, now: datetime) -> str | None:
    """That the clock was set back, where a date matters; None where nothing looks wrong.

    `latest` is the latest moment at which anything of the person was recorded.
    """
    if (not exam.cool_down and exam.due is None) or latest is None or latest <= now + _SLACK:
        return None
    return (
        f"This computer's clock says it is {moment(now).removeprefix('on ')}, but something of yours was "
        f"recorded {moment(latest)}: was the clock set back? Set it right. Where it is right now and was "
        "wrong then, --ignore-clock goes on, and your trainer sees that."
    )


def day(at: datetime) -> str:
    """A day as it is said here.

    >>> day(datetime(2027, 3, 31, 12))
    '31 March 2027'
    """
    local = at.astimezone()
    return f"{local.day} {local:%B %Y}"


def short_day(at: datetime) -> str:
    """A day on an axis or in a table.

    >>> short_day(datetime(2027, 3, 1))
    '1 Mar'
    """
    local = at.astimezone()
    return f"{local.day} {local:%b}"


def moment(at: datetime) -> str:
    """A day and a time.

    >>> moment(datetime(2027, 3, 31, 9, 5))
    'on 31 March 2027 at 09:05'
    """
    return f"on {day(at)} at {at.astimezone():%H:%M}"


def last_moment(due: datetime) -> str:
    """When something is due: a day where it is its end.

    >>> last_moment(datetime(2027, 4, 1)), last_moment(datetime(2027, 4, 1, 12))
    ('on 31 March 2027', 'on 1 April 2027 at 12:00')
    """
    local = due.astimezone()
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"on {day(due - timedelta(seconds=1))}"
    return moment(due)


def until(left: timedelta) -> str:
    """How long that is, roughly and never too short.

    >>> until(timedelta(hours=23, minutes=10)), until(timedelta(seconds=20)), until(timedelta(hours=73))
    ('24 hours', '1 minute', '4 days')
    """
    minutes = -(-int(left.total_seconds()) // 60)
    for unit, size, most in (("minute", 1, 59), ("hour", 60, 48 * 60)):
        if minutes <= most:
            count = max(1, -(-minutes // size))
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{-(-minutes // 1440)} days"
