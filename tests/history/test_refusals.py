"""What happens to what is read where the database refuses: it waits, and is written once it can be."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enunciate.errors import HistoryError
from enunciate.history import location, open_history
from enunciate.history.refusals import explained
from enunciate.history.spool import Spool
from enunciate.history.store import History
from tests.history.server import Server


def kept_later(history: History, described: dict[str, Any], said: str) -> str:
    """Records a reading in a history that cannot be used; returns the reading's id."""
    with pytest.raises(HistoryError, match=said):
        history.readings()
    id = history.record(described, agent="Maya", kind="read")
    assert history.waiting == 1
    assert "Nothing is lost: it waits in" in history.notices[-1]
    return id


def is_kept(url: str, id: str) -> None:
    with open_history(url) as history:
        assert [reading.id for reading in history.readings("Maya")] == [id]
        assert history.waiting == 0
        assert history.notices == ["1 record that had waited for the history: written."]


@pytest.mark.parametrize(
    "content", [b"no database at all, only text" * 100, b"SQLite format 3\0" + bytes(5000)]
)
def test_a_damaged_file(content: bytes, tmp_path: Path, described: dict[str, Any]) -> None:
    file = tmp_path / "own.sqlite3"
    file.write_bytes(content)
    with open_history(str(file)) as history:
        id = kept_later(history, described, "put a backup in its place, or move it away")
    assert file.read_bytes() == content
    file.unlink()
    is_kept(str(file), id)


def test_a_file_damaged_in_its_middle(tmp_path: Path, described: dict[str, Any]) -> None:
    file = tmp_path / "own.sqlite3"
    with open_history(str(file)) as history:
        history.add_agent("Maya")
        for _ in range(20):
            history.record(described, agent="Maya", kind="read")
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with open_history(str(file)) as history:
        id = kept_later(history, described, "is damaged: put a backup in its place")
    file.write_bytes(whole)
    with open_history(str(file)) as history:
        assert history.readings()[-1].id == id


FULL = """
import json, resource, signal, sys
from enunciate.history import open_history
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
assessment = json.loads(sys.stdin.read())
with open_history(sys.argv[1]) as history:
    history.add_agent("Maya")
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    for number in range(30):
        history.record(assessment, agent="Maya", kind="read", id=f"id-{number:02}")
    print(history.waiting, *history.notices)
"""


def test_a_disk_that_fills_up(tmp_path: Path, described: dict[str, Any]) -> None:
    import json

    url = str(tmp_path / "own.sqlite3")
    big = described | {"transcript": "word " * 8000}
    program = (sys.executable, "-c", FULL, url)
    environment = os.environ | {"ENUNCIATE_HISTORY": str(tmp_path / "elsewhere")}
    done = subprocess.run(
        program, input=json.dumps(big), capture_output=True, text=True, check=False, env=environment
    )
    # There was no room in the database first, and in the end none for what waits either.
    assert done.returncode == 1
    assert "could not be put by" in done.stderr
    assert "this is not kept" in done.stderr
    os.environ["ENUNCIATE_HISTORY"] = environment["ENUNCIATE_HISTORY"]
    with open_history(url) as history:
        ids = [reading.id for reading in history.readings("Maya")]
        assert len(ids) > 5
        assert ids == [f"id-{number:02}" for number in range(len(ids))]
        assert history.waiting == 0


def test_no_room_for_the_journal_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = location.database_url(str(tmp_path / "own.sqlite3"))
    error = sqlite3.OperationalError("disk I/O error")
    assert "cannot be used (disk I/O error)" in str(explained(error, url))
    used = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: used._replace(free=0))
    assert "There is no room on the disk" in str(explained(error, url))


@contextmanager
def somebody() -> Iterator[Path]:
    """As a user without rights, who has a folder: root may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)


def test_a_file_that_may_only_be_read(described: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with open_history():
        pass  # What is loaded on demand may lie where only root can read.
    with somebody() as folder:
        monkeypatch.setenv("ENUNCIATE_HISTORY", str(folder / "history"))
        url = str(folder / "shared" / "own.sqlite3")
        with open_history(url) as history:
            history.add_agent("Ben")
        (folder / "shared" / "own.sqlite3").chmod(0o400)
        (folder / "shared").chmod(0o500)
        with open_history(url) as history:
            id = history.record(described, agent="Maya", kind="read")
            assert history.waiting == 1
            assert "may not be written to: make the file and its folder writable" in history.notices[-1]
        (folder / "shared").chmod(0o700)
        (folder / "shared" / "own.sqlite3").chmod(0o600)
        is_kept(url, id)


def test_a_folder_that_cannot_be_made(tmp_path: Path, described: dict[str, Any]) -> None:
    (tmp_path / "flat").write_text("")
    with open_history(str(tmp_path / "flat" / "own.sqlite3")) as history:
        kept_later(history, described, r"cannot be used \(.*\): see to that file")


def test_a_server_that_is_down_and_comes_back(server: Server, described: dict[str, Any]) -> None:
    url = server.database()
    with open_history(url) as history:
        history.add_agent("Maya")
        server.stop()
        try:
            # It went away while the history was open ...
            first = history.record(described, agent="Maya", kind="read")
            assert history.waiting == 1
            assert "Nothing is lost: it waits in" in history.notices[-1]
            # ... and was down when the next command opened it.
            with open_history(url) as later:
                with pytest.raises(
                    HistoryError, match=r"cannot be reached \(Connection refused\): is the server"
                ):
                    later.agents()
                with pytest.raises(HistoryError, match="cannot be reached"):
                    later.add_agent("Ben")
                second = later.record(described, agent="Zoë", kind="read")
                session = later.save_session(agent="Zoë", plan=[], position=0)
                later.save_session(agent="Zoë", plan=[], position=1, id=session)
                later.add_review("Zoë", "x", 3)
                assert later.waiting == 5
        finally:
            server.start()
    with open_history(url) as history:
        assert history.notices == ["5 records that had waited for the history: written."]
        assert [reading.id for reading in history.readings()] == [first, second]
        found = history.open_session("Zoë")
        assert found is not None
        assert found.position == 1
        assert [review.item for review in history.reviews("Zoë")] == ["x"]
    with open_history(url) as history:
        assert history.notices == []


def test_a_crash_between_database_and_file_doubles_nothing(url: str, described: dict[str, Any]) -> None:
    with open_history(url) as history:
        history.add_agent("Maya")
        history.problem = HistoryError("The cable is out.")
        history.record(described, agent="Maya", kind="read")
        history.add_review("Maya", "x", 3)
    spool = Spool(location.unsent(location.database_url(url)))
    waited = spool.path.read_bytes()
    with open_history(url) as history:
        assert len(history.readings()) == 1
    spool.path.write_bytes(waited)
    with open_history(url) as history:
        assert (len(history.readings()), len(history.reviews("Maya"))) == (1, 1)
        assert history.waiting == 0


def test_what_waited_does_not_undo_what_came_later(url: str) -> None:
    from datetime import datetime, timezone

    due = datetime(2026, 12, 1, tzinfo=timezone.utc)
    with open_history(url) as offline, open_history(url) as online:
        online.add_agent("Maya")
        offline.problem = HistoryError("The cable is out.")
        offline.put_card("Maya", "x", {"step": 1}, due)
        online.put_card("Maya", "x", {"step": 2}, due)
    with open_history(url) as history:
        assert history.waiting == 0
        assert history.cards("Maya")[0].state == {"step": 2}


def test_what_makes_no_sense_is_put_aside(url: str) -> None:
    with open_history(url):
        pass
    spool = Spool(location.unsent(location.database_url(url)))
    spool.append("sing", {"agent": "Maya"})
    spool.append("add_review", {"agent": "Maya"})
    with open_history(url) as history:
        assert history.waiting == 0
        assert "2 records that had waited for the history cannot be used: see" in history.notices[0]


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("{server}/gone", 'The history is not there: database "gone" does not exist'),
        ("postgresql://stranger@127.0.0.1:{port}/postgres", "does not let you into the history"),
        ("postgresql://enunciate@127.0.0.1:1/postgres", "cannot be reached"),
    ],
)
def test_what_a_server_says(named: str, said: str, server: Server) -> None:
    url = named.format(server=server.url("").rstrip("/"), port=server.port)
    with open_history(url) as history, pytest.raises(HistoryError, match=said):
        history.agents()


@pytest.mark.parametrize("url", ["mysql://root:secret@host/x", "sqlite://", "a://b", "://x"])
def test_a_url_that_makes_no_sense(url: str) -> None:
    with pytest.raises(HistoryError, match="The history cannot be at") as raised:
        open_history(url)
    assert "secret" not in str(raised.value)


def test_a_server_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pg8000", None)
    said = r"pip install 'enunciate\[postgresql\]'"
    with open_history("postgresql://trainer@host/db") as history, pytest.raises(HistoryError, match=said):
        history.agents()


def test_two_computers_names_of_one_server_have_one_file_that_waits() -> None:
    first, second, other = (
        location.unsent(location.database_url(url))
        for url in ("postgres://a:x@host/db", "postgresql://b@host/db", "postgresql://b@host/other")
    )
    assert first == second != other
