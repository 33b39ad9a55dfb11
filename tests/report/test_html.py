"""What the page of a reading shows; how it behaves is for `test_in_browser`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from enunciate.assessment import Assessment
from enunciate.report import html
from enunciate.report.html import Mark, Phone
from enunciate.report.script import MEANINGS
from tests.report import samples

UNCLEAR = MEANINGS["mispronounced"]


def view(made: Assessment, **changes: Any) -> html.View:
    return html.view(made.as_dict(contour=True) | changes)


def marks(shown: html.View) -> list[Mark]:
    return [mark for paragraph in shown.paragraphs for mark in paragraph if mark.number is not None]


@pytest.mark.parametrize("sample", [samples.perfect, samples.mistaken])
def test_the_script_stands_there_as_it_was_written(sample) -> None:
    shown = view(sample())
    written = "\n\n".join("".join(m.text + m.end for m in paragraph) for paragraph in shown.paragraphs)
    assert written.split() == samples.SCRIPT.split()
    assert len(shown.paragraphs) == 2


def test_every_mark_says_what_became_of_it() -> None:
    shown = view(samples.mistaken())
    said = {(mark.kind, mark.text, mark.said, mark.label) for mark in marks(shown)}
    for expected in (
        ("mispronounced", "morning", "", f"morning: {UNCLEAR}"),
        ("substituted", "Northwind", "said something else", "Northwind: something else was said"),
        ("substituted", "numbers", "said “number”", "numbers: something else was said, “number”"),
        ("omitted", "name", "", "name: left out"),
        ("repeated", "", "↻ for", "“for”: said again"),
        ("self_correction", "", "are →", "“are”: said first, then put right"),
        ("filler", "", "um", "“um”: a filler"),
        ("filler", "", "…", "A filler"),
        ("false_start", "", "yo-", "“yo”: a word begun and broken off"),
        ("inserted", "", "+ and", "“and”: added"),
        ("pause", "", "‖ 1.2 s", "A pause inside a phrase, 1.2 seconds"),
        ("run_on", "", "»", "No stop where the sentence ends"),
    ):
        assert expected in said


def test_a_mark_lasts_as_long_as_its_words() -> None:
    made = samples.mistaken()
    price = next(mark for mark in marks(view(made)) if mark.text == "$49.99")
    words = [w for w in made.as_dict()["words"] if w["written"] == "$49.99" and w["start"] is not None]
    assert (price.start, price.stop) == (words[0]["start"], words[-1]["end"])
    omitted = next(mark for mark in marks(view(made)) if mark.kind == "omitted")
    assert (omitted.start, omitted.stop) == (None, None)
    pause = next(mark for mark in marks(view(made)) if mark.kind == "pause")
    assert pause.stop is not None
    assert pause.stop - pause.start == pytest.approx(1.2)


def test_marks_and_details_run_parallel() -> None:
    shown = view(samples.mistaken())
    assert [mark.number for mark in marks(shown)] == list(range(len(shown.details)))
    details = {mark.text or mark.said: shown.details[mark.number] for mark in marks(shown)}
    assert details["numbers"].notes == (
        "You said “number” where the script has “numbers”: the plural ending was not heard.",
    )
    assert details["Northwind"].notes == ("Something else was said here; what it was could not be told.",)
    assert details["Good"].notes == ("How clear the word was: 90 of 100.",)
    assert details["‖ 1.2 s"].notes == ("You stopped for 1.2 s inside a phrase.",)


def test_a_sound_is_only_said_to_be_wrong_where_it_was_called_out() -> None:
    made = samples.with_phones()
    assert view(made).details[0].phones == (Phone("θ", 41), Phone("ɝ", 92))
    assert view(made).sounds == ()
    assert [mark.kind for mark in marks(view(made))] == ["correct"]
    how = "/θ/, the th in think: it sounded like /t/."
    called = view(
        made, sounds=[{"phone": "TH", "ipa": "θ", "heard": "T", "words": [0], "times": 2, "how": how}]
    )
    assert called.details[0].phones == (Phone("θ", 41, "t", how), Phone("ɝ", 92))
    assert called.details[0].notes[0] == f"{UNCLEAR}.".capitalize()
    assert [mark.kind for mark in marks(called)] == ["mispronounced"]
    assert called.sounds == (html.Hint(f"In “thirsty”, 2 times: {how}", 0.3, 0.7),)


def test_a_sound_that_the_advice_has_told_of_is_not_told_of_again() -> None:
    described = samples.mistaken().as_dict()
    described["sounds"] = [
        {"phone": phone, "ipa": "", "heard": None, "words": [1], "times": 1, "how": f"{phone}: blow."}
        for phone in ("TH", "V")
    ]
    assert len(html.view(described).sounds) == 2
    described["advice"][0]["text"] += " TH: blow."
    assert [hint.text for hint in html.view(described).sounds] == ["In “good”: V: blow."]


def test_scores_have_reasons_and_what_was_not_measured_has_none() -> None:
    scores = {score.label: score for score in view(samples.mistaken()).scores}
    assert list(scores) == [
        "Pronunciation",
        "Accuracy",
        "Fluency",
        "Intonation",
        "Completeness",
        "Grammar",
    ]
    assert scores["Intonation"].value is None
    assert scores["Fluency"].value == 58
    assert scores["Fluency"].reasons[0] == "You stopped once inside a phrase, for 1.2 seconds."
    assert scores["Completeness"].enough
    page = html.page(samples.mistaken().as_dict())
    assert re.search(r"Intonation</th>.*?>–</td>\s*<td class=\"why\">not measured", page, re.DOTALL)


def test_what_could_not_be_measured_is_never_nought() -> None:
    described = samples.mistaken().as_dict()
    for name in ("speech_rate_wpm", "wcpm", "articulation_rate", "phonation_ratio"):
        described["pacing"][name] = None
    for name in ("f0_median_hz", "f0_range_semitones", "level_dbfs", "snr_db"):
        described["prosody"][name] = None
    described["scores"] = dict.fromkeys(described["scores"])
    described["passed"] = described["grammar"] = None
    for word in described["words"]:
        word["score"] = None
    shown = html.view(described)
    assert {value for name, value in shown.figures if name != "Words of the script"} == {"not measured"}
    assert shown.overall is None
    assert {score.value for score in shown.scores} == {None}
    assert shown.details[1].notes == ("How clear it was could not be measured.",)
    assert "Grammar was not checked." in shown.notices
    assert "Whole words were judged, not single sounds." in shown.notices
    assert "There is no overall score" in html.page(described)


def test_advice_tells_where_to_listen() -> None:
    price, breath, ending = view(samples.mistaken()).advice
    assert price.start == 9.1
    assert price.stop is None or price.stop > 9.1
    assert breath.start == 2.3
    assert ending.start is None


def test_grammar_that_the_advice_has_told_is_not_told_again() -> None:
    shown = view(samples.mistaken())
    assert [hint.start for hint in shown.grammar] == [7.5]
    described = samples.mistaken().as_dict()
    described["advice"][2]["text"] = described["grammar"][0]["message"]
    assert html.view(described).grammar == ()


@pytest.mark.parametrize(
    ("score", "passed", "shown"),
    [
        (74.5, False, 74),
        (75.5, True, 75),
        (75.0, True, 75),
        (74.9, True, 75),
        (75.2, False, 74),
        (None, None, None),
    ],
)
def test_the_overall_score_is_on_the_side_that_was_judged(score, passed, shown) -> None:
    described = samples.perfect().as_dict()
    described["scores"]["overall"], described["passed"] = score, passed
    described["rubric"]["pass_mark"] = 75.0
    assert html.view(described).overall == shown


def test_the_drawing_of_the_whole_recording() -> None:
    shown = view(samples.mistaken())
    assert shown.strip is not None
    assert shown.strip.pitch.startswith("M")
    ((start, length),) = shown.strip.pauses
    seconds = shown.seconds
    assert length / shown.strip.columns * seconds == pytest.approx(1.2, abs=0.05)
    assert 0 < start < shown.strip.columns
    assert html.view(samples.mistaken().as_dict()).strip is None


def test_a_problem_is_all_there_is_to_say() -> None:
    shown = view(samples.not_this_script())
    assert shown.problem
    assert (shown.scores, shown.paragraphs, shown.figures, shown.overall) == ((), (), (), None)
    page = html.page(samples.not_this_script().as_dict(), samples.not_this_script().recording.audio)
    assert "No scores this time." in page
    assert 'class="plain" controls' in page


def test_without_sound_the_page_says_so() -> None:
    page = html.page(samples.mistaken().as_dict())
    assert "The recording is not part of this page" in page
    assert "<audio" not in page
    assert len(page) < 50_000


def test_only_the_name_of_the_recording_and_none_of_its_folders() -> None:
    assert view(samples.mistaken()).recording == "greeting.flac"
    assert "recordings/" not in html.page(samples.mistaken().as_dict())
