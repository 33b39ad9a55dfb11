"""`enunciate read`: a script into the microphone, followed while it is read."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from enunciate.cli import options
from enunciate.cli.keeping import keeper, keeping


@click.command(short_help="Read a script into the microphone.")
@click.argument("script", metavar="[SCRIPT]", required=False)
@click.option("--text", help="The text to read, instead of SCRIPT.")
@click.option(
    "--file", metavar="FILE", type=click.Path(path_type=Path), help="The file to read, instead of SCRIPT."
)
@options.device
@options.model
@options.silence("End after so long without a word.")
@options.countdown
@click.option("--retake", is_flag=True, help="Go on to the next reading after each report, until you quit.")
@click.option("--play", is_flag=True, help="Play the reading after its report.")
@click.option(
    "--save",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Keep each reading there, as FLAC with its report as JSON.",
)
@keeping("Keep the reading in the history, or not.  [default: of whom `enunciate agents use` named]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the report.")
@click.option("--no-color", is_flag=True, help="No colours; the marks stay.")
@click.pass_context
def command(
    ctx: click.Context,
    script: str | None,
    text: str | None,
    file: Path | None,
    device: str | None,
    model: str | None,
    silence: float,
    countdown: int,
    retake: bool,
    play: bool,
    save: Path | None,
    agent: str | None,
    history: bool | None,
    keep_recording: bool,
    as_json: bool,
    no_color: bool,
) -> None:
    """Read SCRIPT aloud: a name from `enunciate prompts list`, or a file.

    The script stands on the screen, and its words light up as they are heard. The reading ends by itself once
    the script is read; Enter ends it at once, Space pauses, r starts over and q leaves. Then comes the report
    that `enunciate score` gives. Nothing is kept unless you ask for it; `enunciate agents use` asks
    once for all, and then the report is kept in your history, without your voice.

    The exit status is 0 for a reading that was scored, passed or not, and 1 where there was nothing to score.
    """
    if sum(given is not None for given in (script, text, file)) != 1:
        raise click.UsageError(
            "Say what to read, in one way: SCRIPT (`enunciate prompts list` shows the names), --file FILE or "
            '--text "the words".'
        )
    from rich.console import Console

    from enunciate.audio.devices import hushed
    from enunciate.teleprompter.display import Stopped, signals_raise
    from enunciate.teleprompter.reader import Reader, Script, Wishes
    from enunciate.teleprompter.session import Timing

    named = Script(text=text)
    if file is not None or (script is not None and Path(script).is_file()):
        # By its whole path, so that a take that was broken off is found with its script from any folder.
        named = Script(str(Path(file or str(script)).resolve()))
    elif script is not None:
        named = Script(script)
    output = Console(highlight=False, no_color=no_color or None)
    screen = Console(stderr=True, highlight=False, no_color=no_color or None)
    with ExitStack() as stack:
        wishes = Wishes(
            device=device,
            model=model,
            timing=Timing(count_in=countdown, silence=silence),
            retake=retake,
            play=play,
            save=save,
            as_json=as_json,
            keeper=keeper(stack, "read", agent, history, keep_recording, default=True),
        )
        try:
            with signals_raise(), hushed():
                scored = Reader(named, wishes, output, screen).run()
        except Stopped as stopped:
            ctx.exit(128 + stopped.number)
    ctx.exit(0 if scored else 1)
