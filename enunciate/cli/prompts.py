"""enunciate prompts: the scripts that ship, and help for those who write their own."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli import options
from enunciate.report.labels import counted

if TYPE_CHECKING:
    from enunciate.reference import Reference


@click.group("prompts")
def command() -> None:
    """List, show and check scripts."""


@command.command("list")
@click.option("--module", help="Only the scripts of this module.")
@click.option("--level", type=click.Choice(["beginner", "intermediate", "advanced"]), help="Only this level.")
@click.option("--tag", help="Only the scripts with this tag.")
@click.option(
    "--sound",
    "wanted",
    multiple=True,
    help="Only the scripts that drill this sound, as ARPAbet (TH) or IPA (θ); twice for a pair.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(
    module: str | None, level: str | None, tag: str | None, wanted: tuple[str, ...], as_json: bool
) -> None:
    """List the scripts that ship with enunciate."""
    from enunciate.reference.scripts import library, seconds_at

    sounds = {options.phone(sound) for sound in wanted}
    chosen = [
        script
        for script in library()
        if (module is None or (script.module or "").lower() == module.lower())
        and (level is None or script.level == level)
        and (tag is None or tag.lower() in map(str.lower, script.tags))
        and sounds <= set(script.sounds)
    ]
    if as_json:
        rows = [asdict(s) | {"seconds": round(seconds_at(s.words, s.pace_wpm), 1)} for s in chosen]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not chosen:
        click.echo("No script fits. `enunciate prompts list` shows them all.", err=True)
        return
    from itertools import groupby

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=min(console.width, 100))
    table.add_column("script", no_wrap=True)
    table.add_column("title", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("sounds" if sounds else "level", no_wrap=True)
    table.add_column("words", justify="right")
    for name, scripts in groupby(chosen, key=lambda script: script.module or ""):
        table.add_row(Text(name, style="bold"))
        for script in scripts:
            fact = " ".join(script.sounds) if sounds else script.level or ""
            table.add_row(f"  {script.id}", Text(script.title), fact, str(script.words))
    _print(console, table)


def _print(console: Any, *renderables: Any) -> None:
    for renderable in renderables:
        console.print(renderable, highlight=False)


@command.command()
@click.argument("script")
@click.option("--spoken", is_flag=True, help="Show how numbers, abbreviations and the like are read.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(script: str, spoken: bool, as_json: bool) -> None:
    """Show SCRIPT: the name of one that ships, or a file."""
    from enunciate.reference.scripts import find, seconds_at

    reference = find(script)
    words = sum(len(token.readings[0]) for token in reference.tokens)
    seconds = seconds_at(words, reference.pace_wpm)
    if as_json:
        click.echo(json.dumps(_as_dict(reference, words, seconds, spoken), ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console()
    facts = [fact for fact in (reference.module, reference.level) if fact]
    if reference.sounds:
        facts.append("drills " + " ".join(reference.sounds))
    if reference.pace_wpm:
        facts.append(f"{reference.pace_wpm[0]:g}-{reference.pace_wpm[1]:g} words per minute")
    if reference.pass_mark is not None:
        facts.append(f"pass mark {reference.pass_mark:g}")
    facts.append(f"{words} words, about {seconds:.0f} seconds")
    _print(console, Text(reference.title, style="bold"), Text(" · ".join(facts), style="dim"), "")
    _print(console, Padding(Text(reference.text), (0, 2)))
    if spoken:
        _print(console, "", *_spoken(reference))


def _spoken(reference: Reference) -> list[Any]:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from enunciate.reference.scripts import special

    seen = {token.written.strip(".,;:!?"): token for token in reversed(list(special(reference.tokens)))}
    if not seen:
        return ["Everything is read just as it is written."]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("written", no_wrap=True)
    table.add_column("read as")
    for written, token in reversed(seen.items()):
        ways = [" ".join(reading) for reading in token.readings]
        more = f" (and {len(ways) - 4} more)" if len(ways) > 4 else ""
        table.add_row(Text(written), Text(" | ".join(ways[:4]) + more))
    return [table]


def _as_dict(reference: Reference, words: int, seconds: float, spoken: bool) -> dict[str, Any]:
    from enunciate.reference.scripts import special

    out: dict[str, Any] = {
        "id": reference.id,
        "title": reference.title,
        "module": reference.module,
        "level": reference.level,
        "tags": reference.tags,
        "sounds": reference.sounds,
        "pace_wpm": reference.pace_wpm,
        "pass_mark": reference.pass_mark,
        "strict_contractions": reference.strict_contractions,
        "words": words,
        "seconds": round(seconds, 1),
        "text": reference.text,
    }
    if spoken:
        out["spoken"] = [
            {
                "written": t.written,
                "start": t.start,
                "end": t.end,
                "readings": [" ".join(r) for r in t.readings],
            }
            for t in special(reference.tokens)
        ]
    return out


@command.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint(files: tuple[str, ...], as_json: bool) -> None:
    """Check script FILES; without any, those that ship. Exits with 1 if one has an error."""
    from importlib import resources
    from pathlib import Path

    from enunciate.reference.lint import lint as look_over

    if files:
        paths = [Path(file) for file in files]
    else:
        with resources.as_file(resources.files("enunciate.prompts")) as folder:
            paths = sorted(folder.glob("*/*.md"))
    findings = [finding for path in paths for finding in look_over(path)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(
                f"{finding.path}:{finding.line}: {'' if finding.error else 'advice: '}{finding.message}"
            )
        errors = sum(finding.error for finding in findings)
        click.echo(
            f"{counted(len(paths), 'script')} looked over, {counted(errors, 'error')}.",
            err=True,
        )
    if any(finding.error for finding in findings):
        sys.exit(1)
