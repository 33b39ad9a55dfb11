"""A class's readings as one HTML page: who passed, who reads again and why, and what the class struggles
with.

Readings are taken one by one and only what is shown is kept of each, so that thousands can be streamed from
a file. Rates over the class are pooled from counts, never means of rates, and each says of how many readings
it speaks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from statistics import median
from typing import Any, Literal

from enunciate.measures.sounds import ipa, sounds
from enunciate.report import pages, stored
from enunciate.report.labels import SCORES, SHORT, overall, whole
from enunciate.report.script import split

LEAST_SHARED = 2
"""Readings in which something went wrong before it is called the class's trouble and not one person's."""

FEW = 10
"""Scored readings below which the page says that they are few."""

_LONGEST = 10
"""Lines of what the class struggles with."""

_LISTED = 40
"""Readings that are listed with their reasons above the table, which has all."""

_ROWS = 100
"""Rows of the table in view at a time."""

_BIN = 5
"""Points of a score in one bar of a drawing."""

Result = Literal["passed", "again", "unscored"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the class: the JSON object of its assessment, and whose it is.

    `link` is the path of its own page, relative to the wave's.
    """

    assessment: Mapping[str, Any]
    agent: str | None = None
    wave: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be assessed, and why."""

    recording: str
    reason: str
    agent: str | None = None
    wave: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; scores are whole numbers, the overall one first, None where not measured."""

    name: str
    recording: str
    script: str
    wave: str
    result: Result
    scores: tuple[int | None, ...]
    why: tuple[str, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """How one score is spread: the number of readings in each stretch of `_BIN` points from 0 to 100."""

    label: str
    bins: tuple[int, ...]
    measured: int
    missing: int
    median: float | None
    mark: float | None
    """The pass mark, where all readings have the same."""

    @property
    def top(self) -> int:
        """The highest bar, at least 1."""
        return max(1, *self.bins)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the class struggles with: `times` it went wrong `of` so many, in `readings` `among` so
    many."""

    what: str
    detail: str
    times: int
    of: int
    readings: int
    among: int


@dataclass(frozen=True, slots=True)
class View:
    """All that the page shows."""

    title: str
    rows: tuple[Row, ...]
    again: tuple[Row, ...]
    failures: tuple[Failure, ...]
    passed: int
    unscored: int
    overall: Histogram
    areas: tuple[Histogram, ...]
    words: tuple[Trouble, ...]
    sounds: tuple[Trouble, ...] | None
    """None where none of the readings was judged sound by sound."""
    pauses: tuple[Trouble, ...]
    scripts: int
    waves: tuple[tuple[str, int, int], ...]
    """Each wave, how many readings it has and how many of them passed; empty where there is one at most."""
    notices: tuple[str, ...]

    @property
    def scored(self) -> int:
        """Readings with an overall score."""
        return self.overall.measured


def page(
    readings: Iterable[Reading], failures: Iterable[Failure] = (), *, title: str = "Readings of a class"
) -> str:
    """The page of a class. The readings may come from a generator: they are gone through once."""
    return pages.render(
        "wave.html",
        ("templates/wave.js",),
        view=view(readings, failures, title),
        most=_ROWS,
        labels=dict(zip(("Overall", *SCORES.values()), ("Overall", *SHORT), strict=True)),
    )


def view(readings: Iterable[Reading], failures: Iterable[Failure], title: str) -> View:
    """What the page shows of a class."""
    pool = _Pool()
    rows = [pool.add(reading) for reading in readings]
    failed = tuple(failures)
    rows.sort(key=lambda row: (row.name.casefold(), row.recording))
    again = [row for row in rows if row.result == "again"]
    mark = next(iter(pool.marks)) if len(pool.marks) == 1 else None
    columns = list(zip(*(row.scores for row in rows), strict=True)) or [()] * (len(SCORES) + 1)
    spread = [
        _histogram(label, column, mark)
        for label, column in zip(("Overall", *SCORES.values()), columns, strict=True)
    ]
    waves = Counter(row.wave for row in rows if row.wave)
    passed = Counter(row.wave for row in rows if row.wave and row.result == "passed")
    return View(
        title=title,
        rows=tuple(rows),
        again=tuple(sorted(again, key=lambda row: (row.scores[0] or 0, row.name.casefold()))[:_LISTED]),
        failures=failed,
        passed=sum(row.result == "passed" for row in rows),
        unscored=sum(row.result == "unscored" for row in rows),
        overall=spread[0],
        areas=tuple(spread[1:]),
        words=pool.words.worst(),
        sounds=pool.sounds.worst() if pool.judged else None,
        pauses=pool.stops(),
        scripts=len({row.script for row in rows}),
        waves=tuple((wave, count, passed[wave]) for wave, count in sorted(waves.items()))
        if len(waves) > 1
        else (),
        notices=tuple(pool.notices(spread[0].measured)),
    )


def _histogram(label: str, column: Sequence[int | None], mark: float | None) -> Histogram:
    values = [value for value in column if value is not None]
    bins = Counter(min(value // _BIN, 100 // _BIN - 1) for value in values)
    return Histogram(
        label,
        tuple(bins[place] for place in range(100 // _BIN)),
        len(values),
        len(column) - len(values),
        median(values) if values else None,
        mark,
    )


def causes(assessment: Mapping[str, Any]) -> tuple[str, ...]:
    """The areas that cost most, each with what weighed most in it."""
    reasons = assessment["rubric"]["reasons"]
    cost = sorted(
        (reason for reason in reasons if reason["score"] == "overall" and (reason["points"] or 0.0) >= 1.0),
        key=lambda reason: -reason["points"],
    )
    found = []
    for part in cost[:2]:
        area = part["measure"]
        inside = [reason for reason in reasons if reason["score"] == area and reason["points"]]
        if not inside and area != "completeness":
            continue
        text = max(inside, key=lambda reason: reason["points"])["text"] if inside else part["text"]
        score = whole(assessment["scores"].get(area))
        found.append(f"{SCORES.get(area, area.capitalize())}{'' if score is None else f' {score}'}: {text}")
    return tuple(found)


def lower_bound(times: int, of: int, z: float = 1.645) -> float:
    """The rate that `times` of `of` speaks for at least, by Wilson's interval (90 %): once of one is little.

    >>> lower_bound(1, 1) < lower_bound(9, 12) < lower_bound(90, 120)
    True
    """
    if not of:
        return 0.0
    rate = times / of
    spare = z * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    return (rate + z * z / (2 * of) - spare) / (1 + z * z / of)


@dataclass(slots=True)
class _Tally:
    """One thing, counted over the class."""

    what: str
    times: int = 0
    of: int = 0
    readings: int = 0
    among: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    lengths: list[float] = field(default_factory=list)


class _Tallies(dict[Any, _Tally]):
    """Things by a key."""

    def entry(self, key: Any, what: str) -> _Tally:
        """The tally of a thing, new where there is none."""
        if key not in self:
            self[key] = _Tally(what)
        return self[key]

    def worst(self) -> tuple[Trouble, ...]:
        """What several readings share, the surest and most frequent first."""
        shared = [tally for tally in self.values() if tally.readings >= LEAST_SHARED]
        shared.sort(key=lambda tally: (-lower_bound(tally.times, tally.of), -tally.times, tally.what))
        return tuple(
            Trouble(tally.what, _detail(tally), tally.times, tally.of, tally.readings, tally.among)
            for tally in shared[:_LONGEST]
        )


def _detail(tally: _Tally) -> str:
    notes = [f"{note} ({count})" if count > 1 else note for note, count in tally.notes.most_common(3)]
    if tally.lengths:
        notes.insert(0, f"mostly about {median(tally.lengths):.1f} s")
    return ", ".join(notes)


class _Pool:
    """Counts over the class, a reading at a time."""

    def __init__(self) -> None:
        self.words, self.sounds, self.pauses = _Tallies(), _Tallies(), _Tallies()
        self.judged = False
        self.marks: set[float] = set()
        self.rubrics: Counter[str] = Counter()
        self.read: Counter[tuple[str, str]] = Counter()

    def add(self, reading: Reading) -> Row:
        """Count a reading; what the table shows of it."""
        assessment = reading.assessment
        rubric = assessment["rubric"]
        recording = PurePath(assessment["recording"]["path"]).name
        value = overall(assessment)
        if rubric:
            self.marks.add(rubric["pass_mark"])
            self.rubrics[rubric["version"]] += 1
            self._words(assessment)
            self._sounds(assessment)
            self._pauses(assessment)
        result: Result = "unscored" if value is None else "passed" if assessment["passed"] else "again"
        if result == "again":
            why = causes(assessment)
        elif result == "unscored":
            why = (assessment["problem"] or "Too little could be measured for an overall score.",)
        else:
            why = ()
        return Row(
            reading.agent or PurePath(recording).stem,
            recording,
            assessment["script"]["title"],
            reading.wave or "",
            result,
            (value, *(whole(assessment["scores"][name]) for name in SCORES)),
            why,
            reading.link,
        )

    def notices(self, scored: int) -> Iterator[str]:
        """What to know before the numbers are believed."""
        if 0 < scored < FEW:
            yield (
                f"These are {scored} scored readings: a start, but too few to tell what a whole class needs."
                if scored > 1
                else "This is one scored reading: it says nothing about a class yet."
            )
        if len(self.rubrics) > 1:
            versions = ", ".join(f"{version} ({count})" for version, count in sorted(self.rubrics.items()))
            yield (
                f"The readings were judged by different rubrics, so their scores do not compare: {versions}."
            )
        if len(self.marks) > 1:
            marks = ", ".join(f"{mark:g}" for mark in sorted(self.marks))
            yield f"The scripts ask for different overall scores: {marks}."

    def _words(self, assessment: Mapping[str, Any]) -> None:
        met: set[str] = set()
        missed: set[str] = set()
        unclear = {index for called in stored.sounds(assessment) for index in called["words"]}
        for index, word in enumerate(assessment["words"]):
            if word["position"] is None:
                continue
            tally = self.words.entry(word["text"], word["text"])
            tally.of += 1
            met.add(word["text"])
            if word["status"] != "correct" or index in unclear:
                tally.times += 1
                missed.add(word["text"])
                tally.notes[_fate(word)] += 1
        for text in met:
            self.words[text].among += 1
        for text in missed:
            self.words[text].readings += 1

    def _sounds(self, assessment: Mapping[str, Any]) -> None:
        called = {one["phone"]: one for one in stored.sounds(assessment)}
        said = Counter(
            phone["phone"]
            for word in assessment["words"]
            for phone in word["phones"]
            if phone["score"] is not None
        )
        self.judged = self.judged or bool(said)
        for name in (said.keys() | called.keys()) & sounds().keys():
            tally = self.sounds.entry(name, f"/{ipa(name)}/, {sounds()[name].spelling}")
            wrong = called[name]["times"] if name in called else 0
            tally.times += wrong
            tally.of += max(said[name], wrong)
            tally.among += 1
            tally.readings += name in called
            if wrong and called[name]["heard"] is not None:
                tally.notes[f"like /{ipa(called[name]['heard'])}/"] += 1

    def _pauses(self, assessment: Mapping[str, Any]) -> None:
        words, script = assessment["words"], assessment["script"]
        stopped: dict[int, list[float]] = {}
        for pause in assessment["pacing"]["pauses"]:
            if pause["hesitation"]:
                following = (word["position"] for word in words[pause["after"] + 1 :])
                place = next((position for position in following if position is not None), None)
                if place is not None:
                    stopped.setdefault(place, []).append(pause["end"] - pause["start"])
        read = (script["title"], script["text"])
        self.read[read] += 1
        for place, lengths in stopped.items():
            tally = self.pauses.entry((read, place), _around(script["text"], place))
            tally.readings += 1
            tally.times += 1
            tally.lengths.append(max(lengths))

    def stops(self) -> tuple[Trouble, ...]:
        """Where several readings of one script stopped within a phrase."""
        for (read, _), tally in self.pauses.items():
            tally.of = tally.among = self.read[read]
            if len(self.read) > 1:
                tally.notes[f"in “{read[0]}”"] = 1
        return self.pauses.worst()


def _fate(word: Mapping[str, Any]) -> str:
    if word["status"] == "omitted":
        return "left out"
    if word["status"] == "substituted":
        return "something else" if word["heard"] is None else f"“{word['heard']}”"
    return "a sound was not clear"


def _around(text: str, place: int) -> str:
    """Two written words on either side of a place in a script."""
    before, after = text[:place].split()[-2:], text[place:].split()[:2]
    return f"{' '.join(before)} ‖ {' '.join((*after[:-1], split(after[-1])[0]))}".strip() if after else "‖"
