"""Readings to train on: the experts' labels, copies of the sound as bad lines and rooms would have it, native
speech.

Every reading becomes `Example`: evidence as the product gathers it, and targets. What was gathered is kept in
a cache folder, since it takes most of the time.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample_poly

from enunciate.alignment.phones import PHONES, PhoneAligner
from enunciate.audio import RATE, Audio
from enunciate.measures.evidence import Evidence, gather
from enunciate.measures.frames import levelled
from enunciate.measures.sounds import sounds

Samples = NDArray[np.float32]

UTTERANCE_SCORES = ("accuracy", "fluency", "prosodic", "total")
WORD_SCORES = ("accuracy", "stress", "total")
NATIVE = "native"
"""The speaker name of every synthetic voice, so that folds keep them together."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A reading, or a copy of one: evidence and the experts' scores."""

    utterance: str
    speaker: str
    kind: str
    """"plain", the name of a degradation, "native", "misread" or "native misread"."""
    evidence: Evidence
    phones: NDArray[np.float64]
    """(n,) 0-2, mean over the experts; NaN where there is none."""
    words: NDArray[np.float64]
    """(words, 3) 0-10, medians of `WORD_SCORES`."""
    scores: NDArray[np.float64]
    """(4,) 0-10, medians of `UTTERANCE_SCORES`."""


def labels(corpus: Path) -> list[dict]:
    """The labels of speechocean762 as they stand in labels.jsonl, one a reading."""
    return [json.loads(line) for line in (corpus / "labels.jsonl").read_text("utf-8").splitlines()]


def sound(corpus: Path, label: dict) -> Samples:
    """A reading's samples at 16 kHz."""
    samples, rate = soundfile.read(corpus / label["audio"], dtype="float32")
    assert rate == RATE
    return samples


# Copies


def _at_snr(samples: Samples, noise: Samples, snr: float) -> Samples:
    speech = np.percentile(np.abs(samples), 95) + 1e-6
    scale = speech / (np.percentile(np.abs(noise), 95) + 1e-6) * 10 ** (-snr / 20)
    return samples + scale * noise[: len(samples)]


def telephone(samples: Samples, rng: np.random.Generator) -> Samples:
    """8 kHz, and often the mu-law of a telephone line."""
    narrow = resample_poly(samples, 1, 2)
    if rng.random() < 0.5:
        peak = np.abs(narrow).max() + 1e-6
        y = narrow / peak
        coded = np.round(np.sign(y) * np.log1p(255 * np.abs(y)) / np.log(256) * 127) / 127
        narrow = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255 * peak
    return resample_poly(narrow, 2, 1)[: len(samples)].astype(np.float32)


def quiet(samples: Samples, rng: np.random.Generator) -> Samples:
    """20 to 30 dB down, stored in 16 bits."""
    return np.round(samples * 10 ** (-rng.uniform(20, 30) / 20) * 32767).astype(np.float32) / 32767


def noise(samples: Samples, rng: np.random.Generator) -> Samples:
    """White to brown noise at 12 to 30 dB."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** rng.uniform(0, 1)
    return _at_snr(samples, np.fft.irfft(spectrum, len(samples)).astype(np.float32), rng.uniform(12, 30))


def hum(samples: Samples, rng: np.random.Generator) -> Samples:
    """Mains hum with harmonics at 15 to 30 dB."""
    time = np.arange(len(samples)) / RATE
    base = rng.choice([50.0, 60.0])
    tone = sum(
        np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6)) / k ** rng.uniform(0.3, 1.5)
        for k in range(1, 9)
    )
    return _at_snr(samples, np.asarray(tone, np.float32), rng.uniform(15, 30))


def room(samples: Samples, rng: np.random.Generator) -> Samples:
    """A small room: decaying noise as impulse response, and a microphone with a tilt of its own."""
    seconds = rng.uniform(0.1, 0.4)
    tail = rng.standard_normal(int(seconds * RATE)) * np.exp(
        -6.9 * np.arange(int(seconds * RATE)) / (seconds * RATE)
    )
    tail *= rng.uniform(0.01, 0.06)
    tail[0] = 1
    wet = fftconvolve(samples, tail)[: len(samples)]
    return (wet - rng.uniform(-0.4, 0.6) * np.append(0, wet[:-1])).astype(np.float32)


def mp3(samples: Samples, rng: np.random.Generator) -> Samples:
    """Through MP3 at one of several rates."""
    file = io.BytesIO()
    peak = np.abs(samples).max() + 1e-6
    soundfile.write(
        file, samples / peak * 0.9, RATE, format="MP3", compression_level=float(rng.uniform(0.2, 0.9))
    )
    file.seek(0)
    back, _ = soundfile.read(file, dtype="float32")
    return np.resize(back, len(samples)) * peak / 0.9


def babble(samples: Samples, others: list[Samples], rng: np.random.Generator) -> Samples:
    """Other readers talking, at 12 to 28 dB."""
    mixed = np.zeros(len(samples), np.float32)
    for other in others:
        mixed += np.resize(other, len(samples) + 1)[rng.integers(0, 2) :][: len(samples)]
    return _at_snr(samples, mixed, rng.uniform(12, 28))


COPIES = {"telephone": telephone, "quiet": quiet, "noise": noise, "hum": hum, "room": room, "mp3": mp3}


# Native speech


def native(texts: list[str], seed: int) -> Iterator[tuple[str, Samples]]:
    """`texts` read by a synthetic American voice at several speeds and vocal-tract lengths, 16 kHz."""
    from hibari import Hibari

    voice = Hibari()
    rng = np.random.default_rng(seed)
    for text in texts:
        speed = float(rng.uniform(0.85, 1.15))
        step = int(rng.integers(15, 23))  # below 20 the voice is deeper, as a man's
        samples = voice(text, speed=speed * 20 / step, seed=int(rng.integers(1 << 30)))
        peak = np.abs(samples).max() + 1e-6
        pad = np.zeros(int(24000 * rng.uniform(0.1, 0.6)), np.float32)
        whole = np.concatenate([pad, samples / peak * 0.5, pad])
        yield text, resample_poly(whole, 40, 3 * step).astype(np.float32)


def pronunciations(text: str) -> list[list[tuple[str, ...]]] | None:
    """Every accepted pronunciation of each word of `text`; None where the dictionary lacks one."""
    from enunciate.reference.lexicon import pronunciations as known

    ways = [known(word.strip(".,?!").lower()) for word in text.split()]
    return [list(way) for way in ways] if all(ways) else None


# Sounds said as others

_SWAPPED = 0.1
_ADDED = 0.04
"""Chances that a phone is taken for another, and that a word is taken to end in one more."""
_ENDINGS = ("T", "D", "S", "Z", "K", "L", "N")


def swapped(
    words: list[tuple[str, ...]], good: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[list[tuple[str, ...]], list[NDArray[np.bool_]]]:
    """Other words that the same sound is a bad reading of, and which of their phones were not said.

    A `good` phone that was said becomes one that it is commonly said for, or a word gains a last consonant
    that nobody said.
    """
    said_for: dict[str, list[str]] = {}
    for phone, description in sounds().items():
        for heard in description.confused:
            said_for.setdefault(heard, []).append(phone)
    result, wrong, place = [], [], 0
    for word in words:
        phones, missed = list(word), [False] * len(word)
        for i, phone in enumerate(word):
            if good[place + i] and phone in said_for and rng.random() < _SWAPPED:
                phones[i], missed[i] = str(rng.choice(said_for[phone])), True
        if good[place : place + len(word)].all() and rng.random() < _ADDED:
            phones.append(str(rng.choice([end for end in _ENDINGS if end != phones[-1]])))
            missed.append(True)
        place += len(word)
        result.append(tuple(phones))
        wrong.append(np.array(missed))
    return result, wrong


def misread(
    example: Example, samples: Samples, rng: np.random.Generator, aligner: PhoneAligner
) -> Example | None:
    """The same sound as a bad reading of other words, so that a scorer heeds each sound and not its company.

    Experts gave words with one wrong phone 3 of 10 where they have up to three phones, else 5 (medians).
    """
    owners = example.evidence.word
    said = np.array([PHONES[phone] for phone in example.evidence.phone])
    words = [tuple(str(phone) for phone in said[owners == i]) for i in range(len(example.words))]
    others, wrong = swapped(words, example.phones >= 1.8, rng)
    if not any(missed.any() for missed in wrong):
        return None
    evidence = gather(aligner, levelled(Audio(samples, RATE)), [[other] for other in others])
    if evidence is None:
        return None
    phones, word_scores = [], example.words.copy()
    for i, missed in enumerate(wrong):
        before = example.phones[owners == i]
        phones.append(np.where(missed, 0.0, np.append(before, 2.0)[: len(missed)]))
        if missed.any():
            limit = 5.0 if missed.sum() == 1 and len(missed) > 3 else 3.0
            word_scores[i] = np.minimum(word_scores[i], limit)
    return replace(
        example,
        kind="native misread" if example.speaker == NATIVE else "misread",
        evidence=evidence,
        phones=np.concatenate(phones),
        words=word_scores,
        scores=np.full(len(UTTERANCE_SCORES), np.nan),
    )


# Gathering


def targets(label: dict) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Phones, words and scores of a reading, as `Example` has them."""
    phones: list[float] = []
    for word in label["words"]:
        scores = word["phone_scores"] or [None] * len(word["phones"])
        phones += [float(np.mean(s)) if s else np.nan for s in scores]
    words = [[np.median(word[name]) for name in WORD_SCORES] for word in label["words"]]
    return np.array(phones), np.array(words), np.array([np.median(label[name]) for name in UTTERANCE_SCORES])


def gather_all(corpus: Path, texts: list[str], copied: float, seed: int) -> Iterator[Example]:
    """All readings, a share `copied` of them once more degraded, and `texts` by a native voice."""
    readings = labels(corpus)
    rng = np.random.default_rng(seed)
    aligner = PhoneAligner()
    for label in readings:
        found = _example(aligner, label, sound(corpus, label), "plain")
        if found:
            yield found
    kept = [label for label in readings if rng.random() < copied]
    for label in kept:
        kind = str(rng.choice([*COPIES, "babble", "babble"]))
        samples = sound(corpus, label)
        if kind == "babble":
            others = [
                sound(corpus, readings[i]) for i in rng.integers(0, len(readings), int(rng.integers(2, 6)))
            ]
            copy = babble(samples, others, rng)
        else:
            copy = COPIES[kind](samples, rng)
        found = _example(aligner, label, copy, kind)
        if found:
            yield found
    spoken = [text for text in texts if pronunciations(text)]
    for number, (text, samples) in enumerate(native(spoken, seed)):
        words = pronunciations(text)
        assert words is not None
        if number % 3 == 2:
            samples = COPIES[str(rng.choice(list(COPIES)))](samples, rng)
        evidence = gather(aligner, levelled(Audio(samples, RATE)), words)
        if evidence is not None:
            yield Example(
                f"native{number:04}",
                NATIVE,
                NATIVE,
                evidence,
                np.full(len(evidence.phone), 2.0),
                np.full((len(words), len(WORD_SCORES)), 10.0),
                np.full(len(UTTERANCE_SCORES), 10.0),
            )


def _example(aligner: PhoneAligner, label: dict, samples: Samples, kind: str) -> Example | None:
    words = [[tuple(word["phones"])] for word in label["words"]]
    evidence = gather(aligner, levelled(Audio(samples, RATE)), words)
    if evidence is None:
        return None
    return Example(label["utterance"], label["speaker"], kind, evidence, *targets(label))


def gather_misread(
    corpus: Path, examples: list[Example], texts: list[str], share: float, seed: int
) -> Iterator[Example]:
    """A share of the plain readings, and undegraded native ones, as bad readings of others."""
    by_utterance = {label["utterance"]: label for label in labels(corpus)}
    rng = np.random.default_rng(seed + 1)
    aligner = PhoneAligner()
    for example in examples:
        if example.kind == "plain" and rng.random() < share:
            found = misread(example, sound(corpus, by_utterance[example.utterance]), rng, aligner)
            if found:
                yield found
    spoken = [text for text in texts if pronunciations(text)]
    known = {example.utterance: example for example in examples if example.kind == NATIVE}
    for number, (_, samples) in enumerate(native(spoken, seed)):
        example = known.get(f"native{number:04}")
        if example is not None and number % 3 != 2:
            found = misread(example, samples, rng, aligner)
            if found:
                yield found


def cached(file: Path, examples: Callable[[], Iterator[Example]]) -> list[Example]:
    """`examples`, kept in `file`, which holds nothing but pickles of this very code."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with part.open("wb") as target:
            for number, example in enumerate(examples(), 1):
                pickle.dump(example, target, protocol=5)
                if number % 250 == 0:
                    print(f"{number} gathered", flush=True)
        part.rename(file)
    found = []
    with file.open("rb") as source:
        while source.peek(1):
            found.append(pickle.load(source))
    return found
