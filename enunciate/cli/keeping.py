"""What commands share that keep readings in the history or ask it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

import click

from enunciate.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from enunciate.history import Agent, Kind
    from enunciate.history.keeper import Keeper
    from enunciate.history.store import History


def since(_ctx: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    """The callback of an option that takes a day or a time ago, from which on readings count."""
    from enunciate.history import instants

    if value is None:
        return None
    try:
        return instants.since(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no day such as 2026-11-25 and no time ago such as 3d, 2w, 6m or 1y."
        ) from error


def keeping(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of commands that may keep what they assess: `agent`, `history`, `keep_recording`."""

    def with_options(function: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option(
                "--keep-recording", is_flag=True, help="Keep the recording in the history too; else never."
            ),
            click.option("--history/--no-history", default=None, help=what),
            click.option("--agent", metavar="NAME", help="Whose reading it is; it is kept in the history."),
        ):
            function = option(function)
        return function

    return with_options


def say(sentences: Iterable[str]) -> None:
    """Tell the user beside the results."""
    for sentence in sentences:
        click.echo(printable(sentence), err=True)


def opened(stack: ExitStack) -> History:
    """The history, until the stack ends; what it has to say about what waits or waited is told then."""
    from enunciate.history import open_history

    history = stack.enter_context(open_history())
    stack.callback(lambda: say(history.notices))
    return history


def keeper(
    stack: ExitStack, kind: Kind, agent: str | None, wanted: bool | None, recordings: bool, default: bool
) -> Keeper | None:
    """The keeper of the readings that a command assesses, until the stack ends; None where none are kept.

    `agent` is the one that was named, else the setting counts. `wanted` is what was asked for, None where
    nothing was: then readings are kept for an agent who was named, and with `default` for one who is set.
    """
    from enunciate import settings

    if wanted is False:
        if agent is not None or recordings:
            raise click.UsageError("--no-history contradicts --agent and --keep-recording.")
        return None
    named = agent
    if named is None and (default or wanted):
        named = settings.get("agent")
    if named is None:
        if wanted or recordings:
            raise click.UsageError(
                "Say whose reading is to be kept: --agent NAME, or once for all `enunciate agents use NAME`."
            )
        return None
    from enunciate.history.keeper import Keeper

    history = opened(stack)
    if history.problem is not None:
        say([f"{history.problem} What is read now is kept on this computer until then."])
    made = Keeper(history, named, kind, recordings=recordings)

    def told() -> None:
        if made.kept and history.problem is None:
            readings = "The reading is" if made.kept == 1 else f"{made.kept} readings are"
            say([f"{readings} kept in the history of {made.agent}."])

    stack.callback(told)
    return made


def of_wave(history: History, wave: str) -> tuple[Agent, ...]:
    """The agents of a wave. Raises HistoryError where there are none, with the waves that there are."""
    from enunciate.errors import HistoryError

    found = history.agents(wave)
    if not found:
        waves = history.waves()
        there = f"There are: {', '.join(waves)}." if waves else "`enunciate agents add` takes a --wave."
        raise HistoryError(f"There is nobody in the wave “{wave}”. {there}")
    return found
