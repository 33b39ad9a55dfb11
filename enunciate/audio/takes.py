"""Takes: what was recorded, from the first block on disk until it is saved or thrown away.

A take grows as a WAV file that can be played at any moment, so that a crash, `kill -9` or an empty battery
leaves all but its last moment. The program that has it holds a lock beside it; a take without one belongs to
a program that is gone, and `unfinished` finds it. Only the user can read takes.

Three files: `NAME.wav`, `NAME.lock` and `NAME.json` (device, time of day and what was being read).
"""

from __future__ import annotations

import json
import os
import stat
import time
import wave
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio, Recording, level
from enunciate.errors import MicrophoneError

if TYPE_CHECKING:
    from filelock import BaseFileLock

SAVED_AS = (".flac", ".wav", ".ogg", ".mp3")
"""The endings of the files that a take can be saved as."""

_SYNC_SECONDS = 1.0
"""Seconds between the moments at which the disk itself is told to write: what a power cut may cost."""

_LONGEST_BYTES = (1 << 32) - (1 << 20)
"""Bytes. A WAV file's header can count no more: 12 hours at 48 kHz."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """A finished recording in its file, which this program alone has until it decides what becomes of it.

    `path` is a mono 16-bit WAV file at the device's own `rate` in Hz, `seconds` its length; `clipped` counts
    its samples at full scale, `overflows` the moments at which sound was lost because the computer was too
    busy, `missing` the seconds of sound that never came (both None for a take that was found unfinished).
    `problem` is a sentence on why the take ended before
    anyone asked, `about` what its maker wrote down, `started` the local time of its begin.

    As a context manager, it is thrown away at the end, and kept to be found as unfinished where an exception
    passes.
    """

    path: Path
    seconds: float
    rate: int
    clipped: int
    overflows: int | None = None
    missing: float | None = None
    problem: str | None = None
    device: str | None = None
    started: datetime | None = None
    about: str | None = None
    _lock: BaseFileLock | None = field(default=None, repr=False)

    def recording(self) -> Recording:
        """The take as the file reader gives it; see `enunciate.audio.files.read`."""
        from enunciate.audio import files

        return files.read(self.path)

    def save(self, path: str | os.PathLike[str], force: bool = False) -> Path:
        """Copy the take to `path`, in the format of its ending (one of `SAVED_AS`); returns the path.

        The file appears whole or not at all. Raises MicrophoneError where `path` exists already and `force`
        is not given, where its ending is not known, and where it cannot be written; the take stays as it was.
        """
        import soundfile

        with soundfile.SoundFile(self.path) as sound:
            return _save(sound.blocks(1 << 16, dtype="int16"), int(sound.samplerate), Path(path), force)

    def discard(self) -> None:
        """Delete the take."""
        for file in (self.path, self.path.with_suffix(".json")):
            with suppress(OSError):
                file.unlink(missing_ok=True)
        self.leave()

    def leave(self) -> None:
        """Let go of the take: it stays on disk, and the next program that looks finds it as unfinished."""
        if self._lock is not None:
            _release(self._lock)

    def __enter__(self) -> Take:
        """The take itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Throw the take away, or leave it to be found where an exception passes."""
        if kind is None:
            self.discard()
        else:
            self.leave()


def takes_folder() -> Path:
    """Where takes are while they grow: `ENUNCIATE_TAKES`, else the user's data folder. It need not exist."""
    if named := os.environ.get("ENUNCIATE_TAKES"):
        return Path(named).expanduser()
    from platformdirs import user_data_dir

    return Path(user_data_dir("enunciate", appauthor=False)) / "takes"


def unfinished(folder: Path | None = None) -> tuple[Take, ...]:
    """The takes in `folder` that programs now gone left behind, the oldest first.

    Each of them is this program's from now on, and no other finds it, until `save` and `discard`, or `leave`.
    Takes without a single sample are deleted, not returned.
    """
    folder = folder or takes_folder()
    found = []
    for path in sorted(folder.glob("*.wav")) if folder.is_dir() else ():
        lock = _claim(path)
        if lock is None:
            continue
        take = _found(path, lock)
        if take is None:
            _release(lock)
        elif take.seconds == 0.0:
            take.discard()
        else:
            found.append(take)
    return tuple(found)


def check_target(path: Path, force: bool = False) -> None:
    """Raise MicrophoneError where a take could not be saved as `path`; better before it is recorded."""
    if path.suffix.lower() not in SAVED_AS:
        raise MicrophoneError(
            f"{path} should end in one of {', '.join(SAVED_AS)}, which says in which format it is saved."
        )
    if path.is_dir():
        raise MicrophoneError(f"{path} is a folder: name the file in it.")
    if path.exists() and not force:
        raise MicrophoneError(f"{path} exists already: name another file, or add --force to replace it.")
    if not path.parent.is_dir():
        raise MicrophoneError(f"There is no folder {path.parent}: create it first.")
    if not os.access(path.parent, os.W_OK):
        raise MicrophoneError(f"The folder {path.parent} may not be written to: name a file in another one.")


class TakeWriter:
    """A take that grows: `write` appends, and the file can be played after each.

    Raises MicrophoneError where the folder cannot be written; `write` raises OSError where the disk is full.
    """

    def __init__(self, folder: Path, rate: int, device: str, about: str | None = None) -> None:
        """Begin a take of sound at `rate` Hz in `folder`, which is made if it does not exist."""
        self.rate, self.device, self.about = rate, device, about
        self.frames = self.clipped = 0
        self.started = datetime.now()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=stat.S_IRWXU)
            self.path, self._lock, self._file = _create(folder, self.started)
            about_it = {"device": device, "started": self.started.isoformat(), "about": about}
            with _private(self.path.with_suffix(".json")) as file:
                file.write(json.dumps(about_it).encode())
        except OSError as error:
            raise MicrophoneError(
                f"The folder of takes, {folder}, cannot be written ({error.strerror}): make room there, or "
                "set ENUNCIATE_TAKES to another folder."
            ) from error
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(rate)
        self._synced = time.monotonic()

    @property
    def full(self) -> bool:
        """Whether the file can take no more."""
        return 2 * self.frames >= _LONGEST_BYTES

    def write(self, samples: NDArray[np.int16]) -> None:
        """Append samples (n,); the header counts them from now on."""
        self._wave.writeframes(samples.astype("<i2").tobytes())
        self._file.flush()
        self.frames += len(samples)
        self.clipped += level.clipped(samples)
        if time.monotonic() - self._synced >= _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def finish(self, overflows: int, missing: float, problem: str | None) -> Take:
        """Close the file; the take keeps the lock."""
        self._close()
        return Take(
            self.path, self.frames / self.rate, self.rate, self.clipped, overflows, missing, problem,
            self.device, self.started, self.about, self._lock,
        )  # fmt: skip

    def leave(self) -> None:
        """Close the file and let go of it: the next program finds it as unfinished."""
        self._close()
        _release(self._lock)

    def _close(self) -> None:
        # Where the disk is full, the header on disk counts what is there already.
        with suppress(OSError):
            self._wave.close()
        with suppress(OSError):
            self._file.close()


def _create(folder: Path, started: datetime) -> tuple[Path, BaseFileLock, Any]:
    """A new take's path, its lock, held, and its open file. The lock comes first: see `unfinished`."""
    for number in range(1000):
        path = folder / f"{started:%Y-%m-%d-%H%M%S}-{os.getpid()}-{number}.wav"
        if path.exists() or (lock := _claim(path)) is None:
            continue
        try:
            return path, lock, _private(path)
        except FileExistsError:
            _release(lock)
    raise FileExistsError(17, "it is full of takes of this very second")


def _private(path: Path) -> Any:
    """A new file that only the user can read, open for writing bytes."""
    return os.fdopen(
        os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600), "w+b"
    )


def _claim(path: Path) -> BaseFileLock | None:
    """The lock of the take at `path`, taken; None while another program has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return None
    return lock


def _release(lock: BaseFileLock) -> None:
    """Let go of a lock; its file goes too once the take is gone. Names of takes do not come back."""
    file = Path(lock.lock_file)
    lock.release()
    if not file.with_suffix(".wav").exists():
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _found(path: Path, lock: BaseFileLock) -> Take | None:
    """The take at `path`; None where it has gone meanwhile or cannot be read."""
    import soundfile

    about: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        about = json.loads(path.with_suffix(".json").read_text("utf-8"))
    try:
        if path.stat().st_size == 0:
            return Take(path, 0.0, 0, 0, _lock=lock)
        clipped = frames = 0
        with soundfile.SoundFile(path) as sound:
            rate = int(sound.samplerate)
            for block in sound.blocks(1 << 18, dtype="int16"):
                frames += len(block)
                clipped += level.clipped(block)
    except (OSError, soundfile.SoundFileError):
        return None
    started = None
    with suppress(KeyError, TypeError, ValueError):
        started = datetime.fromisoformat(about["started"])
    return Take(
        path, frames / rate, rate, clipped, None, None, None,
        about.get("device"), started, about.get("about"), lock,
    )  # fmt: skip


def save(audio: Audio, path: str | os.PathLike[str], force: bool = False) -> Path:
    """Write a sound to `path` as `Take.save` does, with the same errors."""
    return _save([np.frombuffer(audio.pcm16(), "<i2")], audio.rate, Path(path), force)


def _save(blocks: Iterable[NDArray[np.int16]], rate: int, target: Path, force: bool) -> Path:
    check_target(target, force)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(blocks, rate, partial, target.suffix.lower())
        if force:
            partial.replace(target)
        else:
            _rename_new(partial, target)
    except OSError as error:
        raise MicrophoneError(_not_saved(target, error)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return target


def _write(blocks: Iterable[NDArray[np.int16]], rate: int, target: Path, suffix: str) -> None:
    """Write mono sound to `target` in the format that `suffix` stands for."""
    import soundfile

    kinds = {".flac": ("FLAC", "PCM_16"), ".wav": ("WAV", "PCM_16"), ".ogg": ("OGG", "VORBIS"),
             ".mp3": ("MP3", "MPEG_LAYER_III")}  # fmt: skip
    kind, subtype = kinds[suffix]
    try:
        with soundfile.SoundFile(target, "w", rate, 1, subtype, format=kind) as written:
            for block in blocks:
                written.write(block)
    except soundfile.SoundFileError as error:
        raise OSError(5, str(error)) from error
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def _rename_new(source: Path, target: Path) -> None:
    """Rename `source` to `target`, never over a file that has come there since it was checked."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(17, "a file of that name is there now") from None
        source.rename(target)


def _not_saved(target: Path, error: OSError) -> str:
    return f"The sound could not be saved as {target} ({error.strerror}): name a file in another folder."
