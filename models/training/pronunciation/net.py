# ruff: noqa: D102, D107
"""The phone network in torch, its training, and its way into numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from data import Example
from torch import nn
from torch.nn import functional

from enunciate.measures.evidence import SILENCE
from enunciate.measures.phone_net import DILATIONS, WIDTH, classes, net_inputs, steps_of

CHANNELS = 192
GOOD = 1.5
"""Phones that the experts rated lower are not shown as examples of themselves."""


class TorchBlock(nn.Module):
    """`enunciate.measures.phone_net.Block`."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.depthwise = nn.Parameter(torch.randn(WIDTH, CHANNELS) / WIDTH**0.5)
        self.bias = nn.Parameter(torch.zeros(CHANNELS))
        self.wide = nn.Linear(CHANNELS, 2 * CHANNELS)
        self.narrow = nn.Linear(2 * CHANNELS, CHANNELS)
        self.drop = nn.Dropout(0.15)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Shifted sums: torch's own depthwise convolution is slower on a CPU.
        reach = self.dilation * (WIDTH // 2)
        padded = functional.pad(x, (0, 0, reach, reach))
        y = self.bias
        for tap in range(WIDTH):
            y = y + padded[:, tap * self.dilation : tap * self.dilation + x.shape[1]] * self.depthwise[tap]
        y = functional.relu(self.wide(functional.layer_norm(y, (CHANNELS,))))
        return x + self.drop(self.narrow(y))


class TorchNet(nn.Module):
    """`enunciate.measures.phone_net.PhoneNet`; input (batch, steps, 160)."""

    def __init__(self, inputs: int = 160) -> None:
        super().__init__()
        self.first = nn.Linear(3 * inputs, CHANNELS)
        self.blocks = nn.ModuleList(TorchBlock(d) for d in DILATIONS)
        self.last = nn.Linear(CHANNELS, SILENCE + 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = functional.pad(x, (0, 0, 1, 1))
        y = functional.relu(self.first(torch.cat([padded[:, :-2], x, padded[:, 2:]], 2)))
        for block in self.blocks:
            y = block(y)
        return self.last(functional.layer_norm(y, (CHANNELS,)))

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as `enunciate.measures.pronunciation` reads them."""

        def array(t: torch.Tensor) -> np.ndarray:
            return t.detach().numpy().astype(np.float16)

        result = {
            "first": array(self.first.weight.T),
            "first_bias": array(self.first.bias),
            "last": array(self.last.weight.T),
            "last_bias": array(self.last.bias),
        }
        for i, block in enumerate(self.blocks):
            result |= {
                f"block{i}_depthwise": array(block.depthwise),
                f"block{i}_bias": array(block.bias),
                f"block{i}_wide": array(block.wide.weight.T),
                f"block{i}_wide_bias": array(block.wide.bias),
                f"block{i}_narrow": array(block.narrow.weight.T),
                f"block{i}_narrow_bias": array(block.narrow.bias),
            }
        return result


def material(example: Example) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, classes and weights of every step."""
    inputs = net_inputs(example.evidence)
    labels = classes(example.evidence, len(inputs))
    weights = np.where(labels == SILENCE, 0.5, 1.0).astype(np.float32)
    for score, first, length in zip(example.phones, *steps_of(example.evidence, len(inputs)), strict=True):
        if not score >= GOOD:
            weights[first : first + length] = 0
    return inputs.astype(np.float16), labels, weights


def _batch(parts: Sequence[tuple], rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    longest = max(len(labels) for _, labels, _ in parts)
    x = np.zeros((len(parts), longest, parts[0][0].shape[1]), np.float32)
    y = np.zeros((len(parts), longest), np.int64)
    w = np.zeros((len(parts), longest), np.float32)
    for row, (inputs, labels, weights) in enumerate(parts):
        seen = inputs.astype(np.float32).reshape(len(labels), 2, -1)
        band = rng.integers(0, 6)
        low = rng.integers(0, 40 - band)
        seen[:, :, low : low + band] = 0
        if len(labels) > 40:
            at = rng.integers(0, len(labels) - 15)
            seen[at : at + rng.integers(0, 12)] = 0
        seen[:, :, :40] += rng.normal() * 0.1
        n = len(labels)
        x[row, :n], y[row, :n], w[row, :n] = seen.reshape(n, -1), labels, weights
    return torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(w)


def train(parts: Sequence[tuple], epochs: int, seed: int, size: int = 16) -> TorchNet:
    """A network trained on `parts`, which are `material`s."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = TorchNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.02, fused=True)
    batches = (len(parts) + size - 1) // size
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 2.5e-3, total_steps=batches * epochs + 1, pct_start=0.15
    )
    for epoch in range(epochs):
        net.train()
        order = np.argsort([len(labels) + rng.random() * 30 for _, labels, _ in parts])
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        total = 0.0
        for number in rng.permutation(len(groups)):
            x, y, w = _batch([parts[i] for i in groups[number]], rng)
            with torch.autocast("cpu", torch.bfloat16):
                found = net(x)
            losses = functional.cross_entropy(
                found.float().transpose(1, 2), y, reduction="none", label_smoothing=0.05
            )
            loss = (losses * w).sum() / w.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"  epoch {epoch + 1}: loss {total / batches:.3f}", flush=True)
    return net.eval()
