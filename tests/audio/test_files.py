import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from enunciate.audio import RATE
from enunciate.audio.files import read
from enunciate.errors import AudioError


def tone(seconds=1.0, rate=RATE, hz=220.0, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write(path: Path, samples, rate=RATE, **how) -> Path:
    sf.write(path, samples, rate, **how)
    return path


def rms(samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def test_a_plain_file_comes_through_bit_exact_and_without_notices(tmp_path):
    path = write(tmp_path / "a.wav", tone(), subtype="FLOAT")
    recording = read(str(path))
    np.testing.assert_array_equal(recording.audio.samples, tone())
    assert (recording.audio.rate, recording.sample_rate, recording.channels) == (RATE, RATE, 1)
    assert recording.seconds == 1.0
    assert recording.path == str(path)
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.notices == ()


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.flac", {}),
        ("a.aiff", {}),
        ("a.au", {}),
        ("a.caf", {}),
        ("a.mp3", {}),
        ("a.ogg", {}),
        ("a.opus", {"format": "OGG", "subtype": "OPUS"}),
    ],
)
def test_the_formats_named_to_people_can_be_read(tmp_path, name, how):
    recording = read(write(tmp_path / name, tone(), **how))
    assert recording.notices == ()
    assert recording.audio.seconds == pytest.approx(1.0, abs=0.001)
    assert rms(recording.audio.samples) == pytest.approx(rms(tone()), rel=0.03)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000])
def test_any_rate_is_resampled_in_place_and_to_length(tmp_path, rate):
    recording = read(write(tmp_path / "a.wav", tone(7.3, rate), rate, subtype="FLOAT"))
    assert recording.sample_rate == rate
    assert recording.seconds == pytest.approx(7.3, abs=1 / rate)
    assert len(recording.audio.samples) == pytest.approx(7.3 * RATE, abs=1)
    inside = slice(800, 7 * RATE)
    np.testing.assert_allclose(recording.audio.samples[inside], tone(7.3)[inside], atol=1e-4)
    assert [("telephone" in notice) for notice in recording.notices] == [True] * (rate < RATE)


def test_a_rate_that_no_speech_fits_in_is_refused(tmp_path):
    with pytest.raises(AudioError, match="has only 1 samples a second"):
        read(write(tmp_path / "a.wav", tone(), 1))


@pytest.mark.parametrize("channels", [2, 8])
def test_channels_are_averaged(tmp_path, channels):
    noise = np.random.default_rng(0).normal(0, 0.1, (RATE, channels))
    samples = (tone()[:, None] * 0.5 + noise).astype(np.float32)
    recording = read(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    np.testing.assert_allclose(recording.audio.samples, samples.mean(axis=1), atol=1e-6)
    assert recording.channels == channels
    assert recording.notices == (f"The {channels} channels were mixed into one.",)


@pytest.mark.parametrize(
    "other",
    [np.zeros(RATE), -0.999 * tone(), -0.8 * tone(), 0.01 * tone(hz=333)],
    ids=["silent", "anti", "near", "faint"],
)
def test_a_channel_that_would_weaken_or_cancel_the_loudest_is_left_out(tmp_path, other):
    samples = np.stack([other, tone()], axis=1)
    recording = read(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    np.testing.assert_allclose(recording.audio.samples, tone(), atol=1e-6)
    assert len(recording.notices) == 1
    assert "only channel 2, the loudest" in recording.notices[0]


def test_an_offset_is_no_loudness_when_the_loudest_channel_is_chosen(tmp_path):
    samples = np.stack([np.full(RATE, 0.9), 0.1 * tone()], axis=1)
    recording = read(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    np.testing.assert_allclose(recording.audio.samples, 0.1 * tone(), atol=1e-6)


def test_a_constant_offset_is_removed(tmp_path):
    recording = read(write(tmp_path / "a.wav", tone() + 0.2, subtype="FLOAT"))
    np.testing.assert_allclose(recording.audio.samples, tone(), atol=1e-6)
    assert recording.notices == (
        "A constant offset of 20.0% of full scale was removed; the sound card may be faulty.",
    )


@pytest.mark.parametrize("factor", [2.6, 32768.0, 2.0**31])
def test_floats_above_full_scale_are_turned_down(tmp_path, factor):
    recording = read(
        write(tmp_path / "a.wav", (tone(amplitude=1) * factor).astype(np.float32), subtype="FLOAT")
    )
    assert np.abs(recording.audio.samples).max() == pytest.approx(0.99, abs=1e-4)
    assert len(recording.notices) == 1
    assert "times full scale" in recording.notices[0]


def test_a_few_samples_that_are_not_numbers_are_silenced(tmp_path):
    samples = tone()
    samples[[100, 200, 300]] = np.nan, np.inf, -np.inf
    recording = read(write(tmp_path / "a.wav", samples, subtype="FLOAT"))
    assert recording.notices == ("3 samples that are not numbers were set to zero.",)
    np.testing.assert_array_equal(recording.audio.samples, np.where(np.isfinite(samples), samples, 0))


def test_many_samples_that_are_not_numbers_are_refused(tmp_path):
    samples = tone()
    samples[::10] = np.nan
    with pytest.raises(AudioError, match="10% of its samples are not numbers"):
        read(write(tmp_path / "a.wav", samples, subtype="FLOAT"))


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


@pytest.mark.parametrize(("name", "tolerance"), [("a.wav", 0.01), ("a.aiff", 0.01), ("a.flac", 0.26)])
def test_what_a_file_that_breaks_off_still_holds_is_used(tmp_path, name, tolerance):
    samples = np.random.default_rng(0).normal(0, 0.1, 4 * RATE).astype(np.float32)
    recording = read(cut(write(tmp_path / name, samples, RATE), 0.5))
    assert recording.seconds == pytest.approx(2.0, abs=tolerance)
    assert recording.audio.seconds == recording.seconds
    np.testing.assert_allclose(recording.audio.samples, samples[: len(recording.audio.samples)], atol=1e-4)
    assert recording.notices == (
        f"The file breaks off: of 4.0 seconds only the first {recording.seconds:.1f} could be decoded. "
        "The rest of the script counts as left out: copy the file anew.",
    )


def test_an_ogg_file_that_breaks_off_is_used(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * RATE)
    recording = read(cut(write(tmp_path / "a.ogg", noise), 0.6))
    assert 0 < recording.seconds < 4.0
    assert recording.notices[0].startswith("The file breaks off after")


def test_a_wav_file_from_a_pipe_whose_length_was_never_filled_in_is_whole(tmp_path):
    path = write(tmp_path / "a.wav", tone(), subtype="PCM_16")
    data = path.read_bytes()
    assert data[36:40] == b"data"
    path.write_bytes(data[:40] + b"\xff" * 4 + data[44:])
    recording = read(path)
    assert recording.seconds == 1.0
    assert recording.notices == ()


def test_a_flac_file_from_a_pipe_whose_length_was_never_filled_in_is_whole(tmp_path):
    path = write(tmp_path / "a.flac", tone(3.0))
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # the lower 36 bits of these 5 bytes count the samples; 0 says unknown
    data[22:26] = bytes(4)
    path.write_bytes(data)
    recording = read(path)
    assert recording.seconds == 3.0
    assert recording.notices == ()


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_a_file_cut_off_before_its_sound_is_refused(tmp_path, name):
    path = write(tmp_path / name, tone())
    path.write_bytes(path.read_bytes()[: 46 if name == "a.flac" else 40])
    with pytest.raises(AudioError, match=f"{name} (is damaged or cut off too early|holds no sound)"):
        read(path)


def test_no_file(tmp_path):
    with pytest.raises(AudioError, match=r"There is no file .*a\.wav: check the name"):
        read(tmp_path / "a.wav")


def test_a_path_through_a_file_or_with_a_null_is_no_file(tmp_path):
    (tmp_path / "b").write_text("x")
    for path in (str(tmp_path / "b" / "a.wav"), str(tmp_path / "\0.wav")):
        with pytest.raises(AudioError, match="There is no file"):
            read(path)


def test_a_folder(tmp_path):
    with pytest.raises(AudioError, match="is a folder"):
        read(tmp_path)


def test_an_empty_file(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(AudioError, match=r"is empty \(0 bytes\)"):
        read(tmp_path / "a.wav")


def test_a_file_without_frames(tmp_path):
    with pytest.raises(AudioError, match="holds no sound"):
        read(write(tmp_path / "a.wav", np.zeros(0)))


@pytest.mark.parametrize("text", ["Thank you for calling.\n" * 400, "Grüße, ça va ✓ " * 999])
def test_text_with_the_name_of_a_sound_file(tmp_path, text):
    (tmp_path / "a.wav").write_text(text, encoding="utf-8")
    with pytest.raises(
        AudioError, match=r"holds text, not sound.*WAV, FLAC, OGG, Opus, MP3, AIFF, AU, CAF can be read"
    ):
        read(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"\0\0\0\x20ftypM4A ", "is an MP4 or M4A file, which cannot be read: convert it to WAV or FLAC"),
        (b"\x1a\x45\xdf\xa3", "is a WebM or Matroska file"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "is a Windows Media file"),
        (b"#!AMR\n", "is an AMR file"),
        (b"\x89PNG\r\n", "is in no sound format that can be read"),
    ],
)
def test_other_formats(tmp_path, head, message):
    (tmp_path / "a.wav").write_bytes(head + bytes(range(256)) * 8)
    with pytest.raises(AudioError, match=message):
        read(tmp_path / "a.wav")


def test_a_file_that_claims_to_be_headerless(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(AudioError, match="is in no sound format that can be read"):
        read(tmp_path / "a.raw")


def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioError, match="is a device or a pipe"):
        read(tmp_path / "a.wav")


def test_a_device():
    with pytest.raises(AudioError, match="is a device or a pipe"):
        read("/dev/zero")


def test_a_file_that_may_not_be_read(tmp_path):
    path = write(tmp_path / "a.wav", tone())
    path.chmod(0)
    root = os.geteuid() == 0  # who may read everything
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(AudioError, match="may not be read by you"):
            read(path)
    finally:
        if root:
            os.seteuid(0)


def test_a_name_cannot_write_to_the_terminal(tmp_path):
    with pytest.raises(AudioError) as caught:
        read(tmp_path / "a\x1b[31m\udcff.wav")
    assert str(caught.value).isprintable()


def test_a_long_file_is_read_whole_over_many_blocks(tmp_path):
    samples = np.random.default_rng(0).normal(0, 0.1, (44_100 * 20, 2)).astype(np.float32)
    recording = read(write(tmp_path / "a.wav", samples, 44_100, subtype="FLOAT"))
    import soxr

    whole = soxr.resample(samples.mean(axis=1), 44_100, RATE)
    np.testing.assert_allclose(recording.audio.samples, whole, atol=1e-5)
