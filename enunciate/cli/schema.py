"""`enunciate schema`: the JSON Schema of what `enunciate score --json` prints."""

from __future__ import annotations

import click


@click.command(short_help="Print the JSON Schema of `score --json`.")
def command() -> None:
    """Print the JSON Schema (draft 2020-12) of the object that `enunciate score --json` prints."""
    from enunciate.report.json import schema_text

    click.echo(schema_text(), nl=False)
