"""What is read letter by letter or figure by figure: acronyms, order codes, phone numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from enunciate.reference.numerals import cardinal, combine, distinct, pairs
from enunciate.reference.numerals import codes as code_figures
from enunciate.reference.numerals import digits as figure_by_figure
from enunciate.reference.patterns import Context, Pattern, Piece, whole

WORDLIKE = frozenset(
    [
        "asap",
        "covid",
        "faq",
        "gif",
        "imei",
        "jpeg",
        "lan",
        "nasa",
        "nato",
        "opec",
        "pin",
        "radar",
        "ram",
        "rom",
        "sim",
        "sku",
        "unesco",
        "unicef",
        "url",
        "vat",
        "vin",
        "voip",
        "wan",
        "zip",
    ]
)
"""Acronyms that are also read as a word."""

SPELLED = frozenset(
    [
        "am",
        "ai",
        "cv",
        "eta",
        "eu",
        "hr",
        "id",
        "ip",
        "it",
        "ok",
        "pc",
        "pm",
        "po",
        "tv",
        "uk",
        "us",
        "usa",
        "usb",
        "vip",
    ]
)
"""Capitals that are letters even where small letters make a word."""


def letter(character: str) -> tuple[str, ...]:
    """The name of a letter: itself, as recognition models write it."""
    return ("z", "zed") if character == "z" else (character,)


def letters(text: str) -> tuple[str, ...]:
    """Letters by name, with "double" for repeats.

    >>> letters("FAQ")
    ('f a q',)
    """
    parts = []
    for name, run in groupby(text.lower()):
        length = len(list(run))
        ways = [" ".join([way] * length) for way in letter(name)]
        if length in (2, 3):
            ways += [f"{'double' if length == 2 else 'triple'} {way}" for way in letter(name)]
        parts.append(ways)
    return combine(*parts)


def acronym(text: str) -> tuple[str, ...]:
    """A run of capitals, perhaps with a small plural s ("FAQs"), by letters and where usual as a word."""
    stem, plural = (text[:-1], "s") if text.endswith("s") and text[:-1].isupper() else (text, "")
    ways = [f"{way}'s" if plural else way for way in letters(stem)]
    if stem.lower() in WORDLIKE:
        word = stem.lower() + plural
        return distinct([word, *ways] if stem.lower() in _WORD_FIRST else [*ways, word])
    return distinct(ways)


_WORD_FIRST = WORDLIKE - {"faq", "url", "sku", "vat", "asap", "imei"}


def mixed(text: str) -> tuple[str, ...]:
    """Letters and figures run together: "A4", "B2B", "COVID19", "SW1A"."""
    parts: list[Sequence[str]] = []
    for run in re.findall(r"\d+|[A-Za-z]+", text):
        if run.isdigit():
            parts.append(code_figures(run))
        elif run.isupper() or len(run) == 1:
            parts.append(acronym(run))
        else:
            parts.append((run.lower(),) if len(run) > 2 else (*letters(run), run.lower()))
    return combine(*parts)


def groups(text: str, start: int) -> list[Piece]:
    """Each group of figures in `text` as a piece of its own, reaching to the next; `start` is the offset of
    `text`.

    A long unbroken run is cut up, so that "oh" and "zero" or "double" can be chosen anew in each part.
    """
    spans = [(m.start() + at, figures) for m in re.finditer(r"\d+", text) for at, figures in _cut(m[0])]
    ends = [at for at, _ in spans[1:]] + [len(text)]
    pieces = []
    for (_, figures), end in zip(spans, ends, strict=True):
        ways = [*figure_by_figure(figures)]
        if len(figures) == 3 and figures[1:] == "00" and figures[0] != "0":
            ways.insert(1, f"{cardinal(int(figures[0]))} hundred")
        elif len(figures) == 2 and figures[0] != "0":
            ways.append(cardinal(int(figures)))
        elif len(figures) == 4:
            ways[1:1] = pairs(figures)
        pieces.append(Piece(start + end, distinct(ways)))
    if text.startswith("+"):
        pieces[0] = Piece(pieces[0].end, combine(["plus", ""], pieces[0].readings))
    return pieces


def _cut(figures: str) -> list[tuple[int, str]]:
    if len(figures) <= 5:
        return [(0, figures)]
    sizes = [3, 3, 4] if len(figures) == 10 else _even(len(figures))
    cuts, at = [], 0
    for size in sizes:
        cuts.append((at, figures[at : at + size]))
        at += size
    return cuts


def _even(length: int) -> list[int]:
    size = 4 if length % 4 == 0 else 3
    full, rest = divmod(length, size)
    if rest == 1:
        return [size] * (full - 1) + ([2, 2] if size == 3 else [3, 2])
    return [size] * full + ([rest] if rest else [])


def _phone(match: re.Match[str], context: Context) -> Sequence[Piece]:
    if sum(map(str.isdigit, match[0])) < 7:
        return ()
    return groups(match[0], match.start())


def _long_number(match: re.Match[str], context: Context) -> Sequence[Piece]:
    if not context.names and match[0].endswith("000") and match[0][0] != "0":
        return ()
    return groups(match[0], match.start())


_HASH = ("number", "hash", "")


def _hash(match: re.Match[str], context: Context) -> Sequence[Piece]:
    """An order number, "#A-1042": the letters are one piece and each run of figures another."""
    lead = _HASH if context.before[0] not in ("number", "no", "hash") else ("", "number", "hash")
    return _code_pieces(match, 1, lead)


def _code(match: re.Match[str], context: Context) -> Sequence[Piece]:
    text = match[0]
    if not (any(map(str.isdigit, text)) and any(map(str.isupper, text))):
        return ()
    return _code_pieces(match, 0, ("",))


def _code_pieces(match: re.Match[str], skip: int, lead: Sequence[str]) -> Sequence[Piece]:
    pieces: list[Piece] = []
    start = match.start() + skip
    for part in re.finditer(r"([A-Za-z]+|\d+)(-*)", match[0][skip:]):
        run, at = part[1], start + part.start()
        dashes = ("", "dash", "hyphen") if part[2] else ("",)
        if run.isdigit():
            *cuts, (_, figures) = _cut(run)
            for offset, some in cuts:
                pieces.append(Piece(at + offset + len(some), combine(lead, code_figures(some))))
                lead = ("",)
            ways = code_figures(figures)
        elif run.isupper() or len(run) == 1:
            ways = acronym(run) if len(run) < 4 else (run.lower(), *letters(run))
        else:
            ways = (run.lower(),)
        pieces.append(Piece(start + part.end(), combine(lead, ways, dashes)))
        lead = ("",)
    return pieces


_TLD_SPELLED = frozenset(["uk", "us", "eu", "io", "ai", "tv", "co", "ca", "au", "nz", "de", "fr", "ph", "in"])


def _address_word(word: str) -> tuple[str, ...]:
    """A stretch of letters or figures in an address."""
    if word.isdigit():
        return code_figures(word)
    if any(map(str.isdigit, word)):
        return mixed(word.lower())
    word = word.lower()
    if len(word) <= 3 and (not re.search("[aeiouy]", word) or word in ("hr", "it", "tv", "uk")):
        return letters(word)
    from enunciate.reference.lexicon import known, split_compound

    if not known(word) and (parts := split_compound(word)):
        return (" ".join(parts), word)
    return (word,)


_MARK_NAMES = {
    ".": ("dot",),
    "-": ("dash", "hyphen"),
    "_": ("underscore",),
    "+": ("plus",),
    "@": ("at",),
    "/": ("slash", "forward slash"),
    ":": ("colon",),
    "#": ("hash",),
    "?": ("question mark",),
    "=": ("equals",),
    "&": ("and",),
    "%": ("percent",),
    "~": ("tilde",),
}


def _address(text: str) -> tuple[str, ...]:
    """An e-mail or web address, stretch by stretch."""
    parts: list[Sequence[str]] = []
    runs = re.findall(r"[A-Za-z]+\d*|\d+|[^A-Za-z\d]", text)
    for place, run in enumerate(runs):
        if run in _MARK_NAMES:
            parts.append(_MARK_NAMES[run])
        elif place and runs[place - 1] == "." and run.lower() in _TLD_SPELLED:
            spelled = letters(run)
            words = (run.lower(),) if run.lower() in ("co", "in") else ()
            parts.append((*words, *spelled))
        elif run.isalnum():
            parts.append(_address_word(run))
    return combine(*parts)


def _email(match: re.Match[str], context: Context) -> Sequence[Piece]:
    return whole(match, _address(match[0]))


def _url(match: re.Match[str], context: Context) -> Sequence[Piece]:
    body = _address(match["body"].rstrip("/"))
    www = ("w w w dot", "triple w dot", "") if match["www"] else ("",)
    scheme: tuple[str, ...] = ("",)
    if match["scheme"]:
        name = " ".join(match["scheme"].rstrip(":/"))
        scheme = ("", f"{name} colon slash slash", f"{name} colon double slash")
    return whole(match, combine(scheme, www, body))


_LATIN = {
    "e.g.": ("for example", "e g", "for instance"),
    "i.e.": ("that is", "i e"),
    "a.k.a.": ("also known as", "a k a"),
}


def _dotted(match: re.Match[str], context: Context) -> Sequence[Piece]:
    return whole(match, _LATIN.get(match[0].lower()) or letters(match[0].replace(".", "")))


_TLD = (
    r"(?:com|org|net|edu|gov|info|biz|app|dev|shop|support|help|online|example|test"
    r"|io|ai|tv|co|in|uk|us|eu|ca|au|nz|ie|de|fr|ph|za)"
)
PATTERNS = (
    Pattern(re.compile(r"[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"), _email),
    Pattern(
        re.compile(
            rf"(?P<scheme>https?://)?(?P<www>www\.)?(?P<body>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.{_TLD}\b(?:/[\w./?=&%#~-]*[\w/])?)"
        ),
        _url,
    ),
    Pattern(
        re.compile(
            r"(?:\+?\d{1,3}[-. ])?\(\d{2,5}\)[-. ]?\d{3,4}[-. ]?\d{3,4}"
            r"|\+\d{1,3}(?:[-. ]?\d{2,5}){2,4}"
            r"|(?:\d{1,3}[-. ])?\d{3}[-. ]\d{3,4}[-. ]\d{4}"
            r"|\d{3}-\d{4}"
            r"|0\d{2,4}[- ]\d{3,4}(?:[- ]\d{3,4})?"
            r"|\d{4}(?:[- ]\d{4}){2,3}"
        ),
        _phone,
    ),
    Pattern(re.compile(r"\d{5,}"), _long_number),
    Pattern(re.compile(r"#[A-Za-z]*-?\d[A-Za-z\d-]*\b|#[A-Za-z]+-[A-Za-z\d-]*\d[A-Za-z\d]*"), _hash),
    Pattern(
        re.compile(r"[A-Z]{1,6}(?:-[A-Z]{1,6})?-?\d{3,}[A-Za-z]?(?:-[A-Z\d]+)*|[A-Z]{1,6}(?:-[A-Z\d]+)+"),
        _code,
    ),
    Pattern(re.compile(r"(?:[A-Za-z]\.){2,}[A-Za-z]?\b|(?:[A-Za-z]\.){2,}"), _dotted),
)
