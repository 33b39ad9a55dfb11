"""One reading from the first look at the script to its end: what keys, sound and time make of it.

ready -> counting -> reading <-> paused -> finishing; `leaving` asks before what was said is given up.
Everything from outside (microphone, listener, keys, display, clock) is an argument.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from enunciate.alignment.following import Progress, State
from enunciate.audio import RATE
from enunciate.audio.microphone import Block
from enunciate.reference import Reference
from enunciate.rubric import Rubric
from enunciate.teleprompter.display import Display
from enunciate.teleprompter.keys import ENTER, SPACE, Keys
from enunciate.teleprompter.meters import LevelWatch, PaceWatch
from enunciate.teleprompter.speaker import Speaker
from enunciate.teleprompter.view import Phase, View

Ending = Literal["read", "silent", "key", "problem", "again", "quit", "keep", "discard"]
"""How a reading ended: the script was read to its end, nothing was said for long, or Enter was pressed (these
three, and a `problem` with the microphone, lead to a report); the person starts over; left before anything
was said; left and keeps what was said for later; throws it away."""


class Microphone(Protocol):
    """An open microphone, which keeps nothing of what it hears while it is paused; see `Capture`."""

    @property
    def overflows(self) -> int:
        """How often sound was lost because the computer was too busy."""
        ...

    @property
    def problem(self) -> str | None:
        """Why no sound comes any more, as a sentence for the person; None while it does."""
        ...

    def read(self, timeout: float) -> Block | None:
        """What has arrived since the last call; None where nothing does within `timeout` seconds."""
        ...

    def pause(self) -> None:
        """Keep nothing from now on."""
        ...

    def resume(self) -> None:
        """Keep what is heard from now on."""
        ...


class Listener(Protocol):
    """Follows the script while sound comes in."""

    def hear(self, samples: NDArray[np.float32]) -> None:
        """Take in the next samples; returns at once."""
        ...

    def progress(self) -> Progress:
        """What is known by now."""
        ...


@dataclass(frozen=True, slots=True)
class Timing:
    """How long what takes, in seconds."""

    count_in: int = 3
    silence: float = 10.0
    """After so long without a word the reading ends."""


_FIRST_WORD = 3.0
"""Before the first word silence may last so many times as long: people collect themselves."""

_ANY_VOICE = 3.0
"""A voice without a word of the script keeps the reading open so many times as long as silence does."""

HEAR = "h"
"""The key that has the script said."""

_LOOK_SECONDS = 0.05
"""How long to wait for sound before keys and clock are looked at again."""

_WARN = 5
"""Seconds before a silence ends the reading at which it is said."""


class Reading:
    """One reading; `run` returns when it is over."""

    def __init__(
        self,
        reference: Reference,
        microphone: Microphone,
        listener: Future[Any],
        keys: Keys,
        display: Display,
        rubric: Rubric,
        timing: Timing,
        *,
        speaker: Speaker | None = None,
        wait_for_enter: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read `reference` into `microphone`, which is paused yet; `listener` may still be loading.

        `speaker` can say the script before the reading begins.
        """
        self._reference = reference
        self._microphone = microphone
        self._loading: Future[Listener] = listener
        self._keys = keys
        self._display = display
        self._timing = timing
        self._speaker = speaker
        self._clock = clock
        self._wait_for_enter = wait_for_enter
        self._band = reference.pace_wpm or rubric.fluency.pace_wpm
        self._level = LevelWatch()
        self._pace = PaceWatch(self._band, rubric.fluency)
        self._pace_wpm: float | None = None
        self._phase: Phase = "loading"
        self._counting_since = 0.0
        self._kept = 0
        """Samples that belong to the take."""
        self.said = False
        """Whether anything was said since the take began."""
        self._word_at = 0.0
        """Second of the take at which the last new word was heard."""
        ahead: list[State] = ["ahead"] * (len(reference.tokens) - 1)
        self._words: tuple[State, ...] = ("current", *ahead)
        self._read = 0

    @property
    def seconds(self) -> float:
        """Length of the take so far."""
        return self._kept / RATE

    def run(self) -> Ending:
        """Until the reading is over."""
        while True:
            ending = self._step()
            if ending is not None:
                if ending in ("read", "silent", "key", "problem"):
                    self._phase = "finishing"
                    self._show()
                return ending
            self._show()

    def _step(self) -> Ending | None:
        while (key := self._keys.pressed()) is not None:
            if ending := self._pressed(key):
                return ending
        heard = self._microphone.read(_LOOK_SECONDS)
        if heard is not None:
            self._level.add(heard.length, heard.db, heard.peak, heard.clipped)
        elif self._microphone.problem:
            return "problem"
        if self._phase == "loading" and self._loading.done():
            self._loading.result()  # raises where it failed
            self._phase = "ready"
        if self._phase == "ready" and not self._wait_for_enter:
            self._count_in()
        if self._phase == "counting" and self._left_to_count() <= 0:
            self._start()
        elif self._phase == "reading":
            if heard is not None and heard.kept:
                self._kept += len(heard.samples)
                self._loading.result().hear(heard.samples)
            return self._heard()
        return None

    def _pressed(self, key: str) -> Ending | None:
        if self._hushed() and key == HEAR:
            return None
        if key == "q":
            return self._leave()
        if key == HEAR and self._speaker and self._phase in ("loading", "ready"):
            self._speaker.start()
        if self._phase == "loading" and key in (ENTER, SPACE):
            # Whoever cannot wait is counted in as soon as it goes.
            self._wait_for_enter = False
        elif self._phase == "ready" and key in (ENTER, SPACE):
            self._count_in()
        elif self._phase == "counting" and key in (ENTER, SPACE):
            self._start()
        elif self._phase == "leaving":
            if key == ENTER:
                return "key"
            if key == SPACE:
                self._start()
            elif key == "x":
                return "discard"
        elif self._phase in ("reading", "paused"):
            if key == ENTER:
                return "key"
            if key == "r":
                return "again"
            if key == SPACE and self._phase == "paused":
                self._start()
            elif key == SPACE:
                self._microphone.pause()
                self._phase = "paused"
        return None

    def _hushed(self) -> bool:
        """End what the speaker says; whether there was anything to end."""
        if self._speaker is None or not self._speaker.speaking:
            return False
        self._speaker.stop()
        return True

    def _leave(self) -> Ending | None:
        """Go, or ask first where something was said."""
        if not self.said:
            return "quit"
        if self._phase == "leaving":
            return "keep"
        self._microphone.pause()
        self._phase = "leaving"
        return None

    def _count_in(self) -> None:
        self._hushed()
        self._phase = "counting"
        self._counting_since = self._clock()

    def _left_to_count(self) -> float:
        return self._timing.count_in - (self._clock() - self._counting_since)

    def _start(self) -> None:
        """Begin to record, or go on after a pause; what was or was not heard before does not count."""
        self._phase = "reading"
        self._word_at = self.seconds
        self._level = LevelWatch()
        self._microphone.resume()

    def _heard(self) -> Ending | None:
        """What the sound so far means; how the reading ends, if it does."""
        progress = self._loading.result().progress()
        if progress.read != self._read:
            self._word_at = self.seconds
            self._read = progress.read
        self.said = self.said or bool(self._read) or self._level.voice
        self._words = progress.tokens
        self._pace_wpm = progress.pace_wpm
        self._pace.add(progress.pace_wpm)
        if progress.ended:
            return "read"
        return "silent" if self._silence_left() <= 0 else None

    def _silence_left(self) -> float:
        """Seconds until silence ends the reading; a voice without words does not put that off for ever."""
        limit = self._timing.silence * (1.0 if self._read else _FIRST_WORD)
        without_word = self.seconds - self._word_at
        silent = min(self._level.quiet_for, without_word)
        return min(limit - silent, _ANY_VOICE * limit - without_word)

    def _notice(self) -> str:
        if self._speaker and self._phase in ("loading", "ready"):
            if self._speaker.speaking:
                return "Listen ... Any key stops."
            if self._speaker.problem:
                return self._speaker.problem
        if self._phase == "loading":
            return "Have a look at the script. One moment ..." if self._wait_for_enter else "One moment ..."
        if self._phase == "ready":
            return "Say a few words to see that you are heard. Then press Enter."
        if self._phase == "finishing":
            return "Thank you. Your report is being made ..."
        if self._phase != "reading":
            return ""
        if not self._read and not self.said:
            return "Read now."
        left = self._silence_left()
        if left <= min(_WARN, self._timing.silence / 2):
            return f"Nothing heard for a while: finishing in {max(1, ceil(left))}."
        return ""

    def _level_hint(self) -> str:
        """What the person should know about the sound; that nobody speaks is no news before the start."""
        hint = self._level.hint or ""
        return "" if hint == "no voice" and self._phase in ("loading", "ready", "counting") else hint

    def _show(self) -> None:
        self._display.show(
            View(
                self._reference,
                self._phase,
                self._words,
                self._band,
                seconds=self.seconds,
                count=max(1, ceil(self._left_to_count())) if self._phase == "counting" else 0,
                level_db=self._level.db,
                level_hint=self._level_hint(),
                pace_wpm=self._pace_wpm,
                pace_hint=self._pace.hint,
                notice=self._notice(),
                overflows=self._microphone.overflows,
            )
        )
