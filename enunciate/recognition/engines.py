"""Which engines there are, and the loading of one: once a process, however many recordings follow."""

from __future__ import annotations

from functools import lru_cache

from enunciate.recognition import Recognizer, models


def recognizer(model: str | None = None) -> Recognizer:
    """The recognizer with the chosen model: a name or folder, else what `models.select` finds.

    Raises ModelError where there is no such model or it is damaged.
    """
    return _vosk(models.select(model))


@lru_cache(maxsize=2)
def _vosk(info: models.ModelInfo) -> Recognizer:
    from enunciate.recognition.vosk import VoskRecognizer

    return VoskRecognizer(models.load(info), info.name, info.transcribes)
