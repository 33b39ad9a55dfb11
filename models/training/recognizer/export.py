"""Write the network as Vosk reads it: am/final.mdl (Kaldi nnet3), am/global_cmvn.stats and the settings.

    python -m models.training.recognizer.export --cache DIR --model FOLDER [--names NETWORK ...]

Several networks become one that gives the mean of what they give. The format is that of Kaldi's sources
(TransitionModel, AmNnetSimple, nnet-component.cc); Vosk itself proves it: see `verify.py`.
"""

from __future__ import annotations

import argparse
import math
import struct
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .features import BINS, CONFIG
from .network import BAND, BAND_STEP, PLACES, RESIDUAL, SPLICE, SUBSAMPLING, Network, load
from .units import positional

Floats = NDArray[np.float64]


class KaldiWriter:
    """Kaldi's binary format, a value at a time."""

    def __init__(self) -> None:
        """An empty file."""
        self.data = bytearray(b"\0B")

    def token(self, text: str) -> None:
        """A token such as <Nnet3>."""
        self.data += text.encode() + b" "

    def text(self, text: str) -> None:
        """Characters as they are."""
        self.data += text.encode()

    def integer(self, value: int) -> None:
        """A 32-bit integer."""
        self.data += struct.pack("<bi", 4, value)

    def number(self, value: float) -> None:
        """A 32-bit float."""
        self.data += struct.pack("<bf", 4, value)

    def double(self, value: float) -> None:
        """A 64-bit float."""
        self.data += struct.pack("<bd", 8, value)

    def integers(self, values: Sequence[int]) -> None:
        """A vector of 32-bit integers."""
        self.integer(len(values))
        self.data += np.asarray(values, "<i4").tobytes()

    def vector(self, values: ArrayLike) -> None:
        """A vector of 32-bit floats."""
        array = np.asarray(values, "<f4")
        self.token("FV")
        self.integer(len(array))
        self.data += array.tobytes()

    def matrix(self, values: ArrayLike) -> None:
        """A matrix, row by row, of 64-bit floats."""
        array = np.ascontiguousarray(values, "<f8")
        self.token("DM")
        self.integer(array.shape[0])
        self.integer(array.shape[1])
        self.data += array.tobytes()

    def compressed(self, values: Floats) -> None:
        """A matrix in 65536 steps from the least to the greatest value, which Kaldi reads as any other."""
        low, high = np.float32(values.min()), np.float32(values.max())
        span = np.float32(max(high - low, 1e-30))
        self.token("CM2")
        self.data += struct.pack("<ffii", low, span, *values.shape)
        self.data += np.clip(np.round((values - low) / span * 65535), 0, 65535).astype("<u2").tobytes()


def transition_model(writer: KaldiWriter) -> None:
    """The chain topology: one state a phone, its first frame and its later ones with outputs of their own."""
    phones = positional()
    count = len(phones)
    writer.token("<TransitionModel>")
    writer.token("<Topology>")
    writer.integers(range(1, count + 1))
    writer.integers([-1] + [0] * count)
    for value in (-1, 1, 2):  # separate output for the self-loop; one entry; two states
        writer.integer(value)
    for value in (0, 1, 2):  # forward pdf 0, self-loop pdf 1, two transitions
        writer.integer(value)
    for state in (0, 1):
        writer.integer(state)
        writer.number(0.5)
    for value in (-1, -1, 0):  # the final state emits nothing
        writer.integer(value)
    writer.token("</Topology>")
    writer.token("<Tuples>")
    writer.integer(count)
    for index, (_, unit, _) in enumerate(phones):
        for value in (index + 1, 0, 2 * unit, 2 * unit + 1):
            writer.integer(value)
    writer.token("</Tuples>")
    writer.token("<LogProbs>")
    writer.vector([0.0] + [math.log(0.5)] * (2 * count))
    writer.token("</LogProbs>")
    writer.token("</TransitionModel>")


class _Nnet3:
    """Components and the lines of configuration that join them."""

    def __init__(self) -> None:
        self.lines = [f"input-node name=input dim={BINS}"]
        self.components: list[tuple[str, bytes]] = []

    def _node(self, name: str, source: str, writer: KaldiWriter) -> str:
        self.lines.append(f"component-node name={name} component={name} input={source}")
        self.components.append((name, bytes(writer.data[2:])))
        return name

    def affine(self, name: str, source: str, weights: Floats, bias: Floats) -> str:
        writer = KaldiWriter()
        writer.token("<NaturalGradientAffineComponent>")
        writer.token("<LearningRate>")
        writer.number(0.001)
        writer.token("<LinearParams>")
        writer.compressed(weights)
        writer.token("<BiasParams>")
        writer.vector(bias)
        for token, whole in (("RankIn", 20), ("RankOut", 80), ("UpdatePeriod", 4)):
            writer.token(f"<{token}>")
            writer.integer(whole)
        for token, number in (("NumSamplesHistory", 2000.0), ("Alpha", 4.0)):
            writer.token(f"<{token}>")
            writer.number(number)
        writer.token("</NaturalGradientAffineComponent>")
        return self._node(name, source, writer)

    def relu(self, name: str, source: str, dim: int) -> str:
        writer = KaldiWriter()
        writer.token("<RectifiedLinearComponent>")
        writer.token("<Dim>")
        writer.integer(dim)
        for token in ("ValueAvg", "DerivAvg"):
            writer.token(f"<{token}>")
            writer.vector([])
        writer.token("<Count>")
        writer.double(0.0)
        writer.token("<OderivRms>")
        writer.vector([])
        for token in ("OderivCount", "NumDimsSelfRepaired", "NumDimsProcessed"):
            writer.token(f"<{token}>")
            writer.double(0.0)
        writer.token("</RectifiedLinearComponent>")
        return self._node(name, source, writer)

    def sum(self, name: str, source: str, dim: int) -> str:
        writer = KaldiWriter()
        writer.token("<NoOpComponent>")
        writer.token("<Dim>")
        writer.integer(dim)
        writer.token("<BackpropScale>")
        writer.number(1.0)
        writer.token("</NoOpComponent>")
        return self._node(name, source, writer)


def _at(node: str, frames: int) -> str:
    return f"Offset({node}, {frames})" if frames else node


def _folded(weights: dict[str, Floats], affine: str, norm: str) -> tuple[Floats, Floats]:
    """An affine layer with the batch normalisation after it, as one."""
    scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + 1e-5)
    bias = (weights[f"{affine}.bias"] - weights[f"{norm}.running_mean"]) * scale + weights[f"{norm}.bias"]
    return weights[f"{affine}.weight"] * scale[:, None], bias


def _spread(patterns: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Filters that are looked for at all places, as one layer of the whole input."""
    spread = np.zeros((PLACES, len(patterns), SPLICE, BINS))
    for place in range(PLACES):
        low = place * BAND_STEP
        spread[place, :, :, low : low + BAND] = patterns.reshape(-1, SPLICE, BAND)
    return spread.reshape(PLACES * len(patterns), SPLICE * BINS), np.tile(bias, PLACES)


def _add(nnet: _Nnet3, network: Network, prefix: str, share: float) -> str:
    """Add the network, its outputs times `share`; the name of its output."""
    weights = {name: value.double().numpy() for name, value in network.state_dict().items()}
    shape = network.shape
    half = SPLICE // 2
    spliced = f"Append({', '.join(_at('input', offset) for offset in range(-half, half + 1))})"
    if shape.filters:
        spliced = nnet.relu(
            f"{prefix}filters.relu",
            nnet.affine(
                f"{prefix}filters.affine", spliced, *_spread(*_folded(weights, "filters", "filters_norm"))
            ),
            PLACES * shape.filters,
        )
    now = nnet.relu(
        f"{prefix}first.relu",
        nnet.affine(f"{prefix}first.affine", spliced, *_folded(weights, "first", "first_norm")),
        shape.width,
    )
    for k in range(shape.layers):
        name = f"{prefix}layer{k + 1}"
        narrow = nnet.affine(
            f"{name}.down",
            f"Append({_at(now, -SUBSAMPLING)}, {now})",
            weights[f"down.{k}.weight"],
            np.zeros(shape.bottleneck),
        )
        wide = nnet.affine(
            f"{name}.up",
            f"Append({narrow}, {_at(narrow, SUBSAMPLING)})",
            *_folded(weights, f"up.{k}", f"norms.{k}"),
        )
        relu = nnet.relu(f"{name}.relu", wide, shape.width)
        now = nnet.sum(f"{name}.sum", f"Sum(Scale({RESIDUAL}, {now}), {relu})", shape.width)
    head = nnet.relu(
        f"{prefix}head.relu",
        nnet.affine(f"{prefix}head.affine", now, *_folded(weights, "heads.0", "head_norms.0")),
        shape.head,
    )
    return nnet.affine(
        f"{prefix}output.affine",
        head,
        share * weights["outputs.0.weight"],
        share * weights["outputs.0.bias"],
    )


def final_mdl(networks: Sequence[Network]) -> bytes:
    """The whole of am/final.mdl."""
    nnet = _Nnet3()
    outputs = [
        _add(nnet, network, f"net{number}.", 1 / len(networks)) for number, network in enumerate(networks, 1)
    ]
    mean = reduce("Sum({}, {})".format, outputs)
    nnet.lines.append(f"output-node name=output input={mean} objective=linear")
    writer = KaldiWriter()
    transition_model(writer)
    writer.token("<Nnet3>")
    writer.text("\n" + "\n".join(nnet.lines) + "\n\n")
    writer.token("<NumComponents>")
    writer.integer(len(nnet.components))
    for name, component in nnet.components:
        writer.token("<ComponentName>")
        writer.token(name)
        writer.data += component
    writer.token("</Nnet3>")
    for token in ("LeftContext", "RightContext"):
        writer.token(f"<{token}>")
        writer.integer(max(network.context for network in networks))
    writer.token("<Priors>")
    writer.vector([])
    return bytes(writer.data)


def cmvn_stats(mean: Floats, count: float = 1e6) -> bytes:
    """am/global_cmvn.stats: sums, sums of squares and, in the last column, the count."""
    stats = np.zeros((2, len(mean) + 1))
    stats[0, :-1], stats[0, -1], stats[1, :-1] = mean * count, count, count * (mean**2 + 1)
    writer = KaldiWriter()
    writer.matrix(stats)
    return bytes(writer.data)


def main() -> None:
    """Write the acoustic half of a model's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--names", nargs="+", default=["network"])
    arguments = parser.parse_args()
    for folder in ("am", "conf"):
        (arguments.model / folder).mkdir(parents=True, exist_ok=True)
    (arguments.model / "am" / "final.mdl").write_bytes(
        final_mdl([load(arguments.cache / f"{name}.pt") for name in arguments.names])
    )
    mean = np.load(arguments.cache / "features" / "mean.npy")
    (arguments.model / "am" / "global_cmvn.stats").write_bytes(cmvn_stats(mean))
    lines = [f"--{name}={value}" for name, value in CONFIG.items()]
    (arguments.model / "conf" / "fbank.conf").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
