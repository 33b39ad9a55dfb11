"""Numbers as people say them: each function returns accepted readings, the likeliest first.

A reading is a string of lower-case words without hyphens or commas: "twenty five", not "twenty-five".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

LIMIT = 24
"""No more readings of one token than this are kept."""

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_MULTIPLES = {2: "double", 3: "triple"}
MAX_CARDINAL = 10**15 - 1


def distinct(readings: Iterable[str]) -> tuple[str, ...]:
    """The readings without repeats, in order, `LIMIT` at most.

    >>> distinct(["a", "b", "a"])
    ('a', 'b')
    """
    return tuple(dict.fromkeys(" ".join(r.split()) for r in readings))[:LIMIT]


def combine(*parts: Sequence[str]) -> tuple[str, ...]:
    """Every way to say the parts one after another; combinations of likely readings come first.

    >>> combine(["five", "the fifth"], ["may"])
    ('five may', 'the fifth may')
    """
    ranked: list[tuple[int, str]] = [(0, "")]
    for part in parts:
        longer = ((rank + more, f"{text} {way}") for rank, text in ranked for more, way in enumerate(part))
        ranked = sorted(longer, key=lambda ranked_text: ranked_text[0])[: 4 * LIMIT]
    return distinct(text for _, text in ranked)


@lru_cache(maxsize=4096)
def cardinal(number: int, joint: str = "") -> str:
    """A whole number in words; `joint` ("and") stands between hundreds and the rest.

    >>> cardinal(1250), cardinal(1250, "and")
    ('one thousand two hundred fifty', 'one thousand two hundred and fifty')
    """
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f" {_SMALL[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_SMALL[hundreds]} hundred" + (_joined(rest, joint) if rest else "")
    scale, name = next((s, n) for s, n in _SCALES if number >= s)
    count, rest = divmod(number, scale)
    return f"{cardinal(count, joint)} {name}" + (
        _joined(rest, joint if rest < 100 else "", joint) if rest else ""
    )


def _joined(rest: int, joint: str, inner: str | None = None) -> str:
    words = cardinal(rest, joint if inner is None else inner)
    return f" {joint} {words}" if joint else f" {words}"


def cardinals(number: int) -> tuple[str, ...]:
    """A whole number with and without "and", with "a hundred" for "one hundred", "twelve hundred" for 1200.

    >>> cardinals(150)
    ('one hundred fifty', 'one hundred and fifty', 'a hundred fifty', 'a hundred and fifty')
    """
    ways = [cardinal(number), cardinal(number, "and")]
    hundreds, rest = divmod(number, 100)
    if 11 <= hundreds <= 99 and hundreds % 10:
        ways += [
            f"{cardinal(hundreds)} hundred" + (_joined(rest, joint) if rest else "") for joint in ("", "and")
        ]
    ways += [f"a {way[4:]}" for way in ways if way.startswith(("one hundred", "one thousand", "one million"))]
    return distinct(ways)


def ordinal(number: int, joint: str = "") -> str:
    """The ordinal in words.

    >>> ordinal(21), ordinal(103, "and")
    ('twenty first', 'one hundred and third')
    """
    *front, last = cardinal(number, joint).split()
    if last in _IRREGULAR_ORDINALS:
        last = _IRREGULAR_ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return " ".join([*front, last])


def ordinals(number: int) -> tuple[str, ...]:
    """The ordinal with and without "and"."""
    return distinct([ordinal(number), ordinal(number, "and")])


def years(year: int) -> tuple[str, ...]:
    """A year as people say it.

    >>> years(2025)
    ('twenty twenty five', 'two thousand twenty five', 'two thousand and twenty five')
    >>> years(1905)
    ('nineteen oh five', 'nineteen hundred five', 'nineteen hundred and five')
    """
    century, rest = divmod(year, 100)
    if rest == 0:
        return distinct([cardinal(year)] if year % 1000 == 0 else [f"{cardinal(century)} hundred"])
    halves = f"{cardinal(century)} {cardinal(rest) if rest > 9 else 'oh ' + cardinal(rest)}"
    if 2000 <= year < 2100:
        full = [cardinal(year), cardinal(year, "and")]
        return distinct([*full, halves] if year < 2010 else [halves, *full])
    if rest < 10:
        return distinct(
            [halves, *(f"{cardinal(century)} hundred {joint} {cardinal(rest)}" for joint in ("", "and"))]
        )
    return (halves,)


def digits(figures: str) -> tuple[str, ...]:
    """Figures one by one, zero or oh, with "double" and "triple" for repeats.

    >>> digits("055")
    ('zero five five', 'zero double five', 'oh five five', 'oh double five')
    """
    runs = [(figure, len(list(run))) for figure, run in groupby(figures)]
    return combine(*(_run(figure, length) for figure, length in runs))


def _run(figure: str, length: int) -> tuple[str, ...]:
    names = ("zero", "oh") if figure == "0" else (_SMALL[int(figure)],)
    ways = [" ".join([name] * length) for name in names]
    for name in names:
        if length in _MULTIPLES:
            ways.append(f"{_MULTIPLES[length]} {name}")
        if length == 3:
            ways += [f"double {name} {name}", f"{name} double {name}"]
        if length == 4:
            ways += [f"double {name} double {name}", f"triple {name} {name}", f"{name} triple {name}"]
    return tuple(ways)


def pairs(figures: str) -> tuple[str, ...]:
    """Four or three figures as people say codes in two halves; empty where that is not done.

    >>> pairs("4412"), pairs("1042"), pairs("204")
    (('forty four twelve',), ('ten forty two',), ('two oh four', 'two zero four'))
    """
    if len(figures) not in (3, 4):
        return ()
    head, tail = figures[:-2], figures[-2:]
    if set(head) == {"0"}:
        return ()
    if tail == "00":
        return (f"{cardinal(int(head))} hundred",) if int(head) % 10 and head[0] != "0" else ()
    return combine(_half(head), _half(tail))


def _half(figures: str) -> tuple[str, ...]:
    name = cardinal(int(figures))
    return (f"oh {name}", f"zero {name}") if figures[0] == "0" else (name,)


def codes(figures: str) -> tuple[str, ...]:
    """A number that names something (an order, a room, the end of a card): figure by figure, in pairs, in
    full."""
    if len(figures) == 1:
        return digits(figures)
    if len(figures) == 2:
        whole = () if figures[0] == "0" else (cardinal(int(figures)),)
        return distinct([*whole, *digits(figures)])
    full = cardinals(int(figures)) if figures[0] != "0" and len(figures) <= 4 else ()
    spoken = digits(figures)
    return distinct([spoken[0], *pairs(figures), *spoken[1:12], *full[:2]])


def numbers(figures: str) -> tuple[str, ...]:
    """A number without commas where nothing tells whether it counts or names something.

    >>> numbers("2025")[:2], numbers("12")
    (('twenty twenty five', 'two thousand twenty five'), ('twelve',))
    """
    if figures[0] == "0" and len(figures) > 1:
        return codes(figures)
    value = int(figures)
    if len(figures) <= 2:
        return cardinals(value)
    if len(figures) == 4 and 1100 <= value < 2100:
        return distinct([*years(value), *cardinals(value), *codes(figures)])
    if value > MAX_CARDINAL or (len(figures) > 4 and not figures.endswith("000")):
        return distinct([*digits(figures)[:16], *(cardinals(value) if value <= 999_999 else ())])
    return distinct([*cardinals(value), *codes(figures)])


def decimals(whole: str, fraction: str) -> tuple[str, ...]:
    """A decimal number; `whole` may be empty (".5").

    >>> decimals("3", "5")
    ('three point five', 'three and a half')
    >>> decimals("0", "75")[:3]
    ('zero point seven five', 'zero point seventy five', 'point seven five')
    """
    tails = list(digits(fraction))
    if len(fraction) == 2 and fraction[0] != "0":
        tails.append(cardinal(int(fraction)))
    value = int(whole or "0")
    if value == 0:
        return combine(["zero point", "point", "oh point", "nought point"], tails)
    ways = [f"{head} point {tail}" for tail in tails for head in cardinals(value)]
    if fraction == "5":
        ways += [f"{head} and a half" for head in cardinals(value)]
    return distinct(ways)
