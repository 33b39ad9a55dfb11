from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from enunciate.errors import HistoryError
from enunciate.history import database, location, migrations, open_history, tables
from tests.history.server import Server

VERSIONS = Path(__file__).parent / "versions"
"""Databases of each earlier version, as it wrote them: `sqlite3 FILE .dump` and `pg_dump --inserts`."""

EARLIER = range(1, migrations.NEWEST)


def laid(script: str, url: str, request: pytest.FixtureRequest) -> None:
    if "://" not in url:
        connection = sqlite3.connect(url)
        connection.executescript((VERSIONS / f"file-{script}.sql").read_text("utf-8"))
        connection.close()
        return
    server: Server = request.getfixturevalue("server")
    server.run((VERSIONS / f"server-{script}.sql").read_text("utf-8"), url.rpartition("/")[2])


def differences(url: str) -> list[object]:
    """What a database has otherwise than `tables` says."""
    engine = sa.create_engine(location.database_url(url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": False}
            )
            return list(compare_metadata(context, tables.metadata))
    finally:
        engine.dispose()


def test_a_new_database_has_the_tables_as_they_are_drawn(url: str) -> None:
    with open_history(url) as history:
        assert history.problem is None
    assert differences(url) == []


def test_a_difference_would_be_seen(url: str) -> None:
    engine = sa.create_engine(location.database_url(url))
    with engine.begin() as connection:
        migrations.upgrade(connection, migrations.NEWEST - 1)
    engine.dispose()
    assert differences(url)


@pytest.mark.parametrize("version", EARLIER)
def test_every_earlier_version_is_brought_up_to_date_with_all_that_is_in_it(
    version: int, url: str, request: pytest.FixtureRequest
) -> None:
    laid(str(version), url, request)
    with open_history(url) as history:
        assert history.problem is None
        (agent,) = history.agents("7")
        assert (agent.name, agent.first_language) == ("Maya Peña", "Spanish")
        (reading,) = history.readings("maya peña")
        assert reading.at == datetime.fromisoformat("2026-11-25T18:05:00.250+08:00")
        assert reading.at.isoformat().endswith("+08:00")
        assert (reading.scores["overall"], reading.scores["prosody"], reading.passed) == (81.5, None, True)
        assert (reading.sounds["TH"].count, reading.sounds["TH"].called_out) == (3, 2)
        assert history.assessment(reading.id)["transcript"] == "i am sorry"
        if version >= 2:
            (card,) = history.cards("maya peña")
            assert card.state == {"stability": 2.5}
            (review,) = history.reviews("maya peña")
            assert review.rating == 3
            session = history.open_session("maya peña")
            assert session is not None
            assert session.plan == ["pairs-thin-tin"]
        # And it can be written to.
        history.save_session(agent="Maya Peña", plan=[], position=0)
        history.add_review("Maya Peña", "x", 1)
        history.record(READING, agent="Maya Peña", kind="read")
        assert not history.waiting
        assert len(history.readings()) == 2
    assert differences(url) == []


READING = {
    "script": {"id": "x", "title": "X"},
    "recording": {"seconds": 1.0},
    "scores": dict.fromkeys(
        ("overall", "pronunciation", "accuracy", "fluency", "prosody", "completeness", "grammar")
    ),
    "rubric": None,
    "passed": None,
    "words": [],
    "sounds": [],
}


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid("1", url, request)

    def half(op) -> None:
        op.create_table("half", sa.Column("x", sa.Integer))
        op.execute("SELECT * FROM nowhere")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS[:1], half))
    monkeypatch.setattr(migrations, "NEWEST", 2)
    with open_history(url) as history:
        assert history.problem is not None
    monkeypatch.undo()
    engine = sa.create_engine(location.database_url(url))
    with engine.connect() as connection:
        assert migrations.version(connection) == 1
        assert not sa.inspect(connection).has_table("half")
    engine.dispose()


def test_a_newer_version_is_not_touched_and_what_is_read_waits(url: str) -> None:
    with open_history(url) as history:
        history.add_agent("Maya")
    engine = database.opened(location.database_url(url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE enunciate_schema SET version = 99"))
    with open_history(url) as history:
        with pytest.raises(HistoryError, match=r"made by a newer enunciate .* bring enunciate up to date"):
            history.agents()
        history.record(READING, agent="Maya", kind="read")
        assert history.waiting == 1
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE enunciate_schema SET version = {migrations.NEWEST}"))
    engine.dispose()
    with open_history(url) as history:
        assert len(history.readings("Maya")) == 1
