"""`enunciate drill` as people run it: in a terminal, with a microphone into which a reading is played."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from enunciate.history import open_history
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.teleprompter.terminal import Terminal


def environment(microphone: VirtualMicrophone, folder: Path) -> dict[str, str]:
    return {
        **microphone.environment,
        "ENUNCIATE_AGENT": "",
        "ENUNCIATE_DATABASE": str(folder / "history.sqlite3"),
        "ENUNCIATE_HISTORY": str(folder / "history"),
        "ENUNCIATE_CACHE": str(folder / "cache"),
    }


def answer(terminal: Terminal, question: str, text: str) -> None:
    terminal.wait_for(question)
    for character in text:
        terminal.press(character)
    terminal.press("enter")


def test_a_session_is_begun_left_and_gone_on_with(
    microphone: VirtualMicrophone, folder: Path, recorded: Callable[..., Path]
) -> None:
    around = environment(microphone, folder)
    reading = recorded("pairs-pan-fan-1")
    with Terminal(("drill", "--minutes", "1"), around, columns=100, rows=40) as terminal:
        answer(terminal, "Your name", "Maya")
        answer(terminal, "first language?", "Filipino")
        shown = terminal.wait_for("Enter read   s hear it   n skip   q stop")
        assert "Hello, Maya." in shown
        assert "1 of 3 · pairs of words with /f/" in shown
        assert "Put the upper teeth on the lower lip and blow" in shown
        terminal.press("enter")
        terminal.wait_for("● 0:0")
        microphone.play(reading)
        shown = terminal.wait_for("2 of 3", seconds=120)
        assert "✓ pan – fan   ✓ past – fast   ✓ pull – full" in shown
        assert "Each pair could be told apart." in shown
        terminal.wait_for("p play yours")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert "1 item practised." in terminal.text
        assert "the next `enunciate drill` has them." in terminal.text
        assert terminal.restored()
    with open_history(around["ENUNCIATE_DATABASE"]) as history:
        assert [review.rating for review in history.reviews("Maya")] == [3]
    with Terminal(("drill", "--agent", "Maya"), around, columns=60, rows=24) as terminal:
        terminal.wait_for("was left after 1 of 3")
        terminal.press("enter")
        terminal.wait_for("q stop")
        assert "2 of 3" in terminal.text
        terminal.press("n")
        terminal.wait_for("3 of 3")
        terminal.wait_for("q stop")
        terminal.signal(signal.SIGINT)
        assert terminal.wait_for_end() == 130
        assert "1 left" in terminal.text
        assert terminal.restored()
    assert list((microphone.folder / "takes").glob("*.wav")) == []


def test_without_a_terminal_lines_tell_what_happens_and_silence_ends_it(
    microphone: VirtualMicrophone, folder: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "enunciate", "drill", "--no-history", "--minutes", "2"],
        env={**os.environ, **environment(microphone, folder), "ENUNCIATE_MODEL": "enunciate-en"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Read now." in done.stderr
    assert "This one does not count, and comes back." in done.stderr
    assert "Nobody seems to be reading" in done.stderr
    assert "Nothing was judged this time." in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_no_microphone_is_said_in_one_sentence(microphone: VirtualMicrophone, folder: Path) -> None:
    arguments = ("drill", "--no-history", "--device", "no-such")
    with Terminal(arguments, environment(microphone, folder)) as terminal:
        terminal.wait_for("q stop")
        terminal.press("enter")
        assert terminal.wait_for_end() == 1
        assert "There is no microphone “no-such”." in terminal.text
        assert terminal.restored()
