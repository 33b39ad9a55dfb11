from __future__ import annotations

import dataclasses

import pytest
from rich.cells import cell_len

from enunciate.alignment.following import State
from enunciate.reference import Reference
from enunciate.reference.scripts import find, from_text
from enunciate.teleprompter.view import Phase, View, draw, script_lines

SUMMARY = find("summary-and-thanks")
SIZES = [(80, 24), (40, 12), (20, 5), (61, 7), (200, 50), (8, 3), (1, 1)]
PHASES: tuple[Phase, ...] = ("loading", "ready", "counting", "reading", "paused", "leaving", "finishing")


def view(reference: Reference = SUMMARY, done: int = 0, skipped: tuple[int, ...] = (), **more) -> View:
    words: list[State] = ["done"] * done + ["ahead"] * (len(reference.tokens) - done)
    for token in skipped:
        words[token] = "skipped"
    if done < len(words):
        words[done] = "current"
    return View(reference, more.pop("phase", "reading"), tuple(words), (120.0, 150.0), **more)


def plain(shown: View, width: int = 80, height: int = 24, **more) -> list[str]:
    return [line.plain for line in draw(shown, width, height, **more)]


def test_at_80_by_24() -> None:
    shown = view(done=12, seconds=75.0, level_db=-20.0, pace_wpm=135.0)
    lines = plain(shown)
    assert lines[0].split() == ["Summary", "and", "thanks", "●", "recording", "1:15"]
    assert lines[2] == "  Before we finish, let me quickly go over what we did today.[I]updated your "
    assert lines[-3].split() == ["Level", "████████░░░░", "Pace", "····[··▲··]····", "135", "wpm"]
    assert lines[-1] == "  Enter finish   Space pause   r start over   q quit"


def test_at_40_by_12_the_line_that_is_due_stays_in_view() -> None:
    for done in range(len(SUMMARY.tokens)):
        lines = plain(view(done=done, level_db=-20.0), 40, 12)
        assert sum("[" in line and "···[" not in line for line in lines) == 1
    assert lines[-1] == " Enter end  Space pause  r over  q quit"


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("phase", PHASES)
def test_it_fits_every_terminal(width: int, height: int, phase: Phase) -> None:
    full = view(
        done=20, skipped=(3, 4), phase=phase, level_db=0.0, level_hint="too quiet", pace_wpm=250.0,
        pace_hint="a bit fast", overflows=3, seconds=3600.0, count=3,
    )  # fmt: skip
    for encoding in ("utf-8", "ascii"):
        lines = plain(full, width, height, encoding=encoding)
        assert len(lines) == height
        assert max(map(cell_len, lines)) <= width
        assert encoding == "utf-8" or "".join(lines).isascii()


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_word_moves_while_it_is_read(width: int) -> None:
    def words(done: int, skipped: tuple[int, ...] = ()) -> list[str]:
        lines = script_lines(view(done=done, skipped=skipped), width)
        return [line.text.translate({ord(mark): " " for mark in "[]~"}).strip() for line in lines]

    assert all(words(done, tuple(range(2, done, 3))) == words(0) for done in range(0, 60, 7))


def test_every_state_is_told_apart_without_colour() -> None:
    line = draw(view(done=9, skipped=(2, 3, 6)), 80, 24, colour=False)[2]
    assert line.plain == "  Before we~finish, let~me quickly~go~over what[we]did today. I updated your "
    assert not any(colour in str(line.spans) for colour in ("green", "yellow", "red"))
    styles = {line.plain[span.start : span.end]: str(span.style) for span in line.spans}
    assert styles["Before"] == "dim"
    assert styles["[" if "[" in styles else "we"] == "bold reverse"
    assert styles["finish,"] == "underline"
    assert "today." not in styles


def test_with_colour_nothing_that_is_read_fades() -> None:
    line = draw(view(done=9), 80, 24)[2]
    assert {str(span.style) for span in line.spans} == {"green", "bold reverse"}


@pytest.mark.parametrize(
    ("wpm", "scale"),
    [
        (None, "····[·····]····"),
        (30.0, "▲···[·····]····"),
        (119.0, "···▲[·····]····"),
        (120.0, "····[▲····]····"),
        (150.0, "····[····▲]····"),
        (151.0, "····[·····]▲···"),
        (400.0, "····[·····]···▲"),
    ],
)
def test_the_needle_is_in_the_band_exactly_where_the_pace_is(wpm: float | None, scale: str) -> None:
    assert f"Pace {scale} " in plain(view(pace_wpm=wpm))[-3]


def test_what_comes_and_goes_moves_nothing_else() -> None:
    calm = view(done=5, level_db=-20.0, pace_wpm=135.0)
    stirred = dataclasses.replace(calm, level_hint="too quiet", pace_hint="a bit fast", notice="Hello.")
    for width, height in ((80, 24), (60, 20), (40, 12)):
        before, after = plain(calm, width, height), plain(stirred, width, height)
        assert before[:-4] == after[:-4]
        assert [line.find("[·") for line in before] == [line.find("[·") for line in after]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (view(phase="counting", count=2), "Start reading in 2 ..."),
        (view(phase="paused"), "Take your time. What you read so far is safe."),
        (view(phase="leaving"), "Stop here? What you read so far is safe."),
        (view(overflows=1), "The computer was too busy to listen once: close other programs."),
        (view(overflows=2), "The computer was too busy to listen 2 times: close other programs."),
        (view(done=9, skipped=(2,)), "~words~ were not heard: just read on."),
        (view(done=9, skipped=(2,), notice="Nothing heard."), "Nothing heard."),
        (view(done=9), ""),
    ],
)
def test_one_sentence_at_a_time(shown: View, said: str) -> None:
    assert plain(shown)[-2].strip() == said


def test_tokens_of_several_words_and_words_of_several_tokens() -> None:
    script = from_text("Call 555-0100 or and/or at 10 a.m. today.")
    shown = [line.text for line in script_lines(view(script, done=1), 76)]
    assert "[555-0100]" in shown[0]
    ten = next(n for n, token in enumerate(script.tokens) if token.written.startswith("10"))
    (line,) = (line.text for line in script_lines(view(script, done=ten), 76))
    assert f"[{script.tokens[ten].written}]" in line


def test_paragraphs_stay_apart_and_lines_of_the_file_do_not_matter() -> None:
    script = from_text("One two\nthree.\n\nFour.")
    assert [line.text for line in script_lines(view(script), 76, marks=False)] == [
        "One two three.",
        "",
        "Four.",
    ]


def test_a_script_from_outside_cannot_write_on_the_terminal() -> None:
    script = dataclasses.replace(from_text("Hello \u202ethere, Zoë."), title="\x1b[31mred")
    shown = "".join(plain(view(script), encoding="latin-1"))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Zoë" in shown


def test_lines_are_finished_once_the_reading_is_past_them() -> None:
    script = from_text("One two three four five six seven eight nine ten.")
    assert [line.finished for line in script_lines(view(script, done=5), 19)] == [True, False, False]
    assert all(line.finished for line in script_lines(view(script, done=10), 19))
