"""Synthetic readings of a sample of the sentences, by free offline voices.

    python -m models.training.recognizer.synthesize --cache DIR [--engines flite espeak ...] [--jobs N]

Reads DIR/texts.jsonl and writes DIR/speech/ENGINE-NN.npy, one array of 16-bit samples at 16 kHz a shard, and
beside it ENGINE-NN.json, the list of its readings:

    id, words      as texts.jsonl has them
    voice          "flite:slt", "espeak:en-gb+f2", ...
    start, length  samples in the shard's array
    phones         [[phone, end in seconds], ...] where the voice tells them, else absent; 39 phones and SIL

A shard whose JSON is there is complete and is not made again, so a stopped run goes on where it was. The
first shard of every engine is small, so that training can begin early. Nothing is added to the sound: noise,
rooms and lines are made with the features.

Kokoro's voices read apart, on a GPU: accents.py and read_jobs.py. Voices that the benchmarks test with (its
"heart", Piper's "joe") never read. README.md has the licences of all others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from enunciate.alignment.phones import PHONES

from .texts import LETTER_A

Samples = NDArray[np.float32]
Phones = list[tuple[str, float]]

RATE = 16_000
PHONE_NAMES = frozenset((*PHONES, "SIL"))
SAME_PHONE = {
    "PAU": "SIL",
    "H#": "SIL",
    "SSIL": "SIL",
    "BRTH": "SIL",
    "AX": "AH",
    "AXR": "ER",
    "IX": "IH",
    "HV": "HH",
}
WEIGHTS = {
    "prompt": 3.0,
    "carrier": 0.9,
    "name": 0.6,
    "list": 0.5,
    "spelling": 0.8,
    "everyday": 0.8,
    "numbers": 0.8,
    "written": 0.4,
}
"""How much likelier a sentence of a kind is read than others; 1 where a kind is not named."""


@dataclass(frozen=True)
class Sentence:
    """What is read: `id` and `words` of texts.jsonl, and `spoken`."""

    id: str
    words: str
    spoken: str


@dataclass(frozen=True)
class Reading:
    """What a voice made of a sentence, at 16 kHz."""

    voice: str
    samples: Samples
    phones: Phones | None = None


Engine = Callable[[Sequence[Sentence], random.Random], Iterator[Reading | None]]
"""Reads the sentences one by one; None where one could not be read."""


# Voices


FLITE = {"slt": (0.34, 170.0), "rms": (0.28, 105.0), "awb": (0.23, 115.0), "kal16": (0.15, 105.0)}
"""Share of the readings, and the pitch in Hz."""


def flite(sentences: Sequence[Sentence], rng: random.Random) -> Iterator[Reading | None]:
    """CMU Flite: four American and Scottish voices, in other tempos and pitches."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        for sentence in sentences:
            (name,) = rng.choices(list(FLITE), [share for share, _ in FLITE.values()])
            stretch, pitch = rng.uniform(0.8, 1.25), FLITE[name][1] * rng.uniform(0.85, 1.2)
            command = [
                "flite",
                "-voice",
                name,
                "-psdur",
                "-o",
                str(wav),
                "-t",
                _with_a(sentence.spoken, "ay"),
            ]
            command += [
                "--setf",
                f"duration_stretch={stretch:.2f}",
                "--setf",
                f"int_f0_target_mean={pitch:.0f}",
            ]
            done = subprocess.run(command, capture_output=True, text=True)
            pairs = [entry.rpartition(":") for entry in done.stdout.split()]
            if done.returncode or not pairs:
                yield None
                continue
            yield Reading(f"flite:{name}", _read(wav), _mapped((name, float(end)) for name, _, end in pairs))


FESTIVAL = {"cmu_us_slt_arctic_hts": 0.4, "kal_diphone": 0.3, "ked_diphone": 0.3}


def festival(sentences: Sequence[Sentence], rng: random.Random) -> Iterator[Reading | None]:
    """Festival: a statistical voice and two diphone voices, all American."""
    with tempfile.TemporaryDirectory() as folder:
        names = [rng.choices(list(FESTIVAL), list(FESTIVAL.values()))[0] for _ in sentences]
        script = []
        for place in sorted(range(len(sentences)), key=lambda place: names[place]):
            text = re.sub(r'["\\]', "", _with_a(sentences[place].spoken, "ay"))
            at = f"{folder}/{place}"
            script.append(
                f"(voice_{names[place]}) (Parameter.set 'Duration_Stretch {rng.uniform(0.8, 1.25):.2f})"
                f'(unwind-protect (begin (set! said (utt.synth (Utterance Text "{text}")))'
                f' (utt.save.wave said "{at}.wav" \'riff) (utt.save.segs said "{at}.segs")) nil)'
            )
        (Path(folder) / "all.scm").write_text("\n".join(script), encoding="latin-1", errors="ignore")
        subprocess.run(["festival", "-b", f"{folder}/all.scm"], capture_output=True, check=True)
        for place, name in enumerate(names):
            wav, segments = Path(folder) / f"{place}.wav", Path(folder) / f"{place}.segs"
            if not wav.exists() or not segments.exists():
                yield None
                continue
            lines = [line.split() for line in segments.read_text().splitlines() if len(line.split()) == 3]
            phones = _mapped((line[2], float(line[0])) for line in lines)
            yield Reading(f"festival:{name.split('_')[0]}", _read(wav), phones)


ESPEAK = (
    "en-us",
    "en-us",
    "en-us",
    "en-us-nyc",
    "en-gb",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-029",
)
VARIANTS = (
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "klatt", "klatt3",
    "Andy", "Alicia", "Annie", "Michael", "Steph", "adam", "anika", "paul", "linda", "max", "belinda",
    "benjamin", "david", "ed", "john", "pablo", "quincy", "rob", "shelby", "travis", "victor",
)  # fmt: skip


def espeak(sentences: Sequence[Sentence], rng: random.Random) -> Iterator[Reading | None]:
    """eSpeak NG: formant voices of several accents, timbres, tempos and pitches."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        for sentence in sentences:
            accent, variant = rng.choice(ESPEAK), rng.choice(VARIANTS)
            text = re.sub(r"\bZ\b", "Zee", _with_a(sentence.spoken, "Eh"))
            command = ["espeak-ng", "-v", f"{accent}+{variant}", "-s", str(rng.randint(125, 185))]
            command += ["-p", str(rng.randint(25, 70)), "-w", str(wav), text]
            done = subprocess.run(command, capture_output=True)
            yield None if done.returncode else Reading(f"espeak:{accent}+{variant}", _read(wav))


def _with_a(spoken: str, letter: str) -> str:
    """The text with the letter A as the voice takes it right."""
    return spoken.replace(LETTER_A, letter)


def _mapped(pairs: Iterator[tuple[str, float]]) -> Phones | None:
    """(phone, end) in the 39 phones and SIL; None where the voice says something else."""
    phones = [(SAME_PHONE.get(name.upper(), name.upper()), round(end, 4)) for name, end in pairs]
    return phones if all(name in PHONE_NAMES for name, _ in phones) else None


def _read(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="float32")
    return _at_rate(samples, rate)


def _at_rate(samples: Samples, rate: int) -> Samples:
    if rate != RATE:
        common = int(np.gcd(rate, RATE))
        samples = resample_poly(samples, RATE // common, rate // common).astype(np.float32)
    return samples


# Shards

ENGINES: dict[str, Engine] = {"flite": flite, "espeak": espeak, "festival": festival}
PROGRAMS = {"flite": "flite", "espeak": "espeak-ng", "festival": "festival"}
UNREAD = "unread"
"""Dealt to no engine. Kokoro's voices read these sentences once; they stay, lest every later shard have other
sentences than in the runs that models were trained on."""
ROUNDS: tuple[tuple[int, dict[str, int]], ...] = (
    (1, {"flite": 120, UNREAD: 40, "espeak": 80, "festival": 60}),
    (3, {"flite": 450, UNREAD: 90, "espeak": 330, "festival": 320}),
    (1, {"flite": 450, UNREAD: 90, "espeak": 330}),
    (7, {"flite": 450, UNREAD: 90}),
    (3, {UNREAD: 90}),
    (5, {"flite": 450, "festival": 320}),
)
"""How often, and how many sentences the shard of an engine has: the engines by turns, so that any beginning
of them is mixed."""


def deck(texts: Path) -> list[Sentence]:
    """All sentences, each once, in the order in which they are dealt to the shards."""
    ranked = []
    with texts.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            weight = WEIGHTS.get(record["kind"].partition(":")[0], 1.0)
            rank = random.Random(record["id"]).expovariate(weight)
            if len(record["words"]) < 220:
                ranked.append((rank, Sentence(record["id"], record["words"], record["spoken"])))
    return [sentence for _, sentence in sorted(ranked, key=lambda pair: pair[0])]


def shards(sentences: Sequence[Sentence]) -> Iterator[tuple[str, Engine, Sequence[Sentence]]]:
    """(name, engine, its sentences), the engines by turns."""
    dealt = 0
    made: Counter[str] = Counter()
    for times, sizes in ROUNDS:
        for _ in range(times):
            for name, size in sizes.items():
                if name != UNREAD:
                    yield f"{name}-{made[name]:02}", ENGINES[name], sentences[dealt : dealt + size]
                    made[name] += 1
                dealt += size


def make(name: str, engine: Engine, sentences: Sequence[Sentence], cache: Path) -> float:
    """Writes one shard; gives its hours."""
    folder = cache / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, object]] = []
    sound: list[NDArray[np.int16]] = []
    at = 0
    for sentence, reading in zip(sentences, engine(sentences, random.Random(name)), strict=True):
        if reading is None or len(reading.samples) < RATE // 4:
            continue
        loud = float(np.abs(reading.samples).max())
        samples = np.round(reading.samples * (min(1.0, 0.9 / loud) if loud else 1.0) * 32767).astype(np.int16)
        entry: dict[str, object] = {"id": sentence.id, "voice": reading.voice, "words": sentence.words}
        entry |= {"start": at, "length": len(samples)}
        if reading.phones:
            entry["phones"] = reading.phones
        index.append(entry)
        sound.append(samples)
        at += len(samples)
    np.save(folder / f"{name}.npy", np.concatenate(sound))
    part = folder / f"{name}.part"
    part.write_text(json.dumps(index), encoding="utf-8")
    part.replace(folder / f"{name}.json")
    return at / RATE / 3600


def summary(cache: Path) -> str:
    """What is there, as a Markdown table: engines, voices, readings, hours."""
    rows = ["| engine | voices | readings | hours |", "|---|---|---|---|"]
    for name in ENGINES:
        readings = [
            entry
            for path in sorted((cache / "speech").glob(f"{name}-*.json"))
            for entry in json.loads(path.read_text(encoding="utf-8"))
        ]
        hours = sum(entry["length"] for entry in readings) / RATE / 3600
        voices = len({entry["voice"] for entry in readings})
        rows.append(f"| {name} | {voices} | {len(readings):,} | {hours:.2f} |")
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description="Makes the synthetic speech that the recognizer is trained on."
    )
    parser.add_argument("--cache", type=Path, required=True, help="folder of everything the recipe makes")
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--shards", type=int, help="stop after so many shards of an engine")
    parser.add_argument("--jobs", type=int, default=1, help="shards at a time")
    options = parser.parse_args()
    for name in options.engines:
        if (program := PROGRAMS.get(name)) and not shutil.which(program):
            sys.exit(f"{program} is not installed: README.md names its packages. --engines leaves it out.")
    wanted = []
    for name, engine, dealt in shards(deck(options.cache / "texts.jsonl")):
        label, _, place = name.partition("-")
        asked = label in options.engines and (options.shards is None or int(place) < options.shards)
        if asked and not (options.cache / "speech" / f"{name}.json").exists():
            wanted.append((name, engine, dealt, options.cache))
    with ProcessPoolExecutor(options.jobs) as pool:
        for job, hours in (
            zip(wanted, pool.map(make, *zip(*wanted, strict=True)), strict=True) if wanted else ()
        ):
            print(f"{job[0]}: {hours:.2f} h", file=sys.stderr)
    print(summary(options.cache))


if __name__ == "__main__":
    main()
