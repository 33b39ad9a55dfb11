"""The microphone: sound that arrives, is written to disk as it does, and is handed to whoever listens.

    with Capture() as capture:
        for block in capture.blocks(timeout=0.1):
            if block is None:              # nothing arrived within the timeout: a moment for the keyboard
                continue
            listener.accept(block.samples)               # mono float32 at 16 kHz
            if enough:
                capture.stop()             # what has arrived by then still comes; then the loop ends
        with capture.stop() as take:       # deleted when this block ends
            if take.problem:               # a sentence: it was unplugged, or the disk is full
                print(take.problem)        # what came before is in the take
            take.save("reading.flac")      # a copy

Three parties: PortAudio's thread copies each block into a queue and does nothing else; a thread of ours
writes it to disk (`enunciate.audio.takes`), resamples it and queues it again; the caller takes it from there,
however late. What the caller does can thus delay no block and lose none.

Whatever prevents a recording from starting raises MicrophoneError. What ends one, unplugging for instance, is
no exception, for a take must not be lost by one that nobody caught: `blocks` ends and `problem` says why.
"""

from __future__ import annotations

import errno
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import RATE, level
from enunciate.audio.devices import Device, choose, portaudio
from enunciate.audio.level import QUIETEST
from enunciate.audio.takes import Take, TakeWriter, takes_folder
from enunciate.errors import MicrophoneError

Deliver = Callable[[NDArray[np.int16], bool], None]
"""Takes samples, (n,) or (n, channels), that stay as they are, and whether sound was lost before them."""

_BLOCK_SECONDS = 0.02
_LATENCY_SECONDS = 0.2
"""What PortAudio is asked to buffer, so that a busy computer loses nothing; it delays no block by itself."""

_STALL_SECONDS = 3.0
"""Seconds without a block after which the microphone counts as gone. Most systems say so at once."""

_SILENT_SECONDS = 1.5
"""Seconds of zeros alone after which a microphone counts as muted or forbidden: a real one has noise."""

_LATE_SECONDS = 0.3
"""Sound that is later than this was held up, by a computer too busy; less is the step in which it comes."""

_WAITING_SECONDS = 1.5
"""How long the end of a recording waits for sound that is late."""

_CLOSING_SECONDS = 2.0
"""How long closing a device may take; that of a dead sound server may never end."""


class Source(Protocol):
    """What delivers sound to a `Capture`: a `Microphone`, or a test's script."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def start(self, deliver: Deliver, ended: Callable[[], None]) -> int:
        """Begin to call `deliver` from another thread, and `ended` if the sound ends; returns the rate in Hz.

        Raises MicrophoneError where that is not possible.
        """

    def stop(self) -> None:
        """Stop; `deliver` is not called any more after it."""


class Microphone:
    """A device of this computer as a `Source`, at the device's own rate."""

    def __init__(self, device: Device, library: Any = None) -> None:
        """Nothing is opened yet. `library` stands in for the module sounddevice, in tests."""
        self.device = device
        self._library = library
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The device's name."""
        return self.device.name

    def start(self, deliver: Deliver, ended: Callable[[], None]) -> int:
        """Open the device; see `Source.start`."""
        sounddevice = self._library or portaudio()

        def callback(samples: NDArray[np.int16], frames: int, clock: object, status: Any) -> None:
            deliver(samples.copy(), bool(status.input_overflow))

        # Some systems refuse to mix down, and some to run at the rate they name.
        rates = dict.fromkeys((self.device.rate, 48_000, 44_100, RATE))
        attempts = [(rate, channels) for rate in rates for channels in (1, min(2, self.device.channels))]
        first: Exception | None = None
        for rate, channels in dict.fromkeys(attempts):
            try:
                self._stream = sounddevice.InputStream(
                    device=self.device.index,
                    channels=channels,
                    samplerate=rate,
                    dtype="int16",
                    blocksize=round(_BLOCK_SECONDS * rate),
                    latency=_LATENCY_SECONDS,
                    callback=callback,
                    finished_callback=ended,
                )
                self._stream.start()
                return rate
            except sounddevice.PortAudioError as error:
                self._close()
                first = first or error
                if _code(error) not in (_INVALID_CHANNELS, _INVALID_RATE):
                    break
        raise MicrophoneError(_not_opened(self.name, first)) from first

    def stop(self) -> None:
        """Close the device."""
        # The stream's end runs beside us, for that of a dead sound server may not come.
        closing = threading.Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(_CLOSING_SECONDS)

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


_INVALID_CHANNELS, _INVALID_RATE, _INVALID_DEVICE, _BAD_COMBINATION, _UNAVAILABLE = (
    -9998, -9997, -9996, -9993, -9985,
)  # fmt: skip
"""PortAudio's error codes. The fourth is also what ALSA devices give whose sound server is gone."""


def _code(error: Exception) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


def _not_opened(name: str, error: Exception | None) -> str:
    """Why the device could not be opened, and what to do."""
    text = " ".join(str(part) for part in error.args) if error else ""
    code = _code(error) if error else 0
    if code in (_INVALID_DEVICE, _BAD_COMBINATION):
        return (
            f"The microphone {name} is gone: plug it in again, or choose another with --device "
            "(`enunciate devices` lists them)."
        )
    if "ermission" in text or "denied" in text:
        return f"This program may not use the microphone {name}: {permission_hint()}"
    if code == _UNAVAILABLE or "busy" in text:
        return (
            f"The microphone {name} is in use by another program, or unplugged: close other programs that "
            "record, or choose another with --device (`enunciate devices` lists them)."
        )
    return (
        f"The microphone {name} could not be opened ({text}): choose another with --device "
        "(`enunciate devices` lists them)."
    )


def permission_hint() -> str:
    """Where the use of microphones is allowed on this system, as the end of a sentence."""
    return {
        "darwin": "allow it for your terminal in System Settings, Privacy & Security, Microphone.",
        "win32": "allow it for desktop apps in Settings, Privacy & security, Microphone.",
    }.get(sys.platform, "check that it is not muted (alsamixer or your desktop's sound settings show it).")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What arrived since the block before.

    It is `length` seconds long. `samples` are mono float32 at `RATE`, (n,), and lag behind `seconds`, the
    length of the take up to the block's end, by the few milliseconds that resampling holds back. `db` is the
    RMS level (as in `level.Levels`), `peak` the largest sample, 0 to 1, and `clipped` counts samples at full
    scale, all three at the device's own rate. What is not `kept` came during a pause: no part of the take.
    """

    samples: NDArray[np.float32]
    seconds: float
    length: float
    db: float
    peak: float
    clipped: int
    kept: bool = True


class Capture:
    """A recording in progress; see the top of this module.

    It begins where the `with` block does. A block that ends without `stop` throws the take away, one that
    ends with an exception leaves it on disk, to be found by `takes.unfinished`.
    """

    def __init__(
        self,
        source: Source | str | None = None,
        folder: Path | None = None,
        about: str | None = None,
        stall_seconds: float = _STALL_SECONDS,
        *,
        monitor: bool = False,
    ) -> None:
        """Prepare to record from `source`: a device's number or part of its name, or any `Source`.

        None is the device of the settings or the system. The take grows in `folder` (else
        `takes.takes_folder()`), with `about` beside it, which an unfinished take gives back. After
        `stall_seconds` without sound the device counts as gone. With `monitor`, what arrives during a pause
        comes as blocks too, for a level meter.

        Raises MicrophoneError where there is no such device.
        """
        self._source: Source = (
            Microphone(choose(source)) if source is None or isinstance(source, str) else source
        )
        self._folder = folder or takes_folder()
        self._about = about
        self._stall_seconds = stall_seconds
        self._monitor = monitor
        self._arrived: queue.SimpleQueue[tuple[NDArray[np.int16], bool, bool] | None] = queue.SimpleQueue()
        self._heard: queue.SimpleQueue[Block | None] = queue.SimpleQueue()
        self._next: tuple[NDArray[np.int16], bool, bool] | None = None
        """What was taken from `_arrived` too early."""
        self._held: Block | None = None
        """What was taken from `_heard` too early."""
        self._first: float | None = None
        self._last = 0.0
        self._frames = 0
        self._paused = False
        self._ended = self._stopping = False
        self._nonzero = False
        self._exhausted = False
        self._bug: BaseException | None = None
        self._take: Take | None = None
        self._writer: TakeWriter | None = None
        self.rate = 0
        """Hz. The device's own rate, at which the take is kept; 0 before it has begun."""
        self.overflows = 0
        """How often the computer was too busy and sound was lost."""
        self.problem: str | None = None
        """Why the recording ended before anyone asked, as a sentence."""
        self._worker = threading.Thread(target=self._work, name="enunciate-capture", daemon=True)

    @property
    def name(self) -> str:
        """The device's name."""
        return self._source.name

    @property
    def seconds(self) -> float:
        """The length of the take so far, pauses left out."""
        return self._writer.frames / self.rate if self._writer else 0.0

    @property
    def clipped(self) -> int:
        """How many samples of the take were at full scale so far."""
        return self._writer.clipped if self._writer else 0

    @property
    def paused(self) -> bool:
        """Whether arriving sound is thrown away."""
        return self._paused

    @property
    def missing(self) -> float:
        """Seconds of sound that should have come by the clock and did not; 0 for less than half a second.

        Sound systems may drop it without a word, and then it is in no count of overflows.
        """
        missing = self._behind(self._last)
        return missing if missing >= 0.5 else 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing but zeros has come, and long enough to say so: muted, or not allowed."""
        return not self._nonzero and self.seconds >= _SILENT_SECONDS

    def __enter__(self) -> Capture:
        """Begin to record. Raises MicrophoneError where the device or the folder cannot be used."""
        self._last = time.monotonic()
        self.rate = self._source.start(self._deliver, self._end)
        try:
            self._writer = TakeWriter(self._folder, self.rate, self.name, self._about)
        except BaseException:
            self._source.stop()
            raise
        self._worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the recording if `stop` has not; see the class for what becomes of the take."""
        if self._take is None:
            take = self._finish()
            if kind is None:
                take.discard()
            else:
                take.leave()

    def blocks(self, timeout: float = 0.1) -> Iterator[Block | None]:
        """The blocks from here to the end; None each time that nothing arrives within `timeout` seconds.

        All that waits comes as one block, so that a slow listener catches up. The end comes after `stop`, or
        by itself if there is a `problem`.
        """
        while not self._exhausted:
            yield self.read(timeout)

    def read(self, timeout: float = 0.1) -> Block | None:
        """All that has arrived since the last call, as one block; None if nothing does within `timeout`."""
        found: list[Block] = []
        if self._held is not None:
            found.append(self._held)
            self._held = None
        wait = 0.0 if found else timeout
        while not self._exhausted:
            try:
                block = self._heard.get(timeout=wait) if wait > 0 else self._heard.get_nowait()
            except queue.Empty:
                break
            if block is None:
                self._exhausted = True
                if self._bug is not None:
                    raise self._bug
                break
            if found and block.kept != found[-1].kept:
                self._held = block
                break
            found.append(block)
            wait = 0.0
        return _merged(found) if found else None

    def pause(self) -> None:
        """Throw away what arrives from now on; the device stays open."""
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`; the take has no gap where it was."""
        self._paused = False

    def stop(self) -> Take:
        """End the recording; the take is the caller's from then on. Further calls return the same take."""
        if self._take is None:
            self._take = self._finish()
        return self._take

    def _finish(self) -> Take:
        # The last words may still be held up in a busy computer.
        deadline = time.monotonic() + _WAITING_SECONDS
        while self._worker.is_alive() and (now := time.monotonic()) < deadline:
            if self._behind(now) < _LATE_SECONDS:
                break
            time.sleep(0.02)
        self._stopping = True
        self._source.stop()
        self._arrived.put(None)
        self._worker.join()
        assert self._writer is not None, "a capture is stopped that was never begun"
        return self._writer.finish(self.overflows, self.missing, self.problem)

    def _behind(self, now: float) -> float:
        """How many seconds the sound delivered so far is short of what the clock says at `now`."""
        return now - self._first - self._frames / self.rate if self._first is not None and self.rate else 0.0

    def _deliver(self, samples: NDArray[np.int16], overflow: bool) -> None:
        """Called in PortAudio's thread: nothing here may wait."""
        self._last = time.monotonic()
        if self._first is None:
            self._first = self._last
        else:
            self._frames += len(samples)
        kept = not self._paused
        if (kept or self._monitor) and self.problem is None:
            self._arrived.put((samples, overflow, kept))

    def _end(self) -> None:
        """Called in PortAudio's thread when the stream has ended, by our own `stop` too."""
        self._ended = True
        self._arrived.put(None)

    def _work(self) -> None:
        """The thread between the device and the listener."""
        try:
            self._pass_on()
        except BaseException as bug:
            self._bug = bug
            self.problem = self.problem or f"The recording was ended by an error of this program: {bug!r}."
        finally:
            self._heard.put(None)

    def _pass_on(self) -> None:
        import soxr

        assert self._writer is not None
        resampler = soxr.ResampleStream(self.rate, RATE, 1, dtype="float32") if self.rate != RATE else None
        last = False
        was_kept = True
        while not last:
            waiting, kept, last, gone = self._take_waiting()
            if resampler and kept != was_kept:
                # What is kept is resampled apart, so that it sounds as the file of the take does.
                rest = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
                block = _block(rest, np.zeros(0, np.int16), self._writer.frames, self.rate)
                self._heard.put(replace(block, kept=was_kept))
                resampler = soxr.ResampleStream(self.rate, RATE, 1, dtype="float32")
            was_kept = kept
            samples = np.concatenate(waiting) if waiting else np.zeros(0, np.int16)
            self._nonzero = self._nonzero or bool(samples.any())
            if len(samples) and kept:
                try:
                    self._writer.write(samples)
                except OSError as error:
                    self.problem = self._not_written(error)
                    last = True
                if self._writer.full:
                    self.problem = "The recording is as long as a file of it can be, and was ended there."
                    last = True
            if gone:
                self.problem = self.problem or self._gone()
            if len(samples) or last:
                sound = samples.astype(np.float32) / np.float32(32768)
                heard = resampler.resample_chunk(sound, last=last) if resampler else sound
                block = _block(heard, samples, self._writer.frames, self.rate)
                self._heard.put(block if kept else replace(block, kept=False))

    def _take_waiting(self) -> tuple[list[NDArray[np.int16]], bool, bool, bool]:
        """What waits in the queue, mono, up to where a pause begins or ends.

        Then whether it is to be kept, whether it is the end, and whether that came by itself.
        """
        found: list[NDArray[np.int16]] = []
        kept = True
        while True:
            try:
                item = self._next or self._arrived.get(timeout=0.0 if found else 0.25)
            except queue.Empty:
                if found:
                    return found, kept, False, False
                if time.monotonic() - self._last > self._stall_seconds:
                    return found, kept, True, True
                continue
            self._next = None
            if item is None:
                return found, kept, True, self._ended and not self._stopping
            if found and item[2] != kept:
                self._next = item
                return found, kept, False, False
            samples, overflow, kept = item
            self.overflows += overflow and kept
            found.append(_mono(samples))

    def _gone(self) -> str:
        return (
            f"The microphone {self.name} stopped delivering sound: it was unplugged, or the sound system "
            f"stopped. The {self.seconds:.1f} seconds recorded until then are kept."
        )

    def _not_written(self, error: OSError) -> str:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "the disk is full" if full else f"the disk refused it: {error.strerror}"
        return (
            f"The recording could not go on, for {why}. The {self.seconds:.1f} seconds recorded until then "
            "are kept."
        )


def _mono(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    if samples.ndim == 1:
        return samples
    if samples.shape[1] == 1:
        return samples[:, 0]
    mixed: NDArray[np.int16] = np.round(samples.mean(axis=1)).astype(np.int16)
    return mixed


def _block(heard: NDArray[np.float32], samples: NDArray[np.int16], frames: int, rate: int) -> Block:
    if not len(samples):
        return Block(heard, frames / rate, 0.0, QUIETEST, 0.0, 0)
    power = float(np.var(samples / 32768.0))
    top = np.abs(samples.astype(np.int32))
    return Block(
        heard,
        frames / rate,
        len(samples) / rate,
        max(QUIETEST, 10.0 * float(np.log10(max(power, 1e-12)))),
        float(top.max()) / 32768.0,
        level.clipped(samples),
    )


def _merged(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    length = sum(block.length for block in blocks)
    power = sum(10 ** (block.db / 10) * block.length for block in blocks) / length if length else 0.0
    return Block(
        np.concatenate([block.samples for block in blocks]),
        blocks[-1].seconds,
        length,
        max(QUIETEST, 10.0 * float(np.log10(max(power, 1e-12)))),
        max(block.peak for block in blocks),
        sum(block.clipped for block in blocks),
        blocks[0].kept,
    )
