"""The cache of what was said."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from enunciate.audio import Audio
from enunciate.voice.kept import Kept, folder

RATE = 24_000


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENUNCIATE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "voice"


def noise(seed: int, seconds: float = 0.2) -> Audio:
    samples = np.random.default_rng(seed).uniform(-1.1, 1.1, round(seconds * RATE))
    return Audio(samples.astype(np.float32), RATE)


def never() -> Audio:
    raise AssertionError("it was to be remembered")


def test_made_once_and_the_same_to_the_last_bit(cache: Path) -> None:
    first = Kept().recall(("hello", 1.0), lambda: noise(1))
    again = Kept().recall(("hello", 1.0), never)
    assert np.array_equal(first.samples, again.samples)
    assert (first.rate, again.rate) == (RATE, RATE)
    assert len(list(cache.iterdir())) == 1
    assert cache.stat().st_mode & 0o077 == 0


def test_other_words_are_made_anew(cache: Path) -> None:
    one = Kept().recall(("hello", 1.0), lambda: noise(1))
    other = Kept().recall(("hello", 0.8), lambda: noise(2))
    assert not np.array_equal(one.samples, other.samples)


def test_a_damaged_file_is_made_anew(cache: Path) -> None:
    first = Kept().recall("hello", lambda: noise(1))
    (file,) = cache.iterdir()
    file.write_bytes(b"fLaC, or was it")
    again = Kept().recall("hello", lambda: noise(1))
    assert np.array_equal(first.samples, again.samples)
    Kept().recall("hello", never)


def test_where_nothing_can_be_written_it_is_said_all_the_same(cache: Path) -> None:
    cache.parent.write_text("a file where the folder should be")
    assert Kept().recall("hello", lambda: noise(1)).seconds == pytest.approx(0.2)


def test_what_was_heard_longest_ago_goes(cache: Path) -> None:
    kept = Kept(limit=45_000)  # four of them, each of about 10 kB
    for number in range(4):
        kept.recall(number, lambda number=number: noise(number))
        for file in cache.iterdir():
            about = file.stat()
            os.utime(file, (about.st_atime, about.st_mtime - 100))
    kept.recall(0, never)
    kept.recall(4, lambda: noise(4))
    assert sum(file.stat().st_size for file in cache.iterdir()) <= 45_000
    kept.recall(0, never)
    kept.recall(4, never)
    made = []
    kept.recall(1, lambda: made.append(1) or noise(1))
    assert made


def test_in_the_users_cache_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ENUNCIATE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == tmp_path / "enunciate" / "voice"
