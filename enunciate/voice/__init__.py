"""A voice that reads scripts aloud, so that a learner hears how they are meant to sound.

A voice is anything that satisfies `Voice`; `engines.voice()` loads one, which is an optional extra. It is
given the spoken words of a script (numbers, codes and names as their first readings have them), so that it
says what readers are listened to for. `reading` turns a script into utterances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from enunciate.audio import Audio
from enunciate.reference import Phones


@dataclass(frozen=True, slots=True)
class Said:
    """A spoken word as it is handed to a voice."""

    text: str
    """The spoken word of the script, lower case."""
    token: int
    """Index into `Reference.tokens`."""
    given: str
    """How it is written for the voice: "I'm" with its capital, "B" for the letter."""
    trail: str = ""
    """The punctuation behind it that shapes the melody: one of .,;:!?— or nothing."""
    phones: Phones | None = None
    """How it is pronounced where the script or its spelling says so; None where the voice knows best."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """What is said in one go: its text as the script writes it, its sound, and the seconds of silence after
    it."""

    text: str
    audio: Audio
    pause: float

    @property
    def whole(self) -> Audio:
        """The sound with its silence."""
        silence = np.zeros(round(self.pause * self.audio.rate), np.float32)
        return Audio(np.concatenate([self.audio.samples, silence]), self.audio.rate)


class Voice(Protocol):
    """Something that can speak; the same words always sound the same."""

    @property
    def name(self) -> str:
        """Its name with its version, such as "hibari-tts 0.2.1 heart"."""
        ...

    @property
    def wpm(self) -> float:
        """Words per minute at tempo 1, pauses included."""
        ...

    def say(self, words: Sequence[Said], tempo: float) -> Audio:
        """One utterance, without silence around it."""
        ...

    def say_alone(self, words: Sequence[Said], place: int, tempo: float) -> Audio:
        """The word at `place`, pronounced as in the utterance `words` but said on its own."""
        ...
