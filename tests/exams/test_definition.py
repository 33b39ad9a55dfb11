from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from enunciate.errors import ExamError
from enunciate.exams.definition import Mistake, example, load, read, restored, stored
from tests.exams import samples


def test_the_example_is_right() -> None:
    exam, mistakes = read(example(), "ready-for-calls")
    assert mistakes == ()
    assert exam is not None
    assert (exam.must_pass, exam.attempts, exam.cool_down) == (2, 3, 86400.0)
    assert [script.weight for script in exam.scripts] == [1.0, 2.0, 1.0]
    assert exam.scripts[2].marks == (("overall", 75.0), ("pronunciation", 70.0), ("fluency", 75.0))
    assert exam.total == (("overall", 78.0),)


def test_every_mistake_is_named_with_its_line() -> None:
    text = """title = 3
attemps = 3
cool_down = "soon"
due = "2027-13-01"
must_pass = 9
attempts = 0
[marks]
overal = 75
fluency = 130
[[scripts]]
script = "general-greting"
weight = -1
[[scripts]]
script = "late-delivery"
marks = { intonation = "x" }
[[scripts]]
weight = 2
[[scripts]]
script = "late-delivery"
[total]
spelling = 3
"""
    exam, mistakes = read(text, "x")
    assert exam is not None
    expected = [
        (1, "`title` must be a text"),
        (2, "did you mean `attempts`?"),
        (3, '`cool_down` must be a length of time such as "24h"'),
        (4, "`due` must be a day such as 2027-03-31"),
        (5, "`must_pass` is 9, but there are only 4 scripts"),
        (6, "`attempts` must be a whole number of 1 or more"),
        (8, "did you mean `overall`?"),
        (9, "`fluency` must be a number from 0 to 100, not 130"),
        (11, "Did you mean 'general-greeting'"),
        (12, "`weight` must be a number above 0, not -1"),
        (15, "`intonation` must be a number from 0 to 100, not “x”"),
        (16, "this has no `script`"),
        (19, "“late-delivery” is there twice"),
        (21, "`spelling` is no score"),
    ]
    assert [one.line for one in mistakes] == [line for line, _ in expected]
    for one, (_, part) in zip(mistakes, expected, strict=True):
        assert part in one.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[scripts]\n", 1, "this is not TOML"),
        ('scripts = [\n"general-greeting"', 2, "the file ends in the midst of a list"),
        ('title = "Week 1', 1, "the file ends in the midst of a list"),
        ('title = "a"\ntitle = "b"\n', 2, "this is not TOML"),
        ("", None, "there are no scripts"),
        ("scripts = []\n", 1, "at least one script"),
        ('scripts = [\n "general-greeting",\n "gone.md",\n]\n', 3, "There is no file gone.md"),
        ("scripts = [3]\n", 1, "neither the name of a script nor a table"),
        ('scripts = ["general-greeting"]\nmarks = 75\n', 2, "must hold marks"),
        ('scripts = ["general-greeting"]\n[marks]\noverall = nan\n', 3, "a number from 0 to 100"),
        ('name = "../x"\nscripts = ["general-greeting"]\n', 1, "is no name"),
    ],
)
def test_a_file_that_makes_no_sense(text: str, line: int | None, reason: str) -> None:
    (mistake,) = read(text, "x")[1]
    assert mistake.line == line
    assert reason in mistake.reason


def test_a_damaged_file_is_refused_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "week-1.toml"
    file.write_text('scripts = ["general-greeting"]\nattempts = -1\ndue = 5\n')
    with pytest.raises(ExamError) as refused:
        load(file)
    assert "2 mistakes, so nothing was stored" in str(refused.value)
    assert "line 2: `attempts`" in str(refused.value)
    file.write_bytes(b"\x00\x01\x02")
    with pytest.raises(ExamError, match="not a text file"):
        load(file)
    with pytest.raises(ExamError, match="There is no file"):
        load(tmp_path / "gone.toml")
    with pytest.raises(ExamError, match="name the assessment's file"):
        load(tmp_path)


def test_scripts_of_ones_own_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "hello.md").write_text("---\ntitle: Hello\npass_mark: 60\n---\nHello and welcome.\n")
    file = tmp_path / "week-1.toml"
    file.write_text('scripts = ["hello.md"]\n')
    exam = load(file)
    assert (exam.name, exam.title) == ("week-1", "Week 1")
    (script,) = exam.scripts
    assert (script.id, script.title) == ("hello", "Hello")
    # It can be taken where the file is not.
    (tmp_path / "hello.md").unlink()
    assert restored(stored(exam), 1).scripts == exam.scripts


def test_a_day_is_due_at_its_end() -> None:
    exam = samples.exam(samples.TWO + "due = 2027-03-31\n")
    assert exam.due == datetime(2027, 4, 1).astimezone()
    moment = samples.exam(samples.TWO + "due = 2027-03-31T12:00:00+08:00\n").due
    assert moment == datetime(2027, 3, 31, 12, tzinfo=timezone(timedelta(hours=8)))


def test_what_a_newer_enunciate_stored_is_not_guessed_at() -> None:
    exam = samples.exam()
    newer = json.loads(stored(exam)) | {"schema": "enunciate.exam/9"}
    for text in (json.dumps(newer), "{", "[]", "{}"):
        with pytest.raises(ExamError, match="newer enunciate, or is damaged"):
            restored(text, 1)


def test_mistakes_are_compared_by_what_they_say() -> None:
    assert read("scripts = []\n", "x")[1][0] == Mistake(
        1, '`scripts` must be a list with at least one script, such as ["general-greeting"].'
    )
