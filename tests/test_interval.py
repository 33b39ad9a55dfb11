import pytest

from enunciate.interval import Interval


def test_an_interval_may_be_empty_but_not_end_before_it_starts():
    assert Interval(1.0, 1.0).duration == 0.0
    with pytest.raises(ValueError, match=r"must not end before it starts: 1\.0 to 0\.5"):
        Interval(1.0, 0.5)


def test_an_interval_without_numbers_is_refused():
    with pytest.raises(ValueError, match="must not end before it starts"):
        Interval(0.0, float("nan"))


@pytest.mark.parametrize(
    ("other", "seconds"),
    [
        (Interval(0.0, 1.0), 0.0),
        (Interval(0.0, 1.5), 0.5),
        (Interval(1.2, 1.4), 0.2),
        (Interval(3.0, 4.0), 0.0),
    ],
)
def test_overlap_is_the_same_both_ways(other, seconds):
    one = Interval(1.0, 2.0)
    assert one.overlap(other) == pytest.approx(seconds)
    assert other.overlap(one) == pytest.approx(seconds)
