"""`enunciate demo`: scores the recordings that ship, and shows whether their planted mistakes were found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enunciate.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from enunciate.assessment import Assessment
    from enunciate.reference import Reference

IN_THE_SCRIPT = ("mispronounced", "substituted", "omitted")

_PLANTED = {
    "omitted": "“{script}” left out",
    "substituted": "“{script}” read as “{heard}”",
    "grammar": "“{script}” read as “{heard}”, which changes the grammar",
    "inserted": "“{heard}” added before “{script}”",
    "repeated": "“{heard}” said twice",
    "self_correction": "“{heard}” said, then put right",
    "false_start": "“{heard}-” begun and broken off before “{script}”",
    "filler": "“{heard}” before “{script}”",
    "pause": "a pause of {seconds} s before “{script}”",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something marked in the report at or right before a token: a word's fate, a "pause" or a "run_on"."""

    status: str
    token: int
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one recording: what was found of each planted mistake (None: missed), and what was invented."""

    file: str
    voice: str
    planted: tuple[dict[str, Any], ...]
    found: tuple[Finding | None, ...]
    invented: tuple[Finding, ...]


@click.command(short_help="Score the demo recordings and check what was found.")
@click.option("--all", "show_all", is_flag=True, help="Show the full report of every recording.")
@click.option("--json", "as_json", is_flag=True, help="Print the check as JSON.")
@options.model
@click.option("--no-color", is_flag=True, help="No colours; the marks stay.")
@click.pass_context
def command(ctx: click.Context, show_all: bool, as_json: bool, model: str | None, no_color: bool) -> None:
    """Score the recordings that ship with enunciate.

    Synthetic voices read scripts, some of them with mistakes planted on purpose. This shows the report of one
    of these readings, then for all of them whether each mistake was found. The exit status is 1 if one was
    missed or one was reported that is not there.
    """
    from importlib import resources

    from rich.console import Console

    from enunciate import assess
    from enunciate.report.terminal import show

    console = Console(highlight=False, no_color=no_color or None)
    waiting = Console(stderr=True, no_color=no_color or None)
    outcomes = []
    with resources.as_file(resources.files("enunciate").joinpath("demo")) as folder:
        recordings = json.loads((folder / "ground_truth.json").read_text("utf-8"))["recordings"]
        shown_in_full = next(recording["file"] for recording in recordings if recording["planted"])
        for recording in recordings:
            with waiting.status(f"Listening to {recording['file']} ...", spinner="line"):
                assessment = assess(Path(folder) / recording["file"], script=recording["script"], model=model)
            if not as_json and (show_all or recording["file"] == shown_in_full):
                show(assessment, console)
                console.rule()
            outcomes.append(judge(recording, assessment))
    if as_json:
        click.echo(json.dumps([_as_dict(outcome) for outcome in outcomes], indent=2))
    else:
        _print_check(outcomes, console, show_all)
    if any(None in outcome.found or outcome.invented for outcome in outcomes):
        ctx.exit(1)


def findings(assessment: Assessment) -> Iterator[Finding]:
    """Everything that the report of `assessment` marks; what stands beside the script is before its next
    token."""
    words = assessment.alignment.words
    token = len(assessment.reference.tokens)
    following = [token] * len(words)
    for index in reversed(range(len(words))):
        following[index] = token
        reference = words[index].reference
        token = reference.token if reference else token
    for index, word in enumerate(words):
        if word.status != "correct":
            yield Finding(
                word.status, word.reference.token if word.reference else following[index], word.heard
            )
    if assessment.measures:
        pacing = assessment.measures.pacing
        for pause in pacing.pauses:
            if pause.hesitation:
                yield Finding("pause", following[pause.after])
        for index in pacing.missing_pauses:
            yield Finding("run_on", following[index])


def judge(recording: dict[str, Any], assessment: Assessment) -> Outcome:
    """Compare what `assessment` marks with what was planted in the demo `recording`.

    What was said beside the script may be marked on either side of its word, since "the the" does not say
    which of the two is one too many. A pause right beside a planted mistake belongs to it.
    """
    marked = list(findings(assessment))
    found: list[Finding | None] = []
    explained: set[Finding] = set()
    for mistake in recording["planted"]:
        status = mistake["status"] or mistake["kind"]
        token = _token(assessment.reference, mistake["word"])
        places = (token,) if status in (*IN_THE_SCRIPT, "pause") else (token, token + 1)
        hits = [one for one in marked if one.status == status and one.token in places]
        found.append(hits[0] if hits else None)
        explained.update(hits)
        explained.update(one for one in marked if one.status == "pause" and abs(one.token - token) <= 1)
    return Outcome(
        recording["file"],
        recording["voice"],
        tuple(recording["planted"]),
        tuple(found),
        tuple(one for one in marked if one not in explained),
    )


def _token(reference: Reference, word: int) -> int:
    """The token of the spoken word of that number, each token being read by its first reading."""
    for index, token in enumerate(reference.tokens):
        word -= len(token.readings[0])
        if word < 0:
            return index
    raise IndexError("the ground truth is of another script")


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.file,
        "voice": outcome.voice,
        "planted": [
            {**mistake, "found": one is not None, "heard_as": one.said if one else None}
            for mistake, one in zip(outcome.planted, outcome.found, strict=True)
        ],
        "invented": [
            {"status": one.status, "token": one.token, "heard": one.said} for one in outcome.invented
        ],
    }


def _print_check(outcomes: Sequence[Outcome], console: Console, show_all: bool) -> None:
    """One line a planted mistake, and the sum."""
    from rich.table import Table
    from rich.text import Text

    from enunciate.report.printable import printable

    def line(text: str, style: str = "") -> Text:
        return Text(printable(text, console.encoding), style=style)

    console.print(line("What was planted in the demo recordings, and what was found", "bold"))
    yes, no = ("✓ ", "✗ ") if console.encoding.startswith("utf") else ("", "")
    for outcome in outcomes:
        console.print()
        console.print(line(f"{outcome.file}, voice {outcome.voice}", "bold"))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column()
        for mistake, one in zip(outcome.planted, outcome.found, strict=True):
            mark = line(f"{yes}found", "green") if one else line(f"{no}missed", "red")
            grid.add_row(mark, line(_PLANTED[mistake["kind"]].format_map(mistake)))
        for one in outcome.invented:
            grid.add_row(line(f"{no}invented", "red"), line(f"{one.status} {one.said or ''}"))
        if not outcome.planted and not outcome.invented:
            grid.add_row(line(f"{yes}nothing planted, nothing reported", "green"), "")
        console.print(grid)
    planted = sum(len(outcome.planted) for outcome in outcomes)
    missed = sum(outcome.found.count(None) for outcome in outcomes)
    invented = sum(len(outcome.invented) for outcome in outcomes)
    console.print()
    console.print(
        line(
            f"{planted - missed} of {planted} planted mistakes found, "
            f"{invented} reported that {'is' if invented == 1 else 'are'} not there.",
            "bold",
        )
    )
    if not show_all:
        console.print(line("`enunciate demo --all` shows every report. Now read something yourself:"))
        console.print(line("`enunciate prompts list`, then `enunciate score RECORDING --script NAME`."))
