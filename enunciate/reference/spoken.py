"""From written text to what people say when they read it aloud.

`tokenize` walks along the text and gives each stretch its accepted readings, the likeliest first. What
educated readers say is accepted ("ten thirty" and "half past ten" for 10:30); what is merely understandable
is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from enunciate.reference import Boundary, Token, amounts, codes, dates
from enunciate.reference.lexicon import known, spells_letters
from enunciate.reference.numerals import cardinal, combine, distinct, ordinal
from enunciate.reference.patterns import Context, Pattern, Piece

_TITLES = {
    "mr": ("mister",),
    "mrs": ("missus", "misses"),
    "ms": ("ms", "miss"),
    "prof": ("professor",),
    "capt": ("captain",),
    "sgt": ("sergeant",),
    "messrs": ("messers",),
}
_ABBREVIATIONS = {
    "etc": ("et cetera", "etcetera"),
    "vs": ("versus",),
    "approx": ("approximately",),
    "appt": ("appointment",),
    "acct": ("account",),
    "dept": ("department",),
    "est": ("established", "estimated"),
    "ext": ("extension",),
    "apt": ("apartment",),
    "ave": ("avenue",),
    "blvd": ("boulevard",),
    "rd": ("road",),
    "ln": ("lane",),
    "inc": ("incorporated", "inc"),
    "ltd": ("limited",),
    "corp": ("corporation", "corp"),
    "co": ("company", "co"),
    "jr": ("junior",),
    "sr": ("senior",),
    "min": ("minutes", "minimum", "minute"),
    "max": ("maximum", "max"),
    "fig": ("figure",),
    "ref": ("reference", "ref"),
    "tel": ("telephone", "tel"),
    "misc": ("miscellaneous",),
    "hrs": ("hours",),
    "mins": ("minutes",),
    "secs": ("seconds",),
}
_ALSO_WORDS = frozenset(["min", "max", "est", "co", "ref", "fig", "apt"])
"""Abbreviations that are words too, which may end a sentence."""
_HOUSE = re.compile(r"\d\w*\s+(?:[NSEW]\.?\s+)?(?:[A-Z][\w'’]*\s+){1,3}$")
"""A house number and the name of its street, before "Dr." or "St."."""
_ENDS_SENTENCES = frozenset(["etc", "inc", "ltd", "corp", "co", "jr", "sr", "ave", "rd", "blvd", "st"])
_PLAIN = {
    # written forms that need no dot
    "ok": ("okay", "ok", "o k"),
    "w/": ("with",),
    "w/o": ("without",),
    "c/o": ("care of",),
    "n/a": ("not applicable", "n a", "not available"),
    "a/c": ("account", "a c"),
    "and/or": ("and or", "and slash or"),
    "24x7": ("twenty four seven", "twenty four by seven"),
    "&": ("and", "ampersand"),
    "+": ("plus", "and"),
    "=": ("equals", "is equal to"),
    "@": ("at",),
    "%": ("percent", "per cent"),
    "#": ("number", "hash", "pound"),
    "×": ("times", "by"),
    "wifi": ("wifi", "wi fi"),
    "wi-fi": ("wifi", "wi fi"),
    "vs": ("versus",),
    "pls": ("please",),
    "km/h": ("kilometers per hour", "kilometers an hour", "k m h"),
    "q&a": ("q and a",),
    "r&d": ("r and d",),
    "t&c": ("terms and conditions", "t and c"),
    "t&cs": ("terms and conditions", "t and c's"),
    "at&t": ("a t and t",),
    "b2b": ("b to b", "business to business"),
    "b2c": ("b to c", "business to consumer"),
    "ph.d": ("p h d",),
    "iphone": ("iphone", "i phone"),
}
_CONTRACTIONS = {
    "i'm": "i am", "i've": "i have", "i'll": "i will", "i'd": "i would",
    "you're": "you are", "you've": "you have", "you'll": "you will", "you'd": "you would",
    "he's": "he is", "he'll": "he will", "she's": "she is", "she'll": "she will",
    "it's": "it is", "it'll": "it will", "that's": "that is", "that'll": "that will",
    "we're": "we are", "we've": "we have", "we'll": "we will", "we'd": "we would",
    "they're": "they are", "they've": "they have", "they'll": "they will",
    "there's": "there is", "here's": "here is", "what's": "what is", "who's": "who is", "where's": "where is",
    "how's": "how is", "let's": "let us",
    "isn't": "is not", "aren't": "are not", "wasn't": "was not", "weren't": "were not",
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "haven't": "have not", "hasn't": "has not",
    "hadn't": "had not", "won't": "will not", "wouldn't": "would not", "can't": "cannot",
    "couldn't": "could not", "shouldn't": "should not", "mustn't": "must not", "needn't": "need not",
}  # fmt: skip
_SECOND_EXPANSIONS = {"can't": ("can not",), "cannot": ("can not",)}
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12}
_ROMAN_HEADS = frozenset(
    [
        "part",
        "chapter",
        "section",
        "phase",
        "level",
        "type",
        "volume",
        "act",
        "title",
        "class",
        "war",
        "stage",
        "tier",
        "grade",
    ]
)
_KEPT_APOSTROPHES = frozenset(["'em", "'til", "'cause", "'bout", "'tis", "'n"])

_SPACE = re.compile(r"\s+")
_HEAD = re.compile(r"[\[(<{«*_•·|\"'“”‘’`´¡¿–—―-]*")
_TAIL = re.compile(r"[\])>}»*_|\"'“”‘’`´.,;:!?…–—―-]*")
_CORE = re.compile(r"(?:(?!--|[—―…]|\.\.\.|\.\.\s)\S)+")
"""A chunk reaches to the next space, long dash or ellipsis; the tail behind it is cut off later."""
_WORTH_TRYING = re.compile(r"\S*[\d@½⅓⅔¼¾⅛⅜⅝⅞]|\S*\.\w|\S+\s\d")
"""Every pattern has a figure, an at sign or an inner dot near its start; most words have none of these."""
_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'"})
_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)


def fold(word: str) -> str:
    """A written word in the letters of spoken words: lower case, accents off, only a-z and inner apostrophes.

    >>> fold("Café’s"), fold("“Hello,”")
    ("cafe's", 'hello')
    """
    plain = unicodedata.normalize("NFKD", word.translate(_QUOTES).lower().translate(_LIGATURES))
    kept = re.sub("[^a-z']", "", plain)
    return kept if kept in _KEPT_APOSTROPHES else kept.strip("'")


def tokenize(text: str, own: Collection[str] = (), contractions: bool = True) -> tuple[Token, ...]:
    """The tokens of a text, with their accepted readings.

    `own` are spoken words with pronunciations of the script's own: written text that comes to one of them
    when its punctuation is dropped ("Wi-Fi": wifi) is read as that one word first. With `contractions`, "I
    am" is accepted for "I'm". Offsets of the tokens count characters of `text`.

    >>> [token.readings[0] for token in tokenize("Mr. Lee pays $5.")]
    [('mister',), ('lee',), ('pays',), ('five', 'dollars')]
    """
    reader = _Reader(text, frozenset(own), contractions)
    drafts = list(reader.walk())
    tokens = []
    for place, (start, end, tail_at, readings) in enumerate(drafts):
        following = drafts[place + 1] if place + 1 < len(drafts) else None
        boundary, question = _boundary(
            text, tail_at, end, following[0] if following else None, text[start:end]
        )
        joined = following is not None and following[0] == end
        if joined and boundary == "major":
            boundary, question = "none", False
        spoken = tuple(tuple(reading.split()) for reading in readings)
        tokens.append(Token(text[start:end], start, end, spoken, boundary, question))
    return tuple(tokens)


def readable(written: str) -> bool:
    """Whether a written token with figures in it has a form that is known how to read.

    >>> readable("$49.99"), readable("12;;7x$")
    (True, False)
    """
    reader = _Reader(written, frozenset(), True)
    list(reader.walk())
    return not reader.spelled_out


_LINE = re.compile(r"[^\n.?!]*(?:[.?!](?!\s)[^\n.?!]*)*")


def _all_capitals(line: str) -> bool:
    """Whether a line is written in capitals throughout, and is not just a few abbreviations.

    >>> _all_capitals("WE CALL IT BEAR"), _all_capitals("HR AND IT"), _all_capitals("USA, UK")
    (True, True, False)
    """
    if any(letter.islower() for letter in line):
        return False
    words = [word.lower() for word in re.findall(r"[A-Z']+", line)]
    letters = codes.SPELLED | codes.WORDLIKE
    return len(words) > 1 and any(
        word == "i" or (len(word) > 1 and known(word) and word not in letters and not spells_letters(word))
        for word in words
    )


class _Reader:
    """Walks along a text; yields (start, end, where the tail begins, readings)."""

    def __init__(self, text: str, own: frozenset[str], contractions: bool) -> None:
        self.text = text
        self.own = own
        self.contractions = contractions
        self.spelled_out = False
        self.previous = ""
        self.earlier = ""
        self.previous_written = ""
        self.capitals = False
        """Whether the line or sentence that is being read is all in capitals."""

    def walk(self) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
        text, at, line_end = self.text, 0, 0
        while at < len(text):
            space = _SPACE.match(text, at)
            if space:
                at = space.end()
                continue
            start = at
            if at >= line_end:
                line = _LINE.match(text, at)
                line_end = line.end() if line else len(text)
                self.capitals = _all_capitals(text[at:line_end])
            pieces = self._pattern(start)
            if not pieces:
                head = _HEAD.match(text, start)
                at = head.end() if head else start
                if at < len(text) and not text[at].isspace():
                    pieces = self._pattern(at) or self._chunk(at)
            if not pieces:
                at = max(at, start + 1)
                tail = _TAIL.match(text, at)
                at = tail.end() if tail else at
                continue
            for place, piece in enumerate(pieces):
                end = piece.end
                if place == len(pieces) - 1:
                    tail = _TAIL.match(text, end)
                    end = tail.end() if tail else end
                if any(piece.readings):
                    yield start, end, piece.end, piece.readings
                    self.earlier, self.previous = (
                        self.previous,
                        fold(text[start:end]) or re.sub(r"\D", "", text[start:end]),
                    )
                    self.previous_written = text[start:end]
                start = end
            at = start

    def _context(self, end: int) -> Context:
        return Context((self.previous, self.earlier), self.text[end : end + 40])

    def _pattern(self, at: int) -> Sequence[Piece]:
        """The pieces of the first pattern that fits at `at` and ends where a word may end."""
        if not _WORTH_TRYING.match(self.text, at):
            return ()
        for pattern in _PATTERNS:
            match = pattern.form.match(self.text, at)
            if match and match.end() > at and _ends(self.text, match.end()):
                pieces = pattern.read(match, self._context(match.end()))
                if pieces:
                    return pieces
        return ()

    def _chunk(self, at: int) -> Sequence[Piece]:
        core = _CORE.match(self.text, at)
        if not core:
            return ()
        written = core[0]
        bare = re.sub(_TAIL.pattern[:-1] + "+$", "", written)
        if bare.count("(") > bare.count(")") and written[len(bare) : len(bare) + 1] == ")":
            bare += ")"
        end = at + len(bare)
        dotted = self._abbreviation(bare, at, end)
        if dotted:
            return (dotted,)
        context = self._context(end)
        readings = self._read(bare, context)
        # nothing to say: swallow it
        return (Piece(end, readings),) if any(readings) else (Piece(at + len(written), ("",)),)

    def _abbreviation(self, bare: str, at: int, end: int) -> Piece | None:
        if self.text[end : end + 1] != ".":
            return None
        short = bare.lower()
        if short in _TITLES:
            return Piece(end + 1, _TITLES[short])
        after = self.text[end + 1 :].lstrip(" ")
        if short in ("dr", "st") and bare[:1].isupper():
            named = self.previous_written[:1].isupper() and not re.search(r"[.,;:!?]", self.previous_written)
            title, road = ("doctor", "drive") if short == "dr" else ("saint", "street")
            if not named:
                return Piece(end + 1, (title,))
            if not after[:1].isupper():
                return Piece(end + 1, (road,))
            # "Call Dr. Ito" and "12 Oak Dr. Apt. 4": the likelier one is what a voice says.
            numbered = _HOUSE.search(self.text[max(0, at - 60) : at])
            return Piece(end + 1, (road, title) if numbered else (title, road))
        if short == "no" and re.match(r"\.\s?#?[A-Z]?\d", self.text[end:]):
            return Piece(end + 1, ("number",))
        word_too = short in _ALSO_WORDS and not re.match(r"\.[ ,]*[a-z\d(]", self.text[end:])
        if word_too and not (short == "co" and self.previous_written[:1].isupper()):
            return None
        if short in _ABBREVIATIONS:
            return Piece(end + 1, _ABBREVIATIONS[short])
        if (
            len(bare) == 1
            and bare.isupper()
            and bare != "I"
            and after[:1].isupper()
            and "\n\n" not in after[:3]
        ):
            return Piece(end + 1, codes.letters(bare))  # an initial: J. Smith
        return None

    def _read(self, core: str, context: Context) -> tuple[str, ...]:
        """The readings of a stretch without spaces or outer punctuation; ("",) where there is nothing to
        say."""
        plain = core.translate(_QUOTES)
        word = fold(plain)
        own = (word,) if word in self.own else ()
        return distinct([*own, *self._forms(plain, word, context)])

    def _forms(self, core: str, word: str, context: Context) -> Sequence[str]:
        lower = core.lower()
        if lower in _PLAIN:
            return _PLAIN[lower]
        if core in _ROMAN and (roman := self._roman(core)):
            return roman
        if re.fullmatch(r"[^\W\d_]+(?:'[^\W\d_]+)*'?", core):
            return self._word(core, word)
        if optional := re.fullmatch(r"([^\W\d_]+)\((e?s)\)", core):
            stem = fold(optional[1])
            return (stem + optional[2], stem, f"{stem} or {stem}{optional[2]}")
        for mark, read in (
            ("/", self._slashed),
            ("-", self._hyphenated),
            ("–", self._hyphenated),
            ("&", self._and),
        ):
            if mark in core.strip(mark):
                return read(re.split(f"{mark}+", core.strip(mark)), context)
        if possessive := re.fullmatch(r"(.+\d|[A-Z]{2,})'?s", core):
            return [f"{way}'s" for way in self._part(possessive[1], context)]
        if re.fullmatch(r"[A-Za-z\d]+", core):
            return codes.mixed(core)
        if not re.search(r"[^\W_]", core):
            return tuple(_PLAIN.get(core[:1], ("",)))
        return self._spell_out(core, context)

    def _roman(self, core: str) -> Sequence[str]:
        if self.previous in _ROMAN_HEADS:
            return (cardinal(_ROMAN[core]), f"the {ordinal(_ROMAN[core])}")
        if (
            self.previous_written[:1].isupper()
            and self.previous_written[-1:].isalpha()
            and not self.previous_written.isupper()
        ):
            return (f"the {ordinal(_ROMAN[core])}", cardinal(_ROMAN[core]))
        return ()

    def _word(self, core: str, word: str) -> Sequence[str]:
        if not word:
            return ("",)
        if len(word) == 1 and word not in ("a", "i"):
            return codes.letters(word)
        stem = core[:-1] if re.fullmatch(r"[A-Z]{2,}s", core) else core
        if len(stem) > 1 and stem.isupper() and stem.isascii() and stem.isalpha():
            return self._capitals(core, stem)
        ways = [word]
        if self.contractions and word in _CONTRACTIONS:
            ways.append(_CONTRACTIONS[word])
        if self.contractions:
            ways += _SECOND_EXPANSIONS.get(word, ())
        humps = [fold(hump) for hump in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", core)]
        if len(humps) > 1 and "".join(humps) == word and re.search("[a-z][A-Z]", core):
            ways.append(" ".join(humps))
        return ways

    def _capitals(self, core: str, stem: str) -> Sequence[str]:
        """Capitals are letters, unless they make a word and shout it, or stand in a line of capitals."""
        word = stem.lower()
        if word in codes.WORDLIKE:
            return codes.acronym(core)
        if not re.search("[aeiouy]", word):
            return (*codes.acronym(core), core.lower()) if known(word) else codes.acronym(core)
        shouted = known(word) and not spells_letters(word)
        if shouted and (word not in codes.SPELLED or self.capitals):
            return (core.lower(),)
        if word not in codes.SPELLED and not known(word) and len(word) > (2 if self.capitals else 4):
            return (core.lower(), *codes.acronym(core))
        return codes.acronym(core)

    def _part(self, part: str, context: Context) -> tuple[str, ...]:
        """The readings of one side of a hyphen or slash."""
        for pattern in _PATTERNS:
            match = pattern.form.fullmatch(part)
            pieces = match and pattern.read(match, context)
            if pieces:
                return combine(*(piece.readings for piece in pieces))
        return self._read(part, context)

    def _slashed(self, parts: list[str], context: Context) -> Sequence[str]:
        inner = Context(compound=True)
        sides = [self._part(part, inner if any(map(str.isdigit, part)) else context) for part in parts]
        if re.match(r"[$£€₹]|\d", parts[0]) and len(parts) == 2 and parts[1].isalpha():
            return combine(
                sides[0],
                ["a", "per", "slash"] if parts[1][0] not in "aeio" else ["an", "a", "per", "slash"],
                sides[1],
            )
        joints = ("", "or", "slash") if all(len(p) > 1 for p in parts) else ("", "slash", "or")
        spoken: list[Sequence[str]] = [sides[0]]
        for side in sides[1:]:
            spoken += [joints, side]
        return combine(*spoken)

    def _hyphenated(self, parts: list[str], context: Context) -> Sequence[str]:
        if all(len(part) == 1 and part.isalpha() for part in parts) and len(parts) > 1:
            return codes.letters("".join(parts))
        sides = [
            self._part(part, Context(compound=True) if place < len(parts) - 1 else context)
            for place, part in enumerate(parts)
        ]
        if len(parts) == 2 and _is_range(*parts):
            sides = [
                (_DAYS[p[:3].lower()],) if p[:3].lower() in _DAYS else s
                for p, s in zip(parts, sides, strict=True)
            ]
            ways = combine(sides[0], ["to", "through", "till", "until", ""], sides[1])
            near = (
                re.fullmatch(r"\d+", parts[0])
                and re.fullmatch(r"\d+", parts[1])
                and int(parts[1]) - int(parts[0]) == 1
            )
            return distinct([*ways[:1], *(combine(sides[0], ["or"], sides[1]) if near else ()), *ways[1:]])
        apart = combine(*sides)
        joined = fold("".join(parts)) if all(part.isalpha() for part in map(fold, parts)) else ""
        if joined and "".join(parts).replace("'", "").isalpha() and known(joined):
            short = min(map(len, parts)) <= 2
            return distinct([joined, *apart] if short else [*apart, joined])
        return apart

    def _and(self, parts: list[str], context: Context) -> Sequence[str]:
        sides = [codes.letters(part) if len(part) == 1 else self._part(part, context) for part in parts]
        spoken: list[Sequence[str]] = [sides[0]]
        for side in sides[1:]:
            spoken += [("and",), side]
        return combine(*spoken)

    def _spell_out(self, core: str, context: Context) -> Sequence[str]:
        """The last resort: what can be read of it, mark by mark."""
        if any(map(str.isdigit, core)):
            self.spelled_out = True
        runs = re.findall(r"\d+|(?:[^\W\d_]|['])+|[&+=@%#$£€]", core)
        names = {"$": ("dollar",), "£": ("pound",), "€": ("euro",)}
        return combine(*(names.get(run) or self._part(run, context) for run in runs)) if runs else ("",)


def _ends(text: str, at: int) -> bool:
    """Whether a word may end at `at`: only closing punctuation up to a space or a long dash."""
    tail = _TAIL.match(text, at)
    end = tail.end() if tail else at
    return (
        end == len(text)
        or text[end].isspace()
        or (end > at and re.search("[—―…]|--|\\.\\.", text[at:end]) is not None)
    )


def _is_range(first: str, second: str) -> bool:
    figure = r"[$£€]?\d[\d,.]*%?(?:[ap]\.?m\.?)?|\d{1,2}:\d\d(?:[ap]\.?m\.?)?|\d+(?:st|nd|rd|th)"
    if re.fullmatch(figure, first, re.I) and re.fullmatch(figure, second, re.I):
        return True
    return (
        first[:3].lower() in _DAYS
        and second[:3].lower() in _DAYS
        and first[0].isupper()
        and second[0].isupper()
    )


_DAYS = {name[:3]: name for name in (*dates.WEEKDAYS, *dates.MONTHS)}


_PATTERNS: tuple[Pattern, ...] = (*dates.PATTERNS, *codes.PATTERNS, *amounts.PATTERNS)


def _boundary(
    text: str, tail_at: int, end: int, following: int | None, written: str
) -> tuple[Boundary, bool]:
    """What the punctuation after a token asks for, and whether it is a question's end."""
    gap = text[end : following if following is not None else len(text)]
    tail = text[tail_at:end]
    question = "?" in tail
    if following is None or re.search(r"\n[^\S\n]*\n", gap):
        return "paragraph", question
    after = text[following : following + 40]
    starts_sentence = re.match(r"[\"'“‘(\[]*[A-Z\d]", after) is not None
    if re.search(r"[!?]", tail) and (starts_sentence or "?" in tail or not re.match("[a-z]", after)):
        return "major", question
    if re.search(r"(?<!\.)\.(?!\.)", tail):
        return "major", False
    if re.search(r"…|\.\.", tail):
        return ("major" if starts_sentence else "minor"), False
    # the dot of an abbreviation stands before the tail: it ends a sentence only where a new one plainly
    # starts
    if text[tail_at - 1 : tail_at] == "." and not tail.strip("\"'”’)") and _ends_anyway(written, after):
        return "major", False
    if (
        re.search(r"[,;:!)\]}–—―-]", tail)
        or re.search(r"[–—―-]| {2,}\n", gap)
        or re.match(r"[(\[{–—]", after)
    ):
        return "minor", False
    return "none", False


def _ends_anyway(written: str, after: str) -> bool:
    short = re.sub(r"[^a-z.]", "", written.lower().split()[-1]).rstrip(".")
    if short not in _ENDS_SENTENCES and not re.search(r"[ap]\.?\s?m$", short):
        return False
    following = re.match(r"[\"'“‘(\[]*([A-Z][\w']*)", after)
    return (
        bool(following)
        and following is not None
        and following[1][:3].lower() not in _DAYS
        and not following[1].isupper()
    ) or (following is not None and following[1] in ("I", "A"))
