"""What is written to the history while somebody works with it.

Each deed takes a connection, what it is about, and whether it had to wait. What it is about is plain JSON, so
that it can wait in a file; to do a deed twice is to do it once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from enunciate.assessment_dict import SCORES
from enunciate.errors import UnknownAgentError
from enunciate.history import Sound, tables
from enunciate.history.instants import now, split, utc
from enunciate.history.naming import clean, key, shown_name


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that knows what to do about a conflict."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _agent_key(connection: sa.Connection, about: Mapping[str, Any], add: bool) -> str:
    """The key of the agent that something is about, who is there when this returns."""
    name, found = str(about["agent"]), key(str(about["agent"]))
    known = connection.execute(sa.select(tables.agents.c.key).where(tables.agents.c.key == found)).first()
    if known is None:
        if not add:
            raise UnknownAgentError(name)
        values = {"key": found, "name": shown_name(name), "wave": about.get("wave"), "added": utc(now())}
        connection.execute(insert_into(connection, tables.agents).values(values).on_conflict_do_nothing())
    return found


def _do_record(connection: sa.Connection, about: Mapping[str, Any], waited: bool) -> None:
    agent = _agent_key(connection, about, waited or about["add"])
    at, offset = split(about["at"])
    assessment = about["assessment"]
    table = tables.readings
    judged = {
        **{name: assessment["scores"][name] for name in SCORES},
        "passed": assessment["passed"],
        "rubric": (assessment["rubric"] or {}).get("version"),
        "assessment": assessment,
        "details": about["details"],
    }
    insert = insert_into(connection, table).values(
        id=about["id"],
        agent=agent,
        at=at,
        utc_offset=offset,
        kind=about["kind"],
        script=clean(about["script"]),
        title=clean(assessment["script"]["title"]),
        module=clean(about["module"]),
        seconds=assessment["recording"]["seconds"],
        recording=clean(about["recording"]),
        **judged,
    )
    if about["replace"]:
        insert = insert.on_conflict_do_update(
            index_elements=["id"], set_=judged, where=table.c.agent == agent
        )
    else:
        insert = insert.on_conflict_do_nothing()
    if connection.execute(insert).rowcount != 1:
        return
    connection.execute(sa.delete(tables.sounds).where(tables.sounds.c.reading == about["id"]))
    summary = [
        {"reading": about["id"], "phone": phone, "count": sound.count, "mean": sound.mean,
         "called_out": sound.called_out}
        for phone, sound in sounds_of(assessment).items()
    ]  # fmt: skip
    if summary:
        connection.execute(sa.insert(tables.sounds), summary)


def sounds_of(assessment: Mapping[str, Any]) -> dict[str, Sound]:
    """How each phone came out over a reading; phones that were never judged are absent.

    >>> phones = [("TH", 40.0), ("TH", 60.0), ("S", None)]
    >>> words = [{"phones": [{"phone": phone, "score": score}]} for phone, score in phones]
    >>> sounds_of({"words": words, "sounds": [{"phone": "TH", "times": 1}]})
    {'TH': Sound(count=2, mean=50.0, called_out=1)}
    """
    scores: dict[str, list[float]] = {}
    for word in assessment["words"]:
        for phone in word["phones"]:
            if phone["score"] is not None:
                scores.setdefault(phone["phone"], []).append(phone["score"])
    called: Counter[str] = Counter()
    for sound in assessment["sounds"]:
        called[sound["phone"]] += sound["times"]
    return {
        phone: Sound(len(found), round(sum(found) / len(found), 2), called[phone])
        for phone, found in scores.items()
    }


def _do_put_card(connection: sa.Connection, about: Mapping[str, Any], waited: bool) -> None:
    agent = _agent_key(connection, about, waited)
    updated = split(about["at"])[0]
    values = {"state": about["state"], "due": split(about["due"])[0], "updated": updated}
    table = tables.cards
    connection.execute(
        insert_into(connection, table)
        .values(agent=agent, item=about["item"], **values)
        .on_conflict_do_update(
            index_elements=["agent", "item"],
            set_=values,
            # What had to wait does not undo what was learnt on another computer meanwhile.
            where=(table.c.updated <= updated) if waited else None,
        )
    )


def _do_add_review(connection: sa.Connection, about: Mapping[str, Any], waited: bool) -> None:
    agent = _agent_key(connection, about, waited)
    at, offset = split(about["at"])
    insert = insert_into(connection, tables.reviews).values(
        id=about["id"],
        agent=agent,
        item=about["item"],
        at=at,
        utc_offset=offset,
        rating=about["rating"],
        reading=about["reading"],
        details=about["details"],
    )
    connection.execute(insert.on_conflict_do_nothing())


def _do_save_session(connection: sa.Connection, about: Mapping[str, Any], waited: bool) -> None:
    changing = {"plan": about["plan"], "position": about["position"]}
    _save(connection, tables.sessions, about, {}, changing, waited)


def _do_save_attempt(connection: sa.Connection, about: Mapping[str, Any], waited: bool) -> None:
    fixed = {"definition": about["definition"], "version": about["version"]}
    changing = {"result": about["result"], "passed": about["passed"]}
    _save(connection, tables.attempts, about, fixed, changing, waited)


def _save(
    connection: sa.Connection,
    table: sa.Table,
    about: Mapping[str, Any],
    fixed: Mapping[str, Any],
    changing: Mapping[str, Any],
    waited: bool,
) -> None:
    """Keep what goes on over a while, unless it is finished already."""
    agent = _agent_key(connection, about, waited)
    started, offset = split(about["started"])
    finished = None if about["finished"] is None else split(about["finished"])[0]
    later = {"finished": finished, **changing}
    connection.execute(
        insert_into(connection, table)
        .values(id=about["id"], agent=agent, started=started, utc_offset=offset, **fixed, **later)
        .on_conflict_do_update(index_elements=["id"], set_=later, where=table.c.finished.is_(None))
    )


DEEDS: dict[str, Callable[[sa.Connection, Mapping[str, Any], bool], None]] = {
    "record": _do_record,
    "put_card": _do_put_card,
    "add_review": _do_add_review,
    "save_session": _do_save_session,
    "save_attempt": _do_save_attempt,
}
