from __future__ import annotations

import re
from pathlib import Path

from enunciate.progress.courses import class_course, course
from enunciate.progress.page import chart, page
from enunciate.report import pages
from enunciate.rubric import load_rubric
from tests.progress.samples import climbing, reading


def test_a_learners_page() -> None:
    made = page(course("Zoë <b>", "7", climbing(), load_rubric()))
    assert "Progress of Zoë &lt;b&gt;" in made
    assert made.count("<svg") == 7 + 1
    assert "enunciate drill --sound TH" in made
    assert 'class="trend"' in made
    assert not re.search(r'(?:src|href)="', made)
    assert "script-src ;" in made, "no program runs in it"


def test_a_classs_page_and_one_of_nothing(tmp_path: Path) -> None:
    readings = sorted(climbing("Ana") + climbing("Ben", seed=2), key=lambda one: one.at)
    made = page(class_course("7", readings, load_rubric()))
    assert "Progress of wave 7" in made
    assert "less often" in made
    for few in ([], [reading(0)]):
        pages.write(page(course("Maya", None, few, load_rubric())), tmp_path / "page.html")
        assert "What to do next" in (tmp_path / "page.html").read_text("utf-8")


def test_points_stay_within_the_drawing() -> None:
    readings = [reading(at, value) for at, value in enumerate((0.0, 100.0, 50.0, 75.0, 99.9, 3.0))]
    made = chart(course("Maya", None, readings, load_rubric()).areas[0], 100.0)
    for x, y, _ in made.dots:
        assert 0 <= x <= 320
        assert 0 <= y <= 100
    assert made.first == "1 Mar"
    assert made.last == "6 Mar"
