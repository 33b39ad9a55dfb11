from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from rich.console import Console

from enunciate.exams import terminal
from enunciate.exams.rules import standing
from enunciate.exams.status import COLUMNS, Row, cells, csv_text, page, rows, summary
from tests.exams.samples import TWO, exam
from tests.exams.test_rules import HOUR, NOW, attempt

PEOPLE = (("Ana", "7"), ("=cmd()", "7"), ("Maya", None), ("Zoë <b>", "8"))


def table() -> tuple[Row, ...]:
    from dataclasses import replace

    taken = [
        replace(attempt(5 * HOUR, False, 61.4), agent="Ana"),
        replace(attempt(2 * HOUR, True, 80.0), agent="Ana"),
        replace(attempt(HOUR, False, 61.4), notes=("The clock was set back.",)),
        replace(attempt(timedelta(0), None), agent="Zoë <b>"),
    ]
    return rows(exam("attempts = 3\ncool_down = '24h'\n" + TWO, version=2), PEOPLE, taken, NOW)


def test_where_everyone_stands() -> None:
    found = table()
    assert [row.state for row in found] == ["passed", "not begun", "waiting", "open"]
    assert [(row.best, row.latest, row.taken) for row in found] == [
        (80, 80, 2),
        (None, None, 0),
        (61, 61, 1),
        (None, None, 0),
    ]
    assert summary(found) == "4 agents: 1 passed, 1 begun, 1 retake later, 1 not begun."
    assert found[0].why == ("Passed version 1; now it is version 2.",)
    assert cells(found[2])["retake_from"] is not None
    assert cells(found[0])["retake_from"] is None


def test_a_spreadsheet_calculates_nothing() -> None:
    lines = list(csv.DictReader(io.StringIO(csv_text(table()))))
    assert tuple(lines[0]) == COLUMNS
    assert lines[1]["agent"] == "'=cmd()"
    assert lines[1]["best"] == ""
    assert (lines[0]["best"], lines[0]["attempts_left"], lines[0]["state"]) == ("80.0", "1", "passed")
    assert lines[2]["notes"] == "The clock was set back."


def test_the_page_asks_nothing_of_anybody_and_shows_names_as_they_are() -> None:
    made = page(exam(TWO, version=2), table(), wave=None, now=NOW)
    assert "Zoë &lt;b&gt;" in made
    assert "<b>Zoë" not in made
    assert "default-src &#39;none&#39;" in made
    markup = re.sub(r"<script>.*?</script>", "", made, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="', markup)
    assert ">1</strong> of 4 passed" in made
    assert "✓ passed" in made


def test_the_terminal_shows_the_same_without_colours_or_unicode() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=out, width=100, highlight=False)
    terminal.table(exam("attempts = 3\n" + TWO), table(), console)
    out.seek(0)
    shown = out.read()
    assert "retake later" in shown
    assert "1/3" in shown
    assert "4 agents" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "You may take it again whenever you like."),
        ("attempts = 1\n", "That was the last attempt."),
        ("cool_down = '24h'\n", "You may take it again on 11 March 2027"),
        ("due = 2027-03-10T11:30:00Z\n", "It was due on 10 March 2027"),
        ("cool_down = '3d'\ndue = 2027-03-11\n", "It was due on 11 March 2027."),
    ],
)
def test_how_to_go_on_after_one_that_was_not_passed(text: str, said: str) -> None:
    found, last = exam(text + TWO), attempt(timedelta(minutes=10))
    out = io.StringIO()
    console = Console(file=out, width=100, highlight=False)
    terminal.result(found, last, console, standing(found, [last], NOW))
    shown = out.getvalue()
    assert "Not yet: please retake it." in shown
    assert said in shown


def test_nobody() -> None:
    made = page(exam(), (), wave="9", now=NOW)
    assert "Nobody has taken it yet." in made
