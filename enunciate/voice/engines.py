"""Which voice there is, and the loading of it: once a process, and only if something new is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError

from enunciate.audio import Audio
from enunciate.errors import VoiceError
from enunciate.voice import Said, Voice, hibari
from enunciate.voice.kept import Kept


def available() -> bool:
    """Whether a voice is installed; nothing is loaded."""
    try:
        hibari.name()
    except PackageNotFoundError:
        return False
    return True


@lru_cache(maxsize=1)
def voice() -> Voice:
    """The installed voice. What it says is kept in the user's cache folder.

    Raises VoiceError, with what to install, where there is none.
    """
    try:
        return _Ready()
    except PackageNotFoundError as error:
        raise VoiceError(_missing("is not installed")) from error


def _missing(problem: str) -> str:
    return (
        f"The voice that reads scripts aloud {problem}. It is an extra: pip install 'enunciate[voice]', or "
        "pip install hibari-tts."
    )


class _Ready:
    """The voice, loaded when it has something to say that is not in the cache."""

    wpm = hibari.HibariVoice.wpm

    def __init__(self) -> None:
        self.name = hibari.name()
        self._kept = Kept()

    def say(self, words: Sequence[Said], tempo: float) -> Audio:
        key = (self.name, round(tempo, 3), tuple((word.given, word.trail, word.phones) for word in words))
        return self._kept.recall(key, lambda: _loaded().say(words, tempo))

    def say_alone(self, words: Sequence[Said], place: int, tempo: float) -> Audio:
        key = (
            self.name, round(tempo, 3), tuple((word.given, word.trail, word.phones) for word in words), place
        )  # fmt: skip
        return self._kept.recall(key, lambda: _loaded().say_alone(words, place, tempo))


@lru_cache(maxsize=1)
def _loaded() -> hibari.HibariVoice:
    try:
        return hibari.HibariVoice()
    except ImportError as error:
        raise VoiceError(_missing(f"cannot be loaded ({error})")) from error
