"""`enunciate drill` with recordings in the place of the microphone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from enunciate.cli import root
from enunciate.history import open_history


def drill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(root, ["drill", *map(str, arguments)])


@pytest.fixture
def maya(folder: Path) -> str:
    with open_history() as history:
        return history.add_agent("Maya", wave="7").name


@pytest.mark.parametrize(
    ("arguments", "said_then", "status"),
    [
        (["--sound", "QQ"], "'QQ' is not a sound of English: give one of AA,", 2),
        (["--module", "empaty"], "did you mean empathy?", 2),
        (["--kind", "songs"], "'songs' is not one of", 2),
        (["--minutes", "0"], "0 is not in the range", 2),
        (["a.wav"], "Recordings are named with --files.", 2),
        (["--agent", "Maya", "--no-history"], "contradicts --agent", 2),
        (["--agent", "Nobody", "--list"], "Nobody", 1),
        (["--first-language", "Klingon", "--list"], "no profile for 'Klingon'", 1),
        (["--module", "empathy", "--kind", "pairs", "--list"], "No drill fits empathy, pairs all at once", 1),
        (["--files", "gone"], "There is no file or folder gone", 1),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str],
    said_then: str,
    status: int,
    folder: Path,
) -> None:
    done = drill(*arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said_then in done.stderr.replace("\n", " ")


def test_the_list_names_the_items_that_would_come(folder: Path) -> None:
    done = drill("--list", "--first-language", "fil", "--minutes", "5", "--json")
    listed = json.loads(done.stdout)
    assert done.exit_code == 0
    assert listed["sounds"][0] == "F"
    keys = [item["item"] for item in listed["items"]]
    assert keys[0] == "pairs-pan-fan-1"
    plain = drill("--list", "--first-language", "fil", "--minutes", "5")
    assert [line.split()[0] for line in plain.stdout.splitlines() if line.split()[0] in keys] == keys
    assert all(" ".join(item["text"].split()) in plain.stdout for item in listed["items"])


def test_a_session_from_recordings_is_kept_and_comes_back(
    maya: str,
    recorded: Callable[..., Path],
    tmp_path: Path,
) -> None:
    alike = "Sheep, sheep. Feel, feel. Seat, seat. Least, least."
    recorded("pairs-ship-sheep-1", alike)
    recorded("pairs-ship-sheep-1", name="pairs-ship-sheep-1__2")
    recorded("pairs-ship-sheep-5")
    (tmp_path / "pairs-ship-sheep-2.wav").write_bytes(b"no sound")
    done = drill("--agent", "maya", "--files", tmp_path)
    assert done.exit_code == 1  # the damaged one
    assert "2 items practised." in done.stdout
    assert "1 right away, 1 nearly, or at the second try." in done.stdout
    assert "✗ ship – sheep" in done.stderr
    assert "✓ ship – sheep" in done.stderr
    assert "pairs-ship-sheep-2.wav" in "".join(done.stderr.split())
    with open_history() as history:
        ratings = {review.item: review.rating for review in history.reviews(maya)}
        assert ratings == {"pairs-ship-sheep-1": 2, "pairs-ship-sheep-5": 3}
        assert {card.item for card in history.cards(maya)} == set(ratings)
        assert len(history.readings(maya, kind="drill")) == 3
        assert history.open_session(maya) is None


def test_recordings_without_names_are_the_items_in_order_and_the_rest_can_follow(
    maya: str,
    recorded: Callable[..., Path],
) -> None:
    wishes = ("--agent", maya, "--first-language", "fil", "--minutes", "1")
    listed = json.loads(drill("--list", *wishes, "--json").stdout)
    keys = [item["item"] for item in listed["items"]]
    first = recorded(keys[0], name="one")
    done = drill(*wishes, "--files", first, "--json")
    assert done.exit_code == 0, done.stderr
    session = json.loads(done.stdout)
    assert [item["item"] for item in session["items"]] == keys[:1]
    assert session["items"][0]["verdict"] == "good"
    assert session["items"][0]["rating"] == 3
    assert (session["finished"], session["left"], session["days_in_a_row"]) == (False, keys[1:], 1)
    second = recorded(keys[1], name="two")
    more = json.loads(drill("--agent", maya, "--resume", "--files", second, "--json").stdout)
    assert [item["item"] for item in more["items"]] == keys[:2]
    too_many = drill("--agent", maya, "--resume", "--files", *[second] * (len(keys) - 1))
    assert too_many.exit_code == 1
    assert "name the recordings after items" in too_many.stderr.replace("\n", " ")


def test_some_names_of_items_and_some_not_are_refused(folder: Path) -> None:
    for name in ("pairs-ship-sheep-1", "holiday"):
        (folder / f"{name}.wav").write_bytes(b"")
    done = drill("--files", folder)
    assert done.exit_code == 1
    assert "holiday.wav is called after no item" in done.stderr.replace("\n", " ")


def test_without_an_agent_nothing_is_kept(recorded: Callable[..., Path], folder: Path) -> None:
    done = drill("--files", recorded("pairs-ship-sheep-5"))
    assert done.exit_code == 0, done.stderr
    assert "Nothing of this is kept." in done.stdout.replace("\n", " ")
    assert not (folder / "history.sqlite3").exists()


def test_a_database_that_is_down_stops_nobody(
    recorded: Callable[..., Path],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "broken.sqlite3").write_bytes(b"this is no database, and was never meant to be one" * 50)
    monkeypatch.setenv("ENUNCIATE_DATABASE", str(folder / "broken.sqlite3"))
    done = drill("--agent", "Maya", "--files", recorded("pairs-ship-sheep-5"))
    assert done.exit_code == 0, done.stderr
    assert "1 item practised." in done.stdout
    assert "You can practise all the same" in done.stderr.replace("\n", " ")
    assert "Nothing is lost" in done.stderr.replace("\n", " ")
