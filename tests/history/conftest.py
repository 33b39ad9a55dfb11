from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enunciate.history import open_history
from enunciate.history.store import History
from tests.history.server import Server
from tests.report import samples


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The history's files."""
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path / "history"))
    return tmp_path / "history"


@pytest.fixture(params=["file", "server"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty history is: once a file, once a database on a server."""
    if request.param == "file":
        return str(tmp_path / "own.sqlite3")
    server: Server = request.getfixturevalue("server")
    return server.database()


@pytest.fixture
def history(url: str) -> Iterator[History]:
    with open_history(url) as history:
        assert history.problem is None
        yield history


@pytest.fixture
def described() -> dict[str, Any]:
    """An assessment of a word that was judged sound by sound, and in which sounds were called out."""
    return samples.with_phones().as_dict() | {"sounds": samples.mistaken().as_dict()["sounds"]}
