from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from enunciate.audio import RATE, Audio
from enunciate.cli import root
from enunciate.cli.doctor import judge
from tests.conftest import DEMO


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "enunciate", "doctor", *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def table(process: subprocess.Popen[str], status: int) -> dict[str, dict]:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    found = json.loads(output)
    assert found["ok"] == (status == 0)
    return {check["name"]: check for check in found["checks"]}


def test_all_is_well_where_somebody_speaks(microphone):
    process = start(microphone.environment, "--json")
    microphone.wait_for_listeners()
    microphone.play(DEMO / "late-delivery-perfect.flac", seconds=4.0)
    checks = table(process, 0)
    assert list(checks) == [
        "Python",
        "libraries",
        "PortAudio",
        "model",
        "microphone",
        "terminal",
        "folders",
        "history",
    ]
    assert {check["status"] for check in checks.values()} == {"ok"}
    figures = checks["microphone"]["figures"]
    assert (figures["device"], figures["rate_hz"], figures["clipped_samples"]) == ("default", 44100, 0)
    assert -30 < figures["speech_db"] < -20
    assert figures["signal_to_noise_db"] == pytest.approx(
        figures["speech_db"] - figures["background_db"], abs=0.11
    )
    assert checks["model"]["figures"]["name"] == "enunciate-en"
    assert list((microphone.folder / "takes").iterdir()) == []


def test_what_fails_is_named_with_what_to_do(microphone, tmp_path):
    (tmp_path / "flat").write_text("")
    process = start(
        microphone.environment | {"ENUNCIATE_TAKES": str(tmp_path / "flat"), "ENUNCIATE_MODEL": "gone"},
        "--device", "Shure",
    )  # fmt: skip
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    lines = {line.split()[1]: line for line in output.splitlines() if line[:4] in ("OK  ", "NOTE", "FAIL")}
    assert lines["Python"].startswith("OK ")
    assert lines["model"].startswith("FAIL  model       ENUNCIATE_MODEL: There is no model named")
    assert lines["microphone"].startswith("FAIL  microphone  There is no microphone “Shure”.")
    assert lines["folders"].startswith("FAIL  folders")
    assert output.endswith("Not everything works: model, microphone, folders.\n")


def test_a_portaudio_that_crashes_is_found_out(microphone, tmp_path):
    (tmp_path / "empty.conf").write_text("")
    checks = table(
        start(microphone.environment | {"ALSA_CONFIG_PATH": str(tmp_path / "empty.conf")}, "--json"), 1
    )
    assert "crashes when it is loaded" in checks["PortAudio"]["found"]
    assert checks["microphone"]["found"] == "not tried, as PortAudio does not work"
    assert checks["folders"]["status"] == "ok"


def test_no_microphone_no_recording(monkeypatch, tmp_path):
    monkeypatch.setenv("ENUNCIATE_TAKES", str(tmp_path / "takes"))
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(tmp_path / "config.toml"))
    done = CliRunner().invoke(root, ["doctor", "--no-microphone"])
    assert done.exit_code == 0
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("OK  ")] == [
        "Python", "libraries", "PortAudio", "model", "terminal", "folders", "history",
    ]  # fmt: skip
    assert done.stdout.endswith("\nEverything that is needed works.\n")
    assert list(tmp_path.iterdir()) == []


def speech(gain: float, noise: float = 1e-4) -> Audio:
    """Three seconds of bursts like syllables, in noise."""
    time = np.arange(3 * RATE) / RATE
    bursts = gain * np.sin(2 * np.pi * 200 * time) * ((time % 0.4) < 0.25)
    return Audio((bursts + np.random.default_rng(0).normal(0, noise, len(time))).astype(np.float32), RATE)


@pytest.mark.parametrize(
    ("audio", "counts", "status", "words"),
    [
        (speech(0.2), (0, False), "ok", "speech -17 dB"),
        (speech(0.2), (7, False), "note", "7 samples are clipped"),
        (speech(0.2), (0, True), "note", "too busy"),
        (speech(0.005, 1e-5), (0, False), "note", "hard to hear"),
        (speech(0.2, 0.03), (0, False), "note", "quieter room"),
        (speech(0.0), (0, False), "note", "no voice was heard"),
        (Audio(np.zeros(3 * RATE, np.float32), RATE), (0, False), "failed", "no sound at all"),
    ],
)
def test_the_microphone_is_judged(audio, counts, status, words):
    check = judge("Jabra", audio, 48000, *counts)
    assert check.status == status
    assert words in f"{check.found}: {check.advice}"
    if words in ("no voice was heard", "no sound at all"):
        assert check.figures["speech_db"] is None
        assert check.figures["signal_to_noise_db"] is None
