from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta

import numpy as np
import pytest
import soundfile

from enunciate.audio.takes import TakeWriter, check_target, takes_folder, unfinished
from enunciate.errors import MicrophoneError
from tests.audio.scripted_microphone import tone

LEAVES_A_TAKE = """
import sys, time
from pathlib import Path
from enunciate.audio.takes import TakeWriter
from tests.audio.scripted_microphone import tone
writer = TakeWriter(Path(sys.argv[1]), 16000, "script", "the weather")
for _ in range(10):
    writer.write(tone(0.1))
print("written", flush=True)
time.sleep(60)
"""


def finished(folder, samples=None, rate=16000, **about):
    writer = TakeWriter(folder, rate, "script", **about)
    writer.write(tone(1.0, rate) if samples is None else samples)
    return writer.finish(overflows=2, missing=0.0, problem=None)


@pytest.fixture
def running(tmp_path):
    """A program that has a take of a second, in tmp_path/takes, and goes on."""
    process = subprocess.Popen(
        [sys.executable, "-c", LEAVES_A_TAKE, str(tmp_path / "takes")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "written\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_take_is_what_was_written(tmp_path):
    samples = tone(0.5, amplitude=1.0)
    take = finished(tmp_path, samples)
    read, rate = soundfile.read(take.path, dtype="int16")
    np.testing.assert_array_equal(read, samples)
    assert (rate, take.rate, take.seconds, take.overflows) == (16000, 16000, 0.5, 2)
    assert take.clipped == np.count_nonzero(np.abs(samples.astype(int)) == 32767) > 0
    assert take.recording().audio.seconds == 0.5


def test_only_the_user_can_read_takes(tmp_path):
    take = finished(tmp_path / "takes", about="a secret")
    files = list((tmp_path / "takes").iterdir())
    assert {file.suffix for file in files} == {".wav", ".json", ".lock"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "takes").stat().st_mode) == 0o700
    take.discard()
    assert list((tmp_path / "takes").iterdir()) == []


def test_a_take_can_be_played_while_it_grows(tmp_path):
    writer = TakeWriter(tmp_path, 48000, "script")
    for count in range(1, 4):
        writer.write(tone(0.25, 48000))
        assert soundfile.info(writer.path).frames == count * 12000
    writer.finish(0, 0.0, None).discard()


def test_kill_9_leaves_a_take_that_the_next_program_finds(tmp_path, running):
    assert unfinished(tmp_path / "takes") == (), "a take that somebody has was offered to another"
    running.send_signal(signal.SIGKILL)
    running.wait()
    (take,) = unfinished(tmp_path / "takes")
    assert (take.seconds, take.rate, take.device, take.about) == (1.0, 16000, "script", "the weather")
    assert take.overflows is None, "nobody counted them"
    assert abs(datetime.now() - take.started) < timedelta(minutes=1)
    samples, _ = soundfile.read(take.path, dtype="int16")
    np.testing.assert_array_equal(samples, np.tile(tone(0.1), 10))
    assert unfinished(tmp_path / "takes") == (), "it was offered twice"
    take.leave()
    (again,) = unfinished(tmp_path / "takes")
    again.discard()
    assert list((tmp_path / "takes").iterdir()) == []


def test_a_power_cut_in_mid_write_costs_no_more_than_the_tail(tmp_path):
    take = finished(tmp_path)
    take.leave()
    data = take.path.read_bytes()
    take.path.write_bytes(data[: len(data) // 2 + 1])
    (found,) = unfinished(tmp_path)
    assert found.seconds == pytest.approx(0.5, abs=0.01)
    assert found.recording().audio.seconds == found.seconds
    found.discard()


def test_takes_without_sound_are_cleared_away(tmp_path):
    writer = TakeWriter(tmp_path, 16000, "script")
    writer.leave()
    assert unfinished(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_no_folder_no_takes(tmp_path):
    assert unfinished(tmp_path / "nowhere") == ()


def test_a_take_is_thrown_away_after_use_and_kept_after_an_accident(tmp_path):
    with finished(tmp_path) as take:
        assert take.path.exists()
    assert not take.path.exists()
    with pytest.raises(ZeroDivisionError), finished(tmp_path) as take:
        raise ZeroDivisionError
    (found,) = unfinished(tmp_path)
    assert found.path == take.path
    found.discard()


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".ogg", ".mp3", ".FLAC"])
def test_saved_in_the_format_of_the_ending(tmp_path, suffix):
    with finished(tmp_path / "takes", tone(1.0, 48000), 48000) as take:
        saved = take.save(tmp_path / f"out{suffix}")
    info = soundfile.info(saved)
    assert info.format == {".mp3": "MP3"}.get(suffix, suffix[1:].upper())
    assert (info.samplerate, info.channels) == (48000, 1)
    sound, _ = soundfile.read(saved, dtype="float32")
    assert len(sound) == pytest.approx(48000, abs=2500)
    # Lossy formats are delayed, so the loudness is compared, not the samples.
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.5 / 2**0.5, rel=0.05)
    assert [path.name for path in tmp_path.iterdir()] in (["takes", saved.name], [saved.name, "takes"])


def test_flac_is_the_take_sample_for_sample(tmp_path):
    samples = np.random.default_rng(0).integers(-32768, 32767, 100_000).astype(np.int16)
    with finished(tmp_path / "takes", samples, 44100) as take:
        saved = take.save(tmp_path / "out.flac")
    np.testing.assert_array_equal(soundfile.read(saved, dtype="int16")[0], samples)


def test_nothing_is_replaced_unless_asked(tmp_path):
    (tmp_path / "out.wav").write_bytes(b"precious")
    with finished(tmp_path / "takes") as take:
        with pytest.raises(
            MicrophoneError, match=r"out.wav exists already: name another file, or add --force"
        ):
            take.save(tmp_path / "out.wav")
        assert (tmp_path / "out.wav").read_bytes() == b"precious"
        take.save(tmp_path / "out.wav", force=True)
    assert soundfile.info(tmp_path / "out.wav").frames == 16000


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("out.txt", "should end in one of .flac, .wav, .ogg, .mp3"),
        ("out", "should end in one of"),
        ("nowhere/out.wav", "There is no folder .*nowhere: create it first"),
        ("folder.wav", "is a folder"),
    ],
)
def test_bad_targets(tmp_path, name, sentence):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(MicrophoneError, match=sentence):
        check_target(tmp_path / name)


def test_a_take_that_cannot_be_saved_stays(tmp_path):
    with finished(tmp_path / "takes", tone(1.0, 192000), 192000) as take:
        with pytest.raises(MicrophoneError, match=r"could not be saved as .*out.mp3 \("):
            take.save(tmp_path / "out.mp3")
        assert take.path.exists()
        assert [path.name for path in tmp_path.iterdir()] == ["takes"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "flat").write_text("")
    with pytest.raises(MicrophoneError, match=r"The folder of takes, .*flat, cannot be written"):
        TakeWriter(tmp_path / "flat", 16000, "script")


def test_two_takes_of_one_second_do_not_meet(tmp_path):
    takes = [finished(tmp_path) for _ in range(3)]
    assert len({take.path for take in takes}) == 3
    for take in takes:
        take.discard()


def test_where_takes_are(monkeypatch, tmp_path):
    monkeypatch.setenv("ENUNCIATE_TAKES", str(tmp_path))
    assert takes_folder() == tmp_path
    monkeypatch.delenv("ENUNCIATE_TAKES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert takes_folder().name == "takes"


def test_the_disk_is_told_to_write_every_second(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(os, "fsync", told.append)
    writer = TakeWriter(tmp_path, 16000, "script")
    writer.write(tone(0.1))
    assert told == []
    time.sleep(1.05)
    writer.write(tone(0.1))
    assert len(told) == 1
    writer.finish(0, 0.0, None).discard()
