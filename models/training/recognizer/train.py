"""Train the network on the features: first frame by frame, where there are labels, then on whole utterances.

    python -m models.training.recognizer.train --cache DIR --minutes 60

Stops after that many minutes of training, learning ever more slowly towards the end, and goes on where it was
when it is started again. Writes DIR/network.pt; progress goes to DIR/network.log.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from enunciate.reference import lexicon
from enunciate.reference.phones import bare

from .features import CMN_WINDOW, Features, degrade, online_cmn, other_tract
from .mmi import Graph, denominator_posteriors, numerator, numerator_posteriors, phone_trigram, unit_numbers
from .network import SUBSAMPLING, Network, Shape, load, save
from .units import INDEX, PDFS, SILENCE, SPOKEN_NOISE

UNKNOWN = 0.1
"""The share of words that stand in an utterance's graph as SPN, so that it learns to be any word."""
SYNTHETIC_SHARE = {"kokoro": 1.0, "flite": 0.25, "festival": 0.25, "espeak": 0.25}
"""Of the readings of each engine, those that an epoch hears. Synthetic voices are learned soon, and heard too
often they take the network's strength from the people: after 16 epochs of everything the objective stood at
0.73 for flite and at 0.28 for the very people that were trained on, no more than for those that were not."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Where its features stand, what was said."""

    matrix: int
    start: int
    frames: int
    voice: str
    words: tuple[tuple[tuple[int, ...], ...], ...]
    """Each word's pronunciations."""
    phones: tuple[tuple[int, float, float], ...] | None
    """Unit, first and last frame, of the clean sound's alignment."""
    part: str


@cache
def _ways(word: str) -> tuple[tuple[int, ...], ...]:
    return tuple(dict.fromkeys(unit_numbers(bare(phones)) for phones in lexicon.pronunciations(word)))[:6]


class Data:
    """All features and their words."""

    def __init__(self, folder: Path) -> None:
        """Read the indices; the features stay on the disk until they are asked for."""
        self.matrices: list[NDArray[np.float16]] = []
        self.utterances: list[Utterance] = []
        for index in sorted(folder.glob("*.jsonl")):
            self.matrices.append(np.memmap(index.with_suffix(".f16"), np.float16, "r").reshape(-1, 40))
            for line in index.read_text().splitlines():
                self._add(json.loads(line))
        stored = np.load(folder / "noises.npz")
        self.floor: Features = stored["floor"]
        self.noises = [stored[name] for name in stored.files if name != "floor"]
        mean_file = folder / "mean.npy"
        if not mean_file.exists():
            real = [u for u in self.utterances if u.part == "training"]
            np.save(mean_file, np.mean([self.features(u).astype(np.float64).mean(0) for u in real], 0))
        self.mean = np.load(mean_file)
        self.by_voice: dict[str, list[int]] = {}
        for number, utterance in enumerate(self.utterances):
            self.by_voice.setdefault(utterance.voice, []).append(number)

    def _add(self, entry: dict[str, Any]) -> None:
        said = entry.get("said") or [[] for _ in entry["words"]]
        words = []
        for word, phones in zip(entry["words"], said, strict=True):
            ways = list(_ways(word))
            if phones and (way := unit_numbers(phones)) not in ways:
                ways.append(way)
            if not ways:
                return
            words.append(tuple(ways))
        phones = entry.get("phones")
        if not words or entry["frames"] < 3 * (sum(len(word[0]) for word in words) + 2):
            return
        self.utterances.append(
            Utterance(
                len(self.matrices) - 1,
                entry["start"],
                entry["frames"],
                entry["voice"],
                tuple(words),
                phones and tuple((INDEX.get(p.rstrip("012"), SILENCE), a, b) for p, a, b in phones),
                entry["part"],
            )
        )

    def features(self, utterance: Utterance) -> NDArray[np.float16]:
        """(frames, 40)."""
        return self.matrices[utterance.matrix][utterance.start : utterance.start + utterance.frames]


def batches(data: Data, utterances: Sequence[int], frames: int, generator: random.Random) -> list[list[int]]:
    """Utterances of like length together, about `frames` outputs in a batch, in random order."""
    ranked = sorted(
        utterances, key=lambda number: data.utterances[number].frames * generator.uniform(0.93, 1.07)
    )
    made: list[list[int]] = [[]]
    for number in ranked:
        longest = data.utterances[number].frames // SUBSAMPLING
        if longest * (len(made[-1]) + 1) > frames and made[-1]:
            made.append([])
        made[-1].append(number)
    generator.shuffle(made)
    return made


def epoch(data: Data, generator: random.Random, labelled: bool) -> list[int]:
    """The utterances of one epoch: all copies of what people read, some of what is synthetic."""
    return [
        number
        for number, utterance in enumerate(data.utterances)
        if utterance.part != "development"
        and (utterance.phones or not labelled)
        and (
            utterance.part != "synthetic"
            or generator.random() < SYNTHETIC_SHARE[utterance.voice.split(":")[0]]
        )
    ]


@dataclass(frozen=True, slots=True)
class Batch:
    """Input (b, t, 40), outputs of each utterance (b,), graphs, labels (b, n) with -100 for none."""

    inputs: torch.Tensor
    lengths: NDArray[np.int32]
    graphs: list[Graph]
    labels: torch.Tensor


def collate(data: Data, numbers: Sequence[int], context: int, seed: int | None) -> Batch:
    """A batch; degraded at random with a `seed`, clean without one."""
    generator = np.random.default_rng(seed)
    utterances = [data.utterances[number] for number in numbers]
    lengths = np.array([(u.frames + SUBSAMPLING - 1) // SUBSAMPLING for u in utterances], np.int32)
    outputs = int(lengths.max())
    size = SUBSAMPLING * (outputs - 1) + 1 + 2 * context
    inputs = np.zeros((len(numbers), size, 40), np.float32)
    labels = np.full((len(numbers), outputs), -100, np.int64)
    graphs = []
    for b, utterance in enumerate(utterances):
        values = data.features(utterance).astype(np.float32)
        heard = None
        if seed is not None:
            if generator.random() < 0.5:  # in the middle of a stream, where the mean has settled
                others = data.by_voice[utterance.voice]
                other = data.utterances[others[generator.integers(len(others))]]
                heard = data.features(other)[-CMN_WINDOW:].astype(np.float32)
            lead = 0 if heard is None else len(heard)
            both = values if heard is None else np.concatenate([heard, values])
            if generator.random() < 0.6:
                both = other_tract(both, generator.uniform(0.88, 1.14))
            both = degrade(both, data.noises, data.floor, generator)
            heard, values = (both[:lead] if lead else None), both[lead:]
        values = online_cmn(values, data.mean, heard)
        shift = 0 if seed is None else int(generator.integers(-1, 2))
        frames = np.clip(np.arange(size) - context + shift, 0, len(values) - 1)
        inputs[b] = values[frames]
        if seed is not None:
            for _ in range(2):
                width, height = int(generator.integers(0, 21)), int(generator.integers(0, 7))
                start, bottom = (
                    int(generator.integers(0, max(1, len(values) - width))),
                    int(generator.integers(0, 41 - height)),
                )
                inputs[b, context + start : context + start + width] = 0
                inputs[b, :, bottom : bottom + height] = 0
        if utterance.phones:  # what is not a phone is silence
            labels[b, : lengths[b]] = 2 * SILENCE + 1
        for unit, first, last in utterance.phones or ():
            begin, end = (max(0, math.ceil((edge - 1 - shift) / SUBSAMPLING)) for edge in (first, last))
            end = min(end, int(lengths[b]))
            if begin < end:
                labels[b, begin] = 2 * unit
                labels[b, begin + 1 : end] = 2 * unit + 1
        unknown = generator.random(len(utterance.words)) < (
            0 if seed is None or len(utterance.words) < 2 else UNKNOWN
        )
        graphs.append(numerator(utterance.words, unknown.tolist()))
    return Batch(torch.from_numpy(inputs), lengths, graphs, torch.from_numpy(labels))


def prefetched(data: Data, groups: Sequence[list[int]], context: int, seed: int) -> Iterator[Batch]:
    """Batches, the next one made while this one is learned from."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(collate, data, group, context, seed + i) for i, group in enumerate(groups[:2])]
        for place in range(len(groups)):
            yield waiting.pop(0).result()
            if place + 2 < len(groups):
                waiting.append(pool.submit(collate, data, groups[place + 2], context, seed + place + 2))


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


def objective(
    outputs: tuple[torch.Tensor, torch.Tensor], batch: Batch, prior: tuple[Features, Features], regular: float
) -> tuple[torch.Tensor, float]:
    """A loss whose gradient is that of the objective, and the objective per output."""
    logits, second = (output.float() for output in outputs)
    values = logits.detach().numpy()
    top, said = numerator_posteriors(values, batch.lengths, batch.graphs)
    bottom, anything = denominator_posteriors(values, batch.lengths, *prior)
    good = np.isfinite(top)
    count = max(1, int(batch.lengths[good].sum()))
    gradient = torch.from_numpy((anything - said) * good[:, None, None])
    likely = torch.from_numpy(said * good[:, None, None])
    mask = torch.arange(values.shape[1])[None] < torch.from_numpy(batch.lengths)[:, None]
    loss = (logits * gradient).sum() - regular * (functional.log_softmax(second, 2) * likely).sum()
    loss = loss / count + 5e-4 * (logits**2).mean(2)[mask].mean()
    return loss, float((top - bottom)[good].sum() / count)


def development(network: Network, data: Data, prior: tuple[Features, Features], frames: int) -> float:
    """The objective per output on readers who are not trained on."""
    network.eval()
    total = count = 0.0
    chosen = [n for n, u in enumerate(data.utterances) if u.part == "development"]
    with torch.no_grad():
        for group in batches(data, chosen, frames, random.Random(0)):
            batch = collate(data, group, network.context, None)
            weight = float(batch.lengths.sum())
            total += objective(network(batch.inputs), batch, prior, 0.0)[1] * weight
            count += weight
    network.train()
    return total / count


def main() -> None:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--frames", type=int, default=1500, help="outputs in a batch")
    parser.add_argument("--labelled-epochs", type=float, default=3)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--layers", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a network to start from")
    parser.add_argument("--name", default="network")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    generator = random.Random(1)
    data = Data(arguments.cache / "features")
    prior = phone_trigram(phone_sequences(data, generator))
    weights = arguments.cache / f"{arguments.name}.pt"
    state_file = arguments.cache / f"{arguments.name}.state"
    network = (
        load(arguments.start) if arguments.start else Network(Shape(arguments.width, layers=arguments.layers))
    )
    network.train()
    network.dropout = 0.05
    optimizer = torch.optim.AdamW(network.parameters(), lr=arguments.rate, weight_decay=1e-2)
    elapsed, step, passed = 0.0, 0, 0
    log = (arguments.cache / f"{arguments.name}.log").open("a")

    def tell(text: str) -> None:
        print(text, flush=True)
        log.write(text + "\n")
        log.flush()

    if state_file.exists():
        state = torch.load(state_file, weights_only=False)
        network.load_state_dict(state["weights"])
        optimizer.load_state_dict(state["optimizer"])
        elapsed, step, passed = state["elapsed"], state["step"], state["passed"]
    hours = sum(u.frames for u in data.utterances) / 360000
    size = sum(p.numel() for p in network.parameters()) / 1e6
    tell(
        f"{len(data.utterances)} utterances, {hours:.1f} h; {size:.2f} M parameters; "
        f"from minute {elapsed / 60:.1f}"
    )
    labelled = arguments.labelled_epochs if arguments.start is None else 0
    saved = time.monotonic()
    while elapsed < arguments.minutes * 60:
        framewise = passed < labelled
        groups = batches(data, epoch(data, generator, framewise), arguments.frames, generator)
        total, count, seen = 0.0, 0, time.monotonic()
        for place, batch in enumerate(prefetched(data, groups, network.context, 100_000 * (passed + 1))):
            before = time.monotonic()
            done = elapsed / (arguments.minutes * 60)
            rate = (
                arguments.rate
                * min(1.0, (step + 1) / 100)
                * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
            )
            for group in optimizer.param_groups:
                group["lr"] = rate
            with torch.autocast("cpu", torch.bfloat16):
                outputs = network(batch.inputs)
            if framewise:
                logits = torch.stack([output.float() for output in outputs])
                wanted = batch.labels.reshape(-1)
                loss = sum(
                    functional.cross_entropy(one.reshape(-1, PDFS), wanted, ignore_index=-100)
                    for one in logits
                )
                value = float(
                    (logits[0].reshape(-1, PDFS).argmax(1) == wanted).sum() / max(1, int((wanted >= 0).sum()))
                )
            else:
                loss, value = objective(outputs, batch, prior, 0.1)
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            if torch.isfinite(norm):
                optimizer.step()
            step += 1
            total, count = total + value, count + 1
            now = time.monotonic()
            elapsed += now - seen
            seen = now
            if place % 100 == 99:
                kind = "right" if framewise else "objective"
                tell(
                    f"{elapsed / 60:6.1f} min  epoch {passed} {place + 1}/{len(groups)}  "
                    f"{kind} {total / count:.4f}  rate {rate:.5f}  "
                    f"gradient {float(norm):.2f}  {now - before:.2f} s"
                )
                total, count = 0.0, 0
            if now - saved > 240:
                saved = now
                torch.save(
                    {
                        "weights": network.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "elapsed": elapsed,
                        "step": step,
                        "passed": passed,
                    },
                    state_file,
                )
                save(network, weights, minutes=elapsed / 60)
            if elapsed >= arguments.minutes * 60:
                break
        passed += 1
        if not framewise:
            reached = development(network, data, prior, arguments.frames)
            tell(f"{elapsed / 60:6.1f} min  epoch {passed} done, development {reached:.4f}")
    save(network, weights, minutes=elapsed / 60)
    tell(f"written to {weights}")


if __name__ == "__main__":
    main()
