"""The drills cover the sounds of English, and minimal pairs are minimal."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from enunciate.reference import Reference, scripts, spoken
from enunciate.reference.lexicon import known, pronunciations
from enunciate.reference.lint import lint
from enunciate.reference.phones import CONSONANTS, VOWELS, bare
from tests.prompts.word_lists import lists, places

PROMPTS = Path(__file__).parents[2] / "prompts"
PATHS = sorted(PROMPTS.glob("*/*.md"))
load = cache(scripts.load)
ENOUGH = 3
"""Words that hold a sound in one position: with fewer, a drill trains a word and not the sound."""

ABSENT = {
    ("NG", "initial"): "no English word begins with it",
    ("HH", "final"): "English h stands only before a vowel",
    ("W", "final"): "a final w is part of a diphthong",
    ("Y", "final"): "a final y is a vowel or part of a diphthong",
    ("AE", "final"): "a short vowel that needs a consonant after it",
    ("EH", "final"): "a short vowel that needs a consonant after it",
    ("IH", "final"): "a short vowel that needs a consonant after it",
    ("UH", "final"): "a short vowel that needs a consonant after it",
    ("UH", "initial"): "only in exclamations such as oops",
    ("UW", "initial"): "only in rare words such as ooze; words spelled with u begin with y",
    ("ZH", "initial"): "only in a few loanwords such as genre",
    ("AA", "final"): "only in a few words such as spa",
}
"""The places in which English has a sound never or hardly ever, and why."""

LINES = {
    "call-opening": 34,
    "verification": 33,
    "empathy": 35,
    "hold-and-transfer": 35,
    "correcting-kindly": 35,
    "resolution": 38,
    "closing": 31,
    "numbers-and-spelling": 37,
    "product-explanations": 38,
    "difficult-callers": 38,
    "tongue-twisters": 32,
    "minimal-pairs": 40,
    "word-lists": 40,
    "read-aloud": 53,
}
"""The fewest lines (paragraphs) of each module: weeks of practice without hearing the same one twice."""


@pytest.fixture(scope="module")
def drills() -> dict[str, Reference]:
    """The scripts that drill sounds in lists or pairs of words."""
    return {path.stem: load(path) for module in ("minimal-pairs", "word-lists") for path in sorted(
        (PROMPTS / module).glob("*.md")
    )}  # fmt: skip


def paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]


def differences(one: str, other: str) -> Iterator[frozenset[str]]:
    """The phones in which two words differ, wherever two of their pronunciations differ in just one."""
    for first in map(bare, pronunciations(one)):
        for second in map(bare, pronunciations(other)):
            short, long = sorted((first, second), key=len)
            if len(short) == len(long):
                apart = [frozenset(pair) for pair in zip(short, long, strict=True) if len(set(pair)) > 1]
                if len(apart) == 1:
                    yield apart[0]
            elif len(short) + 1 == len(long):
                yield from {
                    frozenset([phone]) for at, phone in enumerate(long) if long[:at] + long[at + 1 :] == short
                }


def test_the_lines_of_a_drill_hold_its_sounds(drills: dict[str, Reference]) -> None:
    few = {}
    for name, drill in drills.items():
        listed = list(lists(drill))
        if not listed:
            continue
        spoken_words = " ".join(
            line
            for line in paragraphs(drill.text)
            if any(" " in part.strip() for part in re.split("[,.?!]", line))
        )
        counts = Counter(
            phone
            for word in re.findall(r"[a-z']+", spoken_words.lower())
            for phone in bare(pronunciations(word)[0])
        )
        if missing := [phone for phone in drill.sounds if counts[phone] < 2]:
            few[name] = missing
    assert few == {}


def test_enough_drills_and_every_one_names_its_sounds(drills: dict[str, Reference]) -> None:
    in_lists = [name for name, drill in drills.items() if any(lists(drill))]
    print(f"{len(in_lists)} drills in lists and pairs")
    assert len(in_lists) >= 60
    assert [name for name, drill in drills.items() if not drill.sounds] == []


def test_every_sound_is_drilled_in_every_position(drills: dict[str, Reference]) -> None:
    words: dict[tuple[str, str], set[str]] = defaultdict(set)
    for drill in drills.values():
        for word in {word for line in lists(drill) for word in line}:
            for phone, position in places(bare(pronunciations(word)[0])):
                if phone in drill.sounds:
                    words[phone, position].add(word)
    wanted = {
        (phone, position)
        for phone in CONSONANTS | VOWELS
        for position in ("initial", "medial", "final")
        if (phone, position) not in ABSENT
    }
    few = {place: sorted(words[place]) for place in sorted(wanted) if len(words[place]) < ENOUGH}
    print(f"{len(wanted) - len(few)} of {len(wanted)} sounds and positions, {len(ABSENT)} that English lacks")
    assert few == {}
    assert all(len(words[place]) < ENOUGH for place in ABSENT), "English has these after all: drill them"


def test_every_word_of_a_list_is_said_just_as_it_is_written(drills: dict[str, Reference]) -> None:
    wrong = set()
    for drill in drills.values():
        for word in {word for line in lists(drill) for word in line}:
            tokens = spoken.tokenize(word + ".", {}, True)
            if not known(word) or [token.readings[0] for token in tokens] != [(word,)]:
                wrong.add(word)
    assert wrong == set()


def test_minimal_pairs_are_minimal(drills: dict[str, Reference]) -> None:
    pairs = 0
    wrong = []
    for name, drill in drills.items():
        if not name.startswith("pairs-"):
            continue
        for line in lists(drill):
            pairs += 1
            assert len(line) == 2, f"{name}: {line} is no pair"
            found = set(differences(*line))
            # An extra vowel may be any; where one sound is dropped there is one, else there are two.
            good = found if "extra vowels" in drill.tags else found & {frozenset(drill.sounds)}
            if not good:
                wrong.append((name, *line))
    print(f"{pairs} minimal pairs")
    assert wrong == []
    assert pairs >= 400


def test_a_pair_that_is_not_minimal_is_seen() -> None:
    assert set(differences("leather", "letter")) == {frozenset(("DH", "T"))}
    assert set(differences("see", "seat")) == {frozenset("T")}
    assert set(differences("order", "orders")) == {frozenset("Z")}
    assert set(differences("pan", "fun")) == set()


def test_every_module_has_its_lines() -> None:
    lines = Counter(
        {
            module: sum(len(paragraphs(load(path).text)) for path in PATHS if path.parent.name == module)
            for module in LINES
        }
    )
    print(*(f"{module} {count}" for module, count in lines.items()), sep=", ")
    assert {path.parent.name for path in PATHS} == set(LINES)
    assert {module: lines[module] for module in LINES if lines[module] < LINES[module]} == {}


def test_no_line_is_there_twice() -> None:
    lines = Counter(
        re.sub(r"\W+", " ", line).strip().lower() for path in PATHS for line in paragraphs(load(path).text)
    )
    assert [line for line, count in lines.items() if count > 1] == []


def test_lint_has_nothing_to_say() -> None:
    assert [finding for path in PATHS for finding in lint(path)] == []
