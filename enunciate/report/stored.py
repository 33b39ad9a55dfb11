"""An assessment that was stored as JSON, as the records that reports are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from enunciate.alignment import AlignedWord, Alignment
from enunciate.assessment import Assessment
from enunciate.assessment_dict import SCORES
from enunciate.audio import RATE, Audio, Recording
from enunciate.interval import Interval
from enunciate.measures import (
    CalledOut,
    Contour,
    Counts,
    GrammarSlip,
    Listeners,
    Measures,
    Pacing,
    Pause,
    PhoneMeasure,
    Pronunciation,
    Prosody,
    SentenceEnd,
    WordPronunciation,
)
from enunciate.recognition import Hypothesis, RecognizedWord
from enunciate.reference import Reference, ReferenceWord, Token
from enunciate.scores import Advice, Reason, Scores


def assessment(stored: Mapping[str, Any]) -> Assessment:
    """The assessment that `Assessment.as_dict` describes, for a report of it.

    What the JSON does not tell is left out: the sound, and what `alignment` leaves out.
    """
    recording, recognizer = stored["recording"], stored["recognizer"]
    silence = Audio(np.zeros(0, np.float32), RATE)
    return Assessment(
        Recording(
            silence, recording["path"], recording["sha256"], recording["sample_rate"], 1, recording["seconds"]
        ),
        alignment(stored).reference,
        Hypothesis(
            tuple(RecognizedWord(text, Interval(0.0, 0.0), None) for text in stored["transcript"].split()),
            recognizer["engine"],
            recognizer["model"],
        ),
        alignment(stored),
        measures(stored),
        scores(stored),
        tuple(stored["notices"]),
        stored["problem"],
    )


def measures(assessment: Mapping[str, Any]) -> Measures | None:
    """The measures of an assessment; None where nothing was measured."""
    counts, paced, spoken = assessment["counts"], pacing(assessment), assessment["prosody"]
    if counts is None or paced is None or spoken is None:
        return None
    derived = ("wer", "completeness")
    quantities = {name: value for name, value in spoken.items() if name not in ("sentence_ends", "contour")}
    slips = assessment["grammar"]
    return Measures(
        Counts(**{name: count for name, count in counts.items() if name not in derived}),
        paced,
        Prosody(
            **quantities,
            sentence_ends=tuple(SentenceEnd(**end) for end in spoken["sentence_ends"]),
            contour=contour(assessment),
        ),
        None if slips is None else tuple(GrammarSlip(**slip) for slip in slips),
        Pronunciation(
            tuple(_pronunciation(word) for word in assessment["words"]),
            Listeners(**assessment["listeners"]) if assessment.get("listeners") else None,
            tuple(
                CalledOut(called["phone"], called["heard"], tuple(called["words"]), called["times"])
                for called in sounds(assessment)
            ),
        ),
    )


def _pronunciation(word: Mapping[str, Any]) -> WordPronunciation | None:
    phones = tuple(
        PhoneMeasure(
            phone["phone"],
            phone["ipa"],
            interval(phone) or Interval(0.0, 0.0),
            phone["score"],
            phone["heard"],
            phone["sure"],
        )
        for phone in word["phones"]
    )
    return WordPronunciation(word["score"], phones) if phones or word["score"] is not None else None


def scores(assessment: Mapping[str, Any]) -> Scores | None:
    """The scores of an assessment; None where it is no reading of its script."""
    rubric = assessment["rubric"]
    if rubric is None:
        return None
    return Scores(
        **{name: assessment["scores"][name] for name in SCORES},
        passed=assessment["passed"],
        pass_mark=rubric["pass_mark"],
        rubric=rubric["version"],
        reasons=tuple(Reason(**reason) for reason in rubric["reasons"]),
        advice=tuple(
            Advice(**(advice | {"words": tuple(advice["words"])})) for advice in assessment["advice"]
        ),
    )


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
