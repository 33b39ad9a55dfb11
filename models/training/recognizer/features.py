"""Log-mel features exactly as Vosk computes them, and what rooms, lines and microphones do to them.

    python -m models.training.recognizer.features --corpus CORPUS --cache DIR

Speed and reverberation change the sound, so such copies are computed once, here. Level, noise, hum, babble
and the telephone's band are changes of the features themselves (a level is added, sounds add up as energies),
which training draws anew each time: `degrade`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import kaldi_native_fbank
import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample_poly

from enunciate.alignment.phones import PhoneAligner
from enunciate.reference import lexicon

from .split import held_back_speaker_ids

RATE, BINS, FRAMES_PER_SECOND = 16000, 40, 100
CONFIG = {
    "sample-frequency": RATE,
    "num-mel-bins": BINS,
    "low-freq": 20,
    "high-freq": 7600,
    "use-energy": "false",
    "dither": 0,
}
"""conf/fbank.conf of the model."""
CMN_WINDOW, CMN_GLOBAL = 600, 200
"""Kaldi's defaults for online mean normalisation, in frames."""
SPEEDS = ((10, 9), (10, 11), (1, 1), (20, 19), (20, 21))
DEVELOPMENT_SPEAKERS = 8

Samples = NDArray[np.float32]
Features = NDArray[np.float32]


def fbank(samples: Samples) -> Features:
    """Log-mel energies (frames, 40) of samples (n,) at 16 kHz in the range of 16-bit integers."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = BINS
    options.mel_opts.low_freq, options.mel_opts.high_freq = CONFIG["low-freq"], CONFIG["high-freq"]
    options.use_energy = False
    computer = kaldi_native_fbank.OnlineFbank(options)
    computer.accept_waveform(RATE, samples.astype(np.float32).tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, BINS), np.float32)


def online_cmn(features: Features, mean: NDArray[np.float64], heard: Features | None = None) -> Features:
    """Features less the running mean, as Kaldi's OnlineCmvn: of the last 600 frames, and of `mean` while
    there are fewer. `heard` is what the same stream held before.
    """
    lead = 0 if heard is None else len(heard)
    everything = features if heard is None else np.concatenate([heard, features])
    sums = np.cumsum(everything, 0, dtype=np.float64)
    counts = np.arange(1, len(everything) + 1, dtype=np.float64)
    if len(everything) > CMN_WINDOW:
        sums[CMN_WINDOW:] -= np.cumsum(everything, 0, dtype=np.float64)[:-CMN_WINDOW]
        counts = np.minimum(counts, CMN_WINDOW)
    extra = np.minimum(CMN_WINDOW - counts, CMN_GLOBAL)
    means = (sums + extra[:, None] * mean) / (counts + extra)[:, None]
    return (everything - means)[lead:].astype(np.float32)


def reverberated(samples: Samples, generator: np.random.Generator) -> Samples:
    """The sound in a room: an exponentially decaying tail of noise, 0.15 to 0.6 s to -60 dB."""
    length = int(RATE * generator.uniform(0.15, 0.6))
    tail = generator.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail[: int(generator.uniform(0, 0.005) * RATE)] = 0
    tail *= generator.uniform(0.1, 0.5) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return fftconvolve(samples, tail)[: len(samples)].astype(np.float32)


def degrade(
    features: Features, noises: Sequence[Features], floor: Features, generator: np.random.Generator
) -> Features:
    """What a line, a microphone and a room's noise make of log-mel `features`. `floor` (40,) is the noise of
    rounding to 16 bits, in a band that holds nothing.
    """
    degraded = features.copy()
    if generator.random() < 0.5:
        noise = noises[generator.integers(len(noises))]
        start = generator.integers(max(1, len(noise) - len(degraded)))
        noise = np.resize(noise[start : start + len(degraded)], degraded.shape)
        loud = np.logaddexp.reduce(degraded.max(1)) - np.log(len(degraded))
        level = loud - (np.logaddexp.reduce(noise.max(1)) - np.log(len(noise)))
        degraded = np.logaddexp(degraded, noise + level - np.log(10) / 10 * generator.uniform(3, 30))
    if generator.random() < 0.3:  # a microphone's colour: a smooth curve over the bands
        ends = generator.uniform(-2.5, 2.5, 4)
        degraded += np.interp(np.arange(BINS), np.linspace(0, BINS - 1, 4), ends - ends.mean())
    gain = generator.uniform(-6.5, 1.5) if generator.random() < 0.6 else 0.0
    if generator.random() < 0.2:
        degraded[:, generator.integers(27, 32) :] = -20
    return np.logaddexp(degraded + gain, floor).astype(np.float32)


def other_tract(features: Features, ratio: float) -> Features:
    """Log-mel `features` of a vocal tract `ratio` times as short: every frequency times `ratio`.

    Jaitly and Hinton, Vocal Tract Length Perturbation improves speech recognition, ICML workshop 2013, on the
    bands instead of the spectrum.
    """
    low, high = (1127 * np.log1p(CONFIG[edge] / 700) for edge in ("low-freq", "high-freq"))
    step = (high - low) / (BINS + 1)
    centres = 700 * np.expm1((low + step * np.arange(1, BINS + 1)) / 1127)
    wanted = (1127 * np.log1p(centres / ratio / 700) - low) / step - 1
    below = np.clip(np.floor(wanted).astype(int), 0, BINS - 2)
    above = np.clip(wanted - below, 0, 1).astype(np.float32)
    return features[:, below] * (1 - above) + features[:, below + 1] * above


def copies(samples: Samples, seed: int, number: int) -> Iterator[tuple[float, Samples]]:
    """`number` copies of a reading, at most 6, each with its speed: first itself, then faster and slower
    ones, most of them in a room.
    """
    generator = np.random.default_rng(seed)
    yield 1.0, samples
    for up, down in SPEEDS[: number - 1]:
        copy = samples if up == down else resample_poly(samples, up, down).astype(np.float32)
        if generator.random() < 0.7:
            copy = reverberated(copy, generator)
        yield down / up, np.round(np.clip(copy, -32768, 32767))


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
    said = [word["phones"] for word in reading["words"]]
    made = []
    number = 1 if reading["part"] == "development" else 1 + len(SPEEDS)
    for index, (speed, copy) in enumerate(copies(samples, int(reading["utterance"]), number)):
        made.append(
            (
                {
                    "id": f"{reading['utterance']}-{index}",
                    "part": reading["part"],
                    "voice": reading["speaker"],
                    "words": words,
                    "said": said,
                    "phones": phones and [(p, a / speed, b / speed) for p, a, b in phones],
                },
                fbank(copy),
            )
        )
    return made, len(samples)


def _shard_one(path: Path) -> tuple[list[tuple[dict, Features]], int]:
    """One shard of synthetic speech: a copy of each, half of them in a room, some at another speed."""
    sound = np.load(path.with_suffix(".npy"), mmap_mode="r")
    made, total = [], 0
    for entry in json.loads(path.read_text(encoding="utf-8")):
        samples = np.array(sound[entry["start"] : entry["start"] + entry["length"]], np.float32)
        total += len(samples)
        generator = np.random.default_rng(hash_of(entry["id"]))
        up, down = SPEEDS[generator.integers(len(SPEEDS))] if generator.random() < 0.5 else (1, 1)
        if up != down:
            samples = resample_poly(samples, up, down).astype(np.float32)
        if generator.random() < 0.5:
            samples = reverberated(samples, generator)
        samples = np.round(np.clip(samples * np.exp(generator.uniform(-1.5, 0.3)), -32768, 32767))
        speed = down / up
        ends = [0.0, *(end for _, end in entry.get("phones", ()))]
        phones = [
            (phone, FRAMES_PER_SECOND * start / speed, FRAMES_PER_SECOND * end / speed)
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
