"""Which engines there are, and the loading of one: once a process, however many recordings follow."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from enunciate.memory import Memory
from enunciate.recognition import Recognizer, models

if TYPE_CHECKING:
    from enunciate.recognition.vosk import VoskAhead, VoskRecognizer


def recognizer(model: str | None = None) -> Recognizer:
    """The recognizer with the chosen model: a name or folder, else what `models.select` finds.

    Raises ModelError where there is no such model or it is damaged.
    """
    return _vosk(models.select(model))


def ahead(memory: Memory, model: str | None = None) -> VoskAhead:
    """The same for a recording that still grows: what was decoded of it is kept in `memory`."""
    from enunciate.recognition.vosk import VoskAhead

    return VoskAhead(_vosk(models.select(model)), memory)


@lru_cache(maxsize=2)
def _vosk(info: models.ModelInfo) -> VoskRecognizer:
    from enunciate.recognition.vosk import VoskRecognizer

    return VoskRecognizer(models.load(info), info.name, info.transcribes)
