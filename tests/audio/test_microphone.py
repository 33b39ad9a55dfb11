"""`Capture` with a scripted source, then with PortAudio and the virtual microphone."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
import soxr

from enunciate.audio import RATE, files
from enunciate.audio.devices import Device
from enunciate.audio.microphone import Capture, Microphone, permission_hint
from enunciate.audio.takes import unfinished
from enunciate.errors import MicrophoneError
from tests.audio.scripted_microphone import ScriptedMicrophone, tone
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.conftest import DEMO


def heard(capture: Capture, source: ScriptedMicrophone) -> np.ndarray:
    """Everything that a listener gets until the script has been delivered and the capture stopped."""
    blocks = []
    for block in capture.blocks(timeout=0.02):
        if block:
            blocks.append(block)
        if source.done.is_set():
            capture.stop()
    assert blocks[-1].seconds == capture.seconds
    assert sum(block.length for block in blocks) == pytest.approx(capture.seconds)
    return np.concatenate([block.samples for block in blocks])


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000, 8_000])
def test_listeners_hear_what_the_file_reader_reads(tmp_path, rate):
    source = ScriptedMicrophone(tone(2.0, rate), rate)
    with Capture(source, tmp_path) as capture:
        samples = heard(capture, source)
        with capture.stop() as take:
            np.testing.assert_array_equal(soundfile.read(take.path, dtype="int16")[0], source.samples)
            np.testing.assert_array_equal(samples, files.read(take.path).audio.samples)
            assert (take.rate, take.seconds, take.problem) == (rate, 2.0, None)
    assert len(samples) == pytest.approx(2 * RATE, abs=1)
    whole = soxr.resample(source.samples / np.float32(32768), rate, RATE)
    np.testing.assert_allclose(samples[500:-500], whole[500:-500][: len(samples) - 1000], atol=2e-3)
    assert list(tmp_path.iterdir()) == []


def test_several_channels_are_mixed_into_one(tmp_path):
    left, right = tone(0.5), tone(0.5, hz=300.0)
    source = ScriptedMicrophone(np.stack([left, right], axis=1))
    with Capture(source, tmp_path) as capture:
        samples = heard(capture, source)
    np.testing.assert_allclose(samples, (left.astype(float) + right) / 65536, atol=1e-4)


def test_levels_and_clipping(tmp_path):
    loud = tone(1.0, amplitude=1.0)
    source = ScriptedMicrophone(loud)
    with Capture(source, tmp_path) as capture:
        source.done.wait()
        take = capture.stop()
        block = capture.read()
    assert block.db == pytest.approx(-3.01, abs=0.02)
    assert block.peak == pytest.approx(1.0, abs=1e-4)
    assert block.clipped == take.clipped == np.count_nonzero(np.abs(loud.astype(int)) == 32767)
    assert not capture.silent
    take.discard()


def test_lost_sound_is_counted(tmp_path):
    source = ScriptedMicrophone(tone(1.0), overflows={0, 7, 9})
    with Capture(source, tmp_path) as capture:
        heard(capture, source)
        with capture.stop() as take:
            assert (capture.overflows, take.overflows) == (3, 3)


def test_silence_of_zeros_is_told(tmp_path):
    source = ScriptedMicrophone(np.zeros(2 * RATE, np.int16))
    with Capture(source, tmp_path) as capture:
        heard(capture, source)
        assert capture.silent
    short = ScriptedMicrophone(np.zeros(RATE, np.int16))
    with Capture(short, tmp_path) as capture:
        heard(capture, short)
        assert not capture.silent, "too short to tell"
    quiet = ScriptedMicrophone(np.random.default_rng(0).integers(-1, 2, 2 * RATE).astype(np.int16))
    with Capture(quiet, tmp_path) as capture:
        heard(capture, quiet)
        assert not capture.silent


def test_nothing_is_recorded_in_a_pause(tmp_path):
    source = ScriptedMicrophone(tone(4.0), pace=0.002)
    with Capture(source, tmp_path) as capture:
        while capture.seconds < 0.5:
            time.sleep(0.005)
        capture.pause()
        assert capture.paused
        time.sleep(0.05)
        before = capture.seconds
        time.sleep(0.1)
        assert capture.seconds == before
        capture.resume()
        while capture.seconds < before + 0.2:
            time.sleep(0.005)
        take = capture.stop()
    assert 0.7 <= take.seconds < 2.0
    take.discard()


def test_with_a_monitor_a_pause_is_heard_and_not_kept(tmp_path):
    source = ScriptedMicrophone(tone(60.0), pace=0.002)
    capture = Capture(source, tmp_path, monitor=True)
    capture.pause()
    with capture:
        heard = [block for block in (capture.read() for _ in range(5)) if block]
        assert [block.kept for block in heard] == [False] * len(heard)
        assert sum(len(block.samples) for block in heard) > 0
        assert max(block.db for block in heard) == pytest.approx(-9.0, abs=0.5)
        assert capture.seconds == 0.0
        capture.resume()
        while capture.seconds < 0.5:
            time.sleep(0.005)
        capture.pause()
        time.sleep(0.05)
        take = capture.stop()
        rest = []
        while (block := capture.read(0.0)) is not None:
            rest.append(block)
    # What was kept and what was not never share a block.
    kept = sum(len(block.samples) for block in rest if block.kept)
    assert any(not block.kept and len(block.samples) for block in rest)
    assert kept == round(take.seconds * 16_000)
    take.discard()


def test_a_slow_listener_loses_nothing_and_delays_no_block(tmp_path):
    source = ScriptedMicrophone(tone(5.0, 48_000), 48_000)
    with Capture(source, tmp_path) as capture:
        source.done.wait()
        while capture.seconds < 5.0:
            time.sleep(0.005)
        assert soundfile.info(next(tmp_path.glob("*.wav"))).frames == 5 * 48_000
        block = capture.read()
        assert block.seconds == 5.0
        assert capture.read(timeout=0.01) is None
        take = capture.stop()
        rest = capture.read()
        assert len(block.samples) + len(rest.samples) == pytest.approx(5 * RATE, abs=1)
        assert capture.stop() is take
        assert list(capture.blocks()) == [None] or capture.read() is None
        take.discard()


def test_a_device_that_ends_by_itself_keeps_the_take(tmp_path):
    source = ScriptedMicrophone(tone(1.5), dies=True)
    with Capture(source, tmp_path) as capture:
        for _ in capture.blocks(timeout=0.05):
            pass
        assert "The microphone script stopped delivering sound: it was unplugged" in capture.problem
        assert "The 1.5 seconds recorded until then are kept." in capture.problem
        with capture.stop() as take:
            assert (take.seconds, take.problem) == (1.5, capture.problem)


def test_a_device_that_falls_silent_without_a_word_counts_as_gone(tmp_path):
    with Capture(ScriptedMicrophone(tone(0.5)), tmp_path, stall_seconds=0.3) as capture:
        for _ in capture.blocks(timeout=0.05):
            pass
        assert "stopped delivering sound" in capture.problem
        capture.stop().discard()


def test_a_pause_is_no_stall(tmp_path):
    source = ScriptedMicrophone(tone(60.0), pace=0.005)
    with Capture(source, tmp_path, stall_seconds=0.3) as capture:
        capture.pause()
        time.sleep(0.8)
        assert capture.problem is None


def test_a_capture_that_is_not_asked_for_its_take_keeps_nothing(tmp_path):
    with Capture(ScriptedMicrophone(tone(1.0)), tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_exception_leaves_the_take_to_be_found(tmp_path):
    source = ScriptedMicrophone(tone(1.0))
    with pytest.raises(ZeroDivisionError), Capture(source, tmp_path, about="the weather"):
        raise ZeroDivisionError(source.done.wait())
    (take,) = unfinished(tmp_path)
    assert (take.seconds, take.about) == (1.0, "the weather")
    take.discard()


def test_a_folder_that_cannot_be_written_stops_the_source(tmp_path):
    (tmp_path / "flat").write_text("")
    source = ScriptedMicrophone(tone(1.0))
    with pytest.raises(MicrophoneError, match="cannot be written"), Capture(source, tmp_path / "flat"):
        pass
    assert source.stopped


def test_a_full_disk_ends_the_take_and_keeps_it(tmp_path):
    # The limit stands for the full disk: the kernel refuses the write in the same way.
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from enunciate.audio.microphone import Capture\n"
        "from tests.audio.scripted_microphone import ScriptedMicrophone, tone\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "with Capture(ScriptedMicrophone(tone(4.0), pace=0.01), Path(sys.argv[1])) as capture:\n"
        "    for _ in capture.blocks(): pass\n"
        "    take = capture.stop()\n"
        "print(take.seconds, take.recording().audio.seconds, take.problem, sep='\\n')\n"
        "take.discard()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    seconds, read, problem = done.stdout.splitlines()
    assert 0.0 < float(seconds) <= 50_000 / 32_000
    assert float(read) >= float(seconds)
    assert "The recording could not go on, for the disk is full." in problem


class StubbornLibrary:
    """The module sounddevice, but for a device that refuses to record as it is asked to.

    `refusals` are the error codes by rate and number of channels; what is not among them is opened.
    """

    class PortAudioError(Exception):
        pass

    def __init__(self, refusals: dict[tuple[int, int], tuple[str, int]]) -> None:
        self.refusals = refusals
        self.opened: list[tuple[int, int]] = []

    def InputStream(self, samplerate, channels, **options):  # noqa: N802
        if (samplerate, channels) in self.refusals:
            raise self.PortAudioError(*self.refusals[samplerate, channels])
        self.opened.append((samplerate, channels))
        return self

    def start(self) -> None: ...

    def close(self) -> None: ...


MIC = Device(4, "Jabra", "ALSA", 2, 32_000)
CHANNELS, RATES = ("Invalid number of channels", -9998), ("Invalid sample rate", -9997)


@pytest.mark.parametrize(
    ("refusals", "opened"),
    [
        ({}, (32_000, 1)),
        ({(32_000, 1): CHANNELS}, (32_000, 2)),
        ({(32_000, 1): RATES, (32_000, 2): RATES}, (48_000, 1)),
    ],
)
def test_a_device_is_taken_as_it_can_be_had(refusals, opened):
    library = StubbornLibrary(refusals)
    assert Microphone(MIC, library).start(lambda *_: None, lambda: None) == opened[0]
    assert library.opened == [opened]


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (("Device unavailable", -9985), "The microphone Jabra is in use by another program"),
        (("Unanticipated host error", -9999, (0, -16, "Device or resource busy")), "is in use by another"),
        (("Invalid device", -9996), "The microphone Jabra is gone: plug it in again"),
        (
            ("Unanticipated host error", -9999, (0, 5, "Access denied")),
            "This program may not use the microphone",
        ),
        (("Insufficient memory", -9992), "could not be opened (Insufficient memory -9992): choose another"),
    ],
)
def test_why_a_device_cannot_be_opened(refusal, sentence):
    library = StubbornLibrary({(32_000, 1): refusal})
    with pytest.raises(MicrophoneError) as caught:
        Microphone(MIC, library).start(lambda *_: None, lambda: None)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "where"), [("darwin", "System Settings"), ("win32", "desktop apps"), ("linux", "not muted")]
)
def test_where_microphones_are_allowed(monkeypatch, platform, where):
    monkeypatch.setattr(sys, "platform", platform)
    assert where in permission_hint()


RECORDS = """
import sys
from pathlib import Path
from enunciate.audio.microphone import Capture
with Capture(sys.argv[2]) as capture:
    for block in capture.blocks():
        if capture.seconds > 3.5:
            capture.stop()
    with capture.stop() as take:
        print(capture.name, capture.rate, take.overflows, take.problem, sep="\\n")
        take.save(sys.argv[1])
"""


def likeness(recorded: np.ndarray, played: np.ndarray) -> float:
    """The correlation of what was `played` with where it is in `recorded`, both at the same rate."""
    size = 1 << 18
    spectrum = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(played, size))
    lag = int(np.argmax(np.fft.irfft(spectrum, size)[: size // 2]))
    there = recorded[lag : lag + len(played)]
    return float(np.corrcoef(there, played[: len(there)])[0, 1])


def test_what_is_played_is_recorded(microphone: VirtualMicrophone, tmp_path):
    out = tmp_path / "out.flac"
    recording = subprocess.Popen(
        [sys.executable, "-c", RECORDS, str(out), "head"],
        env=microphone.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    microphone.wait_for_listeners()
    microphone.play(DEMO / "greeting-perfect.flac", seconds=2.5)
    said, _ = recording.communicate(timeout=20)
    assert said.splitlines() == ["headset", "44100", "0", "None"]
    played = files.read(DEMO / "greeting-perfect.flac").audio.samples[:RATE]
    assert likeness(files.read(out).audio.samples, played) > 0.95


def test_a_sound_server_that_is_gone_before_the_recording_starts(tmp_path):
    program = (
        "from enunciate.audio.microphone import Capture\n"
        "capture = Capture()\n"
        "print('found', flush=True)\n"
        "input()\n"
        "try:\n    with capture: pass\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    with VirtualMicrophone(tmp_path) as own:
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            env=own.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout.readline() == "found\n"
        own.stop()
        said, _ = process.communicate("\n", timeout=20)
    assert said.startswith("MicrophoneError The microphone default is gone: plug it in again")
    assert list((tmp_path / "takes").glob("*")) == []


def test_sound_that_never_came_is_told(tmp_path):
    source = ScriptedMicrophone(tone(0.3), pace=0.1)  # 0.3 s that take 1.1
    with Capture(source, tmp_path) as capture:
        heard(capture, source)
        with capture.stop() as take:
            assert take.overflows == 0
            assert 0.5 <= take.missing < 2.0


def test_the_end_waits_for_what_is_held_up(tmp_path):
    source = ScriptedMicrophone(tone(0.3), pace=0.1)
    with Capture(source, tmp_path) as capture:
        while capture._behind(time.monotonic()) < 0.35:
            time.sleep(0.01)
        with capture.stop() as take:
            assert take.seconds == pytest.approx(0.3), "the end of the sound was cut off"
