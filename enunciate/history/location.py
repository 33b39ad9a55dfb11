"""Where the history lies, and what to tell a person who cannot get at it."""

from __future__ import annotations

import getpass
import hashlib
import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from enunciate import settings
from enunciate.errors import HistoryError

_SERVERS = {"postgresql", "postgres"}


def folder() -> Path:
    """Where the history's files are: `ENUNCIATE_HISTORY`, else the user's data folder. It need not exist.

    The database is there unless another one is set; kept recordings, and what waits for a server, always.
    """
    if named := os.environ.get("ENUNCIATE_HISTORY"):
        return Path(named).expanduser()
    from platformdirs import user_data_dir

    return Path(user_data_dir("enunciate", appauthor=False)) / "history"


def private(path: Path) -> Path:
    """`path`, a folder of which nobody else can read what is made; it is there when this returns.

    Raises OSError.
    """
    missing = [parent for parent in (path, *path.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    return path


def database_url(named: str | None = None) -> URL:
    """The database's URL: `named`, else as set, else a file in `folder`. Raises HistoryError for nonsense.

    >>> str(database_url("postgres://trainer@server/enunciate"))
    'postgresql+pg8000://trainer@server/enunciate'
    >>> Path(database_url("class.sqlite3").database).name
    'class.sqlite3'
    """
    named = named or settings.get("database")
    if not named:
        named = str(folder() / "history.sqlite3")
    if "://" not in named:
        return _file(named)
    try:
        url = sa.make_url(named)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError) as error:
        raise HistoryError(_NONSENSE.format(named=_hidden(named))) from error
    if backend in _SERVERS:
        return url.set(drivername="postgresql+pg8000", username=url.username or getpass.getuser())
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return _file(url.database)
    raise HistoryError(_NONSENSE.format(named=_hidden(named)))


def _file(path: str) -> URL:
    return URL.create("sqlite", database=str(Path(path).expanduser().resolve()))


_NONSENSE = (
    "The history cannot be at “{named}”: give the path of a file, or a URL such as "
    "postgresql://NAME:PASSWORD@HOST/DATABASE."
)


def _hidden(named: str) -> str:
    """A URL without what may be its password."""
    scheme, _, rest = named.partition("://")
    return f"{scheme}://{'...@' if '@' in rest else ''}{rest.rpartition('@')[2]}"


def shown(url: URL) -> str:
    """The place as a person knows it.

    >>> shown(sa.make_url("postgresql+pg8000://trainer:secret@server:5433/enunciate"))
    'the database enunciate on server:5433'
    """
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or "this computer"
    return f"the database {url.database or url.username} on {host}{f':{url.port}' if url.port else ''}"


def unsent(url: URL) -> Path:
    """The file of what waits to be written to the database at `url`."""
    # Who asks does not matter: a password changes, and what waits is still for the same place.
    place = f"{url.get_backend_name()}\0{url.host}\0{url.port}\0{url.database}"
    return folder() / f"unsent-{hashlib.sha256(place.encode()).hexdigest()[:12]}.jsonl"
