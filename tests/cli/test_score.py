from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from enunciate.cli import root
from enunciate.report.json import schema

DEMO = Path(str(resources.files("enunciate").joinpath("demo")))
GOOD = str(DEMO / "late-delivery-perfect.flac")
SCRIPT = ("--script", "late-delivery")


def score(*arguments: str) -> Result:
    return CliRunner(env={"ENUNCIATE_MODEL": "enunciate-en"}).invoke(root, ["score", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.wav"], "Say what was read, in one way"),
        (["a.wav", "--text", "Yes.", "--script", "x"], "Say what was read, in one way"),
        (
            ["a.wav", "b.wav", "--text", "Yes.", "--textgrid", "x"],
            "--textgrid goes with one recording at a time",
        ),
        (
            ["a.wav", "b.wav", "--text", "Yes.", "--html", "x.html"],
            "With several recordings, --html names a folder",
        ),
        (["a.wav", "--text", "Yes.", "--no-sound"], "--no-sound goes with --html"),
        (["--text", "Yes."], "Missing argument 'RECORDING...'"),
    ],
)
def test_what_is_missing_or_too_much_is_said(arguments: list[str], said: str) -> None:
    done = score(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_report_without_escape_codes_in_a_pipe() -> None:
    done = score(GOOD, *SCRIPT)
    assert done.exit_code == 0, done.output
    assert "with the model enunciate-en" in done.stdout
    assert " of 100" in done.stdout
    assert "\x1b" not in done.stdout


def test_json_is_all_there_is_on_stdout(tmp_path: Path) -> None:
    grid = tmp_path / "good.TextGrid"
    done = score(GOOD, *SCRIPT, "--json", "--textgrid", str(grid))
    assert done.exit_code == 0, done.output
    described = json.loads(done.stdout)
    Draft202012Validator(schema()).validate(described)
    assert (described["recording"]["path"], described["script"]["id"]) == (GOOD, "late-delivery")
    assert grid.read_text("utf-8").startswith('File type = "ooTextFile"')


def test_several_recordings_are_json_lines_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("not sound")
    done = score(GOOD, str(text), GOOD, *SCRIPT, "--json")
    assert done.exit_code == 1
    assert [json.loads(line)["problem"] for line in done.stdout.splitlines()] == [None, None]
    (error,) = (line for line in done.stderr.splitlines() if line.startswith("Error: "))
    assert "text.wav" in error


def test_a_page_for_each_recording(tmp_path: Path) -> None:
    """Two of one name, and one that cannot be read."""
    again, bad = tmp_path / "late-delivery-perfect.wav", tmp_path / "bad.wav"
    soundfile.write(again, np.zeros(32_000, np.float32), 16_000)
    bad.write_text("not sound")
    folder = tmp_path / "new" / "pages"
    done = score(GOOD, str(again), str(bad), *SCRIPT, "--html", str(folder), "--json")
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    assert sorted(page.name for page in folder.iterdir()) == [
        "late-delivery-perfect-1.html",
        "late-delivery-perfect-2.html",
    ]
    good, silent = (page.read_text("utf-8") for page in sorted(folder.iterdir()))
    assert "<h1>A gift that arrived too late</h1>" in good
    assert 'id="sound"' in good
    assert "No scores this time." in silent
    assert f"Wrote {folder}" in done.stderr


def test_a_page_without_the_recording(tmp_path: Path) -> None:
    page = tmp_path / "page.HTML"
    for _ in range(2):
        done = score(GOOD, *SCRIPT, "--html", str(page), "--no-sound")
        assert done.exit_code == 0, done.output
    assert "data:audio" not in page.read_text("utf-8")


def test_silence_is_a_problem_and_not_a_score(tmp_path: Path) -> None:
    silence = tmp_path / "silence.wav"
    soundfile.write(silence, np.zeros(48_000, dtype=np.float32), 16_000)
    done = score(str(silence), *SCRIPT)
    assert done.exit_code == 1
    assert "of 100" not in done.stdout
    assert "~~" not in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.wav", *SCRIPT), "gone.wav"),
        ((GOOD, "--script", "no-such-script"), "There is no script and no file called 'no-such-script'"),
        ((GOOD, "--text", ""), "The text is empty"),
        ((GOOD, *SCRIPT, "--model", "no-such-model"), "no-such-model"),
        ((GOOD, *SCRIPT, "--textgrid", "gone/x.TextGrid"), "cannot be written to gone"),
        ((GOOD, *SCRIPT, "--html", "gone/x.html"), "cannot be written to gone"),
        ((GOOD, *SCRIPT, "--html", "mine.html"), "mine.html is there already and is no page of enunciate"),
        ((GOOD, *SCRIPT, "--html", "mine.wav"), "The folder mine.wav cannot be made"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.html", "mine.wav"):
        Path(name).write_text("<title>Mine</title>")
    done = score(*arguments)
    assert Path("mine.html").read_text() == Path("mine.wav").read_text() == "<title>Mine</title>"
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line
