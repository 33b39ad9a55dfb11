"""Recordings from files: whatever libsndfile decodes becomes a mono `Recording` at `RATE`.

A file is decoded twice in blocks, first to survey it and then to convert it, so that an hour of sound is held
in memory once, as mono, however many channels it has.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio, Recording
from enunciate.errors import AudioError

FORMATS = ("WAV", "FLAC", "OGG", "Opus", "MP3", "AIFF", "AU", "CAF")
"""The file formats that people meet among those that can be read."""

_LOWEST_RATE = 6_000
"""Hz. Below, a recording holds too little of speech; and a header that says 1 Hz would ask for gigabytes."""

_BLOCK = 1 << 18
"""Samples decoded at a time, all channels together."""

_CANCELS = 0.4
"""Mixing down is given up where it would keep less than this share of the loudest channel's power. Equal
channels keep all of it and unrelated ones of equal power a half; one silent channel of two leaves a quarter,
opposite ones nothing."""

_OTHER_CONTAINERS = (
    (re.compile(rb"....ftyp", re.DOTALL), "an MP4 or M4A file"),
    (re.compile(rb"\x1aE\xdf\xa3"), "a WebM or Matroska file"),
    (re.compile(rb"0&\xb2u\x8ef\xcf\x11"), "a Windows Media file"),
    (re.compile(rb"#!AMR"), "an AMR file"),
    (re.compile(rb"RIFF....AVI ", re.DOTALL), "an AVI video"),
    (re.compile(rb"ID3|\xff[\xe0-\xff]|fLaC|OggS|RIFF....WAVE|FORM....AIF", re.DOTALL), ""),
)
"""How files begin that libsndfile cannot open; the last are its own formats, damaged."""

_SHORTENED = re.compile(r"^\s*(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)
"""Where libsndfile's log says that a WAV or AIFF header announces more bytes than the file has."""

_STREAMED = 0x7FFF0000
"""Bytes. Programs that write a WAV file into a pipe announce this or more, as they cannot know the length."""


def read(path: str | os.PathLike[str]) -> Recording:
    """Read a recording of any length, rate and number of channels as mono float32 samples at `RATE`.

    Several channels are averaged; where they would cancel each other or most are silent, the loudest is
    taken alone. A constant offset is removed, float samples above full scale are turned down, a few samples
    that are not numbers are set to zero, and of a file that breaks off what can be decoded is used.
    `Recording.notices` tells of each.

    Raises `AudioError` where there is no readable file, no sound in it, or a format that cannot be decoded.
    Silence and noise are sound here; `enunciate.audio.level.speech_problem` finds them.
    """
    file = Path(path)
    digest = _digest(file)
    with _open(file) as sound:
        if sound.samplerate < _LOWEST_RATE:
            raise AudioError(
                f"{_shown(file)} has only {sound.samplerate} samples a second, too few for speech: "
                f"record it with {RATE} or more."
            )
        survey = _survey(file, sound)
        weights, offset, gain = survey.mixing()
        rate, channels = int(sound.samplerate), int(sound.channels)
        notices = survey.notices(sound)
    with _open(file) as sound:
        samples = _convert(sound, survey.frames, (weights * gain).astype(np.float32), offset * gain)
    return Recording(
        audio=Audio(samples, RATE),
        path=os.fspath(path),
        sha256=digest,
        sample_rate=rate,
        channels=channels,
        seconds=survey.frames / rate,
        notices=notices,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Survey:
    """What the first pass over a file finds: counts, and sums from which means and powers derive."""

    frames: int
    broken: int
    """Samples that are not finite numbers."""
    peak: float
    sums: NDArray[np.float64]
    """Of each channel, (channels,)."""
    products: NDArray[np.float64]
    """Of each channel with each, (channels, channels)."""

    def mixing(self) -> tuple[NDArray[np.float64], float, float]:
        """The weight of each channel in the mix, the constant offset of the mix, and the gain for both."""
        means = self.sums / self.frames
        covariance = self.products / self.frames - np.outer(means, means)
        weights = np.full(len(means), 1.0 / len(means))
        loudest = int(np.argmax(np.diag(covariance)))
        if weights @ covariance @ weights < _CANCELS * covariance[loudest, loudest]:
            weights = np.eye(len(means))[loudest]
        offset = float(weights @ means)
        # A mean of this little is within what speech itself has, and samples are better left as they are.
        if abs(offset) <= max(0.001, 0.05 * float(weights @ covariance @ weights) ** 0.5):
            offset = 0.0
        return weights, offset, 1.0 if self.peak <= 1.0 else 0.99 / self.peak

    def notices(self, sound: Any) -> tuple[str, ...]:
        """Sentences about what is done to make the file usable."""
        weights, offset, gain = self.mixing()
        found = []
        if missing := _missing(sound, self.frames):
            found.append(missing)
        if sound.samplerate < RATE:
            found.append(
                f"The recording has {sound.samplerate} samples a second, as on the telephone: "
                "sounds such as s and f are judged less surely."
            )
        if np.count_nonzero(weights) < sound.channels:
            found.append(
                f"Of the {sound.channels} channels only channel {int(np.argmax(weights)) + 1}, the loudest, "
                "is used, because the others are silent or would cancel it."
            )
        elif sound.channels > 1:
            found.append(f"The {sound.channels} channels were mixed into one.")
        if self.broken:
            samples = (
                "sample that is not a number was" if self.broken == 1 else "samples that are not numbers were"
            )
            found.append(f"{self.broken} {samples} set to zero.")
        if offset:
            found.append(
                f"A constant offset of {abs(offset) * gain:.1%} of full scale was removed; "
                "the sound card may be faulty."
            )
        if gain < 1.0:
            found.append(
                f"The samples went up to {self.peak:.3g} times full scale, so the recording was turned down."
            )
        return tuple(found)


def _survey(file: Path, sound: Any) -> _Survey:
    """The first pass; `AudioError` where the file holds nothing that can be used."""
    channels = sound.channels
    frames = broken = 0
    peak = 0.0
    sums = np.zeros(channels)
    products = np.zeros((channels, channels))
    for block in _blocks(sound):
        frames += len(block)
        broken += _repair(block)
        peak = max(peak, float(block.max()), -float(block.min()))
        exact = block.astype(np.float64)
        sums += np.ones(len(exact)) @ exact
        products += exact.T @ exact
    if frames == 0:
        raise AudioError(
            f"{_shown(file)} holds no sound that can be decoded: record it again or copy it anew."
        )
    if broken > 0.01 * frames * channels:
        raise AudioError(
            f"{_shown(file)} is damaged: {broken / (frames * channels):.0%} of its samples are not numbers; "
            "save it again as 16-bit WAV or FLAC."
        )
    # Decoders of lossy formats overshoot full scale a little; only stored floats really lie above it.
    return _Survey(frames, broken, peak if sound.subtype in ("FLOAT", "DOUBLE") else 0.0, sums, products)


def _convert(sound: Any, frames: int, weights: NDArray[np.float32], offset: float) -> NDArray[np.float32]:
    """The second pass: mix `frames` frames down, less `offset`, at `RATE`."""
    import soxr

    resampler = None
    if sound.samplerate != RATE:
        resampler = soxr.ResampleStream(sound.samplerate, RATE, 1, dtype="float32")
    # A bytearray grows in place; joining a list of blocks would hold the whole recording twice.
    samples = bytearray()
    left = frames
    for block in _blocks(sound):
        left -= len(block)
        _repair(block)
        mono = block @ weights - np.float32(offset)
        samples += (resampler.resample_chunk(mono, last=left <= 0) if resampler else mono).tobytes()
    return np.frombuffer(samples, dtype=np.float32)


def _repair(block: NDArray[np.float32]) -> int:
    """Set the samples of `block` that are not finite to zero; how many there were."""
    finite = np.isfinite(block)
    broken = finite.size - int(np.count_nonzero(finite))
    if broken:
        block[~finite] = 0.0
    return broken


def _blocks(sound: Any) -> Iterator[NDArray[np.float32]]:
    """The frames of an open sound file, (n, channels), up to its end or to the first damage.

    All blocks share their memory.
    """
    import soundfile

    memory = np.empty((max(1, _BLOCK // sound.channels), sound.channels), dtype=np.float32)
    whole = True
    while whole:
        # What is decoded before the damage is written already when the error comes, but not counted.
        memory.fill(np.nan)
        try:
            count = len(sound.read(out=memory))
        except soundfile.SoundFileError:
            whole = False
            count = int(np.count_nonzero(~np.isnan(memory[:, 0])))
        if count == 0:
            return
        yield memory[:count]


def _missing(sound: Any, frames: int) -> str | None:
    """A sentence about the end of the file that is not there; None where the file is whole."""
    announced = sound.frames
    log = sound.extra_info
    if (shortened := _SHORTENED.search(log)) and int(shortened[1]) < _STREAMED:
        announced = round(frames * int(shortened[1]) / int(shortened[2]))
    seconds = frames / sound.samplerate
    if 0.05 * sound.samplerate < announced - frames < _STREAMED:
        return (
            f"The file breaks off: of {announced / sound.samplerate:.1f} seconds only the first "
            f"{seconds:.1f} could be decoded. The rest of the script counts as left out: copy the file anew."
        )
    if "lacks an end-of-stream bit" in log:
        return (
            f"The file breaks off after {seconds:.1f} seconds. "
            "The rest of the script counts as left out: copy the file anew."
        )
    return None


def _digest(file: Path) -> str:
    """The SHA-256 of an ordinary file that may be read and is not empty, in hex; else `AudioError`."""
    try:
        status = file.stat()
        if stat.S_ISDIR(status.st_mode):
            raise AudioError(f"{_shown(file)} is a folder: name one recording in it.")
        if not stat.S_ISREG(status.st_mode):
            raise AudioError(
                f"{_shown(file)} is a device or a pipe, not a file: save the sound to a file first."
            )
        if status.st_size == 0:
            raise AudioError(f"{_shown(file)} is empty (0 bytes): record it again or copy it anew.")
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except PermissionError as error:
        raise AudioError(
            f"{_shown(file)} may not be read by you: change its permissions or copy it to a folder of yours."
        ) from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise AudioError(f"There is no file {_shown(file)}: check the name and the folder.") from error
    except OSError as error:
        raise AudioError(
            f"{_shown(file)} cannot be read ({error.strerror}): copy it anew and try again."
        ) from error
    return digest.hexdigest()


def _open(file: Path) -> Any:
    """An open `soundfile.SoundFile`; `AudioError` with the likeliest reason where it cannot be opened."""
    import soundfile

    try:
        return soundfile.SoundFile(file)
    # A TypeError comes for names that end in .raw, which soundfile refuses to guess about.
    except (soundfile.SoundFileError, TypeError) as error:
        raise AudioError(_why_not(file)) from error


def _why_not(file: Path) -> str:
    """Why libsndfile cannot open a file that exists, judged by how it begins."""
    with file.open("rb") as stream:
        head = stream.read(4096)
    works = f"convert it to WAV or FLAC ({', '.join(FORMATS)} can be read)"
    for beginning, name in _OTHER_CONTAINERS:
        if beginning.match(head):
            if not name:
                return f"{_shown(file)} is damaged or cut off too early: copy it anew or record it again."
            return f"{_shown(file)} is {name}, which cannot be read: {works}."
    if _is_text(head):
        return f"{_shown(file)} holds text, not sound: name a recording ({', '.join(FORMATS)} can be read)."
    return f"{_shown(file)} is in no sound format that can be read: {works}."


def _is_text(head: bytes) -> bool:
    """Whether a file that begins with `head` is a text."""
    text = head.decode("utf-8", "ignore")
    # A character cut in two by the end of `head` is lost, no more.
    return len(text.encode()) >= len(head) - 3 and all(c.isprintable() or c.isspace() for c in text)


def _shown(file: Path) -> str:
    """A path that can be printed on any terminal, whatever bytes are in it."""
    return "".join(c if c.isprintable() else "�" for c in str(file))
