from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from enunciate.report.json import dumps, schema
from tests.report import samples

ALL = [samples.perfect, samples.mistaken, samples.with_phones, samples.hostile, samples.not_this_script]


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("sample", ALL)
@pytest.mark.parametrize("lines", [False, True])
def test_output_follows_the_schema(sample, lines: bool) -> None:
    text = dumps(sample(), lines=lines)
    assert text.isascii()
    assert ("\n" in text) is not lines
    Draft202012Validator(schema()).validate(json.loads(text, parse_constant=pytest.fail))


def test_contour_follows_the_schema_where_it_is_asked_for() -> None:
    described = samples.perfect().as_dict(contour=True)
    Draft202012Validator(schema()).validate(described)
    contour = described["prosody"]["contour"]
    assert len(contour["times"]) == len(contour["f0_hz"]) == len(contour["loudness_db"]) > 1000
    assert contour["f0_hz"][0] is None
    assert "contour" not in samples.perfect().as_dict()["prosody"]


@pytest.mark.parametrize("change", [{"schema": "other/1"}, {"extra": 1}, {"scores": {}}])
def test_schema_refuses_what_is_not_an_assessment(change) -> None:
    assert not Draft202012Validator(schema()).is_valid(samples.perfect().as_dict() | change)
