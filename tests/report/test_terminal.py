from __future__ import annotations

import dataclasses
import io
import re
import unicodedata

import pytest
from rich.cells import cell_len
from rich.console import Console

from enunciate.report.terminal import show
from tests.report import samples
from tests.report.regenerate import FOLDER, GOLDENS, drawn


@pytest.mark.parametrize("name", GOLDENS)
def test_report_is_as_in_the_golden(name: str) -> None:
    sample, width, encoding = GOLDENS[name]
    golden = (FOLDER / name).read_text("utf-8")
    assert drawn(sample(), width, encoding) == golden, (
        "python -m tests.report.regenerate, and read the difference"
    )


@pytest.mark.parametrize("width", [20, 40, 61, 80, 200])
@pytest.mark.parametrize(
    "sample", [samples.mistaken, samples.perfect, samples.hostile, samples.not_this_script]
)
def test_no_line_is_wider_than_the_terminal(sample, width: int) -> None:
    assert max(cell_len(line) for line in drawn(sample(), width).splitlines()) <= width


def test_text_from_outside_is_shown_and_not_obeyed() -> None:
    report = drawn(samples.hostile(), 80)
    for shown in (
        "[bold]Read[/bold]",
        r"\x1b[31mred\x1b[0m",
        "[link=http://x]this[/link]",
        r"\u202eback :smile:",
        r"[red]Title\x07",
        '[said "[blink]hi"]',
        "(+ [/])",
        r"[link]\x9b2J",
    ):
        assert shown in report
    assert r"odd\udce9[bold]\n\x1b]0;name\x07.wav, " in report
    assert {c for c in report if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} == {"\n"}


def test_every_mark_is_there_without_colour() -> None:
    report = " ".join(drawn(samples.mistaken(), 80).split())
    for mark in (
        "_morning_,",
        "‖ 1.2 s",
        "(↻ for)",
        "Northwind [said something else].",
        "~~name~~",
        "(are →)",
        "May » I",
        "(yo-)",
        'numbers [said "number"],',
        "(+ and)",
        'a.m. [said "a"]',
    ):
        assert mark in report


def test_legend_holds_only_the_marks_that_are_met() -> None:
    slipped = samples.assessment(fates={0: ("omitted", None)}, pauses={3: 0.9})
    report = drawn(slipped, 80)
    assert "left out (1)" in report
    assert "a pause inside a phrase (1)" in report
    assert "said again" not in report
    assert "a filler" not in report


def test_pauses_that_punctuation_allows_for_are_not_marked() -> None:
    assert "‖" not in drawn(samples.perfect(), 80)


def test_no_scores_and_no_marks_when_it_is_another_script() -> None:
    report = drawn(samples.not_this_script(), 80)
    assert "does not sound like a reading of" in report
    assert "of 100" not in report
    assert "~~" not in report


@pytest.mark.parametrize(
    ("overall", "passed", "verdict"),
    [
        (82.0, True, "82 of 100  Passed"),
        (50.0, False, "50 of 100  Not yet: 70 passes"),
        (82.0, None, "82 of 100\n"),
        (None, None, "There is no overall score: too little could be measured."),
    ],
)
def test_verdict(overall: float | None, passed: bool | None, verdict: str) -> None:
    scores = dataclasses.replace(samples.PERFECT_SCORES, overall=overall, passed=passed)
    assert verdict in drawn(samples.assessment(scores=scores), 80)


def test_a_score_that_was_not_measured_is_neither_0_nor_100() -> None:
    line = next(line for line in drawn(samples.mistaken(), 80).splitlines() if line.startswith("Intonation"))
    assert re.search(r" -  not measured$", line)
    assert "█" not in line


def test_the_costliest_reason_stands_beside_a_score() -> None:
    report = " ".join(drawn(samples.mistaken(), 80).split())
    assert "You stopped once inside a phrase, for 1.2 seconds." in report
    assert "A little slower" not in report


def test_at_most_three_pieces_of_advice() -> None:
    scores = samples.MISTAKEN_SCORES
    more = dataclasses.replace(scores, advice=(*scores.advice, *scores.advice))
    assert "4." not in drawn(samples.assessment(scores=more), 80)
    one = dataclasses.replace(scores, advice=scores.advice[:1])
    assert "One thing to work on" in drawn(samples.assessment(scores=one), 80)


def test_single_sounds_are_claimed_only_where_they_were_measured() -> None:
    assert "not single sounds" in drawn(samples.perfect(), 200)
    assert "not single sounds" not in drawn(samples.with_phones(), 200)


def test_colours_on_a_terminal_and_none_under_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    def sgr_codes(**options: bool) -> set[str]:
        out = io.StringIO()
        show(
            samples.mistaken(),
            Console(file=out, width=80, color_system="standard", force_terminal=True, **options),
        )
        return {code for found in re.findall(r"\x1b\[([\d;]+)m", out.getvalue()) for code in found.split(";")}

    assert {"31", "32", "33"} <= sgr_codes()
    assert not {code for code in sgr_codes(no_color=True) if code.startswith(("3", "4")) and len(code) == 2}
    monkeypatch.setenv("NO_COLOR", "1")
    assert not {code for code in sgr_codes() if code.startswith(("3", "4")) and len(code) == 2}


def test_no_escape_codes_in_a_pipe() -> None:
    out = io.StringIO()
    show(samples.mistaken(), Console(file=out, width=80))
    assert "\x1b" not in out.getvalue()


def test_punctuation_takes_no_part_in_a_mark() -> None:
    out = io.StringIO()
    show(samples.mistaken(), Console(file=out, width=80, color_system="standard", force_terminal=True))
    assert re.search(r"_morning_\x1b\[0m,", out.getvalue())
