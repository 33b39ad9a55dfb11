"""`enunciate agents`: the people whose readings are kept."""

from __future__ import annotations

import json
from contextlib import ExitStack

import click

from enunciate.cli.keeping import opened, say
from enunciate.report.printable import printable


@click.group("agents", short_help="List and add the people who read.")
def command() -> None:
    """The people whose readings are kept, and the waves (classes) that they belong to."""


@command.command("list")
@click.option("--wave", help="Only the agents of this wave.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(wave: str | None, as_json: bool) -> None:
    """List the agents, with how often and when they read last. * is the one whom `read` keeps."""
    from enunciate import settings
    from enunciate.history.naming import key

    with ExitStack() as stack:
        history = opened(stack)
        agents = history.agents(wave)
        counts = history.counts()
        waves = history.waves()
    mine = settings.get("agent")
    rows = [
        {
            "name": agent.name,
            "wave": agent.wave,
            "first_language": agent.first_language,
            "readings": counts[agent.name][0] if agent.name in counts else 0,
            "last": counts[agent.name][1].isoformat() if agent.name in counts else None,
            "used": mine is not None and key(mine) == key(agent.name),
        }
        for agent in agents
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        if wave is None:
            say(["There are no agents yet: `enunciate agents add NAME` adds one."])
        else:
            known = f" The waves are: {', '.join(waves)}." if waves else ""
            say([f"There is nobody in wave {wave}.{known}"])
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("agent", overflow="fold")
    table.add_column("wave", overflow="fold")
    table.add_column("first language", overflow="fold")
    table.add_column("readings", justify="right", no_wrap=True)
    table.add_column("last", no_wrap=True)
    for row, agent in zip(rows, agents, strict=True):
        last = f"{counts[agent.name][1]:%Y-%m-%d}" if agent.name in counts else ""
        table.add_row(
            Text(printable(f"{'*' if row['used'] else ' '} {agent.name}")),
            Text(printable(agent.wave or "")),
            Text(printable(agent.first_language or "")),
            str(row["readings"]),
            last,
        )
    Console(highlight=False).print(table)


@command.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--wave", help="The wave (class) that they belong to.")
@click.option("--first-language", metavar="LANGUAGE", help="Orders the first drills, such as Filipino.")
@click.option("--use", is_flag=True, help="Keep what is read here from now on as this agent's.")
def add(names: tuple[str, ...], wave: str | None, first_language: str | None, use: bool) -> None:
    """Add agents, or change the wave or the first language of those who are there."""
    if use and len(names) > 1:
        raise click.UsageError("--use goes with one name.")
    from enunciate import settings

    notices: list[str] = []
    if first_language is not None:
        first_language, notices = _language(first_language)
    with ExitStack() as stack:
        history = opened(stack)
        known = {agent.name for agent in history.agents()}
        for name in names:
            agent = history.add_agent(name, wave, first_language)
            facts = [
                *([f"wave {agent.wave}"] if agent.wave else []),
                *([f"first language {agent.first_language}"] if agent.first_language else []),
            ]
            verb = "Changed" if agent.name in known else "Added"
            about = f" ({', '.join(facts)})" if facts else ""
            click.echo(printable(f"{verb} {agent.name}{about}."))
    if use:
        settings.put("agent", agent.name)
        click.echo(printable(f"What is read here is kept as {agent.name}'s from now on."))
    say(notices)


def _language(named: str) -> tuple[str, list[str]]:
    """The name of the profile that was meant, or the language as it was named, and what to say about it."""
    from enunciate.errors import EnunciateError
    from enunciate.measures.first_languages import first_language, first_languages

    try:
        return first_language(named).name, []
    except EnunciateError:
        profiles = ", ".join(language.name for language in first_languages().values())
        return named.strip(), [
            f"There is no profile for {named.strip()} as a first language, so drills begin with what most "
            f"people find hard. There are profiles for {profiles}."
        ]


@command.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--nobody", is_flag=True, help="Keep nothing any more, unless a command names an agent.")
def use(name: str | None, nobody: bool) -> None:
    """Keep what `enunciate read` hears from now on as NAME's.

    It is written into the file of settings; ENUNCIATE_AGENT overrides that, and --agent of each command both.
    """
    from enunciate import settings

    if (name is None) != nobody:
        raise click.UsageError("Say whose readings are to be kept: NAME, or --nobody.")
    if nobody or name is None:
        settings.put("agent", None)
        click.echo("What is read is no longer kept, unless a command names an agent.")
        return
    with ExitStack() as stack:
        agent = opened(stack).agent(name)
    settings.put("agent", agent.name)
    click.echo(printable(f"What is read here is kept as {agent.name}'s from now on."))
