"""A script said through the loudspeaker, for any room that wants it heard."""

from __future__ import annotations

from collections.abc import Callable

from enunciate.audio.playback import play
from enunciate.reference import Reference
from enunciate.voice import engines, reading


def say(reference: Reference, stop: Callable[[], bool] = lambda: False, speed: float = 1.0) -> None:
    """Play the script to its end or until `stop` returns true.

    Raises VoiceError where there is no voice, and AudioError where there is nothing to play on.
    """
    stopped = False

    def asked() -> bool:
        nonlocal stopped
        stopped = stopped or stop()
        return stopped

    for utterance in reading.read_aloud(reference, engines.voice(), speed):
        if asked():
            return
        play(utterance.whole, asked)
        if stopped:
            return
