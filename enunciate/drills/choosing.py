"""What to practise: the plan of a session, from what is due, what is weak, and what the first language makes
hard.

Nothing here reads a clock, a history or a file: the same learner gets the same plan.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from enunciate.drills import KINDS, Item, Kind, schedule
from enunciate.measures.first_languages import FirstLanguage, first_languages
from enunciate.measures.sounds import sounds
from enunciate.report.labels import counted

SOUNDS_AT_ONCE = 4
"""Sounds that one session works on: more, and none is practised enough."""

_HALF_LIFE_DAYS = 14.0
"""What was heard so long before the last reading weighs half: it may have been learned since."""
_ENOUGH = 12.0
"""A sound has to be judged about so often before its own figures outweigh what others say of it."""
_TENDENCY = 12.0
"""Points by which the first confusion of a profile is taken to be weak before anything was heard."""
_SLIP = 6.0
"""Points below the learner's own average from which a sound is called weak."""
_DUE_SHARE = 0.6
"""Of the time, what is due takes at most so much while there is something new."""
_PACE_FROM = 2.0
"""Points that pace or pauses cost of late, from which they have drills of their own."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How often a sound was judged, its mean score (0-100) and how often it was called out."""

    count: float
    mean: float
    called_out: float


@dataclass(frozen=True, slots=True)
class Card:
    """An item that was practised before."""

    state: Mapping[str, Any]
    due: datetime


@dataclass(frozen=True, slots=True)
class Learner:
    """What is known of a person; all of it may be nothing."""

    judged: Mapping[str, Judged] = field(default_factory=dict)
    """By phone; recent readings weigh more."""
    language: FirstLanguage | None = None
    cards: Mapping[str, Card] = field(default_factory=dict)
    """By the item's key."""
    pace_points: float = 0.0
    """What the pace cost of late, in points of fluency a reading."""
    pause_points: float = 0.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for."""

    minutes: float = 10.0
    sound: str | None = None
    module: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The items of a session in order, and why they were chosen."""

    items: tuple[Item, ...]
    sounds: tuple[str, ...]
    """What it works on, the weakest first."""
    why: str
    """A sentence for the person."""


def pooled(readings: Iterable[tuple[datetime, Mapping[str, Judged]]]) -> dict[str, Judged]:
    """The sounds of several readings, each with its time; the latest weighs most.

    >>> from datetime import timezone
    >>> old, new = (datetime(2026, month, 1, tzinfo=timezone.utc) for month in (1, 3))
    >>> pooled([(old, {"TH": Judged(10, 50.0, 2)}), (new, {"TH": Judged(10, 90.0, 0)})])["TH"].mean > 85
    True
    """
    several = list(readings)
    last = max((at for at, _ in several), default=None)
    found: dict[str, list[tuple[float, Judged]]] = defaultdict(list)
    for at, judged in several:
        assert last is not None
        weight = 0.5 ** ((last - at).total_seconds() / 86400 / _HALF_LIFE_DAYS)
        for phone, sound in judged.items():
            found[phone].append((weight, sound))
    result = {}
    for phone, parts in found.items():
        count = sum(weight * sound.count for weight, sound in parts)
        if count > 0:
            mean = sum(weight * sound.count * sound.mean for weight, sound in parts) / count
            result[phone] = Judged(count, mean, sum(weight * sound.called_out for weight, sound in parts))
    return result


def weaknesses(learner: Learner) -> dict[str, float]:
    """Points by which each sound is weaker than the learner's others, the weakest first; only weak ones.

    What was judged seldom is drawn towards what the first language makes likely, or else towards nothing.

    >>> judged = {"TH": Judged(40, 60.0, 6), "S": Judged(60, 90.0, 0), "IY": Judged(80, 92.0, 0)}
    >>> list(weaknesses(Learner(judged)))
    ['TH']
    """
    expected = _tendencies(learner.language)
    total = sum(judged.count for judged in learner.judged.values())
    average = sum(judged.count * judged.mean for judged in learner.judged.values()) / total if total else 0.0
    found = {}
    for phone in sounds():
        judged = learner.judged.get(phone)
        points = expected.get(phone, 0.0)
        if judged is not None:
            own = average - judged.mean + 100 * judged.called_out / (judged.count + _ENOUGH)
            points = (judged.count * own + _ENOUGH * points) / (judged.count + _ENOUGH)
        if points >= _SLIP or (judged is None and points > 0):
            found[phone] = points
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _tendencies(language: FirstLanguage | None) -> dict[str, float]:
    """What the profile of a first language makes likely, in points; the order of its confusions counts."""
    if language is None:
        return {}
    found: dict[str, float] = {}
    for rank, tendency in enumerate(language.confusions):
        found.setdefault(tendency.meant, _TENDENCY * (1 - 0.5 * rank / len(language.confusions)))
    return found


def usual() -> tuple[str, ...]:
    """The sounds that most profiles name, the most frequent first: where nothing is known of a person.

    >>> "TH" in usual()[:6]
    True
    """
    counts: Counter[str] = Counter()
    for language in first_languages().values():
        counts.update({tendency.meant for tendency in language.confusions})
    return tuple(sorted(counts, key=lambda phone: (-counts[phone], list(sounds()).index(phone))))


def plan(items: Mapping[str, Item], learner: Learner, wishes: Wishes, now: datetime) -> Plan:
    """The items of a session of about `wishes.minutes`; none where nothing fits the wishes.

    What is due comes first, the most forgotten before the rest, but leaves room for something new while there
    is any. New items climb from pairs to words, phrases and call lines, sound by sound. They are read in that
    order too, and the sounds take turns.
    """
    weak = weaknesses(learner)
    works_on = (wishes.sound,) if wishes.sound else tuple(weak)[:SOUNDS_AT_ONCE] or usual()[:SOUNDS_AT_ONCE]
    fitting = {key: item for key, item in items.items() if _fits(item, wishes)}
    budget = wishes.minutes * 60
    chosen: dict[str, Item] = {}

    def add(some: Iterable[Item], share: float) -> None:
        for item in some:
            if item.key in chosen or _same_text(item, chosen.values()):
                continue
            left = share * budget - sum(one.seconds for one in chosen.values())
            if left < item.seconds and chosen:
                return
            chosen[item.key] = item

    known = {key: card for key, card in learner.cards.items() if key in fitting}
    due = sorted(
        (key for key, card in known.items() if card.due <= now),
        key=lambda key: schedule.chance(known[key].state, now),
    )
    fresh = [item for key, item in fitting.items() if key not in known]
    new = list(_ladder(fresh, works_on, learner, wishes))
    add((fitting[key] for key in due), _DUE_SHARE if new else 1.0)
    add(new, 1.0)
    add((fitting[key] for key in due), 1.0)
    later = sorted((key for key in known if key not in due), key=lambda key: known[key].due)
    add((fitting[key] for key in later), 1.0)
    ordered = tuple(_in_order(chosen.values(), works_on))
    return Plan(ordered, works_on, _why(learner, wishes, works_on, weak, sum(key in chosen for key in due)))


def _fits(item: Item, wishes: Wishes) -> bool:
    return (
        (
            wishes.sound is None
            or wishes.sound in item.sounds
            or _holds(item, wishes.sound, 1 if wishes.module else 3)
        )
        and (wishes.module is None or wishes.module == item.reference.module)
        and (wishes.kind is None or item.is_of(wishes.kind))
    )


def _holds(item: Item, phone: str, times: int) -> bool:
    """Whether a line that trains no sound by itself holds the sound so often."""
    return item.kind == "calls" and density(item)[phone] >= times


_DENSITIES: dict[str, Counter[str]] = {}


def density(item: Item) -> Counter[str]:
    """How often each phone stands in an item."""
    found = _DENSITIES.get(item.key)
    if found is None:
        found = Counter(
            phone.rstrip("012")
            for word in item.reference.words()
            for phone in (word.pronunciations[0] if word.pronunciations else ())
        )
        _DENSITIES[item.key] = found
    return found


def _fullness(item: Item, phones: Iterable[str]) -> float:
    """How full an item is of the sounds; one that is very short is not full for that alone."""
    counts = density(item)
    return sum(counts[phone] for phone in phones) / (sum(counts.values()) + _SHORT_PHONES)


_SHORT_PHONES = 20


_RUNGS: Sequence[Collection[str]] = (("pairs",), ("words", "endings"), ("phrases",), ("calls",))
"""The kinds of items for a sound, the first steps first."""


def _ladder(
    fresh: Sequence[Item], works_on: Sequence[str], learner: Learner, wishes: Wishes
) -> Iterable[Item]:
    """New items: for each sound some of each rung, in turns, and now and then something else."""
    by_sound = {phone: _climb(fresh, phone, learner.language) for phone in works_on}
    others = {kind: [item for item in fresh if item.kind == kind] for kind in KINDS}
    if wishes.kind is not None or wishes.module is not None:
        # Asked for by kind or module: those that hold the weak sounds first, the others after them.
        ranked = {item.key: None for phone in works_on for item in by_sound[phone]}
        first = [item for item in fresh if item.key in ranked]
        yield from sorted(first, key=lambda item: list(ranked).index(item.key))
        yield from sorted(
            (item for item in fresh if item.key not in ranked),
            key=lambda item: -_fullness(item, works_on),
        )
        return
    besides: list[Kind] = []
    if wishes.sound is None:
        besides = ["endings"] if _clusters(learner.language) else []
        besides += ["pace"] if learner.pace_points >= _PACE_FROM else []
        besides += ["pauses"] if learner.pause_points >= _PACE_FROM else []
        besides += ["numbers"]
    besides.append("twisters")
    given: set[str] = set()
    turns = 0
    while any(by_sound.values()):
        for phone in works_on:
            if by_sound[phone]:
                yield by_sound[phone].pop(0)
        turns += 1
        if turns % 2 == 0 and besides:
            kind = besides.pop(0)
            yield from _fullest(others[kind], works_on, given)
    for kind in besides:
        yield from _fullest(others[kind], works_on, given)


def _fullest(some: Sequence[Item], phones: Sequence[str], given: set[str]) -> Iterable[Item]:
    """The one item that holds most of the sounds, if there is any, of texts that were not `given` yet."""
    for item in sorted(some, key=lambda item: -_fullness(item, phones)):
        if item.reference.text not in given:
            given.add(item.reference.text)
            yield item
            return


def _clusters(language: FirstLanguage | None) -> bool:
    return language is not None and any(habit.kind in ("cluster", "ending") for habit in language.habits)


def _climb(fresh: Sequence[Item], phone: str, language: FirstLanguage | None) -> list[Item]:
    """New items for one sound: one of each rung, then the next of each. The profile's own drills first."""
    named = [
        name
        for tendency in (language.confusions if language else ())
        if tendency.meant == phone
        for name in tendency.drills
    ]

    def place(item: Item) -> tuple[int, int, float]:
        script = item.key.rpartition("-")[0]
        # In a script of a pair, the sound that comes first is the one that the script is for.
        rank = item.sounds.index(phone) if phone in item.sounds else len(item.sounds)
        # Lists and pairs keep their order: the beginning of words comes before their end.
        full = _fullness(item, (phone,)) if item.form == "line" else 0.0
        return (named.index(script) if script in named else len(named), rank, -full)

    rungs = []
    for kinds in _RUNGS:
        holding = [
            item for item in fresh if item.kind in kinds and (phone in item.sounds or _holds(item, phone, 2))
        ]
        rungs.append(sorted(holding, key=place))
    climbing = []
    for step in range(max(map(len, rungs), default=0)):
        climbing += [rung[step] for rung in rungs if step < len(rung)]
    return climbing


def _same_text(item: Item, chosen: Iterable[Item]) -> bool:
    """Whether what is read stands in another item of the session: a line and the pace of its paragraph."""
    text = item.reference.text
    return any(text in one.reference.text or one.reference.text in text for one in chosen)


def _in_order(chosen: Iterable[Item], works_on: Sequence[str]) -> Iterable[Item]:
    """From single words to whole lines; within a kind the sounds take turns, so that each stays fresh."""
    for kind in KINDS:
        waiting: dict[str, list[Item]] = defaultdict(list)
        for item in chosen:
            if item.kind == kind:
                own = next((phone for phone in works_on if phone in item.sounds), "")
                waiting[own].append(item)
        while any(waiting.values()):
            for some in waiting.values():
                if some:
                    yield some.pop(0)


def _why(
    learner: Learner, wishes: Wishes, works_on: Sequence[str], weak: Mapping[str, float], due: int
) -> str:
    named = ", ".join(f"/{sounds()[phone].ipa}/ ({sounds()[phone].spelling})" for phone in works_on)
    asked = wishes.sound is not None or wishes.kind is not None or wishes.module is not None
    if asked:
        reason = "As you asked" + (f": {named}." if wishes.sound else ".")
    elif weak and any(phone in learner.judged for phone in works_on):
        reason = f"From your readings, these sounds gain most from practice: {named}."
    elif learner.language is not None and weak:
        reason = f"Speakers of {learner.language.name} often find these sounds hard: {named}."
    else:
        reason = f"Nothing is known of your sounds yet. Learners find these hard most often: {named}."
    again = f" {counted(due, 'item')} from earlier {'come' if due != 1 else 'comes'} back." if due else ""
    return reason + again


def minutes_of(items: Iterable[Item]) -> int:
    """About how long items take, in whole minutes, one at least."""
    return max(1, math.ceil(sum(item.seconds for item in items) / 60))
