"""The sounds of English in words for learners: data/sounds.yaml, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from enunciate.measures import CalledOut, WordPronunciation


@dataclass(frozen=True, slots=True)
class Confusion:
    """What a sound gets confused with: two words that it tells apart, and what to change."""

    pair: tuple[str, str]
    tip: str


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound: IPA, an everyday spelling, a word that shows it in capitals, and how to make it."""

    ipa: str
    spelling: str
    example: str
    how: str
    confused: dict[str, Confusion] = field(default_factory=dict)
    """By the ARPAbet phone that was heard."""


@lru_cache(maxsize=1)
def sounds() -> dict[str, Sound]:
    """Every English sound by its ARPAbet phone."""
    import yaml

    data = yaml.safe_load((files("enunciate") / "data" / "sounds.yaml").read_text("utf-8"))
    return {
        phone: Sound(
            entry["ipa"],
            entry["spelling"],
            entry["example"],
            entry["how"],
            {
                heard: Confusion((confusion["pair"][0], confusion["pair"][1]), confusion["tip"])
                for heard, confusion in entry["confused"].items()
            },
        )
        for phone, entry in data.items()
    }


def ipa(phone: str) -> str:
    """IPA of an ARPAbet phone.

    >>> ipa("TH")
    'θ'
    """
    return sounds()[phone].ipa


def named(sound: str) -> str | None:
    """The ARPAbet phone that a user means by a phone in either case, or by its IPA sign; None for neither.

    >>> named("th"), named("/θ/"), named("QQ")
    ('TH', 'TH', None)
    """
    sign = sound.strip().strip("/")
    if sign.upper() in sounds():
        return sign.upper()
    return next((phone for phone, entry in sounds().items() if entry.ipa == sign), None)


def how_to(phone: str, heard: str | None = None) -> str:
    """What to tell a learner who said `phone` wrongly, where it was heard as `heard`.

    >>> how_to("V", "W").split(". ")[0]
    '/v/, the v in very: it sounded like /w/'
    >>> how_to("F", "EY").split(". ")[0]
    '/f/, the f in fish: Put the upper teeth on the lower lip and blow; no voice.'
    """
    sound = sounds()[phone]
    text = f"/{sound.ipa}/, {sound.spelling}"
    if heard is None or not _mistakable(phone, heard):
        return f"{text}: {sound.how}"
    text += f": it sounded like /{ipa(heard)}/. {sound.how}"
    confusion = sound.confused.get(heard)
    if confusion is not None:
        text += f' {confusion.tip} Compare "{confusion.pair[0]}" and "{confusion.pair[1]}".'
    return text


def _mistakable(phone: str, heard: str) -> bool:
    """Whether `heard` may have been said for `phone`. Nobody makes a vowel for a consonant or the other way
    round, unless it is a known confusion: then the sound is that of a neighbour.
    """
    known = sounds()
    return heard in known[phone].confused or (
        heard in known and (phone[0] in "AEIOU") == (heard[0] in "AEIOU")
    )


def called_out(words: Sequence[WordPronunciation | None], sure_enough: float) -> tuple[CalledOut, ...]:
    """The sounds of a reading that were said wrongly beyond doubt, those that recur most first.

    `sure_enough` is the `sure` from which the evidence is strong: `enunciate.measures.pronunciation.scorer()`
    has it.
    """
    where: dict[str, list[tuple[int, str | None]]] = {}
    for index, word in enumerate(words):
        for phone in word.phones if word is not None else ():
            if phone.sure is not None and phone.sure >= sure_enough:
                where.setdefault(phone.phone, []).append((index, phone.heard))
    found = []
    for phone_name, places in where.items():
        heard = [h for _, h in places if h is not None and _mistakable(phone_name, h)]
        found.append(
            CalledOut(
                phone_name,
                max(dict.fromkeys(heard), key=heard.count, default=None),
                tuple(dict.fromkeys(index for index, _ in places)),
                len(places),
            )
        )
    return tuple(sorted(found, key=lambda called: (-called.times, called.words)))
