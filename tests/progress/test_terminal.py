from __future__ import annotations

import io

import pytest
from rich.console import Console

from enunciate.progress.courses import class_course, course
from enunciate.progress.terminal import show, show_class, spark
from enunciate.rubric import load_rubric
from tests.progress.samples import climbing, reading


def shown(made, width: int = 100, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=out, width=width, highlight=False)
    (show_class if hasattr(made, "weeks") else show)(made, console)
    out.flush()
    out.seek(0)
    return out.read()


def learner(count: int = 14):
    return course("Maya", "7", climbing()[:count], load_rubric())


def test_a_learner() -> None:
    text = shown(learner())
    assert "14 scored readings, 1 March to 27 March 2027." in text
    plot = text[text.index("Overall: 75 is the goal") : text.index("score  ")]
    assert plot.count("●") >= 12
    assert "75┤╌" in plot
    assert "1 Mar" in plot
    assert "enunciate drill --sound TH" in text


@pytest.mark.parametrize("width", [40, 80, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in shown(learner(), width).splitlines():
        assert len(line) <= width


def test_plain_characters_where_there_are_no_others() -> None:
    text = shown(learner(), encoding="ascii")
    assert "?" not in text.replace("/?/", "")
    assert "o" in text[text.index("goal") : text.index("score  ")]


def test_a_trend_is_drawn_only_where_there_is_one() -> None:
    assert "·" in shown(learner())
    level = course("Maya", None, [reading(at, 70.0 + at % 2) for at in range(9)], load_rubric())
    assert "·" not in shown(level)


def test_one_reading_and_none_have_no_plot() -> None:
    assert "is the goal" not in shown(learner(1))
    assert "enunciate read general-greeting" in shown(learner(0))


def test_a_class() -> None:
    readings = [one for at in range(3) for one in climbing(f"[red]Agent {at}", seed=at)]
    text = shown(class_course("7", sorted(readings, key=lambda one: one.at), load_rubric()))
    assert "[red]Agent 0" in text
    assert "42 scored readings of 3 agents." in text
    assert "less often" in text


def test_many_readings_are_drawn_in_a_few_characters() -> None:
    assert len(spark([70.0] * 500)) <= 16
    assert spark([0.0, 100.0], unicode=False) == "_@"
