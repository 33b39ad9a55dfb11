"""What real second-language readers get: `python -m tests.benchmarks.second_language --data FOLDER`.

FOLDER is the train split of speechocean762 (Zhang et al., Interspeech 2021; openslr.org/101): labels.jsonl,
an object a reading (audio, text, speaker, and the experts' scores), and the sound. The sample is fixed by its
seed: 200 readings, one from each of the 125 speakers and a second from 75 of them; there are no more
speakers. Words that every expert gave 8 or more for accuracy count as rightly read: each of them not marked
correct is a false alarm. Where mistakes are wanted, the script is changed and the sound left alone, so that
the voices stay real.

The model that ships was trained on 63 of the 125 speakers: for it the figures are a little better than for
people it has never heard.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from enunciate.alignment import Alignment
from enunciate.alignment.reading import follow, is_reading, read_script
from enunciate.alignment.words import align, same_word
from enunciate.audio import Audio
from enunciate.audio.files import read
from enunciate.recognition import Hypothesis, Recognizer
from enunciate.recognition.engines import recognizer
from enunciate.recognition.listening import alternatives
from enunciate.reference import lexicon
from enunciate.reference.scripts import from_text

RIGHT = 8
LEAST_WORDS = 4
"""Shorter readings have no word that can be taken away or changed with the rest still known by it."""


@dataclass(frozen=True)
class Reading:
    """One recording, its script's words, and which of them the experts found rightly read."""

    audio: Path
    words: tuple[str, ...]
    right: tuple[bool, ...]


class Remembering:
    """A recognizer that decodes one recording as a whole only once for the same phrases."""

    def __init__(self, recognizer: Recognizer, audio: Audio) -> None:
        self._recognizer, self._audio = recognizer, audio
        self._done: dict[Sequence[str] | None, Hypothesis] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recognizer, name)

    def transcribe(self, audio: Audio, phrases: Sequence[str] | None = None) -> Hypothesis:
        if audio is not self._audio:
            return self._recognizer.transcribe(audio, phrases)
        if phrases not in self._done:
            self._done[phrases] = self._recognizer.transcribe(audio, phrases)
        return self._done[phrases]


def _counter() -> Counter[str]:
    return Counter()


@dataclass
class Tally:
    """What one way of judging made of some words of the scripts."""

    words: int = 0
    script_words: int = 0
    fates: Counter[str] = field(default_factory=_counter)
    extras: int = 0
    refused: int = 0

    def add(self, alignment: Alignment, places: Iterable[int]) -> None:
        """Count the fates of the tokens at `places`."""
        fates = fate_of(alignment)
        for place in places:
            self.words += 1
            self.fates[fates[place]] += 1
        self.script_words += len(fates)
        self.extras += sum(word.reference is None for word in alignment.words)

    def share(self, fate: str) -> float:
        return self.fates[fate] / max(self.words, 1)


def fate_of(alignment: Alignment) -> list[str]:
    """The status of each token: "correct" where all its words are."""
    fates = ["correct"] * len(alignment.reference.tokens)
    for word in alignment.words:
        if word.reference is not None and word.status != "correct":
            fates[word.reference.token] = word.status
    return fates


def extra_at(alignment: Alignment, token: int) -> bool:
    """Whether a word beside the script is reported before this token or next to that place."""
    upcoming = len(alignment.reference.tokens)
    for word in reversed(alignment.words):
        if word.reference is not None:
            upcoming = word.reference.token
        elif abs(upcoming - token) <= 1:
            return True
    return False


def sample(folder: Path, count: int, seed: int) -> list[Reading]:
    """`count` readings, spread over as many speakers as there are."""
    rng = random.Random(seed)
    by_speaker: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        by_speaker.setdefault(label["speaker"], []).append(label)
    for labels in by_speaker.values():
        rng.shuffle(labels)
    picked: list[Reading] = []
    while len(picked) < count:
        speakers = sorted(speaker for speaker, labels in by_speaker.items() if labels)
        if not speakers:
            sys.exit(f"{folder} holds only {len(picked)} readings, and {count} are asked for.")
        rng.shuffle(speakers)
        picked += [_reading(folder, by_speaker[s].pop()) for s in speakers[: count - len(picked)]]
    return picked


def _reading(folder: Path, label: dict[str, Any]) -> Reading:
    # The corpus writes in capitals, which a script keeps for abbreviations: "IT" is read as its letters.
    return Reading(
        folder / label["audio"],
        tuple(word["text"].lower() for word in label["words"]),
        tuple(min(word["accuracy"]) >= RIGHT for word in label["words"]),
    )


Judge = Callable[[tuple[str, ...]], Alignment]


def judges(audio: Audio, engine: Recognizer) -> dict[str, Judge]:
    """The ways of judging one recording against a script of these words."""
    remembering = Remembering(engine, audio)
    return {
        "free": lambda words: align(from_text(" ".join(words)), remembering.transcribe(audio).words),
        "first": lambda words: follow(audio, from_text(" ".join(words)), remembering),
        "combined": lambda words: read_script(audio, from_text(" ".join(words)), remembering),
    }


@dataclass(frozen=True)
class Change:
    """A script that differs from what was read, and the place where it does."""

    kind: str
    words: tuple[str, ...]
    place: int


def changes(reading: Reading, vocabulary: Sequence[str], rng: random.Random) -> list[Change]:
    """The script with one word swapped, removed and added, at a rightly read word each."""
    words = reading.words
    places = [n for n, right in enumerate(reading.right) if right]
    if len(words) < LEAST_WORDS or not places:
        return []
    made = []
    place, other = rng.choice(places), _other(words, vocabulary, rng)
    made.append(Change(SWAPPED, (*words[:place], other, *words[place + 1 :]), place))
    near = [(n, other) for n in places for other in alternatives(words[n], lexicon.known)]
    if near:
        place, other = rng.choice(near)
        made.append(Change(SLIPPED, (*words[:place], other, *words[place + 1 :]), place))
    place = rng.choice(places)
    made.append(Change(REMOVED, (*words[:place], *words[place + 1 :]), place))
    place, other = rng.choice(places), _other(words, vocabulary, rng)
    made.append(Change(ADDED, (*words[:place], other, *words[place:]), place))
    return made


SWAPPED, SLIPPED, REMOVED, ADDED, UNRELATED = (
    "another word in its place",
    "a likely slip in its place",
    "a word removed",
    "a word added",
    "another reader's script, its other words",
)


def _other(words: Sequence[str], vocabulary: Sequence[str], rng: random.Random) -> str:
    while True:
        other = rng.choice(vocabulary)
        if not any(same_word(word, other) for word in words):
            return other


def measure(readings: Sequence[Reading], engine: Recognizer, free: int, changed: int, seed: int) -> None:
    """Judge all readings and print the tables."""
    rng = random.Random(seed)
    vocabulary = sorted({word for reading in readings for word in reading.words})
    plain = {way: Tally() for way in ("free", "first", "combined")}
    told = {way: {kind: Tally() for kind in KINDS} for way in ("first", "combined")}
    noticed = dict.fromkeys(told, 0)
    began = time.process_time()
    for number, reading in enumerate(readings):
        audio = read(reading.audio).audio
        ways = judges(audio, engine)
        right = [n for n, is_right in enumerate(reading.right) if is_right]
        for way, judge in ways.items():
            if way != "free" or number < free:
                alignment = judge(reading.words)
                plain[way].add(alignment, right)
                plain[way].refused += not is_reading(alignment)
        stranger = readings[number - 1].words
        for change in changes(reading, vocabulary, rng) if number < changed else ():
            for way, tallies in told.items():
                alignment = ways[way](change.words)
                if change.kind == REMOVED:
                    tallies[REMOVED].words += 1
                    noticed[way] += extra_at(alignment, change.place)
                else:
                    tallies[change.kind].add(alignment, [change.place])
        for way, tallies in told.items() if number < changed else ():
            alignment = ways[way](stranger)
            unsaid = [
                n for n, word in enumerate(stranger) if not any(same_word(word, w) for w in reading.words)
            ]
            tallies[UNRELATED].add(alignment, unsaid)
            tallies[UNRELATED].refused += not is_reading(alignment)
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(readings)}", end="", file=sys.stderr)
    seconds = time.process_time() - began
    print(f"{len(readings)} readings, model {engine.model}, {seconds:.0f} s of processor time")
    print_plain(plain, free)
    if changed:
        print_changed(told, noticed, min(changed, len(readings)))


KINDS = (SWAPPED, SLIPPED, REMOVED, ADDED, UNRELATED)
DECODINGS = {
    "free": "free decoding alone",
    "first": "first (script-biased) decoding alone",
    "combined": "combined: with the second look",
}


def print_plain(tallies: dict[str, Tally], free: int) -> None:
    print(f"\nRightly read words (every expert gave {RIGHT} or more) that are not marked correct")
    print(
        f"{'':38}{'words':>6}{'missed':>9}{'substituted':>13}{'omitted':>9}{'extras/100':>12}{'refused':>9}"
    )
    for way, tally in tallies.items():
        if tally.words:
            name = DECODINGS[way] + (f" ({free} readings)" if way == "free" else "")
            extras = 100 * tally.extras / tally.script_words
            print(
                f"{name:38}{tally.words:6}{1 - tally.share('correct'):9.1%}{tally.share('substituted'):13.1%}"
                f"{tally.share('omitted'):9.1%}{extras:12.1f}{tally.refused:9}"
            )


def print_changed(told: dict[str, dict[str, Tally]], noticed: dict[str, int], count: int) -> None:
    print(f"\nScripts changed so that they differ from what was read (of {count} readings)")
    print(f"{'':62}{'cases':>6}{'first':>9}{'combined':>10}")
    first = told["first"]
    for kind in (SWAPPED, SLIPPED, ADDED, UNRELATED):
        shares = [told[way][kind].share("correct") for way in told]
        print_row(f"{kind}: claimed as read", first[kind].words, shares)
    print_row(
        f"{ADDED}: marked as omitted", first[ADDED].words, [told[w][ADDED].share("omitted") for w in told]
    )
    removed = first[REMOVED].words
    print_row(f"{REMOVED}: reported as extra", removed, [noticed[w] / max(removed, 1) for w in told])
    refused = [told[way][UNRELATED].refused / max(count, 1) for way in told]
    print_row(f"{UNRELATED}: taken for another text", count, refused)


def print_row(name: str, cases: int, shares: Sequence[float]) -> None:
    first, combined = shares
    print(f"{name:62}{cases:6}{first:9.1%}{combined:10.1%}")


def main() -> None:
    """Draw the sample, judge it, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with labels.jsonl")
    parser.add_argument("--readings", type=int, default=200)
    parser.add_argument("--changed", type=int, default=100, help="how many of them with changed scripts, too")
    parser.add_argument("--free", type=int, default=0, help="how many of them decoded freely, too; slow")
    parser.add_argument("--seed", type=int, default=762)
    parser.add_argument("--model", help="the recognition model's name or folder")
    asked = parser.parse_args()
    if not (asked.data / "labels.jsonl").is_file():
        sys.exit(
            f"There is no labels.jsonl in {asked.data}. --data names a folder with the train split of "
            "speechocean762 (CC BY 4.0, https://www.openslr.org/101) and its labels as labels.jsonl, one "
            "object a reading: audio (a path below the folder), speaker, text, and words, a list of "
            "{text, accuracy: one score an expert}."
        )
    readings = sample(asked.data, asked.readings, asked.seed)
    measure(readings, recognizer(asked.model), asked.free, asked.changed, asked.seed)


if __name__ == "__main__":
    main()
