"""`enunciate progress`: how a learner or a class gets on."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli.keeping import of_wave, opened, since
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from enunciate.history.store import History
    from enunciate.progress import ClassCourse, Course


@click.command(short_help="See how a learner or a class gets on.")
@click.option("--agent", metavar="NAME", help="Whose progress, where no agent is set.")
@click.option("--wave", metavar="WAVE", help="The progress of a whole class.")
@click.option("--since", metavar="WHEN", callback=since, help="Only readings since then: 2w or 2027-03-31.")
@click.option(
    "--html", metavar="PAGE.html", type=click.Path(path_type=Path), help="Write a page for a browser too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--no-color", is_flag=True, help="No colours.")
def command(
    agent: str | None,
    wave: str | None,
    since: datetime | None,
    html: Path | None,
    as_json: bool,
    no_color: bool,
) -> None:
    """Scores over time, area by area and sound by sound: what improved, what is stuck, what to do next.

    It looks at the readings that were kept (`enunciate history list`). A change is only called one where that
    many readings are hardly by accident in such an order.
    """
    if agent and wave:
        raise click.UsageError("Say whose progress, in one way: --agent or --wave.")
    from enunciate import settings

    person = None if wave else agent or settings.get("agent")
    if person is None and wave is None:
        raise click.UsageError(
            "Say whose progress: --agent NAME, or once for all `enunciate agents use NAME`, or --wave WAVE "
            "for a class."
        )
    from rich.console import Console

    from enunciate.progress import terminal
    from enunciate.report import pages

    if html is not None:
        pages.check(html)
    with ExitStack() as stack:
        history = opened(stack)
        found = _class(history, str(wave), since) if wave else _learner(history, str(person), since)
    if html is not None:
        from enunciate.progress import page

        pages.write(page.page(found), html)
        click.echo(printable(f"Wrote {html}."), err=True)
    if as_json:
        click.echo(json.dumps(_described(found), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, no_color=no_color or None)
    from enunciate.progress import ClassCourse

    if isinstance(found, ClassCourse):
        terminal.show_class(found, console)
    else:
        terminal.show(found, console)


def _learner(history: History, agent: str, since: datetime | None) -> Course:
    from enunciate.progress.courses import course
    from enunciate.rubric import load_rubric

    person = history.agent(agent)
    return course(person.name, person.wave, history.readings(agent=person.name, since=since), load_rubric())


def _class(history: History, wave: str, since: datetime | None) -> ClassCourse:
    from enunciate.progress.courses import class_course
    from enunciate.rubric import load_rubric

    agents = [one.name for one in of_wave(history, wave)]
    return class_course(wave, history.readings(wave=wave, since=since), load_rubric(), agents)


def _described(found: Course | ClassCourse) -> dict[str, Any]:
    """The dataclasses as plain data, with what they work out themselves."""
    from dataclasses import fields, is_dataclass

    from enunciate.progress import Series
    from enunciate.progress.trend import Trend

    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, tuple):
            return [plain(one) for one in value]
        if isinstance(value, float):
            return round(value, 4)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        made = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        if isinstance(value, Series):
            made |= {"now": plain(value.now), "reached": value.reached}
        if isinstance(value, Trend):
            made["change"] = plain(value.change)
        return made

    described: dict[str, Any] = plain(found)
    return {"schema": "enunciate.progress/1", **described}
