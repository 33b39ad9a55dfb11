"""Readings by Kokoro's voices, best on a GPU, straight to log-mel features.

    python -m models.training.recognizer.read_jobs --cache DIR [--jobs-file DIR/jobs.jsonl] [--seconds 3600]
        [--workers 2] [--device cuda]

Reads the list that accents.py writes. Every worker writes rows of 40 float16 to DIR/features/kokoro-N.f16,
and to kokoro-N.jsonl beside it a line of every reading that is on the disk:

    id, part, voice, words, phones, start, frames    as features.py has them
    job                                              the line of the list, from 0

Readings that are in an index are not made again, so a stopped run goes on where it was, with as many workers
as you like. It is for the same list: another one belongs in another cache.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from .features import BINS, MEL_EDGES, RATE, SILENT, hash_of, mel
from .kokoro import Kokoro, load_onnx
from .voices import styles, tokens

WINDOW, SHIFT, PADDED = 400, 160, 512
LONGEST = 255
"""Tokens of a reading."""
BATCH = 12
"""Texts that are read at once; their sounds are made one by one."""
ROW = 2 * BINS
"""Bytes."""

Features = NDArray[np.float16]


class Resampling(nn.Module):
    """24 kHz to 16 kHz, as scipy.signal.resample_poly(samples, 2, 3) does."""

    taps: Tensor
    REACH, LEAD = 32, 15

    def __init__(self) -> None:
        """With SciPy's window."""
        super().__init__()
        times = np.arange(-30, 31)
        lowpass = np.sinc(times / 3) * np.kaiser(61, 5.0)
        lowpass *= 2 / lowpass.sum()
        taps = np.zeros((self.REACH, 2))
        for place in range(self.REACH):
            for phase in range(2):
                at = 3 * phase - 2 * (place - self.LEAD) + 30
                if 0 <= at < 61:
                    taps[place, phase] = lowpass[at]
        self.register_buffer("taps", torch.from_numpy(taps).float())

    def forward(self, samples: Tensor) -> Tensor:
        """(n,) to (2 * n / 3, rounded up,)."""
        count = -(-2 * len(samples) // 3)
        near = functional.pad(samples, (self.LEAD, self.REACH)).unfold(0, self.REACH, 3)[: (count + 1) // 2]
        return (near @ self.taps).flatten()[:count]


class LogMel(nn.Module):
    """What `features.fbank` computes, of samples at 16 kHz in the range of 16-bit integers."""

    window: Tensor
    weights: Tensor

    def __init__(self) -> None:
        """With Kaldi's window and bands."""
        super().__init__()
        angle = 2 * math.pi * torch.arange(WINDOW, dtype=torch.float64) / (WINDOW - 1)
        self.register_buffer("window", ((0.5 - 0.5 * angle.cos()) ** 0.85).float())
        mels = mel(np.arange(PADDED // 2) * RATE / PADDED)[:, None]
        rising = (mels - MEL_EDGES[:-2]) / (MEL_EDGES[1:-1] - MEL_EDGES[:-2])
        falling = (MEL_EDGES[2:] - mels) / (MEL_EDGES[2:] - MEL_EDGES[1:-1])
        weights = np.maximum(np.minimum(rising, falling), 0)
        self.register_buffer("weights", torch.from_numpy(weights).float())

    @staticmethod
    def frames(samples: Tensor) -> Tensor:
        """(n, 400): the frames that fit whole."""
        if len(samples) < WINDOW:
            return samples.new_zeros(0, WINDOW)
        return samples.unfold(0, WINDOW, SHIFT)

    def forward(self, frames: Tensor) -> Tensor:
        """(n, 40) of frames (n, 400)."""
        frames = frames - frames.mean(-1, keepdim=True)
        before = torch.cat([frames[:, :1], frames[:, :-1]], -1)
        spectrum = torch.fft.rfft((frames - 0.97 * before) * self.window, PADDED)
        power = torch.view_as_real(spectrum[:, : PADDED // 2]).square().sum(-1)
        return (power @ self.weights).log_().clamp_(min=SILENT)


@dataclass(frozen=True)
class Job:
    """A line of the list."""

    number: int
    id: str
    words: str
    phonemes: str
    voices: tuple[str, ...]
    mix: float
    speed: float


@dataclass(frozen=True)
class Ready:
    """A job as the model takes it."""

    job: Job
    tokens: list[int]
    style: Tensor
    gain: float


def prepared(job: Job, voices: Mapping[str, NDArray[np.float32]]) -> Ready | None:
    """The job's tokens, style and gain; None when it has no token, or too many."""
    numbers = [tokens()[symbol] for symbol in job.phonemes if symbol in tokens()]
    if not 0 < len(numbers) <= LONGEST:
        return None
    mixed = [torch.from_numpy(voices[name][len(numbers) - 1]) for name in job.voices]
    style = mixed[0] if len(mixed) == 1 else job.mix * mixed[0] + (1 - job.mix) * mixed[1]
    gain = math.exp(np.random.default_rng(hash_of(job.id)).uniform(-1.5, 0.3))
    return Ready(job, numbers, style, gain)


class Reader(Protocol):
    """What makes features (frames, 40) of each of a batch."""

    def features(self, batch: Sequence[Ready]) -> list[Features]:
        """One array a job."""


class Synthesizer:
    """The model and what follows it, on a device."""

    def __init__(self, model: Kokoro, device: str) -> None:
        """Moves the model to the device."""
        self.device = torch.device(device)
        self.model, self.resample = model.to(self.device), Resampling().to(self.device)
        self.mel = LogMel().to(self.device)

    @torch.inference_mode()
    def features(self, batch: Sequence[Ready]) -> list[Features]:
        """Those of each of the batch."""
        style = torch.stack([ready.style for ready in batch]).to(self.device)
        sounds = self.model([ready.tokens for ready in batch], style, [ready.job.speed for ready in batch])
        frames = [
            self.mel.frames(self.sample(sound, ready.gain))
            for sound, ready in zip(sounds, batch, strict=True)
        ]
        found = self.mel(torch.cat(frames)).half().cpu().numpy()
        if not np.isfinite(found).all():
            raise ValueError("features are not finite")
        return np.split(found, np.cumsum([len(each) for each in frames])[:-1])

    def sample(self, sound: Tensor, gain: float) -> Tensor:
        """Values of 16-bit integers at 16 kHz, of a sound at 24 kHz."""
        sound = self.resample(sound)
        loud = sound.abs().amax()
        sound = sound * (32767 * gain * torch.clamp(0.9 / loud, max=1.0))
        return sound.round_().clamp_(-32768, 32767)


def batches(jobs: Iterable[Ready]) -> Iterator[list[Ready]]:
    """Batches of neighbours of like length."""
    pool: list[Ready] = []
    for ready in jobs:
        pool.append(ready)
        if len(pool) == 4 * BATCH:
            yield from _sorted(pool)
            pool = []
    yield from _sorted(pool)


def _sorted(pool: Sequence[Ready]) -> Iterator[list[Ready]]:
    ordered = sorted(pool, key=lambda ready: len(ready.tokens))
    starts = range(0, len(ordered), BATCH)
    for place in np.random.default_rng(len(ordered)).permutation(len(starts)):
        yield ordered[starts[place] : starts[place] + BATCH]


# What is on the disk


def repaired(index_at: Path) -> dict[int, str]:
    """The number and id of every job of an index, of which it cuts what a killed worker left half written,
    and from the rows beside it those that no line names."""
    rows_at = index_at.with_suffix(".f16")
    size = rows_at.stat().st_size if rows_at.exists() else 0
    done: dict[int, str] = {}
    kept = rows = 0
    for line in index_at.read_bytes().splitlines(keepends=True) if index_at.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            break
        end = entry["start"] + entry["frames"]
        if not line.endswith(b"\n") or ROW * end > size:
            break
        done[entry["job"]] = entry["id"]
        kept, rows = kept + len(line), end
    for path, length in ((index_at, kept), (rows_at, ROW * rows)):
        if path.exists() and path.stat().st_size > length:
            os.truncate(path, length)
    return done


def remaining(jobs_at: Path, done: Mapping[int, str]) -> list[Job]:
    """The jobs of the list that are not `done`."""
    left = []
    with jobs_at.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            record = json.loads(line)
            if number not in done:
                record["voices"] = tuple(record["voices"])
                left.append(Job(number, **record))
            elif done[number] != record["id"]:
                sys.exit(f"{jobs_at} is not the list that the readings are of: see its line {number + 1}.")
    return left


def read(reader: Reader, jobs: Iterable[Ready], index_at: Path, end: float) -> Counter[str]:
    """Appends the readings of the jobs to an index and its rows, until the time `end`; what it made."""
    counts: Counter[str] = Counter()

    def made(batch: Sequence[Ready]) -> Iterator[tuple[Ready, Features]]:
        try:
            yield from zip(batch, reader.features(batch), strict=True)
        except Exception as error:  # one job must not end the work
            counts["errors"] += 1
            if counts["errors"] <= 3:
                print(f"{index_at.stem}: {batch[0].job.id} of {len(batch)}: {error!r}"[:300], flush=True)
            if len(batch) == 1:
                counts["failed"] += 1
            else:
                for ready in batch:
                    if time.time() < end:
                        yield from made([ready])

    with index_at.with_suffix(".f16").open("ab") as rows, index_at.open("a", encoding="utf-8") as index:
        row = rows.tell() // ROW
        for batch in batches(jobs):
            if time.time() >= end:
                break
            lines = []
            for ready, features in made(batch):
                if not len(features):
                    counts["failed"] += 1
                    continue
                rows.write(features.tobytes())
                entry: dict[str, Any] = {"id": ready.job.id, "part": "synthetic"}
                entry |= {"voice": f"kokoro:{'+'.join(ready.job.voices)}"}
                entry |= {"words": ready.job.words.split(), "phones": None}
                entry |= {"start": row, "frames": len(features), "job": ready.job.number}
                lines.append(json.dumps(entry) + "\n")
                row += len(features)
                counts["frames"] += len(features)
                counts["made"] += 1
            rows.flush()
            index.writelines(lines)
            index.flush()
    return counts


def work(worker: int, jobs: Sequence[Job], cache: Path, device: str, end: float) -> None:
    """All that one process does."""
    torch.set_num_threads(1)
    torch.manual_seed(worker)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cuda.matmul.allow_tf32 = False
    synthesizer = Synthesizer(load_onnx(), device)
    voices = styles(cache)
    began = time.time()
    able = (ready for ready in (prepared(job, voices) for job in jobs) if ready)
    counts = read(synthesizer, able, cache / "features" / f"kokoro-{worker}.jsonl", end)
    print(
        f"kokoro-{worker}: {counts['made']} readings, {counts['frames'] / 360_000:.3f} h"
        f" in {time.time() - began:.0f} s; {counts['failed']} failed",
        flush=True,
    )


def main() -> None:
    """Starts the workers, and waits for them."""
    began = time.time()
    parser = argparse.ArgumentParser(description="Lets Kokoro's voices read a list, to features.")
    parser.add_argument("--cache", type=Path, required=True, help="folder of everything the recipe makes")
    parser.add_argument("--jobs-file", type=Path, help="DIR/jobs.jsonl unless told")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after so long")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    folder = options.cache / "features"
    folder.mkdir(parents=True, exist_ok=True)
    styles(options.cache)  # fetched here, once
    done: dict[int, str] = {}
    for stem in sorted({path.stem for path in folder.glob("kokoro-*.*")}):
        done |= repaired(folder / f"{stem}.jsonl")
    jobs = remaining(options.jobs_file or options.cache / "jobs.jsonl", done)
    print(f"{len(done):,} readings are there, {len(jobs):,} are to be made", flush=True)
    end = began + options.seconds
    spawn = torch.multiprocessing.get_context("spawn")
    workers = []
    for number in range(min(options.workers, len(jobs))):
        given = (number, jobs[number :: options.workers], options.cache, options.device, end)
        workers.append(spawn.Process(target=work, args=given))
        workers[-1].start()
    for number, process in enumerate(workers):
        process.join(max(1.0, end + 30 - time.time()))
        if process.is_alive():
            print(f"kokoro-{number} would not stop", flush=True)
            process.terminate()
            process.join()
    frames = sum(path.stat().st_size for path in folder.glob("kokoro-*.f16")) // ROW
    print(f"{frames / 360_000:.2f} h are there", flush=True)
    if any(process.exitcode for process in workers):
        sys.exit("Not all workers came to their end; run it again, which also mends what they left.")


if __name__ == "__main__":
    main()
