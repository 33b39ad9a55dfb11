"""What databases say when they refuse, as sentences that say what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from enunciate.errors import HistoryError
from enunciate.history import location


def reason(error: BaseException) -> str:
    """The reason itself, as the driver has it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    found = original.args[0] if original is not None and original.args else original
    if isinstance(found, dict):
        return str(found.get("M", found))
    cause = original.__cause__ if isinstance(original, Exception) else None
    for one in (original, cause):
        if isinstance(one, OSError):
            return one.strerror or str(one)
    return str(found)


def explained(error: Exception, url: URL) -> HistoryError:
    """The refusal of a database as one of our errors."""
    said, place = reason(error), location.shown(url)
    if isinstance(error, ImportError):
        return HistoryError(
            "The history on a PostgreSQL server needs the package pg8000: "
            "install it with pip install 'enunciate[postgresql]'."
        )
    if url.get_backend_name() == "sqlite":
        meant = "full" if "disk I/O error" in said and not _room(url) else said.lower()
        for words, what in _FILES:
            if words in meant:
                return HistoryError(what.format(place=place, said=said))
        return HistoryError(
            f"The history {place} cannot be used ({said}): see to that file, or set ENUNCIATE_DATABASE to "
            "another one."
        )
    code = _code(error)
    for prefix, what in _SERVERS:
        if code.startswith(prefix):
            return HistoryError(what.format(place=place, said=said))
    return HistoryError(f"The history in {place} cannot be used ({said}).")


def _room(url: URL) -> bool:
    # SQLite calls it "full" only while it writes pages: where its journal or shared memory finds no room,
    # that is an I/O error to it.
    try:
        return shutil.disk_usage(Path(str(url.database)).parent).free >= _LEAST_ROOM
    except OSError:
        return True


def _code(error: Exception) -> str:
    """PostgreSQL's five characters; "08" where there was no answer at all."""
    original = error.orig if isinstance(error, DBAPIError) else error
    found = original.args[0] if original is not None and original.args else None
    return str(found.get("C", "")) if isinstance(found, dict) else "08"


_LEAST_ROOM = 256 << 10
"""Bytes: with less than that, the first write of SQLite may fail."""

_FILES = (
    (
        "not a database",
        "The history {place} is not a database, or is damaged: put a backup in its place, or move it away "
        "and a new one is made.",
    ),
    (
        "malformed",
        "The history {place} is damaged: put a backup in its place, or move it away and a new one is made.",
    ),
    ("full", "There is no room on the disk for the history {place}: make room."),
    ("locked", "Another program has kept the history {place} busy for too long: end that program."),
    (
        "readonly",
        "The history {place} may not be written to: make the file and its folder writable, or set "
        "ENUNCIATE_DATABASE to another file.",
    ),
)
"""What SQLite says, by words of it."""

_SERVERS = (
    ("08", "The history in {place} cannot be reached ({said}): is the server running, and the network up?"),
    ("57", "The history in {place} cannot be reached ({said}): wait for the server to run again."),
    ("53", "The server of the history in {place} has no room for more ({said}): tell who looks after it."),
    (
        "28",
        "The server does not let you into the history in {place} ({said}): check the name and the password "
        "in ENUNCIATE_DATABASE.",
    ),
    (
        "3D",
        "The history is not there: {said}. Have the database made (`createdb`), or correct "
        "ENUNCIATE_DATABASE.",
    ),
    ("42501", "You may not change the history in {place} ({said}): ask its owner for the rights."),
)
"""What PostgreSQL says, by the beginning of its code."""
