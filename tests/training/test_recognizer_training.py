"""What the recognizer's training computes; skipped where the packages of training are not installed."""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")
torch = pytest.importorskip("torch")
pytest.importorskip("kaldi_native_fbank")

from models.training.recognizer import average, distort, export, mmi  # noqa: E402
from models.training.recognizer.network import Network, Shape  # noqa: E402

PRIOR = mmi.phone_trigram([[0, *(random.Random(n).choices(range(2, mmi.N), k=20)), 0] for n in range(200)])
LENGTHS = np.array([40, 33, 20, 9], np.int32)
LOGITS = (np.random.default_rng(0).standard_normal((4, 40, 2 * mmi.N)) * 3).astype(np.float32)


def _graphs() -> mmi.Graphs:
    rng = random.Random(0)

    def way() -> tuple[int, ...]:
        return tuple(rng.choices(range(2, mmi.N), k=rng.randint(1, 4)))

    words = [[[way() for _ in range(rng.randint(1, 3))] for _ in range(4)] for _ in range(5)]
    return mmi.Graphs.joined([mmi.numerator(said, [False, True, False, False]) for said in words])


CHOSEN = np.array([1, 3, 0, 4], np.int32)


def test_occupation_of_every_output_is_one() -> None:
    """Whatever was said, something was said in each of its outputs, and in none after them."""
    for _, occupied in (
        mmi.denominator_posteriors(LOGITS, LENGTHS, *PRIOR),
        mmi.numerator_posteriors(LOGITS, LENGTHS, _graphs(), CHOSEN),
    ):
        inside = np.arange(40)[None] < LENGTHS[:, None]
        np.testing.assert_allclose(occupied.sum(2), inside, atol=2e-3)


def test_words_that_do_not_fit_have_no_probability() -> None:
    """Five words of four sounds in nine outputs."""
    graphs = mmi.Graphs.joined([mmi.numerator([[(2, 3, 4, 5)]] * 5, [False] * 5)])
    total, _ = mmi.numerator_posteriors(LOGITS[3:], LENGTHS[3:], graphs, np.zeros(1, np.int32))
    assert total[0] == -np.inf


SHIM = """
#include <cmath>
#include <cstddef>
#define __device__
#define __global__
#define __shared__ static
static struct { int x; } threadIdx = {0}, blockDim = {1}, blockIdx = {0};
static void __syncthreads() {}
template <class T, class U> void atomicAdd(T* at, U value) { *at += value; }
extern double states[100000];
double states[100000];
extern "C" void block(int b) { blockIdx.x = b; }
"""


@pytest.mark.skipif(not shutil.which("g++"), reason="no C++ compiler")
def test_gpu_code_gives_the_same_sums(tmp_path: Path) -> None:
    """Compiled for the processor, with one thread a block."""
    source = Path(mmi.__file__).with_name("forward_backward.cu").read_text()
    (tmp_path / "sums.cpp").write_text(SHIM + source.replace("extern __shared__ double states[];", ""))
    command = [
        "g++",
        "-O1",
        "-w",
        "-shared",
        "-fPIC",
        f"-DN={mmi.N}",
        "-DTHREADS=1",
        "-o",
        "sums.so",
        "sums.cpp",
    ]
    subprocess.run(command, cwd=tmp_path, check=True)
    library = ctypes.CDLL(str(tmp_path / "sums.so"))
    graphs, (batch, frames, _) = _graphs(), LOGITS.shape
    most = int(np.diff(graphs.begin).max())
    top = LOGITS.max(2, keepdims=True)
    highest = [float(one[:length].sum()) for one, length in zip(top[..., 0], LENGTHS, strict=True)]

    def run(name: str, *values: Any) -> None:
        arrays = [np.ascontiguousarray(v) if isinstance(v, np.ndarray) else v for v in values]
        given = [v.ctypes.data_as(ctypes.c_void_p) if isinstance(v, np.ndarray) else v for v in arrays]
        for b in range(batch):
            library.block(b)
            getattr(library, name)(*given)

    first, trigram = PRIOR
    occupied, total = np.zeros_like(LOGITS), np.zeros(batch)
    scratch = [np.zeros((batch, frames, mmi.N, mmi.N), np.float32) for _ in range(2)]
    scale = np.zeros((batch, frames), np.float32)
    turned = trigram.transpose(2, 0, 1)
    run(
        "denominator",
        np.exp(LOGITS - top),
        LENGTHS,
        first,
        trigram,
        turned,
        *scratch,
        scale,
        total,
        occupied,
        frames,
    )
    expected = mmi.denominator_posteriors(LOGITS, LENGTHS, first, trigram)
    np.testing.assert_allclose(total + highest, expected[0], rtol=1e-3)
    np.testing.assert_allclose(occupied, expected[1], atol=0.01)  # the processor's leaves out what is rare

    occupied, total, wide = np.zeros_like(LOGITS), np.zeros(batch), np.zeros((batch, frames))
    double = [np.zeros((batch, frames, most)) for _ in range(2)]
    likely = np.exp((LOGITS - top).astype(np.float64))
    run("numerator", likely, LENGTHS, CHOSEN, *graphs.arrays(), *double, wide, total, occupied, frames, most)
    expected = mmi.numerator_posteriors(LOGITS, LENGTHS, graphs, CHOSEN)
    np.testing.assert_allclose(total + highest, expected[0], rtol=1e-5)
    np.testing.assert_allclose(occupied, expected[1], atol=1e-5)


def _undistorted(values: np.ndarray, before: int) -> np.ndarray:
    mean, floor, noises = torch.zeros(40), torch.full((40,), -30.0), torch.zeros(1, 10, 40)
    table = np.array([[before], [len(values) - before], [len(values) - before], [0], [before]])
    made = distort.distorted(torch.from_numpy(values), table, distort.plain(1), mean, floor, noises)
    return np.asarray(made[0])


@pytest.mark.parametrize("before", [0, 50])
def test_mean_is_that_of_the_last_frames(before: int) -> None:
    """Kaldi's: at most 600 frames of the stream, and 200 of the global mean as long as there are fewer."""
    values = np.random.default_rng(3).uniform(5, 15, (900, 40)).astype(np.float32)
    made = _undistorted(values, before)
    for frame in (0, 100, 399, 700, 849 - before):
        heard = values[max(0, before + frame - 599) : before + frame + 1]
        mean = heard.sum(0) / (len(heard) + min(200, 600 - len(heard)))
        np.testing.assert_allclose(made[frame], values[before + frame] - mean, atol=0.01)


def test_another_tract_moves_a_peak() -> None:
    """A formant goes up with the ratio, and stays where the ratio is 1."""
    peak = torch.zeros(1, 40)
    peak[0, 20] = 1
    places = [
        int((peak @ matrix).argmax()) for matrix in distort.tract_matrices(torch.tensor([0.85, 1.0, 1.18]))
    ]
    assert places[0] < places[1] == 20 < places[2]


def test_changes_are_finite() -> None:
    """All of them together, many times."""
    rng = np.random.default_rng(0)
    values = torch.from_numpy(rng.uniform(-16, 20, (400, 40)).astype(np.float16))
    noises = torch.from_numpy(rng.uniform(0, 10, (3, 50, 40)).astype(np.float32))
    changes = distort.draw(64, (3, 50), rng)
    spoken = np.round(200 / changes.tempo).astype(np.int64)
    zero = np.zeros(64, np.int64)
    table = np.stack([zero + 200, zero + 200, spoken, zero, np.where(rng.random(64) < 0.5, 150, 0)])
    made = distort.distorted(values, table, changes, torch.zeros(40), torch.zeros(40), noises)
    assert made.shape == (64, spoken.max(), 40)
    assert torch.isfinite(made).all()


def test_filters_spread_over_the_bands_see_what_they_saw() -> None:
    """The layer that Kaldi gets computes what the network does."""
    network = Network(Shape(16, 8, 1, 8, filters=5)).eval()
    frames = torch.randn(1, 9, 40)
    weights = {name: value.double().numpy() for name, value in network.state_dict().items()}
    wide, bias = export._spread(*export._folded(weights, "filters", "filters_norm"))
    found = np.maximum(wide @ frames.double().numpy().ravel() + bias, 0)
    seen: list[Any] = []
    network.first.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    network(torch.nn.functional.pad(frames, (0, 0, 3, 3)))
    np.testing.assert_allclose(found, seen[0][0, 1].detach().numpy(), atol=1e-5)


def test_mean_of_two_networks() -> None:
    """Half of each."""
    one, two = Network(Shape(8, 4, 1, 4)), Network(Shape(8, 4, 1, 4))
    made = average.mean_network([one, two], [0.5, 0.5])
    wanted = (one.first.weight + two.first.weight) / 2
    np.testing.assert_allclose(made.first.weight.detach().numpy(), wanted.detach().numpy(), atol=1e-6)
