"""The engine that ships and the demo recordings, loaded once for all tests."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import soundfile

from enunciate.assessment import Assessment, assess
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, Recognizer, engines
from enunciate.reference.scripts import find
from tests.audio.virtual_microphone import VirtualMicrophone
from tests.history.server import Server

# What runs in the background may have been told to ignore Ctrl-C, and tells the programs that it starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

DEMO = Path(str(resources.files("enunciate").joinpath("demo")))
RECORDINGS: dict[str, dict[str, Any]] = {
    recording["file"].removesuffix(".flac"): recording
    for recording in json.loads((DEMO / "ground_truth.json").read_text("utf-8"))["recordings"]
}


@pytest.fixture(scope="session", autouse=True)
def _nobody_s_history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the agent, the history or the settings of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AGENT", "DATABASE"):
            patch.delenv(f"ENUNCIATE_{name}", raising=False)
        patch.setenv("ENUNCIATE_HISTORY", str(tmp_path_factory.mktemp("history")))
        patch.setenv("ENUNCIATE_CONFIG", str(tmp_path_factory.mktemp("config") / "config.toml"))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of our own; see its module."""
    with Server() as running:
        yield running


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The model that ships, by name, so that no model installed on this machine takes its place."""
    return engines.recognizer("enunciate-en")


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualMicrophone]:
    """The virtual microphone, for programs in processes of their own; see its module."""
    with VirtualMicrophone(tmp_path_factory.mktemp("microphone")) as running:
        yield running


@pytest.fixture(scope="session")
def demo_truth() -> dict[str, dict[str, Any]]:
    """What ground_truth.json says of each demo recording, by its name without ".flac"."""
    return RECORDINGS


@pytest.fixture(scope="session")
def demo_audio() -> Callable[[str], Audio]:
    @cache
    def load(name: str) -> Audio:
        return Audio(soundfile.read(DEMO / f"{name}.flac", dtype="float32")[0], RATE)

    return load


@pytest.fixture(scope="session")
def demo_cut(recognizer: Recognizer, demo_audio: Callable[[str], Audio]) -> Callable[[str, str], Audio]:
    """The part of a demo recording in which some words are said, with a quarter second on either side."""

    @cache
    def cut(name: str, said: str) -> Audio:
        script = " ".join(word.text for word in find(RECORDINGS[name]["script"]).words())
        heard = recognizer.transcribe(demo_audio(name), [script, said, UNKNOWN]).words
        size = len(said.split())
        place = [" ".join(word.text for word in heard[n : n + size]) for n in range(len(heard))].index(said)
        start, end = heard[place].interval.start, heard[place + size - 1].interval.end
        return demo_audio(name).cut(Interval(start - 0.25, end + 0.25))

    return cut


@pytest.fixture(scope="session")
def demo_assessment(recognizer: Recognizer) -> Callable[[str], Assessment]:
    """The assessment of a demo recording, made once for all tests."""

    @cache
    def made(name: str) -> Assessment:
        return assess(DEMO / f"{name}.flac", script=RECORDINGS[name]["script"], recognizer=recognizer)

    return made


@pytest.fixture(scope="session")
def class_folder(tmp_path_factory: pytest.TempPathFactory, demo_audio: Callable[[str], Audio]) -> Path:
    """Three agents reading the first words of the greeting, 3.5 s each, and those words in opening.txt.

    Not to be written to.
    """
    folder = tmp_path_factory.mktemp("class")
    samples = demo_audio("greeting-perfect").cut(Interval(0.0, 3.5)).samples
    for number, agent in enumerate(("ana", "ben", "cho")):
        soundfile.write(folder / f"opening__{agent}.wav", samples * (1.0 - 0.2 * number), RATE)
    (folder / "opening.txt").write_text("Thank you for calling Larkmoor Home Services.\n", "utf-8")
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each demo recording where a test asks for `demo_name`."""
    if "demo_name" in metafunc.fixturenames:
        metafunc.parametrize("demo_name", RECORDINGS)
