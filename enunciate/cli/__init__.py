"""The command line: one command a module, imported only when it is called.

To add a command, write `enunciate/cli/<name>.py` with a click command named `command` and add the name to
`COMMANDS`. Its top imports click, our errors and the standard library at most, so that help stays instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from enunciate.errors import EnunciateError
from enunciate.report.printable import printable

COMMANDS = (
    "read",
    "say",
    "score",
    "drill",
    "record",
    "batch",
    "assess",
    "progress",
    "agents",
    "history",
    "demo",
    "prompts",
    "models",
    "devices",
    "doctor",
    "schema",
)
"""In the order of the help."""

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it: 128 and the signal's number."""


class Commands(click.Group):
    """The root group: finds commands by module and turns errors raised on purpose into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"enunciate.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except EnunciateError as error:
            raise click.ClickException(printable(str(error))) from error
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="enunciate", message="%(prog)s %(version)s")
def root() -> None:
    """Listen to a person reading an English script and say how well they were understood.

    All of it runs on this machine; no recording leaves it.
    """


def main() -> None:
    """Run the command line and exit; the entry point of `enunciate` and of `python -m enunciate`."""
    root.main(prog_name="enunciate")
