"""Readings to train on: the experts' labels, copies of the sound as bad lines and rooms would have it, native
speech.

Every reading becomes `Example`: evidence as the product gathers it, and targets. What was gathered is kept in
a cache folder, since it takes most of the time.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from scipy.signal import fftconvolve, resample_poly

from enunciate.alignment.phones import PHONES, PhoneAligner
from enunciate.audio import RATE, Audio
from enunciate.measures.evidence import Evidence, gather
from enunciate.measures.frames import levelled
from enunciate.measures.sounds import sounds
from enunciate.reference import Phones, accents, lexicon
from enunciate.reference.phones import bare

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


@cache
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


@cache
def _voice() -> Any:
    from hibari import Hibari

    return Hibari()


def native(text: str, number: int, seed: int) -> Samples:
    """`text` read by a synthetic American voice at some speed and vocal-tract length, 16 kHz.

    Every third one is spoilt as a copy is.
    """
    rng = np.random.default_rng([seed, number])
    speed = float(rng.uniform(0.85, 1.15))
    step = int(rng.integers(15, 23))  # below 20 the voice is deeper, as a man's
    samples = _voice()(text, speed=speed * 20 / step, seed=int(rng.integers(1 << 30)))
    peak = np.abs(samples).max() + 1e-6
    pad = np.zeros(int(24000 * rng.uniform(0.1, 0.6)), np.float32)
    whole = np.concatenate([pad, samples / peak * 0.5, pad])
    reading = resample_poly(whole, 40, 3 * step).astype(np.float32)
    return COPIES[str(rng.choice(list(COPIES)))](reading, rng) if number % 3 == 2 else reading


def choices(words: list[str]) -> list[tuple[Phones, ...]]:
    """Every accepted pronunciation of each word, as the product knows them."""
    bare = [word.strip(".,?!").lower() for word in words]
    return [accents.accepted(word, lexicon.pronunciations(word)) for word in bare]


def in_dictionary(text: str) -> bool:
    """Whether a dictionary has all words of `text`."""
    return all(lexicon.pronunciations(word.strip(".,?!").lower()) for word in text.split())


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


def targets(
    label: dict, evidence: Evidence
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Phones, words and scores of a reading, as `Example` has them.

    The experts judged the corpus's own pronunciation of each word. Where another fits the sound better, a
    phone gets the score of the one that it stands for, and none where it has no counterpart.
    """
    phones: list[float] = []
    for number, word in enumerate(label["words"]):
        scores = word["phone_scores"] or [None] * len(word["phones"])
        means = [float(np.mean(s)) if s else np.nan for s in scores]
        said = [PHONES[phone] for phone in evidence.phone[evidence.word == number]]
        phones += carried(means, bare(word["phones"]), said)
    words = [[np.median(word[name]) for name in WORD_SCORES] for word in label["words"]]
    return np.array(phones), np.array(words), np.array([np.median(label[name]) for name in UTTERANCE_SCORES])


def carried(scores: Sequence[float], judged: Sequence[str], said: Sequence[str]) -> list[float]:
    """Scores of the phones that were `judged`, for those that were `said` in their place.

    >>> carried([2.0, 1.0, 0.0], ["F", "AO", "R"], ["F", "AO"]), carried([2.0], ["AH"], ["HH", "AH"])
    ([2.0, 1.0], [nan, 2.0])
    """
    if len(judged) == len(said):
        return list(scores)
    found = [float("nan")] * len(said)
    for part in Levenshtein.opcodes(judged, said):
        if part.tag in ("equal", "replace"):
            found[part.dest_start : part.dest_end] = scores[part.src_start : part.src_end]
    return found


def in_order(work: Callable[[Any], Example | None], tasks: Sequence[Any], jobs: int) -> Iterator[Example]:
    """What `work` makes of each task, in order, by `jobs` processes; without those that it cannot do."""
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from filter(None, pool.imap(work, tasks, chunksize=8))


@cache
def _aligner() -> PhoneAligner:
    return PhoneAligner()


def gather_all(corpus: Path, texts: list[str], copied: float, seed: int, jobs: int) -> Iterator[Example]:
    """All readings, a share `copied` of them once more degraded, and `texts` by a native voice."""
    readings = labels(corpus)
    plain = [(label, "plain", 0) for label in readings]
    rng = np.random.default_rng(seed)
    kinds = [*COPIES, "babble", "babble"]
    copies = [
        (label, str(rng.choice(kinds)), number)
        for number, label in enumerate(readings)
        if rng.random() < copied
    ]
    yield from in_order(partial(_reading, corpus, seed), [*plain, *copies], jobs)
    spoken = [text for text in texts if in_dictionary(text)]
    yield from in_order(partial(_native, seed), list(enumerate(spoken)), jobs)


def _reading(corpus: Path, seed: int, task: tuple[dict, str, int]) -> Example | None:
    label, kind, number = task
    samples, rng = sound(corpus, label), np.random.default_rng([seed, number])
    if kind == "babble":
        readings = labels(corpus)
        others = [sound(corpus, readings[i]) for i in rng.integers(0, len(readings), int(rng.integers(2, 6)))]
        samples = babble(samples, others, rng)
    elif kind != "plain":
        samples = COPIES[kind](samples, rng)
    words = choices([word["text"] for word in label["words"]])
    evidence = gather(_aligner(), levelled(Audio(samples, RATE)), words)
    if evidence is None:
        return None
    return Example(label["utterance"], label["speaker"], kind, evidence, *targets(label, evidence))


def _native(seed: int, task: tuple[int, str]) -> Example | None:
    number, text = task
    words = choices(text.split())
    evidence = gather(_aligner(), levelled(Audio(native(text, number, seed), RATE)), words)
    if evidence is None:
        return None
    return Example(
        f"native{number:04}",
        NATIVE,
        NATIVE,
        evidence,
        np.full(len(evidence.phone), 2.0),
        np.full((len(words), len(WORD_SCORES)), 10.0),
        np.full(len(UTTERANCE_SCORES), 10.0),
    )


def gather_misread(
    corpus: Path, examples: list[Example], texts: list[str], share: float, seed: int, jobs: int
) -> Iterator[Example]:
    """A share of the plain readings, and undegraded native ones, as bad readings of others."""
    by_utterance = {label["utterance"]: label for label in labels(corpus)}
    rng = np.random.default_rng(seed + 1)
    spoken = [text for text in texts if in_dictionary(text)]
    tasks: list[tuple[int, Example, dict | str]] = []
    for number, example in enumerate(examples):
        if example.kind == "plain" and rng.random() < share:
            tasks.append((number, example, by_utterance[example.utterance]))
        elif example.kind == NATIVE and (spoke := int(example.utterance.removeprefix(NATIVE))) % 3 != 2:
            tasks.append((spoke, example, spoken[spoke]))
    yield from in_order(partial(_misread, corpus, seed), tasks, jobs)


def _misread(corpus: Path, seed: int, task: tuple[int, Example, dict | str]) -> Example | None:
    number, example, read = task
    samples = native(read, number, seed) if isinstance(read, str) else sound(corpus, read)
    return misread(example, samples, np.random.default_rng([seed + 1, number]), _aligner())


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
