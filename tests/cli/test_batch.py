"""The command with the real engine in real processes, on a class that reads for three seconds each."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from enunciate.audio import RATE
from enunciate.cli import root
from enunciate.report.json import schema

ENVIRONMENT = {"ENUNCIATE_MODEL": "enunciate-en", "COLUMNS": "100"}


def batch(*arguments: str) -> Result:
    return CliRunner(env=ENVIRONMENT).invoke(root, ["batch", *arguments])


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "enunciate", "batch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | ENVIRONMENT,
    )


def lines(out: Path) -> list[bytes]:
    path = out / "assessments.jsonl"
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, class_folder: Path) -> tuple[Result, Path]:
    """A run over a class with a good, a wrong, a silent and a broken recording, and its folder."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "in").mkdir()
    shutil.copy(class_folder / "opening__ana.wav", folder / "in/ana.wav")
    shutil.copy(class_folder / "opening__ben.wav", folder / "in/Zoë's one.wav")
    soundfile.write(folder / "in/silent.wav", np.zeros(RATE, np.float32), RATE)
    (folder / "in/broken.wav").write_text("not sound")
    (folder / "in/class.csv").write_text(
        "recording;text;agent;team\n"
        "ana.wav;Thank you for calling Larkmoor Home Services.;=Ana;North\n"
        "\n"
        "Zoë's one.wav;Thank you for calling Larkmoor Home Services.;<b>Zoë</b>;North\n"
        "silent.wav;Good morning.;Ben;South\n"
        "broken.wav;Good morning.;Cho;South\n"
        "gone.wav;Good morning.;Dee;South\n",
        "utf-8-sig",
    )
    result = batch(str(folder / "in/class.csv"), "--out", str(folder / "out"), "--jobs", "2")
    return result, folder


def test_what_is_printed_and_the_exit_status(done: tuple[Result, Path]) -> None:
    result, folder = done
    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines() == [
        "5 recordings: 2 passed, 1 not a reading of the script, 2 failed.",
        f"Open {folder / 'out/wave.html'} in a browser, or assessments.csv beside it in a spreadsheet.",
    ]
    gone, broken = result.stderr.splitlines()
    assert f"class.csv, line 7: There is no file {folder / 'in/gone.wav'}" in gone or "line 7" in broken
    assert "broken.wav holds text, not sound" in result.stderr


def test_every_line_is_a_whole_assessment(done: tuple[Result, Path]) -> None:
    out = done[1] / "out"
    found = [json.loads(line) for line in lines(out)]
    validator = Draft202012Validator(schema())
    for line in found:
        validator.validate(line["assessment"])
        assert line["schema"] == "enunciate.batch/1"
    assert {line["agent"]: line["columns"] for line in found} == {
        "=Ana": {"team": "North"},
        "<b>Zoë</b>": {"team": "North"},
        "Ben": {"team": "South"},
    }
    failures = [json.loads(line) for line in (out / "failures.jsonl").read_text("utf-8").splitlines()]
    assert {failure["agent"]: failure["line"] for failure in failures} == {"Cho": 6, "Dee": 7}


def test_the_table_has_a_row_for_each_recording_and_no_formula(done: tuple[Result, Path]) -> None:
    with (done[1] / "out/assessments.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["agent"] for row in found] == ["'=Ana", "<b>Zoë</b>", "Ben", "Cho", "Dee"]
    assert [row["status"] for row in found] == ["passed", "passed", "not a reading", "failed", "failed"]
    assert "completely silent" in found[2]["reason"]
    assert [row["team"] for row in found] == ["North", "North", "South", "South", "South"]
    assert found[2]["overall"] == ""


def test_the_pages_are_there_and_hostile_names_are_text(done: tuple[Result, Path]) -> None:
    out = done[1] / "out"
    wave = (out / "wave.html").read_text("utf-8")
    assert "<b>Zoë</b>" not in wave
    pages = sorted(path.name for path in (out / "pages").iterdir())
    assert len(pages) == 3
    assert all(f"pages/{page}" in wave for page in pages)
    assert "../wave.html" in (out / "pages" / pages[0]).read_text("utf-8")


def test_the_same_command_again_scores_nothing_again(done: tuple[Result, Path]) -> None:
    folder = done[1]
    before = lines(folder / "out")
    again = batch(str(folder / "in/class.csv"), "--out", str(folder / "out"), "--jobs", "2")
    assert "3 of them had been scored before." in again.stdout
    assert lines(folder / "out") == before
    quiet = batch(str(folder / "in/class.csv"), "--out", str(folder / "out"), "--jobs", "2", "--quiet")
    assert (quiet.stdout, quiet.exit_code) == ("", 1)


def test_a_check_finds_what_would_fail_and_writes_nothing(done: tuple[Result, Path]) -> None:
    folder = done[1]
    manifest = folder / "in/check.csv"
    shutil.copy(folder / "in/ana.wav", folder / "in/copy.wav")
    manifest.write_text(
        "recording,script\nana.wav,late-delivery\nana.wav,late-delivery\nbroken.wav,late-delivery\n"
        "silent.wav,late-delivery\ngone.wav,late-delivery\nZoë's one.wav,late-deliver\n"
        "copy.wav,late-delivery\n",
        "utf-8",
    )
    result = batch(str(manifest), "--check", "--jobs", "2")
    assert result.exit_code == 1
    said = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in said] == [f"{manifest}, line {n}" for n in (3, 4, 5, 6, 7, 8)]
    for line, what in zip(
        said,
        ("named before", "holds text", "silent", "no file", "Did you mean", "the very same sound as"),
        strict=True,
    ):
        assert what in line
    assert result.stderr.splitlines() == ["7 recordings looked over, 6 problems."]
    good = batch(str(folder / "in/ana.wav"), "--text", "Hello.", "--check", "--jobs", "2")
    assert (good.exit_code, good.stdout) == (0, "")


def test_stopped_and_killed_it_goes_on_where_it_was(tmp_path: Path, class_folder: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(class_folder / "opening.txt", tmp_path / "in")
    for number in range(8):
        shutil.copy(class_folder / "opening__ana.wav", tmp_path / f"in/opening__{number}.wav")
    command = (str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "2", "--no-pages")
    process = started(*command)
    while len(lines(tmp_path / "out")) < 2:  # the last may not be on the disk yet, and be withdrawn
        assert process.poll() is None, process.stderr
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert stderr.startswith("Stopped: ")
    assert "the same command goes on from here" in stderr
    assert "Traceback" not in stderr
    kept = lines(tmp_path / "out")
    assert kept

    process = started(*command)
    while len(lines(tmp_path / "out")) <= len(kept) and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    kept = [line for line in lines(tmp_path / "out") if line.endswith(b"\n")]

    finished = batch(*command)
    assert finished.exit_code == 0, finished.output
    assert "8 recordings: 8 passed." in finished.stdout
    assert lines(tmp_path / "out")[: len(kept)] == kept
    assert len({json.loads(line)["recording"] for line in lines(tmp_path / "out")}) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in"], "Say where the results are to go: --out RESULTS"),
        (["in", "--out", "x", "--check"], "--check writes nothing: leave out --out."),
        (["in", "--out", "x", "--script", "a", "--text", "b"], "in one way: --script or --text"),
        (["in", "--out", "x", "--jobs", "2", "--cluster", "tcp://x:1"], "--jobs is for this machine"),
        (["in", "--out", "x", "--jobs", "0"], "--jobs"),
        (["--out", "x"], "Missing argument 'SOURCE...'"),
    ],
)
def test_what_is_missing_or_too_much_is_said(arguments: list[str], said: str) -> None:
    result = batch(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone", "--out", "x"], "There is no file or folder gone"),
        (["in", "--out", "x", "--model", "no-such-model"], "no-such-model"),
        (["in", "--out", "x", "--script", "no-such-script"], "There is no script and no file"),
        (["in", "--out", "in/opening.txt/x"], "cannot be written"),
        (["in", "--out", "x", "--cluster", "udp:nowhere"], "No Dask scheduler answers at udp:nowhere"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, class_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(class_folder, "in")
    result = batch(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line
