from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from jsonschema import Draft202012Validator

from enunciate import assess
from enunciate.assessment import Assessment
from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.cli.demo import judge
from enunciate.errors import AudioError, ScriptError
from enunciate.interval import Interval
from enunciate.recognition import Recognizer
from enunciate.recognition.listening import alternatives
from enunciate.reference.scripts import find, from_text
from enunciate.report.json import schema

OPENING = "Thank you for calling Larkmoor Home Services. My name is Maya, and I'm happy to help you today."
"""How the greeting begins: 18 words in six seconds."""


@pytest.fixture(scope="module")
def opening(demo_audio: Callable[[str], Audio], demo_assessment: Callable[[str], Assessment]) -> Audio:
    """Up to the pause behind these words."""
    today = demo_assessment("greeting-perfect").alignment.words[17]
    assert today.reference is not None
    assert today.reference.text == "today"
    assert today.interval is not None
    return demo_audio("greeting-perfect").cut(Interval(0.0, today.interval.end + 0.3))


def statuses(assessment: Assessment) -> list[str]:
    return [word.status for word in assessment.alignment.words]


def test_every_planted_mistake_is_found_and_none_is_invented(
    demo_name: str,
    demo_truth: dict[str, dict[str, Any]],
    demo_assessment: Callable[[str], Assessment],
) -> None:
    outcome = judge(demo_truth[demo_name], demo_assessment(demo_name))
    missed = [mistake for mistake, one in zip(outcome.planted, outcome.found, strict=True) if one is None]
    assert (missed, outcome.invented) == ([], ())


def test_every_demo_recording_is_described_as_the_schema_says(
    demo_name: str, demo_assessment: Callable[[str], Assessment]
) -> None:
    described = demo_assessment(demo_name).as_dict()
    Draft202012Validator(schema()).validate(described)
    assert described["problem"] is None
    assert all(described["scores"][name] is not None for name in ("overall", "fluency", "completeness"))
    Draft202012Validator(schema()).validate(demo_assessment(demo_name).as_dict(contour=True))


def test_a_perfect_reading_scores_higher_than_one_with_mistakes(
    demo_assessment: Callable[[str], Assessment],
) -> None:
    for perfect, mistaken in (
        ("greeting-perfect", "greeting-mistakes"),
        ("late-delivery-perfect", "late-delivery-mistakes"),
        ("wrong-date-slow", "wrong-date-mistakes"),
        ("summary-fast", "summary-mistakes"),
    ):
        better, worse = demo_assessment(perfect).scores, demo_assessment(mistaken).scores
        assert better is not None
        assert worse is not None
        assert better.accuracy is not None
        assert worse.accuracy is not None
        assert better.accuracy > worse.accuracy


def test_a_script_is_given_as_text_by_name_or_as_a_reference(
    recognizer: Recognizer, opening: Audio, tmp_path: Path
) -> None:
    file = tmp_path / "opening.md"
    file.write_text(f"---\ntitle: Opening\n---\n{OPENING}\n", "utf-8")
    by_text = assess(opening, text=OPENING, recognizer=recognizer)
    for script in (from_text(OPENING), file):
        assert assess(opening, script=script, recognizer=recognizer).scores == by_text.scores
    assert statuses(by_text) == ["correct"] * 18
    assert by_text.reference.id == "text"


def test_a_recording_is_given_as_a_path_as_a_recording_or_as_sound(
    recognizer: Recognizer, opening: Audio, tmp_path: Path
) -> None:
    path = tmp_path / "opening.wav"
    soundfile.write(path, opening.samples, RATE, subtype="FLOAT")
    from_memory = assess(opening, text=OPENING, recognizer=recognizer)
    from_path = assess(str(path), text=OPENING, recognizer=recognizer)
    assert from_path.scores == from_memory.scores
    assert assess(read(path), text=OPENING, recognizer=recognizer).scores == from_memory.scores
    assert from_path.recording.path == str(path)
    assert (from_memory.recording.path, from_memory.recording.seconds) == ("", opening.seconds)
    Draft202012Validator(schema()).validate(from_memory.as_dict())


@pytest.mark.parametrize(
    "script", [{}, {"text": OPENING, "script": "general-greeting"}, {"text": "", "script": ""}]
)
def test_one_script_and_only_one(opening: Audio, script: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="takes either text or script"):
        assess(opening, **script)


def test_sound_in_memory_has_to_be_at_16_khz(opening: Audio) -> None:
    with pytest.raises(AudioError, match="has to be at 16000 Hz, not 8000: resample it first"):
        assess(Audio(opening.samples[::2], 8000), text=OPENING)


def test_nothing_to_read_and_nothing_to_hear(tmp_path: Path, opening: Audio) -> None:
    with pytest.raises(ScriptError, match="empty"):
        assess(opening, text="")
    with pytest.raises(ScriptError, match="no-such-script"):
        assess(opening, script="no-such-script")
    with pytest.raises(AudioError, match=r"gone\.wav"):
        assess(tmp_path / "gone.wav", text=OPENING)


def noise(seconds: float, level: float = 0.1) -> Audio:
    return Audio(np.random.default_rng(7).normal(0.0, level, round(seconds * RATE)).astype(np.float32), RATE)


@pytest.mark.parametrize(
    ("audio", "problem"),
    [
        (Audio(np.zeros(3 * RATE, dtype=np.float32), RATE), "completely silent"),
        (noise(3.0), "only steady noise and no speech"),
        (noise(3.0, 1e-5), "too quiet for speech"),
        (noise(0.2), "lasts only 0.20 seconds"),
        (Audio(np.zeros(0, dtype=np.float32), RATE), "lasts only 0.00 seconds"),
    ],
    ids=["silence", "noise", "faint", "short", "empty"],
)
def test_where_there_is_no_speech_there_is_a_problem_and_no_score(
    recognizer: Recognizer, audio: Audio, problem: str
) -> None:
    found = assess(audio, text=OPENING, recognizer=recognizer)
    assert found.problem is not None
    assert problem in found.problem
    assert (found.scores, found.measures, found.hypothesis.words) == (None, None, ())
    described = found.as_dict()
    Draft202012Validator(schema()).validate(described)
    assert set(described["scores"].values()) == {None}


@pytest.mark.parametrize(
    ("recording", "script"), [("late-delivery-mistakes", "general-greeting"), ("greeting-perfect", "v-and-w")]
)
def test_another_script_is_said_once_and_not_scored(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio], recording: str, script: str
) -> None:
    found = assess(demo_audio(recording).cut(Interval(0.0, 10.0)), script=script, recognizer=recognizer)
    assert found.problem is not None
    assert f"does not seem to be a reading of “{find(script).title}”" in found.problem
    assert (found.scores, found.measures) == (None, None)
    Draft202012Validator(schema()).validate(found.as_dict())


def test_half_a_reading_is_half_complete_and_not_another_script(
    recognizer: Recognizer,
    demo_audio: Callable[[str], Audio],
    demo_assessment: Callable[[str], Assessment],
) -> None:
    whole = demo_assessment("late-delivery-perfect").alignment.words
    middle = whole[len(whole) // 2].interval
    assert middle is not None
    audio = demo_audio("late-delivery-perfect").cut(Interval(0.0, middle.start))
    found = assess(audio, script="late-delivery", recognizer=recognizer)
    assert found.problem is None
    assert found.measures is not None
    assert found.measures.counts.completeness == pytest.approx(0.5, abs=0.05)
    assert found.measures.counts.correct > 0.45 * found.measures.counts.words


def test_the_same_reading_gets_the_same_assessment_whatever_came_before(
    recognizer: Recognizer, opening: Audio, demo_audio: Callable[[str], Audio]
) -> None:
    script = OPENING.replace("My name", "My first name")
    first = assess(opening, text=script, recognizer=recognizer).as_dict(contour=True)
    assert assess(opening, text=script, recognizer=recognizer).as_dict(contour=True) == first
    assess(demo_audio("summary-fast").cut(Interval(0.0, 8.0)), text=OPENING, recognizer=recognizer)
    assert assess(opening, text=script, recognizer=recognizer).as_dict(contour=True) == first


def test_a_telephone_recording_is_scored_and_said_to_be_one(
    recognizer: Recognizer, demo_audio: Callable[[str], Audio], tmp_path: Path
) -> None:
    import soxr

    path = tmp_path / "telephone.wav"
    soundfile.write(path, soxr.resample(demo_audio("greeting-perfect").samples, RATE, 8000), 8000)
    found = assess(path, script="general-greeting", recognizer=recognizer)
    assert found.problem is None
    assert found.recording.sample_rate == 8000
    assert found.measures is not None
    counts = found.measures.counts
    assert counts.correct >= 0.9 * counts.words
    assert found.notices


def test_the_limits_of_the_model_are_said(recognizer: Recognizer, opening: Audio) -> None:
    found = assess(opening, text=OPENING, recognizer=recognizer)
    assert any("enunciate-en" in notice and "cannot transcribe freely" in notice for notice in found.notices)


def test_no_word_is_quoted_that_the_model_can_only_guess(recognizer: Recognizer, opening: Audio) -> None:
    # Other words stand in the script there, and what was said is not listened for.
    script = OPENING.replace("happy to help you", "proud of serving everybody")
    alignment = assess(opening, text=script, recognizer=recognizer).alignment
    substituted = [word for word in alignment.words if word.status == "substituted"]
    assert all(
        word.heard is None or word.heard in alternatives(word.reference.text, recognizer.knows)
        for word in substituted
        if word.reference is not None
    )
    assert substituted or "omitted" in [word.status for word in alignment.words]
