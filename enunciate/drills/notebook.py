"""What is remembered of a learner: what the history knows, and what a session adds to it.

Without an agent nothing is kept. Where the database cannot be used, a session goes on all the same: nothing
is known then, and what it adds waits until the history can be written again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from enunciate.assessment import Assessment
from enunciate.drills import Item, Outcome, schedule
from enunciate.drills.choosing import Card, Judged, Learner, pooled
from enunciate.errors import EnunciateError
from enunciate.measures.first_languages import FirstLanguage, first_language

if TYPE_CHECKING:
    from enunciate.history import Session
    from enunciate.history.store import History

_READINGS = 400
"""The last so many readings tell what is weak."""
_WHOLE_READINGS = 5
"""The last so many of whole scripts tell about pace and pauses."""
_PAUSES = frozenset({"unexpected_pauses", "missing_pauses", "long_pauses"})
_FRESH_DAYS = 14
"""A session that was left longer ago is not gone on with: other items are due by now."""


@dataclass(frozen=True, slots=True)
class Done:
    """An item of a session that was practised, or skipped: then `outcomes` is empty."""

    item: str
    outcomes: tuple[Outcome, ...]
    rating: int | None = None
    """None where it was not judged: then it does not count."""
    due: datetime | None = None
    """When it comes back, where anybody remembers it."""


class Notebook:
    """The memory of one agent's drills; of nobody's where there is no agent."""

    def __init__(self, history: History | None = None, agent: str | None = None) -> None:
        """For `agent`, in `history`; both or neither."""
        self._history = history
        self.agent = agent
        self._session: str | None = None
        self._started: datetime | None = None
        self._plan: dict[str, Any] = {}
        self._cards: dict[str, Card] = {}

    @property
    def keeps(self) -> bool:
        """Whether anything is remembered."""
        return self._history is not None and self.agent is not None

    def _readable(self) -> History | None:
        if self._history is None or self.agent is None or self._history.problem is not None:
            return None
        return self._history

    def learner(self, language: FirstLanguage | None = None) -> Learner:
        """What is known of the agent; `language` where it was said just now."""
        history = self._readable()
        if history is None or self.agent is None:
            return Learner(language=language)
        readings = history.readings(agent=self.agent, limit=_READINGS)
        self._cards = {card.item: Card(card.state, card.due) for card in history.cards(self.agent)}
        whole = [reading.id for reading in readings if reading.kind != "drill"][-_WHOLE_READINGS:]
        lost = [_lost(history.assessment(id)) for id in whole]
        return Learner(
            pooled(
                (
                    reading.at,
                    {
                        phone: Judged(sound.count, sound.mean, sound.called_out)
                        for phone, sound in reading.sounds.items()
                    },
                )
                for reading in readings
            ),
            language or self.language(),
            self._cards,
            pace_points=sum(pace for pace, _ in lost) / max(1, len(lost)),
            pause_points=sum(pauses for _, pauses in lost) / max(1, len(lost)),
        )

    def language(self) -> FirstLanguage | None:
        """The profile of the agent's first language; None where it is not known or has none."""
        history = self._readable()
        named = history.agent(self.agent).first_language if history and self.agent else None
        try:
            return first_language(named) if named else None
        except EnunciateError:
            return None

    def speaks(self, language: str) -> None:
        """Remember the agent's first language."""
        history = self._readable()
        if history is not None and self.agent is not None:
            history.add_agent(self.agent, first_language=language)

    def asked_before(self) -> bool:
        """Whether the agent has practised, or has said what their first language is, before."""
        history = self._readable()
        if history is None or self.agent is None:
            return True
        return bool(history.agent(self.agent).first_language or history.sessions(self.agent))

    def unfinished(self, now: datetime) -> Session | None:
        """The session that the agent left and may go on with; one of which nothing was done is not missed."""
        history = self._readable()
        found = history.open_session(self.agent) if history and self.agent else None
        if found is None or not found.position["next"] or now - found.started > timedelta(days=_FRESH_DAYS):
            return None
        return found

    def days(self, today: date) -> int:
        """On how many days in a row the agent has practised, up to today or yesterday."""
        history = self._readable()
        if history is None or self.agent is None:
            return 0
        return days_in_a_row({review.at.astimezone().date() for review in history.reviews(self.agent)}, today)

    def begin(self, plan: Mapping[str, Any], session: Session | None = None) -> None:
        """A session begins, or one that was left goes on."""
        self._plan = dict(plan)
        self._session = session.id if session is not None else None
        self._started = session.started if session is not None else datetime.now(timezone.utc)
        if session is None:
            self._save({"next": 0, "done": []})

    def keep(
        self, item: Item, assessments: Sequence[Assessment], outcomes: Sequence[Outcome], now: datetime
    ) -> Done:
        """Keep how an item went; what was not judged leaves no trace but that it was there."""
        judged = [
            (assessment, outcome)
            for assessment, outcome in zip(assessments, outcomes, strict=True)
            if outcome.verdict is not None
        ]
        verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict is not None]
        if not verdicts:
            return Done(item.key, tuple(outcomes))
        rating = schedule.rating(verdicts[0], verdicts[1] if len(verdicts) > 1 else None)
        if self._history is None or self.agent is None:
            return Done(item.key, tuple(outcomes), rating)
        reading = None
        for assessment, outcome in judged:
            reading = self._history.record(
                assessment.as_dict(),
                agent=self.agent,
                kind="drill",
                script=item.key,
                module=item.reference.module,
                details={"item": item.key, "kind": item.kind, "verdict": outcome.verdict},
            )
        known = self._cards.get(item.key)
        after = schedule.review(known.state if known else None, rating, now)
        self._history.put_card(self.agent, item.key, after.state, after.due)
        self._history.add_review(
            self.agent,
            item.key,
            rating,
            reading=reading,
            details={"verdicts": [outcome.verdict for outcome in outcomes], "session": self._session},
        )
        self._cards[item.key] = Card(after.state, after.due)
        return Done(item.key, tuple(outcomes), rating, after.due)

    def turn(self, place: int, done: Sequence[Done], *, finished: bool = False) -> None:
        """Remember how far the session has come: item `place` is the next one."""
        self._save({"next": place, "done": [_written(one) for one in done]}, finished=finished)

    def _save(self, position: Mapping[str, Any], *, finished: bool = False) -> None:
        if self._history is None or self.agent is None:
            return
        self._session = self._history.save_session(
            agent=self.agent,
            plan=self._plan,
            position=dict(position),
            id=self._session,
            started=self._started,
            finished=datetime.now(timezone.utc) if finished else None,
        )


def days_in_a_row(days: set[date], today: date) -> int:
    """How many days in a row end today, or yesterday where today is still to come.

    >>> days_in_a_row({date(2026, 1, 3), date(2026, 1, 4)}, date(2026, 1, 5))
    2
    """
    last = today if today in days else today - timedelta(days=1)
    count = 0
    while last - timedelta(days=count) in days:
        count += 1
    return count


def _lost(assessment: Mapping[str, Any]) -> tuple[float, float]:
    """Points of fluency that pace and pauses cost in a reading."""
    reasons = (assessment.get("rubric") or {}).get("reasons", ())
    fluency = [reason for reason in reasons if reason["score"] == "fluency"]
    return (
        sum(reason["points"] or 0.0 for reason in fluency if reason["measure"] == "speech_rate_wpm"),
        sum(reason["points"] or 0.0 for reason in fluency if reason["measure"] in _PAUSES),
    )


def _written(done: Done) -> dict[str, Any]:
    return {
        "item": done.item,
        "verdicts": [outcome.verdict for outcome in done.outcomes],
        "messages": [outcome.message for outcome in done.outcomes],
        "rating": done.rating,
        "due": done.due.isoformat() if done.due else None,
    }


def read_done(written: Mapping[str, Any]) -> Done:
    """What `turn` wrote of an item, but for its parts.

    >>> read_done({"item": "a", "verdicts": ["good"], "messages": [""], "rating": 3, "due": None}).rating
    3
    """
    outcomes = tuple(
        Outcome(verdict, message)
        for verdict, message in zip(written["verdicts"], written["messages"], strict=True)
    )
    due = datetime.fromisoformat(written["due"]) if written["due"] else None
    return Done(written["item"], outcomes, written["rating"], due)
