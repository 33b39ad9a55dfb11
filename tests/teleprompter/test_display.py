from __future__ import annotations

import io
import os
import signal

import pyte
import pytest
from rich.console import Console

from enunciate.reference.scripts import from_text
from enunciate.teleprompter.display import FullScreen, Lines, Stopped, display, signals_raise
from tests.teleprompter.test_view import SUMMARY, view


def console(term: str = "xterm", **more) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    settings = {"force_terminal": True, "width": 80, "height": 24, "color_system": "truecolor", **more}
    return Console(file=file, _environ={"TERM": term}, **settings), file


def test_only_what_changed_is_drawn_again() -> None:
    shown_on, file = console()
    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    whole = FullScreen(shown_on)
    sizes = []
    for done in (3, 4, 4, 40):
        whole.show(view(done=done))
        stream.feed(file.getvalue())
        sizes.append(len(file.getvalue()))
        file.truncate(file.seek(0))
        if done != 40:
            assert screen.display[2].startswith("  Before we finish,")
    assert sizes[1] < sizes[0] / 3
    assert sizes[2] == 0
    assert "[" in "".join(screen.display[3:6])
    assert "[" not in screen.display[2]


def test_a_new_size_is_drawn_from_scratch() -> None:
    shown_on, file = console()
    whole = FullScreen(shown_on)
    whole.show(view(done=3))
    shown_on.size = (40, 12)
    file.truncate(file.seek(0))
    whole.show(view(done=3))
    assert file.getvalue().startswith("\x1b[2J")
    screen = pyte.Screen(40, 12)
    pyte.Stream(screen).feed(file.getvalue())
    assert screen.display[-1].strip() == "Enter end  Space pause  r over  q quit"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, Stopped])
def test_the_screen_is_given_back_on_any_way_out(error: type[BaseException]) -> None:
    shown_on, file = console()

    def reading_that_fails() -> None:
        with display(shown_on) as shown:
            shown.show(view(done=3))
            raise error(15) if error is Stopped else error

    with pytest.raises(error):
        reading_that_fails()
    written = file.getvalue()
    assert written.startswith("\x1b[?1049h")
    assert written.index("\x1b[?25l") < written.index("\x1b[?25h") < written.index("\x1b[?1049l")


def test_no_whole_screen_where_there_is_none() -> None:
    for more in ({"force_terminal": False}, {"term": "dumb"}):
        shown_on, file = console(**more)
        with display(shown_on) as shown:
            assert isinstance(shown, Lines)
            shown.show(view())
        assert "\x1b[?" not in file.getvalue()


def test_without_colours_there_are_none_but_bold_and_dim() -> None:
    shown_on, file = console(no_color=True)
    FullScreen(shown_on).show(view(done=9, skipped=(2, 3)))
    assert "\x1b[1;7mwe" in file.getvalue()
    assert "\x1b[2mBefore" in file.getvalue()
    assert not any(f"\x1b[{code}m" in file.getvalue() for code in range(30, 38))


def test_plain_lines_tell_a_reading() -> None:
    script = from_text("One two three four five six. Seven eight nine ten eleven twelve.")
    shown_on, file = console(force_terminal=False, width=40)
    lines = Lines(shown_on)
    lines.show(view(script, phase="loading"))
    lines.show(view(script, phase="ready"))
    for count in (2, 2, 1):
        lines.show(view(script, phase="counting", count=count))
    for done, hint in ((0, ""), (3, "too quiet"), (7, "too quiet"), (8, "")):
        lines.show(view(script, done=done, seconds=done / 2, level_hint=hint))
    lines.show(view(script, done=12, skipped=(9,), seconds=7.0, phase="finishing"))
    assert file.getvalue().splitlines() == [
        script.title,
        "One two three four five six. Seven eight",
        "nine ten eleven twelve.",
        "",
        "2 ...",
        "1 ...",
        "Read now.",
        "You are hard to hear: come closer to the",
        "microphone or speak up.",
        " 0:03  One two three four five six.",
        " 0:07  Seven eight nine~ten~eleven",
        " 0:07  twelve.",
        "Thank you. Your report is being made ...",
    ]


def test_a_signal_to_end_passes_as_an_exception() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped) as stopped, signals_raise():
        os.kill(os.getpid(), signal.SIGTERM)
    assert stopped.value.number == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_script_is_what_is_read() -> None:
    assert len(view(SUMMARY).words) == len(SUMMARY.tokens)
