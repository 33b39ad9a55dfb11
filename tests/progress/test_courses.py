from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from enunciate.history import Reading
from enunciate.progress import ClassCourse, Course
from enunciate.progress.courses import class_course, course
from enunciate.rubric import load_rubric
from tests.progress.samples import climbing, reading


def of(readings: Sequence[Reading]) -> Course:
    return course("Maya", "7", readings, load_rubric())


def of_class(readings: Sequence[Reading]) -> ClassCourse:
    return class_course("7", sorted(readings, key=lambda one: one.at), load_rubric())


def test_what_improved_what_is_stuck_and_what_to_do() -> None:
    found = of(climbing())
    assert any(text.startswith("Fluency: clearly better") for text in found.improved)
    assert any(text.startswith("/v/, the v in very: clearly better") for text in found.improved)
    assert any(text.startswith("Pronunciation: 68, no clear change") for text in found.stuck)
    assert any(text.startswith("/θ/, the th in think: called out") for text in found.stuck)
    assert found.steps[0].command == "enunciate drill --sound TH"
    # What was called out weeks ago and is well now is not to be practised.
    assert "enunciate drill --sound V" not in [step.command for step in found.steps]
    assert len(found.steps) <= 3


def test_a_score_that_was_not_measured_is_no_point() -> None:
    found = of(climbing())
    counts = {series.name: len(series.points) for series in found.areas}
    assert counts["prosody"] == 13
    assert counts["overall"] == 14
    none = of([reading(at, 70.0, prosody=None) for at in range(6)])
    assert "prosody" not in {series.name for series in none.areas}


def test_few_readings_say_so_and_claim_nothing() -> None:
    found = of(climbing()[:2])
    assert (found.improved, found.stuck) == ((), ())
    assert found.notices[0].startswith("2 readings so far")
    assert {series.trend.direction for series in found.areas} == {"unknown"}
    assert found.steps[-1].text == "Read 3 more scripts, on different days if you can."


def test_nothing_yet() -> None:
    found = of([])
    assert (found.count, found.areas, found.notices) == (0, (), ())
    assert found.steps[0].command == "enunciate read general-greeting"
    silent = of([reading(0, None, rubric=None)])
    assert (silent.count, silent.unscored) == (0, 1)


def test_only_scores_of_the_latest_rubric_count() -> None:
    old = [reading(at, 20.0, rubric="enunciate-rubric/1") for at in range(6)]
    new = [reading(6 + at, 80.0) for at in range(6)]
    found = of([*old, *new])
    assert found.count == 6
    assert found.areas[0].trend.direction == "level"
    assert "6 readings were judged by enunciate-rubric/1 and are left out" in found.notices[0]


def test_drills_are_counted_but_their_single_words_are_not_mixed_in() -> None:
    drills = [reading(at, 5.0, kind="drill", sounds={"TH": (1, 5.0, 1)}) for at in range(9)]
    found = of([*drills, *(reading(at, 80.0) for at in range(9, 15))])
    assert (found.count, found.drilled, found.sounds) == (6, 9, ())
    assert found.areas[0].now == 80.0


def test_one_day_is_too_short_to_be_stuck() -> None:
    found = of([reading(at / 50, 60.0 + at % 2) for at in range(8)])
    assert found.stuck == ()
    later = of([reading(at, 60.0 + at % 2) for at in range(8)])
    assert later.stuck[0].startswith("Overall: 61, no clear change over 8 readings")


def test_a_clock_that_went_back_is_said_and_the_order_stays() -> None:
    readings = [reading(at, 60.0 + 2 * at) for at in range(8)]
    readings[5] = replace(readings[5], at=readings[0].at - timedelta(days=300))
    found = of(readings)
    assert "clock was set back" in found.notices[0]
    assert [point.value for point in found.areas[0].points] == [60.0 + 2 * at for at in range(8)]
    assert found.areas[0].trend.direction == "up"


def test_a_batch_scored_in_any_order_is_put_in_the_order_of_its_dates() -> None:
    readings = [reading(at, 60.0 + 2 * at, kind="batch") for at in range(8)]
    found = of(readings[::-1])
    assert not any("clock" in notice for notice in found.notices)
    assert [point.value for point in found.areas[0].points] == [60.0 + 2 * at for at in range(8)]
    assert found.areas[0].trend.direction == "up"


def test_agents_have_clocks_of_their_own_and_who_did_not_read_is_named() -> None:
    readings = [
        *(reading(at, agent="Ana") for at in range(3)),
        *(reading(at, agent="Ben") for at in range(3)),
    ]
    found = class_course("7", readings, load_rubric(), ["Ana", "Ben", "Cora", "Dodong"])
    assert [notice for notice in found.notices if "script" not in notice] == [
        "No scored reading of Cora, Dodong."
    ]


def test_a_sound_needs_evidence() -> None:
    once = of([reading(0, 90.0, sounds={"ZH": (1, 10.0, 1)})])
    assert not any(step.command and "drill --sound" in step.command for step in once.steps)


def test_a_class_is_pooled_and_not_a_mean_of_means() -> None:
    many = [reading(at / 10, 80.0, agent="Ana", sounds={"TH": (10, 90.0, 0)}) for at in range(9)]
    one = [reading(0.5, 20.0, agent="Ben", sounds={"TH": (10, 40.0, 5)})]
    found = of_class([*many, *one])
    overall = found.weeks[0]
    assert (overall.points[0].value, overall.points[0].count) == (80.0, 10)
    (sound,) = found.sounds
    assert (sound.earlier[0] + sound.later[0], sound.earlier[1] + sound.later[1]) == (5, 100)
    assert (sound.agents, sound.among) == (1, 2)
    assert found.steps == (), "one agent's trouble is not the class's"


def test_a_class_that_gets_better() -> None:
    readings = [one for at in range(6) for one in climbing(f"Agent {at}", count=8 + at, seed=at)]
    found = of_class(readings)
    assert found.agents == 6
    assert "Fluency: clearly better for 6 of 6 agents." in found.improved
    assert any(text.startswith("/v/, the v in very: called out less often") for text in found.improved)
    assert [step.command for step in found.steps] == ["enunciate drill --sound TH"]
    assert [member.agent for member in found.members] == [f"Agent {at}" for at in range(6)]
    assert len(found.weeks[0].points) == 4


def test_two_readings_of_a_class_are_no_change() -> None:
    found = of_class(
        [
            reading(0, 50.0, sounds={"TH": (4, 50.0, 2)}),
            reading(9, 90.0, sounds={"TH": (4, 90.0, 0)}),
        ]
    )
    assert (found.improved, found.stuck) == ((), ())
