"""When an item comes back: the FSRS scheduler, told how a reading of it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from enunciate.drills import Verdict
from enunciate.errors import EnunciateError

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

_LONGEST_DAYS = 90
"""A sound that nobody has listened to for longer may have slipped back."""

AGAIN, HARD, GOOD = 1, 2, 3
"""FSRS's ratings; its fourth, "easy", no reading can show."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A card after a review: its state for the history, and when the item is due."""

    state: dict[str, Any]
    due: datetime


def rating(first: Verdict, second: Verdict | None) -> int:
    """The rating of an item by its reading and, where it was read once more, the second one.

    What went well only at the second try, or nearly, comes back sooner than what went well at once.

    >>> rating("good", None), rating("again", "good"), rating("again", "again"), rating("almost", None)
    (3, 2, 1, 2)
    """
    if first == "good":
        return GOOD
    return AGAIN if (second or first) == "again" else HARD


def review(state: Mapping[str, Any] | None, rating: int, now: datetime) -> Scheduled:
    """The card of an item after a review at `now`; `state` is None where it is new.

    A clock that was set back does no harm: the review counts as made when the last one was.

    >>> first = review(None, GOOD, datetime(2026, 1, 5, tzinfo=timezone.utc))
    >>> second = review(first.state, GOOD, first.due)
    >>> (first.due - datetime(2026, 1, 5, tzinfo=timezone.utc)).days < (second.due - first.due).days
    True
    """
    from fsrs import Card, Rating

    # A number of its own for every card is FSRS's wish; ours go by the names of items.
    card = Card(card_id=0, due=now) if state is None else _card(state)
    when = now.astimezone(timezone.utc)
    if card.last_review is not None:
        when = max(when, card.last_review.astimezone(timezone.utc))
    after, _ = _scheduler().review_card(card, Rating(rating), when)
    return Scheduled(dict(after.to_dict()), after.due)


def chance(state: Mapping[str, Any], now: datetime) -> float:
    """How likely it is, 0-1, that the item would go well now, as FSRS has it.

    >>> now = datetime(2026, 1, 5, tzinfo=timezone.utc)
    >>> fresh = review(None, GOOD, now)
    >>> chance(fresh.state, now) > chance(fresh.state, fresh.due)
    True
    """
    return float(_scheduler().get_card_retrievability(_card(state), now.astimezone(timezone.utc)))


def _card(state: Mapping[str, Any]) -> Card:
    from fsrs import Card

    try:
        return Card.from_dict(dict(state))  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise EnunciateError(
            f"A card of the drills in the history cannot be read ({error}): it was written by another "
            "version of enunciate. Use the newest one."
        ) from error


@lru_cache(maxsize=1)
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    # The steps of minutes are for flash cards: here an item that went wrong is read again at once, and
    # what is due tomorrow is soon enough. Without the fuzz a plan can be explained.
    return Scheduler(
        learning_steps=(), relearning_steps=(), maximum_interval=_LONGEST_DAYS, enable_fuzzing=False
    )
