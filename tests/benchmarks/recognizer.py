"""How well a Vosk model hears: `python -m tests.benchmarks.recognizer CORPUS --model NAME-OR-FOLDER ...`.

CORPUS is a folder of speechocean762: labels.jsonl (an object a reading: audio, text, speaker, the experts'
scores) and the sound. Prints a table in Markdown, a column for each model, with what the model that ships
must reach. Only speakers and scripts count that models/training/recognizer/split.py holds back; a model that
was trained on them all the same is flattered (--speakers all counts everybody).

Everything is decoded by Vosk itself, without the second look that an assessment takes; digital silence is
filled, as it always is. "Script-biased" is the grammar [script, "[unk]"]. Rightly read are readings whose
words all have 8 or more for accuracy and whose completeness is 1, by the median of the experts. Errors are
words missed, wrong or added, of the words that were read. For swapped words, a random place of each script of
four words or more gets a random word (of three letters or more) of the other scripts; it is claimed as read
wherever it is heard. Intervals are 95 %, by bootstrap over speakers (of synthetic voices, over scripts). The
voices need the "bench" extra.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

import jiwer
import numpy as np
import soundfile

from enunciate.audio import RATE, Audio
from enunciate.audio.files import read
from enunciate.errors import EnunciateError
from enunciate.recognition import UNKNOWN, models
from enunciate.recognition.vosk import dithered
from enunciate.reference.scripts import find, library
from models.training.recognizer.split import held_back_speaker_ids, is_held_back_prompt
from tests.benchmarks import synthesis
from tests.benchmarks.robustness import SPOILS
from tests.benchmarks.second_language import LEAST_WORDS, RIGHT

VOICES = ("heart", "joe")
SPOILT = ("-20 dB", "8 kHz", "babble, 20 dB SNR")
DRILLS = frozenset({"minimal-pairs", "word-lists", "tongue-twisters", "numbers-and-spelling"})
"""Modules of the library that are not prose: a model's grammar of words cannot be told from them."""
CHUNK = 8000
"""Bytes given to Vosk at a time: a quarter of a second."""
RESAMPLES = 1000
SECONDS = "seconds"

Counts = dict[str, tuple[float, float]]
"""By measure: how many, and of how many."""

MEASURES: dict[str, tuple[str, str, str]] = {
    "right": ("words missed, wrong or added, script-biased, rightly read second-language speech", "4", "2"),
    "all": ("the same, all second-language readings", "", ""),
    "swapped": ("a script word that was not spoken (a random one in its place) claimed as read", "7", "3"),
    "others": ("the other words of those scripts found", "", ""),
    "unrelated": ("words of an unrelated script claimed as read", "8", "4"),
    "unsaid": ("of them, words that the reading does not hold anywhere", "", ""),
    "free": ("free decoding, second-language readings: WER", "38", "28"),
    "lacking": ("words read that the model's vocabulary lacks", "", ""),
    **{f"free {voice}": (f"free decoding, synthetic voice {voice}: WER", "25", "12") for voice in VOICES},
    **{f"script {voice}": (f"script-biased, synthetic voice {voice}: WER", "", "") for voice in VOICES},
    **{name: (f"script-biased, rightly read, {name}: missed, wrong or added", "", "") for name in SPOILT},
}
"""What each measure is called, and what it must reach and should, in per cent."""


@dataclass(frozen=True)
class Item:
    """Something to decode: a reading of the corpus, or a script of the library for a synthetic voice."""

    group: str
    """The speaker, or the script."""
    audio: Path | None
    words: tuple[str, ...]
    right: bool = False
    swap: tuple[int, tuple[str, ...]] | None = None
    """A place, and words to put there: the first that the model knows."""
    unrelated: tuple[str, ...] = ()
    babble: tuple[Path, ...] = ()


@dataclass
class Tally:
    """What was counted of one reading."""

    group: str
    counts: Counts = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    """Seconds of sound and of processor time, script-biased and free."""

    def errors(self, measure: str, said: Sequence[str], heard: Sequence[str]) -> None:
        """Count words missed, wrong or added."""
        output = jiwer.process_words(" ".join(said), " ".join(heard))
        wrong = output.substitutions + output.deletions + output.insertions
        self.counts[measure] = (wrong, len(said))


def main() -> None:
    """Decode with each model and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", nargs="+", default=[models.SHIPPED], help="names or folders")
    parser.add_argument("--speakers", choices=("held-back", "all"), default="held-back")
    parser.add_argument("--utterances", type=int, help="only so many readings, drawn at random")
    parser.add_argument("--scripts", type=int, help="only so many scripts for the synthetic voices")
    parser.add_argument("--clean", action="store_true", help="leave out bad lines and rooms")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=762)
    asked = parser.parse_args()
    if not (asked.corpus / "labels.jsonl").is_file():
        sys.exit(f"There is no labels.jsonl in {asked.corpus}: name a folder of speechocean762.")
    # The scripts are long: begun last, they would leave one process waiting for the other.
    items = scripts(asked.speakers == "held-back", asked.scripts)
    items += readings(asked.corpus, asked.speakers == "held-back", asked.utterances, asked.seed)
    spoken = [item for item in items if item.audio]
    print(
        f"{len(spoken)} readings by {len({item.group for item in spoken})} speakers ({asked.speakers}), "
        f"{sum(len(item.words) for item in spoken):,} words, {sum(item.right for item in spoken)} readings "
        f"right; {len(items) - len(spoken)} scripts by synthetic voices\n"
    )
    try:
        infos = [models.select(model) for model in asked.model]
    except EnunciateError as error:
        sys.exit(str(error))
    for item in items:
        if not item.audio:
            for voice in VOICES:
                spoken_by(item.group, voice)
    columns = []
    for info in infos:
        with ProcessPoolExecutor(asked.jobs) as pool:
            work = pool.map(partial(measured, str(info.path), asked.clean), items, chunksize=4)
            columns.append(tuple(shown(work, len(items), info.name)))
    print_table(infos, columns)


def readings(corpus: Path, held_back: bool, count: int | None, seed: int) -> list[Item]:
    """The readings to decode, in random order, with what is changed in their scripts.

    Changes are drawn by reading, not in one sequence, so that they are the same for any `count` and model.
    """
    labels = [json.loads(line) for line in (corpus / "labels.jsonl").read_text("utf-8").splitlines()]
    vocabulary = sorted({word for label in labels for word in _words(label) if len(word) > 2})
    if held_back:
        kept = held_back_speaker_ids(label["speaker"] for label in labels)
        labels = [label for label in labels if label["speaker"] in kept]
    random.Random(seed).shuffle(labels)
    items = []
    for label in labels[:count]:
        rng, words = random.Random(f"{seed} {label['utterance']}"), _words(label)
        swap = None
        if len(words) >= LEAST_WORDS:
            others = [word for word in vocabulary if word not in words]
            swap = rng.randrange(len(words)), tuple(rng.sample(others, 20))
        strangers = [other for other in rng.sample(labels, 20) if other["speaker"] != label["speaker"]]
        items.append(
            Item(
                label["speaker"],
                corpus / label["audio"],
                words,
                all(median(word["accuracy"]) >= RIGHT for word in label["words"])
                and median(label["completeness"]) == 1,
                swap,
                next(_words(other) for other in strangers if _words(other) != words),
                tuple(corpus / other["audio"] for other in strangers[:4]),
            )
        )
    return items


def _words(label: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(label["text"]).lower().split())


def scripts(held_back: bool, count: int | None) -> list[Item]:
    """The library's prose for synthetic voices."""
    found = []
    for script in library():
        if script.module not in DRILLS and (is_held_back_prompt(script.id) or not held_back):
            words = tuple(slot.script for slot in synthesis.read(find(script.id)).slots)
            found.append(Item(script.id, None, words))
    return found[:: max(1, len(found) // count)][:count] if count else found


def spoken_by(script: str, voice: str) -> Audio:
    """A script read by a synthetic voice; kept by the benchmarks' cache."""
    return synthesis.synthesise(synthesis.read(find(script)).text, voice)


def shown(work: Iterator[Tally], count: int, name: str) -> Iterator[Tally]:
    """The same, with progress on a terminal."""
    for number, tally in enumerate(work, 1):
        if sys.stderr.isatty():
            print(f"\r{name}: {number} of {count}", end="\n" if number == count else "", file=sys.stderr)
        yield tally


@cache
def _model(path: str) -> tuple[Any, bool]:
    """A loaded model, and whether it can be told which words to listen for."""
    info = models.select(path)
    return models.load(info), info.grammar


def measured(path: str, clean: bool, item: Item) -> Tally:
    """Decode an item in every way that counts; only the `clean` recording where asked so."""
    model, follows = _model(path)
    tally = Tally(item.group)
    if not item.audio:
        for voice in VOICES:
            sound = spoken_by(item.group, voice)
            tally.errors(f"free {voice}", item.words, decode(model, sound, None, tally))
            if follows:
                tally.errors(f"script {voice}", item.words, decode(model, sound, item.words, tally))
        return tally
    lacking = sum(model.vosk_model_find_word(word) < 0 for word in item.words)
    tally.counts["lacking"] = (lacking, len(item.words))
    sound = read(item.audio).audio
    tally.errors("free", item.words, decode(model, sound, None, tally))
    if not follows:
        return tally
    heard = decode(model, sound, item.words, tally)
    tally.errors("all", item.words, heard)
    if item.right:
        tally.errors("right", item.words, heard)
        for name in () if clean else SPOILT:
            tally.errors(name, item.words, decode(model, spoilt(item, name), item.words, tally))
    if item.swap:
        place, others = item.swap
        other = next(word for word in others if model.vosk_model_find_word(word) >= 0)
        before, after = item.words[:place], item.words[place + 1 :]
        heard = decode(model, sound, (*before, other, *after), tally)
        tally.counts["swapped"] = (other in heard, 1)
        tally.counts["others"] = (sum(word in heard for word in before + after), len(before + after))
    heard = decode(model, sound, item.unrelated, tally)
    claimed = [item.unrelated[place] for place in hits(item.unrelated, heard)]
    unsaid = [word for word in item.unrelated if word not in item.words]
    tally.counts["unrelated"] = (len(claimed), len(item.unrelated))
    tally.counts["unsaid"] = (sum(word not in item.words for word in claimed), len(unsaid))
    return tally


def spoilt(item: Item, name: str) -> Audio:
    """A reading as a bad line or room would have it, read as any file is."""
    assert item.audio is not None
    samples, *others = (
        soundfile.read(file, dtype="float32")[0] for file in (item.audio, *item.babble) if file
    )
    with tempfile.TemporaryDirectory() as folder:
        return read(SPOILS[name](samples, others, Path(folder) / "spoilt")).audio


def decode(model: Any, sound: Audio, script: Sequence[str] | None, tally: Tally) -> list[str]:
    """The words that Vosk hears, freely where there is no script."""
    import vosk

    way = "free" if script is None else "script"
    data, heard = dithered(sound.pcm16()), []
    began = time.process_time()
    if script is None:
        recognizer = vosk.KaldiRecognizer(model, RATE)
    else:
        known = [word for word in script if model.vosk_model_find_word(word) >= 0]
        grammar = [" ".join(known), UNKNOWN] if known else [UNKNOWN]
        recognizer = vosk.KaldiRecognizer(model, RATE, json.dumps(grammar))
    for start in range(0, len(data), CHUNK):
        if recognizer.AcceptWaveform(data[start : start + CHUNK]):
            heard += json.loads(recognizer.Result())["text"].split()
    heard += json.loads(recognizer.FinalResult())["text"].split()
    tally.spent[way] += time.process_time() - began
    tally.spent[f"{way} {SECONDS}"] += sound.seconds
    return [word for word in heard if word != UNKNOWN]


def hits(script: Sequence[str], heard: Sequence[str]) -> list[int]:
    """The places of the script that were heard, in order."""
    (alignment,) = jiwer.process_words(" ".join(script), " ".join(heard)).alignments
    return [
        place
        for chunk in alignment
        if chunk.type == "equal"
        for place in range(chunk.ref_start_idx, chunk.ref_end_idx)
    ]


def rate(tallies: Sequence[Tally], measure: str) -> tuple[float, float, float, int] | None:
    """The pooled rate, its 95 % interval by bootstrap over groups, and of how many; None without any."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for tally in tallies:
        if measure in tally.counts:
            groups.setdefault(tally.group, []).append(tally.counts[measure])
    if not groups:
        return None
    sums = np.array([np.sum(counts, axis=0) for _, counts in sorted(groups.items())], dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(sums), (RESAMPLES, len(sums)))
    pooled = sums[drawn].sum(axis=1)
    low, high = np.percentile(pooled[:, 0] / np.maximum(pooled[:, 1], 1), (2.5, 97.5))
    total = sums.sum(axis=0)
    return float(total[0] / max(total[1], 1)), float(low), float(high), int(total[1])


def print_table(infos: Sequence[models.ModelInfo], columns: Sequence[Sequence[Tally]]) -> None:
    """A row for each measure, a column for each model."""
    print(f"| | {' | '.join(info.name for info in infos)} | counted | must reach | aim for |")
    print("|---|" + "---|" * (len(infos) + 3))
    for measure, (name, bar, aim) in MEASURES.items():
        found = [rate(tallies, measure) for tallies in columns]
        cells = [
            f"{100 * one[0]:.1f} % ({100 * one[1]:.1f}-{100 * one[2]:.1f})" if one else "-" for one in found
        ]
        counted = max((one[3] for one in found if one), default=0)
        percent = [f"{limit} %" if limit else "" for limit in (bar, aim)]
        print(f"| {name} | {' | '.join(cells)} | {counted:,} | {' | '.join(percent)} |")
    for way, called, bar in (("script", "script-biased", "0.05"), ("free", "free", "0.30")):
        spent = [sum((tally.spent for tally in tallies), Counter[str]()) for tallies in columns]
        cells = [
            f"{one[way] / one[f'{way} {SECONDS}']:.3f}" if one[f"{way} {SECONDS}"] else "-" for one in spent
        ]
        minutes = f"{max(one[f'{way} {SECONDS}'] for one in spent) / 60:.0f} min"
        print(f"| real-time factor on one core, {called} | {' | '.join(cells)} | {minutes} | {bar} | |")
    sizes = [sum(file.stat().st_size for file in info.path.rglob("*") if file.is_file()) for info in infos]
    print(f"| size, MB | {' | '.join(f'{size / 1e6:.1f}' for size in sizes)} | | 40 | |")
    print(f"| vocabulary, words | {' | '.join(vocabulary(info.path) for info in infos)} | | 20,000 | |")


def vocabulary(path: Path) -> str:
    """How many words the model at `path` has, from its words.txt."""
    listed = next(path.rglob("words.txt"), None)
    if listed is None:
        return "not known"
    words = (line.split(" ")[0] for line in listed.read_text("utf-8").splitlines())
    return f"{sum(word[:1] not in ('<', '#', '[', '!') for word in words):,}"


if __name__ == "__main__":
    main()
