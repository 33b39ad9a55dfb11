"""`enunciate assess take` as people run it: in a terminal, into a microphone."""

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

EXAM = 'title = "Two lines"\nscripts = ["closing.txt", "opening.txt"]\nattempts = 1\n[marks]\noverall = 60\n'


def test_an_assessment_is_taken(
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
        for number, (title, sound) in enumerate((("Closing", closing), ("Opening", opening)), 1):
            terminal.wait_for(f"{title} ({number} of 2)")
            terminal.wait_for("Then press Enter")
            terminal.press("enter")
            terminal.wait_for("recording")
            microphone.play(sound)
        assert terminal.wait_for_end() == 0
        assert terminal.restored()
        assert "Passed." in terminal.after_the_screen
    with open_history(database) as history:
        (attempt,) = history.attempts()
        assert (attempt.passed, attempt.result["unjudged"]) == (True, {})
        assert [(one.script, one.kind) for one in history.readings()] == [
            ("closing", "exam"),
            ("opening", "exam"),
        ]
