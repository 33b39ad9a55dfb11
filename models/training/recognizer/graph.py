"""The two graphs that Vosk composes while it listens, and all else that a model needs beside its network.

    python -m models.training.recognizer.graph --cache DIR --model FOLDER

Reads DIR/lexicon.tsv and DIR/language_model.npz, writes FOLDER/graph and FOLDER/conf/model.conf. HCLr.fst
turns the network's outputs into words, Gr.fst is the language model, which Vosk replaces by a grammar where
it is given one. Needs Debian's libfst-tools and `pip install kaldifst`.

A word outside the grammar is heard as [unk]: as the network's unit for sounds of any other kind, as a loop
over all phones, which any speech fits, or as one or more of the common words. What these cost decides how
readily a script's word is taken for another one. That several words fit into one [unk] keeps single words of
a script from being heard here and there in quite another text.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enunciate.recognition import UNKNOWN
from enunciate.reference import Phones

from . import language_model, lexicon
from .language_model import END, START, Model
from .units import SILENCE, SPOKEN_NOISE, UNITS, positional

NUMBERS = {name: number for number, (name, _, _) in enumerate(positional(), 1)}
_SILENCE, _NOISE = UNITS[SILENCE], f"{UNITS[SPOKEN_NOISE]}_S"
_SPEECH = UNITS[max(SILENCE, SPOKEN_NOISE) + 1 :]
_PHONES = len(NUMBERS)

Arc = tuple[int, int, int, float, int]
"""State, input, output, cost, next state."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """What [unk] costs, in natural logarithms."""

    noise: float
    """As the unit for other sounds."""
    loop: float
    """As a string of phones."""
    phone: float
    """Each phone of the string,"""
    scale: float
    """beside its cost in English words, times this."""
    word: float
    """As one of the common words,"""
    chance: float
    """beside the negative logarithm of the word's chance, times this."""
    more: float
    """and each one after the first within the same [unk]."""
    words: int
    """So many of them are common."""


GARBAGE = Garbage(noise=0.0, loop=-2.0, phone=0.0, scale=1.0, word=0.85, chance=0.65, more=-1.5, words=6000)
DECODING = {
    "min-active": 200,
    "max-active": 4000,
    "beam": 13.0,
    "lattice-beam": 4.0,
    "acoustic-scale": 0.8,
    "frame-subsampling-factor": 3,
    "endpoint.silence-phones": 1,
    "endpoint.rule2.min-trailing-silence": 0.5,
    "endpoint.rule3.min-trailing-silence": 0.75,
    "endpoint.rule4.min-trailing-silence": 1.0,
}
"""How Vosk searches. Among the ways that the lattice holds, it chooses words by the least risk, so that a
wider one may transcribe better; but it also holds countless ways to hear [unk]: a script that was not read
takes 1.1, 2.4 and 7 times as long with 4, 5 and 6 as with 3. The network is surer than it is right, so that
it counts for less than the words."""
_PAUSE = math.log(2)
"""Cost of a pause between two words, and of none."""
LANGUAGE = 1.2
"""Weight of the language model, in free transcription only; the acoustic scale changes grammars too."""
BONUS = 0.3
"""What each word of free transcription is made cheaper by."""
_FREE_UNKNOWN = 16.0
"""Cost of [unk] in the language model."""


def main() -> None:
    """Write the graphs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    for name in Garbage.__slots__:
        default = getattr(GARBAGE, name)
        parser.add_argument(f"--{name}", type=type(default), default=default)
    parser.add_argument("--language", type=float, default=LANGUAGE, help="weight of the language model")
    parser.add_argument("--bonus", type=float, default=BONUS, help="what a word of it is made cheaper by")
    options = parser.parse_args()
    model = language_model.load(options.cache / language_model.FILE)
    entries = lexicon.read(options.cache)
    garbage = Garbage(*(getattr(options, name) for name in Garbage.__slots__))
    folder = options.model / "graph"
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    build(entries, model, garbage, options.language, options.bonus, folder)
    settings = options.model / "conf" / "model.conf"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("".join(f"--{name}={value}\n" for name, value in DECODING.items()), encoding="ascii")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:>10}  {path.name}")


def build(
    entries: dict[str, list[tuple[Phones, float]]],
    model: Model,
    garbage: Garbage,
    language: float,
    bonus: float,
    folder: Path,
) -> None:
    """Write all files of a model's graph folder."""
    numbers = {word: number for number, word in enumerate((*entries, UNKNOWN), 1)}
    arcs, finals, start, marks = _words_of_phones(entries, numbers, garbage)
    doors, target = _doors(arcs, numbers[UNKNOWN], garbage)
    arcs += _loop(arcs, doors, target, numbers[UNKNOWN], garbage, phone_bigrams(entries, model))
    arcs += _common(arcs, doors, target, numbers[UNKNOWN], garbage, entries, model)
    with tempfile.TemporaryDirectory() as scratch:
        at = Path(scratch)
        (at / "HCL.txt").write_text("".join(_outputs(arcs, finals, start)), encoding="ascii")
        (at / "G.txt").write_text("".join(_grammar(model, numbers, language, bonus)), encoding="ascii")
        relabel = _run_openfst(at, folder)
    table = positional()
    lines = {
        "disambig_tid.int": [str(2 * _PHONES + mark) for mark in range(1, marks + 1)],
        "words.txt": ["<eps> 0"]
        + [f"{word} {n}" for n, word in sorted((relabel.get(n, n), word) for word, n in numbers.items())],
        "phones.txt": ["<eps> 0"] + [f"{name} {number}" for number, (name, _, _) in enumerate(table, 1)],
        "phones/word_boundary.int": [f"{number} {place}" for number, (_, _, place) in enumerate(table, 1)],
    }
    for name, content in lines.items():
        (folder / name).write_text("\n".join(content) + "\n", encoding="ascii")


def placed(phones: Phones) -> list[int]:
    """The numbers of a word's phones.

    >>> [positional()[number - 1][0] for number in placed(("K", "AE", "T"))]
    ['K_B', 'AE_I', 'T_E']
    """
    if len(phones) == 1:
        return [NUMBERS[f"{phones[0]}_S"]]
    first, *middle, last = phones
    return [NUMBERS[f"{first}_B"], *(NUMBERS[f"{phone}_I"] for phone in middle), NUMBERS[f"{last}_E"]]


def _words_of_phones(
    entries: dict[str, list[tuple[Phones, float]]], numbers: dict[str, int], garbage: Garbage
) -> tuple[list[Arc], dict[int, float], int, int]:
    """The lexicon as a minimal transducer from phones to words: arcs, final costs, start, number of marks.

    Marks follow words that sound alike or begin others, and pauses, so that the transducer is deterministic.
    """

    spoken = [
        (numbers[word], tuple(placed(way)), cost) for word, ways in entries.items() for way, cost in ways
    ]
    spoken.append((numbers[UNKNOWN], (NUMBERS[_NOISE],), garbage.noise))
    sharing = Counter(way for _, way, _ in spoken)
    begun = {way[:length] for _, way, _ in spoken for length in range(1, len(way))}
    used: Counter[tuple[int, ...]] = Counter()
    between, pausing, paused = 1, 2, 3
    lines = [f"0 {between} 0 0 {_PAUSE}", f"0 {pausing} 0 0 {_PAUSE}"]
    state = paused + 1
    for word, way, cost in spoken:
        labels = list(way)
        if sharing[way] > 1 or way in begun:
            used[way] += 1
            labels.append(_PHONES + used[way])
        at = between
        for place, label in enumerate(labels):
            output, weight = (word, cost) if place == 0 else (0, 0.0)
            if place < len(labels) - 1:
                lines.append(f"{at} {state} {label} {output} {weight:.5g}")
                at, state = state, state + 1
            else:
                lines += [f"{at} {end} {label} {output} {weight + _PAUSE:.5g}" for end in (between, pausing)]
    marks = max(used.values()) + 1
    lines += [f"{pausing} {paused} {NUMBERS[_SILENCE]} 0", f"{paused} {between} {_PHONES + marks} 0", "1"]
    fst = _minimal(lines, acceptor=False)
    return _arcs(fst), _finals(fst), _value(fst.start), marks


def _value(attribute: Any) -> int:
    return int(attribute() if callable(attribute) else attribute)


def phone_bigrams(
    entries: dict[str, list[tuple[Phones, float]]], model: Model
) -> dict[str, dict[str, float]]:
    """Cost of each phone after each other one in English words; "" stands for a word's begin and end."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("", *_SPEECH)}
    chance = dict(zip(model.words, np.exp(model.unigram), strict=True))
    for word, ways in entries.items():
        total = sum(math.exp(-cost) for _, cost in ways)
        for way, cost in ways:
            share = chance.get(word, 0.0) * math.exp(-cost) / total
            for before, after in zip(("", *way), (*way, ""), strict=True):
                counts[before][after] += share
    table = {}
    for before, after in counts.items():
        smooth = {name: after[name] + 0.02 * after.total() / len(counts) for name in counts}
        total = sum(smooth.values())
        table[before] = {name: -math.log(value / total) for name, value in smooth.items()}
    return table


def _doors(arcs: list[Arc], unknown: int, garbage: Garbage) -> tuple[list[tuple[int, float]], int]:
    """Where [unk] is entered, with what that costs, and where it leads: where the unit for noise stands."""
    found = [
        (state, cost - garbage.noise, after) for state, _, output, cost, after in arcs if output == unknown
    ]
    (target,) = {after for _, _, after in found}
    return [(state, cost) for state, cost, _ in found], target


def _fresh(arcs: list[Arc]) -> int:
    return 1 + max(max(arc[0], arc[4]) for arc in arcs)


def _minimal(lines: list[str], acceptor: bool) -> Any:
    """A transducer from its text, determinized and minimized."""
    import kaldifst

    fst = kaldifst.compile("\n".join(lines) + "\n", acceptor=acceptor)
    kaldifst.determinize_star(fst)
    kaldifst.minimize_encoded(fst)
    kaldifst.connect(fst)
    return fst


def _arcs(fst: Any) -> list[Arc]:
    import kaldifst

    return [
        (state, arc.ilabel, arc.olabel, arc.weight.value, arc.nextstate)
        for state in kaldifst.StateIterator(fst)
        for arc in kaldifst.ArcIterator(fst, state)
    ]


def _finals(fst: Any) -> dict[int, float]:
    """Costs of the final states."""
    import kaldifst

    return {s: w for s in kaldifst.StateIterator(fst) if math.isfinite(w := fst.final(s).value)}


def _loop(
    arcs: list[Arc],
    doors: list[tuple[int, float]],
    target: int,
    unknown: int,
    garbage: Garbage,
    bigrams: dict[str, dict[str, float]],
) -> list[Arc]:
    """[unk] as any string of two and more phones."""
    fresh = _fresh(arcs)
    inside = {name: fresh + place for place, name in enumerate(_SPEECH)}

    def step(before: str, after: str) -> float:
        return garbage.scale * bigrams[before][after] + (garbage.phone if after else 0.0)

    loop: list[Arc] = []
    for name in _SPEECH:
        enter = NUMBERS[f"{name}_B"]
        loop += [
            (state, enter, unknown, cost + garbage.loop + step("", name), inside[name])
            for state, cost in doors
        ]
        for other in _SPEECH:
            loop.append((inside[name], NUMBERS[f"{other}_I"], 0, step(name, other), inside[other]))
            leave = step(name, other) + step(other, "")
            loop.append((inside[name], NUMBERS[f"{other}_E"], 0, leave, target))
    return loop


def _common(
    arcs: list[Arc],
    doors: list[tuple[int, float]],
    target: int,
    unknown: int,
    garbage: Garbage,
    entries: dict[str, list[tuple[Phones, float]]],
    model: Model,
) -> list[Arc]:
    """[unk] as one or more of the common words: what is said in place of the script mostly is."""
    ranked = sorted((-float(chance), word) for chance, word in zip(model.unigram, model.words, strict=True))
    ways = [
        (way, garbage.chance * cost + more)
        for cost, word in [one for one in ranked if one[1] in entries][: garbage.words]
        for way, more in entries[word]
    ]
    again = _fresh(arcs)
    made: list[Arc] = []
    for first in (True, False):
        start, inner, ends = _tree(ways, first)
        fresh = 1 + max(again, _fresh(made) if made else 0)
        for before, label, cost, after in inner:
            to = target if after in ends else fresh + after
            cost += ends.get(after, 0.0)
            if label == _GO_ON:
                made.append((fresh + before, 0, 0, cost, again))
            elif before != start:
                made.append((fresh + before, label, 0, cost, to))
            elif first:
                made += [(door, label, unknown, paid + garbage.word + cost, to) for door, paid in doors]
            else:
                made.append((again, label, 0, garbage.more + cost, to))
    return made


_GO_ON = 9999
"""Stands for another word after this one, within the same [unk]."""


def _tree(
    ways: list[tuple[Phones, float]], first: bool
) -> tuple[int, list[tuple[int, int, float, int]], dict[int, float]]:
    """Words that share their beginnings and ends: start, arcs, and costs of final states.

    All phones of an [unk] stand within one word, but for the `first` word's first and the last one's last.
    """

    inside = {name: NUMBERS[f"{name}_I"] for name in _SPEECH}
    lines, state = [], 2
    for way, cost in ways:
        if any(name not in inside for name in way):
            continue
        begin = [NUMBERS[f"{way[0]}_B"] if first else inside[way[0]]]
        middle = begin + [inside[name] for name in way[1:]]
        last = NUMBERS[f"{way[-1]}_E"] if len(way) > 1 or not first else NUMBERS[f"{way[0]}_S"]
        for labels in ([*middle[:-1], last], [*middle, _GO_ON]):
            at, weight = 0, cost  # the weight comes first, so that it is there to be pruned by
            for place, label in enumerate(labels):
                to = 1 if place + 1 == len(labels) else state
                lines.append(f"{at} {to} {label} {label} {weight:.5g}")
                at, state, weight = to, state + (to != 1), 0.0
    fst = _minimal([*lines, "1"], acceptor=False)
    inner = [(before, label, cost, after) for before, label, _, cost, after in _arcs(fst)]
    return _value(fst.start), inner, _finals(fst)


def _outputs(arcs: list[Arc], finals: dict[int, float], start: int) -> Iterator[str]:
    """The same with the network's transitions for phones, as text, the start state first.

    Phone p is entered by transition 2p and held by 2p - 1: each state is split by the phone that leads to it.
    """

    def entered(label: int) -> int:
        return label if 0 < label <= _PHONES else 0

    leaving: dict[int, list[Arc]] = defaultdict(list)
    incoming: dict[int, set[int]] = defaultdict(set)
    incoming[start].add(0)
    for arc in arcs:
        leaving[arc[0]].append(arc)
        incoming[arc[4]].add(entered(arc[1]))
    copies = {(start, 0): 0}
    for state in sorted(incoming):
        for phone in sorted(incoming[state]):
            copies.setdefault((state, phone), len(copies))
    for (state, phone), copy in copies.items():
        for _, label, output, cost, after in leaving[state]:
            transition = 2 * label if label <= _PHONES else 2 * _PHONES + (label - _PHONES)
            yield f"{copy} {copies[after, entered(label)]} {transition} {output} {cost:.5g}\n"
        if phone:
            yield f"{copy} {copy} {2 * phone - 1} 0\n"
        if state in finals:
            yield f"{copy} {finals[state]:.5g}\n"


def _grammar(model: Model, numbers: dict[str, int], language: float, bonus: float) -> Iterator[str]:
    """The language model as text: a state for each history, back-off without input; the start state first."""
    size = len(model.words)
    start, end = model.words.index(START), model.words.index(END)
    outputs = [numbers.get(word, 0) for word in model.words]
    histories = np.unique(model.bigrams // size)
    longer = np.unique(model.trigrams // size)
    states = {int(start): 0, -1: 1}
    for word in histories:
        states.setdefault(int(word), len(states))
    first_long = len(states)
    long_states = {int(key): first_long + place for place, key in enumerate(longer)}

    def cost(weight: float, cheaper: float = 0.0) -> str:
        return f"{-language * weight - cheaper:.4g}"

    def step(state: int, word: int, weight: float, pair: int | None = None) -> str:
        """A word after a history; `pair` is the key of that word and the one before it."""
        if word == end:
            return f"{state} {cost(weight)}\n"
        after = long_states.get(pair) if pair is not None else None
        if after is None:
            after = states.get(word, 1)
        return f"{state} {after} {outputs[word]} {outputs[word]} {cost(weight, bonus)}\n"

    bigram_keys, bigram_weights = model.bigrams.tolist(), model.bigram.tolist()
    by_history = defaultdict(list)
    for key, weight in zip(bigram_keys, bigram_weights, strict=True):
        by_history[key // size].append((key, weight))
    backoff = model.unigram_backoff.tolist()
    for word in (start, *(int(w) for w in histories if w != start)):
        for key, weight in by_history[word]:
            yield step(states[word], key % size, weight, key)
        yield f"{states[word]} 1 0 0 {cost(backoff[word])}\n"
    for word, weight in enumerate(model.unigram.tolist()):
        if word != start:
            yield step(1, word, weight)
    yield f"1 1 {numbers[UNKNOWN]} {numbers[UNKNOWN]} {_FREE_UNKNOWN:.4g}\n"
    for key, weight in zip(model.trigrams.tolist(), model.trigram.tolist(), strict=True):
        yield step(long_states[key // size], key % size, weight, key % size**2)
    pair_backoff = dict(zip(bigram_keys, model.bigram_backoff.tolist(), strict=True))
    for key, state in long_states.items():
        yield f"{state} {states.get(key % size, 1)} 0 0 {cost(pair_backoff[key])}\n"


def _run_openfst(at: Path, folder: Path) -> dict[int, int]:
    """HCLr.fst and Gr.fst out of the texts in `at`; the new number of each word."""
    plugin = at / "plugins"
    plugin.mkdir()
    # OpenFst looks for a plug-in of this name; Debian has it only as a library.
    (plugin / "olabel_lookahead-fst.so").symlink_to(_library("libfstlookahead.so"))
    (plugin / "ngram-fst.so").symlink_to(_library("libfstngram.so"))
    paths = f"{plugin}:{os.environ.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    for pipe in (
        "fstcompile HCL.txt | fstarcsort --sort_type=olabel"
        " | fstconvert --fst_type=olabel_lookahead --save_relabel_opairs=relabel > HCLr.fst",
        "fstcompile G.txt | fstrelabel --relabel_ipairs=relabel --relabel_opairs=relabel"
        " | fstarcsort --sort_type=ilabel | fstconvert --fst_type=ngram > Gr.fst",
    ):
        subprocess.run(
            ["bash", "-o", "pipefail", "-c", pipe],
            check=True,
            cwd=at,
            env=os.environ | {"LD_LIBRARY_PATH": paths},
        )
    for name in ("HCLr.fst", "Gr.fst"):
        shutil.move(at / name, folder / name)
    return {int(old): int(new) for old, new in map(str.split, (at / "relabel").read_text().splitlines())}


def _library(name: str) -> Path:
    found = sorted(path for root in ("/usr/lib", "/usr/local/lib") for path in Path(root).rglob(f"{name}*"))
    if not found:
        raise SystemExit(f"{name} is missing: apt-get install libfst-tools")
    return found[0]


if __name__ == "__main__":
    main()
