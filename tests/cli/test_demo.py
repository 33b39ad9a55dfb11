from __future__ import annotations

import io
import json
from importlib import resources
from pathlib import Path

from rich.console import Console

from enunciate.cli.demo import Finding, Outcome, _print_check, judge
from enunciate.reference.scripts import find
from tests.report import samples

DEMO = Path(str(resources.files("enunciate").joinpath("demo")))

TEXT = "Good morning, I paid $49.99 for two weeks."
"""Spoken words: good 0, morning 1, I 2, paid 3, the price 4-10, for 11, two 12, weeks 13 (token 7)."""


def planted(kind: str, word: int, status: str | None = None, **more: object) -> dict[str, object]:
    return {
        "kind": kind,
        "status": status,
        "word": word,
        "script": "weeks",
        "heard": "week",
        "start": 1.0,
        **more,
    }


def judged(*mistakes: dict[str, object], **changes) -> Outcome:
    reading = samples.assessment(samples.reference(TEXT), **changes)
    return judge({"file": "a.flac", "voice": "test", "planted": list(mistakes)}, reading)


def test_a_perfect_reading() -> None:
    outcome = judged()
    assert (outcome.found, outcome.invented) == ((), ())


def test_a_planted_mistake_is_found_at_its_word() -> None:
    slip = planted("grammar", 13, "substituted")
    outcome = judged(slip, fates={13: ("substituted", "week")})
    assert outcome.found == (Finding("substituted", 7, "week"),)
    assert outcome.invented == ()


def test_the_right_fate_at_another_word_is_missed_and_invented() -> None:
    outcome = judged(planted("omitted", 12, "omitted"), fates={11: ("omitted", None)})
    assert outcome.found == (None,)
    assert outcome.invented == (Finding("omitted", 5),)


def test_another_fate_at_the_word_is_missed_and_invented() -> None:
    outcome = judged(planted("omitted", 12, "omitted"), fates={12: ("substituted", None)})
    assert outcome.found == (None,)
    assert outcome.invented == (Finding("substituted", 6),)


def test_a_repetition_may_be_marked_on_either_side() -> None:
    repeated = planted("repeated", 11, "repeated")
    for before in (11, 12):
        outcome = judged(repeated, beside={before: [("repeated", "for")]})
        assert None not in outcome.found
        assert outcome.invented == ()
    assert judged(repeated, beside={2: [("repeated", "for")]}).found == (None,)


def test_a_pause_is_found_before_its_word_and_belongs_to_a_mistake_beside_it() -> None:
    outcome = judged(planted("pause", 12, seconds=1.2), pauses={12: 1.2})
    assert outcome.found == (Finding("pause", 6),)
    with_um = judged(planted("filler", 12, "filler"), beside={12: [("filler", "um")]}, pauses={12: 0.4})
    assert None not in with_um.found
    assert with_um.invented == ()
    assert judged(pauses={12: 0.4}).invented == (Finding("pause", 6),)


def test_the_check_says_it_in_words() -> None:
    missed = judged(planted("omitted", 12, "omitted"), fates={13: ("substituted", "week")})
    found = judged(planted("grammar", 13, "substituted"), fates={13: ("substituted", "week")})
    for encoding in ("utf-8", "ascii"):
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        _print_check([missed, found, judged()], Console(file=out, width=80), show_all=True)
        out.seek(0)
        text = out.read()
        assert "missed  " in text
        assert "\\" not in text
        assert "invented  " in text
        assert "found  " in text
        assert "nothing planted, nothing reported" in text
        assert "1 of 2 planted mistakes found, 1 reported that is not there." in text


def test_the_ground_truth_is_of_the_scripts_that_ship() -> None:
    recordings = json.loads((DEMO / "ground_truth.json").read_text("utf-8"))["recordings"]
    assert {path.name for path in DEMO.glob("*.flac")} == {recording["file"] for recording in recordings}
    for recording in recordings:
        words = find(recording["script"]).words()
        for mistake in recording["planted"]:
            assert words[mistake["word"]].text == mistake["script"]
