"""`enunciate doctor`: whether all that enunciate needs works on this computer, and what to do if not."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from enunciate.errors import EnunciateError
from enunciate.report.printable import printable

if TYPE_CHECKING:
    from enunciate.audio import Audio

Status = Literal["ok", "note", "failed"]
"""Works; works, but could be better; does not work."""

Figures = Mapping[str, float | int | str | None]

_MARKS: dict[Status, tuple[str, str]] = {
    "ok": ("OK", "green"),
    "note": ("NOTE", "yellow"),
    "failed": ("FAIL", "bold red"),
}
"""How each is printed, and in which style."""

_LISTEN_SECONDS = 3.0
_LEAST_RISE = 20.0
"""dB of speech above the background. All of 400 readings by second-language speakers had 25 or more."""
_LEAST_FREE_BYTES = 200_000_000
"""Half an hour of sound at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's: what was looked at, what was found, and what to do unless all is well.

    `figures` holds what was measured, with units in the names; None is what could not be.
    """

    name: str
    status: Status
    found: str
    advice: str = ""
    figures: Figures = field(default_factory=dict)


@click.command(short_help="Check that everything works on this computer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--no-microphone", is_flag=True, help="Do not record.")
@click.option("--device", metavar="NAME", help="The microphone: its number or part of its name.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def command(
    ctx: click.Context, as_json: bool, no_microphone: bool, device: str | None, no_color: bool
) -> None:
    """Check Python, libraries, model, microphone, terminal, folders and history, one a line.

    For the microphone, three seconds are recorded and measured, and nothing is kept. The exit status is 1 if
    something that is needed does not work.
    """
    from enunciate.audio import devices

    checks: list[Callable[[], Check]] = [check_python, check_libraries, check_portaudio, check_model]
    if not no_microphone:
        checks.append(lambda: check_microphone(device))
    checks += [check_terminal, check_folders, check_history]
    done = []
    with devices.hushed():
        for check in checks:
            done.append(_guarded(check))
            if not as_json:
                _print(done[-1], no_color)
    failed = [check for check in done if check.status == "failed"]
    if as_json:
        click.echo(json.dumps({"ok": not failed, "checks": [_row(check) for check in done]}, indent=2))
    elif failed:
        click.echo(f"\nNot everything works: {', '.join(check.name for check in failed)}.")
    else:
        click.echo("\nEverything that is needed works.")
    ctx.exit(1 if failed else 0)


def _guarded(check: Callable[[], Check]) -> Check:
    """The result of a check, a failed one where it breaks: the doctor goes on."""
    name = getattr(check, "__name__", "").removeprefix("check_").replace("portaudio", "PortAudio")
    name = "microphone" if name == "<lambda>" else name
    try:
        return check()
    except EnunciateError as error:
        what, _, advice = str(error).partition(": ")
        return Check(name, "failed", what, advice)
    except Exception as error:
        return Check(name, "failed", f"{type(error).__name__}: {error}", "install enunciate again")


def _row(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "status": check.status,
        "found": check.found,
        "advice": check.advice or None,
        "figures": dict(check.figures),
    }


def _print(check: Check, no_color: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, no_color=no_color or None)
    mark, style = _MARKS[check.status]
    sentence = ": ".join(part.rstrip(".") for part in (check.found, check.advice) if part)
    lines = textwrap.wrap(printable(sentence, console.encoding), max(20, min(console.width, 100) - 18))
    line = Text(f"{mark:<6}", style)
    line.append(f"{check.name:<12}", "bold default").append("\n".ljust(19).join(lines), "default")
    console.print(line, no_wrap=True, crop=False)


def check_python() -> Check:
    """The version of Python, and the system it runs on."""
    version = platform.python_version()
    found = f"{version} on {platform.system()} {platform.machine()}"
    return Check("Python", "ok", found, figures={"version": version})


def check_libraries() -> Check:
    """Whether every library that enunciate depends on is installed, and those with code of their own load."""
    import re
    from importlib import import_module, metadata

    needed = [line for line in metadata.requires("enunciate") or () if "extra ==" not in line]
    names = [match[0] for line in needed if (match := re.match(r"[\w.-]+", line))]
    problems = []
    versions: dict[str, str] = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            problems.append(f"{name} is missing")
    for name in ("numpy", "vosk", "soundfile", "soxr", "pocketsphinx", "spacy", "errant", "rapidfuzz"):
        try:
            import_module(name)
        except Exception as error:
            problems.append(f"{name} cannot be loaded ({error})")
    if problems:
        return Check("libraries", "failed", ", ".join(problems), "pip install --force-reinstall enunciate")
    return Check("libraries", "ok", f"all {len(names)} are there", figures=versions)


def check_portaudio() -> Check:
    """Whether the library through which microphones are read can be loaded."""
    from enunciate.audio import devices

    # It aborts the process that loads it where Linux's sound system (ALSA) has no configuration.
    trial = subprocess.run(
        [sys.executable, "-c", "import sounddevice"], stdin=subprocess.DEVNULL, capture_output=True
    )
    if trial.returncode < 0:
        return Check(
            "PortAudio",
            "failed",
            "it crashes when it is loaded",
            "install libasound2-data, or unset ALSA_CONFIG_PATH",
        )
    number, text = devices.portaudio().get_portaudio_version()
    version = f"{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return Check("PortAudio", "ok", version, figures={"version": version, "description": text})


def check_model() -> Check:
    """Whether the model is whole, and hears the first seconds of a demo recording rightly."""
    import time
    from importlib import resources

    from enunciate.audio import files
    from enunciate.interval import Interval
    from enunciate.recognition import UNKNOWN, engines, models
    from enunciate.reference.scripts import find

    info, why = models.choice()
    if problems := models.verify(info.path).problems:
        return Check("model", "failed", f"{info.name} is damaged: {problems[0]}", "install it again")
    words = [word.text for word in find("late-delivery").words()]
    with resources.as_file(resources.files("enunciate").joinpath("demo/late-delivery-perfect.flac")) as file:
        sound = files.read(file).audio.cut(Interval(0.0, 4.0))
    recognizer = engines.recognizer(info.name if info.shipped else str(info.path))
    start = time.perf_counter()
    heard = recognizer.transcribe(sound, [" ".join(words), UNKNOWN]).words
    seconds = time.perf_counter() - start
    # The last word is cut in two.
    said = [word.text for word in heard][:-1]
    if len(said) < 5 or said != words[: len(said)]:
        return Check(
            "model", "failed", f"{info.name} hears “{' '.join(said)}” in a demo recording",
            "choose another model (`enunciate models list`)",
        )  # fmt: skip
    return Check(
        "model", "ok",
        f"{info.name} is whole and hears a demo recording, {sound.seconds / seconds:.0f} times as fast "
        "as it was read",
        figures={"name": info.name, "why": why, "seconds_per_second": round(seconds / sound.seconds, 3)},
    )  # fmt: skip


def check_microphone(device: str | None) -> Check:
    """Record three seconds, and measure level, background and clipping."""
    from enunciate.audio.microphone import Capture

    if check_portaudio().status == "failed":
        return Check("microphone", "failed", "not tried, as PortAudio does not work")
    with Capture(device) as capture:
        click.echo(f"Say something into {printable(capture.name)} for three seconds ...", err=True)
        for _ in capture.blocks():
            if capture.seconds >= _LISTEN_SECONDS:
                capture.stop()
        with capture.stop() as take:
            if take.problem or take.seconds < _LISTEN_SECONDS / 2:
                why = take.problem or "It delivered almost no sound"
                return Check("microphone", "failed", f"{capture.name}. {why}", "plug it in again")
            return judge(
                capture.name,
                take.recording().audio,
                take.rate,
                take.clipped,
                bool(take.overflows or take.missing),
            )


def judge(name: str, audio: Audio, rate: int, clipped: int, lost: bool) -> Check:
    """What three seconds from the microphone `name` say about it; see `Check`."""
    from enunciate.audio import level
    from enunciate.audio.microphone import permission_hint

    levels = level.levels(audio)
    voice = level.speech_problem(audio) is None and levels.rise >= 10.0
    figures: dict[str, float | int | str | None] = {
        "device": name,
        "rate_hz": rate,
        "speech_db": round(levels.speech, 1) if voice else None,
        "background_db": round(levels.floor, 1),
        "signal_to_noise_db": round(levels.rise, 1) if voice else None,
        "clipped_samples": clipped,
        "sound_was_lost": lost,
    }
    found = f"{name}, {rate / 1000:g} kHz, background {levels.floor:.0f} dB"
    if not audio.samples.any():
        return Check("microphone", "failed", f"{name} delivers no sound at all", permission_hint(), figures)
    if voice:
        found += f", speech {levels.speech:.0f} dB ({levels.rise:.0f} dB above it)"
    advice = ""
    if clipped:
        advice = f"{clipped} samples are clipped: turn it down or move back a little"
    elif lost:
        advice = "sound was lost because the computer was too busy: close other programs"
    elif not voice:
        advice = "no voice was heard, so nothing is known about its level: try again and speak"
    elif levels.speech < -38.0:
        advice = "you are hard to hear: turn it up or move closer"
    elif levels.rise < _LEAST_RISE:
        advice = "the background is loud: find a quieter room or move closer"
    return Check("microphone", "note" if advice else "ok", found, advice, figures)


def check_terminal() -> Check:
    """Size, colours and characters of the terminal."""
    from rich.console import Console

    console = Console()
    size = shutil.get_terminal_size()
    encoding = console.encoding
    figures: Figures = {
        "terminal": int(console.is_terminal),
        "columns": size.columns,
        "lines": size.lines,
        "colours": console.color_system,
        "encoding": encoding,
    }
    if not console.is_terminal:
        return Check("terminal", "ok", "none: plain lines are printed", figures=figures)
    found = f"{size.columns} by {size.lines}, {console.color_system or 'no'} colours, {encoding}"
    try:
        "█░●‖↻".encode(encoding)
    except UnicodeEncodeError:
        return Check("terminal", "note", found, "simpler characters are used; UTF-8 looks better", figures)
    if size.columns < 60 or size.lines < 16:
        return Check("terminal", "note", found, "a larger window shows more", figures)
    return Check("terminal", "ok", found, figures=figures)


def check_folders() -> Check:
    """Whether the settings can be read, and takes can be written."""
    from enunciate import settings
    from enunciate.audio.takes import takes_folder

    settings.get("device")
    folder = takes_folder()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(1 << 16))
    except OSError as error:
        return Check(
            "folders", "failed", f"{there} cannot be written ({error.strerror})",
            "make it writable, or set ENUNCIATE_TAKES to another folder",
        )  # fmt: skip
    free = shutil.disk_usage(there).free
    figures: Figures = {"takes": str(folder), "settings": str(settings.path()), "free_bytes": free}
    found = f"{_at_home(folder)} can be written, {free / 1e9:.1f} GB are free"
    if free < _LEAST_FREE_BYTES:
        return Check("folders", "note", found, "make room: half an hour of sound takes 0.2 GB", figures)
    return Check("folders", "ok", found, figures=figures)


def check_history() -> Check:
    """Whether the history can be used, and how much is in it."""
    from enunciate.history import location, open_history

    url = location.database_url()
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    place = _at_home(file) if file else location.shown(url)
    if file and not file.exists():
        return Check("history", "ok", "nothing is kept yet", figures={"place": place})
    with open_history() as history:
        waiting = history.waiting
        figures: dict[str, str | int] = {"place": place, "waiting": waiting}
        if history.problem is not None:
            what, _, advice = str(history.problem).partition(": ")
            return Check("history", "failed", what, advice, figures)
        counts = [count for count, _ in history.counts().values()]
    figures |= {"readings": sum(counts), "agents": len(counts)}
    return Check(
        "history", "ok", f"{sum(counts)} readings of {len(counts)} agents in {place}", figures=figures
    )


def _at_home(path: Path) -> str:
    """A path as people write it, with "~" for the home folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
