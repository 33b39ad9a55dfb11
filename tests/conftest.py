"""The engine that ships and the demo recordings, loaded once for all tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import soundfile

from enunciate.assessment import Assessment, assess
from enunciate.audio import RATE, Audio
from enunciate.recognition import Recognizer, engines

DEMO = Path(str(resources.files("enunciate").joinpath("demo")))
RECORDINGS: dict[str, dict[str, Any]] = {
    recording["file"].removesuffix(".flac"): recording
    for recording in json.loads((DEMO / "ground_truth.json").read_text("utf-8"))["recordings"]
}


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The model that ships, by name, so that no model installed on this machine takes its place."""
    return engines.recognizer("enunciate-en")


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    return DEMO


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
def demo_assessment(recognizer: Recognizer) -> Callable[[str], Assessment]:
    """The assessment of a demo recording, made once for all tests."""

    @cache
    def made(name: str) -> Assessment:
        return assess(DEMO / f"{name}.flac", script=RECORDINGS[name]["script"], recognizer=recognizer)

    return made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each demo recording where a test asks for `demo_name`."""
    if "demo_name" in metafunc.fixturenames:
        metafunc.parametrize("demo_name", RECORDINGS)
