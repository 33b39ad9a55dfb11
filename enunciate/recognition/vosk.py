"""The Vosk engine (https://alphacephei.com/vosk), for any model in Vosk's format.

Three surprises of vosk 0.3.45 shape this module. An utterance ends by itself after 20 s, wherever the speaker
is: the signal is ignored here, and long sound is ended at silences chosen by `_stretches`. Times grow over a
recognizer's life: each stretch gets a recognizer of its own, so that it is decoded in the same way whatever
was said before it and whether the rest is there yet. Words of a grammar that the model lacks are dropped with
a warning, and an empty grammar aborts the process: they are filtered first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.errors import RecognitionError
from enunciate.interval import Interval
from enunciate.memory import Memory, fingerprint
from enunciate.recognition import UNKNOWN, Hypothesis, RecognizedWord
from enunciate.recognition.conditioning import conditioned

_CHUNK_SECONDS = 0.5
_AT_ONCE = 16
"""Chunks that are decoded without a look at whether there is something more urgent."""
_FRAME_SECONDS = 0.01
_DITHER = 0.7
"""Steps of 16-bit sound."""
_STRETCH_SECONDS = (20.0, 40.0)
"""A stretch decoded as one utterance is at least the first and at most the second of these long."""
_LEAD_SECONDS = 1.0
"""A stretch is decoded with so much of what goes before it, so that it does not begin with nothing."""
_GRID_FRAMES = 3
"""Models look at every third frame of 10 ms."""
_QUIET_FRAMES = 30
"""A stretch ends in the middle of the quietest so many frames of 10 ms."""


class VoskRecognizer:
    """A loaded Vosk model as a `Recognizer`.

    One model serves many threads; each call makes its own recognizer.
    """

    engine = "vosk"

    def __init__(self, model: Any, name: str, transcribes: bool = False) -> None:
        """Wrap a loaded `vosk.Model`, called `name` in reports; see `Recognizer.transcribes`."""
        self._model = model
        self.model = name
        self.transcribes = transcribes

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary holds `word`."""
        return int(self._model.vosk_model_find_word(word)) >= 0

    def transcribe(self, audio: Audio, phrases: Sequence[str] | None = None) -> Hypothesis:
        """Transcribe a whole recording of any length; see `Recognizer.transcribe`."""
        words: list[RecognizedWord] = []
        for stretch in _stretches(conditioned(audio) or audio):
            heard = [_later(word, stretch.start / audio.rate) for word in self._decode(stretch, phrases)]
            # The network looks ahead: what it had not yet decided on where the lead ends is heard again.
            while words and heard and heard[0].interval.start < words[-1].interval.end - _FRAME_SECONDS / 2:
                del heard[0]
            words += heard
        return Hypothesis(tuple(words), self.engine, self.model)

    def _decode(self, stretch: _Stretch, phrases: Sequence[str] | None) -> tuple[RecognizedWord, ...]:
        """The words of a stretch, with times within its sound."""
        decoding = _Decoding(self.stream(stretch.sound.rate, phrases), stretch, phrases)
        decoding.hear(stretch.sound.samples)
        return decoding.end()

    def stream(self, rate: int, phrases: Sequence[str] | None = None) -> VoskStream:
        """Open a stream for sound at `rate` Hz."""
        import vosk

        if phrases is None:
            recognizer = vosk.KaldiRecognizer(self._model, rate)
        else:
            grammar = [p for p in (self._known(phrase) for phrase in phrases) if p]
            if not grammar:
                raise RecognitionError(
                    f"The model {self.model} knows none of the script's words. Use another model "
                    "(enunciate models list)."
                )
            recognizer = vosk.KaldiRecognizer(self._model, rate, json.dumps(grammar))
        recognizer.SetWords(True)
        recognizer.SetPartialWords(True)
        return VoskStream(recognizer, rate, self.model)

    def _known(self, phrase: str) -> str:
        """The words of `phrase` that the model has."""
        return " ".join(word for word in phrase.split() if word == UNKNOWN or self.knows(word))


class VoskAhead(VoskRecognizer):
    """The same model for one recording that still grows.

    `transcribe` and `so_far` say of a recording what `VoskRecognizer.transcribe` says of it, go on from where
    `listen` has come and never decode a stretch twice. Not for use from two threads at once.
    """

    def __init__(self, recognizer: VoskRecognizer, memory: Memory) -> None:
        """Use the model of `recognizer`; what was decoded is kept in `memory`."""
        super().__init__(recognizer._model, recognizer.model, recognizer.transcribes)
        self._memory = memory
        # Hearing the words of a stretch ends its stream: the second one goes on meanwhile.
        self._open: list[_Decoding] = []
        self._kept = 0

    def listen(self, audio: Audio, phrases: Sequence[str]) -> bool:
        """Decode a recording of which more may come, for about a tenth of a second; whether there is more."""
        fit = conditioned(audio, ended=False)
        if fit is None:
            return False
        *whole, last = _stretches(fit)
        for stretch in whole:
            self._decode(stretch, phrases)
        self._open = [one for one in self._open if one.begins(last, phrases)]
        while len(self._open) < 2:
            self._open.append(_Decoding(self.stream(audio.rate, phrases), last, phrases))
        step = round(_CHUNK_SECONDS * audio.rate)
        end = last.lead + (len(last.sound.samples) - last.lead) // step * step
        self._open.sort(key=len, reverse=True)
        for one in self._open:
            if len(one) < end:
                one.hear(last.sound.samples[: min(end, len(one) + _AT_ONCE * step)])
                break
        return min(map(len, self._open)) < end

    def so_far(self, audio: Audio, phrases: Sequence[str]) -> Hypothesis:
        """What a recording holds of which more will come; a word at its end may still change."""
        self._kept = 1
        try:
            return self.transcribe(audio, phrases)
        finally:
            self._kept = 0

    def _decode(self, stretch: _Stretch, phrases: Sequence[str] | None) -> tuple[RecognizedWord, ...]:
        def work_out() -> tuple[RecognizedWord, ...]:
            begun = [one for one in self._open if one.begins(stretch, phrases)][self._kept :]
            if not begun:
                return super(VoskAhead, self)._decode(stretch, phrases)
            one = max(begun, key=len)
            self._open.remove(one)
            one.hear(stretch.sound.samples)
            return one.end()

        sound = stretch.sound
        known = tuple(phrases) if phrases is not None else None
        key = ("decoded", fingerprint(sound.samples.tobytes()), sound.rate, stretch.lead, known)
        return self._memory.recall(key, work_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """A part of a recording that is decoded as one utterance.

    Its `sound` begins at sample `start` of the recording, with `lead` samples of what was said before it, by
    which the recognizer adapts to the voice. Frames then lie where they would lie in the whole recording.
    """

    sound: Audio
    start: int
    lead: int


class _Decoding:
    """A stretch that is being decoded and may still grow."""

    def __init__(self, stream: VoskStream, stretch: _Stretch, phrases: Sequence[str] | None) -> None:
        """Hear what leads up to `stretch`, with a fresh stream."""
        self._stream = stream
        self._lead = stretch.lead
        self._phrases = phrases
        self._heard = Audio(stretch.sound.samples[: stretch.lead].copy(), stretch.sound.rate)
        if stretch.lead:
            stream.feed(self._heard.samples)
            stream.forget()

    def __len__(self) -> int:
        """Samples heard."""
        return len(self._heard.samples)

    def begins(self, stretch: _Stretch, phrases: Sequence[str] | None) -> bool:
        """Whether what was heard is the beginning of `stretch`, and was heard in the same way."""
        heard, sound = self._heard, stretch.sound
        return (
            (self._lead, self._phrases, heard.rate) == (stretch.lead, phrases, sound.rate)
            and len(heard.samples) <= len(sound.samples)
            and np.array_equal(sound.samples[: len(heard.samples)], heard.samples)
        )

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Go on to the end of `samples`, which begin with what was heard."""
        self._stream.feed(samples[len(self._heard.samples) :])
        self._heard = Audio(samples.copy(), self._heard.rate)

    def end(self) -> tuple[RecognizedWord, ...]:
        """The words of the stretch."""
        return self._stream.end()


class VoskStream:
    """Sound goes in as it arrives, words come out; see `Stream`."""

    def __init__(self, recognizer: Any, rate: int, model: str) -> None:
        """Wrap a fresh `vosk.KaldiRecognizer` opened at `rate` Hz."""
        self._recognizer = recognizer
        self._rate = rate
        self._model = model
        self._settled: list[RecognizedWord] = []
        self._utterance_seconds = 0.0
        self._loudest = 0.0
        self._fed = 0

    def accept(self, samples: NDArray[np.float32]) -> tuple[RecognizedWord, ...]:
        """Take in the next samples; returns the words heard so far.

        Those of the current utterance may still change.
        """
        ended = self._feed(samples)
        level = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
        self._loudest = max(self._loudest, level)
        self._utterance_seconds += len(samples) / self._rate
        if ended and level < 0.1 * self._loudest and self._utterance_seconds >= _STRETCH_SECONDS[0]:
            self._settle(self._recognizer.Result())
            return tuple(self._settled)
        partial = json.loads(self._recognizer.PartialResult()).get("partial_result", ())
        return (*self._settled, *map(_word, partial))

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take in samples in chunks, without a look at what is heard."""
        step = round(_CHUNK_SECONDS * self._rate)
        for start in range(0, len(samples), step):
            self._feed(samples[start : start + step])

    def forget(self) -> None:
        """End the utterance and drop what was heard so far; the voice stays known."""
        self._recognizer.Result()

    def end(self) -> tuple[RecognizedWord, ...]:
        """Close a stream that ends in silence; everything that was heard."""
        self._settle(self._recognizer.Result())
        return tuple(self._settled)

    def finish(self) -> Hypothesis:
        """Close the stream; everything that was heard."""
        self._settle(self._recognizer.FinalResult())
        return Hypothesis(tuple(self._settled), VoskRecognizer.engine, self._model)

    def _feed(self, samples: NDArray[np.float32]) -> bool:
        pcm = dithered(Audio(samples, self._rate).pcm16(), self._fed)
        self._fed += len(samples)
        try:
            return bool(self._recognizer.AcceptWaveform(pcm))
        except Exception as error:  # vosk raises nothing narrower
            raise RecognitionError(
                f"The model {self._model} cannot take in this sound at {self._rate} Hz. Use another model "
                "(enunciate models list)."
            ) from error

    def _settle(self, result: str) -> None:
        self._settled += map(_word, json.loads(result).get("result", ()))
        self._utterance_seconds = 0.0


def dithered(pcm: bytes, place: int = 0) -> bytes:
    """16-bit sound from sample `place` of a stream, with noise of about a step instead of each 0.

    No microphone makes digital silence; where a program does, models hear words beside it, or lose some. The
    same sound at the same place is always given the same noise.

    >>> dithered(b"\\1\\0" * 4) == b"\\1\\0" * 4, dithered(bytes(200)) == bytes(200)
    (True, False)
    """
    samples = np.frombuffer(pcm, np.int16)
    noise = np.take(_noise(), np.arange(place, place + len(samples)), mode="wrap")
    return np.where(samples == 0, noise, samples).tobytes()


@lru_cache(maxsize=1)
def _noise() -> NDArray[np.int16]:
    return np.rint(np.random.default_rng(0).normal(0.0, _DITHER, 1 << 16)).astype(np.int16)


def _later(word: RecognizedWord, seconds: float) -> RecognizedWord:
    interval = Interval(word.interval.start + seconds, word.interval.end + seconds)
    return replace(word, interval=interval)


def _word(entry: dict[str, Any]) -> RecognizedWord:
    confidence = entry.get("conf")
    return RecognizedWord(
        str(entry["word"]),
        Interval(float(entry["start"]), max(float(entry["start"]), float(entry["end"]))),
        None if confidence is None else min(1.0, float(confidence)),
    )


def _stretches(audio: Audio) -> Iterator[_Stretch]:
    """The recording cut at the quietest moment of each window that a stretch may end in.

    All but the last are as they are whatever follows.
    """
    frame = audio.rate // 100
    shortest, longest = (round(seconds * audio.rate) for seconds in _STRETCH_SECONDS)
    start = 0
    while len(audio.samples) - start > longest:
        window = audio.samples[start + shortest : start + longest]
        energy = np.square(window[: len(window) // frame * frame].reshape(-1, frame)).mean(axis=1)
        smooth = np.convolve(energy, np.ones(_QUIET_FRAMES), mode="valid")
        end = start + shortest + (int(np.argmin(smooth)) + _QUIET_FRAMES // 2) * frame
        yield _stretch(audio, start, end)
        start = end
    yield _stretch(audio, start, len(audio.samples))


def _stretch(audio: Audio, start: int, end: int) -> _Stretch:
    grid = _GRID_FRAMES * audio.rate // 100
    begin = max(0, start - round(_LEAD_SECONDS * audio.rate)) // grid * grid
    return _Stretch(Audio(audio.samples[begin:end], audio.rate), begin, start - begin)
