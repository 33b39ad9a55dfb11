"""What tempo, vocal tract, room, line, microphone and noise make of log-mel features, for a batch at once.

Tempo and size of the speaker, reverberation, level, noise, hum, babble, digital silence and the telephone's
band are changes of the features themselves: time is stretched, bands move, a level is added, sounds add up as
energies. Training draws them anew each time, on the processor or on a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .features import BINS, CMN_GLOBAL, CMN_WINDOW, MEL_EDGES, SILENT

Values = NDArray[Any]
TAIL = 64
"""Frames that a room sounds on."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How each utterance (b,) is changed."""

    tempo: Values
    """Times as fast."""
    tract: Values
    """Every frequency times this."""
    echo: Values
    """Energy of the room's tail, relative to the direct sound."""
    decay: Values
    """Of the tail, from frame to frame."""
    noise: Values
    """Which of the noises; -1: none."""
    begin: Values
    """The noise's first frame."""
    ratio: Values
    """Signal to noise, dB."""
    colour: Values
    """The microphone's gain at four points of the bands (b, 4), as `gain` in natural logarithms of energy."""
    gain: Values
    band: Values
    """Bands from this one on are empty."""
    gate: Values
    """Frames that are so much weaker than the strongest are digital silence; 0: none."""
    shift: NDArray[np.int64]
    """Frames by which the outputs are moved."""
    hidden: Values
    """Three stretches that are hidden (b, 3, 2): where they begin, from 0 to 1, and their frames."""
    deaf: Values
    """First band and number of bands, twice (b, 2, 2)."""

    def to(self, device: torch.device) -> dict[str, Tensor]:
        """As tensors."""
        return {
            field.name: torch.from_numpy(np.asarray(getattr(self, field.name), np.float32)).to(device)
            for field in fields(self)
        }


def plain(number: int) -> Drawn:
    """No change."""
    zero, one = np.zeros(number), np.ones(number)
    return Drawn(
        tempo=one,
        tract=one,
        echo=zero,
        decay=one / 2,
        noise=-one,
        begin=zero,
        ratio=zero,
        colour=np.zeros((number, 4)),
        gain=zero,
        band=BINS * one,
        gate=zero,
        shift=np.zeros(number, np.int64),
        hidden=np.zeros((number, 3, 2)),
        deaf=np.zeros((number, 2, 2)),
    )


def draw(number: int, noises: tuple[int, ...], generator: np.random.Generator) -> Drawn:
    """Changes at random, with `noises` = (how many, frames of each)."""

    def sometimes(chance: float, low: float, high: float, otherwise: float) -> Values:
        drawn = generator.uniform(low, high, number)
        return np.where(generator.random(number) < chance, drawn, otherwise)

    seconds = generator.uniform(0.15, 0.6, number)
    colour = generator.uniform(-2.5, 2.5, (number, 4)) * (generator.random((number, 1)) < 0.3)
    gate = sometimes(0.1, 5, 9, 0)
    noise = np.where(
        (generator.random(number) < 0.5) & (gate == 0), generator.integers(noises[0], size=number), -1
    )
    hidden = np.stack([generator.random((number, 3)), generator.integers(0, 21, (number, 3))], 2)
    heights = generator.integers(0, 7, (number, 2))
    deaf = np.stack([np.floor(generator.random((number, 2)) * (BINS + 1 - heights)), heights], 2)
    return Drawn(
        tempo=sometimes(0.7, 0.8, 1.25, 1.0),
        tract=sometimes(0.7, 0.86, 1.18, 1.0),
        echo=sometimes(0.35, 0.1, 0.5, 0.0) ** 2,
        decay=10 ** (-0.06 / seconds),
        noise=noise,
        begin=generator.integers(noises[1], size=number),
        ratio=generator.uniform(3, 30, number),
        colour=colour - colour.mean(1, keepdims=True),
        gain=sometimes(0.6, -6.5, 1.5, 0.0),
        band=np.where(generator.random(number) < 0.2, generator.integers(27, 32, number), BINS),
        gate=gate,
        shift=generator.integers(-1, 2, number),
        hidden=hidden,
        deaf=deaf,
    )


def tract_matrices(ratio: Tensor) -> Tensor:
    """(b, 40, 40): features (t, 40) times this are those of a vocal tract `ratio` (b,) times as short.

    Jaitly and Hinton, Vocal Tract Length Perturbation improves speech recognition, ICML workshop 2013, on the
    bands instead of the spectrum.
    """
    low, step = float(MEL_EDGES[0]), float(MEL_EDGES[1] - MEL_EDGES[0])
    centres = torch.from_numpy(np.expm1(MEL_EDGES[1:-1] / 1127)).float().to(ratio.device)
    wanted = (1127 * torch.log1p(centres / ratio[:, None]) - low) / step - 1
    below = wanted.floor().clamp(0, BINS - 2)
    above = (wanted - below).clamp(0, 1)
    made = torch.zeros(len(ratio), BINS, BINS, device=ratio.device)
    made.scatter_(1, below.long()[:, None], (1 - above)[:, None])
    return made.scatter_add_(1, below.long()[:, None] + 1, above[:, None])


def _mean_level(values: Tensor, inside: Tensor) -> Tensor:
    # The logarithm of the mean, over frames, of the strongest band's energy.
    strongest = values.amax(2).masked_fill(~inside, -torch.inf)
    return strongest.logsumexp(1) - inside.sum(1).log()


def distorted(
    values: Tensor,
    table: NDArray[np.int64],
    changes: Drawn,
    mean: Tensor,
    floor: Tensor,
    noises: Tensor,
) -> Tensor:
    """Features (b, t, 40) less their running mean (Kaldi's OnlineCmvn: of the last 600 frames, and of `mean`
    while there are fewer), with `changes`.

    `values` (n, 40) holds everything; `table` (5, b) the first frame, the frames there are and those that
    there shall be, and first frame and number of what the same stream held before. `floor` (40,) is the noise
    of rounding to 16 bits, in a band that holds nothing.
    """
    device = values.device
    lead, longest = min(CMN_WINDOW, int(table[4].max())), int(table[2].max())
    start, frames, spoken, other, others = torch.from_numpy(table).to(device)
    drawn = changes.to(device)
    column = torch.arange(lead + longest, device=device)[None] - lead
    wanted = (column * drawn["tempo"][:, None]).clamp(min=0)
    below = torch.minimum(wanted.floor().long(), frames[:, None] - 1)
    above = torch.minimum(below + 1, frames[:, None] - 1)
    share = (wanted - below).clamp(0, 1)[:, :, None]
    earlier = (other + others)[:, None] + column
    said = column >= 0
    inside = torch.where(said, column < spoken[:, None], column >= -others[:, None])
    first = torch.where(said, start[:, None] + below, torch.where(inside, earlier, 0))
    second = torch.where(said, start[:, None] + above, first)
    x = values[first].float()
    x = x + (values[second].float() - x) * share
    x = x @ tract_matrices(drawn["tract"])
    x = _in_rooms(x, drawn["echo"], drawn["decay"], inside)
    gate = drawn["gate"][:, None]
    loud = x.amax(2)
    highest = loud.masked_fill(~inside, -torch.inf).amax(1, keepdim=True)
    silent = (gate > 0) & (loud < highest - gate)
    bands = torch.arange(BINS, device=device)
    which = drawn["noise"].long().clamp(min=0)[:, None]
    noise = noises[which, (drawn["begin"].long()[:, None] + column + lead) % noises.shape[1]]
    level = _mean_level(x, inside) - _mean_level(noise, inside) - np.log(10) / 10 * drawn["ratio"]
    level = level.masked_fill(drawn["noise"] < 0, -60.0)
    x = torch.logaddexp(x, noise + level[:, None, None])
    at = torch.linspace(0, 3, BINS, device=device)
    weights = (1 - (at[None] - torch.arange(4, device=device)[:, None]).abs()).clamp(min=0)
    x = x + (drawn["colour"] @ weights)[:, None]
    x = x.masked_fill(bands >= drawn["band"][:, None, None], -20.0)
    x = torch.logaddexp(x + drawn["gain"][:, None, None], floor)
    x = x.masked_fill(silent[:, :, None], SILENT)
    kept = x.masked_fill(~inside[:, :, None], 0.0)
    sums, count = kept.double().cumsum(1), inside.double().cumsum(1)
    if sums.shape[1] > CMN_WINDOW:
        sums, count = (
            torch.cat([total[:, :CMN_WINDOW], total[:, CMN_WINDOW:] - total[:, :-CMN_WINDOW]], 1)
            for total in (sums, count)
        )
    extra = (CMN_WINDOW - count).clamp(max=CMN_GLOBAL)
    means = (sums + extra[:, :, None] * mean) / (count + extra)[:, :, None]
    x = (x - means.float())[:, lead:]
    column = column[:, lead:, None]
    begins = (drawn["hidden"][:, :, 0] * spoken[:, None]).floor()[:, None]
    x = x.masked_fill(
        ((column >= begins) & (column < begins + drawn["hidden"][:, None, :, 1])).any(2)[:, :, None], 0
    )
    low, height = drawn["deaf"].unbind(2)
    band = bands[None, :, None]
    deaf = ((band >= low[:, None]) & (band < (low + height)[:, None])).any(2)
    return x.masked_fill(deaf[:, None], 0)


def _in_rooms(x: Tensor, echo: Tensor, decay: Tensor, inside: Tensor) -> Tensor:
    # The tail of all frames before, in doubling steps: sum of decay^k times the energy k frames ago.
    energy = x.exp() * inside[:, :, None]
    tail = torch.nn.functional.pad(energy, (0, 0, 1, 0))[:, :-1] * decay[:, None, None]
    step = 1
    while step < TAIL:
        ago = torch.nn.functional.pad(tail, (0, 0, step, 0))[:, : tail.shape[1]]
        tail = tail + ago * (decay**step)[:, None, None]
        step *= 2
    strength = echo * (1 - decay) / decay
    return (energy + strength[:, None, None] * tail).clamp(min=1e-9).log()
