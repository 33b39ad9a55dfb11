"""An assessment that is worked out while the person still reads.

`Ahead` runs the ordinary analysis on what there is of a reading, again and again, with one `Memory`: what it
finds of the parts that are finished is what the assessment of the whole will need. `LiveAssessment` has that
done in a process of its own, because PocketSphinx does not let another Python thread run for a tenth of a
second at a time, and a microphone cannot wait for so long.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment import AlignedWord, Alignment
from enunciate.alignment.phones import stretches
from enunciate.alignment.reading import SecondLook, is_reading
from enunciate.alignment.words import align
from enunciate.assessment import Assessment, as_recording, assess_reading
from enunciate.audio import RATE, Audio, Recording
from enunciate.audio.level import STEP, levels
from enunciate.errors import EnunciateError
from enunciate.measures import grammar, pronunciation
from enunciate.measures.gmm import acoustic_model
from enunciate.memory import Memory
from enunciate.recognition import engines
from enunciate.recognition.listening import listen_for
from enunciate.reference import Reference
from enunciate.rubric import Rubric

_LOOK_SECONDS = 5.0
"""After so much more sound it is worth a look which parts are finished."""
_PAUSE_SECONDS = 0.5
"""After so long a silence the sentence before it may be finished. Stretches reach so far into silence."""


class LiveAssessment:
    """Takes in a reading as it is recorded; `finish` has the assessment soon after the last word.

    What `finish` returns is what `assess_reading` says of the same sound: the heavy work is only done ahead,
    in a process of its own, on the parts that are finished. That process starts, and loads its models, when
    this object is made: make it before the person starts to read, and close it (or use it in a `with`
    statement) where the reading is given up. `feed` only hands samples on and never blocks; it may be called
    from any one thread, and not at all while the reading pauses. Should the process fail, `finish` assesses
    in this one, which takes longer. Following the words on the screen is another object: see
    `enunciate.alignment.following.Following`.

        with LiveAssessment(reference, model) as live:
            for block in microphone:          # float32, mono, 16 kHz
                live.feed(block)
            assessment = live.finish()
    """

    def __init__(self, reference: Reference, model: str | None = None, rubric: Rubric | None = None) -> None:
        """Assess a reading of `reference` with `model` (a name or folder, as for `assess`), by `rubric`."""
        self._reference = reference
        self._model = model
        self._rubric = rubric
        self._blocks: list[NDArray[np.float32]] = []
        self._outbox: Queue[_Message | None] = Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._outbox.put(_Message("begin", (reference, model, rubric)))
        # The path of this process keeps modules in the current folder from taking the place of others.
        program = f"import sys; sys.path[:] = {sys.path!r}; from enunciate.live import work; work()"
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            Thread(target=self._send, name="enunciate-ahead", daemon=True).start()

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples, mono at `audio.RATE`, in blocks of any size."""
        block = np.array(samples, np.float32)
        self._blocks.append(block)
        self._outbox.put(_Message("sound", block))

    def finish(self, recording: Recording | None = None) -> Assessment:
        """The assessment of all that was fed; raises EnunciateError as `assess_reading` does.

        `recording` is the same sound with what is known of its file, as `audio.files.read` returns it. It is
        what is assessed, and if its samples differ from those fed, nothing of the work done ahead is of use.
        """
        if recording is None:
            samples = np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.float32)
            recording = as_recording(Audio(samples, RATE))
        self._outbox.put(_Message("finish", recording))
        try:
            answer = self._answer()
        finally:
            self.close()
        if isinstance(answer, EnunciateError):
            raise answer
        if answer is None:
            recognizer = engines.recognizer(self._model)
            return assess_reading(recording, self._reference, recognizer, self._rubric)
        return answer

    def close(self) -> None:
        """End the process; what was fed and not finished is given up. Calling it again does nothing."""
        process, self._process = self._process, None
        self._blocks.clear()
        self._outbox.put(None)
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()

    def __enter__(self) -> LiveAssessment:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _answer(self) -> Assessment | EnunciateError | None:
        """What the process found; None where it failed."""
        if self._process is None or self._process.stdout is None:
            return None
        try:
            answer = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        return answer if isinstance(answer, Assessment | EnunciateError) else None

    def _send(self) -> None:
        """Hand everything on, in a thread of its own: the process does not always listen."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with suppress(OSError, ValueError):
            while (message := self._outbox.get()) is not None:
                pickle.dump(message, process.stdin, pickle.HIGHEST_PROTOCOL)
                process.stdin.flush()


@dataclass(frozen=True, slots=True, eq=False)
class _Message:
    """What is handed to the process."""

    kind: Literal["begin", "sound", "finish"]
    content: object


class Ahead:
    """Works on a reading while it grows. Not for use from two threads at once."""

    def __init__(self, reference: Reference, model: str | None = None, rubric: Rubric | None = None) -> None:
        """Load the recognition model. Raises ModelError where there is none such or it is damaged."""
        self.memory = Memory()
        self._reference = reference
        self._rubric = rubric
        self._recognizer = engines.ahead(self.memory, model)
        self._listening = listen_for(reference, self._recognizer)
        self._looked = 0
        self._paused = False

    def warm(self) -> Iterator[None]:
        """Load what else an assessment may need, one part at each step."""
        pronunciation.scorer()
        yield
        acoustic_model()
        yield
        with suppress(ImportError, OSError):
            grammar.load()

    def hear(self, audio: Audio) -> bool:
        """Do a part of the work on what there is of the recording; whether there is more to do by now."""
        if self._recognizer.listen(audio, self._listening.phrases):
            return True
        if self._due(audio):
            self._looked = len(audio.samples)
            self._look(audio)
            return True
        return False

    def finish(self, recording: Recording) -> Assessment:
        """The assessment of the whole recording."""
        return assess_reading(recording, self._reference, self._recognizer, self._rubric, self.memory)

    def _due(self, audio: Audio) -> bool:
        """Whether parts may have been finished since the last look: after a while, and once in each pause."""
        found = levels(audio)
        last = found.db[-round(_PAUSE_SECONDS / STEP) :]
        quiet = len(last) > 0 and not found.buried and bool((last < found.threshold).all())
        begins, self._paused = quiet and not self._paused, quiet
        new = (len(audio.samples) - self._looked) / audio.rate
        return new >= _LOOK_SECONDS or (begins and new >= _PAUSE_SECONDS)

    def _look(self, audio: Audio) -> None:
        """Run the analysis on the parts that are finished, so that the memory has them."""
        heard = self._recognizer.so_far(audio, self._listening.phrases)
        alignment = align(self._reference, heard.words, self._listening.sound_alikes)
        words = _finished(alignment.words, audio.seconds)
        if words and is_reading(alignment):
            look = SecondLook(audio, self._recognizer, self.memory)
            pronunciation.measure(audio, look.settle(Alignment(self._reference, words)), self.memory)


def _finished(words: tuple[AlignedWord, ...], seconds: float) -> tuple[AlignedWord, ...]:
    """The words up to where the reading is, without those of a stretch that is not finished yet."""
    said = [place for place, word in enumerate(words) if word.interval is not None]
    last = words[said[-1]].interval if said else None
    if last is None:
        return ()
    if seconds - last.end >= _PAUSE_SECONDS:
        return words[: said[-1] + 1]
    known = [word.reference is not None or word.heard is not None for word in words]
    found = stretches(words, known, seconds)
    if len(found) < 2:
        return ()
    # The next word shows where the stretch before it ends; what it is will be looked at with its own stretch.
    place = found[-1].words[0]
    return (*words[:place], AlignedWord("inserted", None, interval=words[place].interval))


def work() -> None:
    """The process of a `LiveAssessment`: messages come in by stdin, the assessment goes out by stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    with suppress(EOFError, OSError):
        answer = _assess(source)
        pickle.dump(answer, target, pickle.HIGHEST_PROTOCOL)
        target.flush()


def _assess(source: BinaryIO) -> Assessment | EnunciateError:
    inbox: Queue[_Message | None] = Queue()
    reference, model, rubric = pickle.load(source).content
    Thread(target=_receive, args=(source, inbox), daemon=True).start()
    try:
        ahead = Ahead(reference, model, rubric)
        return ahead.finish(_hear_out(ahead, inbox))
    except EnunciateError as error:
        return error


def _receive(source: BinaryIO, inbox: Queue[_Message | None]) -> None:
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            inbox.put(pickle.load(source))
    inbox.put(None)


def _hear_out(ahead: Ahead, inbox: Queue[_Message | None]) -> Recording:
    """Work on the reading until it is finished; the recording of it. EOFError where it is given up."""
    buffer = np.zeros(60 * RATE, np.float32)
    filled = 0
    loading = ahead.warm()
    more, loaded = True, False
    while True:
        try:
            message = inbox.get(block=loaded and not more)
        except Empty:
            loaded = loaded or next(loading, loading) is loading
            more = ahead.hear(Audio(buffer[:filled], RATE))
            continue
        if message is None:
            raise EOFError
        if isinstance(message.content, Recording):
            return message.content
        assert isinstance(message.content, np.ndarray)
        while filled + len(message.content) > len(buffer):
            buffer = np.append(buffer, np.zeros_like(buffer))
        buffer[filled : filled + len(message.content)] = message.content
        filled += len(message.content)
        more = True
