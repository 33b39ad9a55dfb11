"""Sound for a web page: small enough to be part of it, and its outline for the drawing."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import Audio

_COMPRESSION = 0.8
"""libsndfile's scale; at 16 kHz 40 kbit/s. Below that, LAME leaves out the tag that tells players of its
delay, and everything is heard 69 ms late. The rate is constant, so that players find a second in a long
recording."""


def mp3(audio: Audio) -> bytes:
    """The sound as MP3, which every browser plays; times in it are those in `audio`."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(
        file,
        np.clip(audio.samples, -1.0, 1.0),
        audio.rate,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    )
    return file.getvalue()


def peaks(audio: Audio, most: int = 100_000, rate: float = 100.0) -> NDArray[np.float32]:
    """The greatest magnitude in each of equal stretches of the sound, `rate` a second but `most` in all.

    >>> peaks(Audio(np.array([0.1, -0.5, 0.2, 0.0], np.float32), 4), rate=2.0).tolist()
    [0.5, 0.20000000298023224]
    """
    size = max(1, round(audio.rate / rate), -(-len(audio.samples) // most))
    padded = np.pad(np.abs(audio.samples), (0, -len(audio.samples) % size))
    found: NDArray[np.float32] = padded.reshape(-1, size).max(axis=1)
    return found
