"""`score` and `batch` keep what they assess, with the real engine; for `read` see teleprompter/."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from enunciate import settings
from enunciate.cli import root
from enunciate.history import Reading, open_history
from enunciate.history.store import recordings_of

TEXT = ("--text", "Thank you for calling Larkmoor Home Services.")


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENUNCIATE_HISTORY", str(tmp_path / "history"))
    monkeypatch.setenv("ENUNCIATE_CONFIG", str(tmp_path / "config.toml"))
    with open_history() as history:
        history.add_agent("Maya", "7")


def run(*arguments: str, **environment: str) -> Result:
    env = {"ENUNCIATE_MODEL": "enunciate-en", "COLUMNS": "100", **environment}
    return CliRunner(env=env).invoke(root, arguments)


def readings() -> tuple[Reading, ...]:
    with open_history() as history:
        return history.readings()


def test_a_score_is_kept_of_an_agent_who_is_named_and_only_then(class_folder: Path) -> None:
    sound = str(class_folder / "opening__ana.wav")
    settings.put("agent", "Maya")
    assert run("score", sound, *TEXT).exit_code == 0
    assert readings() == ()
    done = run("score", sound, *TEXT, "--agent", "maya", "--json")
    assert done.exit_code == 0, done.output
    assert "The reading is kept in the history of Maya." in done.stderr
    (reading,) = readings()
    with open_history() as history:
        assert history.assessment(reading.id) == json.loads(done.stdout)
    assert (reading.agent, reading.kind, reading.recording) == ("Maya", "score", None)
    assert not recordings_of("Maya").exists()
    done = run("score", sound, sound, *TEXT, "--history", "--keep-recording")
    assert "2 readings are kept in the history of Maya." in done.stderr
    kept = [reading.recording for reading in readings()[1:]]
    assert all(path and path.read_bytes() == Path(sound).read_bytes() for path in kept)
    assert len(set(kept)) == 2
    assert recordings_of("Maya").parent.stat().st_mode & 0o077 == 0


def test_what_is_no_reading_is_not_kept(class_folder: Path) -> None:
    sound = str(class_folder / "opening__ana.wav")
    done = run("score", sound, "--script", "late-delivery", "--agent", "Maya", "--keep-recording")
    assert done.exit_code == 1
    assert "kept" not in done.stderr
    assert readings() == ()
    assert not recordings_of("Maya").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["score", "x.wav", *TEXT, "--agent", "Maja"], 1, "Did you mean Maya?"),
        (["score", "x.wav", *TEXT, "--history"], 2, "Say whose reading is to be kept"),
        (["score", "x.wav", *TEXT, "--keep-recording"], 2, "Say whose reading is to be kept"),
        (["score", "x.wav", *TEXT, "--no-history", "--agent", "Maya"], 2, "--no-history contradicts"),
        (["read", *TEXT, "--agent", "Maja"], 1, "Did you mean Maya?"),
        (["read", *TEXT, "--keep-recording"], 2, "Say whose reading is to be kept"),
        (["read", *TEXT, "--no-history", "--keep-recording"], 2, "--no-history contradicts"),
        (["batch", "x", "--out", "y", "--no-history", "--agent", "Maya"], 2, "--no-history contradicts"),
        (["batch", "x", "--check", "--agent", "Maya"], 2, "--check keeps nothing"),
    ],
)
def test_what_contradicts_is_said_before_anything_is_heard(
    arguments: list[str], status: int, said: str
) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in " ".join(done.stderr.split())


def test_where_the_database_is_down_the_report_comes_all_the_same(class_folder: Path) -> None:
    sound = str(class_folder / "opening__ana.wav")
    down = {"ENUNCIATE_DATABASE": "postgresql://enunciate@127.0.0.1:1/x"}
    done = run("score", sound, *TEXT, "--agent", "Maya", "--json", **down)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["problem"] is None
    assert "What is read now is kept on this computer until then." in done.stderr
    assert "Nothing is lost: it waits in" in done.stderr


def test_a_batch_is_kept_once_however_often_it_runs(class_folder: Path, tmp_path: Path) -> None:
    command = ("batch", str(class_folder), "--out", str(tmp_path / "out"), "--jobs", "1", "--no-pages")
    assert run(*command).exit_code == 0
    assert readings() == ()
    for _ in range(2):
        done = run(*command, "--history")
        assert done.exit_code == 0, done.output
        assert "3 readings kept in the history." in done.stderr
        found = readings()
        assert [(reading.agent, reading.kind) for reading in found] == [
            ("ana", "batch"),
            ("ben", "batch"),
            ("cho", "batch"),
        ]
    assert "New in the history" not in done.stderr


def test_a_batch_names_who_read_or_is_told(class_folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "class.csv"
    shutil.copy(class_folder / "opening__ana.wav", tmp_path / "first.wav")
    shutil.copy(class_folder / "opening__ben.wav", tmp_path / "second.wav")
    manifest.write_text(
        "recording,text,agent,wave,date\n"
        "first.wav,Thank you for calling Larkmoor Home Services.,Zoë,9,2026-11-02\n"
        "second.wav,Thank you for calling Larkmoor Home Services.,,,\n",
        "utf-8",
    )
    command = ("batch", str(manifest), "--out", str(tmp_path / "out"), "--jobs", "1", "--no-pages")
    done = run(*command, "--history")
    assert "New in the history: Zoë." in done.stderr
    assert "1 reading kept in the history." in done.stderr
    assert "1 reading not kept, for nobody says who read" in done.stderr
    (reading,) = readings()
    assert (reading.agent, reading.wave, f"{reading.at:%Y-%m-%d}") == ("Zoë", "9", "2026-11-02")
    done = run(*command, "--agent", "Maya")
    assert "2 readings kept in the history." in done.stderr
    assert [reading.agent for reading in readings()] == ["Zoë", "Maya"]
