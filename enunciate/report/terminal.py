"""The assessment for the person who read, on a terminal of any width, with colours or without.

Every mark can be told apart without colour. Whatever comes from outside (script, file name, words) goes
through `printable` and into `rich.text.Text`, never through rich's markup, so that it is shown as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from enunciate.assessment import Assessment
from enunciate.measures import CalledOut, GrammarSlip, Measures
from enunciate.measures.sounds import how_to
from enunciate.report import strip
from enunciate.report.labels import SCORES
from enunciate.report.printable import printable
from enunciate.report.script import MEANINGS, Kind, Piece, pieces, split
from enunciate.scores import Advice, Scores

WIDEST = 100
"""Columns; longer lines are hard to read."""

NARROW = 60
"""Columns below which a reason stands under its bar rather than beside it."""

_STYLES: dict[Kind, str] = {
    "correct": "green",
    "mispronounced": "yellow underline",
    "substituted": "red",
    "omitted": "red strike",
    "inserted": "magenta",
    "repeated": "cyan",
    "self_correction": "cyan",
    "filler": "cyan",
    "false_start": "cyan",
    "pause": "yellow",
    "run_on": "yellow",
}

_SAMPLES: dict[Kind, Piece] = {
    "mispronounced": Piece("mispronounced", "word"),
    "substituted": Piece("substituted", "word", "other"),
    "omitted": Piece("omitted", "word"),
    "inserted": Piece("inserted", said="word"),
    "repeated": Piece("repeated", said="word"),
    "self_correction": Piece("self_correction", said="word"),
    "filler": Piece("filler", said="um"),
    "false_start": Piece("false_start", said="wo"),
    "pause": Piece("pause", seconds=1.0),
    "run_on": Piece("run_on"),
}
"""What the legend shows of each mark."""


@dataclass(frozen=True, slots=True)
class _Glyphs:
    """The characters that a terminal's encoding allows for."""

    again: str
    pause: str
    run_on: str
    arrow: str
    bar: str
    rest: str
    unknown: str
    bullet: str


_UNICODE = _Glyphs("↻", "‖", "»", "→", "█", "░", "…", "•")
_ASCII = _Glyphs("again:", "||", ">>", "->", "#", ".", "...", "-")


def show(assessment: Assessment, console: Console) -> None:
    """Print the whole report on `console`."""
    console.print(_Report(assessment, min(console.width, WIDEST), console.encoding).all(), width=WIDEST)


class _Report:
    """The parts of one report, as wide as `width` and in characters that `encoding` has."""

    def __init__(self, assessment: Assessment, width: int, encoding: str) -> None:
        self.assessment = assessment
        self.width = width
        self.encoding = encoding
        drawn = "".join((*(getattr(_UNICODE, name) for name in _Glyphs.__slots__), "⠿▁·"))
        try:
            drawn.encode(encoding)
            self.unicode = True
        except UnicodeEncodeError:
            self.unicode = False
        self.glyphs = _UNICODE if self.unicode else _ASCII

    def all(self) -> RenderableType:
        """The parts in order, a blank line between two."""
        assessment = self.assessment
        parts: list[RenderableType] = [self.header()]
        if assessment.problem is not None or assessment.scores is None or assessment.measures is None:
            parts.append(self.problem())
        else:
            scores, measures = assessment.scores, assessment.measures
            parts += [self.verdict(scores), self.bars(scores), *self.script(measures)]
            parts += self.advice(scores.advice[:3])
            parts += self.sounds(measures.pronunciation.called_out, scores.advice[:3])
            parts += self.grammar(measures.grammar or (), scores.advice[:3])
            parts += self.strip(measures)
        parts += self.notices()
        return Group(
            *(part for index, one in enumerate(parts) for part in ((Text(), one) if index else (one,)))
        )

    def text(self, text: str, style: str = "", *, lines: bool = False) -> Text:
        """Text from outside, or of ours that may need plainer characters."""
        return Text(printable(text, self.encoding, lines=lines), style=style)

    def header(self) -> RenderableType:
        """What was read, from which recording and what is to be known about it, and who listened."""
        recording, heard = self.assessment.recording, self.assessment.hypothesis
        return Group(
            self.text(self.assessment.reference.title, "bold"),
            self.text(f"{recording.path or 'Your reading'}, {recording.seconds:.1f} s", "dim"),
            self.text(
                f"Heard by {heard.engine} with the model {heard.model}. {self.limits()}".strip(), "dim"
            ),
            *(self.text(notice) for notice in recording.notices),
        )

    def limits(self) -> str:
        """What the scores cannot tell, from what was measured."""
        if self.assessment.measures is None:
            return ""
        sounds = any(word and word.phones for word in self.assessment.measures.pronunciation.words)
        return "" if sounds else "Whole words were judged, not single sounds."

    def problem(self) -> RenderableType:
        """Why there is nothing to score."""
        problem = self.assessment.problem or "This recording could not be scored."
        return Group(self.text(problem, "bold"), Text("No scores this time."))

    def verdict(self, scores: Scores) -> RenderableType:
        """The overall score, and whether it passes."""
        mark = f"{scores.pass_mark:.0f}"
        if scores.overall is None:
            return Text("There is no overall score: too little could be measured.", style="bold")
        verdict = Text(f"{scores.overall:.0f} of 100", style="bold")
        if scores.passed is True:
            verdict.append(f"  Passed: {mark} was asked for.", "bold green")
        elif scores.passed is False:
            verdict.append(
                f"  Not yet: {mark} passes. Practise what is below and read it again.", "bold yellow"
            )
        return verdict

    def bars(self, scores: Scores) -> RenderableType:
        """One bar a score, with what weighed most in it."""
        narrow = self.width < NARROW
        length = self.width - 22 if narrow else 20
        grid = Table.grid(padding=(0, 2, 0, 0))
        for column in ("name", "bar", "score", *(() if narrow else ("reason",))):
            grid.add_column(no_wrap=column != "reason", justify="right" if column == "score" else "left")
        rows: list[RenderableType] = []
        for name, label in SCORES.items():
            score: float | None = getattr(scores, name)
            reason = self.text(self.reason(scores, name, score))
            if score is None:
                cells = [Text(label), Text(self.glyphs.rest * length, "dim"), Text("-")]
            else:
                full = round(score / 100 * length)
                style = "green" if score >= scores.pass_mark else "yellow"
                bar = Text(self.glyphs.bar * full, style).append(self.glyphs.rest * (length - full), "dim")
                cells = [Text(label), bar, Text(f"{score:.0f}")]
            if narrow:
                line = Table.grid(padding=(0, 2, 0, 0))
                line.add_column(width=13)
                line.add_column(no_wrap=True)
                line.add_column(justify="right", width=3)
                line.add_row(*cells)
                rows += [line, Padding(reason, (0, 0, 0, 2))]
            else:
                grid.add_row(*cells, reason)
        return Group(*rows) if narrow else grid

    @staticmethod
    def reason(scores: Scores, name: str, score: float | None) -> str:
        """The reason that weighed most in a score."""
        if score is None:
            return "not measured"
        reasons = [reason for reason in scores.reasons if reason.score == name]
        return max(reasons, key=lambda reason: reason.points).text if reasons else ""

    def script(self, measures: Measures) -> Iterator[RenderableType]:
        """The script as written with its marks, and what the marks mean."""
        unclear = {word for called in measures.pronunciation.called_out for word in called.words}
        script = pieces(self.assessment.alignment, measures.pacing, unclear)
        marked = Text()
        for piece in script:
            if piece.kind == "gap" or piece.text:
                marked.append_text(self.mark(piece))
            else:
                starts = not marked.plain or marked.plain[-1].isspace()
                marked.append_text(self.mark(piece) + Text(" ") if starts else Text(" ") + self.mark(piece))
        yield Group(Text("Your reading", style="bold"), marked)
        met = Counter(piece.kind for piece in script)
        legend = Table.grid(padding=(0, 2, 0, 0))
        legend.add_column(no_wrap=True)
        legend.add_column()
        for kind, meaning in MEANINGS.items():
            if met[kind]:
                legend.add_row(self.mark(_SAMPLES[kind]), Text(f"{meaning} ({met[kind]})"))
        if legend.row_count:
            yield legend

    def mark(self, piece: Piece) -> Text:
        """A piece with the mark of its kind."""
        style = _STYLES.get(piece.kind, "")
        said = self.glyphs.unknown if piece.said is None else piece.said
        core, end = split(piece.text)
        if piece.kind == "mispronounced":
            return Text.assemble(self.text(f"_{core}_", style), self.text(end))
        if piece.kind == "omitted":
            return Text.assemble(self.text(f"~~{core}~~", style), self.text(end))
        if piece.kind == "substituted":
            instead = "[said something else]" if piece.said is None else f'[said "{said}"]'
            return Text.assemble(self.text(f"{core} {instead}", style), self.text(end))
        beside = {
            "inserted": f"(+ {said})",
            "repeated": f"({self.glyphs.again} {said})",
            "self_correction": f"({said} {self.glyphs.arrow})",
            "filler": f"({said})",
            "false_start": f"({said}-)",
            "pause": f"{self.glyphs.pause} {piece.seconds or 0.0:.1f} s",
            "run_on": self.glyphs.run_on,
        }
        return self.text(beside.get(piece.kind, piece.text), style, lines=piece.kind == "gap")

    def advice(self, advice: tuple[Advice, ...]) -> Iterator[RenderableType]:
        """What to work on next."""
        if not advice:
            return
        title = {1: "One thing", 2: "Two things", 3: "Three things"}[len(advice)]
        yield Group(
            Text(f"{title} to work on", style="bold"),
            self.listed((f"{number}.", one.text, one.start) for number, one in enumerate(advice, 1)),
        )

    def sounds(
        self, called_out: tuple[CalledOut, ...], advice: tuple[Advice, ...]
    ) -> Iterator[RenderableType]:
        """The sounds that were not clear, but for the one that the advice has spoken of already."""
        told = " ".join(one.text for one in advice)
        words = self.assessment.alignment.words
        entries = []
        for called in called_out:
            how = how_to(called.phone, called.heard)
            if how not in told:
                texts = dict.fromkeys(
                    f"“{word.reference.text}”" for i in called.words if (word := words[i]).reference
                )
                times = f", {called.times} times" if called.times > 1 else ""
                first = words[called.words[0]].interval
                entries.append(
                    (
                        self.glyphs.bullet,
                        f"In {', '.join(texts)}{times}: {how}",
                        first.start if first else None,
                    )
                )
        if entries:
            title = "Sounds to practise" if len(entries) == len(called_out) else "Sounds to practise, too"
            yield Group(Text(title, style="bold"), self.listed(iter(entries)))

    def grammar(self, slips: tuple[GrammarSlip, ...], advice: tuple[Advice, ...]) -> Iterator[RenderableType]:
        """Where the reading changed the grammar, but for what the advice has said already."""
        told = " ".join(one.text for one in advice)
        others = [slip for slip in slips if slip.message not in told]
        if others:
            yield Group(
                Text("Grammar" if len(others) == len(slips) else "Grammar, too", style="bold"),
                self.listed((self.glyphs.bullet, slip.message, slip.start) for slip in others),
            )

    def strip(self, measures: Measures) -> Iterator[RenderableType]:
        """Pitch, loudness and pauses across the width."""
        contour, seconds = measures.prosody.contour, self.assessment.recording.seconds
        if contour is None or not len(contour.times) or seconds <= 0:
            return
        label = 6
        width = self.width - label
        pitch = strip.pitch_rows(contour, seconds, width, unicode=self.unicode)
        marked = [pause for pause in measures.pacing.pauses if pause.hesitation]
        floor = measures.prosody.noise_floor_dbfs
        lines = [
            *zip(("high", "pitch", "low"), pitch, ("blue",) * len(pitch), strict=True),
            ("loud", strip.loudness_row(contour, seconds, width, floor, self.unicode), "green"),
            (
                "pause",
                strip.pause_row(measures.pacing.pauses, marked, seconds, width, self.unicode),
                "yellow",
            ),
            ("", strip.time_row(seconds, width), "dim"),
        ]
        drawn = Text("Pitch and loudness", style="bold")
        for name, line, style in lines:
            drawn.append("\n").append(name.ljust(label), "not bold dim").append(
                line.rstrip(), f"not bold {style}"
            )
        yield drawn

    def notices(self) -> Iterator[RenderableType]:
        """What the person should know about the listening; the header has what is to be known of the file."""
        told = self.assessment.recording.notices
        notices = [notice for notice in self.assessment.notices if notice not in told]
        if notices:
            yield self.listed((self.glyphs.bullet, notice, None) for notice in notices)

    def listed(self, entries: Iterator[tuple[str, str, float | None]]) -> Table:
        """A list with hanging indents, and the second at which to listen."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column()
        for mark, text, start in entries:
            listen = "" if start is None else f" (listen at {start:.1f} s)"
            grid.add_row(Text(mark), self.text(text) + Text(listen, "dim"))
        return grid
