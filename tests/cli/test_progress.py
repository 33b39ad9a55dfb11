from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from enunciate.history import open_history
from tests.cli.test_assess import run
from tests.exams.samples import assessment


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of two agents, one of whom has read eight times, better each time."""
    folder = tmp_path_factory.mktemp("progress")
    now = datetime.now().astimezone()
    with open_history(str(folder / "history" / "history.sqlite3")) as history:
        history.add_agent("Maya", wave="7")
        history.add_agent("Ben", wave="7")
        for at in range(8):
            history.record(
                assessment(60.0 + 3 * at), agent="Maya", kind="read", at=now - timedelta(days=40 - 5 * at)
            )
    return folder


def test_a_learner(home: Path) -> None:
    done = run(home, "progress", "--agent", "maya")
    assert done.exit_code == 0
    assert "8 scored readings" in done.stdout
    assert "Overall: clearly better, from about 60 to 81 over 8 readings." in done.stdout


def test_since(home: Path) -> None:
    found = json.loads(run(home, "progress", "--agent", "Maya", "--since", "2w", "--json").stdout)
    assert (found["schema"], found["count"]) == ("enunciate.progress/1", 2)


def test_an_agent_of_the_settings_and_an_empty_history(home: Path) -> None:
    done = run(home, "progress", ENUNCIATE_AGENT="Ben")
    assert "No reading of a script that was scored yet." in done.stdout
    assert "enunciate read general-greeting" in done.stdout


def test_a_class_and_its_page(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "wave.html"
    done = run(home, "progress", "--wave", "7", "--html", str(page), ENUNCIATE_AGENT="Ben")
    assert "8 scored readings of 1 agent." in done.stdout
    assert "Progress of wave 7" in page.read_text("utf-8")
    found = json.loads(run(home, "progress", "--wave", "7", "--json").stdout)
    assert found["members"][0]["trend"]["direction"] == "up"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "Say whose progress"),
        (["--agent", "Maya", "--wave", "7"], 2, "in one way"),
        (["--agent", "Mya"], 1, "There is no agent called Mya"),
        (["--wave", "8"], 1, "There are: 7."),
        (["--agent", "Maya", "--since", "soon"], 2, "'soon' is no day"),
        (["--agent", "Maya", "--html", "no/page.html"], 1, "there is no such folder"),
    ],
)
def test_bad_input_is_explained(home: Path, arguments: list[str], status: int, said: str) -> None:
    done = run(home, "progress", *arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in " ".join(done.stderr.split())
