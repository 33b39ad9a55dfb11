"""How well miscues are found: `python -m tests.benchmarks.miscues --readings 200`. Needs the "bench" extra.

Synthetic voices read passages of the shipped scripts. The perfect readings give false alarms per 100 script
words; the readings with planted mistakes give precision and recall by kind. A planted mistake counts as found
if a word at its token or the ones beside it has its very status, each finding counting once; "flagged" says
that something at all was marked there. The same seed gives the same readings.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from enunciate.assessment import Assessment
from enunciate.reference import Reference
from enunciate.reference.scripts import find, from_text, library
from tests.benchmarks.synthesis import (
    KINDS,
    SPOILS,
    VOICES,
    Kind,
    Planted,
    Reading,
    cache_folder,
    plant,
    read,
    spoil,
    synthesise,
)

SHARES = {"heart": 0.5, "joe": 0.4, "kumo": 0.1}
"""Which part of the readings each voice gets; kumo is slow to synthesise."""
SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.25)
PLANTED_EACH = 3
SHORTEST = 30
"""Spoken words of a passage; paragraphs are added until it has so many."""


@dataclass(frozen=True)
class Case:
    """A reading to be judged: which passage, who reads it and how, and what was planted."""

    reference: Reference
    reading: Reading
    voice: str
    speed: float
    spoil: str
    seed: int


@dataclass(frozen=True)
class Finding:
    """A word that was not marked correct. A word said beside the script belongs to the token after it."""

    status: str
    token: int
    heard: str | None


Assess = Callable[[Path, Reference], Assessment]


def passages(rng: random.Random) -> Iterator[Reference]:
    """Passages of the shipped scripts, for ever, each script once before any comes again."""
    names = [summary.id for summary in library()]
    while True:
        rng.shuffle(names)
        for name in names:
            script = find(name)
            paragraphs = [part for part in script.text.split("\n\n") if part.strip()]
            first = rng.randrange(len(paragraphs))
            for last in range(first + 1, len(paragraphs) + 1):
                passage = from_text("\n\n".join(paragraphs[first:last]), script.title, name)
                if len(passage.words()) >= SHORTEST or last == len(paragraphs):
                    break
            yield replace(
                passage,
                pronunciations=script.pronunciations,
                strict_contractions=script.strict_contractions,
            )


def cases(count: int, kinds: Sequence[Kind], seed: int, spoils: Sequence[str]) -> Iterator[Case]:
    """`count` readings; with `kinds`, `PLANTED_EACH` mistakes in each, the kinds taking turns."""
    rng = random.Random(f"{seed} {'planted' if kinds else 'perfect'}")
    vocabulary = sorted({word.text for summary in library() for word in find(summary.id).words()})
    turn = 0
    for number, reference in zip(range(count), passages(rng), strict=False):
        reading = read(reference)
        for _ in range(PLANTED_EACH if kinds else 0):
            planted = plant(reading, kinds[turn % len(kinds)], rng, vocabulary)
            turn += planted is not reading
            reading = planted
        (voice,) = rng.choices(list(SHARES), list(SHARES.values()))
        speed = rng.choice(SPEEDS)
        yield Case(reference, reading, voice, speed, spoils[number % len(spoils)], rng.randrange(10**6))


def recording(case: Case, folder: Path, name: str) -> Path:
    """The reading as a sound file."""
    import soundfile

    path = folder / f"{name}.flac"
    audio = spoil(synthesise(case.reading.text, case.voice, case.speed, case.seed), case.spoil, case.seed)
    soundfile.write(path, audio.samples * 0.5, audio.rate, subtype="PCM_16")
    return path


def findings(assessment: Assessment) -> list[Finding]:
    """All that the alignment marks."""
    found: list[Finding] = []
    token = len(assessment.reference.tokens)
    for word in reversed(assessment.alignment.words):
        if word.reference is not None:
            token = word.reference.token
        if word.status != "correct":
            found.append(Finding(word.status, token, word.heard))
    return found[::-1]


def matched(planted: Sequence[Planted], found: Sequence[Finding]) -> list[Finding | None]:
    """For each planted mistake the finding of its kind at its token or the next nearest, each used once."""
    left = list(found)
    hits: list[Finding | None] = []
    for event in planted:
        near = [one for one in left if one.status == event.kind and abs(one.token - event.token) <= 1]
        hit = min(near, key=lambda one: abs(one.token - event.token), default=None)
        if hit is not None:
            left.remove(hit)
        hits.append(hit)
    return hits


def _counter() -> Counter[str]:
    return Counter()


@dataclass
class Tally:
    """Counts over many readings; mistakes are counted by kind, and by "kind: sort" where they have one."""

    readings: int = 0
    words: int = 0
    refused: int = 0
    planted: Counter[str] = field(default_factory=_counter)
    found: Counter[str] = field(default_factory=_counter)
    flagged: Counter[str] = field(default_factory=_counter)
    marked: Counter[str] = field(default_factory=_counter)
    alarms: Counter[str] = field(default_factory=_counter)
    by_voice: Counter[str] = field(default_factory=_counter)
    words_by_voice: Counter[str] = field(default_factory=_counter)

    def add(self, case: Case, assessment: Assessment) -> list[str]:
        """Count one reading; what went wrong in it, in words."""
        self.readings += 1
        if assessment.problem is not None:
            self.refused += 1
            return [f"refused: {assessment.problem}"]
        words, found, planted = len(case.reading.slots), findings(assessment), case.reading.planted
        hits = matched(planted, found)
        self.words += words
        self.words_by_voice[case.voice] += words
        self.marked.update(one.status for one in found)
        trouble = []
        for event, hit in zip(planted, hits, strict=True):
            near = [one for one in found if abs(one.token - event.token) <= 1]
            for key in (event.kind, f"{event.kind}: {event.sort}") if event.sort else (event.kind,):
                self.planted[key] += 1
                self.found[key] += hit is not None
                self.flagged[key] += bool(near)
            if hit is None:
                said = ", ".join(f"{one.status} {one.heard or ''}".strip() for one in near) or "nothing"
                trouble.append(
                    f"missed: {event.kind} {event.script}>{event.heard} {around(case, event.token)}: {said}"
                )
        for one in found:
            if all(abs(one.token - event.token) > 1 for event in planted):
                self.alarms[one.status] += 1
                self.by_voice[case.voice] += 1
                trouble.append(f"alarm: {one.status} {one.heard or ''} {around(case, one.token)}")
        return trouble


def around(case: Case, token: int) -> str:
    """The words of the script about a token."""
    near = case.reference.tokens[max(0, token - 2) : token + 3]
    return "[" + " ".join(one.written for one in near) + "]"


def rate(part: int, whole: int) -> str:
    return f"{part / whole:6.3f}" if whole else "     -"


def print_perfect(tally: Tally) -> None:
    alarms = sum(tally.alarms.values())
    print(f"\nPerfect readings: {tally.readings}, {tally.words} script words, {tally.refused} refused")
    print(f"False alarms per 100 script words: {100 * alarms / max(tally.words, 1):.2f} ({alarms})")
    for status, count in tally.alarms.most_common():
        print(f"  {status:16}{100 * count / tally.words:6.2f}")
    for voice, words in sorted(tally.words_by_voice.items()):
        print(f"  voice {voice:10}{100 * tally.by_voice[voice] / words:6.2f}  ({words} words)")


def print_planted(tally: Tally, kinds: Sequence[str]) -> None:
    alarms = sum(tally.alarms.values())
    print(f"\nReadings with planted mistakes: {tally.readings}, {tally.words} words, {tally.refused} refused")
    print(f"{'kind':28}{'planted':>8}{'found':>7}{'precision':>11}{'recall':>8}{'flagged':>9}")
    for kind in kinds:
        sorts = sorted(key for key in tally.planted if key.startswith(f"{kind}: "))
        for key in (kind, *sorts):
            planted, found, flagged = tally.planted[key], tally.found[key], tally.flagged[key]
            precision = rate(found, tally.marked[kind]) if key == kind else ""
            print(
                f"{key:28}{planted:8}{found:7}{precision:>11}{rate(found, planted):>8}"
                f"{rate(flagged, planted):>9}"
            )
    print(f"Alarms away from anything planted: {100 * alarms / max(tally.words, 1):.2f} per 100 words")


def engine(model: str | None) -> Assess:
    from enunciate import assess

    return lambda path, reference: assess(path, script=reference, model=model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=200, help="how many of each: perfect, and planted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--spoil", nargs="+", choices=SPOILS, default=["clean"], help="the sound, in turns")
    parser.add_argument("--voices", nargs="+", choices=list(VOICES), default=list(SHARES))
    parser.add_argument("--model", help="the recognition model's name or folder")
    parser.add_argument("--only", choices=("perfect", "planted"))
    parser.add_argument("--synthesise-only", action="store_true", help="only fill the cache")
    parser.add_argument("--verbose", action="store_true", help="name every miss and every false alarm")
    asked = parser.parse_args()
    for voice in set(SHARES) - set(asked.voices):
        del SHARES[voice]
    judge = None if asked.synthesise_only else engine(asked.model)
    folder = cache_folder() / "readings"
    folder.mkdir(parents=True, exist_ok=True)
    for part, kinds in (("perfect", ()), ("planted", tuple(asked.kinds))):
        if asked.only not in (None, part):
            continue
        tally, synthesis, assessment = Tally(), 0.0, 0.0
        for number, case in enumerate(cases(asked.readings, kinds, asked.seed, asked.spoil)):
            began = time.perf_counter()
            path = recording(case, folder, f"{part}-{number:03}")
            spoken = time.perf_counter()
            synthesis += spoken - began
            if judge is not None:
                for line in tally.add(case, judge(path, case.reference)):
                    if asked.verbose:
                        print(f"{path.name} {case.voice} {line}", flush=True)
                assessment += time.perf_counter() - spoken
        print(f"{part}: synthesis {synthesis:.0f} s, assessment {assessment:.0f} s", file=sys.stderr)
        if judge is not None and kinds:
            print_planted(tally, kinds)
        elif judge is not None:
            print_perfect(tally)


if __name__ == "__main__":
    main()
