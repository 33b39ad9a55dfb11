"""Words and how they sound.

The dictionary is CMUdict as the PocketSphinx wheel ships it (American, without stress). Words that it lacks
are taken apart (inflections, prefixes, compounds) and, where that fails, sounded out by their letters.
"""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from enunciate.errors import EnunciateError
from enunciate.reference import Phones, letters
from enunciate.reference.phones import VOWELS, bare, distance

_DICTIONARY = Path("model", "en-us", "cmudict-en-us.dict")
_VOICELESS = frozenset(["P", "T", "K", "F", "TH"])
_HISSING = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_PREFIXES = {
    "un": ("AH", "N"),
    "re": ("R", "IY"),
    "pre": ("P", "R", "IY"),
    "non": ("N", "AA", "N"),
    "mis": ("M", "IH", "S"),
    "dis": ("D", "IH", "S"),
    "over": ("OW", "V", "ER"),
    "under": ("AH", "N", "D", "ER"),
    "inter": ("IH", "N", "T", "ER"),
    "multi": ("M", "AH", "L", "T", "IY"),
    "anti": ("AE", "N", "T", "IY"),
    "auto": ("AO", "T", "OW"),
    "micro": ("M", "AY", "K", "R", "OW"),
    "super": ("S", "UW", "P", "ER"),
    "sub": ("S", "AH", "B"),
}
_SUFFIXES = {
    "ly": ("L", "IY"),
    "ness": ("N", "AH", "S"),
    "less": ("L", "AH", "S"),
    "ful": ("F", "AH", "L"),
    "ment": ("M", "AH", "N", "T"),
    "able": ("AH", "B", "AH", "L"),
    "er": ("ER",),
    "ers": ("ER", "Z"),
}


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    """Phones by word; second and later pronunciations under "word(2)" and so on, as the file has them."""
    spec = importlib.util.find_spec("pocketsphinx")  # finds the folder without loading the engine
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder, _DICTIONARY)
        if path.is_file():
            lines = path.read_text(encoding="ascii").splitlines()
            return dict([line.split(" ", 1) for line in lines])
    raise EnunciateError(
        "The pronunciation dictionary is missing; bring it back with "
        "`pip install --force-reinstall pocketsphinx`."
    )


def dictionary_entries() -> Iterator[tuple[str, Phones]]:
    """Every word of the dictionary with each of its pronunciations, in the order of the file."""
    for entry, phones in _dictionary().items():
        yield entry.partition("(")[0], tuple(phones.split())


def known(word: str) -> bool:
    """Whether the dictionary holds the word (lower case)."""
    return word in _dictionary()


def _looked_up(word: str) -> tuple[Phones, ...]:
    found, entries = [], _dictionary()
    entry, number = word, 1
    while entry in entries:
        found.append(tuple(entries[entry].split()))
        number += 1
        entry = f"{word}({number})"
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=8192)
def pronunciations(word: str) -> tuple[Phones, ...]:
    """How a spoken word sounds, the likeliest pronunciation first, without stress; empty for a word without
    letters.

    From the dictionary; else from its parts (inflection, prefix, suffix, compound); else from its letters.

    >>> pronunciations("record")[0], pronunciations("helpdesks")
    (('R', 'AH', 'K', 'AO', 'R', 'D'), (('HH', 'EH', 'L', 'P', 'D', 'EH', 'S', 'K', 'S'),))
    """
    return _looked_up(word) or _from_parts(word) or letters.pronounce(word.replace("'", ""), 2)


def in_dictionary(word: str) -> bool:
    """Whether the pronunciation of a word is known from the dictionary, at least by its parts."""
    return bool(_looked_up(word) or _from_parts(word))


@lru_cache(maxsize=8192)
def _from_parts(word: str) -> tuple[Phones, ...]:
    """Pronunciations made from words that the dictionary holds; empty where the word does not come apart."""
    for ways in (_inflected(word), _affixed(word)):
        if ways:
            return ways
    parts = split_compound(word)
    return _joined([_looked_up(part)[:2] or _from_parts(part)[:1] for part in parts]) if parts else ()


def _joined(parts: Sequence[tuple[Phones, ...]]) -> tuple[Phones, ...]:
    ways: tuple[Phones, ...] = ((),)
    for part in parts:
        ways = tuple(way + more for way in ways for more in part)
    return ways


def _stem(word: str) -> tuple[Phones, ...]:
    parts = split_compound(word)
    return _looked_up(word) or (_joined([_looked_up(part)[:2] for part in parts]) if parts else ())


def _inflected(word: str) -> tuple[Phones, ...]:
    if word.endswith("s'"):
        return _looked_up(word[:-1]) or _inflected(word[:-1])
    if word.endswith("'s"):
        return tuple(_plural(way) for way in _looked_up(word[:-2]) or _from_parts(word[:-2]))
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        for stem in (
            word[:-1],
            word[:-2] if word.endswith("es") else "",
            word[:-3] + "y" if word.endswith("ies") else "",
        ):
            if len(stem) > 2 and (ways := _stem(stem)):
                return tuple(_plural(way) for way in ways)
    for ending, add in (("ed", _past), ("ing", _progressive)):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            body = word[: -len(ending)]
            doubled = body[:-1] if body[-1] == body[-2] else ""
            for stem in (
                body + "e",
                body,
                doubled,
                body[:-1] + "y" if ending == "ed" and body.endswith("i") else "",
            ):
                if len(stem) > 2 and (ways := _stem(stem)):
                    return tuple(add(way) for way in ways)
    return ()


def _plural(phones: Phones) -> Phones:
    last = phones[-1]
    return (*phones, "IH", "Z") if last in _HISSING else (*phones, "S" if last in _VOICELESS else "Z")


def _past(phones: Phones) -> Phones:
    last = phones[-1]
    if last in ("T", "D"):
        return (*phones, "IH", "D")
    return (*phones, "T" if last in _VOICELESS or last in ("S", "SH", "CH") else "D")


def _progressive(phones: Phones) -> Phones:
    return (*phones, "IH", "NG")


def _affixed(word: str) -> tuple[Phones, ...]:
    for prefix, sound in _PREFIXES.items():
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > 3 and (ways := _looked_up(rest) or _inflected(rest)):
            return tuple(sound + way for way in ways)
    for suffix, sound in _SUFFIXES.items():
        body = word[: -len(suffix)]
        if word.endswith(suffix) and len(body) > 3 and (ways := _looked_up(body) or _inflected(body)):
            return tuple(way + sound for way in ways)
    return ()


def split_compound(word: str) -> tuple[str, ...]:
    """The two dictionary words that a word is made of, or none.

    >>> split_compound("northwind"), split_compound("lumivox")
    (('north', 'wind'), ())
    """
    halves = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
    fitting = [pair for pair in halves if all(known(half) and not spells_letters(half) for half in pair)]
    return max(fitting, key=lambda pair: min(map(len, pair)), default=())


@lru_cache(maxsize=4096)
def spells_letters(word: str) -> bool:
    """Whether the dictionary has the word only as the names of its letters, as in "usb".

    >>> spells_letters("usb"), spells_letters("pin")
    (True, False)
    """
    if not 1 < len(word) < 6 or not word.isalpha():
        return False
    names = [phone for letter in word for phone in _looked_up(letter)[-1]]
    ways = _looked_up(word)
    return bool(ways) and all(way == tuple(names) for way in ways)


def syllables(word: str) -> int:
    """The number of syllables: the vowels of the likeliest pronunciation.

    >>> syllables("pronunciation"), syllables("strengths")
    (5, 1)
    """
    ways = pronunciations(word)
    return count_syllables(ways[0]) if ways else 0


def count_syllables(phones: Phones) -> int:
    """The number of vowels among the phones."""
    return sum(phone in VOWELS for phone in bare(phones))


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for entry, phones in _dictionary().items():
        word = entry.partition("(")[0]
        if "." not in word and "-" not in word:
            index[phones].append(word)
    return index


def homophones(word: str) -> frozenset[str]:
    """Other dictionary words that share a pronunciation with this one (stress ignored).

    >>> sorted(homophones("right"))
    ['reit', 'rite', 'wright', 'write']
    """
    index = _by_sound()
    return frozenset(other for way in pronunciations(word) for other in index.get(" ".join(way), ())) - {word}


_SPELLINGS = {
    "grey": "gray", "cheque": "check", "cheques": "checks", "programme": "program", "programmes": "programs",
    "tyre": "tire", "tyres": "tires", "kerb": "curb", "plough": "plow", "storey": "story", "enquiry":
    "inquiry", "enquiries": "inquiries", "enquire": "inquire", "jewellery": "jewelry", "sceptical":
    "skeptical", "catalogue": "catalog", "dialogue": "dialog", "catalogues": "catalogs", "okay": "ok",
    "alright": "all right", "licence": "license", "defence": "defense", "offence": "offense", "practise":
    "practice", "centre": "center", "centres": "centers", "theatre": "theater", "metre": "meter", "metres":
    "meters", "litre": "liter", "litres": "liters", "fibre": "fiber", "kilometre": "kilometer", "kilometres":
    "kilometers", "centimetre": "centimeter", "centimetres": "centimeters", "millimetre": "millimeter",
    "millimetres": "millimeters", "fulfil": "fulfill", "enrol": "enroll", "enrolment": "enrollment",
    "instalment": "installment", "instalments": "installments", "judgement": "judgment", "ageing": "aging",
    "alfa": "alpha", "juliett": "juliet", "whisky": "whiskey", "zed": "z", "zee": "z", "mister": "mr",
    "missus": "mrs", "misses": "mrs", "doctor": "dr", "percent": "per cent", "et cetera": "etcetera",
}  # fmt: skip
_DOUBLED = "cancel|travel|model|label|signal|fuel|total|counsel|level|dial|channel|fulfil|marvel|tunnel"


@lru_cache(maxsize=8192)
def american(word: str) -> str:
    """The American spelling of a word, or the word itself.

    >>> american("colour"), american("cancelled"), american("hour"), american("filling")
    ('color', 'canceled', 'hour', 'filling')
    """
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    if doubled := re.fullmatch(rf"({_DOUBLED})l(ed|ing|er|ers)", word):
        return doubled[1] + doubled[2]
    for british, change in (
        (r"(\w{2,})our(s|ed|ing|ful|ite|ites|able|hood|ably)?", "or"),
        (r"(\w{3,}|real)is(e|es|ed|ing|er|ers|ation|ations)", "iz"),
        (r"(\w{3,})ys(e|es|ed|ing|er|ers)", "yz"),
    ):
        found = re.fullmatch(british, word)
        if found:
            changed = found[1] + change + (found[2] or "")
            if known(changed):
                return changed
    return word


def same_spoken(first: str, second: str) -> bool:
    """Whether two words count as the same when spoken: spelling variants and homophones.

    Only the dictionary is asked, so that a guess about an unknown name never makes it equal to a word.

    >>> same_spoken("colour", "color"), same_spoken("their", "there"), same_spoken("fifteen", "fifty")
    (True, True, False)
    """
    return not set(spoken_forms(first)).isdisjoint(spoken_forms(second))


@lru_cache(maxsize=16384)
def spoken_forms(word: str) -> tuple[str | Phones, ...]:
    """What two words share where they count as the same when spoken: the American spelling, then the
    dictionary's pronunciations.

    >>> spoken_forms("colours")
    ('colors', ('K', 'AH', 'L', 'ER', 'Z'))
    """
    return (american(word), *_looked_up(word))


_CLASSES = dict.fromkeys(VOWELS, "V") | {
    phone: group[0]
    for group in (
        "P B",
        "T D",
        "K G",
        "F V",
        "TH DH",
        "S Z",
        "SH ZH CH JH",
        "M",
        "N NG",
        "L",
        "R",
        "W",
        "Y",
        "HH",
    )
    for phone in group.split()
}
_CLASSES |= {"TH": "H", "DH": "H", "SH": "C", "ZH": "C", "CH": "C", "JH": "C", "HH": "h", "ER": "E"}
_LETTERS = {phone: chr(65 + n) for n, phone in enumerate(sorted([*_CLASSES]))}


@lru_cache(maxsize=1)
def _by_class() -> dict[str, list[tuple[str, str]]]:
    """Words and their phones by the classes of these: what differs in voicing or in vowels stands
    together."""
    index: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for phones, words in _by_sound().items():
        key = "".join([_CLASSES[phone] for phone in phones.split()])
        index[key] += [(word, phones) for word in words]
    return index


@lru_cache(maxsize=1)
def _by_letters() -> tuple[list[str], list[str]]:
    """All pronunciations with one character a phone, and as they are."""
    ways = list(_by_sound())
    return ["".join([_LETTERS[phone] for phone in way.split()]) for way in ways], ways


_JOINT = 0.25
"""What each further word costs: one word that sounds as near is the better one."""
_SPELLING = 0.6
"""What an entirely different spelling costs; it decides between words that sound alike."""


def near(
    word: str, known: Callable[[str], bool], limit: int, pronunciations: Sequence[Phones] | None = None
) -> tuple[tuple[str, ...], ...]:
    """Sequences of one to three words out of a vocabulary that sound most like a word missing from it, best
    first.

    `known` tells whether the vocabulary holds a word; `pronunciations` are the word's own where they are not
    those of this module. Sounds are compared by `enunciate.reference.phones.distance`; spelling decides
    between equals.

    >>> near("northwind", lambda word: word != "northwind", 1)
    (('north', 'wind'),)
    """
    ways = [bare(way) for way in (pronunciations if pronunciations is not None else _ways(word))][:3]
    found: dict[tuple[str, ...], float] = {}

    def offer(words: tuple[str, ...], cost: float) -> None:
        total = cost + _JOINT * (len(words) - 1) + _SPELLING * _unlike(word, "".join(words))
        if words != (word,) and total < found.get(words, float("inf")):
            found[words] = total

    for way in ways:
        for other, cost in _single(way, known):
            offer((other,), cost)
        for words, cost in _sequences(way, known, word):
            offer(words, cost)
    return tuple(sorted(found, key=lambda words: (found[words], words)))[:limit]


def _ways(word: str) -> tuple[Phones, ...]:
    return pronunciations(word)


def _unlike(first: str, second: str) -> float:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.normalized_distance(first, second)


def _single(way: Phones, known: Callable[[str], bool]) -> list[tuple[str, float]]:
    """Words near a pronunciation: a quick search by plain edit distance, then the phonetic one."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    coded, sounds = _by_letters()
    query = "".join(_LETTERS[phone] for phone in way)
    rough = process.extract(
        query,
        coded,
        scorer=Levenshtein.distance,
        limit=150,
        score_cutoff=max(2, len(way) // 2),
        processor=None,
    )
    out = []
    for _, _, place in rough:
        cost = distance(way, tuple(sounds[place].split()), 2.5)
        if cost < 2.5:
            out += [(other, cost) for other in _by_sound()[sounds[place]] if known(other)]
    return sorted(out, key=lambda pair: pair[1])[:40]


def _sequences(way: Phones, known: Callable[[str], bool], word: str) -> list[tuple[tuple[str, ...], float]]:
    """Two or three words whose phones together are of the same classes as the pronunciation's."""
    index, size = _by_class(), len(way)
    classes = "".join(_CLASSES[phone] for phone in way)
    spans: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for start in range(size):
        for end in range(start + 2, size + 1):
            fits = []
            for other, phones in index.get(classes[start:end], ()):
                cost = distance(way[start:end], tuple(phones.split()), 1.2)
                if cost < 1.2:
                    fits.append((cost + (0 if other in word else 0.1), other))
            best = [(other, cost) for cost, other in sorted(fits)[:60] if known(other)][:4]
            if best:
                spans[start, end] = best
    out: list[tuple[tuple[str, ...], float]] = []
    for (start, end), firsts in spans.items():
        if start:
            continue
        for cut in range(end, size + 1):
            middles = [] if cut == end else spans.get((end, cut), [])
            lasts = spans.get((cut, size), [])
            for first, cost in firsts:
                for last, more in lasts:
                    if cut == end:
                        out.append(((first, last), cost + more))
                    out += [((first, middle, last), cost + more + yet) for middle, yet in middles]
    return sorted(out, key=lambda pair: pair[1])[:60]
