"""The Vosk engine (https://alphacephei.com/vosk), for any model in Vosk's format.

Three surprises of vosk 0.3.45 shape this module. An utterance ends by itself after 20 s, wherever the speaker
is: the signal is ignored here, and long sound is ended at silences chosen by `_stretches`. Times grow over a
recognizer's life: each recording gets a recognizer of its own. Words of a grammar that the model lacks are
dropped with a warning, and an empty grammar aborts the process: they are filtered first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio
from enunciate.errors import RecognitionError
from enunciate.interval import Interval
from enunciate.recognition import UNKNOWN, Hypothesis, RecognizedWord

_CHUNK_SECONDS = 0.5
_STRETCH_SECONDS = (20.0, 40.0)
"""A stretch decoded as one utterance is at least the first and at most the second of these long."""
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
        stream = self.stream(audio.rate, phrases)
        for start, end in _stretches(audio):
            stream.take(audio.samples[start:end])
        return stream.finish()

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

    def take(self, samples: NDArray[np.float32]) -> None:
        """Take in a whole stretch, which ends in silence, and settle its words."""
        step = round(_CHUNK_SECONDS * self._rate)
        for start in range(0, len(samples), step):
            self._feed(samples[start : start + step])
        self._settle(self._recognizer.Result())

    def finish(self) -> Hypothesis:
        """Close the stream; everything that was heard."""
        self._settle(self._recognizer.FinalResult())
        return Hypothesis(tuple(self._settled), VoskRecognizer.engine, self._model)

    def _feed(self, samples: NDArray[np.float32]) -> bool:
        try:
            return bool(self._recognizer.AcceptWaveform(Audio(samples, self._rate).pcm16()))
        except Exception as error:  # vosk raises nothing narrower
            raise RecognitionError(
                f"The model {self._model} cannot take in this sound at {self._rate} Hz. Use another model "
                "(enunciate models list)."
            ) from error

    def _settle(self, result: str) -> None:
        self._settled += map(_word, json.loads(result).get("result", ()))
        self._utterance_seconds = 0.0


def _word(entry: dict[str, Any]) -> RecognizedWord:
    confidence = entry.get("conf")
    return RecognizedWord(
        str(entry["word"]),
        Interval(float(entry["start"]), max(float(entry["start"]), float(entry["end"]))),
        None if confidence is None else min(1.0, float(confidence)),
    )


def _stretches(audio: Audio) -> Iterator[tuple[int, int]]:
    """Cut points, in samples, at the quietest moment of each window that a stretch may end in."""
    frame = audio.rate // 100
    shortest, longest = (round(seconds * audio.rate) for seconds in _STRETCH_SECONDS)
    start = 0
    while len(audio.samples) - start > longest:
        window = audio.samples[start + shortest : start + longest]
        energy = np.square(window[: len(window) // frame * frame].reshape(-1, frame)).mean(axis=1)
        smooth = np.convolve(energy, np.ones(_QUIET_FRAMES), mode="valid")
        end = start + shortest + (int(np.argmin(smooth)) + _QUIET_FRAMES // 2) * frame
        yield start, end
        start = end
    yield start, len(audio.samples)
