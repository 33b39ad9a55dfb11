"""Names for what was said beside the script: repeated words, self-corrections, false starts.

The terms are those of disfluency research (Shriberg, Preliminaries to a Theory of Speech Disfluencies, 1994):
what is given up (the reparandum) stands before what replaces it (the repair), so of words said twice the
first are the extra ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from enunciate.alignment import AlignedWord, Status
from enunciate.alignment.words import said_text, sound_distance
from enunciate.recognition import UNKNOWN
from enunciate.reference import Phones, lexicon
from enunciate.reference.phones import bare, distance

_LIKE = 0.35
"""Sound distance per phone below which a word may be a slip of another."""


def name_extras(words: Sequence[AlignedWord]) -> tuple[AlignedWord, ...]:
    """The same words with those beside the script told apart.

    Sounds of hesitation stay where they are and do not part what they interrupt: "the um the line" repeats
    "the".
    """
    named = [word for word in words if word.status != "filler"]
    end = len(named)
    while end:
        start = end
        while start and named[start - 1].status == "inserted":
            start -= 1
        if start == end:
            end -= 1
        else:
            moved = _move_front(named, start, end)
            end = _name(named, start - moved, end - moved)
    rest = iter(named)
    return tuple(word if word.status == "filler" else next(rest) for word in words)


def _move_front(words: list[AlignedWord], start: int, end: int) -> int:
    """Where words before a run of extras are said again at its end, make the first ones the extras.

    "from last [week from last] month" becomes "[from last week] from last month". Returns by how many words
    the run moved.
    """
    for size in range(end - start, 0, -1):
        before, tail = words[max(0, start - size) : start], words[end - size : end]
        if [said_text(word) for word in before] == [said_text(word) for word in tail] and all(
            word.status == "correct" for word in before
        ):
            again = [
                replace(word, interval=late.interval, confidence=late.confidence)
                for word, late in zip(before, tail, strict=True)
            ]
            extras = [AlignedWord("inserted", None, said_text(w), w.interval, w.confidence) for w in before]
            words[start - size : end] = [*extras, *words[start : end - size], *again]
            return size
    return 0


def _name(words: list[AlignedWord], start: int, end: int) -> int:
    """Name a run of extra words by what follows it, or only its end where that is repeated.

    Returns where the named words begin.
    """
    run = [said_text(word) for word in words[start:end]]
    resumed = words[end : end + len(run)]
    following = [said_text(word) for word in resumed]
    statuses: list[Status] = ["inserted"] * len(run)
    again = next((n for n in range(len(run), 0, -1) if run[-n:] == following[:n]), 0)
    if again and UNKNOWN not in run[-again:]:
        words[end - again : end] = [replace(word, status="repeated") for word in words[end - again : end]]
        return end - again
    if len(run) > 1 and run[:1] == following[:1]:
        statuses = ["self_correction"] * len(run)
    elif resumed and resumed[0].reference is not None and run[-1] != UNKNOWN:
        statuses[-1] = _restart(run[-1], resumed[0].reference.pronunciations)
    words[start:end] = [replace(w, status=s) for w, s in zip(words[start:end], statuses, strict=True)]
    return start


def _restart(said: str, ways: Sequence[Phones]) -> Status:
    """What a single word is in front of the script's word with these pronunciations."""
    fragments = lexicon.pronunciations(said)
    if any(_begins(bare(way), bare(fragment)) for way in ways for fragment in fragments):
        return "false_start"
    return "self_correction" if sound_distance(ways, fragments) < _LIKE else "inserted"


def _begins(whole: Phones, part: Phones) -> bool:
    """Whether a fragment is the beginning of a word, and not nearly all of it."""
    return 1 < len(part) <= 0.7 * len(whole) and distance(whole[: len(part)], part) <= 0.2 * len(part)
