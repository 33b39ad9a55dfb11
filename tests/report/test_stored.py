from __future__ import annotations

import json

import pytest

from enunciate.report import stored
from enunciate.report.script import pieces
from tests.report import samples


@pytest.mark.parametrize("sample", [samples.perfect, samples.mistaken, samples.hostile])
def test_a_stored_assessment_draws_the_same_script(sample) -> None:
    made = sample()
    kept = json.loads(json.dumps(made.as_dict(contour=True)))
    drawn = pieces(made.alignment, made.measures.pacing)
    again = pieces(stored.alignment(kept), stored.pacing(kept))
    assert [piece.seconds for piece in again] == pytest.approx([piece.seconds for piece in drawn])
    assert [(piece.kind, piece.text, piece.said, piece.words) for piece in again] == [
        (piece.kind, piece.text, piece.said, piece.words) for piece in drawn
    ]
    assert [piece.interval and piece.interval.start for piece in again] == pytest.approx(
        [piece.interval and piece.interval.start for piece in drawn], abs=0.001
    )


def test_one_word_twice_is_two_places() -> None:
    kept = samples.assessment(samples.reference("No no. No")).as_dict()
    assert [token.start for token in stored.alignment(kept).reference.tokens] == [0, 3, 7]


def test_contour_comes_back() -> None:
    made = samples.perfect()
    contour = stored.contour(made.as_dict(contour=True))
    assert contour is not None
    assert contour.f0_hz == pytest.approx(made.measures.prosody.contour.f0_hz, abs=0.051, nan_ok=True)


def test_what_was_not_measured_stays_away() -> None:
    kept = samples.not_this_script().as_dict(contour=True)
    assert stored.pacing(kept) is None
    assert stored.contour(kept) is None
    assert stored.contour(samples.perfect().as_dict()) is None


@pytest.mark.parametrize(
    "sample",
    [
        samples.perfect,
        samples.mistaken,
        samples.with_phones,
        samples.hostile,
        samples.not_this_script,
    ],
)
def test_a_stored_assessment_is_the_same_again(sample) -> None:
    kept = json.loads(json.dumps(sample().as_dict()))
    assert stored.assessment(kept).as_dict() == kept


def test_a_stored_assessment_of_the_real_engine_is_the_same_again(demo_assessment, demo_name: str) -> None:
    kept = json.loads(json.dumps(demo_assessment(demo_name).as_dict()))
    assert stored.assessment(kept).as_dict() == kept
