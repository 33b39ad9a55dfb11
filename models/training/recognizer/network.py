"""The network: a factorised time-delay network (TDNN-F), one output for three frames.

Povey et al., Semi-orthogonal low-rank matrix factorization for deep neural networks, Interspeech 2018;
without the orthogonality constraint. All its parts exist in Kaldi's nnet3, which Vosk runs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from .features import BINS
from .units import PDFS, UNITS

SPLICE = 9
"""Frames that the first layer sees at once; one output for every third."""
SUBSAMPLING = 3
BAND, BAND_STEP = 8, 2
"""Bins that a filter sees at once, and how far apart its places are."""
PLACES = (BINS - BAND) // BAND_STEP + 1
RESIDUAL = 0.66
"""The share of a layer's input that its output keeps."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    width: int = 512
    bottleneck: int = 128
    layers: int = 9
    head: int = 256
    filters: int = 0
    """How many patterns of the size of `BAND` bins are looked for at all places, before the first layer."""


class Network(nn.Module):
    """Log-mel frames (b, 3 (n - 1) + 1 + 2 context, 40) -> two outputs (b, n, 82): for maximum mutual
    information, and for cross-entropy, which only training uses.
    """

    def __init__(self, shape: Shape) -> None:
        """Random weights."""
        super().__init__()
        self.shape = shape
        width, narrow = shape.width, shape.bottleneck
        seen = SPLICE * BINS
        if shape.filters:
            self.filters, self.filters_norm = (
                nn.Linear(SPLICE * BAND, shape.filters),
                nn.BatchNorm1d(shape.filters),
            )
            seen = PLACES * shape.filters
        self.first, self.first_norm = nn.Linear(seen, width), nn.BatchNorm1d(width)
        self.down = nn.ModuleList([nn.Linear(2 * width, narrow, bias=False) for _ in range(shape.layers)])
        self.up = nn.ModuleList([nn.Linear(2 * narrow, width) for _ in range(shape.layers)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) for _ in range(shape.layers)])
        self.heads = nn.ModuleList([nn.Linear(width, shape.head) for _ in range(2)])
        self.head_norms = nn.ModuleList([nn.BatchNorm1d(shape.head) for _ in range(2)])
        self.outputs = nn.ModuleList([nn.Linear(shape.head, PDFS) for _ in range(2)])
        self.dropout = 0.0

    @property
    def context(self) -> int:
        """Frames that an output sees to either side."""
        return SPLICE // 2 + SUBSAMPLING * self.shape.layers

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """The two outputs."""
        windows = frames.unfold(1, SPLICE, SUBSAMPLING).transpose(2, 3)
        if self.shape.filters:
            bands = windows.unfold(3, BAND, BAND_STEP).transpose(2, 3).flatten(3).flatten(1, 2)
            found = _normed(self.filters_norm, self.filters(bands))
            spliced = found.view(frames.shape[0], -1, PLACES * self.shape.filters)
        else:
            spliced = windows.reshape(frames.shape[0], -1, SPLICE * BINS)
        now = _normed(self.first_norm, self.first(spliced))
        for down, up, norm in zip(self.down, self.up, self.norms, strict=True):
            small = down(torch.cat([now[:, :-1], now[:, 1:]], 2))
            new = _normed(norm, up(torch.cat([small[:, :-1], small[:, 1:]], 2)))
            if self.training and self.dropout:
                drawn = torch.rand(new.shape[0], 1, new.shape[2], device=new.device)
                scale = drawn * 4 * self.dropout + 1 - 2 * self.dropout
                new = new * scale.to(new.dtype)
            now = new + RESIDUAL * now[:, 1:-1]
        first, second = (
            output(_normed(norm, head(now)))
            for head, norm, output in zip(self.heads, self.head_norms, self.outputs, strict=True)
        )
        return first, second


def _normed(norm: nn.Module, values: Tensor) -> Tensor:
    return functional.relu(norm(values.reshape(-1, values.shape[2])).view_as(values))


def save(network: Network, path: Path, **about: object) -> None:
    """Write weights and sizes; replaces the file in one step."""
    partial = path.with_suffix(".partial")
    torch.save(
        {"weights": network.state_dict(), "shape": asdict(network.shape), "units": UNITS, **about}, partial
    )
    partial.replace(path)


def load(path: Path) -> Network:
    """Read what `save` wrote."""
    stored = torch.load(path, weights_only=True, map_location="cpu")
    network = Network(Shape(**stored["shape"]))
    network.load_state_dict(stored["weights"])
    return network.eval()
