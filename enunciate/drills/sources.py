"""Where readings of items come from: the microphone, or recordings that were made elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from enunciate.assessment import assess_reading
from enunciate.audio import Audio
from enunciate.audio.files import read
from enunciate.audio.microphone import Capture
from enunciate.audio.playback import play
from enunciate.audio.takes import unfinished
from enunciate.batch.locations import RECORDINGS
from enunciate.drills import Item
from enunciate.drills.strip import strip
from enunciate.drills.trainer import Heard, Quit
from enunciate.errors import AudioError
from enunciate.recognition import engines
from enunciate.rubric import load_rubric
from enunciate.teleprompter.keys import keyboard
from enunciate.teleprompter.listener import Follower
from enunciate.teleprompter.session import Reading, Timing

_ABOUT = "A drill"
"""What is written down beside a take, so that the next drill knows what a crash left of one."""
_SILENCE = 3.0
"""Seconds without a word after which an item ends."""

_AGAIN = re.compile(r"(?P<key>.+)__2")
"""The name of a second reading."""


class FromMicrophone:
    """Items are read into the microphone."""

    def __init__(self, screen: Console, device: str | None, model: str | None) -> None:
        """Show on `screen` how it goes. What a crash left of an earlier drill is deleted: it was one item."""
        self._screen = screen
        self._device = device
        self._model = model
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="enunciate-load")
        self._rubric = load_rubric()
        self._waiting: tuple[str, Future[Follower]] | None = None
        for take in unfinished():
            if take.about == _ABOUT:
                take.discard()
            else:
                take.leave()

    def prepare(self, item: Item) -> None:
        """Begin to load what following `item` needs."""
        self._give_up()
        self._waiting = (item.key, self._pool.submit(Follower, item.reference, self._model))

    def hear(self, item: Item, attempt: int) -> Heard | None:
        """The reading of `item`; raises Quit where the person leaves in mid-reading."""
        while True:
            if self._waiting is None or self._waiting[0] != item.key:
                self.prepare(item)
            assert self._waiting is not None
            _, loading = self._waiting
            heard = self._read(item, loading)
            self._give_up()
            if heard is not None:
                return heard

    def _read(self, item: Item, loading: Future[Follower]) -> Heard | None:
        """One take; None where the person starts over."""
        capture = Capture(self._device, about=_ABOUT, monitor=True)
        capture.pause()
        with capture:
            try:
                with keyboard() as keys, strip(self._screen) as shown:
                    ending = Reading(
                        item.reference,
                        capture,
                        loading,
                        keys,
                        shown,
                        self._rubric,
                        Timing(count_in=0, silence=_SILENCE),
                        wait_for_enter=False,
                    ).run()
                take = capture.stop()
                if ending == "again":
                    return None
                if ending in ("quit", "keep", "discard"):
                    raise Quit
                follower = loading.result()
                follower.hear_out(capture)
                follower.close()
                audio = follower.heard()
                if take.problem and not audio.seconds:
                    raise AudioError(take.problem)
                recording = replace(take.recording(), audio=audio, path="")
            finally:
                capture.stop().discard()
        with self._screen.status("Listening to it ...", spinner="line"):
            recognizer = engines.recognizer(self._model)
            assessment = assess_reading(recording, item.reference, recognizer, self._rubric)
        return Heard(assessment, lambda stop: play(audio, stop))

    def _give_up(self) -> None:
        if self._waiting is not None:
            _, loading = self._waiting
            self._waiting = None
            if not loading.cancel():
                loading.add_done_callback(lambda done: None if done.exception() else done.result().close())

    def close(self) -> None:
        """Let go of what was loaded."""
        self._give_up()
        self._pool.shutdown(wait=False, cancel_futures=True)


class FromFiles:
    """Items were read elsewhere: `matched` has the recordings of each by its key, the first one first."""

    def __init__(self, matched: Mapping[str, Sequence[Path]], screen: Console, model: str | None) -> None:
        """Read recordings where an item has some; where it has none, the session ends."""
        self._matched = matched
        self._screen = screen
        self._model = model

    def prepare(self, item: Item) -> None:
        """Nothing has to be got ready."""

    def hear(self, item: Item, attempt: int) -> Heard | None:
        """The recording of `item`; None where there is none. Raises AudioError for one that is damaged."""
        paths = self._matched.get(item.key, ())
        if attempt > len(paths):
            return None
        path = paths[attempt - 1]
        recording = read(path)
        with self._screen.status("Listening to it ...", spinner="line"):
            recognizer = engines.recognizer(self._model)
            assessment = assess_reading(recording, item.reference, recognizer)
        audio: Audio = recording.audio
        return Heard(assessment, lambda stop: play(audio, stop))

    def close(self) -> None:
        """Nothing is held."""


def recordings(given: Sequence[Path]) -> tuple[Path, ...]:
    """The recordings among files and folders, those of a folder by name.

    Raises AudioError for what is not there, and where there is none at all.
    """
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(entry for entry in path.iterdir() if entry.suffix.lower() in RECORDINGS)
        elif path.is_file():
            found.append(path)
        else:
            raise AudioError(f"There is no file or folder {path}: check the name.")
    if not found:
        named = ", ".join(map(str, given))
        raise AudioError(f"There is no recording in {named}: name WAV, FLAC, OGG or MP3 files.")
    return tuple(found)


def by_name(paths: Sequence[Path], known: Callable[[str], bool]) -> dict[str, list[Path]] | None:
    """The recordings that are called after items, by item; None where not a single one is.

    "KEY.wav" is the first reading of an item, "KEY__2.wav" the second. Raises AudioError where some are
    called after items and others not, or one has only a second reading.

    >>> found = by_name([Path("b-1__2.wav"), Path("a-1.wav"), Path("b-1.wav")], {"a-1", "b-1"}.__contains__)
    >>> {key: [path.name for path in paths] for key, paths in found.items()}
    {'b-1': ['b-1.wav', 'b-1__2.wav'], 'a-1': ['a-1.wav']}
    """
    firsts: dict[str, Path] = {}
    seconds: dict[str, Path] = {}
    others = []
    order: dict[str, None] = {}
    for path in paths:
        again = _AGAIN.fullmatch(path.stem)
        key, kept = (again["key"], seconds) if again else (path.stem, firsts)
        if known(key):
            kept[key] = path
            order[key] = None
        else:
            others.append(path)
    if not order:
        return None
    if others:
        raise AudioError(
            f"{others[0].name} is called after no item, though others are: `enunciate drill --list` shows "
            "the names. Rename it, or leave it out."
        )
    if alone := next((key for key in order if key not in firsts), None):
        raise AudioError(f"{seconds[alone].name} is a second reading, and {alone} has no first one.")
    return {key: [firsts[key], *([seconds[key]] if key in seconds else [])] for key in order}
