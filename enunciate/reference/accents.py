"""Which pronunciations count as right beside the dictionary's American ones.

Small words have weak forms, and British readers leave out an R that no vowel follows, round the vowel of
"not", say "student" with a Y and "ask" with the vowel of "father": all of that is good English.
`enunciate/data/accents.yaml` holds the words that follow no rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from enunciate.reference import Phones
from enunciate.reference.phones import VOWELS, bare


class _Tables(NamedTuple):
    words: dict[str, tuple[Phones, ...]]
    """Weak and British forms."""
    bath: frozenset[str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    import yaml

    data = yaml.safe_load((files("enunciate") / "data" / "accents.yaml").read_text("utf-8"))
    words: dict[str, tuple[Phones, ...]] = {}
    for table in (data["weak"], data["british"]):
        for word, ways in table.items():
            words[word] = (*words.get(word, ()), *(tuple(way.split()) for way in ways))
    return _Tables(words, frozenset(data["bath"].split()))


@lru_cache(maxsize=8192)
def accepted(word: str, pronunciations: tuple[Phones, ...]) -> tuple[Phones, ...]:
    """`pronunciations` of a word (lower case), and every other that counts as right; without stress digits.

    >>> accepted("order", (("AO", "R", "D", "ER"),))
    (('AO', 'R', 'D', 'ER'), ('AO', 'D', 'AH'))
    >>> accepted("student", (("S", "T", "UW", "D", "AH", "N", "T"),))[1]
    ('S', 'T', 'Y', 'UW', 'D', 'AH', 'N', 'T')
    """
    ways = [bare(way) for way in pronunciations]
    listed = _tables().words.get(word, ())
    return tuple(dict.fromkeys((*ways, *listed, *_british(word, ways))))


def _british(word: str, ways: Iterable[Phones]) -> Iterable[Phones]:
    """Each change by itself, and all of them together."""
    for way in ways:
        together = way
        for change in (_without_r, _rounded, _with_y, _broad):
            if (changed := change(word, way)) != way:
                yield changed
                together = change(word, together)
        yield together


def _without_r(word: str, way: Phones) -> Phones:
    """R left out where no vowel follows; a last syllable ER, as in "order", becomes a weak vowel."""
    kept: list[str] = []
    for place, phone in enumerate(way):
        follows = way[place + 1] if place + 1 < len(way) else ""
        if phone == "R" and follows not in VOWELS and kept and kept[-1] in VOWELS:
            continue
        ends = place == len(way) - 1 or (place == len(way) - 2 and follows in ("Z", "D"))
        kept.append("AH" if phone == "ER" and ends and VOWELS.intersection(kept) else phone)
    return tuple(kept)


def _rounded(word: str, way: Phones) -> Phones:
    return tuple("AO" if phone == "AA" else phone for phone in way) if "o" in word else way


def _with_y(word: str, way: Phones) -> Phones:
    """A Y between T, D or N and the UW that is written u or ew, as in "new"."""
    if "u" not in word and "ew" not in word:
        return way
    kept: list[str] = []
    for phone in way:
        if phone == "UW" and kept and kept[-1] in ("T", "D", "N") and "oo" not in word and "ou" not in word:
            kept.append("Y")
        kept.append(phone)
    return tuple(kept)


def _broad(word: str, way: Phones) -> Phones:
    if word not in _tables().bath or "AE" not in way:
        return way
    return tuple("AA" if phone == "AE" else phone for phone in way)
