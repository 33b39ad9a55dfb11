from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import soundfile

from enunciate.audio import RATE, Audio
from enunciate.report import sound

NOISE = Audio(np.random.default_rng(1).standard_normal(20 * RATE).astype(np.float32) * 0.1, RATE)


@pytest.fixture(scope="module")
def coded() -> bytes:
    return sound.mp3(NOISE)


def test_a_time_in_the_mp3_is_that_time_in_the_sound(coded: bytes) -> None:
    decoded, rate = soundfile.read(io.BytesIO(coded), dtype="float32")
    assert (rate, len(decoded)) == (RATE, len(NOISE.samples))
    for start in (0.5, 10.0, 19.0):
        part = decoded[round(start * RATE) :][: RATE // 2]
        around = NOISE.samples[round((start - 0.2) * RATE) :][: RATE // 2 + round(0.4 * RATE)]
        lag = int(np.argmax(np.correlate(around, part[: RATE // 4], "valid"))) - round(0.2 * RATE)
        assert abs(lag) <= 1


def test_its_size_is_that_of_the_sound_without_padding(coded: bytes) -> None:
    """Chromium finds a time by this number; see `enunciate.report.sound`."""
    tag = coded.index(b"Info")
    (size,) = struct.unpack_from(">I", coded, tag + 12)
    assert size == 20.0 * 40_000 / 8
    assert size < len(coded)
    (checked,) = struct.unpack_from(">H", coded, tag + 154)
    assert checked == sound._crc(coded[: tag + 154])


def test_the_check_sum_is_lames_own(coded: bytes) -> None:
    """Of the file as LAME wrote it, with the size of the whole."""
    tag = coded.index(b"Info")
    written = bytearray(coded)
    struct.pack_into(">I", written, tag + 12, len(coded))
    file = io.BytesIO()
    soundfile.write(
        file,
        NOISE.samples,
        RATE,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=0.8,
        bitrate_mode="CONSTANT",
    )
    struct.pack_into(">H", written, tag + 154, sound._crc(written[: tag + 154]))
    assert bytes(written) == file.getvalue()


def test_sound_beyond_full_scale_and_no_sound_at_all() -> None:
    assert sound.mp3(Audio(np.full(RATE, 3.0, np.float32), RATE))
    assert sound.mp3(Audio(np.zeros(0, np.float32), RATE)) == b""


def test_peaks_of_an_hour_are_few() -> None:
    hour = Audio(np.zeros(3600 * RATE, np.float32), RATE)
    assert 90_000 <= len(sound.peaks(hour)) <= 100_000
    assert sound.peaks(Audio(np.zeros(0, np.float32), RATE)).tolist() == []
