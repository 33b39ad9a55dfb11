"""From the readings of the history to what is shown of a learner or a class. Pure: no clock, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from enunciate.assessment_dict import SCORES
from enunciate.history import Reading
from enunciate.measures.sounds import sounds
from enunciate.progress import ClassCourse, Course, Member, Point, PooledSound, Series, SoundCourse, Step
from enunciate.progress.trend import LEAST, Trend, trend
from enunciate.report.labels import SCORES as LABELS
from enunciate.report.labels import counted
from enunciate.report.wave import lower_bound
from enunciate.rubric import Rubric

_SOUND_CLEARLY, _SOUND_PROBABLY = 0.01, 0.03
"""There are 39 sounds: with the limits of the areas some would always seem to move."""

_STUCK_DAYS = 3
"""Days with readings before something is called stuck rather than young."""

_LEAST_SOUND = 5
"""Times that a sound has to have been judged before anything is said of it."""

_LATELY = 6
"""Readings back to which it matters that a sound was called out."""

_LISTED = 5
"""Lines of what improved and what is stuck."""


def course(agent: str, wave: str | None, readings: Sequence[Reading], rubric: Rubric) -> Course:
    """One learner's way, from their readings in the order in which they were recorded."""
    scored, unscored, drilled, notices = _comparable(readings)
    areas = _areas(scored, rubric.pass_mark)
    found = _sounds(scored, rubric.pronunciation.practise_below)
    improved, stuck = _said(areas, found)
    return Course(
        agent=agent,
        wave=wave,
        count=len(scored),
        unscored=unscored,
        drilled=drilled,
        areas=areas,
        sounds=found,
        improved=improved,
        stuck=stuck,
        steps=_steps(scored, areas, found),
        notices=(*notices, *_few(len(scored)), *_unlike(scored)),
    )


def class_course(
    wave: str, readings: Sequence[Reading], rubric: Rubric, agents: Sequence[str] = ()
) -> ClassCourse:
    """A class's way, from all readings of its agents in the order in which they were recorded.

    Those of its `agents` of whom there is none are named.
    """
    scored, unscored, drilled, notices = _comparable(readings)
    own: dict[str, list[Reading]] = {}
    for reading in scored:
        own.setdefault(reading.agent, []).append(reading)
    courses = {agent: course(agent, wave, theirs, rubric) for agent, theirs in own.items()}
    weeks = tuple(series for name in SCORES if (series := _weekly(name, scored, rubric.pass_mark)).points)
    pooled = _pooled(scored)
    improved, stuck = _of_class(courses, pooled)
    return ClassCourse(
        wave=wave,
        agents=len(own),
        count=len(scored),
        unscored=unscored,
        drilled=drilled,
        weeks=weeks,
        members=tuple(_member(one) for one in sorted(courses.values(), key=lambda one: one.agent.casefold())),
        sounds=pooled,
        improved=improved,
        stuck=stuck,
        steps=_class_steps(pooled),
        notices=(*notices, *_silent(agents, own), *_unlike(scored)),
    )


# --- which readings count ---------------------------------------------------------------------------------


def _comparable(readings: Sequence[Reading]) -> tuple[list[Reading], int, int, list[str]]:
    """Scored readings of scripts by the latest rubric; how many were not scored, or drilled; what to know."""
    scripts = [reading for reading in readings if reading.kind != "drill"]
    scored = [reading for reading in scripts if reading.rubric is not None and _measured(reading)]
    drilled = len(readings) - len(scripts)
    unscored = len(scripts) - len(scored)
    notices = []
    if scored:
        latest = scored[-1].rubric
        other = Counter(reading.rubric for reading in scored if reading.rubric != latest)
        scored = [reading for reading in scored if reading.rubric == latest]
        if other:
            count = sum(other.values())
            notices.append(
                f"{counted(count, 'reading')} {'was' if count == 1 else 'were'} judged by "
                f"{' and '.join(map(str, other))} and {'is' if count == 1 else 'are'} left out: scores of "
                f"different rubrics do not compare. All here are of {latest}."
            )
    if not _went_back(scored):
        # The dates of batches are those of their recordings, in whatever order these were scored.
        scored.sort(key=lambda one: one.at)
    else:
        notices.append(
            "The clock was set back at some time: the readings stand in the order in which they were made, "
            "and their dates may be wrong."
        )
    return scored, unscored, drilled, notices


def _went_back(readings: Sequence[Reading]) -> bool:
    """Whether a clock did, by the order in which readings were recorded.

    Each agent has a clock of their own, and nothing can be told from dates that a batch was given.
    """
    latest: dict[str, datetime] = {}
    for reading in readings:
        if reading.kind == "batch":
            continue
        if reading.at < latest.get(reading.agent, reading.at):
            return True
        latest[reading.agent] = reading.at
    return False


def _measured(reading: Reading) -> bool:
    return any(value is not None for value in reading.scores.values())


def _few(count: int) -> list[str]:
    if 0 < count < LEAST:
        return [f"{counted(count, 'reading')} so far: from {LEAST} on it can be told whether a score moves."]
    return []


def _silent(agents: Sequence[str], heard: Collection[str]) -> list[str]:
    silent = [agent for agent in agents if agent not in heard]
    return [f"No scored reading of {', '.join(silent)}."] if silent and heard else []


def _unlike(scored: Sequence[Reading]) -> list[str]:
    scripts = len({reading.script for reading in scored})
    if scripts < 2:
        return []
    return [f"The readings are of {scripts} scripts, and some are harder than others."]


# --- scores over time -------------------------------------------------------------------------------------


def _times(points: Sequence[Point]) -> list[float]:
    """Days since the first; where the clock went back, time stands still."""
    times: list[float] = []
    for point in points:
        day = (point.at - points[0].at).total_seconds() / 86400.0
        times.append(max(day, times[-1]) if times else day)
    return times


def _series(
    name: str, label: str, points: Sequence[Point], goal: float, limits: Mapping[str, float] | None = None
) -> Series:
    found = trend(_times(points), [point.value for point in points], **(limits or {}))
    return Series(name, label, tuple(points), found, goal)


def _areas(scored: Sequence[Reading], goal: float) -> tuple[Series, ...]:
    made = []
    for name in SCORES:
        points = [
            Point(reading.at, value, 1, reading.title)
            for reading in scored
            if (value := reading.scores.get(name)) is not None
        ]
        if points:
            made.append(_series(name, LABELS.get(name, "Overall"), points, goal))
    return tuple(made)


def _sounds(scored: Sequence[Reading], goal: float) -> tuple[SoundCourse, ...]:
    known = sounds()
    heard: dict[str, list[tuple[Point, int]]] = {}
    for reading in scored:
        for phone, sound in reading.sounds.items():
            if phone in known and sound.count:
                point = Point(reading.at, sound.mean, sound.count, reading.title)
                heard.setdefault(phone, []).append((point, sound.called_out))
    limits = {"clearly": _SOUND_CLEARLY, "probably": _SOUND_PROBABLY}
    made = []
    for phone, own in heard.items():
        lately = own[-_LATELY:]
        made.append(
            SoundCourse(
                _series(phone, f"/{known[phone].ipa}/", [point for point, _ in own], goal, limits),
                known[phone].spelling,
                sum(called for _, called in lately),
                sum(max(called, point.count) for point, called in lately),
                sum(called > 0 for _, called in lately),
                len(lately),
            )
        )
    made.sort(key=lambda one: (-_worth(one), one.series.now or 0.0, one.series.name))
    return tuple(made)


def _worth(one: SoundCourse) -> float:
    """How surely a sound is worth practising: the rate at which it is called out at least."""
    return lower_bound(one.called_out, one.judged) if one.called_out else 0.0


def weak(one: SoundCourse) -> bool:
    """Whether a sound is worth practising: called out more than once, or low on the whole."""
    if one.judged < _LEAST_SOUND:
        return False
    return one.called_out >= 2 or not one.series.reached


# --- what to say ------------------------------------------------------------------------------------------


def changed(found: Trend) -> str:
    """A trend in words.

    >>> changed(Trend(2, "unknown", False, None, None, None))
    'too early to say'
    """
    if found.direction == "unknown":
        return "too early to say"
    if found.direction == "level" or found.change is None:
        return "no clear change"
    sure = "" if found.clear else "probably "
    return f"{sure}{found.direction} {abs(found.change):.0f}"


def _said(areas: Sequence[Series], found: Sequence[SoundCourse]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What improved and what is stuck, in sentences."""
    judged = [one for one in found if one.judged >= _LEAST_SOUND]
    named = [(series.label, series) for series in areas]
    named += [(f"{one.series.label}, {one.spelling}", one.series) for one in judged]
    improved = [_sentence(label, series) for label, series in named if series.trend.direction == "up"]
    stuck = [_sentence(label, series) for label, series in named if series.trend.direction == "down"]
    stuck += [
        f"{series.label}: {series.now:.0f}, no clear change over {counted(len(series.points), 'reading')}; "
        f"{series.goal:g} is the goal."
        for series in areas
        if series.trend.direction == "level" and not series.reached and series.days >= _STUCK_DAYS
    ]
    stuck += [
        f"{one.series.label}, {one.spelling}: called out {one.called_out} of {one.judged} times in the last "
        f"{one.among} readings, and not less than before."
        for one in judged
        if one.series.trend.direction in ("level", "unknown")
        and one.readings >= 2
        and len(one.series.points) >= LEAST
        and one.series.days >= _STUCK_DAYS
    ]
    return tuple(improved[:_LISTED]), tuple(stuck[:_LISTED])


def _sentence(label: str, series: Series) -> str:
    """A change with its size and how sure it is."""
    found = series.trend
    sure = "clearly" if found.clear else "probably"
    way = "better" if found.direction == "up" else "lower"
    return (
        f"{label}: {sure} {way}, from about {found.start:.0f} to {found.end:.0f} "
        f"over {counted(found.count, 'reading')}."
    )


_AREA_STEPS: Mapping[str, Step] = {
    "pronunciation": Step("Pronunciation: practise the sounds that are hard for you.", "enunciate drill"),
    "completeness": Step("Completeness: words were left out. Read on to the end, without hurry."),
    "accuracy": Step(
        "Accuracy: words came out as others. Short phrases, read exactly, help.",
        "enunciate drill --kind phrases",
    ),
    "fluency": Step("Fluency: practise an even pace.", "enunciate drill --kind pace"),
    "prosody": Step(
        "Intonation: read call lines as if to one person whom you like.", "enunciate drill --kind calls"
    ),
    "grammar": Step("Grammar: endings such as -s and -ed got lost.", "enunciate drill --kind endings"),
}


def _steps(
    scored: Sequence[Reading], areas: Sequence[Series], found: Sequence[SoundCourse]
) -> tuple[Step, ...]:
    """At most three things to do next, the most useful first."""
    if not scored:
        return (Step("Read a first script.", "enunciate read general-greeting"),)
    steps = [_drill(one) for one in found if weak(one)][:2]
    low = sorted(
        # Where single sounds are known to be practised, the whole needs no line of its own.
        (
            series
            for series in areas
            if series.name in _AREA_STEPS
            and not series.reached
            and not (steps and series.name == "pronunciation")
        ),
        key=lambda series: series.now or 0.0,
    )
    steps += [_AREA_STEPS[series.name] for series in low]
    if not steps:
        steps.append(
            Step("Nothing stands out. Try a harder script.", "enunciate prompts list --level advanced")
        )
    if len(scored) < LEAST:
        missing = LEAST - len(scored)
        steps = steps[:2]
        steps.append(Step(f"Read {counted(missing, 'more script')}, on different days if you can."))
    return tuple(steps[:3])


def _drill(one: SoundCourse) -> Step:
    if one.called_out:
        why = f"called out {one.called_out} of {one.judged} times lately"
    else:
        why = f"about {one.series.now:.0f} of 100"
    return Step(f"{one.series.label}, {one.spelling}: {why}.", f"enunciate drill --sound {one.series.name}")


# --- a class ----------------------------------------------------------------------------------------------


def _member(one: Course) -> Member:
    overall = next((series for series in one.areas if series.name == "overall"), None)
    weakest = next((sound for sound in one.sounds if weak(sound)), None)
    return Member(
        one.agent,
        one.count,
        overall.now if overall else None,
        overall.trend if overall else trend((), ()),
        tuple(point.value for point in overall.points) if overall else (),
        f"{weakest.series.label}, {weakest.spelling}" if weakest else None,
    )


def _weekly(name: str, scored: Sequence[Reading], goal: float) -> Series:
    """The median of a score over all readings of each week."""
    weeks: dict[datetime, list[float]] = {}
    for reading in scored:
        if (value := reading.scores.get(name)) is not None:
            weeks.setdefault(_monday(reading.at), []).append(value)
    points = [Point(week, median(values), len(values)) for week, values in sorted(weeks.items())]
    return replace(_series(name, LABELS.get(name, "Overall"), points, goal), latest=1)


def _monday(at: datetime) -> datetime:
    local = at.astimezone()
    day = local - timedelta(days=local.weekday())
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _pooled(scored: Sequence[Reading]) -> tuple[PooledSound, ...]:
    """Each sound over the class, from counts, in the earlier and the later half of the readings of each
    agent: so that nobody who reads a lot at the end makes the class seem to change."""
    known = sounds()
    count: Counter[str] = Counter(reading.agent for reading in scored)
    met: Counter[str] = Counter()
    halves: dict[str, list[list[int]]] = {}
    who: dict[str, tuple[set[str], set[str]]] = {}
    for reading in scored:
        # A single reading has no earlier half; the middle one of an odd number is earlier.
        half = int(met[reading.agent] >= (count[reading.agent] + 1) // 2 or count[reading.agent] == 1)
        met[reading.agent] += 1
        for phone, heard in reading.sounds.items():
            if phone not in known or not heard.count:
                continue
            tally = halves.setdefault(phone, [[0, 0], [0, 0]])[half]
            tally[0] += heard.called_out
            tally[1] += max(heard.count, heard.called_out)
            called, said = who.setdefault(phone, (set(), set()))
            said.add(reading.agent)
            if heard.called_out:
                called.add(reading.agent)
    made = [
        PooledSound(
            phone,
            f"/{known[phone].ipa}/, {known[phone].spelling}",
            (earlier[0], earlier[1]),
            (later[0], later[1]),
            len(who[phone][0]),
            len(who[phone][1]),
            _shift((earlier[0], earlier[1]), (later[0], later[1])),
        )
        for phone, (earlier, later) in halves.items()
        if who[phone][0]
    ]
    made.sort(key=lambda one: (-lower_bound(*_both(one)), one.phone))
    return tuple(made)


def _both(one: PooledSound) -> tuple[int, int]:
    return one.earlier[0] + one.later[0], one.earlier[1] + one.later[1]


def _shift(earlier: tuple[int, int], later: tuple[int, int]) -> str:
    """Whether two rates differ by more than accident: where neither's 90 % interval reaches the other's."""
    if not earlier[1] or not later[1]:
        return ""
    if _upper(*later) < lower_bound(*earlier):
        return "less often"
    return "more often" if _upper(*earlier) < lower_bound(*later) else ""


def _upper(times: int, of: int) -> float:
    return 1.0 - lower_bound(of - times, of)


def _of_class(
    courses: Mapping[str, Course], pooled: Sequence[PooledSound]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    improved, stuck = [], []
    for name in SCORES:
        found = [series for one in courses.values() for series in one.areas if series.name == name]
        known = [series for series in found if series.trend.direction != "unknown"]
        if not known:
            continue
        label = LABELS.get(name, "Overall")
        # Of many agents some would always seem to move: only what is clear counts.
        up = sum(series.trend.direction == "up" and series.trend.clear for series in known)
        down = sum(series.trend.direction == "down" and series.trend.clear for series in known)
        low = sum(
            series.trend.direction == "level" and not series.reached and series.days >= _STUCK_DAYS
            for series in known
        )
        if up:
            improved.append(f"{label}: clearly better for {up} of {counted(len(known), 'agent')}.")
        if low or down:
            parts = [f"{low} below the goal without a clear change"] * bool(low) + [
                f"{down} clearly lower"
            ] * bool(down)
            stuck.append(f"{label}: {' and '.join(parts)}, of {counted(len(known), 'agent')}.")
    for one in pooled:
        rates = f"{rate(one.earlier)} before and {rate(one.later)} lately"
        if one.change == "less often":
            improved.append(f"{one.label}: called out less often, {rates}.")
        elif one.change == "more often":
            stuck.append(f"{one.label}: called out more often, {rates}.")
    return tuple(improved), tuple(stuck)


def rate(pair: tuple[int, int]) -> str:
    """A rate with its counts.

    >>> rate((3, 12))
    '25\xa0% (3 of 12)'
    """
    return f"{100.0 * pair[0] / pair[1]:.0f}\u00a0% ({pair[0]} of {pair[1]})" if pair[1] else "never said"


def days(first: datetime, last: datetime) -> str:
    """From when to when, or on which day.

    >>> days(datetime(2027, 3, 1), datetime(2027, 3, 31))
    '1 March to 31 March 2027'
    """
    start, end = first.astimezone(), last.astimezone()
    if start.date() == end.date():
        return f"on {end.day} {end:%B %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    return f"{start.day} {start:%B}{year} to {end.day} {end:%B %Y}"


def _class_steps(pooled: Iterable[PooledSound]) -> tuple[Step, ...]:
    shared = sorted(
        (one for one in pooled if one.agents >= 2 and one.later[0] >= 2),
        key=lambda one: -lower_bound(*one.later),
    )
    return tuple(
        Step(
            f"{one.label}: called out for {one.agents} of {counted(one.among, 'agent')}; lately "
            f"{rate(one.later)} of the time.",
            f"enunciate drill --sound {one.phone}",
        )
        for one in shared[:3]
    )
