from __future__ import annotations

from datetime import datetime, timedelta, timezone

from enunciate.assessment_dict import SCORES
from enunciate.exams import Attempt, Verdict
from enunciate.exams.rules import GRACE, clock_problem, refusal, standing
from tests.exams.samples import TWO, exam

NOW = datetime(2027, 3, 10, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def attempt(before: timedelta, passed: bool | None = False, score: float = 60.0, version: int = 1) -> Attempt:
    """One that ended so long before `NOW`; not yet where `passed` is None."""
    verdict = Verdict(passed, dict.fromkeys(SCORES, score), (), ())
    ended = None if passed is None else NOW - before
    return Attempt(f"{before}", "week-2", version, "Maya", NOW - before - HOUR, ended, (), None, verdict)


def asked(text: str, *taken: Attempt, now: datetime = NOW, again: bool = False) -> str | None:
    found = exam(text + TWO)
    return refusal(found, standing(found, taken, now), now, again=again)


def state(text: str, *taken: Attempt, now: datetime = NOW) -> str:
    return standing(exam(text + TWO), taken, now).state


def test_the_first_attempt_may_begin() -> None:
    assert asked("attempts = 1\ncool_down = '24h'\n") is None
    assert state("") == "not begun"


def test_attempts_are_counted_over_all_versions_and_only_where_they_were_finished() -> None:
    two = attempt(3 * HOUR), attempt(2 * HOUR, version=2)
    assert "All 2 attempts are used up" in str(asked("attempts = 2\n", *two))
    assert state("attempts = 2\n", *two) == "used up"
    assert asked("attempts = 3\n", *two) is None
    assert asked("attempts = 2\n", two[0], attempt(HOUR, None)) is None
    assert "The one attempt is used up" in str(asked("attempts = 1\n", two[0]))


def test_the_cool_down_begins_when_an_attempt_ends() -> None:
    said = asked("cool_down = '24h'\n", attempt(2 * HOUR))
    assert said is not None
    assert "in 22 hours" in said
    assert state("cool_down = '24h'\n", attempt(2 * HOUR)) == "waiting"
    assert asked("cool_down = '24h'\n", attempt(24 * HOUR)) is None
    assert asked("cool_down = '24h'\n", attempt(2 * HOUR, None)) is None, "one that is open goes on"


def test_after_the_due_date_nothing_begins_but_what_was_begun_may_end() -> None:
    due = "due = 2027-03-10T11:00:00Z\n"
    assert "was due" in str(asked(due))
    assert state(due) == "overdue"
    assert asked(due, attempt(HOUR, None)) is None
    late = NOW + GRACE
    assert "was due" in str(asked(due, attempt(HOUR, None), now=late))
    assert asked("due = 2027-03-10T13:00:00Z\n") is None


def test_who_has_passed_is_done_unless_they_want_to() -> None:
    assert "You passed" in str(asked("", attempt(HOUR, True)))
    assert state("due = 2027-03-01\n", attempt(HOUR, True)) == "passed"
    assert asked("", attempt(HOUR, True), again=True) is None
    assert "used up" in str(asked("attempts = 1\n", attempt(HOUR, True), again=True))


def test_best_and_latest() -> None:
    taken = attempt(3 * HOUR, True, 76.0), attempt(2 * HOUR, False, 90.0), attempt(HOUR, False, 50.0)
    found = standing(exam(), taken, NOW)
    assert found.best == taken[0]
    assert found.latest == taken[2]
    assert standing(exam(), taken[1:], NOW).best == taken[1]


def test_a_clock_that_was_set_back_is_noticed_where_dates_matter() -> None:
    dated = exam("cool_down = '24h'\n" + TWO)
    said = clock_problem(dated, NOW + HOUR, NOW)
    assert said is not None
    assert "was the clock set back?" in said
    assert clock_problem(exam(), NOW + HOUR, NOW) is None
    assert clock_problem(dated, NOW + timedelta(minutes=2), NOW) is None, "two computers differ a little"
    assert clock_problem(dated, None, NOW) is None
