"""The tables as they are now. `migrations` made them so; a test holds the two to each other.

Whoever reads the database with another program finds the comments there, where it keeps comments. Instants
are UTC in columns without a zone; the offset beside them is what the clock on the wall showed, in minutes
east of UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()


def _agent(index: bool = False) -> Column[str]:
    return Column(
        "agent",
        Text,
        ForeignKey("agents.key", ondelete="CASCADE"),
        nullable=False,
        index=index,
        comment="Whose it is: agents.key.",
    )


schema = Table(
    "enunciate_schema",
    metadata,
    Column("version", Integer, nullable=False, comment="The last migration that was run."),
    comment="One row: which version of enunciate's tables these are.",
)

agents = Table(
    "agents",
    metadata,
    Column("key", Text, primary_key=True, comment="The name without case and spare blanks."),
    Column("name", Text, nullable=False, comment="As it is shown."),
    Column("wave", Text, index=True, comment="The class that the agent belongs to now."),
    Column("first_language", Text),
    Column("added", DateTime, nullable=False, comment="UTC."),
    comment="The people who read.",
)

readings = Table(
    "readings",
    metadata,
    Column("sequence", Integer, primary_key=True, comment="The order in which they were recorded."),
    Column("id", Text, nullable=False, unique=True, comment="UUID."),
    _agent(index=True),
    Column("at", DateTime, nullable=False, comment="UTC."),
    Column("utc_offset", Integer, nullable=False, comment="Minutes, of the clock on the wall."),
    Column("kind", Text, nullable=False, comment="score, read, batch, drill or exam."),
    Column("script", Text, nullable=False, comment="Its id."),
    Column("title", Text, nullable=False),
    Column("module", Text, comment="Of the script."),
    Column("overall", Float, comment="0-100, like all scores; null where it could not be measured."),
    Column("pronunciation", Float),
    Column("accuracy", Float),
    Column("fluency", Float),
    Column("prosody", Float),
    Column("completeness", Float),
    Column("grammar", Float),
    Column("passed", Boolean),
    Column("rubric", Text, comment="Its version; scores of different versions are not compared."),
    Column("seconds", Float, nullable=False, comment="Length of the recording."),
    Column("assessment", JSON, nullable=False, comment="The object that `enunciate schema` describes."),
    Column("recording", Text, comment="Path of the recording, where it was kept."),
    Column("details", JSON, nullable=False, comment="Whatever the recorder added."),
    comment="One reading of a script, assessed.",
    sqlite_autoincrement=True,
)

sounds = Table(
    "sounds",
    metadata,
    Column(
        "reading",
        Text,
        ForeignKey("readings.id", ondelete="CASCADE"),
        nullable=False,
        comment="readings.id.",
    ),
    Column("phone", Text, nullable=False, comment="ARPAbet."),
    Column("count", Integer, nullable=False, comment="Times that it was judged in this reading."),
    Column("mean", Float, nullable=False, comment="Of its scores, 0-100."),
    Column("called_out", Integer, nullable=False, comment="Times that the reader was told of it."),
    PrimaryKeyConstraint("reading", "phone"),
    comment="How each phone came out over a reading.",
)

cards = Table(
    "cards",
    metadata,
    _agent(),
    Column("item", Text, nullable=False, comment="What is drilled."),
    Column("state", JSON, nullable=False, comment="The scheduler's own."),
    Column("due", DateTime, nullable=False, comment="UTC."),
    Column("updated", DateTime, nullable=False, comment="UTC."),
    PrimaryKeyConstraint("agent", "item"),
    comment="When the items of the drills come back.",
)

reviews = Table(
    "reviews",
    metadata,
    Column("sequence", Integer, primary_key=True, comment="The order in which they were recorded."),
    Column("id", Text, nullable=False, unique=True, comment="UUID."),
    _agent(index=True),
    Column("item", Text, nullable=False, comment="cards.item."),
    Column("at", DateTime, nullable=False, comment="UTC."),
    Column("utc_offset", Integer, nullable=False, comment="Minutes, of the clock on the wall."),
    Column("rating", Integer, nullable=False, comment="The scheduler's: 1 again to 4 easy."),
    Column("reading", Text, comment="readings.id, where the reading was kept."),
    Column("details", JSON, nullable=False),
    comment="Each attempt at an item of a drill; rows are only added.",
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("sequence", Integer, primary_key=True, comment="The order in which they were begun."),
    Column("id", Text, nullable=False, unique=True, comment="UUID."),
    _agent(index=True),
    Column("started", DateTime, nullable=False, comment="UTC."),
    Column("utc_offset", Integer, nullable=False, comment="Minutes, of the clock on the wall."),
    Column("finished", DateTime, comment="UTC; null while it can be gone on with."),
    Column("plan", JSON, nullable=False, comment="What was to be drilled."),
    Column("position", JSON, nullable=False, comment="How far it has come."),
    comment="Sessions of drills.",
    sqlite_autoincrement=True,
)

definitions = Table(
    "definitions",
    metadata,
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="From 1."),
    Column("text", Text, nullable=False, comment="As its author wrote it."),
    Column("digest", Text, nullable=False, comment="SHA-256 of the text, in hex."),
    Column("created", DateTime, nullable=False, comment="UTC."),
    PrimaryKeyConstraint("name", "version"),
    comment="The exams, in all versions that there ever were.",
)

attempts = Table(
    "attempts",
    metadata,
    Column("sequence", Integer, primary_key=True, comment="The order in which they were begun."),
    Column("id", Text, nullable=False, unique=True, comment="UUID."),
    Column("definition", Text, nullable=False, index=True, comment="definitions.name."),
    Column("version", Integer, nullable=False, comment="definitions.version."),
    _agent(index=True),
    Column("started", DateTime, nullable=False, comment="UTC."),
    Column("utc_offset", Integer, nullable=False, comment="Minutes, of the clock on the wall."),
    Column("finished", DateTime, comment="UTC; null while it can be gone on with."),
    Column("result", JSON, nullable=False),
    Column("passed", Boolean, comment="Null where it is not finished or could not be judged."),
    comment="Attempts at exams.",
    sqlite_autoincrement=True,
)
