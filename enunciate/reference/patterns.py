"""What a pattern of written text hands back: stretches of it, each with its accepted readings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Context(NamedTuple):
    """What stands around the text being read.

    `before` is the word before and the one before that (lower case, bare); `after` is the written text
    behind. `compound` says that the text is a part of a longer word ("30" in "30-day"), where it counts
    something.
    """

    before: tuple[str, str] = ("", "")
    after: str = ""
    compound: bool = False

    @property
    def names(self) -> bool:
        """Whether the words before announce a number that names something, as in "order 1042"."""
        last, earlier = self.before
        return last in _LABELS or last.isdigit() or (last == "in" and earlier in ("ending", "ends"))

    @property
    def noun(self) -> bool:
        """Whether a noun may follow, as in "$50 credit"."""
        following = re.match(r"[ \t]*\n?[ \t]*([a-z]{2,})", self.after)
        return following is not None and following[1] not in _FUNCTION_WORDS

    @property
    def counts(self) -> bool:
        """Whether a thing to be counted follows, as in "250 customers"."""
        return self.compound or (self.noun and not self.names)


class Piece(NamedTuple):
    """A stretch of text up to `end` (an offset into the string that was matched) and its readings."""

    end: int
    readings: tuple[str, ...]


class Pattern(NamedTuple):
    """Written text of one form and how it is read. `read` may decline by returning nothing."""

    form: re.Pattern[str]
    read: Callable[[re.Match[str], Context], Sequence[Piece]]


def whole(match: re.Match[str], readings: Sequence[str]) -> tuple[Piece, ...]:
    """The whole match as one piece."""
    return (Piece(match.end(), tuple(readings)),) if readings else ()


_LABELS = frozenset(
    [
        "account",
        "apartment",
        "apt",
        "bus",
        "case",
        "channel",
        "code",
        "confirmation",
        "contract",
        "door",
        "extension",
        "ext",
        "flight",
        "floor",
        "gate",
        "house",
        "id",
        "in-ending",
        "invoice",
        "item",
        "line",
        "model",
        "no",
        "number",
        "option",
        "order",
        "page",
        "part",
        "phone",
        "pin",
        "platform",
        "policy",
        "postcode",
        "reference",
        "room",
        "route",
        "section",
        "serial",
        "sku",
        "step",
        "suite",
        "ticket",
        "tracking",
        "train",
        "unit",
        "version",
        "zip",
        "ending",
    ]
)
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "please",
        "so",
        "than",
        "that",
        "the",
        "then",
        "to",
        "until",
        "was",
        "were",
        "when",
        "which",
        "will",
        "with",
        "you",
        "your",
        "i",
        "we",
        "they",
    ]
)
