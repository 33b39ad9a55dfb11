"""Log-mel features exactly as Vosk computes them, and those of the noises that are added to them.

    python -m models.training.recognizer.features --corpus CORPUS --cache DIR

What tempo, rooms, lines and microphones do to them is drawn anew in training: distort.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import kaldi_native_fbank
import numpy as np
import soundfile
from numpy.typing import NDArray

from enunciate.alignment.phones import PhoneAligner
from enunciate.reference import lexicon

from .split import held_back_speaker_ids

RATE, BINS, FRAMES_PER_SECOND = 16000, 40, 100
LOW, HIGH = 20, 7600
CONFIG = {
    "sample-frequency": RATE,
    "num-mel-bins": BINS,
    "low-freq": LOW,
    "high-freq": HIGH,
    "use-energy": "false",
    "dither": 0,
}
"""conf/fbank.conf of the model."""
CMN_WINDOW, CMN_GLOBAL = 600, 200
"""Kaldi's defaults for online mean normalisation, in frames."""
DEVELOPMENT_SPEAKERS = 8

Samples = NDArray[np.float32]
Features = NDArray[np.float32]


def mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kaldi's mel scale.

    >>> mel(np.array([1000.0])).round()
    array([1000.])
    """
    return 1127 * np.log1p(hertz / 700)


MEL_EDGES = np.linspace(*mel(np.array([LOW, HIGH], np.float64)), BINS + 2)
"""Band k rises from edge k to edge k + 1 and falls to edge k + 2."""
SILENT = float(np.log(np.finfo(np.float32).eps))
"""The features of samples that are all zero."""


def fbank(samples: Samples) -> Features:
    """Log-mel energies (frames, 40) of samples (n,) at 16 kHz in the range of 16-bit integers."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = BINS
    options.mel_opts.low_freq, options.mel_opts.high_freq = LOW, HIGH
    options.use_energy = False
    computer = kaldi_native_fbank.OnlineFbank(options)
    computer.accept_waveform(RATE, samples.astype(np.float32).tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, BINS), np.float32)


def _aligned(samples: Samples, words: Sequence[str]) -> list[tuple[str, int, int]] | None:
    """Phones with first and last frame, for a first training on frames; None where PocketSphinx cannot."""
    found = PhoneAligner().align(samples.astype(np.int16), [lexicon.pronunciations(word) for word in words])
    if found is None:
        return None
    return [(phone.phone, phone.start, phone.start + phone.frames) for word in found.words for phone in word]


def _corpus_one(corpus: Path, reading: dict) -> tuple[list[tuple[dict, Features]], int]:
    samples, rate = soundfile.read(corpus / reading["audio"], dtype="int16")
    if rate != RATE:
        raise ValueError(f"{reading['audio']} is at {rate} Hz; the recipe takes {RATE}.")
    samples = samples.astype(np.float32)
    words = reading["text"].lower().split()
    phones = _aligned(samples, words)
    entry = {
        "id": reading["utterance"],
        "part": reading["part"],
        "voice": reading["speaker"],
        "words": words,
        "said": [word["phones"] for word in reading["words"]],
        "phones": phones,
    }
    return [(entry, fbank(samples))], len(samples)


def _shard_one(path: Path) -> tuple[list[tuple[dict, Features]], int]:
    """One shard of synthetic speech, every reading at a level of its own."""
    sound = np.load(path.with_suffix(".npy"), mmap_mode="r")
    made, total = [], 0
    for entry in json.loads(path.read_text(encoding="utf-8")):
        samples = np.array(sound[entry["start"] : entry["start"] + entry["length"]], np.float32)
        total += len(samples)
        generator = np.random.default_rng(hash_of(entry["id"]))
        samples = np.round(np.clip(samples * np.exp(generator.uniform(-1.5, 0.3)), -32768, 32767))
        ends = [0.0, *(end for _, end in entry.get("phones", ()))]
        phones = [
            (phone, FRAMES_PER_SECOND * start, FRAMES_PER_SECOND * end)
            for (phone, end), start in zip(entry.get("phones", ()), ends, strict=False)
        ]
        made.append(
            (
                {
                    "id": entry["id"],
                    "part": "synthetic",
                    "voice": entry["voice"],
                    "words": entry["words"].split(),
                    "phones": phones or None,
                },
                fbank(samples),
            )
        )
    return made, total


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return zlib.crc32(text.encode())


def _write(
    name: str,
    target: Path,
    work: Callable[[object], tuple[list[tuple[dict, Features]], int]],
    items: Sequence[object],
    jobs: int,
) -> None:
    if (target / f"{name}.jsonl").exists():
        print(f"{name}: already there")
        return
    start = total = 0
    partial_index = target / f"{name}.jsonl.partial"
    with (
        multiprocessing.Pool(jobs) as pool,
        (target / f"{name}.f16").open("wb") as matrix,
        partial_index.open("w") as index,
    ):
        for made, samples in pool.imap(work, items, chunksize=4 if len(items) > 50 else 1):
            total += samples
            for entry, features in made:
                if len(features) < 30:
                    continue
                index.write(json.dumps({**entry, "start": start, "frames": len(features)}) + "\n")
                matrix.write(features.astype(np.float16).tobytes())
                start += len(features)
    partial_index.rename(target / f"{name}.jsonl")
    print(f"{name}: {total / RATE / 3600:.2f} h of sound, {start / 360000:.2f} h of features", flush=True)


def noises(corpus: Path, seed: int = 5, seconds: int = 30) -> dict[str, Features]:
    """Features of what else a microphone hears (babble of the corpus's training readers, hum, coloured noise)
    and, as "floor" (40,), of the error of rounding to 16 bits.
    """
    generator = np.random.default_rng(seed)
    count = seconds * RATE
    made = {"floor": fbank(generator.uniform(-0.5, 0.5, count).astype(np.float32)).mean(0)}
    voices = [
        soundfile.read(corpus / reading["audio"], dtype="int16")[0].astype(np.float64)
        for reading in generator.permutation(np.array(readings(corpus), object))[:300]
        if reading["part"] == "training"
    ]
    voices = [voice / np.sqrt((voice**2).mean() + 1) for voice in voices]
    time = np.arange(count) / RATE
    for index in range(8):
        babble = np.zeros(count)
        for _ in range(generator.integers(3, 8)):
            joined = np.concatenate([voices[k] for k in generator.integers(len(voices), size=12)])
            babble += np.resize(joined, count) * generator.uniform(0.4, 1.0)
        made[f"babble{index}"] = fbank((3000 * babble).astype(np.float32))
        mains = generator.choice([50.0, 60.0])
        hum = sum(
            generator.uniform(0.1, 1) / k * np.sin(2 * np.pi * mains * k * time + generator.uniform(0, 6))
            for k in range(1, 12)
        )
        made[f"hum{index}"] = fbank((3000 * hum + 30 * generator.standard_normal(count)).astype(np.float32))
        spectrum = np.fft.rfft(generator.standard_normal(count))
        spectrum /= np.arange(1.0, len(spectrum) + 1) ** generator.uniform(0, 1)
        coloured = np.fft.irfft(spectrum, count)
        made[f"noise{index}"] = fbank((3000 * coloured / coloured.std()).astype(np.float32))
    return made


def readings(corpus: Path) -> list[dict]:
    """The corpus's readings that may be trained on, with their part: "training" or "development"."""
    lines = [json.loads(line) for line in (corpus / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = [line["speaker"] for line in lines]
    held = held_back_speaker_ids(ids)
    kept = sorted(set(ids) - held, key=lambda speaker: hashlib.sha256(speaker.encode()).hexdigest())
    development = set(kept[-DEVELOPMENT_SPEAKERS:])
    return [
        {**line, "part": "development" if line["speaker"] in development else "training"}
        for line in lines
        if line["speaker"] not in held
    ]


def main() -> None:
    """Compute what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    target = arguments.cache / "features"
    target.mkdir(parents=True, exist_ok=True)
    if not (target / "noises.npz").exists():
        np.savez(target / "noises.npz", **noises(arguments.corpus))
    _write(
        "corpus", target, partial(_corpus_one, arguments.corpus), readings(arguments.corpus), arguments.jobs
    )
    for shard in sorted((arguments.cache / "speech").glob("*.json")):
        _write(f"speech-{shard.stem}", target, _shard_one, [shard], 1)


if __name__ == "__main__":
    main()
