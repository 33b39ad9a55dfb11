"""How well each sound, each word and the whole was pronounced, as trained listeners would have judged it.

Every word that was said is aligned with the sound phone by phone; a phone's fit is judged by the acoustic
model and by a small network (goodness of pronunciation, Witt & Young 2000); boosted trees turn that evidence
into the scores that five experts gave to second-language readers (speechocean762, Zhang et al. 2021). See
models/pronunciation/README.md for how well they agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from enunciate.alignment import AlignedWord, Alignment
from enunciate.alignment.phones import FRAMES_PER_SECOND, PHONES, PhoneAligner, Stretch, stretches
from enunciate.audio import RATE, Audio
from enunciate.interval import Interval
from enunciate.measures import Listeners, PhoneMeasure, Pronunciation, WordPronunciation
from enunciate.measures.evidence import Evidence, Integers, gather
from enunciate.measures.features import Norms, features, stretch_inputs, word_inputs
from enunciate.measures.frames import Floats, levelled
from enunciate.measures.phone_net import DILATIONS, Block, PhoneNet, ensemble
from enunciate.measures.sequence import Head, Layer, SequenceNet, mean_scores
from enunciate.measures.sounds import called_out, ipa
from enunciate.measures.trees import Trees
from enunciate.memory import Memory, fingerprint
from enunciate.reference import Phones, accents, lexicon

_BESIDE_SECONDS = 0.6
"""Speech beside the script between two of its words, in seconds, that an alignment can span."""
_MISSING_AT_MOST = 2
"""Words left out in a row that are still taken for attempts."""
WHOLE = ("accuracy", "fluency", "prosody", "total")
"""What is scored of a reading as a whole."""


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


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and deviation of the experts' scores, in whose units the networks over sequences score."""

    mean: float
    deviation: float

    def blend(self, trees: Floats, network: Floats) -> Floats:
        """The mean of what trees say on the experts' scale and a network in deviations."""
        return np.asarray((trees + self.mean + self.deviation * network) / 2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """The trained models."""

    nets: tuple[PhoneNet, ...]
    norms: Norms
    phone: Trees
    wrong: Trees
    word: Trees
    whole: tuple[Trees, ...]
    sequences: tuple[SequenceNet, ...]
    scales: dict[str, Scale]
    """Of "phone", "word" and each of the whole's scores."""
    sure_enough: float
    """The `sure` from which a sound may be called out: see models/pronunciation/README.md."""
    least_fit: float
    """Below this `fit` the sound is something else than the words."""

    def score(self, evidence: Evidence) -> StretchScores:
        """Scores for one stretch."""
        posteriors = ensemble(self.nets, evidence)
        found = features(evidence, posteriors, self.norms)
        together = mean_scores(
            self.sequences, found.sequence_rows, found.stretch_row, evidence.phone, evidence.word
        )
        phones = self.scales["phone"].blend(self.phone.predict(found.phone_rows), together.phones)
        wrong = chance(self.wrong.predict(found.phone_rows), together.wrong)
        inputs = word_inputs(found.word_rows, evidence.word, phones, wrong)
        words = self.scales["word"].blend(self.word.predict(inputs), together.words)
        row = stretch_inputs(found.stretch_row, phones, wrong, words)
        whole = tuple(
            float(self.scales[name].blend(trees.predict(row), together.whole[number : number + 1])[0])
            for number, (name, trees) in enumerate(zip(WHOLE, self.whole, strict=True))
        )
        return StretchScores(phones, wrong, words, whole, found.heard, found.fit)


def chance(trees: Floats, network: Floats) -> Floats:
    """The chance that two log odds have on average."""
    return np.asarray(1 / (1 + np.exp(-(trees + network) / 2)), np.float32)


@lru_cache(maxsize=1)
def scorer() -> Scorer:
    """The models that ship with the package, read once."""
    with as_file(files("enunciate.models") / "pronunciation" / "scorer.npz") as file:
        return read_scorer(file)


def read_scorer(file: Path) -> Scorer:
    """Models from a file that `models/training/pronunciation/train.py` wrote."""
    with np.load(file, allow_pickle=False) as arrays:
        data = {name: arrays[name] for name in arrays.files}
    return Scorer(
        tuple(phone_net(data, f"net{i}_") for i in range(int(data["nets"]))),
        Norms(data["norms_mean"], data["norms_deviation"]),
        _trees(data, "phone_"),
        _trees(data, "wrong_"),
        _trees(data, "word_"),
        tuple(_trees(data, f"{name}_") for name in WHOLE),
        tuple(sequence_net(data, f"sequence{i}_") for i in range(int(data["sequences"]))),
        {name: Scale(*map(float, data[f"scale_{name}"])) for name in ("phone", "word", *WHOLE)},
        float(data["sure_enough"]),
        float(data["least_fit"]),
    )


def measure(
    audio: Audio, alignment: Alignment, memory: Memory | None = None, models: Scorer | None = None
) -> Pronunciation:
    """Measure the pronunciation of every script word that was said, correctly or nearly so.

    `audio` is mono at 16 kHz; `models` are those that ship where none are given. Words that were left out,
    said beside the script get None, and so does everything in a stretch whose sound the words don't fit. What
    was said in a word's place is judged as an attempt at that word. A stretch that `memory` has is not
    measured again.
    """
    if audio.rate != RATE:
        raise ValueError(f"pronunciation is measured at {RATE} Hz, not at {audio.rate}")
    # The matrices are small: BLAS threads cost more than they bring, and on a busy machine ten times as much.
    with threadpool_limits(1):
        return _measure(audio, alignment, Memory() if memory is None else memory, models or scorer())


def _measure(audio: Audio, alignment: Alignment, memory: Memory, models: Scorer) -> Pronunciation:
    aligner = PhoneAligner()

    def laid(words: Sequence[AlignedWord], choices: Sequence[tuple[Phones, ...]]) -> Iterator[_Laid]:
        for stretch in stretches(words, [bool(choice) for choice in choices], audio.seconds):
            ways = [choices[index] for index in stretch.words]
            judged = _judge(models, aligner, audio.cut(stretch.interval), ways, memory)
            if judged is not None:
                yield stretch, judged

    # Single words and sounds are judged beside what was really said, the whole as listeners heard it: the two
    # are the same, and worked out once, but where something went differently.
    words: list[WordPronunciation | None] = [None] * len(alignment.words)
    for stretch, judged in laid(alignment.words, [_said(word) for word in alignment.words]):
        for place, index in enumerate(stretch.words):
            if alignment.words[index].status in ("correct", "mispronounced"):
                words[index] = _word(judged, place, stretch.interval.start)
    wholes: list[tuple[float, ...]] = []
    sizes: list[int] = []
    for stretch, judged in laid(_attempts(alignment.words), [_script(word) for word in alignment.words]):
        for place, index in enumerate(stretch.words):
            if alignment.words[index].status == "substituted":
                words[index] = _word(judged, place, stretch.interval.start)
        wholes.append(judged.scores.whole)
        sizes.append(len(stretch.words))
    if not wholes:
        return Pronunciation(tuple(words))
    mean = np.average(np.array(wholes), axis=0, weights=np.array(sizes))
    listeners = Listeners(*(_percent(float(score) / 10) for score in mean))
    certain = [word if _undisturbed(alignment.words, index) else None for index, word in enumerate(words)]
    return Pronunciation(tuple(words), listeners, called_out(certain, models.sure_enough))


def _attempts(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """The words as listeners hear them who have the script in hand, as those had that we learned from.

    Whatever was said in a word's place is an attempt at it, and so is silence where one or two words were
    left out. What was said beside the script belongs to the flow of its stretch, unless it lasts: then no
    stretch that spans it can be laid along the sound.
    """
    script = [index for index, word in enumerate(words) if word.reference is not None]
    runs = [list(run) for _, run in groupby(script, key=lambda index: words[index].interval is None)]
    tried = {index for run in runs if len(run) <= _MISSING_AT_MOST and len(runs) > 1 for index in run}
    clock = next((word.interval.start for word in words if word.interval is not None), 0.0)
    beside, result = 0.0, []
    for index, word in enumerate(words):
        if word.reference is None:
            beside += word.interval.duration if word.interval is not None else 0.0
            result.append(word if beside > _BESIDE_SECONDS else replace(word, interval=None))
            continue
        beside = 0.0
        if word.interval is None and index in tried:
            word = replace(word, interval=Interval(clock, clock))
        clock = word.interval.end if word.interval is not None else clock
        result.append(word)
    return result


def _undisturbed(words: Sequence[AlignedWord], index: int) -> bool:
    """Whether a word and its neighbours were read as they stand: only there is a single sound sure enough."""
    return all(word.status in ("correct", "mispronounced") for word in words[max(0, index - 1) : index + 2])


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A stretch with its phones in time; arrays as in `Evidence`."""

    phone: Integers
    word: Integers
    start: Integers
    length: Integers
    scores: StretchScores


_Laid = tuple[Stretch, _Judged]


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


def _said(word: AlignedWord) -> tuple[Phones, ...]:
    """How what was said there sounds; empty where that is not known."""
    if word.status == "substituted":
        return lexicon.pronunciations(word.heard) if word.heard is not None else ()
    return _script(word)


def _script(word: AlignedWord) -> tuple[Phones, ...]:
    """The ways to say the script's word that count as right; empty for what was said beside the script."""
    if word.reference is None:
        return ()
    return accents.accepted(word.reference.text, word.reference.pronunciations)


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


def sequence_net(data: Mapping[str, NDArray[np.generic]], prefix: str) -> SequenceNet:
    """The same of a network over sequences."""

    def array(name: str) -> Floats:
        return np.asarray(data[prefix + name], np.float32)

    def part(kind: type[Any], name: str) -> Any:
        return kind(*(array(f"{name}_{field}") for field in kind.__slots__))

    plain = [name for name in SequenceNet.__slots__ if prefix + name in data]
    layers = sum(f"{prefix}layers{i}_join" in data for i in range(12))
    return SequenceNet(
        **{name: array(name) for name in plain},
        layers=tuple(part(Layer, f"layers{i}") for i in range(layers)),
        phone_head=part(Head, "phone_head"),
        word_head=part(Head, "word_head"),
        whole_heads=tuple(part(Head, f"whole_heads{i}") for i in range(len(WHOLE))),
    )


def _trees(data: Mapping[str, NDArray[np.generic]], prefix: str) -> Trees:
    return Trees(*(data[prefix + part] for part in Trees.__slots__))  # type: ignore[arg-type]
