"""`enunciate read` as people run it: in a terminal, with a microphone into which a recording is played."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import soundfile

from enunciate import assess
from enunciate.assessment import Assessment
from enunciate.audio import RATE, Audio
from enunciate.history import open_history
from enunciate.interval import Interval
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.conftest import DEMO
from tests.teleprompter.terminal import ENUNCIATE, Terminal

SENTENCE = "Before we finish, let me quickly go over what we did today."
"""What `sentence` says, in the first seconds of a demo recording."""


@pytest.fixture(scope="module")
def sentence(demo_audio: Callable[[str], Audio], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sentence.wav"
    soundfile.write(path, demo_audio("summary-fast").cut(Interval(0.0, 4.0)).samples, RATE)
    return path


@pytest.fixture
def microphone(microphone: VirtualMicrophone) -> VirtualMicrophone:
    """The session's microphone, without what the last test left."""
    for left in (microphone.folder / "takes").glob("*"):
        left.unlink()
    return microphone


def takes(microphone: VirtualMicrophone) -> list[Path]:
    return sorted((microphone.folder / "takes").glob("*.wav"))


def started(microphone: VirtualMicrophone, *arguments: str, **size: int) -> Terminal:
    """`enunciate read` in a terminal, ready to be read to."""
    terminal = Terminal(("read", *arguments), microphone.environment, **size)
    terminal.wait_for("Then press Enter")
    return terminal


def reading(microphone: VirtualMicrophone, *arguments: str, **size: int) -> Terminal:
    """`enunciate read` in a terminal, recording."""
    terminal = started(microphone, *arguments, "--countdown", "0", **size)
    terminal.press("enter")
    terminal.wait_for("recording")
    return terminal


def marks(assessment: Assessment) -> list[tuple[str, str]]:
    return [
        (word.status, word.reference.text if word.reference else word.heard or "")
        for word in assessment.alignment.words
        if word.status != "correct"
    ]


def test_a_whole_reading(microphone: VirtualMicrophone, tmp_path: Path, demo_assessment) -> None:
    with started(microphone, "summary-and-thanks", "--save", str(tmp_path)) as terminal:
        assert "[Before]we finish" in terminal.text
        terminal.press("enter")
        terminal.wait_for("Start reading in 3")
        terminal.wait_for("Start reading in 1")
        terminal.wait_for("● recording")
        playing = microphone.playing(DEMO / "summary-fast.flac")
        places = []
        while playing.poll() is None:
            found = re.search(r"\[\S+\]", "\n".join(terminal.lines[1:-4]))
            if found and (not places or places[-1] != found.start()):
                places.append(found.start())
            time.sleep(0.05)
        # The bracket walks through the script; it may step back by a word heard too soon.
        assert len(places) > 20
        forward = sum(later > earlier for earlier, later in pairwise(places))
        assert forward > 0.9 * (len(places) - 1)
        # Of a perfect reading a word or two may be missed by the first, quick listening.
        assert terminal.text.replace("~words~", "").count("~") <= 4
        report = terminal.wait_for_after("q done")  # by itself: nobody presses a key
        assert "Your reading" in report
        assert "Passed: 75 was asked for." in report
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored()
    assert takes(microphone) == []
    (sound,) = tmp_path.glob("*.flac")
    saved = json.loads(sound.with_suffix(".json").read_text("utf-8"))
    again = assess(sound, script="summary-and-thanks", model="enunciate-en")
    assert saved["recording"]["sha256"] == again.recording.sha256
    described = again.as_dict()
    assert [word["status"] for word in saved["words"]] == [word["status"] for word in described["words"]]
    demo = demo_assessment("summary-fast").as_dict()
    for name, score in saved["scores"].items():
        if isinstance(score, float):
            assert score == pytest.approx(described["scores"][name], abs=1)
            assert score == pytest.approx(demo["scores"][name], abs=3)


def test_left_by_q_with_what_was_said_deleted(microphone: VirtualMicrophone, sentence: Path) -> None:
    with reading(microphone, "--text", SENTENCE, columns=40, rows=12) as terminal:
        microphone.play(sentence, seconds=2.0)
        terminal.press("space")
        terminal.wait_for("paused")
        terminal.resize(80, 24)
        terminal.wait_for("x delete it, quit", "x delete", "Space read on")
        terminal.press("q")
        terminal.wait_for("Stop here? What you read so far is safe.")
        terminal.press("x")
        assert terminal.wait_for_end() == 0
        assert terminal.restored()
    assert takes(microphone) == []


def test_killed_in_mid_take_and_offered_at_the_next_start(
    microphone: VirtualMicrophone, sentence: Path
) -> None:
    with reading(microphone, "--text", SENTENCE) as terminal:
        microphone.play(sentence)
        terminal.program.kill()
        terminal.wait_for_end()
    assert len(takes(microphone)) == 1
    with Terminal(("read", "--text", "Thank you."), microphone.environment) as terminal:
        terminal.wait_for("0:0")
        terminal.press("enter")
        shown = terminal.wait_for("Enter go on")
        assert " of 100" in terminal.written
        assert "what we did today" in terminal.written, shown
        terminal.press("enter")
        terminal.wait_for("Then press Enter")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored()
    assert takes(microphone) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_ended_from_outside(
    microphone: VirtualMicrophone, sentence: Path, number: signal.Signals, status: int
) -> None:
    with reading(microphone, "--text", SENTENCE) as terminal:
        microphone.play(sentence, seconds=1.5)
        terminal.signal(number)
        assert terminal.wait_for_end() == status
        assert terminal.restored()
        assert "What you read is kept." in terminal.after_the_screen
    assert len(takes(microphone)) == 1


def test_the_sound_server_dies_in_mid_take(sentence: Path, tmp_path: Path) -> None:
    with VirtualMicrophone(tmp_path) as own, reading(own, "--text", SENTENCE) as terminal:
        own.play(sentence, seconds=2.5)
        own.stop()
        report = terminal.wait_for_after("q done")
        assert "stopped delivering sound" in report
        assert " of 100" in report
        assert "Every word was read." not in report
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored()


def without_terminal(
    microphone: VirtualMicrophone, *arguments: str, **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (*ENUNCIATE, "read", *arguments, "--countdown", "0"),
        env=microphone.environment | {"ENUNCIATE_MODEL": "enunciate-en"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_at_once_and_one_is_never_finished(microphone: VirtualMicrophone, sentence: Path) -> None:
    lines = without_terminal(microphone, "--text", SENTENCE)
    with reading(microphone, "summary-and-thanks", "--silence", "2") as terminal:
        assert lines.stderr is not None
        before = list(iter(lines.stderr.readline, "Read now.\n"))
        microphone.play(sentence)
        report = terminal.wait_for_after("q done")
        assert "72 words of 84 left out." in report
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored()
    printed, told = lines.communicate(timeout=60)
    assert lines.returncode == 0, told
    assert f"{SENTENCE}\n" in before
    assert "Every word was read." in printed
    assert re.search(r"^ *0:0\d  Before we finish, .* we did today\.$", told, re.M)
    assert "\x1b" not in printed + told
    assert takes(microphone) == []


def test_a_reading_is_kept_of_an_agent_and_the_voice_only_if_asked(
    microphone: VirtualMicrophone, sentence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path))
    with open_history() as history:
        history.add_agent("Maya")
    own = {"ENUNCIATE_HISTORY": str(tmp_path), "ENUNCIATE_AGENT": "maya"}
    for options in ((), ("--keep-recording",)):
        lines = without_terminal(microphone, "--text", SENTENCE, "--silence", "2", *options, **own)
        assert lines.stderr is not None
        list(iter(lines.stderr.readline, "Read now.\n"))
        microphone.play(sentence)
        printed, told = lines.communicate(timeout=180)
        assert lines.returncode == 0, told
        assert "Every word was read." in printed
        assert "The reading is kept in the history of Maya." in told
    with open_history() as history:
        first, second = history.readings("Maya", kind="read")
    assert first.recording is None
    assert second.recording is not None
    assert soundfile.info(second.recording).duration == pytest.approx(second.seconds, abs=0.01)
    assert list(tmp_path.rglob("*.flac")) == [second.recording]


def test_silence_is_said_kindly_and_not_scored(microphone: VirtualMicrophone) -> None:
    lines = without_terminal(microphone, "--text", "Yes.", "--silence", "1", "--json")
    printed, told = lines.communicate(timeout=60)
    assert lines.returncode == 1
    assert json.loads(printed)["scores"]["overall"] is None
    assert json.loads(printed)["problem"].startswith("The recording is completely silent")
    assert "Read now." in told


def test_no_microphone_is_said_in_one_sentence(microphone: VirtualMicrophone) -> None:
    with Terminal(("read", "--text", "Yes.", "--device", "no-such"), microphone.environment) as terminal:
        assert terminal.wait_for_end() == 1
        assert "There is no microphone “no-such”." in terminal.text
        assert terminal.restored()
