"""Train the network on the features: first frame by frame, where there are labels, then on whole utterances.

    python -m models.training.recognizer.train --cache DIR --minutes 60 [--device cuda]

Stops after that many minutes of training, learning ever more slowly towards the end, and goes on where it was
when it is started again. Writes DIR/network.pt, whose weights are a running mean, and beside it
DIR/network-best.pt where the development speakers were heard best; progress goes to DIR/network.log.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from enunciate.reference import lexicon
from enunciate.reference.phones import bare

from .distort import distorted, draw, plain
from .features import hash_of
from .mmi import (
    Graph,
    Graphs,
    OnGpu,
    denominator_posteriors,
    numerator,
    numerator_posteriors,
    phone_trigram,
    unit_numbers,
)
from .network import SUBSAMPLING, Network, Shape, load, save
from .units import INDEX, PDFS, SILENCE, SPOKEN_NOISE

UNKNOWN = 0.1
"""The share of words that stand in an utterance's graph as SPN, so that it learns to be any word."""
DRAWS = 3
"""Graphs of an utterance that differ in which words are unknown."""
SYNTHETIC_SHARE = {"kokoro": 1.0, "flite": 0.25, "festival": 0.25, "espeak": 0.25}
"""Of the readings of each engine, those that an epoch hears. Synthetic voices are learned soon, and heard too
often they take the network's strength from the people: after 16 epochs of everything the objective stood at
0.73 for flite and at 0.28 for the very people that were trained on, no more than for those that were not."""

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Utterance:
    """Where its features stand, what was said."""

    start: int
    frames: int
    voice: str
    words: tuple[tuple[tuple[int, ...], ...], ...]
    """Each word's pronunciations."""
    labelled: bool
    part: str


@cache
def _ways(word: str) -> tuple[tuple[int, ...], ...]:
    return tuple(dict.fromkeys(unit_numbers(bare(phones)) for phones in lexicon.pronunciations(word)))[:6]


def _numerators(said: Sequence[tuple[tuple[tuple[int, ...], ...], ...]], seed: int) -> list[Graph]:
    generator = random.Random(seed)
    made: list[Graph] = []
    for words in said:
        for drawn in range(1 + DRAWS):
            unknown = [drawn > 0 and len(words) > 1 and generator.random() < UNKNOWN for _ in words]
            made.append(numerator(words, unknown) if not drawn or any(unknown) else made[-drawn])
    return made


class Data:
    """All features and their words."""

    def __init__(self, folder: Path, everyone: bool = False) -> None:
        """Read them; with `everyone`, the development speakers are trained on as well."""
        self.everyone = everyone
        self.utterances: list[Utterance] = []
        matrices: list[Array] = []
        labels: list[Array] = []
        start = 0
        for index in sorted(folder.glob("*.jsonl")):
            matrices.append(np.fromfile(index.with_suffix(".f16"), np.float16).reshape(-1, 40))
            labels.append(np.full((len(matrices[-1]), 2), -1, np.int16))
            for line in index.read_text().splitlines():
                self._add(json.loads(line), start, labels[-1])
            start += len(matrices[-1])
        self.values = torch.from_numpy(np.concatenate(matrices))
        self.labels = torch.from_numpy(np.concatenate(labels))
        """Unit, and a number that changes where another phone begins; -1 where nothing is known."""
        stored = np.load(folder / "noises.npz")
        names = [name for name in stored.files if name != "floor"]
        self.floor = torch.from_numpy(stored["floor"].astype(np.float32))
        self.noises = torch.from_numpy(np.stack([stored[name] for name in names]).astype(np.float32))
        mean_file = folder / "mean.npy"
        if not mean_file.exists():
            real = [u for u in self.utterances if u.part == "training"]
            np.save(mean_file, np.mean([self.features(u).astype(np.float64).mean(0) for u in real], 0))
        self.mean = torch.from_numpy(np.load(mean_file).astype(np.float32))
        self.by_voice: dict[str, list[int]] = {}
        for number, utterance in enumerate(self.utterances):
            self.by_voice.setdefault(utterance.voice, []).append(number)
        self.starts = np.array([u.start for u in self.utterances])
        self.frames = np.array([u.frames for u in self.utterances])

    def _add(self, entry: dict[str, Any], offset: int, labels: Array) -> None:
        said = entry.get("said") or [[] for _ in entry["words"]]
        words = []
        for word, phones in zip(entry["words"], said, strict=True):
            ways = list(_ways(word))
            if phones and (way := unit_numbers(phones)) not in ways:
                ways.append(way)
            if not ways:
                return
            words.append(tuple(ways))
        start, frames = entry["start"], entry["frames"]
        if not words or frames < 3 * (sum(len(word[0]) for word in words) + 2):
            return
        if phones := entry.get("phones"):
            labels[start : start + frames] = SILENCE, 0  # what is not a phone is silence
            for place, (phone, first, last) in enumerate(phones, 1):
                begin, end = (start + min(frames, max(0, round(edge))) for edge in (first, last))
                labels[begin:end] = INDEX.get(phone.rstrip("012"), SILENCE), place
        self.utterances.append(
            Utterance(offset + start, frames, entry["voice"], tuple(words), bool(phones), entry["part"])
        )

    def features(self, utterance: Utterance) -> NDArray[np.float16]:
        """(frames, 40)."""
        values: NDArray[np.float16] = self.values[
            utterance.start : utterance.start + utterance.frames
        ].numpy()
        return values

    def trained(self, utterance: Utterance) -> bool:
        """Whether it may be learned from."""
        return self.everyone or utterance.part != "development"

    def graphs(self, kept: Path, jobs: int) -> Graphs:
        """Of every utterance: number `(1 + DRAWS) n` as it is, then those with unknown words. Those that are
        `kept` in a file are read when they are of the same words.
        """
        said = hash_of(repr([utterance.words for utterance in self.utterances]))
        if kept.exists():
            stored = np.load(kept)
            if int(stored["said"]) == said:
                return Graphs(*(stored[field.name] for field in fields(Graphs)))
        parts = [
            [u.words for u in self.utterances[start : start + 500]]
            for start in range(0, len(self.utterances), 500)
        ]
        with multiprocessing.Pool(jobs) as pool:
            made = pool.starmap(_numerators, zip(parts, range(len(parts)), strict=True))
        graphs = Graphs.joined([graph for part in made for graph in part])
        np.savez(kept, said=said, **{f.name: getattr(graphs, f.name) for f in fields(Graphs)})
        return graphs

    def to(self, device: torch.device) -> None:
        """Features and labels to the device that they are used on."""
        for name in ("values", "labels", "floor", "noises", "mean"):
            setattr(self, name, getattr(self, name).to(device))


def batches(data: Data, utterances: Sequence[int], frames: int, generator: random.Random) -> list[list[int]]:
    """Utterances of like length together, about `frames` outputs in a batch, in random order."""
    lengths = data.frames[list(utterances)]
    drawn = np.random.default_rng(generator.getrandbits(32)).uniform(0.93, 1.07, len(lengths))
    made: list[list[int]] = [[]]
    for place in np.argsort(lengths * drawn):
        longest = int(lengths[place]) // SUBSAMPLING
        if longest * (len(made[-1]) + 1) > frames and made[-1]:
            made.append([])
        made[-1].append(utterances[place])
    generator.shuffle(made)
    return made


def epoch(data: Data, generator: random.Random, labelled: bool, people: float) -> list[int]:
    """The utterances of one epoch: some of what is synthetic, and what people read so often that they make up
    the share `people` of the frames.
    """
    real, synthetic = [], []
    for number, utterance in enumerate(data.utterances):
        if not data.trained(utterance) or (labelled and not utterance.labelled):
            continue
        if utterance.part != "synthetic":
            real.append(number)
        elif generator.random() < SYNTHETIC_SHARE[utterance.voice.split(":")[0]]:
            synthetic.append(number)
    if not synthetic:
        return real
    wanted = people / (1 - people) * data.frames[synthetic].sum() / data.frames[real].sum()
    times = [int(wanted) + (generator.random() < wanted % 1) for _ in real]
    return synthetic + [number for number, time in zip(real, times, strict=True) for _ in range(time)]


@dataclass(frozen=True, slots=True)
class Batch:
    """Input (b, t, 40), outputs of each utterance (b,), its graph (b,), labels (b, n) with -100 for none."""

    inputs: Tensor
    lengths: Tensor
    chosen: Tensor
    most: int
    """States of the largest graph."""
    labels: Tensor


class Batches:
    """Makes batches on the device."""

    def __init__(self, data: Data, graphs: Graphs, context: int) -> None:
        """`context`: frames that an output sees to either side."""
        self.data, self.context = data, context
        self.states = np.diff(graphs.begin)

    def __call__(self, numbers: Sequence[int], seed: int | None) -> Batch:
        """A batch; degraded at random with a `seed`, clean without one."""
        data, device = self.data, self.data.values.device
        generator = np.random.default_rng(seed)
        frames = data.frames[numbers]
        before = np.full(len(numbers), -1)
        if seed is None:
            drawn = plain(len(numbers))
        else:
            drawn = draw(len(numbers), data.noises.shape[:2], generator)
            for b in np.flatnonzero(generator.random(len(numbers)) < 0.5):  # in the middle of a stream
                others = data.by_voice[data.utterances[numbers[int(b)]].voice]
                before[b] = others[generator.integers(len(others))]
        spoken = np.maximum(3, np.round(frames / drawn.tempo)).astype(np.int64)
        outputs = (spoken + SUBSAMPLING - 1) // SUBSAMPLING
        table = np.stack(
            [
                data.starts[numbers],
                frames,
                spoken,
                data.starts[before],
                np.where(before < 0, 0, data.frames[before]),
            ]
        )
        values = distorted(data.values, table, drawn, data.mean, data.floor, data.noises)
        number = int(outputs.max())
        shift = drawn.shift[:, None]
        size = SUBSAMPLING * (number - 1) + 1 + 2 * self.context
        wanted = np.clip(np.arange(size)[None] - self.context + shift, 0, spoken[:, None] - 1)
        index = torch.from_numpy(wanted).to(device)
        inputs = values.gather(1, index[:, :, None].expand(-1, -1, values.shape[2]))
        heard = np.arange(number)[None] * SUBSAMPLING + shift
        source = np.clip((heard * drawn.tempo[:, None]).astype(np.int64), 0, frames[:, None] - 1)
        labels = data.labels[torch.from_numpy(table[0][:, None] + source).to(device)].long()
        ahead = torch.cat([labels.new_full((len(numbers), 1, 2), -2), labels[:, :-1]], 1)
        goes_on = (labels == ahead).all(2).long()
        lengths = torch.from_numpy(outputs.astype(np.int32)).to(device)
        known = (labels[:, :, 0] >= 0) & (torch.arange(number, device=device)[None] < lengths[:, None])
        drawn_graphs = 0 if seed is None else generator.integers(1, 1 + DRAWS, len(numbers))
        chosen = np.asarray(numbers) * (1 + DRAWS) + drawn_graphs
        return Batch(
            inputs,
            lengths,
            torch.from_numpy(chosen.astype(np.int32)).to(device),
            int(self.states[chosen].max()),
            torch.where(known, 2 * labels[:, :, 0] + goes_on, -100),
        )


def prefetched(
    make: Callable[[Sequence[int], int | None], Batch], groups: Sequence[list[int]], seed: int
) -> Iterator[Batch]:
    """Batches, the next one made while this one is learned from."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(make, group, seed + i) for i, group in enumerate(groups[:2])]
        for place in range(len(groups)):
            yield waiting.pop(0).result()
            if place + 2 < len(groups):
                waiting.append(pool.submit(make, groups[place + 2], seed + place + 2))


def phone_sequences(data: Data, generator: random.Random) -> Iterator[list[int]]:
    """What may be said, as units, for the denominator."""
    for utterance in data.utterances:
        if utterance.part == "development":
            continue
        units = [SILENCE] if generator.random() < 0.95 else []
        for place, ways in enumerate(utterance.words):
            units += [SPOKEN_NOISE] if generator.random() < UNKNOWN else generator.choice(ways)
            if place + 1 < len(utterance.words) and generator.random() < 0.25:
                units.append(SILENCE)
        yield units + ([SILENCE] if generator.random() < 0.95 else [])


Sums = Callable[[Tensor, Batch], tuple[Tensor, Tensor, Tensor, Tensor]]
"""Of logits, log probability and occupation: of the words, and of everything."""


def on_processor(prior: tuple[Array, Array], graphs: Graphs, logits: Tensor, batch: Batch) -> Any:
    """`Sums` by mmi.py's compiled loops."""
    values, lengths = logits.numpy(), batch.lengths.numpy()
    sums = (
        *numerator_posteriors(values, lengths, graphs, batch.chosen.numpy()),
        *denominator_posteriors(values, lengths, *prior),
    )
    return tuple(torch.from_numpy(one) for one in sums)


def on_gpu(sums: OnGpu, logits: Tensor, batch: Batch) -> Any:
    """`Sums` by its kernels."""
    top = sums.numerator(logits, batch.lengths, batch.chosen, batch.most)
    return (*top, *sums.denominator(logits, batch.lengths))


def objective(
    outputs: tuple[Tensor, Tensor], batch: Batch, sums: Sums, regular: float
) -> tuple[Tensor, Tensor]:
    """A loss whose gradient is that of the objective, and the objective per output."""
    logits, second = (output.float() for output in outputs)
    top, said, bottom, anything = sums(logits.detach().contiguous(), batch)
    good = torch.isfinite(top)
    count = (batch.lengths * good).sum().clamp(min=1)
    inside = good[:, None, None]
    gradient, likely = (anything - said) * inside, said * inside
    mask = torch.arange(logits.shape[1], device=logits.device)[None] < batch.lengths[:, None]
    loss = (logits * gradient).sum() - regular * (functional.log_softmax(second, 2) * likely).sum()
    loss = loss / count + 5e-4 * ((logits**2).mean(2) * mask).sum() / mask.sum()
    return loss, torch.where(good, top - bottom, 0.0).sum() / count


def framewise(outputs: tuple[Tensor, Tensor], batch: Batch) -> tuple[Tensor, Tensor]:
    """Cross-entropy with the labels, and the share of outputs that are right."""
    wanted = batch.labels.reshape(-1)
    both = [output.float().reshape(-1, PDFS) for output in outputs]
    loss = sum(functional.cross_entropy(one, wanted, ignore_index=-100) for one in both)
    right = ((both[0].argmax(1) == wanted).sum() / (wanted >= 0).sum().clamp(min=1)).detach()
    return torch.as_tensor(loss), right


def development(network: Network, data: Data, make: Batches, sums: Sums, frames: int) -> float:
    """The objective per output on readers who are not trained on."""
    network.eval()
    total = count = 0.0
    chosen = [n for n, u in enumerate(data.utterances) if u.part == "development"]
    with torch.no_grad():
        for group in batches(data, chosen, frames, random.Random(0)):
            batch = make(group, None)
            weight = float(batch.lengths.sum())
            total += float(objective(network(batch.inputs), batch, sums, 0.0)[1]) * weight
            count += weight
    network.train()
    return total / count


def _follow(mean: Network, network: Network, share: float) -> None:
    # Buffers too: the statistics of batch normalisation belong to the weights.
    for ours, theirs in (
        (list(mean.parameters()), list(network.parameters())),
        (list(mean.buffers()), list(network.buffers())),
    ):
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in pairs], [b.detach() for _, b in pairs], share)


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--frames", type=int, default=1500, help="outputs in a batch; 8000 on a GPU")
    parser.add_argument("--labelled-steps", type=int, default=3000)
    parser.add_argument("--people", type=float, default=0.5, help="the share of people in what is heard")
    parser.add_argument("--everyone", action="store_true", help="train on the development speakers as well")
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--bottleneck", type=int, default=128)
    parser.add_argument("--layers", type=int, default=9)
    parser.add_argument("--filters", type=int, default=0)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a network to start from")
    parser.add_argument("--name", default="network")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    device = torch.device(arguments.device)
    generator = random.Random(1)
    data = Data(arguments.cache / "features", arguments.everyone)
    prior = phone_trigram(phone_sequences(data, generator))
    graphs = data.graphs(arguments.cache / "graphs.npz", arguments.threads)
    data.to(device)
    sums: Sums = (
        partial(on_processor, prior, graphs)
        if device.type == "cpu"
        else partial(on_gpu, OnGpu(prior, graphs))
    )
    weights = arguments.cache / f"{arguments.name}.pt"
    state_file = arguments.cache / f"{arguments.name}.state"
    network = (
        load(arguments.start)
        if arguments.start
        else Network(
            Shape(arguments.width, arguments.bottleneck, arguments.layers, filters=arguments.filters)
        )
    ).to(device)
    network.train()
    network.dropout = arguments.dropout
    mean = copy.deepcopy(network).requires_grad_(False)
    make = Batches(data, graphs, network.context)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=arguments.rate, weight_decay=1e-2, fused=device.type == "cuda"
    )
    elapsed, step, passed, best = 0.0, 0, 0, -math.inf
    log = (arguments.cache / f"{arguments.name}.log").open("a")

    def tell(text: str) -> None:
        print(f"{arguments.name}: {text}", flush=True)
        log.write(text + "\n")
        log.flush()

    if state_file.exists():
        state = torch.load(state_file, weights_only=False, map_location=device)
        network.load_state_dict(state["weights"])
        mean.load_state_dict(state["mean"])
        optimizer.load_state_dict(state["optimizer"])
        elapsed, step, passed, best = (state[name] for name in ("elapsed", "step", "passed", "best"))
    hours = sum(u.frames for u in data.utterances) / 360000
    size = sum(p.numel() for p in network.parameters()) / 1e6
    tell(
        f"{len(data.utterances)} utterances, {hours:.1f} h; {size:.2f} M parameters; "
        f"from minute {elapsed / 60:.1f}"
    )
    labelled = 0 if arguments.start else arguments.labelled_steps
    saved = told = time.monotonic()
    while elapsed < arguments.minutes * 60:
        first_stage = step < labelled
        groups = batches(
            data, epoch(data, generator, first_stage, arguments.people), arguments.frames, generator
        )
        total, count, seen = torch.zeros((), device=device), 0, time.monotonic()
        for place, batch in enumerate(prefetched(make, groups, 100_000 * (passed + 1))):
            done = elapsed / (arguments.minutes * 60)
            rate = (
                arguments.rate
                * min(1.0, (step + 1) / 200)
                * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
            )
            for group in optimizer.param_groups:
                group["lr"] = rate
            with torch.autocast(device.type, torch.bfloat16):
                outputs = network(batch.inputs)
            loss, value = framewise(outputs, batch) if first_stage else objective(outputs, batch, sums, 0.1)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            finite = torch.isfinite(norm)
            for weight in network.parameters():
                weight.grad = None if weight.grad is None else torch.where(finite, weight.grad, 0.0)
            optimizer.step()
            step += 1
            _follow(mean, network, max(0.001, 1 / (1 + step / 10)))
            total, count = total + value.float(), count + 1
            now = time.monotonic()
            elapsed += now - seen
            seen = now
            if now - told > 30:
                kind = "right" if first_stage else "objective"
                tell(
                    f"{elapsed / 60:6.1f} min  step {step} epoch {passed} {place + 1}/{len(groups)}  "
                    f"{kind} {float(total) / count:.4f}  rate {rate:.5f}  gradient {float(norm):.2f}"
                )
                total, count, told = torch.zeros((), device=device), 0, now
            if now - saved > 240:
                saved = now
                torch.save(
                    {
                        "weights": network.state_dict(),
                        "mean": mean.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "elapsed": elapsed,
                        "step": step,
                        "passed": passed,
                        "best": best,
                    },
                    state_file,
                )
                save(mean, weights, minutes=elapsed / 60)
            if elapsed >= arguments.minutes * 60 or (first_stage and step >= labelled):
                break
        passed += 1
        if not first_stage:
            reached = development(mean, data, make, sums, arguments.frames)
            tell(f"{elapsed / 60:6.1f} min  epoch {passed} done, development {reached:.4f}")
            if reached > best and not arguments.everyone:
                best = reached
                save(mean, weights.with_stem(f"{arguments.name}-best"), minutes=elapsed / 60)
    reached = development(mean, data, make, sums, arguments.frames)
    save(mean, weights, minutes=elapsed / 60)
    tell(f"written to {weights}: {step} steps, development {reached:.4f}")


if __name__ == "__main__":
    main()
