"""An assessment that was stored as JSON, as the records that drawing the script needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from enunciate.alignment import AlignedWord, Alignment
from enunciate.interval import Interval
from enunciate.measures import Contour, Pacing, Pause
from enunciate.reference import Reference, ReferenceWord, Token


def alignment(assessment: Mapping[str, Any]) -> Alignment:
    """The words of an assessment as `Assessment.as_dict` describes it.

    What the JSON does not tell is left out: readings, pronunciations, syllables and punctuation.
    """
    script = assessment["script"]
    places: dict[int, int] = {}
    tokens: list[Token] = []
    words = []
    for word in assessment["words"]:
        start = word["position"]
        reference = None
        if start is not None:
            if start not in places:
                places[start] = len(tokens)
                tokens.append(Token(word["written"], start, start + len(word["written"]), ()))
            reference = ReferenceWord(word["text"], places[start], (), 0)
        words.append(AlignedWord(word["status"], reference, word["heard"], interval(word)))
    return Alignment(Reference(script["id"], script["title"], script["text"], tuple(tokens)), tuple(words))


def interval(times: Mapping[str, Any]) -> Interval | None:
    """When something was said; None where it was not, or where that is not known."""
    start, end = times["start"], times["end"]
    return None if start is None or end is None else Interval(start, end)


def pacing(assessment: Mapping[str, Any]) -> Pacing | None:
    """The pacing of an assessment; None where nothing was measured."""
    stored = assessment["pacing"]
    if stored is None:
        return None
    return Pacing(
        seconds=stored["seconds"],
        speech_rate_wpm=stored["speech_rate_wpm"],
        wcpm=stored["wcpm"],
        articulation_rate=stored["articulation_rate"],
        phonation_ratio=stored["phonation_ratio"],
        initial_silence=stored["initial_silence"],
        final_silence=stored["final_silence"],
        pauses=tuple(
            Pause(
                Interval(pause["start"], pause["end"]), pause["after"], pause["boundary"], pause["hesitation"]
            )
            for pause in stored["pauses"]
        ),
        missing_pauses=tuple(stored["missing_pauses"]),
        hesitations=tuple(stored["hesitations"]),
    )


def sounds(assessment: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The sounds that were called out; none where the assessment does not list them."""
    return assessment.get("sounds") or ()


def contour(assessment: Mapping[str, Any]) -> Contour | None:
    """Pitch and loudness over time; None where they were not measured or not stored."""
    stored = (assessment["prosody"] or {}).get("contour")
    if not stored or not stored["times"]:
        return None
    times, f0_hz, loudness_db = (
        np.array(stored[name], dtype=np.float32) for name in ("times", "f0_hz", "loudness_db")
    )
    return Contour(times, f0_hz, loudness_db)
