from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from enunciate.errors import HistoryError, UnknownAgentError
from enunciate.history import Sound, open_history
from enunciate.history.store import History, recordings_of

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=timezone(timedelta(hours=8)))


# --- agents -------------------------------------------------------------------------------------------------


def test_an_agent_is_known_by_the_name_in_any_case(history: History) -> None:
    history.add_agent("  Maya  PEÑA ", wave="7")
    assert history.agent("maya peña").name == "Maya PEÑA"
    again = history.add_agent("maya pen\u0303a", first_language="Spanish")
    assert (again.name, again.wave, again.first_language) == ("Maya PEÑA", "7", "Spanish")
    assert history.add_agent("Maya Peña", wave="8").wave == "8"
    assert len(history.agents()) == 1


def test_waves(history: History) -> None:
    for name, wave in (("Cho", "8"), ("ana", "7"), ("Ben", "7"), ("Dee", None)):
        history.add_agent(name, wave)
    assert history.waves() == ("7", "8")
    assert [agent.name for agent in history.agents("7")] == ["ana", "Ben"]
    assert [agent.name for agent in history.agents()] == ["ana", "Ben", "Cho", "Dee"]


def test_who_is_not_known_is_told_with_names_that_are_near(
    history: History, described: dict[str, Any]
) -> None:
    history.add_agent("Maya")
    with pytest.raises(UnknownAgentError, match=r"no agent called maja\. Did you mean Maya\?"):
        history.agent("maja")
    with pytest.raises(UnknownAgentError, match=r"no agent called Zoe\. Add the agent with"):
        history.record(described, agent="Zoe", kind="read")
    with pytest.raises(UnknownAgentError, match="Zoe"):
        history.readings("Zoe")
    assert not history.waiting


@pytest.mark.parametrize("name", ["", "  ", "\0", "a\x1b[31mb", "x" * 201])
def test_what_can_be_no_name(name: str, history: History) -> None:
    with pytest.raises(HistoryError, match="printable characters"):
        history.add_agent(name)


# --- readings -----------------------------------------------------------------------------------------------


def test_a_reading_comes_back_as_it_was(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Maya", wave="7")
    id = history.record(described, agent="maya", kind="read", module="closing", at=NOW, details={"take": 2})
    (reading,) = history.readings()
    assert (reading.id, reading.agent, reading.wave, reading.kind) == (id, "Maya", "7", "read")
    assert reading.at == NOW
    assert reading.at.utcoffset() == timedelta(hours=8)
    assert (reading.script, reading.module) == ("one-word", "closing")
    assert reading.scores == described["scores"]
    assert (reading.passed, reading.rubric) == (described["passed"], described["rubric"]["version"])
    assert reading.details == {"take": 2}
    assert reading.recording is None
    assert history.assessment(id) == described


def test_each_phone_is_summed_up(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Maya")
    (word,) = described["words"]
    described["words"] = [
        word,
        word | {"phones": [word["phones"][0] | {"score": score} for score in (60.0, None)]},
    ]
    history.record(described, agent="maya", kind="read")
    assert [(sound["phone"], sound["times"]) for sound in described["sounds"]] == [("TH", 1), ("NG", 2)]
    assert history.readings()[0].sounds == {"ER": Sound(1, 92.0, 0), "TH": Sound(2, 50.5, 1)}


def test_what_was_not_measured_stays_none(history: History, described: dict[str, Any]) -> None:
    nothing = described | {
        "scores": dict.fromkeys(described["scores"]),
        "rubric": None,
        "passed": None,
        "words": [],
    }
    history.add_agent("Maya")
    history.record(nothing, agent="Maya", kind="drill")
    (reading,) = history.readings()
    assert set(reading.scores.values()) == {None}
    assert (reading.passed, reading.rubric, reading.sounds) == (None, None, {})


def test_readings_come_as_they_were_recorded_whatever_the_clock_said(
    history: History, described: dict[str, Any]
) -> None:
    history.add_agent("Maya")
    hours = (5, 1, 3)
    for hour in hours:
        history.record(described, agent="Maya", kind="read", at=NOW + timedelta(hours=hour))
    assert [reading.at for reading in history.readings()] == [NOW + timedelta(hours=hour) for hour in hours]
    assert history.latest_time("Maya") == NOW + timedelta(hours=5)
    assert history.counts()["Maya"] == (3, NOW + timedelta(hours=5))
    # The date that a batch gives was read on no clock.
    history.record(described, agent="Maya", kind="batch", at=NOW + timedelta(days=9000))
    assert history.latest_time("Maya") == NOW + timedelta(hours=5)


def test_readings_are_chosen(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Maya", "7")
    history.add_agent("Ben", "8")
    for number, (agent, kind) in enumerate((("Maya", "read"), ("Ben", "batch"), ("Maya", "score"))):
        history.record(described, agent=agent, kind=kind, at=NOW + timedelta(days=number))  # type: ignore[arg-type]

    def kinds(**chosen: Any) -> list[str]:
        return [reading.kind for reading in history.readings(**chosen)]

    assert kinds(agent="MAYA") == ["read", "score"]
    assert kinds(wave="8") == ["batch"]
    assert kinds(kind="score") == ["score"]
    assert kinds(limit=2) == ["batch", "score"]
    assert kinds(since=NOW + timedelta(hours=1)) == ["batch", "score"]
    assert kinds(since=date(2026, 11, 27), agent="Maya") == ["score"]
    assert kinds(agent="Maya", wave="8") == []


def test_a_reading_is_found_by_the_beginning_of_its_id(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Maya")
    ids = [history.record(described, agent="Maya", kind="read", id=id) for id in ("abc-1", "abd-2")]
    assert history.reading("ABC").id == ids[0]
    with pytest.raises(HistoryError, match="more than one reading ab"):
        history.reading("ab")
    with pytest.raises(HistoryError, match="no reading a%"):
        history.reading("a%")
    with pytest.raises(HistoryError, match="no reading nothing"):
        history.assessment("nothing")


def test_the_same_reading_is_kept_once(history: History, described: dict[str, Any]) -> None:
    better = described | {"scores": described["scores"] | {"overall": 99.0}, "words": []}
    for assessment, replace in ((described, False), (better, False)):
        history.record(assessment, agent="Maya", kind="batch", id="one", add=True, wave="7", replace=replace)
    (reading,) = history.readings("Maya", "7")
    assert reading.scores == described["scores"]
    history.record(better, agent="Maya", kind="batch", id="one", replace=True)
    (reading,) = history.readings()
    assert (reading.scores["overall"], reading.sounds) == (99.0, {})
    assert history.assessment("one") == better


def test_text_that_no_database_holds_is_kept_without_it(history: History, described: dict[str, Any]) -> None:
    odd = described | {"script": described["script"] | {"title": "a\0b\udce9"}}
    history.add_agent("Maya")
    history.record(odd, agent="Maya", kind="score", recording="/tmp/\udce9.wav")
    assert history.readings()[0].title == "ab?"
    assert not history.waiting


# --- drills and exams ---------------------------------------------------------------------------------------


def test_a_card_is_replaced(history: History) -> None:
    history.add_agent("Maya")
    history.put_card("Maya", "late", {"step": 1}, NOW + timedelta(days=2))
    history.put_card("Maya", "soon", {"step": 1}, NOW + timedelta(days=1))
    history.put_card("MAYA", "late", {"step": 2}, NOW)
    cards = history.cards("maya")
    assert [(card.item, card.state) for card in cards] == [("late", {"step": 2}), ("soon", {"step": 1})]
    assert cards[0].due == NOW


def test_reviews_are_only_added(history: History) -> None:
    history.add_agent("Maya")
    for number, item in enumerate("aba"):
        history.add_review("Maya", item, 3, at=NOW + timedelta(days=number), details={"n": number})
    assert [review.details["n"] for review in history.reviews("Maya")] == [0, 1, 2]
    assert [review.at for review in history.reviews("Maya", item="a")] == [NOW, NOW + timedelta(days=2)]
    assert len(history.reviews("Maya", since=NOW + timedelta(hours=1))) == 2


def test_a_session_can_be_gone_on_with_until_it_is_finished(history: History) -> None:
    history.add_agent("Maya")
    assert history.open_session("Maya") is None
    id = history.save_session(agent="Maya", plan=["a", "b"], position=0, started=NOW)
    history.save_session(agent="Maya", plan=["a", "b"], position=1, id=id)
    session = history.open_session("Maya")
    assert session is not None
    assert (session.id, session.started, session.position) == (id, NOW, 1)
    history.save_session(agent="Maya", plan=["a", "b"], position=2, id=id, finished=NOW + timedelta(hours=1))
    history.save_session(agent="Maya", plan=["a", "b"], position=0, id=id)
    assert history.open_session("Maya") is None
    assert [(found.position, found.finished) for found in history.sessions("Maya")] == [
        (2, NOW + timedelta(hours=1))
    ]


def test_a_changed_definition_is_a_new_version(history: History) -> None:
    assert history.definition("final") is None
    assert [history.put_definition("final", text).version for text in ("a", "a", "b", "a")] == [1, 1, 2, 3]
    newest, second = history.definition("final"), history.definition("final", 2)
    assert newest is not None
    assert second is not None
    assert (newest.version, newest.text, second.text) == (3, "a", "b")
    assert history.definition("final", 4) is None
    assert [found.version for found in history.definitions()] == [1, 2, 3]


def test_attempts(history: History) -> None:
    history.add_agent("Maya", "7")
    history.add_agent("Ben", "8")
    id = history.save_attempt(definition="final", version=1, agent="Maya", result={"read": 1}, started=NOW)
    history.save_attempt(definition="final", version=2, agent="Ben", result=None)
    history.save_attempt(
        definition="final", version=1, agent="Maya", result={"read": 2}, id=id, finished=NOW, passed=True
    )
    (attempt,) = history.attempts("final", wave="7")
    assert (attempt.agent, attempt.version, attempt.result, attempt.passed) == ("Maya", 1, {"read": 2}, True)
    assert attempt.started == attempt.finished == NOW
    assert [attempt.agent for attempt in history.attempts("final")] == ["Maya", "Ben"]
    assert history.attempts("final", agent="ben")[0].passed is None
    assert history.attempts("other") == ()


# --- forgetting ---------------------------------------------------------------------------------------------


def test_nothing_is_left_of_whom_it_forgets(
    url: str, folder: Path, described: dict[str, Any], tmp_path: Path
) -> None:
    telltale = "Xanthippe"
    secret = described | {"transcript": "zyzzyva " * 2000}
    with open_history(url) as history:
        history.add_agent(telltale, "7")
        history.add_agent("Ben", "7")
        for agent in (telltale, "Ben"):
            history.put_card(agent, "item", {}, NOW)
            history.add_review(agent, "item", 3)
            history.save_session(agent=agent, plan=[], position=0)
            history.save_attempt(definition="final", version=1, agent=agent, result=None)
        sound = recordings_of(telltale) / "sound.flac"
        sound.parent.mkdir(parents=True)
        sound.write_bytes(b"sound")
        history.record(secret, agent=telltale, kind="read", recording=sound)
        history.record(described, agent="Ben", kind="read")
    with open_history(url) as history:
        gone = history.forget(telltale.upper())
        assert (gone.readings, gone.reviews, gone.sessions, gone.attempts, gone.recordings) == (1, 1, 1, 1, 1)
        assert (gone.elsewhere, gone.notices) == ((), ())
        assert not sound.exists()
        assert [agent.name for agent in history.agents()] == ["Ben"]
        assert [reading.agent for reading in history.readings()] == ["Ben"]
        assert [attempt.agent for attempt in history.attempts()] == ["Ben"]
        assert len(history.cards("Ben")) == len(history.reviews("Ben")) == len(history.sessions("Ben")) == 1
        assert history.cards(telltale) == ()
        with pytest.raises(UnknownAgentError):
            history.forget(telltale)
        if "://" not in url:
            files = list(tmp_path.glob("own.sqlite3*"))
            assert files
            left = b"".join(file.read_bytes() for file in files)
            assert b"zyzzyva" not in left
            assert telltale.encode() not in left
            assert telltale.casefold().encode() not in left


def test_recordings_on_other_computers_are_named(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Maya")
    history.record(
        described, agent="Maya", kind="read", recording="/there/x.flac", details={"computer": "unused"}
    )
    with history._usable(write=True) as connection:
        connection.exec_driver_sql('UPDATE readings SET details = \'{"computer": "room-2"}\'')
    assert history.forget("Maya").elsewhere == ("/there/x.flac on room-2",)


def test_what_waits_is_forgotten_too(history: History, described: dict[str, Any]) -> None:
    history.add_agent("Ben")
    history.problem = HistoryError("The cable is out.")
    for agent in ("Maya", "Ben", "MAYA"):
        history.record(described, agent=agent, kind="read")
    with pytest.raises(HistoryError, match=r"The cable is out\. What lay on this computer is deleted"):
        history.forget("Maya")
    assert history.waiting == 1
    history.problem = None
    with pytest.raises(UnknownAgentError):
        history.forget("Maya")


# --- several at a time --------------------------------------------------------------------------------------

WRITER = """
import json, sys
from enunciate.history import open_history
url, name, assessment = sys.argv[1], sys.argv[2], json.loads(sys.stdin.read())
with open_history(url) as history:
    history.add_agent(name, wave="7")
    for number in range(5):
        history.record(assessment, agent=name, kind="read", details={"number": number})
        history.put_card(name, "item", {"number": number}, history.agent(name).added)
    history.put_definition("final", name)
    assert history.problem is None and not history.notices, history.notices
"""


def test_several_programs_write_at_a_time_into_a_new_history(url: str, described: dict[str, Any]) -> None:
    names = ("Ana", "Ben", "Cho")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, name],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(json.dumps(described))
        writer.stdin.close()
    for writer in writers:
        assert writer.stderr is not None
        said = writer.stderr.read()
        assert writer.wait() == 0, said
    with open_history(url) as history:
        for name in names:
            numbers = [reading.details["number"] for reading in history.readings(name)]
            assert numbers == list(range(5))
            assert history.cards(name)[0].state == {"number": 4}
        assert [found.version for found in history.definitions()] == [1, 2, 3]
