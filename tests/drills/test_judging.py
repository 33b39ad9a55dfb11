from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from enunciate.assessment import Assessment, assess_reading
from enunciate.audio.files import read
from enunciate.drills import Item, Kind, Outcome, Verdict
from enunciate.drills.items import items
from enunciate.drills.judging import judge
from enunciate.measures import CalledOut, PhoneMeasure, contrast
from enunciate.recognition import Recognizer
from enunciate.reference import Reference
from tests.report import samples

LINE = "Your order arrives on Thursday morning, and it costs nothing to keep it until then."


def as_item(kind: Kind, script: Reference, sounds: tuple[str, ...] = ("TH",)) -> Item:
    return Item("a-1", kind, "words" if kind == "words" else "line", script, sounds)


def line(kind: Kind = "calls", text: str = LINE, **how) -> Outcome:
    script = samples.reference(text)
    return judge(as_item(kind, script), samples.assessment(script, **how))


@pytest.mark.parametrize(
    ("kind", "fates", "verdict", "said"),
    [
        ("calls", {}, "good", "Every word came through."),
        ("calls", {1: ("substituted", "other")}, "almost", "Nearly: mind “order”."),
        ("calls", {4: ("omitted", None)}, "almost", "“Thursday”"),
        (
            "calls",
            {1: ("omitted", None), 4: ("omitted", None)},
            "again",
            "Once more: mind “order” and “Thursday”.",
        ),
        ("numbers", {4: ("substituted", None)}, "again", "Callers write this down: “Thursday”"),
    ],
)
def test_a_line_is_judged_by_its_words(
    kind: Kind, fates: dict[int, samples.Fate], verdict: Verdict, said: str
) -> None:
    outcome = line(kind, fates=fates)
    assert outcome.verdict == verdict
    assert said in outcome.message


def test_of_several_lost_words_each_is_named() -> None:
    outcome = line(fates={1: ("omitted", None), 4: ("substituted", "other"), 5: ("substituted", None)})
    assert [part.note for part in outcome.parts] == [
        "“order” was left out.",
        "“Thursday” sounded like “other”.",
        "“morning” could not be made out.",
    ]


def test_what_was_said_beside_a_line_is_no_reason_to_read_it_again() -> None:
    assert line(beside={3: [("filler", "um")], 6: [("repeated", "and")]}).verdict == "good"


@pytest.mark.parametrize(("sound", "verdict"), [("TH", "again"), ("M", "good")])
def test_a_line_is_read_again_for_a_sound_that_it_trains(sound: str, verdict: Verdict) -> None:
    outcome = line(sounds=(CalledOut(sound, "T", (4,), 1),))
    assert outcome.verdict == verdict
    if verdict == "again":
        assert outcome.parts[0].text == "Thursday"
        assert "it sounded like /t/" in outcome.parts[0].note


def test_pauses_are_judged_where_they_are() -> None:
    text = "We have found your bag in Denver. It will be with you on Sunday morning."
    assert line("pauses", text, pauses={7: 0.6}).verdict == "good"
    ran_on = line("pauses", text, missing_pauses=(6,))
    assert (ran_on.verdict, ran_on.message) == ("almost", "You ran on after “Denver”: stop for a breath.")
    broken = line("pauses", text, missing_pauses=(6,), pauses={3: 1.2})
    assert broken.verdict == "again"
    assert "A stop of 1.2 s before “your”: read that phrase in one go." in broken.message


@pytest.mark.parametrize(
    ("rate", "verdict", "said"),
    [
        (100.0, "again", "Slow: 100 words a minute, and 120 to 150 is easy to follow."),
        (112.0, "almost", "A little slow"),
        (118.0, "good", "easy to follow"),
        (135.0, "good", "135 words a minute: easy to follow."),
        (170.0, "almost", "A little fast"),
        (200.0, "again", "Too fast: 200 words a minute"),
    ],
)
def test_a_pace_is_judged_by_the_band_of_its_script(rate: float, verdict: Verdict, said: str) -> None:
    outcome = paced(rate)
    assert outcome.verdict == verdict
    assert said in outcome.message


def paced(rate: float | None, **how) -> Outcome:
    script = replace(samples.reference(LINE), pace_wpm=(120.0, 150.0))
    made = samples.assessment(script, **how)
    assert made.measures is not None
    pacing = replace(made.measures.pacing, speech_rate_wpm=rate, phonation_ratio=0.8, articulation_rate=4.0)
    return judge(as_item("pace", script), replace(made, measures=replace(made.measures, pacing=pacing)))


def test_what_was_not_measured_is_not_judged() -> None:
    assert paced(None).verdict is None
    most_left_out = dict.fromkeys(range(9), ("omitted", None))
    assert paced(140.0, fates=most_left_out).verdict is None
    assert line("pauses", fates=most_left_out).verdict is None
    silent = judge(as_item("calls", samples.reference()), samples.not_this_script())
    assert silent.verdict is None
    assert silent.message


def phone(name: str, sure: float | None, heard: str | None = None) -> PhoneMeasure:
    return PhoneMeasure(name, name, samples.Interval(0.0, 0.1), 80.0, heard, sure)


def words(*sure: float | None, fates: dict[int, samples.Fate] | None = None) -> Outcome:
    script = samples.reference("Think, thank, third, both.")
    phones = {index: (phone("TH", one, "T"), phone("N", 0.99)) for index, one in enumerate(sure)}
    return judge(as_item("words", script), samples.assessment(script, phones=phones, fates=fates))


def test_a_list_is_judged_by_the_sound_that_it_trains() -> None:
    assert words(0.1, 0.1, 0.2, 0.1).verdict == "good"
    off = words(0.1, 0.95, 0.2, 0.1)
    assert off.verdict == "again"
    assert off.message == "One more try for “thank”."
    assert [part.verdict for part in off.parts] == ["good", "again", "good", "good"]
    assert "it sounded like /t/" in off.parts[1].note


def test_an_ending_that_a_recognizer_made_up_fails_nobody() -> None:
    assert words(0.1, 0.1, 0.2, 0.1, fates={1: ("substituted", "thanked")}).verdict == "good"


def test_too_few_words_heard_are_no_verdict() -> None:
    outcome = words(0.1, None, None, None, fates=dict.fromkeys((1, 2, 3), ("omitted", None)))
    assert outcome.verdict is None
    assert [part.verdict for part in outcome.parts] == ["good", None, None, None]


@pytest.fixture(scope="module")
def heard(recognizer: Recognizer) -> Callable[[str, Path], Assessment]:
    def assessed(key: str, path: Path) -> Assessment:
        return assess_reading(read(path), items()[key].reference, recognizer)

    return assessed


@pytest.mark.parametrize("key", ["pairs-ship-sheep-1", "pairs-thin-tin-1", "pairs-car-card-1"])
def test_pairs_that_are_read_well_are_told_apart(key: str, heard, recorded: Callable[..., Path]) -> None:
    outcome = judge(items()[key], heard(key, recorded(key)))
    assert outcome.verdict == "good", outcome
    assert all(part.verdict in ("good", None) for part in outcome.parts)


def test_pairs_that_are_read_alike_are_noticed(heard, recorded: Callable[..., Path]) -> None:
    key = "pairs-ship-sheep-1"
    alike = "Sheep, sheep. Feel, feel. Seat, seat. Least, least."
    outcome = judge(items()[key], heard(key, recorded(key, alike)))
    assert outcome.verdict == "again", outcome
    named = [part.note for part in outcome.parts if part.verdict == "again"]
    assert any(note.startswith("“ship” sounded like “sheep”.") for note in named)


def test_who_reads_something_else_is_told_so_as_a_reader(heard, recorded: Callable[..., Path]) -> None:
    key = "late-delivery-2"
    outcome = judge(items()[key], heard(key, recorded(key, "Pan, pan. Past, past.")))
    assert outcome.verdict is None
    assert outcome.message.startswith("Hardly any of these words were heard.")


def test_the_difference_of_two_words_is_a_part_of_one_of_them() -> None:
    assert contrast.difference(("T", "EH", "N", "TH"), ("T", "EH", "N", "T")) == (("TH",), ("T",))
    assert contrast.difference(("S", "P", "AO1", "R", "T"), ("S", "AH0", "P", "AO1", "R", "T")) == (
        (),
        ("AH",),
    )
