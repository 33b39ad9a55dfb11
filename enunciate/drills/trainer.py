"""`enunciate drill` as a whole: shows an item, hears it, says how it went, and goes on to the next.

What an item is read into is a `Source`: the microphone, or recordings that were made elsewhere. After each
item the notebook knows how far the session has come, so that Ctrl-C costs no more than the item at hand.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Protocol

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from enunciate.assessment import Assessment
from enunciate.drills import Item, Outcome, Part
from enunciate.drills.choosing import Plan, minutes_of
from enunciate.drills.judging import judge
from enunciate.drills.notebook import Done, Notebook
from enunciate.drills.schedule import AGAIN, GOOD, HARD
from enunciate.drills.strip import INDENT
from enunciate.errors import AudioError, EnunciateError, RecognitionError
from enunciate.measures.sounds import sounds
from enunciate.report.labels import counted
from enunciate.report.printable import printable
from enunciate.rubric import load_rubric
from enunciate.teleprompter.keys import ENTER, SPACE, Keys, NoKeys, keyboard

SCHEMA = "enunciate.drill/1"

_TITLES = {
    "pairs": "pairs of words",
    "words": "words",
    "endings": "endings and clusters",
    "phrases": "phrases",
    "calls": "call lines",
    "numbers": "numbers and spelling",
    "pace": "pace",
    "pauses": "pauses",
    "twisters": "tongue twister",
}
_ASKED = {
    "pairs": "Say each word by itself, and let the two of a pair differ.",
    "words": "Say each word by itself.",
    "endings": "Let every ending be heard.",
    "phrases": "Read it as you would say it.",
    "calls": "Read it as to a caller.",
    "numbers": "Read it so that a caller can write it down.",
    "pauses": "Stop at the commas and full stops, and nowhere else.",
    "twisters": "Clear comes before fast.",
}
_MARKS = {"good": "✓", "almost": "~", "again": "✗", None: "?"}
_PLAIN_MARKS = {"good": "+", "almost": "~", "again": "x", None: "?"}
_STYLES = {"good": "green", "almost": "yellow", "again": "bold red", None: "dim"}
_SILENT_AT_MOST = 2
"""Items in a row without a word, after which nobody seems to be there."""


class Quit(Exception):  # noqa: N818 - no error: the person has had enough
    """The person leaves the session."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A reading of an item, assessed, and a way to hear it again where there is one."""

    assessment: Assessment
    play: Callable[[Callable[[], bool]], None] | None = None


class Source(Protocol):
    """Where readings come from."""

    def prepare(self, item: Item) -> None:
        """Get ready to hear `item`, in the background."""
        ...

    def hear(self, item: Item, attempt: int) -> Heard | None:
        """The reading of an item, the first time or the second; None where there is none.

        Raises `Quit` where the person leaves, and AudioError for a recording that cannot be used.
        """
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class Trainer:
    """One session of drills."""

    def __init__(
        self,
        plan: Plan,
        source: Source,
        notebook: Notebook,
        output: Console,
        screen: Console,
        *,
        done: Sequence[Done] = (),
        as_json: bool = False,
        say: Callable[[Item, Callable[[], bool]], None] | None = None,
        live: bool = True,
    ) -> None:
        """Practise the items of `plan` behind those that are `done` already.

        The closing summary goes to `output`, all else to `screen`. `say` reads an item to the person until
        the function that it is given returns true; None where there is no voice. `live` says whether the
        person reads now, so that each item waits for them.
        """
        self._plan = plan
        self._source = source
        self._notebook = notebook
        self._output = output
        self._screen = screen
        self._done = list(done)
        self._as_json = as_json
        self._say_item = say
        self._live = live
        self._interactive = live and sys.stdin.isatty() and screen.is_terminal
        self._rubric = load_rubric()
        self._explained: set[str] = set()
        self._streak = 0
        self._last: Heard | None = None
        self._refused = 0
        self._silent = 0

    def run(self) -> bool:
        """Practise until the end, or until the person leaves; whether every recording could be used."""
        items = self._plan.items
        place = len(self._done)
        try:
            while place < len(items):
                self._source.prepare(items[place])
                done = self._item(items[place], place)
                if done is None:
                    break
                place += 1
                self._done.append(done)
                self._notebook.turn(place, self._done, finished=place == len(items))
        except Quit:
            pass
        except KeyboardInterrupt:
            self._close(finished=False)
            raise
        finally:
            self._source.close()
        self._close(finished=place == len(items))
        return self._refused == 0

    def _item(self, item: Item, place: int) -> Done | None:
        """One item with its retry; None where there is nothing more to hear."""
        self._show(item, place)
        assessments: list[Assessment] = []
        outcomes: list[Outcome] = []
        for attempt in (1, 2):
            if self._interactive and attempt == 1 and not self._ready(item):
                return Done(item.key, ())
            try:
                heard = self._source.hear(item, attempt)
            except (AudioError, RecognitionError) as error:
                self._refused += 1
                self._say(str(error))
                outcomes.append(Outcome(None, str(error)))
                return Done(item.key, tuple(outcomes))
            if heard is None:
                if attempt == 1:
                    return None
                break
            self._last = heard
            outcome = judge(item, heard.assessment, self._rubric)
            assessments.append(heard.assessment)
            outcomes.append(outcome)
            self._tell(outcome, attempt)
            self._silent = 0 if outcome.verdict is not None else self._silent + 1
            if not self._interactive and self._live and self._silent >= _SILENT_AT_MOST:
                self._say("Nobody seems to be reading: the session ends here.")
                raise Quit
            if outcome.verdict == "good" or attempt == 2 or not self._once_more(item, outcome):
                break
        return self._notebook.keep(item, assessments, outcomes, datetime.now(timezone.utc))

    # --- what is shown ------------------------------------------------------------------------------

    def _show(self, item: Item, place: int) -> None:
        named = [f"/{sounds()[phone].ipa}/" for phone in item.sounds if phone in self._plan.sounds]
        what = _TITLES[item.kind] + (f" with {' and '.join(named[:2])}" if named else "")
        head = Text(f"\n{place + 1} of {len(self._plan.items)}", "bold")
        head.append(self._printable(f" · {what}"), "dim")
        if self._streak > 1:
            head.append(self._printable(f" · {self._streak} in a row"), "green")
        self._screen.print(head)
        for phone in item.sounds:
            if (
                phone in self._plan.sounds
                and phone not in self._explained
                and item.kind in ("pairs", "words")
            ):
                self._explained.add(phone)
                sound = sounds()[phone]
                self._line(f"/{sound.ipa}/, {sound.spelling}: {sound.how}", "dim")
        asked = _ASKED.get(item.kind)
        if item.kind == "pace":
            low, high = item.reference.pace_wpm or self._rubric.fluency.pace_wpm
            asked = f"Aim at {low:.0f} to {high:.0f} words a minute."
        self._line(asked or "", "dim")
        self._screen.print()
        text = Text(printable(item.reference.text, self._screen.encoding, lines=True), "bold")
        self._screen.print(Padding(text, (0, 0, 0, INDENT), expand=False))
        self._screen.print()

    def _tell(self, outcome: Outcome, attempt: int) -> None:
        """What became of a reading, in a few lines."""
        if outcome.verdict == "good" and attempt == 1:
            self._streak += 1
        elif outcome.verdict is not None:
            self._streak = 0 if outcome.verdict == "again" else self._streak
        several = len(outcome.parts) > 1 and any(part.verdict == "good" for part in outcome.parts)
        if several:
            line = Text()
            for number, part in enumerate(outcome.parts):
                line.append("   " if number else "").append_text(self._marked(part))
            self._screen.print(Padding(line, (0, 0, 0, INDENT), expand=False))
        mark = Text(f"{self._mark(outcome.verdict)} ", _STYLES[outcome.verdict])
        self._screen.print(
            Padding(mark.append(self._printable(outcome.message), "bold"), (0, 0, 0, INDENT), expand=False)
        )
        notes = [part.note for part in outcome.parts if part.verdict == "again" and part.note]
        for note in list(dict.fromkeys(notes))[:2]:
            if note not in outcome.message:
                self._line(note)
        if outcome.facts:
            self._line(", ".join(outcome.facts), "dim")
        if outcome.verdict is None:
            self._line("This one does not count, and comes back.", "dim")

    def _marked(self, part: Part) -> Text:
        return Text(f"{self._mark(part.verdict)} {self._printable(part.text)}", _STYLES[part.verdict])

    def _mark(self, verdict: str | None) -> str:
        try:
            "✓✗".encode(self._screen.encoding)
        except UnicodeEncodeError:
            return _PLAIN_MARKS[verdict]
        return _MARKS[verdict]

    def _line(self, text: str, style: str = "") -> None:
        if text:
            self._screen.print(Padding(Text(self._printable(text), style), (0, 0, 0, INDENT), expand=False))

    def _say(self, sentence: str) -> None:
        with suppress(OSError):
            self._screen.print(Text(self._printable(sentence)))

    def _printable(self, text: str) -> str:
        return printable(text, self._screen.encoding)

    # --- what is asked ------------------------------------------------------------------------------

    def _ready(self, item: Item) -> bool:
        """Wait until the person wants to read; False where they skip the item."""
        while True:
            choices = [("Enter", "read"), *((("s", "hear it"),) if self._say_item else ())]
            choices += [("p", "play yours")] if self._last and self._last.play else []
            key = self._choose(*choices, ("n", "skip"), ("q", "stop"))
            if key in (ENTER, SPACE):
                return True
            if key == "n":
                return False
            self._play(key, item)

    def _once_more(self, item: Item, outcome: Outcome) -> bool:
        """Whether an item is read a second time."""
        if not self._interactive:
            return not self._live or outcome.verdict is not None
        while True:
            choices = [
                ("Enter", "once more"),
                ("n", "go on"),
                *((("s", "hear it"),) if self._say_item else ()),
            ]
            choices += [("p", "play yours")] if self._last and self._last.play else []
            key = self._choose(*choices, ("q", "stop"))
            if key in (ENTER, SPACE):
                return True
            if key == "n":
                return False
            self._play(key, item)

    def _choose(self, *choices: tuple[str, str]) -> str:
        """The key that was pressed, of those that are offered; raises `Quit` for q."""
        line = Text(" " * INDENT)
        for number, (key, does) in enumerate(choices):
            line.append("   " if number else "").append(key, "bold").append(f" {does}", "dim")
        self._screen.print(line)
        offered = {ENTER if key == "Enter" else key for key, _ in choices} | {SPACE}
        with keyboard() as keys:
            key = one_of(keys, offered)
        if key == "q":
            raise Quit
        return key

    def _play(self, key: str, item: Item) -> None:
        with keyboard() as keys:
            try:
                if key == "s" and self._say_item:
                    self._say_item(item, lambda: keys.pressed() is not None)
                elif key == "p" and self._last and self._last.play:
                    self._last.play(lambda: keys.pressed() is not None)
            except EnunciateError as error:
                self._say(str(error))

    # --- the end ------------------------------------------------------------------------------------

    def _close(self, *, finished: bool) -> None:
        if self._as_json:
            click.echo(json.dumps(self.as_dict(finished=finished), ensure_ascii=False, indent=2))
            return
        for line, style in self.summary(finished=finished):
            self._output.print(Text(printable(line, self._output.encoding), style))

    def summary(self, *, finished: bool) -> list[tuple[str, str]]:
        """The closing lines, each with its style."""
        ratings = Counter(one.rating for one in self._done if one.rating is not None)
        judged = sum(ratings.values())
        lines = [("", "")]
        if judged == 0:
            lines.append(("Nothing was judged this time.", "bold"))
        else:
            lines.append((f"{counted(judged, 'item')} practised.", "bold"))
            told = [(ratings[GOOD], "right away"), (ratings[HARD], "nearly, or at the second try"), (
                ratings[AGAIN], "not yet"
            )]  # fmt: skip
            lines.append((", ".join(f"{count} {how}" for count, how in told if count) + ".", ""))
        unjudged = sum(one.rating is None and bool(one.outcomes) for one in self._done)
        if unjudged:
            lines.append((f"{unjudged} could not be judged; that counts for nothing.", "dim"))
        lines += self._by_sound()
        lines += self._what_comes_next(finished)
        return lines

    def _by_sound(self) -> list[tuple[str, str]]:
        """How the sounds went that the session worked on, where there is something to say."""
        by_key = {item.key: item for item in self._plan.items}
        lines = []
        for phone in self._plan.sounds:
            ratings = [
                one.rating
                for one in self._done
                if one.rating is not None and one.item in by_key and phone in by_key[one.item].sounds
            ]
            if ratings:
                right = sum(rating == GOOD for rating in ratings)
                sound = sounds()[phone]
                lines.append((f"  /{sound.ipa}/, {sound.spelling}: {right} of {len(ratings)} right away", ""))
        return lines

    def _what_comes_next(self, finished: bool) -> list[tuple[str, str]]:
        lines: list[tuple[str, str]] = []
        if not self._notebook.keeps:
            lines.append(
                ("Nothing of this is kept. With --agent NAME, what you find hard comes back in time.", "dim")
            )
            return lines
        today = datetime.now().astimezone().date()
        if days := self._notebook.days(today):
            lines.append((f"Day {days} in a row." if days > 1 else "Your first day of practice.", "green"))
        dues = Counter((one.due.astimezone().date() - today).days for one in self._done if one.due)
        if dues:
            soonest = min(dues)
            when = {0: "later today", 1: "tomorrow"}.get(soonest, f"in {soonest} days")
            lines.append((f"The first to come back: {dues[soonest]} {when}.", ""))
        if not finished and self._done:
            left = self._plan.items[len(self._done) :]
            lines.append(
                (
                    f"{len(left)} left, about {minutes_of(left)} min: the next `enunciate drill` has them.",
                    "",
                )
            )
        return lines

    def as_dict(self, *, finished: bool) -> dict[str, Any]:
        """The session as the JSON object that `--json` prints."""
        by_key = {item.key: item for item in self._plan.items}
        return {
            "schema": SCHEMA,
            "agent": self._notebook.agent,
            "finished": finished,
            "sounds": list(self._plan.sounds),
            "why": self._plan.why,
            "items": [_described(by_key.get(one.item), one) for one in self._done],
            "left": [item.key for item in self._plan.items[len(self._done) :]],
            "days_in_a_row": self._notebook.days(date.today()) if self._notebook.keeps else None,
        }


def _described(item: Item | None, done: Done) -> dict[str, Any]:
    described: dict[str, Any] = {"item": done.item}
    if item is not None:
        described |= item_dict(item)
    last = done.outcomes[-1] if done.outcomes else None
    return described | {
        "verdict": last.verdict if last else None,
        "rating": done.rating,
        "due": done.due.isoformat() if done.due else None,
        "attempts": [
            {
                "verdict": outcome.verdict,
                "message": outcome.message,
                "parts": [
                    {"text": part.text, "verdict": part.verdict, "note": part.note} for part in outcome.parts
                ],
                "facts": list(outcome.facts),
            }
            for outcome in done.outcomes
        ],
    }


def item_dict(item: Item) -> dict[str, Any]:
    """An item as plain values.

    >>> from enunciate.drills.items import items
    >>> item_dict(items()["pairs-thin-tin-1"])["text"]
    'Thin, tin. Thank, tank. Thought, taught.'
    """
    return {
        "item": item.key,
        "kind": item.kind,
        "form": item.form,
        "sounds": list(item.sounds),
        "module": item.reference.module,
        "title": item.reference.title,
        "text": item.reference.text,
        "seconds": round(item.seconds),
    }


def one_of(keys: Keys, wanted: Collection[str]) -> str:
    """The first of the keys that is pressed; raises `Quit` where there are no keys."""
    if isinstance(keys, NoKeys):
        raise Quit
    while True:
        key = keys.pressed()
        if key in wanted:
            return str(key)
        time.sleep(0.03)
