"""Where in a take a word stands."""

from __future__ import annotations

from enunciate.alignment import Alignment
from enunciate.reference.spoken import fold

_BEFORE = 0.15
"""Seconds before the word from which it is played, so that its beginning is not cut."""


def places(alignment: Alignment, phrase: str) -> tuple[float, ...]:
    """The seconds at which a word, or several in a row, of the script begin in the recording.

    Written words and spoken ones are found, capitals and punctuation aside. Of what was left out, the next
    word that was said counts.
    """
    wanted = [fold(word) for word in phrase.split()]
    wanted = [word for word in wanted if word]
    words = [word for word in alignment.words if word.reference is not None]
    spoken = [word.reference.text for word in words if word.reference is not None]
    tokens = alignment.reference.tokens
    written = [fold(tokens[word.reference.token].written) for word in words if word.reference is not None]
    found = []
    for first in range(len(words) - len(wanted) + 1) if wanted else ():
        run = range(first, first + len(wanted))
        if all(want in (spoken[at], written[at]) for want, at in zip(wanted, run, strict=True)):
            start = next((word.interval.start for word in words[first:] if word.interval), None)
            if start is not None:
                found.append(max(0.0, start - _BEFORE))
    return tuple(dict.fromkeys(found))
