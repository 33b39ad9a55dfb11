"""Money, percentages, measures, decimals and fractions in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from enunciate.reference.numerals import (
    cardinal,
    cardinals,
    codes,
    combine,
    decimals,
    distinct,
    numbers,
    ordinal,
    ordinals,
)
from enunciate.reference.patterns import Context, Pattern, Piece, whole

_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "¥": ("yen", "yen", "", ""),
    "₱": ("peso", "pesos", "centavo", "centavos"),
}
_CODES = {
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "INR": "₹",
    "Rs": "₹",
    "Rs.": "₹",
    "PHP": "₱",
    "JPY": "¥",
    "US$": "$",
}
_SCALES = {
    "k": ("thousand", "k"),
    "m": ("million",),
    "mn": ("million",),
    "bn": ("billion",),
    "b": ("billion",),
    "million": ("million",),
    "billion": ("billion",),
    "thousand": ("thousand",),
}
_UNITS: dict[str, tuple[str, ...]] = {
    # singular|plural; a form without "|" is said the same way for any number
    "KB": ("kilobyte|kilobytes", "k b"),
    "MB": ("megabyte|megabytes", "meg|megs", "m b"),
    "GB": ("gigabyte|gigabytes", "gig|gigs", "g b"),
    "TB": ("terabyte|terabytes", "t b"),
    "kbps": ("kilobits per second", "k b p s"),
    "Mbps": ("megabit per second|megabits per second", "megabits a second", "m b p s", "meg|megs"),
    "Gbps": ("gigabit per second|gigabits per second", "g b p s", "gig|gigs"),
    "Hz": ("hertz",),
    "kHz": ("kilohertz",),
    "MHz": ("megahertz",),
    "GHz": ("gigahertz",),
    "km": ("kilometer|kilometers", "k m"),
    "cm": ("centimeter|centimeters", "c m"),
    "mm": ("millimeter|millimeters", "m m"),
    "kg": ("kilogram|kilograms", "kilo|kilos", "k g"),
    "mg": ("milligram|milligrams", "m g"),
    "lb": ("pound|pounds",),
    "lbs": ("pound|pounds",),
    "oz": ("ounce|ounces",),
    "ft": ("foot|feet",),
    "mi": ("mile|miles",),
    "ml": ("milliliter|milliliters", "m l"),
    "mL": ("milliliter|milliliters", "m l"),
    "mph": ("mile per hour|miles per hour", "miles an hour", "m p h"),
    "km/h": ("kilometer per hour|kilometers per hour", "kilometers an hour", "k m h"),
    "kW": ("kilowatt|kilowatts", "k w"),
    "kWh": ("kilowatt hour|kilowatt hours", "k w h"),
    "px": ("pixel|pixels", "p x"),
    "hr": ("hour|hours",),
    "hrs": ("hour|hours",),
    "min": ("minute|minutes",),
    "mins": ("minute|minutes",),
    "sec": ("second|seconds",),
    "secs": ("second|seconds",),
    "ms": ("millisecond|milliseconds", "m s"),
    "°C": ("degree celsius|degrees celsius", "degrees c", "degree|degrees", "degrees centigrade"),
    "°F": ("degree fahrenheit|degrees fahrenheit", "degrees f", "degree|degrees"),
    "°": ("degree|degrees",),
}
_ATTACHED_UNITS: dict[str, tuple[str, ...]] = {
    # one letter says too little unless it is written right after the number
    "m": ("minute|minutes", "meter|meters", "million", "m"),
    "h": ("hour|hours", "h"),
    "s": ("second|seconds", "s"),
    "g": ("gram|grams", "g"),
    "l": ("liter|liters", "l"),
    "L": ("liter|liters", "l"),
    "W": ("watt|watts", "w"),
    "V": ("volt|volts", "v"),
    "k": ("thousand", "k"),
    "K": ("k", "thousand"),
    "M": ("million", "m"),
    "x": ("times", "x"),
    "G": ("g",),
}
_FRACTIONS = {
    (1, 2): ("one half", "a half", "half"),
    (1, 3): ("one third", "a third"),
    (1, 4): ("one quarter", "a quarter", "one fourth", "a fourth"),
    (3, 4): ("three quarters", "three fourths"),
}
_VULGAR = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}

FIGURES = r"(?P<whole>\d{1,3}(?:,\d{2,3})+|\d+)(?:\.(?P<part>\d+))?"
"""A number with or without thousands separators (Indian grouping too) and decimals."""


def _amounts(match: re.Match[str], context: Context) -> tuple[str, ...]:
    """The readings of a match of `FIGURES`."""
    figures, part = match["whole"], match["part"]
    bare = figures.replace(",", "")
    if part:
        return decimals(bare, part)
    if "," in figures or context.counts:
        return cardinals(int(bare))
    return numbers(bare)


def _money(match: re.Match[str], context: Context) -> Sequence[Piece]:
    mark = match["mark"] or match["code"]
    one, many, minor_one, minor_many = _CURRENCIES[_CODES.get(mark, mark)]
    major, part = int(match["whole"].replace(",", "")), match["part"]
    if match["scale"]:
        heads = decimals(str(major), part) if part else cardinals(major)
        tails = (many, one) if context.noun else (many,)
        return whole(match, combine(heads, _SCALES[match["scale"].lower()], tails))
    minor = int(part.ljust(2, "0")[:2]) if part else 0
    if (part and len(part) > 2) or (minor and not minor_many):
        return whole(match, combine(decimals(str(major), part), [many]))
    heads = cardinals(major)
    if major == 1:
        heads = ("one", "a")
    units = [one if major == 1 else many]
    if not minor:
        if context.noun and one not in units:
            units.append(one)
        return whole(match, combine(heads, units))
    minor_name = minor_one if minor == 1 else minor_many
    cents = f"{cardinal(minor)} {minor_name}"
    if major == 0:
        return whole(match, [cents, f"zero {many} and {cents}", f"zero point {cardinal(minor)} {many}"])
    small = cardinal(minor) if minor > 9 else f"oh {cardinal(minor)}"
    heads = heads[:2] if major == 1 else heads
    full = [f"{h} {units[0]} and {cents}" for h in heads]
    bare = [f"{h} {small}" for h in heads if h != "a"]
    loose = [f"{h} {units[0]} {tail}" for h in heads for tail in (cents, cardinal(minor))]
    loose += [f"{h} {units[0]} and {cardinal(minor)}" for h in heads[:1]]
    return whole(match, distinct([*full[:2], *bare[:1], *loose[:2], *full[2:], *bare[1:], *loose[2:]]))


def _percent(match: re.Match[str], context: Context) -> Sequence[Piece]:
    return whole(match, combine(_amounts(match, Context(compound=True)), ["percent", "per cent"]))


def _measure(match: re.Match[str], context: Context) -> Sequence[Piece]:
    unit = match["unit"]
    forms = _UNITS.get(unit) or _ATTACHED_UNITS[unit]
    single = match["whole"] == "1" and not match["part"]
    names = []
    for form in forms:
        one, _, many = form.partition("|")
        names.append(one if single or not many else many)
    # "a 5GB plan", "a ten kilometer run"
    names += [f.partition("|")[0] for f in forms[:1] if context.noun]
    return whole(match, combine(_amounts(match, Context(compound=True)), names))


def _number(match: re.Match[str], context: Context) -> Sequence[Piece]:
    sign = {
        "-": ("minus", "negative"),
        "−": ("minus", "negative"),
        "+": ("plus",),
        "~": ("about", "approximately"),
    }
    if context.names and not match["part"] and "," not in match["whole"] and not match["sign"]:
        return whole(match, codes(match["whole"]))
    return whole(match, combine(sign.get(match["sign"], ("",)), _amounts(match, context)))


def _version(match: re.Match[str], context: Context) -> Sequence[Piece]:
    steps = [numbers(step) if step != "0" else ("zero", "oh") for step in match["steps"].split(".")]
    lead = ("version", "v", "") if match["v"] else ("",)
    spoken = [steps[0]]
    for step in steps[1:]:
        spoken += [("point", "dot"), step]
    return whole(match, combine(lead, *spoken))


def _fraction(match: re.Match[str], context: Context) -> Sequence[Piece]:
    text = match["fraction"]
    top, bottom = (int(n) for n in _VULGAR.get(text, text).split("/"))
    count = match["count"]
    if not (0 < top < bottom <= 100):
        return ()
    parts = _FRACTIONS.get((top, bottom))
    if parts is None:
        name = ordinal(bottom) if top == 1 else f"{ordinal(bottom)}s"
        parts = (f"{cardinal(top)} {name}", *((f"a {name}",) if top == 1 else ()))
    if count:
        return whole(match, combine(cardinals(int(count)), ["and"], parts[:2][::-1] if top == 1 else parts))
    over = (
        ()
        if text in _VULGAR
        else (f"{cardinal(top)} over {cardinal(bottom)}", f"{cardinal(top)} slash {cardinal(bottom)}")
    )
    return whole(match, distinct([*parts, *over]))


def _ordinal(match: re.Match[str], context: Context) -> Sequence[Piece]:
    return whole(match, ordinals(int(match[1].replace(",", ""))))


def _decade(match: re.Match[str], context: Context) -> Sequence[Piece]:
    century, decade = match[1] or "", int(match[2])
    plural = "hundreds" if decade == 0 and century else cardinal(decade)[:-1] + "ies"
    if decade == 0 and not century:
        return ()
    if century and decade == 0 and int(century) % 10 == 0:
        return whole(match, [f"{cardinal(int(century) * 100)}s"])
    return whole(match, [f"{cardinal(int(century))} {plural}" if century else plural])


_SCALE = r"(?:\s?(?P<scale>million|billion|thousand|bn|mn|[kKmMbB])\b)?"
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_ATTACHED = "|".join(_ATTACHED_UNITS)

PATTERNS = (
    Pattern(re.compile(r"(?:(1[1-9]|20)|['’])(\d0)['’]?s"), _decade),
    Pattern(re.compile(rf"(?P<mark>US\$|[$£€₹¥₱])(?P<code>)\s?{FIGURES}{_SCALE}"), _money),
    Pattern(re.compile(rf"(?P<mark>)(?P<code>USD|GBP|EUR|INR|PHP|JPY|Rs\.?)\s?{FIGURES}{_SCALE}"), _money),
    Pattern(re.compile(rf"(?P<mark>){FIGURES}{_SCALE}\s?(?P<code>USD|GBP|EUR|INR|PHP|JPY|[€£₹])"), _money),
    Pattern(re.compile(rf"{FIGURES}\s?%"), _percent),
    Pattern(re.compile(r"(?:(?P<count>\d+)\s)?(?P<fraction>\d{1,2}/\d{1,3})"), _fraction),
    Pattern(re.compile(rf"(?:(?P<count>\d+)\s?)?(?P<fraction>[{''.join(_VULGAR)}])"), _fraction),
    Pattern(re.compile(rf"{FIGURES}(?:\s|-)?(?P<unit>{_UNIT})"), _measure),
    Pattern(re.compile(rf"{FIGURES}(?P<unit>{_ATTACHED})"), _measure),
    Pattern(re.compile(r"(\d[\d,]*)(?:st|nd|rd|th|ST|ND|RD|TH)"), _ordinal),
    Pattern(re.compile(r"(?P<v>[vV])\.?\s?(?P<steps>\d+(?:\.\d+)*)"), _version),
    Pattern(re.compile(r"(?P<v>)(?P<steps>\d+(?:\.\d+){2,})"), _version),
    Pattern(re.compile(rf"(?P<sign>[-−+~]?){FIGURES}"), _number),
    Pattern(
        re.compile(r"(?P<sign>[-−+~]?)(?P<whole>)\.(?P<part>\d+)"),
        lambda m, c: whole(m, decimals("", m["part"])),
    ),
)
