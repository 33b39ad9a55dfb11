from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enunciate.history.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "below" / "unsent.jsonl")


def replayed(spool: Spool) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []

    def do(deeds: list[tuple[str, dict[str, Any]]]) -> dict[int, str]:
        found.extend(deeds)
        return {}

    spool.replay(do)
    return found


def test_what_waits_is_done_once_and_in_its_order(spool: Spool) -> None:
    assert (len(spool), replayed(spool)) == (0, [])
    for number in range(3):
        spool.append("record", {"number": number, "name": "Zoë"})
    assert len(spool) == 3
    assert replayed(spool) == [("record", {"number": number, "name": "Zoë"}) for number in range(3)]
    assert (len(spool), replayed(spool)) == (0, [])
    assert not spool.path.exists()


def test_nobody_else_can_read_what_waits(spool: Spool) -> None:
    spool.append("record", {})
    assert spool.path.stat().st_mode & 0o077 == 0
    assert spool.path.parent.stat().st_mode & 0o077 == 0


def test_what_fails_goes_on_waiting(spool: Spool) -> None:
    spool.append("record", {})

    def fail(deeds: list[tuple[str, dict[str, Any]]]) -> dict[int, str]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        spool.replay(fail)
    assert len(spool) == 1


def test_a_line_that_a_crash_cut_off_spoils_no_other(spool: Spool) -> None:
    spool.append("record", {"number": 1})
    with spool.path.open("ab") as file:
        file.write(b'{"deed": "rec')
    spool.append("record", {"number": 2})
    assert [about["number"] for _, about in replayed(spool)] == [1, 2]
    assert b'{"deed": "rec' in spool.rejected.read_bytes()


def test_what_can_never_be_done_is_put_aside_with_the_reason(spool: Spool) -> None:
    for number in range(3):
        spool.append("record", {"number": number})
    assert spool.replay(lambda deeds: {1: "it is odd"}) == (2, 1)
    assert len(spool) == 0
    reason, line = spool.rejected.read_text().splitlines()
    assert json.loads(reason) == {"reason": "it is odd"}
    assert json.loads(line)["about"] == {"number": 1}


def test_what_is_unwanted_is_taken_away(spool: Spool) -> None:
    for number, agent in enumerate(("Maya", "Ben", "Maya")):
        spool.append("record", {"agent": agent, "number": number})
    assert spool.remove(lambda about: about["agent"] == "Maya") == 2
    assert [about["number"] for _, about in replayed(spool)] == [1]
    assert spool.remove(lambda about: True) == 0


def test_what_was_put_aside_is_taken_away_too(spool: Spool) -> None:
    for agent in ("Maya", "Ben"):
        spool.append("record", {"agent": agent})
    spool.replay(lambda deeds: {0: "odd", 1: "odd"})
    with spool.rejected.open("ab") as file:
        file.write(b"whose it is cannot be told\n")
    spool.remove(lambda about: about["agent"] == "Maya")
    left = spool.rejected.read_text()
    assert "Maya" not in left
    assert "cannot be told" not in left
    assert "Ben" in left
