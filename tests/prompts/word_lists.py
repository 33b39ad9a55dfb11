"""The drills of the library as the tests count them: lists and pairs of words, and where sounds stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from enunciate.reference import Phones, Reference


def lists(drill: Reference) -> Iterator[tuple[str, ...]]:
    """The lists of a drill: sentences of nothing but single words with commas between them."""
    for sentence in re.findall(r"[^.?!]+[.?!]", drill.text):
        words = [word.strip() for word in sentence.strip(" .?!\n").split(",")]
        if len(words) > 1 and not any(" " in word for word in words):
            yield tuple(word.lower() for word in words)


def places(phones: Phones) -> set[tuple[str, str]]:
    last = len(phones) - 1
    return {(phone, {0: "initial", last: "final"}.get(at, "medial")) for at, phone in enumerate(phones)}
