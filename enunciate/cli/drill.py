"""`enunciate drill`: a few minutes of practice that fit the learner."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from enunciate.cli import options
from enunciate.errors import EnunciateError
from enunciate.report.labels import counted
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from enunciate.drills import Item
    from enunciate.drills.choosing import Plan, Wishes
    from enunciate.drills.notebook import Done, Notebook
    from enunciate.drills.trainer import Source
    from enunciate.history import Session
    from enunciate.measures.first_languages import FirstLanguage

_KINDS = ("pairs", "words", "endings", "phrases", "calls", "numbers", "pace", "pauses", "twisters")


@click.command(short_help="Practise what is hard for you, a few minutes at a time.")
@click.argument("more", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--minutes",
    type=click.FloatRange(1, 60),
    default=10.0,
    show_default=True,
    help="About how long the session takes.",
)
@click.option("--sound", metavar="SOUND", help="Only drills of this sound, as ARPAbet (TH) or IPA (θ).")
@click.option("--module", help="Only drills from this module of the scripts, such as empathy.")
@click.option("--kind", type=click.Choice(_KINDS), help="Only drills of this kind.")
@click.option("--agent", metavar="NAME", help="Who practises, where it is not the one who is set.")
@click.option("--first-language", metavar="LANGUAGE", help="Your first language: it orders the first drills.")
@click.option(
    "--resume/--new", default=None, help="Go on with the session that was left, or begin a new one."
)
@click.option(
    "--files",
    metavar="FOLDER-or-FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Recordings instead of the microphone; see above.",
)
@click.option("--list", "listing", is_flag=True, help="Only show which items would come.")
@options.device
@options.model
@click.option("--no-history", is_flag=True, help="Practise without keeping anything.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the closing summary.")
@click.option("--no-color", is_flag=True, help="No colours; the marks stay.")
@click.pass_context
def command(
    ctx: click.Context,
    more: tuple[Path, ...],
    minutes: float,
    sound: str | None,
    module: str | None,
    kind: str | None,
    agent: str | None,
    first_language: str | None,
    resume: bool | None,
    files: tuple[Path, ...],
    listing: bool,
    device: str | None,
    model: str | None,
    no_history: bool,
    as_json: bool,
    no_color: bool,
) -> None:
    """Practise for a few minutes what is hard for you: pairs and lists of words, phrases, call lines, pace,
    pauses.

    Your readings in the history decide what comes, and what went well comes back later than what did not.
    Before there is a history, your first language orders the drills. Each item is read once, and once more
    if you like. Ctrl-C keeps what was done, and the next `enunciate drill` offers to go on.

    With --files, recordings take the place of the microphone. Called after items (pairs-thin-tin-1.wav; a
    second reading pairs-thin-tin-1__2.wav), they are those items; otherwise they are the items that --list
    shows, in its order and theirs.

    The exit status is 0 after a session, however it went, and 1 where a recording could not be used.
    """
    if more and not files:
        raise click.UsageError("Recordings are named with --files.")
    if no_history and agent:
        raise click.UsageError("--no-history contradicts --agent.")
    if resume and no_history:
        raise click.UsageError("--resume needs the history.")
    from rich.console import Console

    from enunciate.audio.devices import hushed
    from enunciate.drills.choosing import Wishes
    from enunciate.teleprompter.display import Stopped, signals_raise

    output = Console(highlight=False, no_color=no_color or None)
    screen = Console(stderr=True, highlight=False, no_color=no_color or None)
    wishes = Wishes(minutes, options.phone(sound) if sound else None, module, kind)
    asked = any(wish is not None for wish in (sound, module, kind))
    interactive = sys.stdin.isatty() and screen.is_terminal and not files and not listing
    try:
        with ExitStack() as stack, signals_raise(), hushed():
            notebook = _notebook(stack, agent, no_history, interactive)
            language = _language(notebook, first_language, interactive and not asked)
            with screen.status("Choosing your drills ...", spinner="line"):
                from enunciate.drills.items import items

                known = items()
                _check(wishes, known)
            session = None if listing or asked or resume is False else notebook.unfinished(_now())
            if resume and session is None and not listing:
                screen.print("There is no session to go on with: this is a new one.")
            if session is not None and not (resume or (interactive and _go_on(session, screen))):
                session = None
            plan, done = (
                _resumed(session, known) if session else (_planned(known, notebook, language, wishes), [])
            )
            source: Source
            if listing:
                _list(plan, output, as_json)
                return
            if files:
                plan, source = _from_files((*files, *more), plan, len(done), known, screen, model)
            else:
                from enunciate.drills.sources import FromMicrophone

                source = FromMicrophone(screen, device, model)
            usable = _train(plan, done, source, notebook, session, output, screen, as_json, live=not files)
    except Stopped as stopped:
        ctx.exit(128 + stopped.number)
    ctx.exit(0 if usable else 1)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _notebook(stack: ExitStack, agent: str | None, no_history: bool, interactive: bool) -> Notebook:
    """What is remembered of whoever practises; raises UnknownAgentError for a name that nobody has."""
    from enunciate import settings
    from enunciate.drills.notebook import Notebook

    named = None if no_history else agent or settings.get("agent")
    if named is None and (no_history or not interactive):
        return Notebook()
    from enunciate.cli.keeping import opened, say

    history = opened(stack)
    if history.problem is not None:
        click.echo(
            printable(
                f"{history.problem} You can practise all the same; nothing is known of you until then."
            ),
            err=True,
        )
    if named is None:
        named = _who()
        if not named:
            return Notebook()
        if history.problem is None:
            named = history.add_agent(named).name
        quoted = f'"{named}"' if " " in named else named
        say([f"Hello, {named}. `enunciate agents use {quoted}` spares you the question."])
    elif history.problem is None:
        named = history.agent(named).name
    return Notebook(history, named)


def _who() -> str:
    return _answer("Your name, so that what is hard for you comes back? (Enter: keep nothing)")


def _answer(question: str) -> str:
    """What the person types; empty where they only press Enter. The terminal would break words in two."""
    import shutil
    import textwrap

    click.echo(textwrap.fill(question, shutil.get_terminal_size().columns), err=True)
    answer: str = click.prompt("", default="", show_default=False, prompt_suffix="> ", err=True)
    return answer.strip()


def _language(notebook: Notebook, named: str | None, ask: bool) -> FirstLanguage | None:
    """The profile of the first language that was named, or is named now: nobody is asked twice."""
    from enunciate.measures.first_languages import first_language, first_languages

    if named is not None:
        profile = first_language(named)
        notebook.speaks(profile.name)
        return profile
    if not ask or not notebook.keeps or notebook.asked_before():
        return None
    names = ", ".join(language.name for language in first_languages().values())
    answer = _answer(
        f"What is your first language? It decides which sounds come first. There are profiles for {names}. "
        "(Enter: rather not say)"
    )
    if not answer:
        return None
    try:
        profile = first_language(answer)
        notebook.speaks(profile.name)
        return profile
    except EnunciateError:
        notebook.speaks(answer)
        click.echo(
            "There is no profile for it yet, so the sounds that most people find hard come first.", err=True
        )
        return None


def _check(wishes: Wishes, known: Mapping[str, Item]) -> None:
    """Raise where nothing can fit the wishes."""
    modules = sorted({item.reference.module or "" for item in known.values()} - {""})
    if wishes.module is not None and wishes.module not in modules:
        import difflib

        close = difflib.get_close_matches(wishes.module, modules, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(modules)}."
        raise click.BadParameter(f"There are no drills in {wishes.module!r}: {hint}", param_hint="--module")


def _planned(
    known: Mapping[str, Item], notebook: Notebook, language: FirstLanguage | None, wishes: Wishes
) -> Plan:
    from enunciate.drills.choosing import plan

    made = plan(known, notebook.learner(language), wishes, _now())
    if not made.items:
        wanted = ", ".join(wish for wish in (wishes.sound, wishes.module, wishes.kind) if wish)
        raise EnunciateError(f"No drill fits {wanted} all at once: leave out one of the options.")
    return made


def _go_on(session: Session, screen: Console) -> bool:
    """Whether the person wants to go on with a session that was left."""
    from rich.text import Text

    from enunciate.drills.trainer import one_of
    from enunciate.teleprompter.keys import ENTER, keyboard

    done, planned = session.position["next"], len(session.plan["items"])
    when = f"{session.started.astimezone():%d %B, %H:%M}"
    screen.print(Text(f"Your session of {when} was left after {done} of {planned} items."))
    screen.print(
        Text.assemble(("Enter", "bold"), (" go on   ", "dim"), ("n", "bold"), (" new session", "dim"))
    )
    with keyboard() as keys:
        return one_of(keys, {ENTER, "n"}) == ENTER


def _resumed(session: Session, known: Mapping[str, Item]) -> tuple[Plan, list[Done]]:
    """The plan of a session that was left, and what is done of it; items that are gone are left out."""
    from enunciate.drills.choosing import Plan
    from enunciate.drills.notebook import read_done

    done = [read_done(written) for written in session.position["done"]]
    finished = {one.item for one in done}
    keys = [one.item for one in done] + [key for key in session.plan["items"] if key not in finished]
    done = [one for one in done if one.item in known]
    items = tuple(known[key] for key in keys if key in known)
    return Plan(items, tuple(session.plan["sounds"]), session.plan["why"]), done


def _list(plan: Plan, output: Console, as_json: bool) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    from enunciate.drills.trainer import item_dict

    if as_json:
        described = {
            "why": plan.why,
            "sounds": plan.sounds,
            "items": [item_dict(item) for item in plan.items],
        }
        click.echo(json.dumps(described, ensure_ascii=False, indent=2))
        return
    output.print(Text(printable(plan.why, output.encoding), "dim"))
    # The whole text, since who records elsewhere reads it from here; in a pipe a line for each item.
    wide = max(len(item.key) for item in plan.items)
    for item in plan.items:
        text = printable(" ".join(item.reference.text.split()), output.encoding)
        if output.is_terminal:
            row = Table.grid(Column(width=wide, style="bold"), Column(overflow="fold"), padding=(0, 2, 0, 0))
            row.add_row(item.key, Text(text))
            output.print(row)
        else:
            output.print(Text(f"{item.key:{wide}}  {text}"), soft_wrap=True)


def _from_files(
    given: tuple[Path, ...],
    plan: Plan,
    done: int,
    known: Mapping[str, Item],
    screen: Console,
    model: str | None,
) -> tuple[Plan, Source]:
    """The recordings as a source, and the plan with the items that they are called after."""
    from dataclasses import replace

    from enunciate.drills.sources import FromFiles, by_name, recordings

    paths = recordings(given)
    named = by_name(paths, known.__contains__)
    if named is not None:
        planned = [item.key for item in plan.items]
        order = sorted(named, key=lambda key: planned.index(key) if key in planned else len(planned))
        items = (*plan.items[:done], *(known[key] for key in order))
        return replace(plan, items=items), FromFiles(named, screen, model)
    left = plan.items[done:]
    if len(paths) > len(left):
        raise EnunciateError(
            f"There are {len(paths)} recordings and {len(left)} items (`enunciate drill --list` shows them): "
            "name the recordings after items, or ask for a longer session with --minutes."
        )
    matched = {item.key: [path] for item, path in zip(left, paths, strict=False)}
    return plan, FromFiles(matched, screen, model)


def _train(
    plan: Plan,
    done: list[Done],
    source: Source,
    notebook: Notebook,
    session: Session | None,
    output: Console,
    screen: Console,
    as_json: bool,
    *,
    live: bool,
) -> bool:
    from rich.text import Text

    from enunciate.drills.choosing import minutes_of
    from enunciate.drills.trainer import Trainer

    notebook.begin(
        {"items": [item.key for item in plan.items], "sounds": list(plan.sounds), "why": plan.why}, session
    )
    left = plan.items[len(done) :]
    screen.print(Text(printable(plan.why, screen.encoding)))
    about = f", about {minutes_of(left)} min" if live else ""
    screen.print(Text(f"{counted(len(left), 'item')}{about}.", "dim"))
    trainer = Trainer(
        plan, source, notebook, output, screen, done=done, as_json=as_json, say=_voice(), live=live
    )
    return trainer.run()


def _voice() -> Callable[[Item, Callable[[], bool]], None] | None:
    """Says an item to the person, until the function that it is given returns true; None without a voice."""
    from enunciate.voice import engines

    if not engines.available():
        return None

    def say(item: Item, stop: Callable[[], bool]) -> None:
        from enunciate.audio.playback import play
        from enunciate.voice.reading import joined, read_aloud

        play(joined(read_aloud(item.reference, engines.voice())), stop)

    return say
