"""How well each sound, each word and the whole was pronounced, as trained listeners would have judged it.

Every word that was said is aligned with the sound phone by phone; a phone's fit is judged by the acoustic
model and by a small network (goodness of pronunciation, Witt & Young 2000); boosted trees turn that evidence
into the scores that five experts gave to second-language readers (speechocean762, Zhang et al. 2021). See
models/pronunciation/README.md for how well they agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from enunciate.alignment import AlignedWord, Alignment
from enunciate.alignment.phones import FRAMES_PER_SECOND, PHONES, PhoneAligner, stretches
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.measures import PhoneMeasure, WordPronunciation
from enunciate.measures.evidence import Evidence, Integers, gather
from enunciate.measures.features import Norms, features, stretch_inputs, word_inputs
from enunciate.measures.frames import Floats, levelled
from enunciate.measures.phone_net import DILATIONS, Block, PhoneNet, ensemble
from enunciate.measures.sounds import CalledOut, called_out, ipa
from enunciate.measures.trees import Trees
from enunciate.memory import Memory, fingerprint
from enunciate.reference import Phones, lexicon

_TARGETS = ("accuracy", "fluency", "prosody", "total")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Scores of a reading, 0-100 on the experts' scales; None where they could not be measured.

    `words` runs parallel to `Alignment.words`. A phone's `sure` is the chance, 0-1, that trained listeners
    would hear that phone as wrong, and `heard` the phone that the sound fits better, None where none fits
    better.
    """

    words: tuple[WordPronunciation | None, ...]
    accuracy: float | None
    """How well the sounds of the words were pronounced."""
    fluency: float | None
    prosody: float | None
    total: float | None
    called_out: tuple[CalledOut, ...] = ()
    """The sounds that were said wrongly beyond doubt, those that recur most first."""


@dataclass(frozen=True, slots=True, eq=False)
class StretchScores:
    """Scores of one stretch on the experts' own scales: phones 0-2, words and `whole` 0-10."""

    phones: Floats
    wrong: Floats
    """Chance that the experts' mean is below 1, (n,)."""
    words: Floats
    whole: tuple[float, ...]
    """Accuracy, fluency, prosody, total."""
    heard: NDArray[np.int64]
    fit: float
    """Mean log posterior of the phones that should be there: how well the words fit the sound at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """The trained models."""

    nets: tuple[PhoneNet, ...]
    norms: Norms
    phone: Trees
    wrong: Trees
    word: Trees
    whole: tuple[Trees, ...]
    sure_enough: float
    """The `sure` from which a sound may be called out: see models/pronunciation/README.md."""
    least_fit: float
    """Below this `fit` the sound is something else than the words."""

    def score(self, evidence: Evidence) -> StretchScores:
        """Scores for one stretch."""
        posteriors = ensemble(self.nets, evidence)
        found = features(evidence, posteriors, self.norms)
        phones = self.phone.predict(found.phone_rows)
        wrong = np.asarray(1 / (1 + np.exp(-self.wrong.predict(found.phone_rows))), np.float32)
        words = self.word.predict(word_inputs(found.word_rows, evidence.word, phones, wrong))
        row = stretch_inputs(found.stretch_row, phones, wrong, words)
        whole = tuple(float(trees.predict(row)[0]) for trees in self.whole)
        return StretchScores(phones, wrong, words, whole, found.heard, found.fit)


@lru_cache(maxsize=1)
def scorer() -> Scorer:
    """The models that ship with the package, read once."""
    with (
        as_file(files("enunciate.models") / "pronunciation" / "scorer.npz") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        data = {name: arrays[name] for name in arrays.files}
    return Scorer(
        tuple(phone_net(data, f"net{i}_") for i in range(int(data["nets"]))),
        Norms(data["norms_mean"], data["norms_deviation"]),
        _trees(data, "phone_"),
        _trees(data, "wrong_"),
        _trees(data, "word_"),
        tuple(_trees(data, f"{name}_") for name in _TARGETS),
        float(data["sure_enough"]),
        float(data["least_fit"]),
    )


def measure(audio: Audio, alignment: Alignment, memory: Memory | None = None) -> Pronunciation:
    """Measure the pronunciation of every script word that was said, correctly or nearly so.

    `audio` is mono at 16 kHz. Words that were left out, said as something else or said beside the script get
    None, and so does everything in a stretch whose sound the words don't fit. A stretch that `memory` has is
    not measured again.
    """
    if audio.rate != RATE:
        raise ValueError(f"pronunciation is measured at {RATE} Hz, not at {audio.rate}")
    # The matrices are small: BLAS threads cost more than they bring, and on a busy machine ten times as much.
    with threadpool_limits(1):
        return _measure(audio, alignment, Memory() if memory is None else memory)


def _measure(audio: Audio, alignment: Alignment, memory: Memory) -> Pronunciation:
    models = scorer()
    aligner = PhoneAligner()
    words: list[WordPronunciation | None] = [None] * len(alignment.words)
    wholes: list[tuple[float, ...]] = []
    sizes: list[int] = []
    choices = [_choice(word) for word in alignment.words]
    for stretch in stretches(alignment.words, [bool(choice) for choice in choices], audio.seconds):
        judged = _judge(
            models, aligner, audio.cut(stretch.interval), [choices[index] for index in stretch.words], memory
        )
        if judged is None:
            continue
        for place, index in enumerate(stretch.words):
            if alignment.words[index].status in ("correct", "mispronounced"):
                words[index] = _word(judged, place, stretch.interval.start)
        wholes.append(judged.scores.whole)
        sizes.append(len(stretch.words))
    if not wholes:
        return Pronunciation(tuple(words), None, None, None, None)
    mean = np.average(np.array(wholes), axis=0, weights=np.array(sizes))
    accuracy, fluency, prosody, total = (_percent(float(score) / 10) for score in mean)
    called = called_out(words, models.sure_enough)
    return Pronunciation(tuple(words), accuracy, fluency, prosody, total, called)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A stretch with its phones in time; arrays as in `Evidence`."""

    phone: Integers
    word: Integers
    start: Integers
    length: Integers
    scores: StretchScores


def _judge(
    models: Scorer, aligner: PhoneAligner, sound: Audio, words: Sequence[Sequence[Phones]], memory: Memory
) -> _Judged | None:
    """Scores of a stretch; None where the words don't fit its sound.

    It is levelled by itself, as the readings were that the models learned from: so its scores depend on
    nothing that is said before or after it.
    """

    def work_out() -> _Judged | None:
        evidence = gather(aligner, levelled(sound), words)
        if evidence is None:
            return None
        scores = models.score(evidence)
        if scores.fit < models.least_fit:
            return None
        return _Judged(evidence.phone, evidence.word, evidence.start, evidence.length, scores)

    key = ("pronunciation", fingerprint(sound.samples.tobytes()), tuple(tuple(way) for way in words))
    return memory.recall(key, work_out)


def _choice(word: AlignedWord) -> tuple[Phones, ...]:
    """How what was said there sounds; empty where it is not known."""
    if word.reference is None:
        return ()
    if word.status == "substituted":
        return lexicon.pronunciations(word.heard) if word.heard is not None else ()
    return word.reference.pronunciations


def _word(judged: _Judged, place: int, offset: float) -> WordPronunciation:
    phones, scores = [], judged.scores
    for i in np.flatnonzero(judged.word == place):
        phone = PHONES[judged.phone[i]]
        heard = PHONES[scores.heard[i]]
        start = offset + float(judged.start[i]) / FRAMES_PER_SECOND
        phones.append(
            PhoneMeasure(
                phone,
                ipa(phone),
                Interval(round(start, 3), round(start + float(judged.length[i]) / FRAMES_PER_SECOND, 3)),
                _percent(float(scores.phones[i]) / 2),
                None if heard == phone else heard,
                round(float(scores.wrong[i]), 3),
            )
        )
    return WordPronunciation(_percent(float(scores.words[place]) / 10), tuple(phones))


def _percent(share: float) -> float:
    return round(min(1.0, max(0.0, share)) * 100, 1)


def phone_net(data: Mapping[str, NDArray[np.generic]], prefix: str) -> PhoneNet:
    """A network from arrays named `prefix` and the name of the weight."""

    def array(name: str) -> Floats:
        return np.asarray(data[prefix + name], np.float32)

    blocks = tuple(
        Block(*(array(f"block{i}_{part}") for part in Block.__slots__)) for i in range(len(DILATIONS))
    )
    return PhoneNet(array("first"), array("first_bias"), blocks, array("last"), array("last_bias"))


def _trees(data: Mapping[str, NDArray[np.generic]], prefix: str) -> Trees:
    return Trees(*(data[prefix + part] for part in Trees.__slots__))  # type: ignore[arg-type]
