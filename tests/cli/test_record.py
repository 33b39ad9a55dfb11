"""`enunciate record` with the virtual microphone."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from enunciate.audio import files
from enunciate.recognition import UNKNOWN
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.conftest import DEMO

SPEECH = DEMO / "late-delivery-perfect.flac"
WORDS = "oh no i'm so sorry you ordered the basket two weeks early"


@pytest.fixture
def environment(microphone, tmp_path) -> dict[str, str]:
    """The virtual microphone's, with takes and settings of this test alone."""
    own = {"ENUNCIATE_TAKES": str(tmp_path / "takes"), "ENUNCIATE_CONFIG": str(tmp_path / "config.toml")}
    return microphone.environment | own


def start(environment: dict[str, str], *arguments: object, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "enunciate", "record", *map(str, arguments)],
        env=environment, text=True, encoding="utf-8",
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
    )  # fmt: skip


def ended(process: subprocess.Popen[str], status: int = 0) -> tuple[str, str]:
    """What the program printed on stdout and stderr, once it has exited with `status`."""
    output, errors = process.communicate(timeout=30)
    assert process.returncode == status, errors
    assert "Traceback" not in errors
    assert "ALSA" not in errors
    assert "Expression" not in errors
    return output, errors


def run(environment: dict[str, str], *arguments: object, status: int = 0) -> tuple[str, str]:
    return ended(start(environment, *arguments), status)


def wait_for_take(folder: Path, seconds: float) -> Path:
    """The take that grows in `folder`, once it is `seconds` long."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for path in folder.glob("*.wav"):
            if path.stat().st_size > 44 and soundfile.info(path).duration >= seconds:
                return path
        time.sleep(0.02)
    raise AssertionError("no take grew")


def test_what_is_said_is_in_the_file_and_nothing_else_is_kept(microphone, environment, recognizer, tmp_path):
    out = tmp_path / "out.flac"
    recording = start(environment, out, "--seconds", 5)
    microphone.wait_for_listeners()
    microphone.play(SPEECH, seconds=5.5)
    output, errors = ended(recording)
    assert output.startswith(f"Saved {out}: 5.")
    assert output.endswith(" s at 44.1 kHz.\n")
    assert errors.startswith("Recording from default for 5 s.\n")
    assert "samples are clipped" not in errors
    recorded = files.read(out).audio
    assert 5.0 <= recorded.seconds < 5.5
    heard = recognizer.transcribe(recorded, [WORDS, UNKNOWN]).text
    assert heard.startswith("oh no i'm so sorry you ordered the basket")
    assert list((tmp_path / "takes").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_signals_end_and_save(environment, tmp_path, number):
    recording = start(environment, tmp_path / "out.wav")
    wait_for_take(tmp_path / "takes", 0.5)
    recording.send_signal(number)
    output, _ = ended(recording)
    assert output.startswith(f"Saved {tmp_path / 'out.wav'}: ")
    assert soundfile.info(tmp_path / "out.wav").duration >= 0.5


def test_silence_is_saved_and_told(environment, tmp_path):
    output, errors = run(environment, tmp_path / "out.wav", "--seconds", 2)
    assert output.startswith("Saved ")
    assert "no sound at all: is it muted?" in errors
    assert "There is no sound in it at all: check that it is not muted" in errors


def test_two_programs_at_once_have_a_take_each(microphone, environment, tmp_path):
    first = start(environment, tmp_path / "first.wav")
    wait_for_take(tmp_path / "takes", 0.3)
    output, errors = run(environment, tmp_path / "second.wav", "--seconds", 0.5)
    assert output.startswith("Saved ")
    assert "never finished" not in errors
    assert first.poll() is None
    first.send_signal(signal.SIGINT)
    ended(first)
    lengths = [soundfile.info(tmp_path / name).duration for name in ("first.wav", "second.wav")]
    assert lengths[0] > lengths[1] >= 0.5


def test_kill_9_leaves_a_take_that_plays_and_is_offered_next_time(microphone, environment, tmp_path):
    lost = start(environment, tmp_path / "lost.flac")
    microphone.wait_for_listeners()
    playing = microphone.playing(SPEECH)
    take = wait_for_take(tmp_path / "takes", 1.5)
    begun = soundfile.info(take).duration
    lost.kill()
    lost.communicate()
    playing.kill()
    playing.wait()
    samples, _ = soundfile.read(take)
    assert len(samples) / 44100 >= begun
    assert np.abs(samples).max() > 0.05, "what was said is not in it"

    _, errors = run(environment, tmp_path / "next.wav", "--seconds", 0.3)
    assert "was never finished, and was found again." in errors
    assert "`enunciate record --recover FILE` saves it." in errors
    output, _ = run(environment, "--recover", tmp_path / "found.flac")
    assert output.startswith(
        f"Saved {tmp_path / 'found.flac'}. A recording of {len(samples) / 44100:.1f} s from"
    )
    np.testing.assert_array_equal(soundfile.read(tmp_path / "found.flac")[0], samples)
    assert list((tmp_path / "takes").iterdir()) == []
    _, errors = run(environment, "--recover", tmp_path / "again.flac", status=1)
    assert "There is no unfinished recording" in errors


def test_a_sound_server_that_dies_in_mid_take_costs_nothing_said_before(tmp_path):
    with VirtualMicrophone(tmp_path) as own:
        recording = start(own.environment, tmp_path / "out.flac")
        own.wait_for_listeners()
        playing = own.playing(SPEECH)
        wait_for_take(tmp_path / "takes", 1.5)
        own.stop()
        output, errors = ended(recording, status=1)
        playing.wait()
    assert output.startswith(f"Saved {tmp_path / 'out.flac'}: ")
    assert "Error: The microphone default stopped delivering sound: it was unplugged" in errors
    assert soundfile.info(tmp_path / "out.flac").duration >= 1.5
    assert np.abs(soundfile.read(tmp_path / "out.flac")[0]).max() > 0.05


def test_a_take_that_cannot_be_saved_can_be_recovered(environment, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    recording = start(environment, folder / "out.wav")
    wait_for_take(tmp_path / "takes", 0.3)
    folder.rmdir()
    recording.send_signal(signal.SIGINT)
    _, errors = ended(recording, status=1)
    assert f"Error: There is no folder {folder}" in errors
    assert "The recording is kept: `enunciate record --recover FILE` saves it." in errors
    output, _ = run(environment, "--recover", tmp_path / "out.wav")
    assert output.startswith("Saved ")


def test_bad_devices_are_refused_before_anything_is_recorded(environment, tmp_path):
    out = tmp_path / "out.wav"
    _, errors = run(environment, out, "--device", "Shure", status=1)
    assert errors == (
        "Error: There is no microphone “Shure”. These can be used, by number or name: 0 headset; 1 default.\n"
    )
    nothing = tmp_path / "none.conf"
    nothing.write_text("pcm.gone { type hw card 7 }")
    _, errors = run(environment | {"ALSA_CONFIG_PATH": str(nothing)}, out, status=1)
    assert "Error: No microphone was found on this computer: plug one in" in errors
    assert not out.exists()
    assert list(tmp_path.glob("takes/*")) == []


def test_the_settings_choose_the_device(environment, tmp_path):
    (tmp_path / "config.toml").write_text('device = "headset"')
    _, errors = run(environment, tmp_path / "a.wav", "--seconds", 0.3)
    assert errors.startswith("Recording from headset for 0.3 s.\n")
    _, errors = run(environment | {"ENUNCIATE_DEVICE": "1"}, tmp_path / "b.wav", "--seconds", 0.3)
    assert errors.startswith("Recording from default for 0.3 s.\n")


def test_a_file_that_exists_is_refused_before_anything_is_recorded(environment, tmp_path):
    (tmp_path / "out.wav").write_text("precious")
    _, errors = run(environment, tmp_path / "out.wav", status=1)
    assert "out.wav exists already: name another file, or add --force" in errors
    assert (tmp_path / "out.wav").read_text() == "precious"
    run(environment, tmp_path / "out.wav", "--seconds", 0.3, "--force")
    assert soundfile.info(tmp_path / "out.wav").duration >= 0.3


def on_a_terminal(
    environment: dict[str, str], out: Path, *arguments: object
) -> tuple[subprocess.Popen[str], int]:
    """`enunciate record` on a pseudo-terminal in the folder of `out`, and the end of it that a person has."""
    person, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = start(
        environment | {"TERM": "xterm-256color"}, out, *arguments,
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, cwd=out.parent,
    )  # fmt: skip
    os.close(terminal)
    return process, person


def seen(person: int, until: str) -> str:
    """What the terminal shows from here on, up to and with `until`."""
    text = b""
    deadline = time.monotonic() + 20
    while until.encode() not in text:
        assert time.monotonic() < deadline, text.decode(errors="replace")
        if select.select([person], [], [], 0.1)[0]:
            try:
                text += os.read(person, 65536)
            except OSError:
                break
    assert until.encode() in text, text.decode(errors="replace")
    return text.decode(errors="replace")


def test_on_a_terminal_a_meter_moves_and_enter_saves(microphone, environment, tmp_path):
    process, person = on_a_terminal(environment, tmp_path / "out.wav")
    microphone.wait_for_listeners()
    playing = microphone.playing(SPEECH)
    assert "Enter ends and saves" in seen(person, "0:02")
    seen(person, "█")
    os.write(person, b"stray keys\n")
    seen(person, f"Saved {tmp_path / 'out.wav'}: ")
    assert process.wait(timeout=20) == 0
    assert termios.tcgetattr(person)[3] & termios.ECHO, "the terminal was left without an echo"
    playing.kill()
    playing.wait()
    os.close(person)


def test_on_a_terminal_an_unfinished_take_is_asked_about(environment, tmp_path):
    for answer in ("s", "d"):
        lost = start(environment, tmp_path / "lost.wav")
        wait_for_take(tmp_path / "takes", 0.3)
        lost.kill()
        lost.communicate()
        process, person = on_a_terminal(environment, tmp_path / f"{answer}.wav", "--seconds", 0.3)
        seen(person, "Enter decides later")
        os.write(person, f"{answer}\n".encode())
        seen(person, f"Saved {tmp_path / answer}.wav")
        assert process.wait(timeout=20) == 0
        os.close(person)
        assert list((tmp_path / "takes").iterdir()) == []
    assert len(list(tmp_path.glob("20*.flac"))) == 1
