"""`enunciate assess take` as people run it: in a terminal, into a microphone, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import soundfile

from enunciate.audio import RATE, Audio
from enunciate.exams.definition import load, stored
from enunciate.history import open_history
from enunciate.interval import Interval
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.teleprompter.terminal import Terminal

_LONG = 180.0
"""Seconds that a busy machine may take to load the model."""

EXAM = 'title = "Two lines"\nscripts = ["closing.txt", "opening.txt"]\nattempts = 1\n[marks]\noverall = 60\n'


def test_an_assessment_is_taken_in_two_sittings(
    microphone: VirtualMicrophone, demo_audio: Callable[[str], Audio], tmp_path: Path
) -> None:
    closing, opening = tmp_path / "closing.wav", tmp_path / "opening.wav"
    soundfile.write(closing, demo_audio("summary-fast").cut(Interval(0.0, 4.0)).samples, RATE)
    soundfile.write(opening, demo_audio("greeting-perfect").cut(Interval(0.0, 3.5)).samples, RATE)
    (tmp_path / "closing.txt").write_text("Before we finish, let me quickly go over what we did today.\n")
    (tmp_path / "opening.txt").write_text("Thank you for calling Larkmoor Home Services.\n")
    (tmp_path / "two.toml").write_text(EXAM)
    database = str(tmp_path / "history.sqlite3")
    environment = {
        **microphone.environment,
        "ENUNCIATE_HISTORY": str(tmp_path),
        "ENUNCIATE_DATABASE": database,
    }
    with open_history(database) as history:
        history.add_agent("Maya")
        history.put_definition("two", stored(load(tmp_path / "two.toml")))
    command = ("assess", "take", "two", "--agent", "Maya", "--countdown", "0", "--silence", "3")
    with Terminal(command, environment) as terminal:
        shown = terminal.wait_for("Then press Enter", seconds=_LONG)
        assert "Closing (1 of 2)" in shown
        terminal.press("enter")
        terminal.wait_for("recording", seconds=_LONG)
        microphone.play(opening)  # something else is read
        shown = terminal.wait_for_after("read it again   q", seconds=_LONG)
        assert "So this reading does not count" in shown
        terminal.press("enter")
        terminal.wait_for("Then press Enter", seconds=_LONG)
        terminal.press("enter")
        terminal.wait_for("recording", seconds=_LONG)
        microphone.play(closing)
        terminal.wait_for("Opening (2 of 2)", seconds=_LONG)
        terminal.press("q")
        assert terminal.wait_for_end(_LONG) == 1
        assert terminal.restored()
        assert "1 script to go." in terminal.after_the_screen
    with Terminal(command, environment) as terminal:
        shown = terminal.wait_for("Then press Enter", seconds=_LONG)
        assert "Opening (2 of 2)" in shown
        terminal.press("enter")
        terminal.wait_for("recording", seconds=_LONG)
        microphone.play(opening)
        assert terminal.wait_for_end(_LONG) == 0
        assert "Passed." in terminal.after_the_screen
        assert terminal.restored()
    with open_history(database) as history:
        (attempt,) = history.attempts()
        assert (attempt.passed, attempt.result["unjudged"]) == (True, {"closing": 1})
        assert [reading.script for reading in history.readings()] == ["closing", "opening"]
