"""What does not belong to the reader should not move their scores.

Usage: python tests/benchmarks/robustness.py CORPUS

Readings of CORPUS (a folder of speechocean762) are assessed as they are and spoilt: 20 dB quieter, at 8 kHz,
with babble or hum at 20 dB, through MP3 at 128 kbit/s. Then synthetic native voices read scripts of the
library ("heart" was heard in training, "joe" never). Everything goes through `assess`. The voices need the
"bench" extra.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from enunciate.assessment import assess
from enunciate.audio import RATE
from enunciate.reference.scripts import find, library
from tests.benchmarks.synthesis import synthesise

Samples = NDArray[np.float32]
SCORES = ("overall", "pronunciation", "fluency", "prosody")
GOOD_PHONE = 75.0


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--readings", type=int, default=100)
    parser.add_argument("--scripts", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spoilt(options.corpus, options.readings, Path(folder))
        native(options.scripts, Path(folder))


def spoilt(corpus: Path, count: int, folder: Path) -> None:
    """How far each score moves, on average, in points; at most 5 are allowed for the overall score."""
    labels = [json.loads(line) for line in (corpus / "labels.jsonl").read_text("utf-8").splitlines()]
    labels = labels[:: max(1, len(labels) // count)]
    sounds = [soundfile.read(corpus / label["audio"], dtype="float32")[0] for label in labels]
    plain = [assess(corpus / label["audio"], text=label["text"]).as_dict() for label in labels]
    print("| spoilt | " + " | ".join(SCORES) + " | lost |\n|---|" + "---|" * (len(SCORES) + 1))
    for name, spoil in SPOILS.items():
        again = []
        for number, (label, samples) in enumerate(zip(labels, sounds, strict=True)):
            others = [sounds[(number + step) % len(sounds)] for step in (7, 19, 31, 43)]
            file = spoil(samples, others, folder / "spoilt")
            again.append(assess(file, text=label["text"]).as_dict())
        moved = [
            [
                abs(one["scores"][score] - two["scores"][score])
                for one, two in zip(plain, again, strict=True)
                if one["scores"][score] is not None and two["scores"][score] is not None
            ]
            for score in SCORES
        ]
        lost = len(labels) - len(moved[0])
        print(f"| {name} | " + " | ".join(f"{np.mean(points):.1f}" for points in moved) + f" | {lost} |")


def native(count: int, folder: Path) -> None:
    """Scores of synthetic native voices: overall at least 85, at least 95 % of the phones good."""
    scripts = library()[:: max(1, len(library()) // count)]
    print("\n| voice | " + " | ".join(SCORES) + " | good phones |\n|---|" + "---|" * (len(SCORES) + 1))
    for voice in ("heart", "joe"):
        readings = []
        for script in scripts:
            sound = synthesise(find(script.id).text, voice)
            soundfile.write(folder / "native.flac", sound.samples, sound.rate)
            readings.append(assess(folder / "native.flac", script=script.id).as_dict())
        means = [np.mean([reading["scores"][score] or 0.0 for reading in readings]) for score in SCORES]
        phones = [phone["score"] for reading in readings for phone in _phones(reading)]
        good = np.mean([score >= GOOD_PHONE for score in phones]) if phones else float("nan")
        print(f"| {voice} | " + " | ".join(f"{mean:.1f}" for mean in means) + f" | {good:.1%} |")


def _phones(reading: dict[str, Any]) -> list[dict[str, Any]]:
    return [phone for word in reading["words"] for phone in word["phones"] if phone["score"] is not None]


def _wave(samples: Samples, rate: int, file: Path) -> Path:
    soundfile.write(file.with_suffix(".wav"), np.clip(samples, -1, 1), rate, subtype="PCM_16")
    return file.with_suffix(".wav")


def _with(samples: Samples, noise: Samples, snr_db: float) -> Samples:
    def rms(x: Samples) -> float:
        loud = np.abs(x) >= np.median(np.abs(x))
        return float(np.sqrt(np.mean(np.square(x[loud])))) + 1e-9

    return samples + noise * np.float32(rms(samples) / rms(noise) * 10 ** (-snr_db / 20))


def _quiet(samples: Samples, _: list[Samples], file: Path) -> Path:
    return _wave(samples * np.float32(0.1), RATE, file)


def _narrow(samples: Samples, _: list[Samples], file: Path) -> Path:
    import soxr

    return _wave(soxr.resample(samples, RATE, 8000), 8000, file)


def _babble(samples: Samples, others: list[Samples], file: Path) -> Path:
    noise = np.sum([np.resize(other, len(samples)) for other in others], axis=0, dtype=np.float32)
    return _wave(_with(samples, noise, 20.0), RATE, file)


def _hum(samples: Samples, _: list[Samples], file: Path) -> Path:
    time = np.arange(len(samples)) / RATE
    tone = sum(np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5))
    return _wave(_with(samples, np.asarray(tone, np.float32), 20.0), RATE, file)


def _mp3(samples: Samples, _: list[Samples], file: Path) -> Path:
    import soxr

    target = file.with_suffix(".mp3")
    # At 44.1 kHz a compression level of 0.66 is 128 kbit/s.
    with soundfile.SoundFile(
        target, "w", 44_100, 1, format="MP3", bitrate_mode="CONSTANT", compression_level=0.66
    ) as sound:
        sound.write(soxr.resample(samples, RATE, 44_100))
    return target


SPOILS: dict[str, Callable[[Samples, list[Samples], Path], Path]] = {
    "-20 dB": _quiet,
    "8 kHz": _narrow,
    "babble, 20 dB SNR": _babble,
    "hum, 20 dB SNR": _hum,
    "MP3, 128 kbit/s": _mp3,
}


if __name__ == "__main__":
    main()
