from __future__ import annotations

import pytest

from enunciate.assessment_dict import SCORES
from enunciate.exams import Part
from enunciate.exams.judging import judge, verdict
from tests.exams.samples import TWO, assessment, exam

MARKS = TWO + "[marks]\noverall = 75\nprosody = 70\n"


def judged(text: str, overall: float | None = 80.0, **more: float | None) -> Part:
    found = exam(text)
    return judge(found, found.scripts[0], assessment(overall, **more))


def part(script: str, overall: float, judgement: str = "passed", **scores: float) -> Part:
    return Part(script, judgement, {**dict.fromkeys(SCORES, overall), **scores})  # type: ignore[arg-type]


def test_marks_that_are_reached() -> None:
    assert judged(MARKS).judgement == "passed"
    # What is printed as 70 reaches 70.
    assert judged(MARKS, 80.0, prosody=69.5).judgement == "passed"
    assert judged(MARKS, 80.0, prosody=69.4).judgement == "not yet"


def test_a_missed_mark_is_named_with_what_weighed_most() -> None:
    found = judged(MARKS, 80.0, prosody=55.0)
    assert found.judgement == "not yet"
    (reason,) = found.reasons
    assert reason.startswith("Intonation is 55; 70 is asked for.")
    found = judged(TWO + "[marks]\nfluency = 90\n", 80.0, fluency=58.2)
    assert found.reasons == (
        "Fluency is 58; 90 is asked for. You stopped once inside a phrase, for 1.2 seconds.",
    )
    both = judged(TWO + "[marks]\noverall = 90\nfluency = 90\n", 61.6, fluency=58.2).reasons
    assert both[0].startswith("The overall score is 62; 90 is asked for.")
    assert "Fluency" not in both[0]
    assert "89" in judged(TWO + "[marks]\nfluency = 90\n", 92.0, fluency=89.4).reasons[0]


def test_without_an_overall_mark_the_scripts_own_counts() -> None:
    assert judged(TWO, 74.0).judgement == "not yet"
    assert judged(TWO, 76.0).judgement == "passed"
    assert judged(TWO + "[marks]\noverall = 0\n", 10.0).judgement == "passed"


@pytest.mark.parametrize("low", [{}, {"fluency": 5.0}])
def test_what_was_not_measured_fails_nobody(low: dict[str, float]) -> None:
    """Not even where something else was missed: the whole reading does not count."""
    found = judged(MARKS + "fluency = 60\n", 80.0, prosody=None, **low)
    assert found.judgement == "not judged"
    assert found.reasons == ("Intonation could not be measured in this reading.",)
    assert judged(TWO, None).judgement == "not judged"


def test_what_is_not_asked_for_need_not_be_measured() -> None:
    assert judged(TWO, 80.0, prosody=None).judgement == "passed"
    assert judged(TWO + "[total]\nprosody = 50\n", 80.0, prosody=None).judgement == "not judged"


def test_a_recording_of_something_else_is_not_judged() -> None:
    found = exam()
    reading = judge(found, found.scripts[0], assessment(problem="Hardly any of its words were heard."))
    assert (reading.judgement, reading.reasons) == ("not judged", ("Hardly any of its words were heard.",))


def test_all_scripts_have_to_pass_unless_fewer_are_asked_for() -> None:
    parts = (part("general-greeting", 80.0), part("late-delivery", 60.0, "not yet"))
    found = verdict(exam(), parts)
    assert found.passed is False
    assert found.reasons == ("1 of 2 scripts reached their marks; all have to.",)
    assert verdict(exam("must_pass = 1\n" + TWO), parts).passed is True


def test_the_total_is_weighted() -> None:
    text = """[[scripts]]
script = "general-greeting"
weight = 3
marks = { overall = 0 }
[[scripts]]
script = "late-delivery"
marks = { overall = 0 }
[total]
overall = 75
"""
    found = verdict(exam(text), (part("general-greeting", 80.0), part("late-delivery", 60.0)))
    assert (found.scores["overall"], found.passed) == (75.0, True)
    found = verdict(exam(text), (part("general-greeting", 60.0), part("late-delivery", 80.0)))
    assert found.passed is False
    assert found.reasons == ("The overall score over all scripts is 65; 75 is asked for.",)


def test_nothing_is_settled_before_all_is_read() -> None:
    found = verdict(exam(), (part("general-greeting", 10.0, "not yet"),))
    assert found.passed is None
    assert found.unread == ("late-delivery",)
    assert found.scores["overall"] is None
