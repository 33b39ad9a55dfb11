from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from enunciate.alignment.contest import Choice, Contest
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.reference import lexicon


def ways(text: str) -> list[Choice]:
    return [lexicon.pronunciations(word) for word in text.split()]


@pytest.fixture
def weeks(demo_audio: Callable[[str], Audio]) -> Audio:
    """ "two weeks early", at fixed times: 30 ms more or less, as recognizers differ, would change margins."""
    return demo_audio("late-delivery-perfect").cut(Interval(3.83, 5.5))


@pytest.fixture
def week(demo_cut: Callable[[str, str], Audio]) -> Audio:
    return demo_cut("late-delivery-mistakes", "two week early")


def test_the_words_that_were_said_fit_better(weeks: Audio, week: Audio) -> None:
    contest = Contest()
    assert contest.margin(weeks, ways("two weeks early"), ways("two week early")) > 0.0
    assert contest.margin(week, ways("two weeks early"), ways("two week early")) < 0.0


@pytest.mark.parametrize(
    "other", ["weeks early", "two weeks parcel early", "three weeks early", "parcel kindly"]
)
def test_missing_extra_and_other_words_fit_worse(weeks: Audio, other: str) -> None:
    assert Contest().margin(weeks, ways("two weeks early"), ways(other)) > 10.0


def test_the_better_of_several_pronunciations_counts(weeks: Audio) -> None:
    contest = Contest()
    early, parcel = lexicon.pronunciations("early"), lexicon.pronunciations("parcel")
    wrong, right, either = (
        contest.score(weeks, [*ways("two weeks"), choice]) for choice in (parcel, early, (*parcel, *early))
    )
    assert wrong is not None
    assert right is not None
    assert either is not None
    # The search is not exhaustive: with more to choose from it may miss the best by a little.
    assert either - wrong > 0.7 * (right - wrong) > 10.0


def test_a_score_does_not_depend_on_what_was_scored_before(weeks: Audio, week: Audio) -> None:
    fresh = Contest().score(weeks, ways("two weeks early"))
    contest = Contest()
    contest.score(week, ways("two week early"))
    contest.score(weeks, ways("early weeks two"))
    contest.score(weeks.cut(Interval(0.0, 0.3)), ways("congratulations on your new account " * 3))
    assert contest.score(weeks, ways("two weeks early")) == fresh
    assert contest.score(weeks, ways("two weeks early")) == fresh
    assert fresh is not None


def test_stress_marks_make_no_difference(weeks: Audio) -> None:
    stressed = [(("T", "UW1"),), (("W", "IY1", "K", "S"),), (("ER1", "L", "IY0"),)]
    plain = [(("T", "UW"),), (("W", "IY", "K", "S"),), (("ER", "L", "IY"),)]
    assert Contest().margin(weeks, stressed, plain) == 0.0


def test_words_that_do_not_fit_into_the_sound_have_no_score(weeks: Audio) -> None:
    contest = Contest()
    blink = weeks.cut(Interval(0.5, 0.7))
    long = ways("congratulations on your new account")
    assert contest.score(blink, long) is None
    assert contest.score(weeks, []) is None
    assert contest.score(weeks.cut(Interval(0.0, 0.05)), ways("two")) is None
    assert contest.score(weeks, [()]) is None
    assert contest.margin(blink, long, long) == 0.0
    assert contest.margin(weeks, ways("two weeks early"), []) == math.inf
    assert contest.margin(weeks, [], ways("two weeks early")) == -math.inf


def test_silence_does_no_harm(weeks: Audio) -> None:
    contest = Contest()
    contest.score(Audio(np.zeros(RATE, dtype=np.float32), RATE), ways("two weeks early"))
    assert contest.score(weeks, ways("two weeks early")) == Contest().score(weeks, ways("two weeks early"))


def test_sound_at_another_rate_is_refused(weeks: Audio) -> None:
    with pytest.raises(ValueError, match="needs sound at 16000 Hz, not 8000"):
        Contest().score(Audio(weeks.samples, 8000), ways("two"))
