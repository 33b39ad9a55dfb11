"""Readings by script: each fifth of a second brings sound, keys, and how far the reading has come."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
import pytest

from enunciate.alignment.following import Progress, State
from enunciate.audio import RATE
from enunciate.audio.microphone import Block
from enunciate.errors import ModelError
from enunciate.reference.scripts import from_text
from enunciate.rubric import load_rubric
from enunciate.teleprompter.session import Reading, Timing
from enunciate.teleprompter.view import View

SCRIPT = from_text("Thank you for calling us today.")
WORDS = len(SCRIPT.tokens)
STEP = 0.2


def progress(read: int, ended: bool = False) -> Progress:
    tokens: list[State] = ["done"] * read + ["ahead"] * (WORDS - read)
    if read < WORDS:
        tokens[read] = "current"
    return Progress(
        words=tuple(tokens), tokens=tuple(tokens), place=read, seconds=0.0, read=read, pace_wpm=None,
        started=None, last_word=None, silence=0.0, at_end=read == WORDS, ended=ended,
    )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A fifth of a second: a level, or None for a microphone that has stopped; keys; words read by then."""

    db: float | None = -25.0
    keys: str = ""
    read: int | None = None
    ended: bool = False


@dataclass
class Stage:
    """Microphone, listener, keys, display and clock of one reading; an error where the steps run out."""

    steps: Iterable[Step]
    waiting: str = ""
    paused: bool = True
    overflows: int = 0
    problem: str | None = None
    heard: int = 0
    seconds: float = 0.0
    now: Progress = field(default_factory=lambda: progress(0))
    views: list[View] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = iter(self.steps)

    def read(self, timeout: float) -> Block | None:
        step = next(self.steps)
        self.seconds += STEP
        self.waiting += step.keys
        if step.read is not None:
            self.now = progress(step.read, step.ended)
        if step.db is None:
            self.problem = "The microphone was unplugged."
            return None
        samples = np.zeros(round(STEP * RATE), np.float32)
        return Block(samples, self.seconds, STEP, step.db, 0.2, 0, kept=not self.paused)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def hear(self, samples) -> None:
        self.heard += len(samples)

    def progress(self) -> Progress:
        return self.now

    def pressed(self) -> str | None:
        key, self.waiting = self.waiting[:1], self.waiting[1:]
        return {"\r": "enter", " ": "space", "": None}.get(key, key)

    def show(self, view: View) -> None:
        self.views.append(view)

    def clock(self) -> float:
        return self.seconds

    @property
    def phases(self) -> list[str]:
        """The phases in order, each once for as long as it lasted."""
        shown = [view.phase for view in self.views]
        return [phase for before, phase in zip(["", *shown], shown, strict=False) if phase != before]

    @property
    def notices(self) -> list[str]:
        return list(dict.fromkeys(view.notice for view in self.views if view.notice))


def run(
    *steps: Step, count_in: int = 1, wait: bool = True, loading: Future | None = None, speaker=None
) -> tuple[Stage, str]:
    stage = Stage(steps)
    if loading is None:
        loading = Future()
        loading.set_result(stage)
    reading = Reading(
        SCRIPT, stage, loading, stage, stage, load_rubric(), Timing(count_in, silence=4.0),
        speaker=speaker, wait_for_enter=wait, clock=stage.clock,
    )  # fmt: skip
    ending = reading.run()
    stage.said = reading.said
    return stage, ending


QUIET = Step(db=-70.0)
VOICE = Step()
SPOKEN = [VOICE, VOICE, Step(read=1), Step(read=2), Step(read=3)]
START = [QUIET, Step(-70.0, "\r"), QUIET, Step(-70.0, "\r")]
"""A look at the script, Enter, and Enter again for a start at once."""


def test_a_script_read_to_its_end() -> None:
    counting = [QUIET] * 6
    rest = [Step(read=4), Step(read=5), Step(read=6), Step(-70.0, read=6), Step(-70.0, read=6, ended=True)]
    stage, ending = run(QUIET, Step(-70.0, "\r"), *counting, *SPOKEN, *rest)
    assert ending == "read"
    assert stage.phases == ["ready", "counting", "reading", "finishing"]
    counts = [view.count for view in stage.views if view.phase == "counting"]
    assert set(counts) == {1}
    done = [view.words.count("done") for view in stage.views]
    assert done == sorted(done)
    assert done[-1] == WORDS
    assert stage.notices[:2] == ["Say a few words to see that you are heard. Then press Enter.", "Read now."]


def test_enter_starts_at_once_and_only_what_comes_then_is_heard() -> None:
    stage, ending = run(
        QUIET, VOICE, Step(keys="\r"), VOICE, Step(keys="\r"), VOICE, VOICE, Step(keys="\r"), VOICE
    )
    assert ending == "key"
    # The key is seen in the step after it was pressed; the sound of that step is part of the reading.
    assert stage.heard == round(3 * STEP * RATE)
    assert stage.views[-1].seconds == pytest.approx(3 * STEP)


def test_without_keys_it_counts_in_by_itself() -> None:
    stage, ending = run(*[QUIET] * 8, *SPOKEN, *[QUIET] * 30, wait=False)
    assert ending == "silent"
    assert stage.phases == ["counting", "reading", "finishing"]


def test_silence_is_announced_before_it_ends_the_reading() -> None:
    stage, ending = run(*START, *SPOKEN, *[Step(-70.0)] * 30)
    assert ending == "silent"
    left = [notice for notice in stage.notices if "finishing in" in notice]
    assert left == [f"Nothing heard for a while: finishing in {seconds}." for seconds in (2, 1)]


def test_before_the_first_word_there_is_more_time() -> None:
    stage, ending = run(*START, *[QUIET] * 80)
    assert ending == "silent"
    assert stage.views[-1].seconds == pytest.approx(3 * 4.0, abs=0.5)
    assert not stage.said


def test_a_voice_puts_the_end_off_though_no_word_is_heard_but_not_for_ever() -> None:
    stage, ending = run(*START, *SPOKEN, *[VOICE, QUIET] * 80)
    assert ending == "silent"
    assert 12.0 <= stage.views[-1].seconds < 14.0


def test_pause_and_going_on() -> None:
    paused = [Step(keys=" "), *[VOICE] * 100, Step(keys=" ")]
    stage, ending = run(*START, *SPOKEN, *paused, VOICE, VOICE, Step(keys="\r"), VOICE)
    assert ending == "key"
    assert stage.phases == ["ready", "counting", "reading", "paused", "reading", "finishing"]
    assert stage.views[-1].seconds < 3.0


def test_q_before_anything_was_said_leaves_at_once() -> None:
    for steps in (
        [Step(keys="q")],
        [*START, QUIET, Step(-70.0, "q")],
        [Step(keys="\r"), VOICE, Step(keys="q")],
    ):
        assert run(*steps, VOICE)[1] == "quit"


@pytest.mark.parametrize(("key", "ending"), [("\r", "key"), ("x", "discard"), ("q", "keep")])
def test_q_asks_where_something_was_said(key: str, ending: str) -> None:
    stage, ended = run(*START, *SPOKEN, Step(keys="q"), VOICE, VOICE, Step(keys="?r"), Step(keys=key), VOICE)
    assert ended == ending
    assert stage.phases[:4] == ["ready", "counting", "reading", "leaving"]
    assert stage.said


def test_q_and_then_reading_on() -> None:
    stage, ended = run(*START, *SPOKEN, Step(keys="q"), Step(keys=" "), VOICE, Step(keys="r"), VOICE)
    assert ended == "again"
    assert stage.phases == ["ready", "counting", "reading", "leaving", "reading"]


def test_a_microphone_that_goes_ends_the_reading_with_what_was_said() -> None:
    stage, ending = run(*START, *SPOKEN, Step(None), Step(None))
    assert ending == "problem"
    assert stage.phases[-1] == "finishing"
    assert stage.heard


def test_a_microphone_that_goes_before_the_start() -> None:
    assert run(QUIET, Step(None))[1] == "problem"


def test_while_the_model_loads_the_script_can_be_looked_at() -> None:
    loading: Future = Future()
    stage = Stage([QUIET, QUIET, Step(keys="q"), QUIET])
    reading = Reading(SCRIPT, stage, loading, stage, stage, load_rubric(), Timing(), clock=stage.clock)
    assert reading.run() == "quit"
    assert stage.phases == ["loading"]


def test_enter_while_the_model_loads_is_not_lost() -> None:
    loading: Future = Future()

    def steps():
        yield Step(-70.0, "\r")
        yield QUIET
        loading.set_result(stage)
        yield from [QUIET] * 8
        yield Step(keys="\r")
        yield VOICE

    stage = Stage(steps())
    reading = Reading(SCRIPT, stage, loading, stage, stage, load_rubric(), Timing(1), clock=stage.clock)
    assert reading.run() == "key"
    assert stage.phases == ["loading", "counting", "reading", "finishing"]


def test_a_model_that_cannot_be_loaded() -> None:
    loading: Future = Future()
    loading.set_exception(ModelError("There is no model."))
    with pytest.raises(ModelError, match="There is no model"):
        run(QUIET, QUIET, loading=loading)


@dataclass
class ScriptedSpeaker:
    """Speaks from `start` to `stop`, and refuses where there is a `refusal`."""

    refusal: str = ""
    speaking: bool = False
    problem: str = ""
    started: int = 0

    def start(self) -> None:
        self.started += 1
        self.speaking, self.problem = not self.refusal, self.refusal

    def stop(self) -> None:
        self.speaking = False


def test_the_script_can_be_heard_before_the_start_and_never_while_it_is_read() -> None:
    speaker = ScriptedSpeaker()
    hear, enter = Step(-70.0, "h"), Step(-70.0, "\r")
    stage, ending = run(
        QUIET, hear, QUIET, QUIET, hear, QUIET, hear, QUIET, enter, Step(-70.0, "h"), enter, QUIET, hear,
        *SPOKEN, hear, enter, speaker=speaker,
    )  # fmt: skip
    assert ending == "key"
    assert speaker.started == 2
    assert not speaker.speaking
    heard = [view.phase for view in stage.views if view.notice == "Listen ... Any key stops."]
    assert heard
    assert set(heard) == {"ready"}


def test_without_a_voice_the_notice_says_what_to_install() -> None:
    speaker = ScriptedSpeaker(refusal="The voice is not installed.")
    stage, _ = run(QUIET, Step(-70.0, "h"), QUIET, QUIET, Step(-70.0, "q"), QUIET, speaker=speaker)
    assert "The voice is not installed." in stage.notices
