"""`enunciate read` as a whole: opens what a reading needs, gives the report, asks what to do with the take.

Nothing that was said is lost by accident: a take stays in its file until the person has had the report, and
where the program is ended before that, the next one offers it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from enunciate.assessment import Assessment, assess_reading
from enunciate.audio import Recording
from enunciate.audio.microphone import Capture
from enunciate.audio.playback import play
from enunciate.audio.takes import Take, unfinished
from enunciate.errors import EnunciateError, ReportError, ScriptError
from enunciate.recognition import engines
from enunciate.reference import Reference, scripts
from enunciate.report import json as report_json
from enunciate.report.printable import printable
from enunciate.report.terminal import show
from enunciate.rubric import load_rubric
from enunciate.teleprompter.display import display
from enunciate.teleprompter.keys import ENTER, Keys, keyboard
from enunciate.teleprompter.listener import ScriptListener
from enunciate.teleprompter.replay import places
from enunciate.teleprompter.session import HEAR, Ending, Reading, Timing
from enunciate.teleprompter.speaker import ScriptSpeaker
from enunciate.teleprompter.view import clock_time
from enunciate.voice.aloud import say

if TYPE_CHECKING:
    from enunciate.history.keeper import Keeper

REPORTED: tuple[Ending, ...] = ("read", "silent", "key", "problem")
"""The endings after which there is a report."""

_NO_WORD_SECONDS = 0.1
"""A take shorter than this holds nothing."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    device: str | None = None
    model: str | None = None
    timing: Timing = field(default_factory=Timing)
    retake: bool = False
    play: bool = False
    save: Path | None = None
    as_json: bool = False
    keeper: Keeper | None = None
    """Keeps the readings that are reported, where they are to be kept."""


@dataclass(frozen=True, slots=True)
class Script:
    """Which script is read: the name of one that ships or a path, or else a text."""

    name: str | None = None
    text: str | None = None
    ready: Reference | None = field(default=None, repr=False)
    """The script itself, where it is at hand."""

    def load(self) -> Reference:
        """The script. Raises ScriptError where it cannot be used."""
        if self.ready is not None:
            return self.ready
        return scripts.from_text(self.text) if self.text is not None else scripts.find(str(self.name))

    def about(self, title: str, agent: str | None = None) -> str:
        """What is written down beside a take of it, for the program that finds the take.

        With `agent`, the reading is to be kept in that agent's history.
        """
        return f"{title}\n{json.dumps({'name': self.name, 'text': self.text, 'agent': agent})}"


def of_take(about: str | None) -> tuple[str, Script, str | None] | None:
    """The title, the script and the agent of a take from what is written down beside it; None where it is no
    reading.

    >>> of_take(Script(text="Hello.").about("Hello", "Maya"))
    ('Hello', Script(name=None, text='Hello.'), 'Maya')
    """
    try:
        title, found = (about or "").split("\n")
        described = json.loads(found)
        name, text = (described[key] for key in ("name", "text"))
        agent = described.get("agent")
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(name, str) and not isinstance(text, str):
        return None
    return title, Script(name, text), agent if isinstance(agent, str) else None


class Reader:
    """Readings of one script, one after the other."""

    def __init__(self, script: Script, wishes: Wishes, output: Console, screen: Console) -> None:
        """Print reports on `output`, all else on `screen`. Raises ScriptError where the script is missing."""
        self._script = script
        self._reference = script.load()
        self._wishes = wishes
        self._output = output
        self._screen = screen
        self._interactive = sys.stdin.isatty() and screen.is_terminal
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="enunciate-load")
        self._rubric = load_rubric()

    def run(self) -> bool:
        """Read until the person is done; whether the last reading was scored, or there was none to score."""
        if self._wishes.save is not None:
            _make_folder(self._wishes.save)
        try:
            self._unfinished()
            first = True
            while True:
                scored, again = self._reading(wait_for_enter=first and self._interactive)
                if not again:
                    return scored
                first = False
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def once(self) -> tuple[Ending, Assessment | None]:
        """One reading, for a caller that reports on it; the assessment is None where there is none.

        The take is thrown away then; one that was broken off stays for `enunciate read`.
        """
        try:
            ending, take, assessment = self._read(wait_for_enter=self._interactive)
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if take is not None and ending == "keep":
            self._leave(take)
        elif take is not None:
            take.discard()
            if assessment is None:
                self._say(take.problem or "Nothing was recorded.")
        return ending, assessment

    def _reading(self, *, wait_for_enter: bool) -> tuple[bool, bool]:
        """One reading with its report: whether it was scored, and whether another is to follow."""
        ending, take, assessment = self._read(wait_for_enter=wait_for_enter)
        if ending == "keep" and take is not None:
            self._leave(take)
            return True, False
        if take is None:
            return True, ending == "again"
        if assessment is None:
            take.discard()
            self._say(
                take.problem or "Nothing was recorded, so there is nothing to score. Try again any time."
            )
            return False, False
        again = self._report(take, assessment, last=True, keeper=self._wishes.keeper)
        if not self._interactive or self._wishes.as_json:
            again = self._wishes.retake and assessment.problem is None
        return assessment.problem is None, again

    def _read(self, *, wait_for_enter: bool) -> tuple[Ending, Take | None, Assessment | None]:
        """The live part: how it ended and, where there is something to report, take and assessment."""
        loading: Future[ScriptListener] = self._pool.submit(self._listener)
        keeper = self._wishes.keeper
        about = self._script.about(self._reference.title, keeper.agent if keeper else None)
        capture = Capture(self._wishes.device, about=about, monitor=True)
        capture.pause()
        with _closing_when_loaded(loading), capture, closing(ScriptSpeaker(self._reference)) as speaker:
            reading: Reading | None = None
            try:
                with keyboard() as keys, display(self._screen) as shown:
                    reading = Reading(
                        self._reference,
                        capture,
                        loading,
                        keys,
                        shown,
                        self._rubric,
                        self._wishes.timing,
                        speaker=speaker,
                        wait_for_enter=wait_for_enter,
                    )
                    ending = reading.run()
                    take = capture.stop()
                    if ending not in REPORTED:
                        if ending != "keep":
                            take.discard()
                        return ending, take if ending == "keep" else None, None
                    if take.seconds < _NO_WORD_SECONDS:
                        return ending, take, None
                    listener = loading.result()
                    listener.hear_out(capture)
                    return ending, take, listener.finish(_described(take))
            except BaseException:
                # Ended from outside, or by a bug: what was said stays on disk.
                left = capture.stop()
                if reading is not None and reading.said:
                    self._leave(left)
                else:
                    left.discard()
                raise

    def _listener(self) -> ScriptListener:
        return ScriptListener(self._reference, self._wishes.model)

    def _report(
        self, take: Take, assessment: Assessment, *, last: bool, keeper: Keeper | None = None
    ) -> bool:
        """The report of a take; returns whether the person wants to read again. The take is gone then."""
        saved: Path | None = None
        try:
            if self._wishes.save is not None:
                saved, assessment = self._save(take, assessment, self._wishes.save)
            if self._wishes.as_json:
                for notice in assessment.notices:
                    self._say(notice)
                click.echo(report_json.dumps(assessment, lines=self._wishes.retake))
            else:
                show(assessment, self._output)
            if keeper is not None:
                for problem in keeper.keep(assessment, lambda place: take.save(place.with_suffix(".flac"))):
                    self._say(problem)
        except BaseException:
            self._leave(take)
            raise
        # From here on the person has had the report, and nothing is kept unasked.
        try:
            if self._wishes.play:
                with keyboard() as keys:
                    self._play(take, keys)
            if self._interactive and not self._wishes.as_json:
                return self._ask(take, assessment, saved, last=last)
        finally:
            take.discard()
        return False

    def _leave(self, take: Take) -> None:
        """Keep a take for the next start."""
        take.leave()
        self._say("What you read is kept. The next `enunciate read` offers it.")

    def _ask(self, take: Take, assessment: Assessment, saved: Path | None, *, last: bool) -> bool:
        """Play, save, read again or be done, until one of the last two is chosen.

        Where it is not the `last`, a reading is to follow anyway.
        """
        if assessment.scores is not None and assessment.scores.overall is not None:
            # On most screens the report's beginning has gone by.
            self._screen.print(
                Text(f"\n{assessment.scores.overall:.0f} of 100. Your report is above.", "bold")
            )
        while True:
            with keyboard() as keys:
                self._menu(
                    ("p", "play"),
                    ("w", "play from a word"),
                    (HEAR, "hear it read"),
                    *((("s", "save"),) if saved is None else ()),
                    *((("r", "read again"), ("q", "done")) if last else (("Enter", "go on"),)),
                )
                key = _one_of(keys, {"p", "w", HEAR, "r", "s", "q", ENTER})
                if key == ENTER:
                    key = "r" if self._wishes.retake else "q"
                if key in ("r", "q"):
                    return key == "r"
                if key == "p":
                    self._play(take, keys)
                elif key == HEAR:
                    self._hear(keys)
            if key == "w":
                self._play_from_word(take, assessment)
            elif key == "s" and saved is None:
                saved = self._save_somewhere(take, assessment)

    def _play(self, take: Take, keys: Keys, start: float = 0.0) -> None:
        """Play the take from a second on, until a key is pressed."""
        self._say(f"Playing from {clock_time(start)}. Any key stops." if start else "Playing. Any key stops.")
        audio = take.recording().audio
        try:
            play(
                replace(audio, samples=audio.samples[round(start * audio.rate) :]),
                lambda: keys.pressed() is not None,
            )
        except EnunciateError as error:
            self._say(str(error))

    def _hear(self, keys: Keys) -> None:
        """Play the script in the voice, until a key is pressed."""
        self._say("This is how it can sound. Any key stops.")
        try:
            say(self._reference, lambda: keys.pressed() is not None)
        except EnunciateError as error:
            self._say(str(error))

    def _play_from_word(self, take: Take, assessment: Assessment) -> None:
        phrase = self._prompt("From which word")
        found = places(assessment.alignment, phrase)
        if not found:
            if phrase.strip():
                self._say(f"“{phrase.strip()}” is not in the script, or nothing was heard from there on.")
            return
        if len(found) > 1:
            self._say(
                f"It comes {len(found)} times; this is the first. Two or three words in a row find another."
            )
        with keyboard() as keys:
            self._play(take, keys, found[0])

    def _save_somewhere(self, take: Take, assessment: Assessment) -> Path | None:
        folder = self._prompt("Save in which folder", default=".")
        try:
            saved, _ = self._save(take, assessment, Path(folder).expanduser())
        except EnunciateError as error:
            self._say(str(error))
            return None
        return saved

    def _save(self, take: Take, assessment: Assessment, folder: Path) -> tuple[Path, Assessment]:
        """The take as FLAC and its report as JSON in `folder`; the path, and the assessment of that file."""
        _make_folder(folder)
        started = take.started or datetime.now()
        sound = take.save(folder / f"{assessment.reference.id}-{started:%Y-%m-%d-%H%M%S}.flac")
        report = sound.with_suffix(".json")
        recording = replace(
            assessment.recording, path=str(sound), sha256=hashlib.sha256(sound.read_bytes()).hexdigest()
        )
        assessment = replace(assessment, recording=recording)
        try:
            report.write_text(report_json.dumps(assessment) + "\n", "utf-8")
        except OSError as error:
            raise ReportError(f"The report could not be written to {report} ({error.strerror}).") from error
        self._say(f"Saved {sound} and {report.name}.")
        return sound, assessment

    def _unfinished(self) -> None:
        """Offer the readings that were not finished."""
        found = [(take, of_take(take.about)) for take in unfinished()]
        readings = [(take, about) for take, about in found if about is not None]
        for take, about in found:
            if about is None:
                take.leave()
        if not self._interactive:
            for take, (title, *_) in readings:
                self._say(
                    f"An unfinished reading of “{title}” is kept ({take.seconds:.0f} s). Run "
                    "`enunciate read` in a terminal to have it scored or thrown away."
                )
                take.leave()
            return
        for number, (take, (title, script, agent)) in enumerate(readings):
            try:
                self._offer(take, title, script, agent)
            except BaseException:
                for later, _ in readings[number:]:
                    later.leave()
                raise

    def _offer(self, take: Take, title: str, script: Script, agent: str | None) -> None:
        when = f" of {take.started:%d %B, %H:%M}" if take.started else ""
        self._say(
            f"Your reading of “{title}”{when} was not finished. {clock_time(take.seconds)} of it is kept."
        )
        with keyboard() as keys:
            self._menu(("Enter", "score it"), ("k", "keep it for later"), ("x", "throw it away"))
            key = _one_of(keys, {ENTER, "k", "x", "q"})
        if key == "x":
            take.discard()
        elif key != ENTER:
            take.leave()
        else:
            try:
                reference = script.load()
            except ScriptError as error:
                self._say(f"It cannot be scored now. {error}")
                self._save_or_keep(take)
                return
            with self._screen.status("Listening ...", spinner="line"):
                recognizer = engines.recognizer(self._wishes.model)
                assessment = assess_reading(_described(take), reference, recognizer)
            # What another agent began here is no business of this one's history.
            keeper = self._wishes.keeper
            self._report(
                take, assessment, last=False, keeper=keeper if keeper and keeper.agent == agent else None
            )

    def _save_or_keep(self, take: Take) -> None:
        folder = self._prompt("Save it in which folder (empty to keep it for later)", default="")
        if not folder:
            take.leave()
            return
        started = take.started or datetime.now()
        saved = take.save(Path(folder).expanduser() / f"reading-{started:%Y-%m-%d-%H%M%S}.flac")
        self._say(f"Saved {saved}.")
        take.discard()

    def _menu(self, *keys: tuple[str, str]) -> None:
        line = Text()
        for number, (key, does) in enumerate(keys):
            line.append("   " if number else "").append(key, "bold").append(f" {does}", "dim")
        self._screen.print()
        self._screen.print(line)

    def _prompt(self, question: str, default: str | None = None) -> str:
        answer: str = click.prompt(
            question, default="" if default is None else default, show_default=bool(default), err=True
        )
        return answer

    def _say(self, sentence: str) -> None:
        # The terminal may be gone (SIGHUP); then there is nobody to tell.
        with suppress(OSError):
            self._screen.print(Text(printable(sentence, self._screen.encoding)))


@contextmanager
def _closing_when_loaded(loading: Future[ScriptListener]) -> Iterator[None]:
    """Close the listener at the end, or as soon as it has been loaded."""
    try:
        yield
    finally:
        if not loading.cancel():
            loading.add_done_callback(lambda done: None if done.exception() else done.result().close())


def _described(take: Take) -> Recording:
    """The take as a recording; its place among the takes is nobody's business, what happened to it is."""
    recording = take.recording()
    happened = [take.problem] if take.problem else []
    if take.overflows:
        times = "once" if take.overflows == 1 else f"{take.overflows} times"
        happened.append(f"Sound was lost {times}, because the computer was too busy: close other programs.")
    elif take.missing:
        happened.append(f"{take.missing:.1f} s of sound never came: close other programs and read again.")
    return replace(recording, path="", notices=(*recording.notices, *happened))


def _one_of(keys: Keys, wanted: Collection[str]) -> str:
    """The first of the keys that is pressed."""
    while True:
        key = keys.pressed()
        if key in wanted:
            return str(key)
        time.sleep(0.05)


def _make_folder(folder: Path) -> None:
    """Make a folder for saving, if it is not there. Raises ReportError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(
            f"The folder {folder} cannot be made ({error.strerror}): name another one with --save."
        ) from error
    if not os.access(folder, os.W_OK):
        raise ReportError(f"The folder {folder} may not be written to: name another one with --save.")
