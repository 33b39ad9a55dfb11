"""The door to the history: everything that is asked of the database or written to it passes here."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from enunciate.assessment_dict import SCORES
from enunciate.errors import HistoryError, UnknownAgentError
from enunciate.history import (
    KINDS,
    Agent,
    Attempt,
    Card,
    Definition,
    Kind,
    Reading,
    Review,
    Session,
    Sound,
    database,
    location,
    refusals,
    tables,
)
from enunciate.history.deeds import DEEDS, insert_into
from enunciate.history.instants import aware, instant, now, utc, written
from enunciate.history.naming import clean, key, shown_name, wave_name
from enunciate.history.spool import Spool

_AT_A_TIME = 500
"""Readings whose sounds are asked for in one query."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted of an agent. Counts."""

    readings: int = 0
    reviews: int = 0
    sessions: int = 0
    attempts: int = 0
    recordings: int = 0
    """Files."""
    unsent: int = 0
    """What had not reached the database yet."""
    elsewhere: tuple[str, ...] = ()
    """Recordings that were kept on other computers, as "path on computer": they have to be deleted there."""
    notices: tuple[str, ...] = ()


class History:
    """An open history: see `open_history`. Use it as a context manager, from one thread at a time.

    Methods that ask raise HistoryError where the database cannot be used; so do those that only make sense
    with an answer: `add_agent`, `put_definition` and `forget`. What else is written then waits in a file, in
    its order, for a later `open_history` to write it: `problem` says why, and `notices` that it waits.

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with History(f"{folder.name}/history.sqlite3") as history:
    ...     maya = history.add_agent("Maya", wave="7")
    ...     id = history.save_session(agent="Maya", plan=["th", "v"], position=1)
    ...     history.open_session("Maya").position
    1
    >>> folder.cleanup()
    """

    def __init__(self, url: str | None = None) -> None:
        """Open it; raises HistoryError only for a URL that makes no sense."""
        self.url = location.database_url(url)
        self.problem: HistoryError | None = None
        """Why the database cannot be used; None while it can."""
        self.notices: list[str] = []
        """Sentences for the user about what waits, and about what had waited and was written now."""
        self._spool = Spool(location.unsent(self.url))
        self._engine: sa.Engine | None = None
        try:
            self._engine = database.opened(self.url)
            self._replay(self._engine)
        except (DBAPIError, OSError) as error:
            self.problem = refusals.explained(error, self.url)
        except ModuleNotFoundError as error:
            if error.name != "pg8000":
                raise
            self.problem = refusals.explained(error, self.url)
        except HistoryError as error:
            self.problem = error

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def __enter__(self) -> History:
        """The history, closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    # --- agents ---------------------------------------------------------------------------------------

    def agents(self, wave: str | None = None) -> tuple[Agent, ...]:
        """The agents, or those of a wave, by name."""
        query = sa.select(tables.agents).order_by(tables.agents.c.key)
        if wave is not None:
            query = query.where(tables.agents.c.wave == wave_name(wave))
        return tuple(_agent(row) for row in self._ask(query))

    def agent(self, name: str) -> Agent:
        """The agent of that name, whatever its case. Raises UnknownAgentError with names that are near."""
        found = self._ask(sa.select(tables.agents).where(tables.agents.c.key == key(name)))
        if not found:
            raise self._unknown(name)
        return _agent(found[0])

    def add_agent(self, name: str, wave: str | None = None, first_language: str | None = None) -> Agent:
        """Add an agent; for one who is known, change what is given. Raises HistoryError for no name."""
        values = {"wave": wave_name(wave), "first_language": clean(first_language)}
        given = {column: value for column, value in values.items() if value is not None}
        with self._usable(write=True) as connection:
            insert = insert_into(connection, tables.agents).values(
                key=key(name), name=shown_name(name), added=utc(now()), **given
            )
            if given:
                insert = insert.on_conflict_do_update(index_elements=["key"], set_=given)
            else:
                insert = insert.on_conflict_do_nothing()
            connection.execute(insert)
        return self.agent(name)

    def waves(self) -> tuple[str, ...]:
        """The waves that agents belong to, by name."""
        column = tables.agents.c.wave
        query = sa.select(column).where(column.is_not(None)).distinct().order_by(column)
        return tuple(row.wave for row in self._ask(query))

    def forget(self, agent: str) -> Forgotten:
        """Delete all that is kept of an agent: rows, recordings on this computer and what waits.

        Raises UnknownAgentError where there is nothing of the agent, here or in the database. Where the
        database cannot be used, what lies on this computer is deleted all the same before it raises.
        """
        wanted = key(agent)
        try:
            unsent = self._spool.remove(lambda about: key(str(about.get("agent"))) == wanted)
            kept = recordings_of(agent)
            recordings = sum(path.is_file() for path in kept.rglob("*")) if kept.exists() else 0
            if kept.exists():
                shutil.rmtree(kept)
        except OSError as error:
            raise HistoryError(
                f"Not everything of {agent} could be deleted ({error.filename}: {error.strerror}): "
                "see to that file, then run the same command again."
            ) from error
        if self.problem is not None:
            raise HistoryError(
                f"{self.problem} What lay on this computer is deleted; run the same command again for the "
                "rest, once the history can be used."
            )
        counts: Counter[str] = Counter()
        elsewhere = []
        with self._usable(write=True) as connection:
            known = connection.execute(sa.select(tables.agents.c.key).where(tables.agents.c.key == wanted))
            if known.first() is None and not unsent and not recordings:
                raise self._unknown(agent)
            of_agent = sa.select(tables.readings.c.recording, tables.readings.c.details).where(
                tables.readings.c.agent == wanted, tables.readings.c.recording.is_not(None)
            )
            for row in connection.execute(of_agent):
                path, where = Path(row.recording), row.details.get("computer")
                if where not in (None, computer()):
                    elsewhere.append(f"{path} on {where}")
                elif path.is_file():
                    path.unlink()
                    recordings += 1
            own = sa.select(tables.readings.c.id).where(tables.readings.c.agent == wanted)
            connection.execute(sa.delete(tables.sounds).where(tables.sounds.c.reading.in_(own)))
            for table in (tables.readings, tables.reviews, tables.sessions, tables.attempts, tables.cards):
                counts[table.name] = connection.execute(
                    sa.delete(table).where(table.c.agent == wanted)
                ).rowcount
            connection.execute(sa.delete(tables.agents).where(tables.agents.c.key == wanted))
        return Forgotten(
            counts["readings"],
            counts["reviews"],
            counts["sessions"],
            counts["attempts"],
            recordings,
            unsent,
            tuple(elsewhere),
            database.overwrite(self.url),
        )

    # --- readings -------------------------------------------------------------------------------------

    def record(
        self,
        assessment: Mapping[str, Any],
        *,
        agent: str,
        kind: Kind,
        script: str | None = None,
        module: str | None = None,
        at: datetime | None = None,
        recording: str | os.PathLike[str] | None = None,
        details: Mapping[str, Any] | None = None,
        id: str | None = None,
        add: bool = False,
        wave: str | None = None,
        replace: bool = False,
    ) -> str:
        """Keep a reading, given its assessment as `Assessment.as_dict` makes it; returns the reading's id.

        `script` is the id of the assessment's script where it is not given; `module` is that of the script.
        `at` is now where it is not given, and `recording` the path of a recording that is kept. An unknown
        agent is an UnknownAgentError, unless the agent is to be added (to `wave`). With an `id` of one's own,
        recording the same reading again does nothing, or with `replace` puts the new assessment in its place.
        """
        if kind not in KINDS:
            raise ValueError(kind)
        extra = dict(details or {})
        if recording is not None:
            extra["computer"] = computer()
        id = id or str(uuid.uuid4())
        self._write(
            "record",
            {
                "id": id,
                "agent": agent,
                "add": add,
                "wave": wave_name(wave),
                "at": written(at),
                "kind": kind,
                "script": script if script is not None else assessment["script"]["id"],
                "module": module,
                "assessment": dict(assessment),
                "recording": None if recording is None else str(Path(recording).resolve()),
                "details": extra,
                "replace": replace,
            },
        )
        return id

    def readings(
        self,
        agent: str | None = None,
        wave: str | None = None,
        since: datetime | date | None = None,
        kind: Kind | None = None,
        limit: int | None = None,
    ) -> tuple[Reading, ...]:
        """The readings, or those that are asked for, as they were recorded; of `limit`, the last.

        An agent who is unknown has an UnknownAgentError.
        """
        table, chosen = tables.readings, _readings()
        if agent is not None:
            chosen = chosen.where(table.c.agent == key(self.agent(agent).name))
        if wave is not None:
            chosen = chosen.where(tables.agents.c.wave == wave_name(wave))
        if since is not None:
            chosen = chosen.where(table.c.at >= utc(instant(since)))
        if kind is not None:
            chosen = chosen.where(table.c.kind == kind)
        chosen = chosen.order_by(table.c.sequence.desc())
        return self._described(self._ask(chosen if limit is None else chosen.limit(limit)))[::-1]

    def counts(self) -> dict[str, tuple[int, datetime]]:
        """How many readings are kept of each agent, and when the last one was; agents without are absent."""
        table = tables.readings
        query = (
            sa.select(tables.agents.c.name, sa.func.count().label("readings"), sa.func.max(table.c.at))
            .join(tables.agents)
            .group_by(tables.agents.c.name)
        )
        return {row[0]: (row[1], aware(row[2]).astimezone()) for row in self._ask(query)}

    def reading(self, id: str) -> Reading:
        """The reading whose id begins so. Raises HistoryError where there is none, or more than one."""
        begins = tables.readings.c.id.startswith(id.lower(), autoescape=True)
        found = self._ask(_readings().where(begins).limit(2))
        if len(found) != 1:
            raise HistoryError(
                f"There {'is more than one' if found else 'is no'} reading {id}: `enunciate history list` "
                "shows those that are."
            )
        return self._described(found)[0]

    def assessment(self, id: str) -> dict[str, Any]:
        """The whole assessment of a reading, as it was recorded. Raises HistoryError where there is none."""
        found = self._ask(sa.select(tables.readings.c.assessment).where(tables.readings.c.id == id))
        if not found:
            raise HistoryError(f"There is no reading {id}: `enunciate history list` shows those that are.")
        assessment: dict[str, Any] = found[0].assessment
        return assessment

    def latest_time(self, agent: str) -> datetime | None:
        """The latest instant that anything was recorded of an agent; None where nothing was.

        A clock that shows an earlier one now has been set back. The dates of batches were given, not taken
        from a clock.
        """
        wanted = key(agent)
        latest = []
        for table in (tables.readings, tables.reviews, tables.sessions, tables.attempts):
            query = sa.select(sa.func.max(table.c.at if "at" in table.c else table.c.started))
            query = query.where(table.c.agent == wanted)
            if table is tables.readings:
                query = query.where(table.c.kind != "batch")
            latest += [row[0] for row in self._ask(query)]
        return max((aware(found) for found in latest if found is not None), default=None)

    # --- drills ---------------------------------------------------------------------------------------

    def cards(self, agent: str) -> tuple[Card, ...]:
        """The cards of an agent, by when they are due."""
        table = tables.cards
        query = sa.select(table).where(table.c.agent == key(agent)).order_by(table.c.due, table.c.item)
        return tuple(Card(agent, row.item, row.state, aware(row.due)) for row in self._ask(query))

    def put_card(self, agent: str, item: str, state: Mapping[str, Any], due: datetime) -> None:
        """Keep the state of an item in the place of the one before."""
        about = {"agent": agent, "item": item, "state": dict(state), "due": written(due)}
        self._write("put_card", about | {"at": written(None)})

    def add_review(
        self,
        agent: str,
        item: str,
        rating: int,
        *,
        at: datetime | None = None,
        reading: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> str:
        """Keep that an item was attempted; returns the review's id."""
        id = str(uuid.uuid4())
        self._write(
            "add_review",
            {
                "id": id,
                "agent": agent,
                "item": item,
                "rating": rating,
                "at": written(at),
                "reading": reading,
                "details": dict(details or {}),
            },
        )
        return id

    def reviews(
        self, agent: str, since: datetime | date | None = None, item: str | None = None
    ) -> tuple[Review, ...]:
        """The reviews of an agent, as they were recorded."""
        table = tables.reviews
        query = sa.select(table).where(table.c.agent == key(agent)).order_by(table.c.sequence)
        if since is not None:
            query = query.where(table.c.at >= utc(instant(since)))
        if item is not None:
            query = query.where(table.c.item == item)
        return tuple(
            Review(
                row.id,
                agent,
                row.item,
                aware(row.at, row.utc_offset),
                row.rating,
                row.reading,
                row.details,
            )
            for row in self._ask(query)
        )

    def save_session(
        self,
        *,
        agent: str,
        plan: Any,
        position: Any,
        id: str | None = None,
        started: datetime | None = None,
        finished: datetime | None = None,
    ) -> str:
        """Keep a session of drills, or with its `id` how far it has come by now; returns the id.

        One that is finished is not changed any more.
        """
        id = id or str(uuid.uuid4())
        self._write(
            "save_session",
            {
                "id": id,
                "agent": agent,
                "plan": plan,
                "position": position,
                "started": written(started),
                "finished": None if finished is None else written(finished),
            },
        )
        return id

    def sessions(self, agent: str) -> tuple[Session, ...]:
        """The sessions of an agent, in the order in which they were begun."""
        table = tables.sessions
        query = sa.select(table).where(table.c.agent == key(agent)).order_by(table.c.sequence)
        return tuple(
            Session(
                row.id,
                agent,
                aware(row.started, row.utc_offset),
                aware(row.finished, row.utc_offset) if row.finished else None,
                row.plan,
                row.position,
            )
            for row in self._ask(query)
        )

    def open_session(self, agent: str) -> Session | None:
        """The last session of an agent if it is not finished, else None."""
        last = self.sessions(agent)[-1:]
        return last[0] if last and last[0].finished is None else None

    # --- exams ----------------------------------------------------------------------------------------

    def put_definition(self, name: str, text: str) -> Definition:
        """Keep the definition of an exam: a new version, unless the last one is the very same text."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        table = tables.definitions
        with self._usable(write=True) as connection:
            database.alone(connection)
            query = sa.select(table).where(table.c.name == name).order_by(table.c.version.desc()).limit(1)
            last = connection.execute(query).first()
            if last is None or last.digest != digest:
                version = 1 if last is None else last.version + 1
                values = {"text": text, "digest": digest, "created": utc(now())}
                connection.execute(sa.insert(table).values(name=name, version=version, **values))
        found = self.definition(name)
        assert found is not None
        return found

    def definition(self, name: str, version: int | None = None) -> Definition | None:
        """A version of the exam of that name, or the newest; None where there is none."""
        table = tables.definitions
        query = sa.select(table).where(table.c.name == name).order_by(table.c.version.desc()).limit(1)
        if version is not None:
            query = query.where(table.c.version == version)
        found = self._ask(query)
        return _definition(found[0]) if found else None

    def definitions(self) -> tuple[Definition, ...]:
        """All versions of all exams, by name and version."""
        table = tables.definitions
        return tuple(
            _definition(row) for row in self._ask(sa.select(table).order_by(table.c.name, table.c.version))
        )

    def save_attempt(
        self,
        *,
        definition: str,
        version: int,
        agent: str,
        result: Any,
        id: str | None = None,
        started: datetime | None = None,
        finished: datetime | None = None,
        passed: bool | None = None,
    ) -> str:
        """Keep an attempt at an exam, or with its `id` how far it has come by now; returns the id.

        One that is finished is not changed any more.
        """
        id = id or str(uuid.uuid4())
        self._write(
            "save_attempt",
            {
                "id": id,
                "definition": definition,
                "version": version,
                "agent": agent,
                "result": result,
                "started": written(started),
                "finished": None if finished is None else written(finished),
                "passed": passed,
            },
        )
        return id

    def attempts(
        self, name: str | None = None, agent: str | None = None, wave: str | None = None
    ) -> tuple[Attempt, ...]:
        """Attempts, finished or not, in the order in which they were begun."""
        table = tables.attempts
        query = sa.select(table, tables.agents.c.name, tables.agents.c.wave).join(tables.agents)
        if name is not None:
            query = query.where(table.c.definition == name)
        if agent is not None:
            query = query.where(table.c.agent == key(agent))
        if wave is not None:
            query = query.where(tables.agents.c.wave == wave_name(wave))
        return tuple(
            Attempt(
                row.id,
                row.definition,
                row.version,
                row.name,
                row.wave,
                aware(row.started, row.utc_offset),
                aware(row.finished, row.utc_offset) if row.finished else None,
                row.result,
                row.passed,
            )
            for row in self._ask(query.order_by(table.c.sequence))
        )

    # --- what waits -----------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many things wait to be written."""
        try:
            return len(self._spool)
        except OSError:
            return 0

    def _write(self, deed: str, about: dict[str, Any]) -> None:
        """Do a deed, or have it wait. Raises HistoryError where even that cannot be."""
        if self.problem is None:
            try:
                with self._usable(write=True) as connection:
                    DEEDS[deed](connection, about, False)
                return
            except UnknownAgentError as error:
                raise self._unknown(str(about["agent"])) from error
            except HistoryError as error:
                # From now on everything waits, so that it is written in its order.
                self.problem = error
        try:
            self._spool.append(deed, about)
        except OSError as error:
            raise HistoryError(
                f"{self.problem} It could not be put by in {self._spool.path} either ({error.strerror}): "
                "this is not kept."
            ) from error
        notice = (
            f"{self.problem} Nothing is lost: it waits in {self._spool.path}, and the next command that "
            "can use the history writes it there."
        )
        if notice not in self.notices:
            self.notices.append(notice)

    def _replay(self, engine: sa.Engine) -> None:
        def do(deeds: list[tuple[str, dict[str, Any]]]) -> Mapping[int, str]:
            never = {}
            with database.transaction(engine, write=True) as connection:
                for number, (deed, about) in enumerate(deeds):
                    try:
                        with connection.begin_nested():
                            DEEDS[deed](connection, about, True)
                    except (sa.exc.OperationalError, sa.exc.InterfaceError):
                        raise
                    except (SQLAlchemyError, KeyError, TypeError, ValueError, HistoryError) as error:
                        never[number] = f"{type(error).__name__}: {error}"
            return never

        try:
            done, rejected = self._spool.replay(do)
        except OSError as error:
            self.notices.append(
                f"What waits in {self._spool.path} cannot be read ({error.strerror}): see to that file."
            )
            return
        if done:
            self.notices.append(f"{done} record{'s' * (done != 1)} that had waited for the history: written.")
        if rejected:
            self.notices.append(
                f"{rejected} record{'s' * (rejected != 1)} that had waited for the history cannot be used: "
                f"see {self._spool.rejected}."
            )

    # --- the database ---------------------------------------------------------------------------------

    @contextmanager
    def _usable(self, *, write: bool) -> Iterator[sa.Connection]:
        if self.problem is not None:
            raise self.problem
        if self._engine is None:
            raise HistoryError("The history is closed already.")
        try:
            with database.transaction(self._engine, write=write) as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise refusals.explained(error, self.url) from error

    def _ask(self, query: sa.Select[Any]) -> list[Any]:
        with self._usable(write=False) as connection:
            return list(connection.execute(query).all())

    def _described(self, rows: list[Any]) -> tuple[Reading, ...]:
        """Rows of readings with what each phone came to in them."""
        found: dict[str, dict[str, Sound]] = {row.id: {} for row in rows}
        ids = list(found)
        for start in range(0, len(ids), _AT_A_TIME):
            query = sa.select(tables.sounds).where(
                tables.sounds.c.reading.in_(ids[start : start + _AT_A_TIME])
            )
            for row in self._ask(query.order_by(tables.sounds.c.phone)):
                found[row.reading][row.phone] = Sound(row._mapping["count"], row.mean, row.called_out)
        return tuple(_reading(row, found[row.id]) for row in rows)

    def _unknown(self, name: str) -> UnknownAgentError:
        known = [agent.name for agent in self.agents()]
        near = get_close_matches(key(name), [key(agent) for agent in known], n=3, cutoff=0.7)
        names = [agent for agent in known if key(agent) in near]
        advice = f"Did you mean {' or '.join(names)}? Otherwise add" if names else "Add"
        return UnknownAgentError(
            f"There is no agent called {name}. {advice} the agent with `enunciate agents add`."
        )


def computer() -> str:
    """This computer's name, beside paths that are of use on it alone."""
    return socket.gethostname()


def recordings_of(agent: str) -> Path:
    """The folder of the recordings that are kept of an agent on this computer. It need not exist."""
    return location.folder() / "recordings" / hashlib.sha256(key(agent).encode("utf-8")).hexdigest()[:16]


def _readings() -> sa.Select[Any]:
    """Readings with who read, without the assessments, which are long."""
    columns = [column for column in tables.readings.c if column.name != "assessment"]
    return sa.select(*columns, tables.agents.c.name, tables.agents.c.wave).join(tables.agents)


def _agent(row: Any) -> Agent:
    return Agent(row.name, row.wave, row.first_language, aware(row.added))


def _reading(row: Any, sounds: Mapping[str, Sound]) -> Reading:
    return Reading(
        row.id,
        row.name,
        row.wave,
        aware(row.at, row.utc_offset),
        row.kind,
        row.script,
        row.title,
        row.module,
        {name: getattr(row, name) for name in SCORES},
        row.passed,
        row.rubric,
        row.seconds,
        sounds,
        None if row.recording is None else Path(row.recording),
        row.details,
    )


def _definition(row: Any) -> Definition:
    return Definition(row.name, row.version, row.text, row.digest, aware(row.created))
