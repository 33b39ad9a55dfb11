"""What the page of a class shows; how it behaves is for `test_in_browser`."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from enunciate.report import wave
from enunciate.report.wave import Failure, Reading, Trouble
from tests.report import samples

GOOD = samples.perfect().as_dict()
MISTAKEN = samples.mistaken().as_dict()
OTHER = samples.not_this_script().as_dict()


def reading(described: Mapping[str, Any], agent: str | None = None, **changes: Any) -> Reading:
    made = copy.deepcopy(dict(described))
    for key, value in changes.items():
        made[key] = {**made[key], **value} if isinstance(value, dict) else value
    return Reading(made, agent)


def view(*readings: Reading, failures: tuple[Failure, ...] = ()) -> wave.View:
    return wave.view(iter(readings), iter(failures), "A class")


def test_who_passed_and_who_reads_again_and_why() -> None:
    shown = view(
        reading(GOOD, "Zoë"),
        reading(MISTAKEN, "Bao"),
        reading(OTHER, "Ana"),
        failures=(Failure("x.wav", "Empty."),),
    )
    assert [(row.name, row.result, row.scores[0]) for row in shown.rows] == [
        ("Ana", "unscored", None),
        ("Bao", "again", 62),
        ("Zoë", "passed", 97),
    ]
    assert (shown.passed, shown.scored, shown.unscored, len(shown.failures)) == (1, 2, 1, 1)
    assert [row.name for row in shown.again] == ["Bao"]
    assert shown.rows[0].why[0].startswith("This does not sound like a reading of")


def test_the_reason_is_what_cost_most_of_the_overall_score() -> None:
    parts = [
        ("grammar", 75.0, 1.2),
        ("fluency", 58.2, 12.5),
        ("accuracy", 64.0, 7.0),
        ("completeness", 93.3, 0.4),
    ]
    reasons = [
        *MISTAKEN["rubric"]["reasons"],
        *(
            {"score": "overall", "measure": area, "value": value, "points": points, "text": "It counts."}
            for area, value, points in parts
        ),
    ]
    (row,) = view(reading(MISTAKEN, rubric={"reasons": reasons})).rows
    assert row.why == (
        "Fluency 58: You stopped once inside a phrase, for 1.2 seconds.",
        "Accuracy 64: Two words were said as other words.",
    )


def test_a_reading_without_an_agent_goes_by_its_recording() -> None:
    assert [row.name for row in view(reading(GOOD)).rows] == ["greeting"]


def test_the_lowest_come_first_among_those_to_read_again() -> None:
    scores = {"B": 70.0, "A": 61.0, "C": 66.0}
    shown = view(*(reading(MISTAKEN, name, scores={"overall": score}) for name, score in scores.items()))
    assert [row.name for row in shown.again] == ["A", "C", "B"]


def test_scores_are_spread_over_bins_and_what_was_not_measured_is_apart() -> None:
    shown = view(
        *(reading(GOOD, scores={"overall": score}) for score in (100.0, 97.0, 94.4)),
        reading(MISTAKEN, scores={"overall": 60.0}),
    )
    assert shown.overall.bins[12] == 1
    assert shown.overall.bins[18:] == (1, 2)
    assert sum(shown.overall.bins) == shown.overall.measured == 4
    assert shown.overall.median == 95.5
    assert shown.overall.mark == 70.0
    intonation = next(area for area in shown.areas if area.label == "Intonation")
    assert (intonation.measured, intonation.missing) == (3, 1)


def test_words_are_pooled_from_counts_and_one_persons_trouble_is_not_the_classs() -> None:
    alone = reading(GOOD)
    alone.assessment["words"][0]["status"] = "omitted"
    shown = view(reading(MISTAKEN), reading(MISTAKEN), alone)
    words = {trouble.what: trouble for trouble in shown.words}
    assert words["numbers"] == Trouble("numbers", "“number” (2)", 2, 3, 2, 3)
    assert words["northwind"].detail == "something else (2)"
    assert "good" not in words
    # "for" was said again, which is no fault of the word; the script has "is" three times, all read well.
    assert "is" not in words


def test_a_word_said_often_is_told_by_its_occurrences() -> None:
    script = samples.reference("No no no.")
    made = [samples.assessment(script, fates={n: ("mispronounced", None)}).as_dict() for n in (0, 2)]
    (trouble,) = view(*map(Reading, made)).words
    assert (trouble.times, trouble.of, trouble.readings, trouble.among) == (2, 6, 2, 2)


def test_what_is_certain_comes_before_what_is_rare() -> None:
    script = samples.reference("Two three.")
    often = [samples.assessment(script, fates={0: ("omitted", None)}).as_dict() for _ in range(8)]
    rare = [
        samples.assessment(samples.reference("Four."), fates={0: ("omitted", None)}).as_dict()
        for _ in range(2)
    ]
    assert [trouble.what for trouble in view(*map(Reading, [*rare, *often])).words] == ["two", "four"]


def test_sounds_are_counted_where_they_were_judged() -> None:
    described = samples.with_phones().as_dict()
    th = {"phone": "TH", "ipa": "θ", "heard": "T", "words": [0], "times": 1, "how": "Blow."}
    none, called = Reading(described), [Reading(described | {"sounds": [th]})] * 2
    assert view(reading(GOOD)).sounds is None
    assert view(none).sounds == ()
    (trouble,) = view(*called, none).sounds
    assert trouble == Trouble("/θ/, the th in think", "like /t/ (2)", 2, 3, 2, 3)


def test_pauses_are_counted_by_their_place_in_the_script() -> None:
    shown = view(reading(MISTAKEN), reading(MISTAKEN), reading(GOOD))
    (trouble,) = shown.pauses
    assert trouble == Trouble("thank you ‖ for calling", "mostly about 1.2 s", 2, 3, 2, 3)


def test_few_readings_and_unlike_rubrics_are_owned_up_to() -> None:
    assert "too few" in " ".join(view(reading(GOOD), reading(GOOD)).notices)
    assert "one scored reading" in " ".join(view(reading(GOOD)).notices)
    many = view(*[reading(GOOD)] * 10)
    assert many.notices == ()
    mixed = view(*[reading(GOOD)] * 10, reading(GOOD, rubric={"version": "2", "pass_mark": 80.0}))
    assert [notice.split(":")[0] for notice in mixed.notices] == [
        "The readings were judged by different rubrics, so their scores do not compare",
        "The scripts ask for different overall scores",
    ]
    assert mixed.overall.mark is None


def test_waves_are_told_apart_where_there_are_several() -> None:
    one = [Reading(GOOD, "A", wave="May"), Reading(MISTAKEN, "B", wave="May")]
    assert view(*one).waves == ()
    assert view(*one, Reading(GOOD, "C", wave="June")).waves == (("June", 1, 1), ("May", 2, 1))


@pytest.mark.parametrize(
    "readings",
    [[], [Reading(OTHER)], [Reading(GOOD)], [Reading(GOOD, "A", "w", "a.html")] * 3],
)
def test_any_class_has_a_page(readings) -> None:
    page = wave.page(readings, [Failure("x.wav", "Empty.", "Bea")])
    assert "Recordings that could not be used" in page
    assert ("Nothing could be scored." in page) == (not readings or readings[0].assessment is OTHER)
