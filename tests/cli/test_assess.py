from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from enunciate.cli import root
from enunciate.history import open_history
from tests.exams.samples import assessment

EXAM = """title = "Opening"
attempts = 1
scripts = ["opening.txt"]
[marks]
overall = 50
"""


@pytest.fixture
def home(tmp_path: Path, class_folder: Path) -> Path:
    """A folder with an exam of one line, and its history with one agent."""
    (tmp_path / "opening.txt").write_text((class_folder / "opening.txt").read_text("utf-8"))
    (tmp_path / "week-1.toml").write_text(EXAM)
    run(tmp_path, "assess", "define", str(tmp_path / "week-1.toml"))
    with open_history(str(tmp_path / "history" / "history.sqlite3")) as history:
        history.add_agent("Maya", wave="7")
    return tmp_path


def run(home: Path, *arguments: str, **more: str) -> Result:
    environment = {
        "ENUNCIATE_MODEL": "enunciate-en",
        "ENUNCIATE_HISTORY": str(home / "history"),
        "ENUNCIATE_CONFIG": str(home / "config.toml"),
        "ENUNCIATE_TAKES": str(home / "takes"),
        "ENUNCIATE_AGENT": "",
        "ENUNCIATE_DATABASE": "",
        **more,
    }
    return CliRunner(env=environment).invoke(root, arguments)


def test_the_example_can_be_defined_and_a_mistake_is_explained(home: Path) -> None:
    example = run(home, "assess", "define", "--example")
    file = home / "ready.toml"
    file.write_text(example.stdout)
    done = run(home, "assess", "define", str(file))
    assert done.exit_code == 0
    assert "2 of 3 scripts have to reach the marks." in done.stdout
    assert "24 hours between two attempts." in done.stdout
    assert run(home, "assess", "define", str(file)).stderr == "Nothing has changed.\n"
    file.write_text(example.stdout.replace("attempts = 3", "attempts = 2"))
    assert run(home, "assess", "define", str(file)).stderr == "Stored as version 2.\n"
    file.write_text(example.stdout.replace("attempts = 3", "attemps = 2"))
    done = run(home, "assess", "define", str(file))
    assert done.exit_code == 1
    assert "line 12: `attemps` is no setting: did you mean `attempts`?" in done.stderr
    listed = json.loads(run(home, "assess", "status", "--json").stdout)
    assert [(one["name"], one["version"]) for one in listed] == [("ready", 2), ("week-1", 1)]


def test_taken_with_a_recording_and_seen_by_the_trainer(home: Path, class_folder: Path) -> None:
    recording = str(class_folder / "opening__ana.wav")
    done = run(home, "assess", "take", "week-1", "--agent", "maya", "--files", recording, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["passed"], found["agent"], found["attempts_left"]) == (True, "Maya", 0)
    assert [part["judgement"] for part in found["parts"]] == ["passed"]
    again = run(home, "assess", "take", "week-1", "--agent", "Maya", "--files", recording)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "You passed “Opening”" in again.stderr
    # The wave's table: terminal, CSV, page, JSON.
    page, table = home / "status.html", home / "status.csv"
    done = run(home, "assess", "status", "week-1", "--wave", "7", "--html", str(page), "--csv", str(table))
    assert "1 agent: 1 passed." in done.stdout
    assert "1</strong> of 1 passed" in page.read_text("utf-8")
    assert table.read_bytes().startswith(b'\xef\xbb\xbf"agent","wave","state"')
    assert run(home, "assess", "status", "week-1", "--csv", str(table)).exit_code == 0, "it is ours"
    assert run(home, "assess", "status", "week-1", "--csv", "-").stdout.count("\n") == 2
    (row,) = json.loads(run(home, "assess", "status", "week-1", "--json").stdout)["agents"]
    assert (row["agent"], row["state"]) == ("Maya", "passed")
    # What was read there is part of the learner's history.
    progress = json.loads(run(home, "progress", "--agent", "Maya", "--json").stdout)
    assert (progress["count"], progress["areas"][0]["trend"]["direction"]) == (1, "unknown")


def test_another_recording_does_not_count_and_is_no_attempt(home: Path, class_folder: Path) -> None:
    (home / "opening.txt").write_text("We deliver fresh strawberries every Wednesday afternoon.")
    run(home, "assess", "define", str(home / "week-1.toml"))
    recording = str(class_folder / "opening__ana.wav")
    done = run(home, "assess", "take", "week-1", "--agent", "Maya", "--files", recording)
    assert done.exit_code == 1
    assert "this reading does not count" in done.stderr
    assert "1 script to go" in done.stdout
    assert "`enunciate assess take week-1 --agent Maya` goes on" in " ".join(done.stdout.split())
    assert "begun" in run(home, "assess", "status", "week-1").stdout


class Read:
    """An assessment, as far as `take` looks at it."""

    def __init__(self, described: dict[str, Any]) -> None:
        self._described = described

    def as_dict(self) -> dict[str, Any]:
        return self._described


def test_the_microphone_is_read_into_until_all_is_judged_or_the_person_leaves(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from enunciate.teleprompter.reader import Reader

    good, bad = Read(assessment(80.0)), Read(assessment(problem="Hardly any of its words were heard."))
    sittings: list[list[tuple[str, Read | None]]] = [
        [("again", None), ("silent", bad)],  # nobody can be asked whether to go on: it ends
        [("quit", None)],
        [("read", None)],  # nothing was recorded
        [("read", good)],
    ]
    said = []
    for sitting in sittings:
        left = iter(sitting)
        monkeypatch.setattr(Reader, "once", lambda _, left=left: next(left))
        done = run(home, "assess", "take", "week-1", "--agent", "Maya")
        said.append((done.exit_code, done.stdout))
        assert next(left, None) is None
    assert [status for status, _ in said] == [1, 1, 1, 0]
    assert "1 script to go." in said[0][1]
    assert "Passed." in said[3][1]
    (row,) = json.loads(run(home, "assess", "status", "week-1", "--json").stdout)["agents"]
    assert (row["state"], row["attempts"]) == ("passed", 1)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["take", "week-1"], 2, "Say who takes it"),
        (["take", "week-1", "x.wav", "--agent", "Maya"], 2, "recordings go with --files"),
        (["take", "week-9", "--agent", "Maya"], 1, "Did you mean “week-1”?"),
        (["take", "week-1", "--agent", "Nobody"], 1, "There is no agent called Nobody"),
        (["take", "week-1", "--agent", "Maya", "--files", "gone.wav"], 1, "There is no file gone.wav"),
        (["status", "week-1", "--wave", "9"], 1, "There are: 7."),
        (["status", "--wave", "7"], 2, "Say which assessment"),
        (["status", "week-1", "--html", "no/page.html"], 1, "there is no such folder"),
        (["status", "week-1", "--csv", "-", "--json"], 2, "choose one"),
        (["define"], 2, "Name a FILE"),
        (["define", "gone.toml"], 1, "There is no file gone.toml"),
    ],
)
def test_bad_input_is_explained(home: Path, arguments: list[str], status: int, said: str) -> None:
    done = run(home, "assess", *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_that_is_not_ours_is_not_replaced(home: Path) -> None:
    other = home / "salaries.csv"
    other.write_text("name,salary\n")
    done = run(home, "assess", "status", "week-1", "--csv", str(other))
    assert done.exit_code == 1
    assert "is no table of enunciate" in done.stderr
    assert other.read_text() == "name,salary\n"


def test_a_server_that_is_down_is_said_before_anybody_reads(home: Path) -> None:
    down = {"ENUNCIATE_DATABASE": "postgresql://nobody@127.0.0.1:9/none"}
    for arguments in (["assess", "take", "week-1", "--agent", "Maya"], ["progress", "--agent", "Maya"]):
        done = run(home, *arguments, **down)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "Error: " in done.stderr
        assert "Traceback" not in done.stderr
