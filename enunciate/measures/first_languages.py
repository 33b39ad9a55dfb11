"""What speakers of a language tend to find hard in English: data/first_languages.yaml, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from enunciate.errors import EnunciateError
from enunciate.measures.sounds import sounds

Position = Literal["initial", "medial", "final"]
Load = Literal["high", "middle", "low"]


@dataclass(frozen=True, slots=True)
class Tendency:
    """A sound that speakers of a language tend to say as another, or to leave out."""

    meant: str
    """ARPAbet phone, without stress, as `said`."""
    said: str | None
    """None where the sound is left out."""
    where: tuple[Position, ...]
    load: Load | None
    """How many English words depend on the difference; None where a sound is left out, or nobody counted."""
    tip: str
    """What to change."""
    drills: tuple[str, ...]
    """Scripts of the library that train it, the nearest first."""
    sources: tuple[str, ...]
    """The works that describe it, as full references."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What is no single sound: groups of consonants, extra vowels, endings, stress, rhythm."""

    kind: Literal["cluster", "epenthesis", "ending", "stress", "rhythm"]
    what: str
    tip: str
    where: tuple[Position, ...]
    """The places in a word; empty for stress and rhythm."""
    drills: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstLanguage:
    """What to drill first with speakers of a language; `confusions` begin with what costs a listener most."""

    key: str
    name: str
    aliases: tuple[str, ...]
    confusions: tuple[Tendency, ...]
    habits: tuple[Habit, ...]


@lru_cache(maxsize=1)
def first_languages() -> dict[str, FirstLanguage]:
    """Every profile by its key."""
    import yaml

    data = yaml.safe_load((files("enunciate") / "data" / "first_languages.yaml").read_text("utf-8"))
    works = data["works"]
    loads: dict[frozenset[str], Load] = {
        frozenset(pair): level for level in ("high", "middle", "low") for pair in data["load"][level]
    }
    return {
        key: FirstLanguage(
            key,
            entry["name"],
            tuple(entry["aliases"]),
            tuple(_tendency(item, loads, works) for item in entry["confusions"]),
            tuple(
                Habit(
                    item["kind"],
                    item["what"],
                    item["tip"],
                    tuple(item.get("where", ())),
                    tuple(item["drills"]),
                    tuple(works[source] for source in item["sources"]),
                )
                for item in entry["habits"]
            ),
        )
        for key, entry in data["languages"].items()
    }


def _tendency(item: dict[str, Any], loads: dict[frozenset[str], Load], works: dict[str, str]) -> Tendency:
    meant, said = item["meant"], item["said"]
    known = sounds()[meant].confused.get(said)
    return Tendency(
        meant,
        said,
        tuple(item["where"]),
        loads.get(frozenset((meant, said))) if said else None,
        item.get("tip") or (known.tip if known else sounds()[meant].how),
        tuple(item["drills"]),
        tuple(works[source] for source in item["sources"]),
    )


def first_language(name: str) -> FirstLanguage:
    """The profile of a language by its key, its name or another name for it, in any case.

    Raises EnunciateError for a language that has none.

    >>> first_language("Tagalog").confusions[0].meant
    'F'
    """
    wanted = name.strip().casefold()
    for language in first_languages().values():
        if wanted in (language.key, language.name.casefold(), *language.aliases):
            return language
    raise EnunciateError(
        f"There is no profile for {name!r} as a first language: choose one of {', '.join(first_languages())}."
    )
