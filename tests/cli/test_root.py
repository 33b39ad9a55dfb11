from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata

import click
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from enunciate.cli import COMMANDS, Commands, root
from enunciate.errors import ModelError


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "enunciate", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )


def group_with(function) -> Commands:
    """The root group, but for a command that does what a test wants."""

    class One(Commands):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            return click.Command(cmd_name, callback=function)

    return One("enunciate")


def test_help_names_every_command_with_a_line() -> None:
    done = CliRunner().invoke(root, ["--help"])
    assert done.exit_code == 0
    commands = done.stdout.split("Commands:\n")[1].splitlines()
    assert [line.split()[0] for line in commands] == list(COMMANDS)
    assert all(len(line.split()) > 2 for line in commands)
    assert done.stdout.isascii()


def test_version_through_python_m() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"enunciate {metadata.version('enunciate')}\n")


@pytest.mark.parametrize("arguments", [["sing"], ["--loud"], ["score"], ["schema", "extra"]])
def test_usage_errors_exit_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(root, arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Usage: " in done.stderr


def test_an_error_of_ours_is_one_line_and_status_1() -> None:
    def fail() -> None:
        raise ModelError("The model \x1b[31mx is missing.")

    done = CliRunner().invoke(group_with(fail), ["any"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: The model \\x1b[31mx is missing.\n"


def test_a_bug_keeps_its_traceback() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    done = CliRunner().invoke(group_with(fail), ["any"])
    assert isinstance(done.exception, ZeroDivisionError)


def test_ctrl_c_is_quiet() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    done = CliRunner().invoke(group_with(interrupt), ["any"])
    assert (done.exit_code, done.output) == (130, "")


def test_a_reader_that_leaves_early_makes_no_noise() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "enunciate", "schema"], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert done.stderr == ""


def test_schema_is_the_one_that_ships() -> None:
    done = run("schema")
    assert done.returncode == 0
    Draft202012Validator.check_schema(json.loads(done.stdout))
    assert done.stdout.isascii()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_script(shell: str) -> None:
    done = run(_ENUNCIATE_COMPLETE=f"{shell}_source")
    assert done.returncode == 0, done.stderr
    assert "_ENUNCIATE_COMPLETE" in done.stdout


def test_shell_completion_of_commands() -> None:
    done = run(_ENUNCIATE_COMPLETE="bash_complete", COMP_WORDS="enunciate sc", COMP_CWORD="1")
    assert [line.split(",")[1] for line in done.stdout.splitlines()] == ["score", "schema"]
