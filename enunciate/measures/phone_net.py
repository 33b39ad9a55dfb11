"""A small convolutional network that tells the phones apart, in numpy alone.

It was trained on second-language readers' good phones (see `models/training/pronunciation`), which the
acoustic model of PocketSphinx was not. Steps of 20 ms; layers of 128 channels: a convolution, five residual
blocks (depthwise convolution, normalisation over channels, two linear layers), a linear layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from enunciate.measures.evidence import SILENCE, Evidence, Integers, log_softmax
from enunciate.measures.frames import Floats

DILATIONS = (1, 1, 2, 2, 4)
WIDTH = 5
"""Steps that a depthwise convolution spans, before dilation."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One residual block."""

    depthwise: Floats
    """(5, channels)."""
    bias: Floats
    wide: Floats
    """(channels, 2 * channels)."""
    wide_bias: Floats
    narrow: Floats
    """(2 * channels, channels)."""
    narrow_bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PhoneNet:
    """The network's weights."""

    first: Floats
    """(3 * inputs, channels): the step before, the step, the step after."""
    first_bias: Floats
    blocks: tuple[Block, ...]
    last: Floats
    """(channels, 40)."""
    last_bias: Floats

    def log_posteriors(self, inputs: Floats) -> Floats:
        """Log posteriors of `PHONES` and silence, shape (steps, 40), for `net_inputs`."""
        steps = len(inputs)
        padded = np.pad(inputs, ((1, 1), (0, 0)))
        context = np.concatenate([padded[:steps], inputs, padded[2:]], 1)
        hidden = np.maximum(context @ self.first + self.first_bias, 0)
        for block, dilation in zip(self.blocks, DILATIONS, strict=True):
            reach = dilation * (WIDTH // 2)
            padded = np.pad(hidden, ((reach, reach), (0, 0)))
            mixed = block.bias + sum(
                padded[tap * dilation : tap * dilation + steps] * block.depthwise[tap] for tap in range(WIDTH)
            )
            wide = np.maximum(_normalised(mixed) @ block.wide + block.wide_bias, 0)
            hidden = hidden + wide @ block.narrow + block.narrow_bias
        return log_softmax(_normalised(hidden) @ self.last + self.last_bias)


def net_inputs(evidence: Evidence) -> Floats:
    """What the network sees: shape (steps, 160), two frames of 10 ms a step.

    Log-mel spectra less their mean over the louder half of the frames, and the acoustic model's log
    posteriors.
    """
    mel = evidence.frames.log_mel
    energy = evidence.frames.energy_db
    loud = mel[energy >= np.median(energy)]
    scaled = (mel - loud.mean(0)) / (loud.std() + 0.3)
    both = np.concatenate([scaled, np.maximum(evidence.posteriors, -12) / 4 + 1], 1)
    steps = len(both) // 2
    return np.asarray(both[: 2 * steps].reshape(steps, -1), np.float32)


def steps_of(evidence: Evidence, steps: int) -> tuple[Integers, Integers]:
    """First step and number of steps of each phone, at least one."""
    first = np.minimum(evidence.start // 2, steps - 1)
    end = np.clip((evidence.start + evidence.length) // 2, first + 1, steps)
    return first, end - first


def ensemble(nets: Sequence[PhoneNet], evidence: Evidence) -> Floats:
    """The mean of the networks' log posteriors, shape (steps, 40)."""
    inputs = net_inputs(evidence)
    return np.asarray(sum(net.log_posteriors(inputs) for net in nets) / np.float32(len(nets)), np.float32)


def classes(evidence: Evidence, steps: int) -> Integers:
    """The aligned phone of every step, silence between: what the network is trained to tell."""
    result = np.full(steps, SILENCE)
    for phone, first, length in zip(evidence.phone, *steps_of(evidence, steps), strict=True):
        result[first : first + length] = phone
    return result


def _normalised(x: Floats) -> Floats:
    centred = x - x.mean(1, keepdims=True)
    return np.asarray(centred / np.sqrt(np.square(centred).mean(1, keepdims=True) + 1e-5), np.float32)
