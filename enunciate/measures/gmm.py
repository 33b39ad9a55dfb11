"""How well each phone fits each frame, by the acoustic model that comes with PocketSphinx, evaluated in
numpy.

The model is phonetically tied: a codebook of 3 x 128 Gaussians a phone, mixed with weights of its own for
each of 5,126 tied states (senones). The formats are Sphinx-3's: mdef (binary), means, variances, sendump.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.phones import PHONES
from enunciate.measures.frames import Floats

_STATES = 3
_STREAMS = 3
_TINY = 1e-36
_LOG_BASE = 1024 * np.log(1.0001)
"""A weight in sendump is a byte q for exp(-q * 1024 * ln 1.0001)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Phone:
    """One phone's codebook and mixture weights, the context-dependent senones ordered by state."""

    projections: tuple[Floats, ...]
    """Per stream (26, 128): what x and x squared are multiplied with."""
    offsets: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    """Per stream (128, senones of the phone)."""
    first: tuple[int, ...]
    """Where each state's senones begin."""
    plain: tuple[int, ...]
    """Each state's context-independent senone."""


@dataclass(frozen=True, slots=True, eq=False)
class AcousticModel:
    """The phones of `PHONES`, then silence."""

    phones: tuple[_Phone, ...]

    def log_likelihoods(self, mfcc: Floats) -> tuple[Floats, Floats]:
        """Log-likelihoods of shape (frames, 40, 3) for MFCCs of shape (frames, 13).

        The first array is of each phone's context-independent states, the second of the best senone of each
        state in any context. The last of the 40 is silence.
        """
        inputs = [np.concatenate([x, x * x], 1).astype(np.float32) for x in _streams(mfcc)]
        plain = np.empty((len(mfcc), len(self.phones), _STATES), np.float32)
        best = np.empty_like(plain)
        for number, phone in enumerate(self.phones):
            product: Floats | None = None
            top = np.zeros(len(mfcc), np.float32)
            for x, projection, offset, weights in zip(
                inputs, phone.projections, phone.offsets, phone.weights, strict=True
            ):
                densities = x @ projection + offset
                peak = densities.max(1)
                mixed = np.exp(np.maximum(densities - peak[:, None], -30)) @ weights
                product = mixed if product is None else product * mixed
                top += peak
            assert product is not None
            plain[:, number] = np.log(product[:, phone.plain] + _TINY) + top[:, None]
            best[:, number] = np.log(np.maximum.reduceat(product, phone.first, axis=1) + _TINY) + top[:, None]
        return plain, best


@lru_cache(maxsize=1)
def acoustic_model() -> AcousticModel:
    """The model that PocketSphinx brings, read once."""
    import pocketsphinx

    folder = Path(pocketsphinx.get_model_path("en-us/en-us"))
    names, phones, sequences = _definition((folder / "mdef").read_bytes())
    means = _gaussians((folder / "means").read_bytes())
    variances = np.maximum(_gaussians((folder / "variances").read_bytes()), 1e-4)
    weights = _weights((folder / "sendump").read_bytes())
    precision = 1 / variances
    offsets = -0.5 * (np.log(2 * np.pi * variances) + means * means * precision).sum(-1)
    in_context = phones[len(names) :]
    result = []
    for name in (*PHONES, "SIL"):
        number = names.index(name)
        own = sequences[phones["sequence"][number]]
        contexts = sequences[in_context["sequence"][in_context["phone"][:, 1] == number]]
        senones = [
            np.unique(np.append(contexts[:, state], own[state])).astype(np.int64) for state in range(_STATES)
        ]
        order = np.concatenate(senones)
        result.append(
            _Phone(
                tuple(
                    np.concatenate(
                        [(means * precision)[number, s], (-0.5 * precision)[number, s]], 1
                    ).T.astype(np.float32)
                    for s in range(_STREAMS)
                ),
                tuple(offsets[number, s].astype(np.float32) for s in range(_STREAMS)),
                tuple(np.ascontiguousarray(weights[s][:, order]) for s in range(_STREAMS)),
                tuple(int(n) for n in np.cumsum([0] + [len(s) for s in senones[:-1]])),
                tuple(int(np.flatnonzero(order == own[state])[0]) for state in range(_STATES)),
            )
        )
    return AcousticModel(tuple(result))


def _streams(mfcc: Floats) -> tuple[Floats, Floats, Floats]:
    """Cepstra less their mean, their first and their second differences, as the model was trained on."""
    speech = mfcc[:, 0] >= 0
    centred = mfcc - (mfcc[speech] if speech.any() else mfcc).mean(0)
    padded = np.pad(centred, ((3, 3), (0, 0)), mode="edge")

    def shifted(by: int) -> Floats:
        return padded[3 + by : 3 + by + len(centred)]

    return (
        centred,
        shifted(2) - shifted(-2),
        (shifted(3) - shifted(-1)) - (shifted(1) - shifted(-3)),
    )


def _gaussians(data: bytes) -> NDArray[np.float64]:
    """Means or variances, shape (codebooks, streams, densities, 13)."""
    at = data.index(b"endhdr\n") + 7 + 4
    codebooks, streams, densities = struct.unpack_from("<3i", data, at)
    lengths = struct.unpack_from(f"<{streams}i", data, at + 12)
    at += 12 + 4 * streams
    (count,) = struct.unpack_from("<i", data, at)
    return (
        np.frombuffer(data, "<f4", count, at + 4)
        .reshape(codebooks, streams, densities, lengths[0])
        .astype(float)
    )


def _weights(data: bytes) -> Floats:
    """Mixture weights, shape (streams, densities, senones)."""
    at = 0
    while length := struct.unpack_from("<i", data, at)[0]:
        at += 4 + length
    densities, senones = struct.unpack_from("<2i", data, at + 4)
    packed = np.frombuffer(data, np.uint8, _STREAMS * densities * senones, at + 12)
    return np.asarray(
        np.exp(-packed.reshape(_STREAMS, densities, senones).astype(np.float32) * np.float32(_LOG_BASE)),
        np.float32,
    )


def _definition(data: bytes) -> tuple[list[str], NDArray[np.void], NDArray[np.uint16]]:
    """Names of the plain phones, all phones (plain, then in context), senones of each state sequence."""
    at = 12 + struct.unpack_from("<i", data, 8)[0]
    plain, total, _, _, _, _, sequences, _, tree, _ = struct.unpack_from("<10i", data, at)
    at += 40
    start = at
    names = []
    for _ in range(plain):
        end = data.index(b"\0", at)
        names.append(data[at:end].decode())
        at = end + 1
    at = start + (at - start + 3) // 4 * 4 + tree * 8
    record = np.dtype([("sequence", "<i4"), ("transitions", "<i4"), ("phone", "i1", 4)])
    phones = np.frombuffer(data, record, total, at)
    at += total * record.itemsize
    if struct.unpack_from("<i", data, at)[0] == sequences * _STATES:
        at += 4
    return names, phones, np.frombuffer(data, "<u2", sequences * _STATES, at).reshape(sequences, _STATES)
