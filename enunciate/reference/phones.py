"""ARPAbet phones: which there are, and how alike two of them sound."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from enunciate.reference import Phones

VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
CONSONANTS = frozenset(
    [
        "B",
        "CH",
        "D",
        "DH",
        "F",
        "G",
        "HH",
        "JH",
        "K",
        "L",
        "M",
        "N",
        "NG",
        "P",
        "R",
        "S",
        "SH",
        "T",
        "TH",
        "V",
        "W",
        "Y",
        "Z",
        "ZH",
    ]
)

# Consonants as (place from lips 0 to throat 7, manner, voiced); after the IPA chart.
_CONSONANTS = {
    "P": (0, "stop", 0), "B": (0, "stop", 1), "M": (0, "nasal", 1), "W": (0, "glide", 1),
    "F": (1, "fricative", 0), "V": (1, "fricative", 1),
    "TH": (2, "fricative", 0), "DH": (2, "fricative", 1),
    "T": (3, "stop", 0), "D": (3, "stop", 1), "N": (3, "nasal", 1), "S": (3, "fricative", 0),
    "Z": (3, "fricative", 1), "L": (3, "liquid", 1), "R": (4, "liquid", 1),
    "SH": (4, "fricative", 0), "ZH": (4, "fricative", 1), "CH": (4, "affricate", 0), "JH": (4, "affricate",
    1), "Y": (5, "glide", 1), "K": (6, "stop", 0), "G": (6, "stop", 1), "NG": (6, "nasal", 1), "HH": (7,
    "fricative", 0),
}  # fmt: skip
# Vowels as (height 0 open to 3 close, back 0 to 2, glide at the end).
_VOWELS = {
    "IY": (3.0, 0.0, ""), "IH": (2.5, 0.3, ""), "EH": (1.5, 0.2, ""), "AE": (0.7, 0.2, ""), "AH": (1.3, 1.0,
    ""), "ER": (1.5, 1.0, "R"), "AA": (0.0, 1.7, ""), "AO": (0.8, 2.0, ""), "UH": (2.5, 1.7, ""), "UW": (3.0,
    2.0, ""), "EY": (2.0, 0.1, "Y"), "AY": (0.2, 1.2, "Y"), "OY": (1.0, 2.0, "Y"), "AW": (0.2, 1.2, "W"),
    "OW": (1.8, 2.0, "W"),
}  # fmt: skip
_RELATED_MANNERS = {
    frozenset(("stop", "affricate")): 0.3,
    frozenset(("fricative", "affricate")): 0.3,
    frozenset(("stop", "fricative")): 0.4,
    frozenset(("glide", "liquid")): 0.3,
    frozenset(("glide", "fricative")): 0.5,
    frozenset(("stop", "nasal")): 0.5,
}
GAP = 0.7
_EASY_GAPS = {"AH": 0.4, "IH": 0.5, "HH": 0.4, "T": 0.5, "D": 0.5, "R": 0.5, "Y": 0.5, "ER": 0.6}


def bare(phones: Iterable[str]) -> Phones:
    """The phones without stress digits.

    >>> bare(("N", "AO1", "R", "TH"))
    ('N', 'AO', 'R', 'TH')
    """
    return tuple(phone.rstrip("012") for phone in phones)


def is_phone(phone: str) -> bool:
    """Whether this is an ARPAbet phone, with or without a stress digit (only vowels carry one)."""
    return phone in CONSONANTS or phone in VOWELS or (phone[:-1] in VOWELS and phone[-1] in "012")


@cache
def substitution_cost(first: str, second: str) -> float:
    """How unlike two bare phones sound: 0 for the same, 1 for a vowel against a consonant.

    Consonants differ by place, manner and voicing, vowels by height, backness and glide; voicing and
    neighbouring vowels cost least, being what listeners and learners confuse most.

    >>> substitution_cost("P", "B") < substitution_cost("P", "S") < substitution_cost("P", "IY")
    True
    """
    if first == second:
        return 0.0
    if first in _CONSONANTS and second in _CONSONANTS:
        (place, manner, voice), (place2, manner2, voice2) = _CONSONANTS[first], _CONSONANTS[second]
        apart = 0.0 if manner == manner2 else _RELATED_MANNERS.get(frozenset((manner, manner2)), 0.7)
        return min(1.0, 0.1 + 0.1 * abs(place - place2) + apart + 0.1 * abs(voice - voice2))
    if first in _VOWELS and second in _VOWELS:
        (height, back, glide), (height2, back2, glide2) = _VOWELS[first], _VOWELS[second]
        return min(
            0.8, 0.1 + 0.15 * abs(height - height2) + 0.15 * abs(back - back2) + 0.2 * (glide != glide2)
        )
    return 1.0


def distance(first: Phones, second: Phones, enough: float = float("inf")) -> float:
    """Edit distance of two bare pronunciations with `substitution_cost`; at least `enough` where it passes
    that.

    >>> distance(("B", "AE", "T"), ("B", "AE", "T")), distance(("B", "AE", "T"), ("P", "AE", "T"))
    (0.0, 0.2)
    """
    row = [0.0]
    for phone in second:
        row.append(row[-1] + _EASY_GAPS.get(phone, GAP))
    for a in first:
        gap, previous = _EASY_GAPS.get(a, GAP), row[0]
        row[0] += gap
        for j, b in enumerate(second, 1):
            diagonal = previous + substitution_cost(a, b)
            previous = row[j]
            row[j] = min(diagonal, row[j] + gap, row[j - 1] + _EASY_GAPS.get(b, GAP))
        if min(row) >= enough:
            return enough
    return row[-1]
