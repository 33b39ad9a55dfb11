"""Which of two word sequences fits the sound better, judged by a second engine.

Vosk's grammar decides by sound and by what the grammar makes likely. Where the two may disagree (a dropped
-ed, a small word left out), PocketSphinx's forced alignment compares both versions on the sound alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from enunciate.audio import RATE, Audio
from enunciate.reference import Phones
from enunciate.reference.phones import bare

Choice = tuple[Phones, ...]
"""A word as its accepted pronunciations."""

_SHORTEST_SECONDS = 0.1


class Contest:
    """A PocketSphinx aligner that only scores. Making one takes 0.02 s; not for two threads at once."""

    def __init__(self) -> None:
        """Load the model that the package carries."""
        self._decoder: Any = None
        self._names: dict[Choice, str] = {}

    def score(self, audio: Audio, words: Sequence[Choice]) -> float | None:
        """Log likelihood (natural) of `audio`, at `audio.RATE`, being just these words; None where they do
        not fit.

        Scores compare on the same audio only.
        """
        if audio.rate != RATE:
            raise ValueError(f"the contest needs sound at {RATE} Hz, not {audio.rate}")
        if not words or audio.seconds < _SHORTEST_SECONDS:
            return None
        try:
            text = " ".join(self._name(choice) for choice in words)
            decoder = self._decoder
            decoder.reinit_feat()  # else a score depends on what was aligned before
            decoder.set_align_text(text)
            decoder.start_utt()
            decoder.process_raw(audio.pcm16(), full_utt=True)
            decoder.end_utt()
            hypothesis = decoder.hyp()
        except RuntimeError:
            self._decoder = None  # a decoder that failed may not be used again
            return None
        if hypothesis is None or hypothesis.score <= 0.0:
            return None
        # Senone scores are kept divided by 1024 in logs to base 1.0001; `score` is the antilog of their sum.
        return 1024.0 * math.log(hypothesis.score)

    def margin(self, audio: Audio, first: Sequence[Choice], second: Sequence[Choice]) -> float:
        """How much better the first fits than the second, as a difference of log likelihoods; infinite where
        only one
        fits at all, 0.0 where neither does.
        """
        scores = [
            -math.inf if s is None else s for s in (self.score(audio, first), self.score(audio, second))
        ]
        return 0.0 if scores[0] == scores[1] else scores[0] - scores[1]

    def _name(self, choice: Choice) -> str:
        if self._decoder is None:
            import pocketsphinx

            self._decoder = pocketsphinx.Decoder(lm=None, dict=None, bestpath=False, loglevel="FATAL")
            self._names.clear()
        choice = tuple(dict.fromkeys(bare(phones) for phones in choice))
        if choice not in self._names:
            name = self._names[choice] = f"w{len(self._names)}"
            for number, phones in enumerate(choice, 1):
                self._decoder.add_word(name if number == 1 else f"{name}({number})", " ".join(phones), False)
        return self._names[choice]
