from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from enunciate.errors import ExamError, HistoryError, UnknownAgentError
from enunciate.exams import attempts
from enunciate.exams.definition import stored
from enunciate.exams.taking import Taking, begin, find, matched
from enunciate.history import open_history
from enunciate.history.store import History
from tests.exams.samples import TWO, assessment, exam

NOW = datetime(2027, 3, 10, 12, tzinfo=timezone.utc)


class Clock:
    """One that goes when it is told to."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path / "history"))
    with open_history(str(tmp_path / "history.sqlite3")) as opened:
        opened.add_agent("Maya", wave="7")
        yield opened


def define(history: History, text: str = TWO) -> None:
    history.put_definition("week-2", stored(exam(text)))


def take(history: History, clock: Clock, *overall: float, **more: bool) -> Taking:
    """Take it with a reading of each script."""
    taking = begin(history, "week-2", "maya", clock=clock, **more).taking
    for value in overall:
        clock.at += timedelta(minutes=1)
        taking.hear(taking.left[0], assessment(value))
    return taking


def kept(history: History) -> list[tuple[bool, bool | None, int]]:
    """Of each attempt, whether it is finished and passed, and how many scripts are judged."""
    return [
        (one.finished is not None, one.passed, len(attempts.restored(one).parts))
        for one in history.attempts(name="week-2", agent="Maya")
    ]


def test_taken_in_one_go(history: History, clock: Clock) -> None:
    define(history)
    taking = take(history, clock, 80.0, 90.0)
    assert taking.attempt.passed is True
    assert kept(history) == [(True, True, 2)]
    (one,) = history.attempts()
    restored = attempts.restored(one)
    assert restored.verdict == taking.attempt.verdict
    assert restored.verdict is not None
    assert restored.verdict.scores["overall"] == 85.0
    readings = history.readings(agent="Maya")
    assert [(one.kind, one.script) for one in readings] == [
        ("exam", "general-greeting"),
        ("exam", "late-delivery"),
    ]
    assert [part.reading for part in restored.parts] == [one.id for one in readings]
    with pytest.raises(ExamError, match="You passed"):
        take(history, clock)


def test_one_that_was_broken_off_goes_on_with_the_next_script(history: History, clock: Clock) -> None:
    define(history, "attempts = 1\n" + TWO)
    first = take(history, clock, 80.0)
    assert kept(history) == [(False, None, 1)]
    second = begin(history, "week-2", "Maya", clock=clock).taking
    assert second.attempt.id == first.attempt.id
    assert [script.id for script in second.left] == ["late-delivery"]
    second.hear(second.left[0], assessment(50.0))
    assert kept(history) == [(True, False, 2)]
    with pytest.raises(ExamError, match="used up"):
        take(history, clock)


def test_a_reading_that_could_not_be_judged_is_no_attempt(history: History, clock: Clock) -> None:
    define(history, "attempts = 1\n" + TWO + "[marks]\nprosody = 60\n")
    taking = begin(history, "week-2", "Maya", clock=clock).taking
    script = taking.left[0]
    assert taking.hear(script, assessment(80.0, prosody=None)).judgement == "not judged"
    assert taking.hear(script, assessment(problem="Nothing was said.")).judgement == "not judged"
    assert taking.left[0] == script
    assert kept(history) == [(False, None, 0)]
    # What is no reading of the script at all is nobody's reading.
    assert [reading.scores["prosody"] for reading in history.readings(agent="Maya")] == [None]
    again = begin(history, "week-2", "Maya", clock=clock).taking
    assert again.attempt.unjudged == {"general-greeting": 2}
    again.hear(script, assessment(80.0))
    again.hear(again.left[0], assessment(80.0))
    assert kept(history) == [(True, True, 2)]


def test_a_changed_definition_leaves_what_was_begun_as_it_was(history: History, clock: Clock) -> None:
    define(history)
    take(history, clock, 80.0)
    define(history, TWO + "[marks]\noverall = 99\n")
    assert find(history, "week-2").version == 2
    going_on = begin(history, "week-2", "Maya", clock=clock).taking
    assert going_on.exam.version == 1
    going_on.hear(going_on.left[0], assessment(80.0))
    (one,) = history.attempts()
    assert (one.version, one.passed) == (1, True)
    define(history, TWO + "[marks]\noverall = 99\n")
    assert find(history, "week-2").version == 2, "the same content is no new version"


def test_the_cool_down_and_the_clock(history: History, clock: Clock) -> None:
    define(history, "cool_down = '24h'\n" + TWO)
    take(history, clock, 50.0, 50.0)
    with pytest.raises(ExamError, match="The next attempt may begin"):
        take(history, clock)
    clock.at -= timedelta(days=30)
    with pytest.raises(ExamError, match="was the clock set back"):
        take(history, clock)
    clock.at = NOW + timedelta(days=2)
    assert take(history, clock, 80.0, 80.0).attempt.passed is True


def test_a_clock_that_is_let_pass_is_noted(history: History, clock: Clock) -> None:
    define(history, "due = 2028-01-01\n" + TWO)
    take(history, clock, 50.0, 50.0)
    clock.at -= timedelta(days=1)
    taking = take(history, clock, 80.0, 80.0, ignore_clock=True)
    assert taking.attempt.notes == ("The clock was set back, and that was let pass.",)
    # In the order in which they were taken, whatever the clock said.
    assert [one.passed for one in history.attempts()] == [False, True]


def test_two_windows_do_not_undo_each_other(history: History, clock: Clock) -> None:
    define(history)
    one = begin(history, "week-2", "Maya", clock=clock).taking
    other = begin(history, "week-2", "Maya", clock=clock).taking
    one.hear(one.left[0], assessment(80.0))
    with pytest.raises(ExamError, match="another window"):
        other.hear(other.left[0], assessment(20.0))
    other = begin(history, "week-2", "Maya", clock=clock).taking
    one.hear(one.left[0], assessment(80.0))
    with pytest.raises(ExamError, match="another window"):
        other.hear(other.left[0], assessment(20.0))
    assert kept(history) == [(True, True, 2)]


def test_what_is_unknown(history: History, clock: Clock) -> None:
    with pytest.raises(ExamError, match="nor any other"):
        begin(history, "week-2", "Maya")
    define(history)
    with pytest.raises(ExamError, match="Did you mean “week-2”"):
        begin(history, "week2", "Maya")
    with pytest.raises(UnknownAgentError, match="Mya"):
        begin(history, "week-2", "Mya")


def test_a_damaged_definition_and_a_damaged_attempt(history: History, clock: Clock) -> None:
    define(history)
    history.save_attempt(
        definition="week-2", version=1, agent="Maya", result={"schema": "enunciate.attempt/7"}
    )
    with pytest.raises(ExamError, match="newer enunciate, or is damaged"):
        begin(history, "week-2", "Maya", clock=clock)
    history.put_definition("week-3", "title = no")
    with pytest.raises(ExamError, match="newer enunciate, or is damaged"):
        find(history, "week-3")


def test_a_history_that_cannot_be_used_is_said_before_anybody_reads(tmp_path: Path, clock: Clock) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"this is no database" * 100)
    with open_history(str(broken)) as history, pytest.raises(HistoryError):
        begin(history, "week-2", "Maya", clock=clock)


def test_a_server_that_goes_down_in_the_midst_loses_nothing(
    history: History, clock: Clock, tmp_path: Path
) -> None:
    define(history)
    taking = take(history, clock, 80.0)
    history.problem = HistoryError("The server is down.")
    taking.hear(taking.left[0], assessment(90.0))
    assert taking.attempt.passed is True
    with open_history(str(tmp_path / "history.sqlite3")) as later:
        assert kept(later) == [(True, True, 2)]
        assert len(later.readings(agent="Maya")) == 2


def test_recordings_go_to_their_scripts(tmp_path: Path) -> None:
    found = exam()
    names = ("late-delivery__maya.wav", "general-greeting.flac", "other.wav", "x.wav", "y.wav", "notes.txt")
    paths = {name: tmp_path / name for name in names}
    for path in paths.values():
        path.write_bytes(b"")
    late, greeting, other, x, y, _ = (paths[name] for name in names)
    left = found.scripts
    assert [path for _, path in matched((late, greeting), found, left)] == [greeting, late]
    assert [script.id for script, _ in matched((late,), found, left)] == ["late-delivery"]
    assert [path for _, path in matched((x, y), found, left)] == [x, y], "in the order of the scripts"
    assert [path for _, path in matched((x, late), found, left)] == [x, late], "the one that remains"
    assert [path for _, path in matched((late, x), found, left)] == [x, late]
    assert matched((greeting, x), found, left[1:]) == ((left[1], x),), "the other one is read already"
    assert matched((tmp_path,), found, left) == ((left[0], greeting), (left[1], late))
    assert matched((late, greeting), found, left[1:]) == ((left[1], late),)
    for given, still, said in (
        ((x,), left, "1 recording for 2 scripts"),
        ((late, x, y), left, "x.wav, y.wav are of none of the scripts"),
        ((late, greeting, x), left, "x.wav is of none of the scripts: all scripts have their recording"),
        ((late, late), left, "both are of late-delivery"),
        ((greeting,), left[1:], "None of the recordings"),
        ((tmp_path / "gone.wav",), left, "There is no file"),
    ):
        with pytest.raises(ExamError, match=said):
            matched(given, found, still)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ExamError, match="no recordings in"):
        matched((empty,), found, left)
    assert other.exists()
