"""What the voice has said, kept in the user's cache folder, so that it need not be made again.

The folder may be deleted at any time; where it cannot be written, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from enunciate.audio import Audio

LIMIT = 100_000_000
"""Bytes; beyond, what was heard longest ago goes. A minute of speech takes about 1.5 million."""


def folder() -> Path:
    """Where it is kept: voice/ in `ENUNCIATE_CACHE`, else in the user's cache folder. It need not exist."""
    if named := os.environ.get("ENUNCIATE_CACHE"):
        return Path(named).expanduser() / "voice"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("enunciate", appauthor=False)) / "voice"


class Kept:
    """Sounds by what they say and how."""

    def __init__(self, limit: int = LIMIT) -> None:
        """Keep at most `limit` bytes."""
        self._limit = limit

    def recall(self, key: object, make: Callable[[], Audio]) -> Audio:
        """The sound that is kept under `key`, else what `make` makes, the same to the last bit."""
        file = folder() / f"{hashlib.sha256(repr(key).encode()).hexdigest()}.flac"
        if (audio := _read(file)) is not None:
            return audio
        audio = _rounded(make())
        # A full disk or a folder that is not ours costs time, not the reading.
        with suppress(OSError):
            self._write(file, audio)
        return audio

    def _write(self, file: Path, audio: Audio) -> None:
        import soundfile

        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = file.with_suffix(f".{os.getpid()}.part")
        try:
            soundfile.write(partial, audio.samples, audio.rate, "PCM_16", format="FLAC")
            partial.replace(file)
        except soundfile.SoundFileError as error:
            raise OSError(5, str(error)) from error
        finally:
            partial.unlink(missing_ok=True)
        self._sweep(file.parent)

    def _sweep(self, kept: Path) -> None:
        found = []
        for file in kept.glob("*.flac"):
            with suppress(OSError):  # another program has swept it
                about = file.stat()
                found.append((about.st_mtime, about.st_size, file))
        total = sum(size for _, size, _ in found)
        for _, size, file in sorted(found):
            if total <= self._limit:
                break
            file.unlink(missing_ok=True)
            total -= size


def _read(file: Path) -> Audio | None:
    """The sound in a file, which counts as heard now; None where there is none or it is damaged."""
    import soundfile

    try:
        samples, rate = soundfile.read(file, dtype="float32")
        os.utime(file)
    except (OSError, soundfile.SoundFileError):
        return None
    return Audio(samples, rate)


def _rounded(audio: Audio) -> Audio:
    """What comes back from a file with 16 bits a sample."""
    whole = np.clip(np.round(audio.samples * 32768.0), -32768, 32767)
    return Audio(whole.astype(np.float32) / np.float32(32768), audio.rate)
