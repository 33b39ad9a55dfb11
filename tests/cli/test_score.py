from __future__ import annotations

import pytest
from click.testing import CliRunner

from enunciate.cli import root


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.wav"], "Say what was read, in one way"),
        (["a.wav", "--text", "Yes.", "--script", "x"], "Say what was read, in one way"),
        (["a.wav", "b.wav", "--text", "Yes.", "--textgrid", "x"], "--textgrid goes with one recording at a time"),
        (["--text", "Yes."], "Missing argument 'RECORDING...'"),
    ],
)
def test_what_is_missing_or_too_much_is_said(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(root, ["score", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
