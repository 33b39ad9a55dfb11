from __future__ import annotations

import itertools
import random

import pytest

from enunciate.progress.trend import CLEARLY, LEAST, kendall, trend


@pytest.mark.parametrize("count", range(LEAST))
def test_no_trend_from_a_few_points(count: int) -> None:
    found = trend(list(range(count)), [50.0 + 10 * at for at in range(count)])
    assert (found.direction, found.start, found.change) == ("unknown", None, None)


def test_no_trend_within_one_moment() -> None:
    assert trend([3.0] * 6, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).direction == "unknown"


def test_kendalls_distribution_is_counted_out() -> None:
    """Against all orders of five things."""
    orders = list(itertools.permutations(range(5)))

    def score(values: tuple[int, ...]) -> int:
        return sum((b > a) - (b < a) for a, b in itertools.combinations(values, 2))

    for values in orders[::7]:
        as_far = sum(abs(score(other)) >= abs(score(values)) for other in orders)
        expected = 1.0 if score(values) == 0 else as_far / len(orders)
        assert kendall([float(value) for value in values]) == pytest.approx(expected)


def test_many_values_and_ties_come_near_the_counted_distribution() -> None:
    chance = random.Random(4)
    for _ in range(20):
        values = [chance.random() + at / 60 for at in range(40)]
        counted = kendall(values)
        normal = kendall([*values[:-1], values[-2]])  # a tie
        assert normal == pytest.approx(counted, abs=0.06)


def test_one_odd_reading_does_not_move_the_line() -> None:
    values = [60.0 + at for at in range(10)]
    straight = trend(list(range(10)), values)
    values[4] = 5.0
    odd = trend(list(range(10)), values)
    assert straight.change == pytest.approx(9.0)
    assert odd.change == pytest.approx(9.0, abs=1.0)
    assert (odd.direction, odd.clear) == ("up", True)


def test_down_and_level() -> None:
    assert trend(list(range(6)), [80.0, 77.0, 75.0, 70.0, 66.0, 60.0]).direction == "down"
    assert trend(list(range(6)), [70.0, 75.0, 69.0, 74.0, 70.0, 73.0]).direction == "level"
    small = trend(list(range(8)), [70.0 + at / 10 for at in range(8)])
    assert small.direction == "level", "seven tenths of a point are not worth a word"


def test_scores_that_go_nowhere_are_seldom_said_to_go_somewhere() -> None:
    chance = random.Random(7)
    clear = sum(
        trend(list(range(12)), [round(chance.gauss(70, 6), 1) for _ in range(12)]).clear for _ in range(400)
    )
    assert clear / 400 < CLEARLY + 0.03


def test_a_real_rise_is_mostly_seen() -> None:
    chance = random.Random(8)
    up = sum(
        trend(list(range(12)), [70 + at + chance.gauss(0, 4) for at in range(12)]).direction == "up"
        for _ in range(200)
    )
    assert up / 200 > 0.8
