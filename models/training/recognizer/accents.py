"""What Kokoro's voices are to say, and with which accents: the list that read_jobs.py reads.

    python -m models.training.recognizer.accents --cache DIR --corpus CORPUS [--number 60000] [--out FILE]

Writes DIR/jobs.jsonl, of sentences of DIR/texts.jsonl and words of DIR/lexicon.tsv, and prints what most
often becomes what. Each line is a reading that is to be made; they are in random order, so that any beginning
of them is as mixed as the whole:

    id        that of texts.jsonl; with ":FROM-TO" for some words of it; "list-..." for a list of words
    words     as the recognizer spells them, whatever the accent
    phonemes  in Kokoro's alphabet
    voices    one, or two that are mixed
    mix       the first voice's share
    speed     as Kokoro takes it

An accent is a set of habits, drawn anew for every reading. How often a phone is said as another comes from
the readings of the corpus that may be trained on: from the pronunciation that the experts noted for a word,
and from the marks of its phones. The corpus does not tell what a badly marked phone was said as; `SAID_AS`
does, from what is known of English as a second language.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from wordfreq import top_n_list

from enunciate.reference import lexicon
from enunciate.reference.phones import VOWELS

from . import lexicon as vocabulary
from .features import readings
from .synthesize import WEIGHTS
from .texts import LETTER_A, _avoided, as_spoken, of_prompts
from .unwelcome import unwelcome
from .voices import front_end, styles, tokens

LONGEST = 250
"""Phonemes of a reading."""
LONGEST_TEXT = 200
"""Characters."""
SENTENCES, CUTS, LISTS = 0.70, 0.12, 0.18
ACCENTED = 0.45
MOST_CHANGED = 0.35
"""Share of the phones of a reading that an accent may change."""

Target = tuple[str, ...]
Rates = Mapping[tuple[str, str], Mapping[Target, float]]
"""By phone and what follows it in the word ("V", "C", "R" or "#", its end): how often it is said as what."""


# Kokoro's phonemes

_VOWELS = "iɪᵻɛæaɑɒɔʌəɐᵊɜʊuAIOQWYeo"
_UNIT = re.compile(rf"([ˈˌ]?)(əɹ(?![ˈˌ]?[{_VOWELS}])|ɜɹ|[{_VOWELS}]ː?|.)")
_PHONES = {
    "p": "P", "b": "B", "t": "T", "T": "T", "d": "D", "k": "K", "ɡ": "G", "f": "F", "v": "V", "θ": "TH",
    "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ʧ": "CH", "ʤ": "JH", "h": "HH", "m": "M", "n": "N",
    "ŋ": "NG", "l": "L", "ɹ": "R", "w": "W", "j": "Y", "i": "IY", "ɪ": "IH", "ᵻ": "IH", "ɛ": "EH", "æ": "AE",
    "a": "AE", "ɑ": "AA", "ɒ": "AA", "ɔ": "AO", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "ᵊ": "AH", "ɜ": "ER",
    "ɜɹ": "ER", "əɹ": "ER", "ʊ": "UH", "u": "UW", "A": "EY", "I": "AY", "O": "OW", "Q": "OW", "W": "AW",
    "Y": "OY",
}  # fmt: skip
_SYMBOLS = {phone: symbol for symbol, phone in _PHONES.items()} | {
    "T": "t", "IH": "ɪ", "AE": "æ", "AA": "ɑ", "AH": "ʌ", "OW": "O", "ER": "ɜɹ", "OH": "ɒ",
}  # fmt: skip
_BRITISH = {"AE": "a", "IY": "iː", "UW": "uː", "AA": "ɑː", "AO": "ɔː", "ER": "ɜː", "OW": "Q"}
_SCHWAS = frozenset("əɐᵊ")


@dataclass(frozen=True)
class Unit:
    """A phone or a mark: its stress as Kokoro writes it, its symbol, and its ARPAbet name ("" for a mark)."""

    stress: str
    symbol: str
    phone: str

    @property
    def written(self) -> str:
        """As Kokoro takes it."""
        return self.stress + self.symbol


def units(word: str) -> list[Unit]:
    """The phones and marks of a word in Kokoro's alphabet.

    >>> [unit.phone for unit in units("bˈɛTəɹ,")], [unit.phone for unit in units("əɹˈWnd")]
    (['B', 'EH', 'T', 'ER', ''], ['AH', 'R', 'AW', 'N', 'D'])
    """
    return [
        Unit(stress, symbol, _PHONES.get(symbol.rstrip("ː"), "")) for stress, symbol in _UNIT.findall(word)
    ]


def symbols(target: Target, stress: str, british: bool) -> str:
    """Phones in Kokoro's alphabet. What is no ARPAbet phone is such a symbol already.

    >>> symbols(("AH",), "", False), symbols(("AH",), "ˈ", False), symbols(("IY",), "ˈ", True)
    ('ə', 'ˈʌ', 'ˈiː')
    """
    written = ""
    for phone in target:
        symbol = (_BRITISH.get(phone) if british else None) or _SYMBOLS.get(phone, phone)
        if phone in ("AH", "ER") and not stress:
            symbol = "ə" if phone == "AH" or british else "əɹ"
        if stress and symbol[0] in _VOWELS:
            written, stress = written + stress, ""
        written += symbol
    return written


@cache
def _alphabet() -> frozenset[str]:
    return frozenset(tokens())


@cache
def phonemes(text: str, british: bool) -> str:
    """A text as `texts.py` spells it for voices, in Kokoro's alphabet."""
    said = front_end(british)(text.replace(LETTER_A, "Eh"))
    return "".join(symbol for symbol in said if symbol in _alphabet())


# What speakers of the corpus do

SAID_AS: dict[str, dict[str, float]] = {
    "TH": {"S": 0.5, "T": 0.25, "F": 0.2, "D": 0.05},
    "DH": {"D": 0.65, "Z": 0.35},
    "V": {"W": 0.55, "F": 0.3, "B": 0.15},
    "W": {"V": 1},
    "Z": {"S": 1},
    "S": {"TH": 0.4, "SH": 0.35, "Z": 0.25},
    "SH": {"S": 0.6, "CH": 0.4},
    "ZH": {"SH": 0.5, "JH": 0.3, "R": 0.2},
    "CH": {"SH": 0.6, "JH": 0.3, "T": 0.1},
    "JH": {"CH": 0.5, "Z": 0.3, "ZH": 0.2},
    "R": {"L": 0.6, "W": 0.4},
    "R coda": {"": 0.7, "L": 0.3},
    "L": {"R": 0.6, "N": 0.4},
    "L coda": {"UH": 0.4, "": 0.3, "R": 0.3},
    "N": {"L": 1},
    "N coda": {"NG": 0.6, "M": 0.2, "": 0.2},
    "NG": {"N": 0.85, "NG G": 0.15},
    "M": {"N": 1},
    "T": {"D": 0.8, "CH": 0.2},
    "T coda": {"": 0.6, "D": 0.2, "T AH": 0.2},
    "D": {"T": 0.7, "DH": 0.3},
    "D coda": {"T": 0.55, "": 0.3, "D AH": 0.15},
    "P": {"B": 0.8, "F": 0.2},
    "P coda": {"": 0.4, "B": 0.4, "P AH": 0.2},
    "B": {"P": 0.8, "V": 0.2},
    "B coda": {"P": 0.7, "": 0.15, "B AH": 0.15},
    "K": {"G": 1},
    "K coda": {"": 0.4, "G": 0.4, "K AH": 0.2},
    "G": {"K": 1},
    "G coda": {"K": 0.7, "": 0.1, "G AH": 0.2},
    "F": {"P": 0.4, "V": 0.3, "HH": 0.3},
    "HH": {"x": 0.6, "": 0.4},
    "Y": {"": 0.6, "JH": 0.4},
    "IY": {"IH": 1},
    "IH": {"IY": 0.8, "EH": 0.2},
    "EH": {"AE": 0.6, "EY": 0.25, "IH": 0.15},
    "AE": {"EH": 0.65, "AA": 0.2, "AH": 0.15},
    "AH": {"AA": 0.6, "AO": 0.2, "EH": 0.2},
    "AH weak": {"AE": 0.3, "ʌ": 0.3, "AA": 0.15, "EH": 0.15, "UH": 0.1},
    "AA": {"AO": 0.45, "AH": 0.4, "AE": 0.15},
    "AO": {"OW": 0.5, "AA": 0.3, "AW": 0.2},
    "OW": {"AO": 0.7, "AW": 0.2, "UH": 0.1},
    "EY": {"EH": 0.8, "AY": 0.2},
    "AY": {"AA": 0.5, "AE": 0.3, "EY": 0.2},
    "AW": {"AO": 0.4, "AA": 0.4, "OW": 0.2},
    "OY": {"AO": 0.6, "AY": 0.4},
    "UH": {"UW": 1},
    "UW": {"UH": 0.8, "OW": 0.2},
    "ER": {"AH": 0.5, "AA": 0.2, "EH": 0.15, "AO": 0.15},
}
"""What a phone that the experts marked as wrong or heavily accented was likely said as ("" for nothing).
"coda": where no vowel follows; "weak": a schwa.

The labels have no such thing. These are the substitutions that are commonly reported of speakers of
Mandarin, who read the corpus, and of others (Swan and Smith, Learner English, 2001).
"""
_RIGHT = 1.5
"""An experts' mean mark below this, of 2, is a phone heard as wrong or heavily accented."""
_FEW = 20
"""A phone seen less often in a place has the rate of all its places."""


def follower(phones: Sequence[str], place: int) -> str:
    """What stands behind a phone: "V" (a vowel), "R", "C" (another consonant), or "#" (the word's end).

    >>> follower(("F", "AO", "R"), 1), follower(("F", "AO", "R"), 2), follower(("F", "AO", "R"), 0)
    ('R', '#', 'V')
    """
    following = phones[place + 1] if place + 1 < len(phones) else "#"
    return "V" if following in VOWELS else following if following in "R#" else "C"


def noted(corpus_readings: Iterable[Mapping[str, object]]) -> tuple[Counter[tuple[str, str]], Rates]:
    """How often each phone stands in the dictionary's pronunciations of what was read, and how often the
    corpus's has what instead."""
    seen: Counter[tuple[str, str]] = Counter()
    instead: dict[tuple[str, str], Counter[Target]] = defaultdict(Counter)
    speakers: dict[tuple[tuple[str, str], Target], set[object]] = defaultdict(set)
    for reading in corpus_readings:
        for word, said, _ in _words(reading):
            ways = lexicon.pronunciations(word)
            way = min(ways, key=lambda way: Levenshtein.distance(way, said), default=())
            if not way or Levenshtein.distance(way, said) > len(way) / 2:
                continue  # a slip of the labels: of another word
            keys = [(phone, follower(way, place)) for place, phone in enumerate(way)]
            seen.update(keys)
            for edit in Levenshtein.editops(way, said):
                at, to = edit.src_pos, edit.dest_pos
                target: Target = (said[to],) if edit.tag == "replace" else ()
                if edit.tag == "insert":
                    if not at or way[at - 1] in VOWELS or said[to] != "AH":
                        continue
                    at, target = at - 1, (way[at - 1], "AH")
                key = keys[at]
                if key[0] in ("AA", "AO") and target == ("AH",):
                    target = ("OH",)  # it writes the British vowel of "not" so, which ARPAbet lacks
                instead[key][target] += 1
                speakers[key, target].add(reading["speaker"])
    rates = {
        key: {
            target: count / seen[key]
            for target, count in targets.items()
            if len(speakers[key, target]) > 2 and seen[key] >= _FEW
        }
        for key, targets in instead.items()
    }
    return seen, {key: targets for key, targets in rates.items() if targets}


def marked(corpus_readings: Iterable[Mapping[str, object]]) -> dict[tuple[str, str], float]:
    """How often the experts heard each phone as wrong or heavily accented."""
    wrong: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    for reading in corpus_readings:
        for _, said, marks in _words(reading):
            for place, mark in enumerate(marks):
                if mark is None:
                    continue
                for key in ((said[place], follower(said, place)), (said[place], "")):
                    seen[key] += 1
                    wrong[key] += mark < _RIGHT
    everywhere = sum(wrong.values()) / sum(seen.values())
    made = {}
    for phone in sorted({name.partition(" ")[0] for name in SAID_AS}):
        for behind in "VRC#":
            enough = [key for key in ((phone, behind), (phone, "")) if seen[key] >= _FEW]
            made[phone, behind] = wrong[enough[0]] / seen[enough[0]] if enough else everywhere
    return made


def _words(reading: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...], list[float | None]]]:
    """Words of a reading, their phones as the labels have them, and the phones' mean marks."""
    labels = reading["words"]
    assert isinstance(labels, list)
    for label in labels:
        if not label["phones"]:
            continue
        marks = label["phone_scores"] or [None] * len(label["phones"])
        means = []
        for mark in marks:
            given = [one for one in mark or () if one is not None]
            means.append(sum(given) / len(given) if given else None)
        phones = tuple(phone.rstrip("012") for phone in label["phones"])
        yield label["text"].lower(), phones, means[: len(phones)]


def combined(noted_rates: Rates, marked_rates: Mapping[tuple[str, str], float], weak: bool) -> Rates:
    """How often a phone is said as what; of a schwa where `weak`.

    >>> combined({}, {("TH", "#"): 0.2}, False)["TH", "#"][("S",)]
    0.1
    """
    made: dict[tuple[str, str], dict[Target, float]] = {}
    for (phone, behind), rate in marked_rates.items():
        names = [f"{phone} weak"] if weak else []
        names += [phone] if behind == "V" else [f"{phone} coda", phone]
        shares = SAID_AS[next(name for name in names if name in SAID_AS)]
        targets: dict[Target, float] = dict(noted_rates.get((phone, behind), {}))
        for target, share in shares.items():
            key = tuple(target.split())
            targets[key] = targets.get(key, 0.0) + rate * share
        made[phone, behind] = targets
    return made


# Accents


@dataclass(frozen=True)
class Habit:
    """What many speakers of some languages do, measured or not: `changes` by phone, in a place of a word.

    `place`: "any"; "end" of a word; "cluster", its end after a consonant; "s", an s that begins a word before
    another consonant; "weak", a schwa; "flap", the t that Americans say as d.
    """

    changes: Mapping[str, Target]
    place: str = "any"
    odds: float = 0.08


HABITS: tuple[Habit, ...] = (
    Habit({"W": ("V",)}),
    Habit({"V": ("W",)}),
    Habit({"V": ("ʋ",), "W": ("ʋ",)}),
    Habit({"V": ("B",)}, odds=0.06),
    Habit({"P": ("B",)}),
    Habit({"B": ("P",)}, odds=0.04),
    Habit({"F": ("P",)}),
    Habit({"Z": ("S",), "ZH": ("SH",)}),
    Habit({"SH": ("CH",)}),
    Habit({"CH": ("SH",)}),
    Habit({"AH": ("AE",)}, "weak"),
    Habit({"AH": ("ʌ",)}, "weak"),
    Habit({"AH": ("AA",)}, "weak", 0.04),
    Habit(
        {"B": ("P",), "D": ("T",), "G": ("K",), "V": ("F",), "Z": ("S",), "DH": ("TH",), "JH": ("CH",)}, "end"
    ),
    Habit({"T": (), "D": ()}, "cluster"),
    Habit({phone: (phone, "AH") for phone in ("B", "D", "G", "K", "P", "T", "CH", "JH")}, "end", 0.06),
    Habit({"S": ("EH", "S")}, "s"),
    Habit({"IY": ("IH",)}),
    Habit({"IH": ("IY",)}),
    Habit({"AE": ("EH",)}),
    Habit({"EH": ("AE",)}),
    Habit({"DH": ("D",)}),
    Habit({"TH": ("T",)}),
    Habit({"R": ("ɾ",)}),
    Habit({"R": ()}, "coda"),
    Habit({"R": ("L",)}, odds=0.03),
    Habit({"T": ("ʈ",), "D": ("ɖ",)}),
    Habit({"EY": ("e",), "OW": ("o",)}),
    Habit({"HH": ("x",)}, odds=0.04),
    Habit({"UH": ("UW",)}),
    Habit({"NG": ("NG", "G")}, odds=0.04),
    Habit({"T": ("T",)}, "flap", 0.5),
)


def _fits(habit: Habit, word: Sequence[Unit], at: int) -> bool:
    phones = [unit.phone for unit in word]
    if habit.place == "any" or word[at].phone not in habit.changes:
        return word[at].phone in habit.changes
    last = at == len(word) - 1
    after_consonant = at > 0 and phones[at - 1] not in VOWELS
    before_consonant = not last and phones[at + 1] not in VOWELS
    fitting = {
        "end": last,
        "cluster": last and after_consonant,
        "coda": last or before_consonant,
        "s": at == 0 and before_consonant,
        "weak": word[at].symbol in _SCHWAS,
        "flap": word[at].symbol == "T",
    }
    return fitting[habit.place]


class Speaker:
    """Someone with an accent, drawn at random: which phones become which, mostly throughout."""

    def __init__(self, strong: Rates, weak: Rates, rng: random.Random) -> None:
        """`strong`, `weak`: of `combined`, for all phones and for schwas."""
        self.rng = rng
        self.rates = {False: strong, True: weak}
        self.strength = rng.choice((0.5, 1.0, 2.0))
        phones = sorted({phone for phone, _ in strong})
        # One number a phone, so that a habit at the end of words is mostly one everywhere.
        self.leaning = {phone: rng.random() for phone in phones}
        self.choice = {phone: rng.random() for phone in phones}
        self.habits = [habit for habit in HABITS if rng.random() < habit.odds]
        rng.shuffle(self.habits)

    def says(self, word: Sequence[Unit], at: int) -> Target | None:
        """What a phone of a word (without marks) becomes; None where it stays."""
        phone, weak = word[at].phone, word[at].symbol in _SCHWAS
        for habit in self.habits:
            if _fits(habit, word, at) and self.rng.random() < 0.8:
                return habit.changes[phone]
        targets = self.rates[weak].get((phone, follower([unit.phone for unit in word], at)))
        if not targets:
            return None
        rate = min(0.5, self.strength * sum(targets.values()))
        if self.leaning[phone] < rate and self.rng.random() < 0.8:
            return _drawn(targets, self.choice[phone])
        if self.rng.random() < 0.3 * rate:
            return _drawn(targets, self.rng.random())
        return None


def _drawn(targets: Mapping[Target, float], share: float) -> Target:
    left = share * sum(targets.values())
    for target, rate in targets.items():
        left -= rate
        if left <= 0:
            return target
    return target


_ENDING = re.compile(r".*(s|ed|'d|n't)'?")


def accented(said: str, words: Sequence[str], speaker: Speaker, british: bool) -> str:
    """Phonemes as the speaker says them; `words` is how they are spelled.

    At most a third of the phones change. A phone is not dropped that is a plural's or a past's ending, which
    the recognizer must hear, nor the t of "can't", nor one of a word of one or two, nor a stressed or only
    vowel.
    """
    parsed = [units(word) for word in said.split(" ")]
    spelled: Sequence[str] = words if len(words) == len(parsed) else ["-s"] * len(parsed)
    changes: list[tuple[int, int, Target]] = []
    total = 0
    for number, (word, spelling) in enumerate(zip(parsed, spelled, strict=True)):
        places = [place for place, unit in enumerate(word) if unit.phone]
        sounds = [word[place] for place in places]
        total += len(sounds)
        dropped = 0
        for at, place in enumerate(places):
            target = speaker.says(sounds, at)
            if target is None or symbols(target, sounds[at].stress, british) == sounds[at].written:
                continue
            if not target:
                ending = at == len(sounds) - 1 and _ENDING.fullmatch(spelling)
                vowels = sum(unit.phone in VOWELS for unit in sounds)
                only = sounds[at].phone in VOWELS and (sounds[at].stress or vowels - dropped < 2)
                if ending or only or len(sounds) - dropped <= 2:
                    continue
                dropped += 1
            changes.append((number, place, target))
    speaker.rng.shuffle(changes)
    written = [[unit.written for unit in word] for word in parsed]
    for number, place, target in changes[: int(MOST_CHANGED * total)]:
        written[number][place] = symbols(target, parsed[number][place].stress, british)
    return " ".join("".join(word) for word in written)


# Texts


@dataclass(frozen=True)
class Text:
    """What is read: `id` and `words` as above, `spoken` as texts.jsonl has it, `kind` for how slowly."""

    id: str
    words: str
    spoken: str
    kind: str


def sentences(cache_folder: Path) -> tuple[list[Text], list[float]]:
    """The sentences that are short enough, and how likely each is read."""
    made, weights = [], []
    for line in (cache_folder / "texts.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if len(record["words"]) <= LONGEST_TEXT and not any(map(unwelcome, record["words"].split())):
            made.append(Text(record["id"], record["words"], record["spoken"], "sentence"))
            weights.append(WEIGHTS.get(record["kind"].partition(":")[0], 1.0))
    return made, weights


def dealt(texts: Sequence[Text], weights: Sequence[float], rng: random.Random) -> Iterator[Text]:
    """Without end: half of the texts, the heavier likelier among them, then another half, and so on."""
    while True:
        ranks = [rng.expovariate(weight) for weight in weights]
        half = sorted(range(len(texts)), key=ranks.__getitem__)[: (len(texts) + 1) // 2]
        rng.shuffle(half)
        for place in half:
            yield texts[place]


def cut(text: Text, rng: random.Random) -> Text | None:
    """One to four words of a sentence as they stand there; None where they are spelled otherwise.

    >>> cut(Text("7", "yes mr reed", "Yes, mister Reed.", "sentence"), random.Random(2))
    >>> cut(Text("7", "yes", "Yes.", "sentence"), random.Random(2)).spoken
    'Yes.'
    """
    words, spoken = text.words.split(), text.spoken.split()
    bare = [re.sub(r"^[^\w']+|[^\w']+$", "", word).lower() for word in spoken]
    if bare != words:
        return None
    length = min(len(words), rng.choices((1, 2, 3, 4), (3, 3, 2, 2))[0])
    start = rng.randrange(len(words) - length + 1)
    said = re.sub(r"[^\w'.?!]+$", "", " ".join(spoken[start : start + length]))
    chosen = " ".join(words[start : start + length])
    if chosen == "a":
        return None  # alone it would be the letter
    return Text(f"{text.id}:{start}-{start + length}", chosen, said, "cut")


class Lists:
    """Lists of words: common ones, pairs that only an ending or a phone tells apart, and any."""

    def __init__(self, cache_folder: Path) -> None:
        """Words of the recognizer's vocabulary that voices say as the dictionary has them."""
        words = [word for word in vocabulary.read(cache_folder) if _plain(word)]
        known = set(words)
        self.any = words
        ranked = [word for word in top_n_list("en", 20_000) if word in known]
        self.common = ranked[:8_000]
        self.endings = [(word, other) for word in words for other in _inflected(word) if other in known]
        self.sounds = list(_minimal_pairs(ranked[:6_000]))

    def draw(self, name: str, rng: random.Random) -> Text:
        """A list of one to seven words, with or without pauses."""
        kind = rng.choices(("common", "pairs", "any"), (2, 1, 1))[0]
        count = rng.randint(1, 7)
        if kind == "pairs":
            words: list[str] = []
            while len(words) < count:
                pair = list(rng.choice(self.endings if rng.random() < 0.7 else self.sounds))
                rng.shuffle(pair)
                words += pair
            words = words[:count]
            if rng.random() < 0.3:
                rng.shuffle(words)
        else:
            words = rng.choices(self.common if kind == "common" else self.any, k=count)
        joint = rng.choice((", ", ". ", " "))
        return Text(name, " ".join(words), joint.join(words) + rng.choice(("", ".")), kind)


def _plain(word: str) -> bool:
    """Whether a word of the vocabulary may stand in a list, and Kokoro's front end says it right."""
    if len(word) < 2 or unwelcome(word) or not re.fullmatch(r"[a-z]+('(t|re|ve|ll|m|d))?", word):
        return False
    if not lexicon.in_dictionary(word) or lexicon.spells_letters(word):
        return False
    said = phonemes(word, False)
    sounds = [unit.phone for unit in units(said) if unit.phone]
    off = min(Levenshtein.distance(sounds, way) for way in lexicon.pronunciations(word))
    return " " not in said and off <= 0.34 * len(sounds) and len(sounds) > 1


def _inflected(word: str) -> Iterator[str]:
    """What may be forms of a word.

    >>> list(_inflected("carry")), list(_inflected("stop"))[-1]
    (['carrys', 'carryed', 'carries', 'carried'], 'stopped')
    """
    yield from (f"{word}s", f"{word}ed")
    if word.endswith("y"):
        yield from (f"{word[:-1]}ies", f"{word[:-1]}ied")
    elif word.endswith("e"):
        yield f"{word}d"
    else:
        yield from (f"{word}es", f"{word}{word[-1]}ed")


def _minimal_pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs that one phone tells apart, which learners confuse: "ship" and "sheep"."""
    by_sound = {lexicon.pronunciations(word)[0]: word for word in reversed(words)}
    for way, word in by_sound.items():
        for place, phone in enumerate(way):
            for target in sorted({t for name in (phone, f"{phone} coda") for t in SAID_AS.get(name, ())}):
                if other := by_sound.get((*way[:place], *target.split(), *way[place + 1 :])):
                    yield word, other


# Voices

GROUPS = {
    "a": 0.35, "b": 0.10, "z": 0.22, "h": 0.11, "e": 0.0825, "j": 0.044, "p": 0.0385, "i": 0.033, "f": 0.022
}  # fmt: skip
"""By the letter that the voice's name begins with: American, British, Mandarin, Hindi, Spanish, Japanese,
Portuguese, Italian, French."""


def voices(names: Sequence[str], rng: random.Random) -> tuple[list[str], float]:
    """A voice or two, and the share of the first."""

    def one() -> str:
        (group,) = rng.choices(list(GROUPS), list(GROUPS.values()))
        return rng.choice([name for name in names if name[0] == group])

    first = one()
    if rng.random() >= 0.6:
        return [first], 1.0
    while (second := one()) == first:
        pass
    return [first, second], round(rng.uniform(0.3, 0.7), 3)


def speed(kind: str, rng: random.Random) -> float:
    """How fast a text of a kind is read."""
    slow, fast = (0.75, 1.25) if rng.random() < 0.85 else (0.55, 0.75)
    if kind not in ("sentence", "cut"):
        slow, fast = 0.55, 1.05
    return round(rng.uniform(slow, fast), 3)


# Jobs


def jobs(
    cache_folder: Path, strong: Rates, weak: Rates, taken: frozenset[str], number: int
) -> Iterator[dict[str, object]]:
    """What is to be read, without the texts that are `taken`."""
    rng = random.Random("accents")
    texts, weights = sentences(cache_folder)
    whole, parts = dealt(texts, weights, rng), dealt(texts, weights, rng)
    lists = Lists(cache_folder)
    names = sorted(styles(cache_folder))
    made = 0
    # Lists of pairs keep their sounds, else the same sounds would be two words; the others make up for them.
    odds = ACCENTED / (1 - LISTS / 4)
    while made < number:
        kind = rng.choices(("sentence", "cut", "list"), (SENTENCES, CUTS, LISTS))[0]
        text: Text | None = None
        while text is None or text.words in taken:
            if kind == "sentence":
                text = next(whole)
            elif kind == "cut":
                text = cut(next(parts), rng)
            else:
                text = lists.draw(f"list-{made:05}", rng)
        chosen, mix = voices(names, rng)
        leading = chosen[0] if mix >= 0.5 else chosen[1]
        british = leading[0] == "b"
        said = phonemes(text.spoken, british)
        if said.count(" ") != text.words.count(" "):
            continue  # the front end reads "Henry Campbell" as "Henry the zeroth Campbell"
        if text.kind != "pairs" and rng.random() < odds:
            said = accented(said, text.words.split(), Speaker(strong, weak, rng), british)
        if not 0 < len(said) <= LONGEST or not _alphabet().issuperset(said):
            continue
        made += 1
        yield {
            "id": text.id,
            "words": text.words,
            "phonemes": said,
            "voices": chosen,
            "mix": mix,
            "speed": speed(text.kind, rng),
        }


def habit_table(seen: Mapping[tuple[str, str], int], rates: Rates, rows: int) -> str:
    """The most frequent of the `rates`, as a Markdown table; `seen` is how often each phone stands there."""
    listed = [(rate, key, target) for key, targets in rates.items() for target, rate in targets.items()]
    listed.sort(key=lambda row: -row[0] * seen.get(row[1], 0))
    lines = ["| phone | before | said as | rate | of |", "|---|---|---|---|---|"]
    for rate, (phone, behind), target in listed[:rows]:
        total = seen.get((phone, behind), 0)
        lines.append(f"| {phone} | {behind} | {' '.join(target) or '(nothing)'} | {rate:.3f} | {total} |")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Lists what Kokoro's voices are to read, with accents.")
    parser.add_argument("--cache", type=Path, required=True, help="folder of everything the recipe makes")
    parser.add_argument("--corpus", type=Path, required=True, help="folder with labels.jsonl")
    parser.add_argument("--out", type=Path, help="DIR/jobs.jsonl unless told")
    parser.add_argument("--number", type=int, default=60_000)
    options = parser.parse_args()
    heard = [reading for reading in readings(options.corpus) if reading["part"] == "training"]
    seen, said = noted(heard)
    wrong = marked(heard)
    strong, weak = combined(said, wrong, False), combined(said, wrong, True)
    print(habit_table(seen, strong, 40))
    fixed = random.Random("prompts")
    held_back = {as_spoken(tokens, fixed)[1] for _, _, tokens in of_prompts(held_back=True)}
    taken = frozenset(_avoided([options.corpus / "labels.jsonl"]) | held_back)
    out: Path = options.out or options.cache / "jobs.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for job in jobs(options.cache, strong, weak, taken, options.number):
            file.write(json.dumps(job, ensure_ascii=False, separators=(",", ":")) + "\n")
    part.replace(out)
    print(f"{options.number:,} readings", file=sys.stderr)


if __name__ == "__main__":
    main()
