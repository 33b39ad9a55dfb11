"""The script as its author wrote it, cut into pieces that each carry what became of them when it was read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from enunciate.alignment import AlignedWord, Alignment, Status
from enunciate.interval import Interval
from enunciate.measures import Pacing

Kind = Literal[Status, "gap", "pause", "run_on"]
"""What became of a word; or the text between two written words, a pause that breaks a phrase, or a sentence
end that was run into the next sentence."""

MEANINGS: dict[Kind, str] = {
    "mispronounced": "hard to understand as this word",
    "substituted": "something else was said",
    "omitted": "left out",
    "inserted": "added",
    "repeated": "said again",
    "self_correction": "said first, then put right",
    "filler": "a filler",
    "false_start": "a word begun and broken off",
    "pause": "a pause inside a phrase",
    "run_on": "no stop where the sentence ends",
}
"""What each mark means, in the order of a legend."""

_STOPS = re.compile(r"(?:(?<!\.[a-zA-Z])\.|[,;:!?])+$")
"""Punctuation after a word; the full stop of "a.m." is part of the word."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the script, or something that was heard between two of them.

    `text` is the script's own (empty for what was only heard), `said` is what was said instead or besides
    (None where that is not known), `seconds` is the length of a pause. `words` are the indices into
    `Alignment.words` of what it shows, `interval` is when that was said or how long the pause lasted (None
    where nothing was): two pieces that read alike are equal, wherever they stand.
    """

    kind: Kind
    text: str = ""
    said: str | None = None
    seconds: float | None = None
    words: tuple[int, ...] = field(default=(), compare=False)
    interval: Interval | None = field(default=None, compare=False)


def pieces(alignment: Alignment, pacing: Pacing | None, unclear: Collection[int] = ()) -> tuple[Piece, ...]:
    """The whole script in order, and in place what was heard beside it; the texts joined are the script.

    A written token of several spoken words ("10:30") stays one piece, and what was heard within it comes
    after it. `unclear` are indices into the alignment's words: those that were read, but had a sound in them
    that was not clear.
    """
    reference = alignment.reference
    words = [
        replace(word, status="mispronounced") if index in unclear and word.status == "correct" else word
        for index, word in enumerate(alignment.words)
    ]
    closes = {word.reference.token: index for index, word in enumerate(words) if word.reference}
    found: list[Piece] = []
    token: list[int] = []
    beside: list[Piece] = []
    position = 0
    for index, word in enumerate(words):
        if word.reference is None:
            beside.append(Piece(word.status, said=word.heard, words=(index,), interval=word.interval))
        else:
            token.append(index)
            if index == closes[word.reference.token]:
                written = reference.tokens[word.reference.token]
                found += (
                    Piece("gap", reference.text[position : written.start]),
                    replace(
                        _token(written.written, [words[place] for place in token]),
                        words=tuple(token),
                        interval=Interval.around(i for place in token if (i := words[place].interval)),
                    ),
                )
                position = written.end
                token = []
        beside += _after(index, pacing)
        if not token:
            found += beside
            beside = []
    found.append(Piece("gap", reference.text[position:]))
    return tuple(piece for piece in found if piece.kind != "gap" or piece.text)


def split(written: str) -> tuple[str, str]:
    """A written word without the punctuation after it, and that punctuation.

    >>> split("basket?"), split("a.m.")
    (('basket', '?'), ('a.m.', ''))
    """
    core = _STOPS.sub("", written)
    return core, written[len(core) :]


def _token(written: str, words: Sequence[AlignedWord]) -> Piece:
    """One written token from the fates of its spoken words."""
    fates = {word.status for word in words}
    if len(words) == 1 or fates <= {"correct"} or fates <= {"omitted"}:
        return Piece(words[0].status, written, words[0].heard)
    if fates <= {"correct", "mispronounced"}:
        return Piece("mispronounced", written)
    said = [_said(word) for word in words if word.status != "omitted"]
    known = [word for word in said if word is not None]
    return Piece("substituted", written, " ".join(known) if len(known) == len(said) else None)


def _said(word: AlignedWord) -> str | None:
    if word.status == "substituted" or word.reference is None:
        return word.heard
    return word.reference.text


def _after(index: int, pacing: Pacing | None) -> Iterator[Piece]:
    if pacing is None:
        return
    if index in pacing.missing_pauses:
        yield Piece("run_on")
    for pause in pacing.pauses:
        if pause.after == index and pause.hesitation:
            yield Piece("pause", seconds=pause.interval.duration, interval=pause.interval)
