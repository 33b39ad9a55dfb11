"""The steps that made the tables what they are, each from one version to the next.

A step is never changed once it has been released: it says how the tables were then. The next one is added at
the end of `STEPS`, and `tables` changes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations


def _agents_and_readings(op: Operations) -> None:
    op.create_table(
        "agents",
        sa.Column("key", sa.Text, primary_key=True, comment="The name without case and spare blanks."),
        sa.Column("name", sa.Text, nullable=False, comment="As it is shown."),
        sa.Column("wave", sa.Text, comment="The class that the agent belongs to now."),
        sa.Column("first_language", sa.Text),
        sa.Column("added", sa.DateTime, nullable=False, comment="UTC."),
        comment="The people who read.",
    )
    op.create_index("ix_agents_wave", "agents", ["wave"])
    op.create_table(
        "readings",
        _sequence("The order in which they were recorded."),
        *_identity(),
        sa.Column("at", sa.DateTime, nullable=False, comment="UTC."),
        _utc_offset(),
        sa.Column("kind", sa.Text, nullable=False, comment="score, read, batch, drill or exam."),
        sa.Column("script", sa.Text, nullable=False, comment="Its id."),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("module", sa.Text, comment="Of the script."),
        sa.Column(
            "overall", sa.Float, comment="0-100, like all scores; null where it could not be measured."
        ),
        *(
            sa.Column(name, sa.Float)
            for name in ("pronunciation", "accuracy", "fluency", "prosody", "completeness", "grammar")
        ),
        sa.Column("passed", sa.Boolean),
        sa.Column("rubric", sa.Text, comment="Its version; scores of different versions are not compared."),
        sa.Column("seconds", sa.Float, nullable=False, comment="Length of the recording."),
        sa.Column(
            "assessment", sa.JSON, nullable=False, comment="The object that `enunciate schema` describes."
        ),
        sa.Column("recording", sa.Text, comment="Path of the recording, where it was kept."),
        sa.Column("details", sa.JSON, nullable=False, comment="Whatever the recorder added."),
        comment="One reading of a script, assessed.",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_readings_agent", "readings", ["agent"])
    op.create_table(
        "sounds",
        sa.Column(
            "reading",
            sa.Text,
            sa.ForeignKey("readings.id", ondelete="CASCADE"),
            nullable=False,
            comment="readings.id.",
        ),
        sa.Column("phone", sa.Text, nullable=False, comment="ARPAbet."),
        sa.Column("count", sa.Integer, nullable=False, comment="Times that it was judged in this reading."),
        sa.Column("mean", sa.Float, nullable=False, comment="Of its scores, 0-100."),
        sa.Column("called_out", sa.Integer, nullable=False, comment="Times that the reader was told of it."),
        sa.PrimaryKeyConstraint("reading", "phone"),
        comment="How each phone came out over a reading.",
    )


def _drills(op: Operations) -> None:
    op.create_table(
        "cards",
        _agent(),
        sa.Column("item", sa.Text, nullable=False, comment="What is drilled."),
        sa.Column("state", sa.JSON, nullable=False, comment="The scheduler's own."),
        sa.Column("due", sa.DateTime, nullable=False, comment="UTC."),
        sa.Column("updated", sa.DateTime, nullable=False, comment="UTC."),
        sa.PrimaryKeyConstraint("agent", "item"),
        comment="When the items of the drills come back.",
    )
    op.create_table(
        "reviews",
        _sequence("The order in which they were recorded."),
        *_identity(),
        sa.Column("item", sa.Text, nullable=False, comment="cards.item."),
        sa.Column("at", sa.DateTime, nullable=False, comment="UTC."),
        _utc_offset(),
        sa.Column("rating", sa.Integer, nullable=False, comment="The scheduler's: 1 again to 4 easy."),
        sa.Column("reading", sa.Text, comment="readings.id, where the reading was kept."),
        sa.Column("details", sa.JSON, nullable=False),
        comment="Each attempt at an item of a drill; rows are only added.",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reviews_agent", "reviews", ["agent"])
    op.create_table(
        "sessions",
        _sequence("The order in which they were begun."),
        *_identity(),
        sa.Column("started", sa.DateTime, nullable=False, comment="UTC."),
        _utc_offset(),
        sa.Column("finished", sa.DateTime, comment="UTC; null while it can be gone on with."),
        sa.Column("plan", sa.JSON, nullable=False, comment="What was to be drilled."),
        sa.Column("position", sa.JSON, nullable=False, comment="How far it has come."),
        comment="Sessions of drills.",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_agent", "sessions", ["agent"])


def _exams(op: Operations) -> None:
    op.create_table(
        "definitions",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="From 1."),
        sa.Column("text", sa.Text, nullable=False, comment="As its author wrote it."),
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the text, in hex."),
        sa.Column("created", sa.DateTime, nullable=False, comment="UTC."),
        sa.PrimaryKeyConstraint("name", "version"),
        comment="The exams, in all versions that there ever were.",
    )
    op.create_table(
        "attempts",
        _sequence("The order in which they were begun."),
        sa.Column("id", sa.Text, nullable=False, unique=True, comment="UUID."),
        sa.Column("definition", sa.Text, nullable=False, comment="definitions.name."),
        sa.Column("version", sa.Integer, nullable=False, comment="definitions.version."),
        _agent(),
        sa.Column("started", sa.DateTime, nullable=False, comment="UTC."),
        _utc_offset(),
        sa.Column("finished", sa.DateTime, comment="UTC; null while it can be gone on with."),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("passed", sa.Boolean, comment="Null where it is not finished or could not be judged."),
        comment="Attempts at exams.",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_definition", "attempts", ["definition"])
    op.create_index("ix_attempts_agent", "attempts", ["agent"])


def _sequence(comment: str) -> sa.Column[int]:
    return sa.Column("sequence", sa.Integer, primary_key=True, comment=comment)


def _identity() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("id", sa.Text, nullable=False, unique=True, comment="UUID."), _agent()


def _agent() -> sa.Column[str]:
    return sa.Column(
        "agent",
        sa.Text,
        sa.ForeignKey("agents.key", ondelete="CASCADE"),
        nullable=False,
        comment="Whose it is: agents.key.",
    )


def _utc_offset() -> sa.Column[int]:
    return sa.Column("utc_offset", sa.Integer, nullable=False, comment="Minutes, of the clock on the wall.")


STEPS: tuple[Callable[[Operations], None], ...] = (_agents_and_readings, _drills, _exams)
"""Step n leads from version n to version n + 1; an empty database has version 0."""

NEWEST = len(STEPS)


def version(connection: sa.Connection) -> int:
    """The version of the tables in a database; 0 where there are none."""
    if not sa.inspect(connection).has_table("enunciate_schema"):
        return 0
    found: int | None = connection.execute(sa.text("SELECT version FROM enunciate_schema")).scalar()
    return found or 0


def upgrade(connection: sa.Connection, target: int = NEWEST) -> None:
    """Take the steps that are missing up to `target`, within the transaction that `connection` is in."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    op = Operations(MigrationContext.configure(connection))
    now = version(connection)
    if not sa.inspect(connection).has_table("enunciate_schema"):
        op.create_table(
            "enunciate_schema",
            sa.Column("version", sa.Integer, nullable=False, comment="The last migration that was run."),
            comment="One row: which version of enunciate's tables these are.",
        )
        connection.execute(sa.text("INSERT INTO enunciate_schema (version) VALUES (0)"))
    for step in STEPS[now:target]:
        step(op)
    connection.execute(sa.text("UPDATE enunciate_schema SET version = :new"), {"new": max(now, target)})
