"""What people hand over by mistake: one clear sentence and status 1, or it is used."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from enunciate.assessment import Assessment
from enunciate.audio import RATE, Audio
from enunciate.cli import root
from enunciate.interval import Interval

OPENING = "Thank you for calling Larkmoor Home Services. My name is Maya, and I'm happy to help you today."
GREETING = str(resources.files("enunciate").joinpath("demo/greeting-perfect.flac"))
MODEL = Path(str(resources.files("enunciate.models").joinpath("enunciate-en")))


@pytest.fixture(autouse=True)
def no_models_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENUNCIATE_MODELS", str(tmp_path / "models"))


def score(*arguments: str, model: str = "enunciate-en") -> Result:
    return CliRunner(env={"ENUNCIATE_MODEL": model, "COLUMNS": "80"}).invoke(root, ["score", *arguments])


@pytest.fixture(scope="module")
def opening(
    demo_audio: Callable[[str], Audio], demo_assessment: Callable[[str], Assessment]
) -> NDArray[np.float32]:
    """`OPENING` as it was read."""
    last = demo_assessment("greeting-perfect").alignment.words[len(OPENING.split()) - 1]
    assert last.interval is not None
    return demo_audio("greeting-perfect").cut(Interval(0.0, last.interval.end + 0.2)).samples


@pytest.fixture
def here(tmp_path: Path, opening: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a good recording in it."""
    monkeypatch.chdir(tmp_path)
    soundfile.write("good.wav", opening, RATE)
    return tmp_path


def noise(seconds: float) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(0.0, 0.1, round(seconds * RATE))


def scrambled(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Speech of no language: tenths of a second of a voice in random order, some backwards."""
    random = np.random.default_rng(7)
    pieces = [piece[:: random.choice((1, -1))] for piece in np.array_split(speech, len(speech) // 1600)]
    random.shuffle(pieces)
    return np.concatenate(pieces)


def damaged(whole: str, kept: float) -> bytes:
    data = Path(whole).read_bytes()
    return data[: round(len(data) * kept)]


def refused(result: Result, said: str) -> None:
    """One sentence on stderr, nothing on stdout."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line


def used(result: Result, notice: str) -> None:
    """Scored, every word read."""
    assert (result.exit_code, result.stderr) == (0, "")
    assert " of 100" in result.stdout
    assert "~~" not in result.stdout
    assert notice in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.wav", None, "There is no file gone.wav: check the name and the folder."),
        (".", None, "is a folder: name one recording in it."),
        ("empty.wav", b"", "empty.wav is empty (0 bytes): record it again or copy it anew."),
        ("text.wav", b"Dear customer,\n", "text.wav holds text, not sound: name a recording"),
        ("header.wav", b"RIFF\x24\x10\x00\x00WAVEfmt \x10", "header.wav is damaged or cut off too early"),
        ("header.flac", b"fLaC\x00\x00\x00\x22", "header.flac is damaged or cut off too early"),
        ("call.m4a", b"\x00\x00\x00\x20ftypM4A ", "call.m4a is an MP4 or M4A file, which cannot be read"),
        ("odd\x1b[31m\n.wav", None, "There is no file odd"),
    ],
)
def test_a_recording_that_cannot_be_read(here: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    result = score(name, "--text", OPENING)
    refused(result, said)
    assert "\x1b" not in result.output


def test_a_recording_that_is_nothing_but_numbers_that_are_none(here: Path) -> None:
    soundfile.write("nan.wav", np.full(RATE, np.nan), RATE, subtype="FLOAT")
    refused(score("nan.wav", "--text", OPENING), "100% of its samples are not numbers; save it again")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda speech: np.zeros(3 * RATE), "completely silent: check that the microphone is on"),
        (lambda speech: noise(3.0), "only steady noise and no speech"),
        (lambda speech: speech[RATE : RATE + RATE // 5], "only 0.20 seconds, too short for a word"),
        (scrambled, "does not seem to be a reading"),
    ],
    ids=["silence", "noise", "a fifth of a second", "scrambled"],
)
def test_a_recording_without_a_reading_gets_a_kind_report(
    here: Path,
    opening: NDArray[np.float32],
    make: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    said: str,
) -> None:
    soundfile.write("other.wav", make(opening), RATE)
    result = score("other.wav", "--text", OPENING)
    assert (result.exit_code, result.stderr) == (1, "")
    assert said in " ".join(result.stdout.split())
    assert "No scores this time." in result.stdout
    assert not re.search(r"of 100|~~|\+ ", result.stdout)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("--script=late-delivery", "does not seem to be a reading of “A gift that arrived too late”"),
        ("--text=Thank you.", "Far more was said here than “Thank you.” holds."),
    ],
)
def test_another_script_is_said_once(script: str, said: str) -> None:
    result = score(GREETING, script)
    assert result.exit_code == 1
    assert said in " ".join(result.stdout.split())
    assert not re.search(r"of 100|~~|\\+ ", result.stdout)


@pytest.mark.parametrize(
    ("rate", "channels", "notice"),
    [
        (8_000, 1, "The recording has 8000 samples a second, as on the telephone"),
        (96_000, 1, ""),
        (RATE, 2, "The 2 channels were mixed into one."),
        (RATE, 8, "The 8 channels were mixed into one."),
    ],
)
def test_another_rate_and_more_channels_are_used(
    here: Path, opening: NDArray[np.float32], rate: int, channels: int, notice: str
) -> None:
    samples = soxr.resample(opening, RATE, rate)
    soundfile.write("other.wav", np.stack([samples] * channels, axis=1), rate)
    used(score("other.wav", "--text", OPENING), notice)


def test_a_few_samples_that_are_no_numbers_are_left_out(here: Path, opening: NDArray[np.float32]) -> None:
    samples = opening.copy()
    samples[9] = np.nan
    soundfile.write("nan.wav", samples, RATE, subtype="FLOAT")
    used(score("nan.wav", "--text", OPENING), "1 sample that is not a number was set to zero.")


@pytest.mark.parametrize("name", ["whole.wav", "whole.flac"])
def test_of_a_recording_that_breaks_off_the_first_part_is_used(
    here: Path, opening: NDArray[np.float32], name: str
) -> None:
    soundfile.write(name, opening, RATE)
    Path("part" + Path(name).suffix).write_bytes(damaged(name, 0.8))
    result = score("part" + Path(name).suffix, "--text", OPENING)
    assert result.exit_code == 0, result.output
    assert "The file breaks off: of " in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("", "script.md is empty: write the text that is to be read."),
        (" \n\n", "script.md is empty"),
        ("---\ntitle: Nothing\n---\n", "script.md is empty"),
        ("... --- !!!", "script.md holds no words to read aloud, only symbols"),
        ("Спасибо за звонок.", "script.md is written in Cyrillic letters: enunciate listens to English"),
        ("感谢您的来电", "script.md is written in Chinese letters"),
        ("\x00\x01\x02" * 50, "script.md is not a text file"),
        ("---\ntitle: [x\n---\nThank you.", "script.md, line 2: the front matter cannot be read"),
    ],
)
def test_a_script_that_nobody_can_read_aloud(here: Path, script: str, said: str) -> None:
    Path("script.md").write_text(script, "utf-8")
    refused(score("good.wav", "--script", "script.md"), said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text", ""), "The text is empty"),
        (("--text", "Спасибо за звонок"), "The text is written in Cyrillic letters"),
        (("--script", "gone.md"), "There is no file gone.md"),
        (("--script", "no-such-script"), "There is no script and no file called 'no-such-script'"),
        (("--script", "."), "is a folder: name the script file in it"),
    ],
)
def test_a_script_that_is_not_there(here: Path, arguments: tuple[str, ...], said: str) -> None:
    refused(score("good.wav", *arguments), said)


def test_markup_and_control_characters_in_a_script_are_not_read_nor_printed(here: Path) -> None:
    marked = OPENING.replace("calling", "\x1b[31mcalling\x1b[0m\x07").replace("happy", "<b>**happy**</b>")
    Path("script.md").write_text(f"{marked} [/] [red]\u202e", "utf-8")
    result = score("good.wav", "--script", "script.md")
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.stdout
    assert "happy to help you today" in " ".join(result.stdout.split())


def halve(file: Path) -> None:
    file.write_bytes(damaged(str(file), 0.5))


@pytest.mark.parametrize("sealed", [True, False], ids=["with checksums", "without"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda model: (model / "am/final.mdl").unlink(),
        lambda model: (model / "am/final.mdl").write_bytes(b""),
        lambda model: halve(model / "am/final.mdl"),
        lambda model: (model / "graph/HCLr.fst").write_bytes(b"x" * 5000),
        lambda model: halve(model / "graph/Gr.fst"),
        lambda model: (model / "conf/model.conf").write_text("--beam=1\n"),
    ],
    ids=["no network", "empty network", "half a network", "no graph", "half a graph", "other options"],
)
def test_a_half_model(here: Path, spoil: Callable[[Path], object], sealed: bool) -> None:
    model = here / "model"
    shutil.copytree(MODEL, model)
    if not sealed:
        (model / "enunciate-checksums.txt").unlink()
    spoil(model)
    refused(score("good.wav", "--text", OPENING, "--model", str(model)), "The model model is damaged: ")
    refused(score("good.wav", "--text", OPENING, model=str(model)), "The model model is damaged: ")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gone/model", "There is no model at gone/model."),
        ("klingon", "There is no model named 'klingon'. Installed: enunciate-en"),
        ("small-en-us-0.15", "The model small-en-us-0.15 is not installed."),
        ("./good.wav", "good.wav is a file; a model is a folder."),
        ("./empty", "The model folder empty is empty."),
        ("./other", "other is not a Vosk model: it has no "),
    ],
)
def test_no_model(here: Path, model: str, said: str) -> None:
    (here / "empty").mkdir()
    (here / "other").mkdir()
    (here / "other/README").write_text("Not this one.")
    refused(score("good.wav", "--text", OPENING, "--model", model), said)
    refused(score("good.wav", "--text", OPENING, model=model), f"ENUNCIATE_MODEL: {said}")


@pytest.mark.parametrize("path", ["gone/x.TextGrid", ".", "good.wav/x.TextGrid"])
def test_a_textgrid_that_cannot_be_written(here: Path, path: str) -> None:
    refused(
        score("good.wav", "--text", OPENING, "--textgrid", path), f"The TextGrid cannot be written to {path}"
    )
