"""What to listen for when the script is known.

A grammar of the script alone hears the script in everything: "thirteen" becomes its "thirty". So the likely
other things
are listened for too, each between the words around it: other accepted readings, and `alternatives` of single
words.
Words that the model lacks (names, products) are listened for as the vocabulary's words that sound most like
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from enunciate.recognition import UNKNOWN, Recognizer
from enunciate.reference import Reference, lexicon

FILLERS = frozenset({"um", "uh", "er", "erm", "hmm", "mm", "mhm", "ah", "eh", "uhm"})
"""Sounds of hesitation as vocabularies spell them."""

_WEIGHT = 4
"""How many times likelier the script is than each single alternative. At 1 every seventh word of perfect
readings was heard as an alternative, at 4 every twentieth, with as many real ones found."""
_SOUND_ALIKES = 3
_READINGS = 6
"""How many readings of a token beyond the first are listened for."""

EXTRAS = (
    "just", "really", "very", "so", "well", "okay", "like", "actually", "please", "now", "also", "then",
    "here", "there", "right", "only", "some", "all", "again", "still", "already", "maybe", "too",
    "quite", "simply", "kindly", "basically", "always", "soon", "other", "little", "more", "much",
    "never", "not", "first", "good", "new", "two", "sir", "ma'am", "yes", "no", "oh", "and", "but",
    "the", "a", "to", "i", "you", "we", "it", "that", "this", "is",
)  # fmt: skip
"""Words that readers slip in."""

_SWAPS = (
    "a an the",
    "in on at",
    "to for with from of by",
    "is are was were",
    "has have had",
    "do does did",
    "he she they",
    "his her their",
    "this that these those",
    "will would",
    "can could",
    "and or but",
    "you your",
    "we i",
    "our your",
    "one two three four five six seven eight nine zero",
    "thirteen thirty",
    "fourteen forty",
    "fifteen fifty",
    "sixteen sixty",
    "seventeen seventy",
    "eighteen eighty",
    "nineteen ninety",
    "can can't",
    "could couldn't",
    "do don't",
    "does doesn't",
    "did didn't",
    "is isn't",
    "was wasn't",
    "will won't",
    "would wouldn't",
    "go goes went gone",
    "get gets got",
    "make makes made",
    "take takes took taken",
    "send sends sent",
    "say says said",
    "see sees saw seen",
    "know knows knew known",
    "give gives gave given",
    "come comes came",
    "think thinks thought",
    "find finds found",
    "tell tells told",
    "feel feels felt",
    "keep keeps kept",
    "leave leaves left",
    "pay pays paid",
    "buy buys bought",
    "speak speaks spoke spoken",
    "write writes wrote written",
    "hold holds held",
    "understand understands understood",
    "choose chooses chose chosen",
)
FUNCTION_WORDS = frozenset(
    [
        "the",
        "and",
        "but",
        "for",
        "you",
        "your",
        "our",
        "his",
        "her",
        "their",
        "its",
        "this",
        "that",
        "these",
        "those",
        "they",
        "she",
        "him",
        "them",
        "who",
        "what",
        "when",
        "where",
        "how",
        "why",
        "yes",
        "not",
        "all",
        "any",
        "some",
        "may",
        "might",
        "can",
        "will",
        "would",
        "should",
        "could",
        "must",
        "let",
        "please",
        "than",
        "then",
        "there",
        "here",
        "into",
        "onto",
        "from",
        "with",
        "today",
        "tomorrow",
        "yesterday",
        "am",
        "are",
        "was",
        "were",
        "been",
        "being",
        "very",
        "too",
        "also",
        "just",
        "only",
        "even",
        "now",
        "ever",
        "never",
    ]
)
"""Small words: they have no other forms, whatever the dictionary lists beside them."""
_NO_PARTICIPLES = frozenset({"morning", "evening"})
"""They end as forms of "morn" and "even" would, but are not."""
_NEIGHBOURS = {
    "one": "nine",
    "nine": "one five",
    "five": "four nine",
    "four": "five",
    "two": "three",
    "three": "two",
}


@dataclass(frozen=True, slots=True)
class Listening:
    """The phrases of a grammar, and what stands in it for script words that the model lacks."""

    phrases: tuple[str, ...]
    sound_alikes: Mapping[str, tuple[tuple[str, ...], ...]]


def listen_for(reference: Reference, recognizer: Recognizer) -> Listening:
    """The grammar that follows a reading of `reference` and names what may be said instead."""
    words = reference.words()
    alike = sound_alikes(reference, recognizer.knows)

    def spoken(text: str) -> tuple[str, ...]:
        return alike[text][0] if alike.get(text) else (text,)

    script = [spoken(word.text) for word in words]
    whole = " ".join(part for parts in script for part in parts)
    phrases: dict[str, None] = {}
    for place in range(len(script)):
        before = script[place - 1][-1:] if place else ()
        after = script[place + 1][:1] if place + 1 < len(script) else ()
        text = words[place].text
        others = (
            alike[text][1:] if text in alike else tuple((w,) for w in alternatives(text, recognizer.knows))
        )
        for other in others:
            phrases[" ".join((*before, *other, *after))] = None
        if script[place][-1:] != after[:1]:
            phrases[" ".join(script[place] * 2)] = None
    phrases |= dict.fromkeys(_other_readings(reference, spoken))
    phrases |= dict.fromkeys(word for word in EXTRAS if recognizer.knows(word))
    phrases |= dict.fromkeys(sorted(word for word in FILLERS if recognizer.knows(word)))
    phrases[UNKNOWN] = None
    return Listening((whole,) * _WEIGHT + tuple(phrase for phrase in phrases if phrase), alike)


def _other_readings(reference: Reference, spoken: Callable[[str], tuple[str, ...]]) -> Iterator[str]:
    """Each further reading of a token, between the words around the token."""
    firsts = [token.readings[0] for token in reference.tokens]
    for place, token in enumerate(reference.tokens):
        before = spoken(firsts[place - 1][-1])[-1:] if place else ()
        after = spoken(firsts[place + 1][0])[:1] if place + 1 < len(firsts) else ()
        for reading in token.readings[1 : 1 + _READINGS]:
            yield " ".join((*before, *(part for word in reading for part in spoken(word)), *after))


def sound_alikes(
    reference: Reference, knows: Callable[[str], bool]
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each spoken word of the script that the model lacks: known words that sound most like it, best
    first.
    """
    lacking = dict.fromkeys(
        word
        for token in reference.tokens
        for reading in token.readings
        for word in reading
        if not knows(word)
    )
    return {
        word: lexicon.near(word, knows, _SOUND_ALIKES, reference.pronunciations.get(word) or None)
        for word in lacking
    }


def alternatives(word: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """Words that readers say by mistake for this one: its inflections, number neighbours, other function
    words.

    Homophones are left out; nobody hears a difference.

    >>> alternatives("damaged", lambda word: True)[:2]
    ('damage', 'damages')
    """
    found = dict.fromkeys((*_swaps().get(word, ()), *_inflections(word)))
    return tuple(
        other for other in found if other != word and knows(other) and not lexicon.same_spoken(word, other)
    )


@lru_cache(maxsize=1)
def _swaps() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for group in _SWAPS:
        words = group.split()
        for word in words:
            others = _NEIGHBOURS.get(word, "").split() if "seven" in words else words
            table.setdefault(word, {}).update(dict.fromkeys(other for other in others if other != word))
    return {word: tuple(others) for word, others in table.items()}


@lru_cache(maxsize=4096)
def _inflections(word: str) -> tuple[str, ...]:
    """Other forms of a regular word, those first that differ by its ending only; all of them in the
    dictionary.
    """
    if len(word) < 3 or not word.isalpha() or word in FUNCTION_WORDS:
        return ()
    bases = {word}
    if not word.endswith(("eed", "ss")) and word not in _NO_PARTICIPLES:
        for pattern, ending in ((r"(ies|ied)$", "y"), (r"(es|ed|ing|s)$", ""), (r"(ed|ing|es)$", "e")):
            bases.add(re.sub(pattern, ending, word))
        bases |= {base[:-1] for base in bases - {word} if re.search(r"([bdgklmnprt])\1$", base)}
    forms: dict[str, None] = {}
    for base in sorted((b for b in bases if len(b) > 2 and lexicon.known(b)), key=len):
        stem = base.removesuffix("e")
        forms[base] = None
        for form in (
            base + "s",
            base + "es" if re.search(r"(s|x|z|ch|sh|o)$", base) else "",
            base[:-1] + "ies" if base.endswith("y") else "",
            base + "d" if base.endswith("e") else base + "ed",
            base[:-1] + "ied" if base.endswith("y") else "",
            base + base[-1] + "ed",
            stem + "ing",
            base + base[-1] + "ing",
        ):
            if lexicon.known(form):
                forms[form] = None
    return tuple(forms)
