"""Playing sound through the loudspeaker or headphones."""

from __future__ import annotations

import time
from collections.abc import Callable

from enunciate.audio import Audio
from enunciate.errors import AudioError

_LOOK_SECONDS = 0.05


def check() -> None:
    """Raise AudioError, with what to do, where there is nothing to play on."""
    from enunciate.audio.devices import portaudio

    sounddevice = portaudio()
    try:
        sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as error:
        raise _no_output(error) from error


def play(audio: Audio, stop: Callable[[], bool] = lambda: False) -> None:
    """Play `audio` on the system's default output, to its end or until `stop` returns true.

    Raises AudioError, with what to do, where there is nothing to play on.
    """
    from enunciate.audio.devices import portaudio

    check()
    sounddevice = portaudio()
    try:
        sounddevice.play(audio.samples, audio.rate)
        end = time.monotonic() + audio.seconds + 2.0
        while sounddevice.get_stream().active and time.monotonic() < end and not stop():
            time.sleep(_LOOK_SECONDS)
        sounddevice.stop()
    except (sounddevice.PortAudioError, ValueError) as error:
        raise _no_output(error) from error


def _no_output(error: Exception) -> AudioError:
    return AudioError(
        f"There is no loudspeaker or headphone to play on ({error}): plug one in or switch it on, then try "
        "again."
    )
