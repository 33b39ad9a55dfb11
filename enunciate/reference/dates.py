"""Times of day and dates in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from enunciate.reference.numerals import cardinal, combine, distinct, ordinal, years
from enunciate.reference.patterns import Context, Pattern, Piece, whole

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH_NAMES = {m: i for i, m in enumerate(MONTHS)} | {m[:3]: i for i, m in enumerate(MONTHS)} | {"sept": 8}


def _minutes(hour: int, minute: int) -> tuple[str, ...]:
    """A time on the twelve-hour clock, without the part of the day."""
    name, following = cardinal(hour), cardinal(hour % 12 + 1)
    if minute == 0:
        return (name, f"{name} o'clock")
    if minute < 10:
        ways = [f"{name} oh {cardinal(minute)}", f"{name} zero {cardinal(minute)}"]
        ways += [f"{cardinal(minute)} past {name}"] if minute == 5 else []
        return tuple(ways)
    ways = [f"{name} {cardinal(minute)}"]
    if minute == 30:
        ways.append(f"half past {name}")
    elif minute == 15:
        ways += [f"quarter past {name}", f"a quarter past {name}", f"quarter after {name}"]
    elif minute == 45:
        ways += [f"quarter to {following}", f"a quarter to {following}"]
    elif minute in (10, 20, 25):
        ways.append(f"{cardinal(minute)} past {name}")
    elif minute in (35, 40, 50, 55):
        ways.append(f"{cardinal(60 - minute)} to {following}")
    return tuple(ways)


def _parts_of_day(hour: int, part: str) -> tuple[str, ...]:
    if part == "a":
        return ("a m", "in the morning") if hour < 12 else ("a m", "at night")
    spans = (
        ("in the afternoon", (12, 1, 2, 3, 4, 5)),
        ("in the evening", (5, 6, 7, 8, 9, 10)),
        ("at night", (8, 9, 10, 11)),
    )
    return ("p m", *(name for name, hours in spans if hour in hours))


def _time(match: re.Match[str], context: Context) -> Sequence[Piece]:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 24 or minute > 59:
        return ()
    if match["part"]:
        part = match["part"].lower()
        if not 1 <= hour <= 12:
            return ()
        ways = combine(_minutes(hour, minute), _parts_of_day(hour, part))
        special = []
        if hour == 12 and minute == 0:
            special = ["twelve noon", "noon"] if part == "p" else ["twelve midnight", "midnight"]
        return whole(match, distinct([*ways[:1], *special, *ways[1:]]))
    if match["hour"][0] == "0":
        lead = [f"oh {cardinal(hour)}", f"zero {cardinal(hour)}"]
        if hour == 0:
            lead = ["zero", "zero zero", "double zero"]
        tail = (
            [cardinal(minute)]
            if minute > 9
            else [f"oh {cardinal(minute)}"]
            if minute
            else ["hundred", "hundred hours"]
        )
        twelve = _minutes(hour or 12, minute)
        return whole(
            match, distinct([*(twelve if hour else ()), *combine(lead, tail), *(() if hour else twelve)])
        )
    if hour <= 12:
        ways = _minutes(hour, minute)
        noon = ("noon", "twelve noon") if (hour, minute) == (12, 0) else ()
        return whole(match, distinct([*(ways if minute else ways[::-1]), *noon]))
    name = cardinal(hour)
    if minute == 0:
        ways = (f"{name} hundred", f"{name} hundred hours", f"{name} o'clock")
    else:
        ways = (f"{name} {cardinal(minute) if minute > 9 else 'oh ' + cardinal(minute)}",)
    return whole(match, distinct([*ways, *combine(_minutes(hour - 12, minute), ("p m", ""))]))


def _day_month(day: int, month: int) -> tuple[str, ...]:
    nth, name = ordinal(day), MONTHS[month]
    return (
        f"{name} {nth}",
        f"{name} the {nth}",
        f"the {nth} of {name}",
        f"{nth} of {name}",
        f"{name} {cardinal(day)}",
    )


def _month_first(match: re.Match[str], context: Context) -> Sequence[Piece]:
    day = int(match["day"])
    if not 1 <= day <= 31:
        return ()
    month = _MONTH_NAMES[match["month"].lower()]
    return _with_year(match, _day_month(day, month))


def _day_first(match: re.Match[str], context: Context) -> Sequence[Piece]:
    day = int(match["day"])
    if not 1 <= day <= 31:
        return ()
    month = _MONTH_NAMES[match["month"].lower()]
    first, the, the_of, of, plain = _day_month(day, month)
    # after a written "the", "the third of" would say it twice
    ways = [
        of,
        the_of,
        f"{ordinal(day)} {MONTHS[month]}",
        first,
        the,
        plain,
        f"{cardinal(day)} {MONTHS[month]}",
    ]
    return _with_year(match, ways if context.before[0] != "the" else [w for w in ways if w != the_of])


def _with_year(match: re.Match[str], readings: Sequence[str]) -> Sequence[Piece]:
    """Day and month are one piece, the year another, so that each is judged for itself."""
    if not match["year"]:
        return whole(match, readings)
    return (Piece(match.start("year"), tuple(readings)), Piece(match.end(), years(int(match["year"]))))


def _numeric(match: re.Match[str], context: Context) -> Sequence[Piece]:
    groups = [match[1], match[2], match[3]]
    first, second, third = (int(g) for g in groups)
    if len(groups[0]) == 4:
        year, orders = first, [(third, second)]
    else:
        year, orders = third if len(groups[2]) == 4 else 2000 + third, [(second, first), (first, second)]
    dates = [(d, m) for d, m in orders if 1 <= m <= 12 and 1 <= d <= 31]
    if not dates or not 1000 <= year < 2200:
        return ()
    ways = [way for rank in range(4) for d, m in dates for way in (_day_month(d, m - 1)[rank],)]
    names = [_figure(g) for g in groups]
    plain = [" ".join(names[:2]), f"{names[0]} slash {names[1]}"]
    year_ways = list(years(year)[:2])
    if len(groups[0]) == 4:
        return whole(
            match,
            [*combine(ways, year_ways), *combine(year_ways, [w for w in ways if not w.startswith("the")])],
        )
    if len(groups[2]) == 2:
        year_ways.append(_figure(groups[2]))
    return whole(
        match,
        distinct(
            [
                *combine(ways[:5], year_ways),
                *combine(plain[:1], year_ways),
                f"{plain[1]} slash {year_ways[0]}",
            ]
        ),
    )


def _figure(group: str) -> str:
    value = int(group)
    return (
        f"oh {cardinal(value)}"
        if group[0] == "0" and len(group) == 2
        else years(value)[0]
        if len(group) == 4
        else cardinal(value)
    )


def _named(match: re.Match[str], context: Context) -> Sequence[Piece]:
    short = match[1].lower().rstrip(".")
    full = next((d for d in WEEKDAYS if d.startswith(short)), None) or MONTHS[_MONTH_NAMES[short]]
    return whole(match, [full])


def _round_the_clock(match: re.Match[str], context: Context) -> Sequence[Piece]:
    return whole(
        match,
        [
            "twenty four seven",
            "twenty four by seven",
            "twenty four hours a day seven days a week",
            "twenty four slash seven",
        ],
    )


_MONTH_WORD = (
    r"(?P<month>"
    + "|".join([*(m.capitalize() for m in MONTHS), "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"])
    + r")\b\.?"
)
_YEAR = r"(?:,?\s(?P<year>1[0-9]\d\d|20\d\d))?(?![\d:,/]*\d)"

PATTERNS = (
    Pattern(re.compile(r"24/7"), _round_the_clock),
    Pattern(
        re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s?(?P<part>[aApP])(?:\.\s?[mM]\.|\s?[mM]\b)"),
        _time,
    ),
    Pattern(re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?P<part>)(?!:)"), _time),
    Pattern(re.compile(rf"{_MONTH_WORD}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}"), _month_first),
    Pattern(re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH_WORD}{_YEAR}"), _day_first),
    Pattern(re.compile(r"(\d{4})-(\d\d)-(\d\d)"), _numeric),
    Pattern(re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d\d)"), _numeric),
    Pattern(re.compile(r"(Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\."), _named),
    Pattern(re.compile(r"(Jan|Feb|Aug|Sept|Oct|Nov|Dec)\b\.?"), _named),
)
