"""The assessment as one HTML page: scores, advice, and the script word by word with the sound behind it.

The page is made from the JSON object alone, so that stored assessments have pages too. `view` gathers what is
shown as plain records; the template only lays it out.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from enunciate.alignment import Alignment
from enunciate.audio import Audio
from enunciate.measures import Contour, Pacing
from enunciate.measures.sounds import ipa
from enunciate.report import pages, sound, stored, strip
from enunciate.report.labels import SCORES, overall, whole
from enunciate.report.script import MEANINGS, Kind, Piece, pieces, split

_PLAYER = ("vendor/wavesurfer.min.js", "vendor/regions.min.js", "vendor/timeline.min.js")

_PITCH_RATE = 25.0
"""Pitch values a second in the player."""

_STRIP_COLUMNS = 480
"""Stretches of time in the drawing of the whole recording."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word of the script or something beside it, that can be chosen and listened to; or text between two.

    `text` and `end` are the script's own, the punctuation apart; `said` is what stands beside it. `number`
    counts the marks that can be chosen and is None for text between them.
    """

    kind: Kind
    text: str
    end: str = ""
    said: str = ""
    number: int | None = None
    label: str = ""
    start: float | None = None
    stop: float | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound of a word; `heard` and `tip` only where the evidence is strong."""

    ipa: str
    score: int | None
    heard: str | None = None
    tip: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """What is known of one mark: shown when it is chosen."""

    title: str
    notes: tuple[str, ...]
    phones: tuple[Phone, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """One bar: a score of 0-100, or None where it was not measured, and why."""

    label: str
    value: int | None
    reasons: tuple[str, ...]
    enough: bool = True
    """Whether it reaches the pass mark."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to work on, and the second at which to listen."""

    text: str
    start: float | None
    stop: float | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole recording as a drawing of `columns` by 100: paths of SVG, stretches of time, labels."""

    columns: int
    pitch: str
    loudness: str
    pauses: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class View:
    """All that the page shows."""

    title: str
    agent: str | None
    recording: str
    seconds: float
    problem: str | None
    overall: int | None
    passed: bool | None
    pass_mark: int | None
    scores: tuple[Score, ...]
    advice: tuple[Hint, ...]
    grammar: tuple[Hint, ...]
    sounds: tuple[Hint, ...]
    paragraphs: tuple[tuple[Mark, ...], ...]
    details: tuple[Detail, ...]
    legend: tuple[tuple[Mark, str, int], ...]
    strip: Strip | None
    figures: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    heard_by: str
    rubric: str | None


def page(
    assessment: Mapping[str, Any],
    audio: Audio | None = None,
    *,
    agent: str | None = None,
    back: str | None = None,
) -> str:
    """The page of one reading, described as `Assessment.as_dict(contour=True)` does.

    Without `audio` the page has no player and says so. `back` is the path of the wave's page, relative to
    this one.
    """
    shown = view(assessment, agent)
    coded = sound.mp3(audio) if audio else b""
    player = audio if coded and not shown.problem else None
    return pages.render(
        "reading.html",
        (*(_PLAYER if player else ()), "templates/reading.js"),
        view=shown,
        audio=pages.data_uri(coded, "audio/mpeg") if coded else None,
        data=pages.clean(
            {
                "details": [asdict(detail) for detail in shown.details],
                "sound": _player(player, stored.contour(assessment)) if player else None,
            }
        ),
        back=back,
    )


def view(assessment: Mapping[str, Any], agent: str | None = None) -> View:
    """What the page shows of a reading."""
    alignment, pacing = stored.alignment(assessment), stored.pacing(assessment)
    problem = assessment["problem"]
    if problem is None and assessment["rubric"] is None:
        problem = "This recording could not be scored."
    unclear = {index for called in stored.sounds(assessment) for index in called["words"]}
    script = () if problem else pieces(alignment, pacing, unclear)
    marks, details = _marks(script, alignment, assessment)
    rubric = assessment["rubric"]
    advice = tuple(_hints(assessment["advice"], assessment["words"]))
    told = " ".join(hint.text for hint in advice)
    recording, recognizer = assessment["recording"], assessment["recognizer"]
    met = Counter(piece.kind for piece in script)
    contour = stored.contour(assessment)
    return View(
        title=assessment["script"]["title"],
        agent=agent,
        recording=PurePath(recording["path"]).name,
        seconds=recording["seconds"],
        problem=problem,
        overall=overall(assessment),
        passed=assessment["passed"],
        pass_mark=round(rubric["pass_mark"]) if rubric else None,
        scores=tuple(_scores(assessment)) if rubric else (),
        advice=advice,
        grammar=tuple(
            Hint(slip["message"], slip["start"])
            for slip in assessment["grammar"] or ()
            if slip["message"] not in told
        ),
        sounds=tuple(_sounds(assessment, told)),
        paragraphs=_paragraphs(marks),
        details=details,
        legend=tuple((_SAMPLES[kind], meaning, met[kind]) for kind, meaning in MEANINGS.items() if met[kind]),
        strip=_strip(contour, pacing, recording["seconds"]) if contour else None,
        figures=tuple(_figures(assessment)) if rubric else (),
        notices=tuple(assessment["notices"]) + (() if problem else _limits(assessment)),
        heard_by=f"{recognizer['engine']} with the model {recognizer['model']}",
        rubric=rubric["version"] if rubric else None,
    )


# --- scores and advice ------------------------------------------------------------------------------------


def _scores(assessment: Mapping[str, Any]) -> Iterator[Score]:
    for name, label in SCORES.items():
        value = assessment["scores"][name]
        reasons = [reason for reason in assessment["rubric"]["reasons"] if reason["score"] == name]
        reasons.sort(key=lambda reason: -(reason["points"] or 0.0))
        cost = [reason["text"] for reason in reasons if reason["points"]]
        told = cost or [reason["text"] for reason in reasons]
        enough = value is not None and value >= assessment["rubric"]["pass_mark"]
        yield Score(label, whole(value), tuple(told), enough)


def _hints(advice: Iterable[Mapping[str, Any]], words: Sequence[Mapping[str, Any]]) -> Iterator[Hint]:
    for one in advice:
        spans = [
            times for index in one["words"] if index < len(words) and (times := stored.interval(words[index]))
        ]
        start = one["start"]
        # Heard from a little before, to the end of what it speaks of: an ending is heard only in its phrase.
        near = [span.end for span in spans if start is not None and start <= span.end <= start + 6.0]
        yield Hint(one["text"], start, max(near, default=None))


def _sounds(assessment: Mapping[str, Any], told: str) -> Iterator[Hint]:
    """The sounds that were not clear, but for the one that the advice has spoken of already."""
    words = assessment["words"]
    for called in stored.sounds(assessment):
        if called["how"] in told:
            continue
        where = dict.fromkeys(f"“{words[index]['text']}”" for index in called["words"])
        times = f", {called['times']} times" if called["times"] > 1 else ""
        span = next((found for index in called["words"] if (found := stored.interval(words[index]))), None)
        start, stop = (span.start, span.end) if span else (None, None)
        yield Hint(f"In {', '.join(where)}{times}: {called['how']}", start, stop)


def _limits(assessment: Mapping[str, Any]) -> tuple[str, ...]:
    """What this page cannot tell, from what was measured."""
    found = []
    if not any(word["phones"] for word in assessment["words"]):
        found.append("Whole words were judged, not single sounds.")
    if assessment["grammar"] is None:
        found.append("Grammar was not checked.")
    return tuple(found)


def _figures(assessment: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was measured, in its own units, for those who want numbers."""
    counts, pacing, prosody = assessment["counts"], assessment["pacing"], assessment["prosody"]
    yield "Words of the script", f"{counts['words']}, {counts['correct']} of them as they should be"
    yield "Pace", _measured(pacing["speech_rate_wpm"], "{:.0f} words a minute, pauses included")
    yield "Words read rightly", _measured(pacing["wcpm"], "{:.0f} a minute")
    yield "Pace between pauses", _measured(pacing["articulation_rate"], "{:.1f} syllables a second")
    ratio = pacing["phonation_ratio"]
    yield "Time spent speaking", _measured(None if ratio is None else 100 * ratio, "{:.0f} %")
    yield "Pitch in the middle", _measured(prosody["f0_median_hz"], "{:.0f} Hz")
    yield "Range of pitch", _measured(prosody["f0_range_semitones"], "{:.1f} semitones")
    yield "Level of the recording", _measured(prosody["level_dbfs"], "{:.0f} dBFS")
    yield "Speech above the noise", _measured(prosody["snr_db"], "{:.0f} dB")


def _measured(value: float | None, form: str) -> str:
    return "not measured" if value is None else form.format(value)


# --- the script -------------------------------------------------------------------------------------------


_SAMPLES: dict[Kind, Mark] = {
    "mispronounced": Mark("mispronounced", "word"),
    "substituted": Mark("substituted", "word", said="said “other”"),
    "omitted": Mark("omitted", "word"),
    "inserted": Mark("inserted", "", said="+ word"),
    "repeated": Mark("repeated", "", said="↻ word"),
    "self_correction": Mark("self_correction", "", said="word →"),
    "filler": Mark("filler", "", said="um"),
    "false_start": Mark("false_start", "", said="wo-"),
    "pause": Mark("pause", "", said="‖ 1.0 s"),
    "run_on": Mark("run_on", "", said="»"),
}
"""What the legend shows of each mark."""


def _marks(
    script: Sequence[Piece], alignment: Alignment, assessment: Mapping[str, Any]
) -> tuple[list[Mark], tuple[Detail, ...]]:
    """The pieces as marks, and the detail of each mark that can be chosen."""
    called = {(index, one["phone"]): one for one in stored.sounds(assessment) for index in one["words"]}
    marks: list[Mark] = []
    details: list[Detail] = []
    for piece in script:
        if piece.kind == "gap":
            marks.append(Mark("gap", piece.text))
            continue
        mark, detail = _mark(piece, len(details)), _detail(piece, alignment, assessment, called)
        if piece.text:
            marks.append(mark)
        else:
            blank = not marks or (marks[-1].text + marks[-1].end)[-1:].isspace()
            marks += (mark, Mark("gap", " ")) if blank else (Mark("gap", " "), mark)
        details.append(detail)
    return marks, tuple(details)


def _mark(piece: Piece, number: int) -> Mark:
    core, end = split(piece.text)
    said = "…" if piece.said is None else piece.said
    beside = {
        "substituted": "said something else" if piece.said is None else f"said “{said}”",
        "inserted": f"+ {said}",
        "repeated": f"↻ {said}",
        "self_correction": f"{said} →",
        "filler": said,
        "false_start": f"{said}-",
        "pause": f"‖ {piece.seconds or 0.0:.1f} s",
        "run_on": "»",
    }
    label = core
    if piece.kind in MEANINGS:
        about = core or ("" if piece.said is None else f"“{piece.said}”")
        label = f"{about}: {MEANINGS[piece.kind]}" if about else MEANINGS[piece.kind].capitalize()
        if piece.kind == "substituted" and piece.said is not None:
            label += f", “{piece.said}”"
        if piece.seconds is not None:
            label += f", {piece.seconds:.1f} seconds"
    start, stop = (piece.interval.start, piece.interval.end) if piece.interval else (None, None)
    return Mark(piece.kind, core, end, beside.get(piece.kind, ""), number, label, start, stop)


def _detail(
    piece: Piece,
    alignment: Alignment,
    assessment: Mapping[str, Any],
    called: Mapping[tuple[int, str], Mapping[str, Any]],
) -> Detail:
    core, _ = split(piece.text)
    words = [assessment["words"][index] for index in piece.words]
    notes = [slip["message"] for slip in assessment["grammar"] or () if slip["word"] in piece.words]
    if piece.kind == "substituted" and not notes:
        notes.append(
            "Something else was said here; what it was could not be told."
            if piece.said is None
            else f"You said “{piece.said}”."
        )
    elif piece.kind == "pause":
        notes.append(f"You stopped for {piece.seconds or 0.0:.1f} s inside a phrase.")
    elif piece.kind in MEANINGS and piece.kind != "substituted":
        notes.append(f"{MEANINGS[piece.kind]}.".capitalize())
    spoken = " ".join(word["text"] or "" for word in words)
    if piece.text and len(words) > 1:
        notes.append(f"Read as “{spoken}”.")
    scores = [word["score"] for word in words]
    if piece.kind in {"correct", "mispronounced"}:
        known = [score for score in scores if score is not None]
        if len(known) == 1:
            notes.append(f"How clear the word was: {known[0]:.0f} of 100.")
        elif known:
            notes.append(f"How clear the words were: {min(known):.0f} to {max(known):.0f} of 100.")
        else:
            notes.append("How clear it was could not be measured.")
    phones = [
        Phone(
            phone["ipa"],
            whole(phone["score"]),
            *_strong(phone["phone"], index, called),
        )
        for index in piece.words
        for phone in assessment["words"][index]["phones"]
    ]
    title = core or piece.said or MEANINGS.get(piece.kind, "").capitalize()
    return Detail(title, tuple(notes), tuple(phones))


def _strong(
    phone: str, word: int, called: Mapping[tuple[int, str], Mapping[str, Any]]
) -> tuple[str | None, str | None]:
    """What a sound was heard as and what to tell of it, where it was called out."""
    if (word, phone) not in called:
        return None, None
    found = called[word, phone]
    return (None if found["heard"] is None else ipa(found["heard"])), found["how"]


def _paragraphs(marks: Iterable[Mark]) -> tuple[tuple[Mark, ...], ...]:
    """The marks cut where the script has an empty line."""
    found: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.kind != "gap" or "\n\n" not in mark.text:
            found[-1].append(mark)
            continue
        before, *between, after = mark.text.split("\n\n")
        found[-1] += [Mark("gap", before)] if before else []
        found += [[Mark("gap", text)] for text in between if text.strip()]
        found.append([Mark("gap", after)] if after else [])
    return tuple(tuple(paragraph) for paragraph in found if paragraph)


# --- pitch and loudness -----------------------------------------------------------------------------------


def _semitones(contour: Contour) -> strip.Grid:
    with np.errstate(invalid="ignore", divide="ignore"):
        return 12.0 * np.log2(contour.f0_hz.astype(np.float64))


def _strip(contour: Contour, pacing: Pacing | None, seconds: float) -> Strip | None:
    """Pitch above, loudness below, over the whole recording."""
    if seconds <= 0:
        return None
    columns = _STRIP_COLUMNS
    pitch = strip.medians(contour.times, _semitones(contour), seconds, columns)
    loudness = strip.medians(contour.times, contour.loudness_db.astype(np.float64), seconds, columns)
    voiced = pitch[np.isfinite(pitch)]
    line = ""
    if len(voiced):
        low, high = strip.pitch_scale(voiced)
        heights = 4.0 + 56.0 * (1.0 - np.clip((pitch - low) / (high - low), 0.0, 1.0))
        for column in np.flatnonzero(np.isfinite(heights)).tolist():
            joined = column > 0 and np.isfinite(heights[column - 1])
            line += f"{'L' if joined else 'M'}{column + 0.5} {heights[column]:.1f}" + (
                "" if joined else "h.1"
            )
    top = float(np.nanmax(loudness)) if np.isfinite(loudness).any() else 0.0
    levels = np.nan_to_num((loudness - top) / strip.LOUDNESS_SPAN_DB + 1.0, nan=0.0, neginf=0.0)
    bars = "".join(
        f"M{column} 98V{98.0 - 28.0 * level:.1f}h1V98z"
        for column, level in enumerate(np.clip(levels, 0.0, 1.0).tolist())
        if level > 0.0
    )
    scale = columns / seconds
    marked = tuple(
        (round(pause.interval.start * scale, 1), round(pause.interval.duration * scale, 1))
        for pause in (pacing.pauses if pacing else ())
        if pause.hesitation
    )
    return Strip(columns, line, bars, marked, tuple(_ticks(seconds, scale)))


def _ticks(seconds: float, scale: float) -> Iterator[tuple[float, str]]:
    step = next((step for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if step * scale >= 60), 1800)
    for time in range(0, int(seconds) + 1, step):
        yield round(time * scale, 1), pages.seconds(time)


def _player(audio: Audio, contour: Contour | None) -> dict[str, Any]:
    """What the player draws: the outline of the sound, and pitch where it is voiced (1-255; 0 elsewhere)."""
    outline = sound.peaks(audio)
    loudest = float(outline.max(initial=0.0)) or 1.0
    drawn = {"seconds": audio.seconds, "peaks": _packed(outline / loudest * 255.0), "pitch": None}
    if contour is not None:
        steps = max(1, round(audio.seconds * _PITCH_RATE))
        pitch = strip.medians(contour.times, _semitones(contour), audio.seconds, steps)
        voiced = pitch[np.isfinite(pitch)]
        if len(voiced):
            low, high = strip.pitch_scale(voiced)
            heights = 1.0 + 254.0 * np.clip((pitch - low) / (high - low), 0.0, 1.0)
            drawn["pitch"] = _packed(np.nan_to_num(heights, nan=0.0))
    return drawn


def _packed(values: Any) -> str:
    return base64.b64encode(np.round(values).astype(np.uint8).tobytes()).decode("ascii")
