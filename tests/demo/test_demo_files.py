"""The demo recordings are what ground_truth.json says they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from enunciate.audio import RATE
from enunciate.reference.scripts import find

FOLDER = Path(__file__).parents[2] / "enunciate" / "demo"
RECORDINGS: list[dict[str, Any]] = json.loads((FOLDER / "ground_truth.json").read_text("utf-8"))["recordings"]
PLANTED = [(recording, event) for recording in RECORDINGS for event in recording["planted"]]
BESIDE = {"inserted", "repeated", "self_correction", "false_start", "filler"}
KINDS = {"omitted", "substituted", "grammar", "pause"} | BESIDE

each_recording = pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: r["file"])
each_planted = pytest.mark.parametrize(
    ("recording", "event"), PLANTED, ids=[f"{r['file']}-{e['kind']}-{e['word']}" for r, e in PLANTED]
)


def samples(recording: dict[str, Any]) -> np.ndarray:
    return soundfile.read(FOLDER / recording["file"], dtype="float32")[0]


def words(recording: dict[str, Any]) -> list[str]:
    return [word.text for word in find(recording["script"]).words()]


def test_every_sound_file_has_its_truth() -> None:
    assert {path.name for path in FOLDER.glob("*.flac")} == {r["file"] for r in RECORDINGS}


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_500_000


@each_recording
def test_sound_is_16_khz_mono_of_the_stated_length(recording: dict[str, Any]) -> None:
    info = soundfile.info(FOLDER / recording["file"])
    assert (info.samplerate, info.channels, info.format) == (RATE, 1, "FLAC")
    assert info.duration == pytest.approx(recording["seconds"], abs=0.01)
    assert 20 < info.duration < 50


@each_recording
def test_sound_is_neither_clipped_nor_digitally_silent(recording: dict[str, Any]) -> None:
    sound = samples(recording)
    frames = sound[: len(sound) // 1600 * 1600].reshape(-1, 1600)
    assert np.abs(sound).max() < 0.6
    assert np.all(np.any(frames != 0.0, axis=1))


@each_planted
def test_planted_mistakes_are_at_their_words(recording: dict[str, Any], event: dict[str, Any]) -> None:
    script = words(recording)
    assert script[event["word"]] == event["script"]
    if event["kind"] in ("substituted", "grammar"):
        assert event["heard"] not in ("", event["script"])
    assert event["status"] == {"grammar": "substituted", "pause": None}.get(event["kind"], event["kind"])
    assert 0 < event["start"] < recording["seconds"]


@each_planted
def test_pauses_are_silent_and_other_mistakes_are_said(
    recording: dict[str, Any], event: dict[str, Any]
) -> None:
    sound, start = samples(recording), round(event["start"] * RATE)
    if event["kind"] == "pause":
        # A frame of 50 ms at either end may hold the last of one word and the first of the next.
        inside = sound[start + 800 : start + round(event["seconds"] * RATE) - 800]
        assert np.sqrt(np.mean(inside**2)) < 10 ** (-60 / 20)
    elif event["kind"] != "omitted":
        assert np.sqrt(np.mean(sound[start : start + 4800] ** 2)) > 10 ** (-45 / 20)


def test_each_kind_comes_in_both_voices() -> None:
    voices = {r["voice"] for r in RECORDINGS}
    assert len(voices) == 2
    assert {(r["voice"], e["kind"]) for r, e in PLANTED} == {(v, kind) for v in voices for kind in KINDS}


def test_each_voice_reads_perfectly_too_at_several_speeds() -> None:
    perfect = [r for r in RECORDINGS if not r["planted"]]
    assert {r["voice"] for r in perfect} == {r["voice"] for r in RECORDINGS}
    assert min(r["speed"] for r in perfect) < 0.9
    assert max(r["speed"] for r in perfect) > 1.1
    assert {r["voice"] for r in perfect if r["speed"] == 1.0} == {r["voice"] for r in RECORDINGS}
