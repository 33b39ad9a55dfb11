"""`enunciate say` as people run it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.cli import root
from enunciate.recognition import UNKNOWN, Recognizer
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.teleprompter.terminal import Terminal

TEXT = "Thank you for calling. How may I help you?"
SAID = ["thank you for calling", "how may i help you"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENUNCIATE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def say(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(root, ["say", *map(str, arguments)])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output


def heard(audio: Audio, recognizer: Recognizer) -> list[str]:
    found = recognizer.transcribe(audio, [" ".join(SAID), UNKNOWN]).words
    return [word.text for word in found if word.text != UNKNOWN]


def test_saved_to_a_file_and_understood(tmp_path: Path, recognizer: Recognizer) -> None:
    out = tmp_path / "model.wav"
    assert say("--text", TEXT, "--out", out).startswith(f"Saved {out}: ")
    assert heard(read(out).audio, recognizer) == " ".join(SAID).split()
    again = tmp_path / "again.wav"
    say("--text", TEXT, "--out", again)
    assert out.read_bytes() == again.read_bytes()


def test_slower_and_by_word(tmp_path: Path) -> None:
    seconds = {}
    for name, options in {"plain": (), "slow": ("--speed", 0.6), "words": ("--words",)}.items():
        say("--text", TEXT, "--out", tmp_path / f"{name}.flac", *options)
        seconds[name] = soundfile.info(tmp_path / f"{name}.flac").duration
    assert 1.3 * seconds["plain"] < seconds["slow"] < 2 * seconds["plain"]
    assert seconds["words"] > 2 * seconds["plain"]


def test_one_word_of_a_script(tmp_path: Path) -> None:
    out = tmp_path / "name.mp3"
    say("late-delivery", "--word", "Peppercrate", "--out", out)
    assert 0.8 < soundfile.info(out).duration < 2.5


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["no-such-script"], 1, "There is no script and no file called 'no-such-script'."),
        (["late-delivery", "--word", "peper"], 1, "does not have the word “peper”"),
        (["late-delivery", "--speed", "0"], 2, "0.0 is not in the range"),
        (["late-delivery", "--speed", "slow"], 2, "'slow' is not a valid float"),
        ([], 2, "Say what to say"),
        (["late-delivery", "--text", "x"], 2, "Say what to say"),
        (["late-delivery", "--words", "--word", "gift"], 2, "choose"),
        (["late-delivery", "--out", "model.doc"], 1, "should end in one of"),
        (["late-delivery", "--out", "nowhere/model.wav"], 1, "There is no folder nowhere"),
        (["--text", "…"], 1, "holds no words"),
    ],
)
def test_what_cannot_be_said(
    arguments: list[str], status: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in say(*arguments, status=status)


def test_no_file_is_replaced_unasked(tmp_path: Path) -> None:
    out = tmp_path / "model.wav"
    out.write_bytes(b"mine")
    assert "exists already" in say("--text", "Hello.", "--out", out, status=1)
    assert out.read_bytes() == b"mine"
    say("--text", "Hello.", "--out", out, "--force")
    assert soundfile.info(out).duration > 0.5


def test_nothing_to_play_on_is_said_in_one_sentence(tmp_path: Path, microphone: VirtualMicrophone) -> None:
    # The same devices, with no sound server behind them.
    nothing = tmp_path / "asound.conf"
    devices = Path(microphone.environment["ALSA_CONFIG_PATH"]).read_text()
    nothing.write_text(devices.replace(microphone.environment["PULSE_SERVER"], f"unix:{tmp_path / 'gone'}"))
    done = subprocess.run(
        [sys.executable, "-m", "enunciate", "say", "--text", "Hello."],
        env=microphone.environment | {"ALSA_CONFIG_PATH": str(nothing)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "There is no loudspeaker or headphone to play on" in done.stderr


def test_in_a_terminal_it_is_shown_and_heard_and_the_keys_steer(
    microphone: VirtualMicrophone, tmp_path: Path, recognizer: Recognizer
) -> None:
    environment = microphone.environment | {"ENUNCIATE_CACHE": str(tmp_path / "cache")}
    recording = tmp_path / "heard.raw"
    with (
        recording.open("wb") as file,
        subprocess.Popen(
            ["parec", "--device=room.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le"],
            env=environment, stdout=file,
        ) as listening,
    ):  # fmt: skip
        microphone.wait_for_listeners()
        try:
            with Terminal(("say", "--text", TEXT), environment) as terminal:
                terminal.wait_for("Thank you for calling.", seconds=120.0)  # the voice is loaded
                assert "Space pause   r again   Enter next   q quit" in terminal.text
                terminal.wait_for("How may I help you?")
                time.sleep(0.3)
                terminal.press("space")
                time.sleep(1.0)
                assert terminal.program.poll() is None
                terminal.press("r")
                assert terminal.wait_for_end() == 0
                assert terminal.restored()
        finally:
            listening.kill()
    samples = np.frombuffer(recording.read_bytes(), "<i2").astype(np.float32) / 32768
    words = heard(Audio(samples, RATE), recognizer)
    assert words[:4] == SAID[0].split()
    assert words[-5:] == SAID[1].split()
    with Terminal(("say", "general-greeting"), environment) as terminal:
        terminal.wait_for("My name is Maya")
        terminal.press("q")
        assert terminal.wait_for_end(10) == 0
        assert "May I have" not in terminal.text
