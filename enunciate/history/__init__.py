"""What was assessed before: agents and their readings, drills and exams, in a database behind one door.

`open_history` opens it, in a file of the user's or on a PostgreSQL server; `store` reads and writes, `tables`
says what is kept, `migrations` brings older databases up to date, `spool` keeps what could not be written,
and `location` knows where all of it lies. Times are aware datetimes; readings, reviews and attempts come in
the order in which they were recorded, whatever the clock said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from enunciate.history.store import History

Kind = Literal["score", "read", "batch", "drill", "exam"]
"""How a reading came about."""

KINDS: tuple[Kind, ...] = ("score", "read", "batch", "drill", "exam")


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who reads."""

    name: str
    wave: str | None
    """The class that the agent belongs to now."""
    first_language: str | None
    """As the profiles of `enunciate.measures.first_languages` call it."""
    added: datetime


@dataclass(frozen=True, slots=True)
class Sound:
    """How one phone came out over a whole reading."""

    count: int
    """Times that it was judged."""
    mean: float
    """Of the scores, 0-100. To pool several readings, weigh by `count`."""
    called_out: int
    """Times that it was called out to the reader as said differently."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading in short; `History.assessment` has all of it."""

    id: str
    agent: str
    wave: str | None
    """Of the agent, as it is now."""
    at: datetime
    kind: Kind
    script: str
    title: str
    module: str | None
    scores: Mapping[str, float | None]
    """By the names in `assessment_dict.SCORES`; None where it could not be measured."""
    passed: bool | None
    rubric: str | None
    """Its version; scores of different versions are not compared. None for what was no reading of the script.
    """
    seconds: float
    """Length of the recording."""
    sounds: Mapping[str, Sound]
    """By ARPAbet phone; phones that were never judged are absent."""
    recording: Path | None
    """Where the recording was kept, if it was."""
    details: Mapping[str, Any]
    """Whatever the recorder added."""


@dataclass(frozen=True, slots=True)
class Card:
    """An item of an agent's drills, and when it comes back."""

    agent: str
    item: str
    state: Mapping[str, Any]
    """The scheduler's own."""
    due: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """One attempt at an item of a drill."""

    id: str
    agent: str
    item: str
    at: datetime
    rating: int
    reading: str | None
    """The id of the reading that it was judged by."""
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """A session of drills; one without `finished` can be gone on with."""

    id: str
    agent: str
    started: datetime
    finished: datetime | None
    plan: Any
    position: Any


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of an exam."""

    name: str
    version: int
    """From 1."""
    text: str
    """As its author wrote it."""
    digest: str
    """SHA-256 of the text, in hex."""
    created: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """An agent's attempt at a version of an exam; one without `finished` can be gone on with."""

    id: str
    definition: str
    version: int
    agent: str
    wave: str | None
    """Of the agent, as it is now."""
    started: datetime
    finished: datetime | None
    result: Any
    passed: bool | None
    """None while it is not finished, or where it could not be judged."""


def open_history(url: str | None = None) -> History:
    """Open the history at `url`, else where the setting `database` says, else in the user's data folder.

    `url` is a path, or a URL such as `postgresql://trainer@server/enunciate`. This raises HistoryError only
    for a URL that makes no sense. A database that cannot be used now is its `problem`: then what is asked
    raises that error, while what is recorded waits in a file here, until the database can be reached again.

    >>> import tempfile
    >>> with (tempfile.TemporaryDirectory() as folder,
    ...       open_history(f"{folder}/history.sqlite3") as history):
    ...     _ = history.add_agent("Maya", wave="7", first_language="Filipino")
    ...     [agent.name for agent in history.agents(wave="7")]
    ['Maya']
    """
    from enunciate.history.store import History

    return History(url)
