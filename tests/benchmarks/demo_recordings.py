"""Recreates the demo recordings: `python -m tests.benchmarks.demo_recordings` writes enunciate/demo/.

Needs the "bench" extra. Each of four scripts is read twice, perfectly by one voice and with five planted
mistakes by the other; every kind of mistake comes in both voices. Besides the sound, ground_truth.json says
what was planted where. The words come out the same each time; the models' own noise may differ a little.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from enunciate.audio import RATE, Audio
from enunciate.reference import Reference
from enunciate.reference.scripts import find
from tests.benchmarks.synthesis import Reading, Samples, hiss, read, silence, synthesise

FOLDER = Path(__file__).parents[2] / "enunciate" / "demo"
SPEECH_DBFS = -26.0
ROOM_DBFS = -74.0
BITS = 12
"""The sound is rounded to so many bits, which the room's noise hides and FLAC packs well."""
PAUSE = 1.2

Kind = Literal[
    "omitted",
    "substituted",
    "grammar",
    "inserted",
    "repeated",
    "self_correction",
    "false_start",
    "filler",
    "pause",
]

ABOUT = (
    "What was planted in each recording; nothing else is wrong with them. `word` counts the script's spoken "
    "words from 0 (each token by its first reading); what was said beside the script stands before it. "
    "`status` is what the word alignment should say; a grammar slip is a substitution that changes the "
    "grammar, and a pause is silence of `seconds` before the word. `start` is in seconds, from splicing or "
    "from forced alignment of the words said; of an omitted word it is where the word before it ends."
)


@dataclass(frozen=True)
class Mistake:
    """`said` stands in for the last word of `at`, a phrase that comes once in the script."""

    kind: Kind
    at: str
    said: tuple[str, ...] = ()
    heard: str = ""

    @property
    def status(self) -> str | None:
        return {"grammar": "substituted", "pause": None}.get(self.kind, self.kind)


@dataclass(frozen=True)
class Take:
    """One recording: who reads what, and how."""

    file: str
    script: str
    voice: str
    speed: float = 1.0
    mistakes: tuple[Mistake, ...] = ()


TAKES = (
    Take("greeting-perfect.flac", "general-greeting", "heart"),
    Take("late-delivery-perfect.flac", "late-delivery", "kumo"),
    Take("wrong-date-slow.flac", "wrong-date", "heart", 0.75),
    Take("summary-fast.flac", "summary-and-thanks", "kumo", 1.3),
    Take(
        "late-delivery-mistakes.flac",
        "late-delivery",
        "heart",
        mistakes=(
            Mistake("grammar", "two weeks", ("week",), "week"),
            Mistake("grammar", "you paid", ("pay",), "pay"),
            Mistake("pause", "moment you planned", ("planned",)),
            Mistake("repeated", "find out where", ("where", "where"), "where"),
            Mistake("filler", "you can decide", ("um,", "decide"), "um"),
        ),
    ),
    Take(
        "wrong-date-mistakes.flac",
        "wrong-date",
        "kumo",
        mistakes=(
            Mistake("grammar", "you expected", ("expect",), "expect"),
            Mistake("filler", "because the", ("um,", "the"), "um"),
            Mistake("repeated", "doesn't work for", ("for", "for"), "for"),
            Mistake("inserted", "there are two", ("only", "two"), "only"),
            Mistake("pause", "times on", ("on",)),
        ),
    ),
    Take(
        "summary-mistakes.flac",
        "summary-and-thanks",
        "heart",
        mistakes=(
            Mistake("omitted", "a new"),
            Mistake("substituted", "removed the two", ("three",), "three"),
            Mistake("self_correction", "fees from", ("from", "last", "week —", "from"), "from last week"),
            Mistake("false_start", "your patience", ("[pay](/pˈA/) —", "patience"), "pay"),
            Mistake("inserted", "have a lovely", ("very", "lovely"), "very"),
        ),
    ),
    Take(
        "greeting-mistakes.flac",
        "general-greeting",
        "kumo",
        mistakes=(
            Mistake("omitted", "the best"),
            Mistake("substituted", "and after", ("before",), "before"),
            Mistake("self_correction", "take all the", ("the", "money —", "the"), "the money"),
            Mistake("false_start", "what happened", ("[hap](/hˈæp/) —", "happened"), "hap"),
            Mistake("grammar", "short questions", ("question",), "question"),
        ),
    ),
)

PRONUNCIATIONS = {
    "hap": "HH AE P",
    "larkmoor": "L AA R K M UH R",
    "maya": "M AY AH",
    "pay": "P EY",
    "peppercrate": "P EH P ER K R EY T",
    "um": "AH M",
}
"""What the aligner's dictionary does not hold."""


def place(reading: Reading, at: str) -> int:
    """The index of the last word of the phrase `at`, which must come once."""
    words, phrase = [slot.script for slot in reading.slots], at.split()
    ends = [end - 1 for end in range(len(phrase), len(words) + 1) if words[end - len(phrase) : end] == phrase]
    if len(ends) != 1:
        raise ValueError(f"'{at}' comes {len(ends)} times in the script")
    return ends[0]


def planned(reading: Reading, mistakes: Sequence[Mistake]) -> Reading:
    """The reading with the mistakes in it; before a pause the voice gets a comma, so that it knows of it."""
    for mistake in mistakes:
        at = place(reading, mistake.at)
        if mistake.kind == "pause":
            before = reading.slots[at - 1]
            reading = reading.say(at - 1, before.said[0] + ",")
        else:
            reading = reading.say(at, *mistake.said)
    return reading


def plain(said: str) -> str:
    """The word itself, without what is only for the voice."""
    return re.sub(r"\[(\w+)\]\(.*?\)", r"\1", said).strip(" ,—").lower()


def aligned(audio: Audio, words: Sequence[str]) -> list[tuple[float, float]]:
    """Start and end of each word, by forced alignment with PocketSphinx."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    for word, phones in PRONUNCIATIONS.items():
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, phones)
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw(audio.pcm16(), full_utt=True)
    decoder.end_utt()
    spoken = [
        (re.sub(r"\(\d+\)$", "", part.word), part.start_frame / 100, (part.end_frame + 1) / 100)
        for part in decoder.seg()
        if not part.word.startswith(("<", "["))
    ]
    if [word for word, _, _ in spoken] != list(words):
        raise ValueError("the forced alignment lost words")
    return [(start, end) for _, start, end in spoken]


def lengthened(audio: Audio, start: float, end: float) -> tuple[Audio, float, float]:
    """The sound with the silence near `start` to `end` made `PAUSE` long, where it begins, what was added."""
    frame = RATE // 100
    first, last = round((start - 0.1) * 100), round((end + 0.1) * 100)
    cut = audio.samples[first * frame : last * frame].reshape(-1, frame)
    loudness = np.sqrt(np.mean(cut**2, axis=1))
    quiet = loudness < 0.02 * float(np.max(np.abs(audio.samples)))
    middle = int(np.argmin(loudness))
    left = right = middle
    while left > 0 and quiet[left - 1]:
        left -= 1
    while right + 1 < len(quiet) and quiet[right + 1]:
        right += 1
    added = PAUSE - (right + 1 - left) / 100
    at = (first + middle) * frame + frame // 2
    samples = np.concatenate([audio.samples[:at], silence(added), audio.samples[at:]])
    return Audio(samples, RATE), (first + left) / 100, added


def recorded(samples: Samples, seed: int) -> Samples:
    """As a quiet room's microphone would give it: at a usual level, never digitally silent."""
    loud = samples[np.abs(samples) > 0.05 * float(np.max(np.abs(samples)))]
    level = float(np.sqrt(np.mean(loud**2)))
    room = hiss(len(samples), np.random.default_rng(seed)) * 10 ** (ROOM_DBFS / 20)
    steps = 2 ** (BITS - 1)
    return (np.round((samples * 10 ** (SPEECH_DBFS / 20) / level + room) * steps) / steps).astype(np.float32)


def make(take: Take, reference: Reference, seed: int) -> tuple[Audio, list[dict[str, object]]]:
    """The recording of a take, and what was planted in it."""
    reading = planned(read(reference), take.mistakes)
    audio = synthesise(reading.text, take.voice, take.speed, seed)
    spoken = [(index, plain(said)) for index, slot in enumerate(reading.slots) for said in slot.said]
    times = aligned(audio, [word for _, word in spoken]) if take.mistakes else []
    events: list[dict[str, object]] = []
    shift = 0.0
    for mistake in sorted(take.mistakes, key=lambda m: place(reading, m.at)):
        at = place(reading, mistake.at)
        said = [position for position, (index, _) in enumerate(spoken) if index == at]
        before = max(position for position, (index, _) in enumerate(spoken) if index < at)
        event: dict[str, object] = {
            "kind": mistake.kind,
            "status": mistake.status,
            "word": at,
            "script": reading.slots[at].script,
            "heard": mistake.heard,
        }
        if mistake.kind == "pause":
            gap = times[before][1] + shift, times[said[0]][0] + shift
            audio, begin, added = lengthened(audio, *gap)
            shift += added
            event |= {"start": round(begin, 2), "seconds": PAUSE}
        else:
            start = times[said[0]][0] if said else times[before][1]
            event["start"] = round(start + shift, 2)
        events.append(event)
    return Audio(recorded(audio.samples, seed), RATE), events


def main() -> None:
    import soundfile

    FOLDER.mkdir(parents=True, exist_ok=True)
    recordings = []
    for seed, take in enumerate(TAKES):
        audio, planted = make(take, find(take.script), seed)
        path = FOLDER / take.file
        soundfile.write(path, audio.samples, RATE, subtype="PCM_16", compression_level=1.0)
        recordings.append(
            {
                "file": take.file,
                "script": take.script,
                "voice": take.voice,
                "speed": take.speed,
                "seconds": round(audio.seconds, 2),
                "planted": planted,
            }
        )
        print(f"{take.file}: {audio.seconds:.1f} s, {path.stat().st_size} bytes", file=sys.stderr)
    truth = json.dumps({"about": ABOUT, "recordings": recordings}, indent=1, ensure_ascii=False)
    (FOLDER / "ground_truth.json").write_text(truth + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
