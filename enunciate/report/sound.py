"""Sound for a web page: small enough to be part of it, and its outline for the drawing."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio

_COMPRESSION = 0.8
"""libsndfile's scale; at 16 kHz 40 kbit/s. Below that, LAME leaves out the tag that tells players of its
delay, and everything is heard 69 ms late. The rate is constant, so that players find a second in a long
recording."""

_FRAME_SECONDS = 576 / RATE
"""One MP3 frame at our rate."""

_CHECKED = 154
"""Bytes from "Info" to the check sum of the first frame, which is over all that comes before it."""

_BLOCK = 1 << 20
"""Samples encoded at a time."""


def mp3(audio: Audio) -> bytes:
    """The sound as MP3, which every browser plays; a time in it is that time in `audio`."""
    import soundfile

    file = io.BytesIO()
    with soundfile.SoundFile(
        file,
        "w",
        audio.rate,
        1,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    ) as encoder:
        # An hour at once would be copied several times over.
        for start in range(0, len(audio.samples), _BLOCK):
            encoder.write(np.clip(audio.samples[start : start + _BLOCK], -1.0, 1.0))
    return _sized(file.getvalue(), audio.seconds)


def _sized(coded: bytes, seconds: float) -> bytes:
    """The MP3 with a size in its first frame from which players find a time.

    LAME writes the size of the file there. Chromium takes that as the size of the sound without the padding
    around it, and so looks for a time up to 0.12 s too late, the more so the nearer to the end.
    """
    tag = coded.find(b"Info", 0, 64)
    if tag < 0:
        return coded
    # The frames are counted without this first one, which holds no sound; the size is with it.
    _, frames, size = struct.unpack_from(">III", coded, tag + 4)
    sized = bytearray(coded)
    struct.pack_into(">I", sized, tag + 12, round(seconds * size / ((frames + 1) * _FRAME_SECONDS)))
    struct.pack_into(">H", sized, tag + _CHECKED, _crc(sized[: tag + _CHECKED]))
    return bytes(sized)


def _crc(content: bytes | bytearray) -> int:
    """CRC-16 as LAME has it: polynomial 0x8005, reflected, from 0."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def peaks(audio: Audio, most: int = 100_000, rate: float = 100.0) -> NDArray[np.float32]:
    """The greatest magnitude in each of equal stretches of the sound, `rate` a second but `most` in all.

    >>> peaks(Audio(np.array([0.1, -0.5, 0.2, 0.0], np.float32), 4), rate=2.0).tolist()
    [0.5, 0.20000000298023224]
    """
    size = max(1, round(audio.rate / rate), -(-len(audio.samples) // most))
    whole = len(audio.samples) // size * size
    body, tail = audio.samples[:whole].reshape(-1, size), audio.samples[whole:]
    found: NDArray[np.float32] = np.maximum(body.max(axis=1), -body.min(axis=1))
    return np.append(found, np.abs(tail).max()) if len(tail) else found
