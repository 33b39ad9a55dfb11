from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from enunciate import settings
from enunciate.audio import RATE
from enunciate.cli import root
from enunciate.history import open_history
from enunciate.history.store import History, recordings_of
from enunciate.report.json import schema
from tests.report import samples

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path / "history"))
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(tmp_path / "config.toml"))


@pytest.fixture
def history() -> Iterator[History]:
    """Two readings of Maya's and one of Ben's."""
    with open_history() as history:
        history.add_agent("Maya", "7", "Spanish")
        history.add_agent("Ben", "8")
        described = samples.mistaken().as_dict()
        for number, agent in enumerate(("Maya", "Ben", "Maya")):
            history.record(
                described, agent=agent, kind="read", at=NOW + timedelta(days=number), id=f"{number}bcdefgh-1"
            )
        yield history


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(root, arguments, input=typed)


def said(result: Result, status: int = 0) -> str:
    assert result.exit_code == status, result.output
    return result.stdout


# --- agents -------------------------------------------------------------------------------------------------


def test_agents_are_added_changed_and_listed() -> None:
    assert "There are no agents yet" in run("agents", "list").stderr
    done = run("agents", "add", "Maya", "Ben Lee", "--wave", "7", "--first-language", "tagalog")
    assert said(done).splitlines() == [
        "Added Maya (wave 7, first language Filipino (Tagalog)).",
        "Added Ben Lee (wave 7, first language Filipino (Tagalog)).",
    ]
    assert said(run("agents", "add", "ben lee", "--wave", "8")).startswith("Changed Ben Lee (wave 8,")
    done = run("agents", "add", "Cho", "--first-language", "Korean", "--use")
    assert "There is no profile for Korean" in done.stderr
    assert "kept as Cho's from now on" in said(done)
    found = json.loads(said(run("agents", "list", "--json")))
    assert [(agent["name"], agent["wave"], agent["used"]) for agent in found] == [
        ("Ben Lee", "8", False),
        ("Cho", None, True),
        ("Maya", "7", False),
    ]
    assert "* Cho" in said(run("agents", "list"))
    assert "Ben Lee" not in said(run("agents", "list", "--wave", "7"))
    assert "The waves are: 7, 8." in run("agents", "list", "--wave", "9").stderr


def test_agents_are_listed_with_how_often_they_read(history: History) -> None:
    lines = said(run("agents", "list")).splitlines()
    assert any("Maya" in line and " 2 " in line and "2026-11-27" in line for line in lines)


def test_whose_readings_are_kept(history: History) -> None:
    assert "Maya's" in said(run("agents", "use", "MAYA"))
    assert settings.get("agent") == "Maya"
    assert "no longer kept" in said(run("agents", "use", "--nobody"))
    assert settings.get("agent") is None
    assert "Did you mean Maya" in run("agents", "use", "Maja").stderr
    assert run("agents", "use").exit_code == run("agents", "use", "Ben", "--nobody").exit_code == 2


# --- history ------------------------------------------------------------------------------------------------


def test_readings_are_listed_as_they_were_recorded(history: History) -> None:
    lines = said(run("history", "list")).splitlines()
    shown = [line.split()[:4] for line in lines if "bcdefgh" in line]
    assert [line[0] for line in shown] == ["0bcdefgh", "1bcdefgh", "2bcdefgh"]
    assert shown[0][1:] == ["2026-11-25", "18:00", "Maya"]
    found = json.loads(said(run("history", "list", "--json", "--agent", "maya")))
    assert [reading["id"][0] for reading in found] == ["0", "2"]
    assert found[0]["scores"] == samples.mistaken().as_dict()["scores"]
    done = run("history", "list", "--limit", "1")
    assert "2bcdefgh" in said(done)
    assert "0bcdefgh" not in done.stdout
    assert "These are the last 1" in done.stderr


def test_a_narrow_terminal_shows_id_and_score_of_the_longest_names(history: History) -> None:
    history.add_agent("Christopher Montgomery-Fitzgerald")
    history.record(
        samples.mistaken().as_dict(),
        agent="Christopher Montgomery-Fitzgerald",
        kind="read",
        script="a-script-whose-name-is-longer-than-any-table-is-wide",
        id="longname-1",
    )
    done = CliRunner(env={"COLUMNS": "60"}).invoke(root, ["history", "list"])
    (line,) = (line for line in said(done).splitlines() if "longname" in line)
    assert len(line.rstrip()) <= 60
    assert line.split()[-1] == f"{samples.mistaken().as_dict()['scores']['overall']:.0f}"


def test_readings_are_chosen(history: History) -> None:
    def ids(*chosen: str) -> list[str]:
        found = json.loads(said(run("history", "list", "--json", *chosen)))
        return [reading["id"][0] for reading in found]

    assert ids("--wave", "8") == ["1"]
    assert ids("--since", "2026-11-26") == ["1", "2"]
    assert ids("--since", "500y") == ["0", "1", "2"]
    assert ids("--kind", "batch") == []
    assert "There is no such reading." in run("history", "list", "--kind", "exam").stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["list", "--since", "yesterday"], 2, "'yesterday' is no day such as"),
        (["list", "--agent", "Maja"], 1, "Did you mean Maya?"),
        (["list", "--wave", "9"], 1, "There is no wave 9. The waves are: 7, 8."),
        (["export", "--wave", "9"], 1, "There is no wave 9."),
        (["show", "9"], 1, "There is no reading 9"),
        (["show"], 2, "Say which reading, in one way"),
        (["show", "0", "--agent", "Maya"], 2, "Say which reading, in one way"),
        (["show", "--agent", "Zoe"], 1, "There is no agent called Zoe"),
        (["export", "maya.flac"], 2, "maya.flac is neither a .csv file"),
        (["export", "/proc/no/x.csv"], 1, "cannot be written"),
        (["forget", "Zoe"], 1, "There is no agent called Zoe"),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], status: int, message: str, history: History) -> None:
    done = run("history", *arguments)
    assert said(done, status) == ""
    assert message in " ".join(done.stderr.split())


def test_an_empty_history_says_how_to_begin() -> None:
    assert "`enunciate agents add NAME --use`" in run("history", "list").stderr


def test_the_report_of_a_reading_is_shown_again(history: History, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("history", "show", "0", "--html", str(page), "--no-color")
    lines = said(done).splitlines()
    assert lines[0].rstrip() == "Maya, wave 7, 2026-11-25 18:00"
    assert "Opening a call" in lines[1]
    assert "(um)" in done.stdout
    assert "things to work on" in done.stdout
    assert "Maya" in page.read_text("utf-8")
    last = run("history", "show", "--agent", "ben", "--json")
    described = json.loads(said(last))
    Draft202012Validator(schema()).validate(described)
    assert described == samples.mistaken().as_dict()


def test_the_page_plays_a_recording_that_was_kept(history: History, tmp_path: Path, demo_audio) -> None:
    folder = recordings_of("Ben")
    folder.mkdir(parents=True)
    soundfile.write(folder / "x.flac", demo_audio("greeting-perfect").samples[: 2 * RATE], RATE)
    described = samples.mistaken().as_dict()
    history.record(described, agent="Ben", kind="read", id="kept", recording=folder / "x.flac")
    page = tmp_path / "page.html"
    said(run("history", "show", "kept", "--html", str(page)))
    assert "data:audio/mpeg;base64," in page.read_text("utf-8")
    (folder / "x.flac").unlink()
    done = run("history", "show", "kept", "--html", str(page))
    assert "The recording that was kept is left out of the page" in done.stderr
    assert "data:audio/mpeg;base64," not in page.read_text("utf-8")


def test_readings_are_exported(history: History, tmp_path: Path) -> None:
    history.add_agent("=1+1", "7")
    history.record(samples.perfect().as_dict(), agent="=1+1", kind="score")
    printed = CliRunner().invoke(root, ["history", "export"]).stdout_bytes
    rows = list(csv.DictReader(io.StringIO(printed.decode("utf-8-sig"))))
    assert [row["agent"] for row in rows] == ["Maya", "Ben", "Maya", "'=1+1"]
    assert rows[0]["date"] == "2026-11-25T18:00:00+00:00"
    assert rows[0]["kind"] == "read"
    assert float(rows[0]["overall"]) == samples.mistaken().as_dict()["scores"]["overall"]
    file = tmp_path / "all.jsonl"
    done = run("history", "export", str(file), "--agent", "Maya")
    assert "Wrote 2 readings" in done.stderr
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["assessment"] for line in lines] == [samples.mistaken().as_dict()] * 2
    assert {line["schema"] for line in lines} == {"enunciate.history/1"}


def test_forgetting_asks_first_and_is_one_command(history: History) -> None:
    settings.put("agent", "maya")
    done = run("history", "forget", "MAYA", typed="n\n")
    assert done.exit_code == 1
    assert "Delete 2 readings and everything else that is kept of MAYA?" in done.stderr
    assert len(history.readings("Maya")) == 2
    done = run("history", "forget", "MAYA", typed="y\n")
    assert said(done).strip() == "Forgot MAYA: 2 readings."
    assert [agent.name for agent in history.agents()] == ["Ben"]
    assert settings.get("agent") is None
    assert said(run("history", "forget", "Ben", "--yes")).strip() == "Forgot Ben: 1 reading."


def test_a_history_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "odd").write_text("no database")
    monkeypatch.setenv("ENUNCIATE_DATABASE", str(tmp_path / "odd"))
    for arguments in (("history", "list"), ("agents", "list"), ("agents", "add", "Maya")):
        done = run(*arguments)
        assert said(done, 1) == ""
        (line,) = done.stderr.splitlines()
        assert "is not a database, or is damaged: put a backup in its place" in line
