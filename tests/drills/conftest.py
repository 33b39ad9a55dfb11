"""Recordings of items in the model voice, and a history of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import soundfile

from enunciate.audio import Audio
from enunciate.drills.items import items
from enunciate.reference import scripts
from enunciate.voice.hibari import HibariVoice
from enunciate.voice.reading import joined, read_aloud


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the history is, and the settings, which nobody has made."""
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path / "history"))
    monkeypatch.setenv("ENUNCIATE_DATABASE", str(tmp_path / "history.sqlite3"))
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("ENUNCIATE_TAKES", str(tmp_path / "takes"))
    monkeypatch.setenv("ENUNCIATE_MODEL", "enunciate-en")
    return tmp_path


@pytest.fixture(scope="session")
def said() -> Callable[[str, str | None], Audio]:
    """An item as the voice reads it, or with another text in its place."""
    voice = HibariVoice()

    @cache
    def say(key: str, text: str | None = None) -> Audio:
        item = items()[key].reference
        return joined(read_aloud(item if text is None else scripts.from_text(text), voice))

    return say


@pytest.fixture
def recorded(said: Callable[..., Audio], tmp_path: Path) -> Callable[..., Path]:
    """The same in a file."""

    def record(key: str, text: str | None = None, name: str | None = None) -> Path:
        audio = said(key, text)
        path = tmp_path / f"{name or key}.wav"
        soundfile.write(path, audio.samples, audio.rate)
        return path

    return record
