from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from enunciate.cli import root


def read(*arguments: str, takes: Path) -> Result:
    environment = {"ENUNCIATE_MODEL": "enunciate-en", "ENUNCIATE_TAKES": str(takes)}
    return CliRunner(env=environment).invoke(root, ["read", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say what to read, in one way"),
        (["late-delivery", "--text", "Yes."], "Say what to read, in one way"),
        (["--file", "a.md", "--text", "Yes."], "Say what to read, in one way"),
        (["late-delivery", "--silence", "0"], "0 is not in the range"),
        (["late-delivery", "--countdown", "-1"], "-1 is not in the range"),
    ],
)
def test_what_is_missing_or_too_much_is_said(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = read(*arguments, takes=tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-script"], "There is no script and no file called 'no-such-script'"),
        (["--file", "gone.md"], "There is no file"),
        (["--text", "..."], "no words to read aloud"),
        (["--text", "Yes.", "--save", "file/below"], "cannot be made"),
    ],
)
def test_what_cannot_be_used_is_said_before_anybody_reads(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    done = read(*arguments, takes=tmp_path / "takes")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line
