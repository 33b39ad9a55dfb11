"""An assessment as plain dicts, lists, strings and numbers: the JSON object "enunciate.assessment/1".

The JSON Schema beside `enunciate.report` describes it for others. Times are rounded to milliseconds, scores
to tenths; whatever is not a finite number becomes None, since JSON has no NaN.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from enunciate.alignment import AlignedWord, Alignment
from enunciate.interval import Interval
from enunciate.measures import Contour, Counts, GrammarSlip, Pacing, Prosody, WordPronunciation
from enunciate.scores import Advice, Scores

if TYPE_CHECKING:
    from enunciate.assessment import Assessment

SCORES = ("overall", "pronunciation", "accuracy", "fluency", "prosody", "completeness", "grammar")


def as_dict(assessment: Assessment, *, contour: bool = False) -> dict[str, Any]:
    """Everything but the object's `schema`; with `contour`, pitch and loudness over time too."""
    recording, reference, measures, scores = (
        assessment.recording,
        assessment.reference,
        assessment.measures,
        assessment.scores,
    )
    pronunciations = measures.words if measures else (None,) * len(assessment.alignment.words)
    grammar = measures.grammar if measures else None
    return {
        "recording": {
            "path": recording.path,
            "seconds": _seconds(recording.seconds),
            "sample_rate": recording.sample_rate,
            "sha256": recording.sha256,
        },
        "script": {"id": reference.id, "title": reference.title, "text": reference.text},
        "recognizer": {"engine": assessment.hypothesis.engine, "model": assessment.hypothesis.model},
        "transcript": assessment.hypothesis.text,
        "scores": {name: _score(getattr(scores, name, None)) for name in SCORES},
        "rubric": _rubric(scores) if scores else None,
        "passed": scores.passed if scores else None,
        "counts": _counts(measures.counts) if measures else None,
        "words": [
            _word(word, pronunciation, assessment.alignment)
            for word, pronunciation in zip(assessment.alignment.words, pronunciations, strict=True)
        ],
        "pacing": _pacing(measures.pacing) if measures else None,
        "prosody": _prosody(measures.prosody, contour) if measures else None,
        "grammar": None if grammar is None else [_slip(slip) for slip in grammar],
        "advice": [_advice(advice) for advice in scores.advice] if scores else [],
        "notices": list(assessment.notices),
        "problem": assessment.problem,
    }


def _finite(value: float | None, digits: int) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


def _seconds(value: float | None) -> float | None:
    return _finite(value, 3)


def _score(value: float | None) -> float | None:
    return _finite(value, 1)


def _quantity(value: float | None) -> float | None:
    return _finite(value, 4)


def _times(interval: Interval | None) -> dict[str, float | None]:
    return {
        "start": _seconds(interval.start) if interval else None,
        "end": _seconds(interval.end) if interval else None,
    }


def _word(word: AlignedWord, pronunciation: WordPronunciation | None, alignment: Alignment) -> dict[str, Any]:
    script = word.reference
    token = alignment.reference.tokens[script.token] if script else None
    return {
        "text": script.text if script else word.heard,
        "written": token.written if token else None,
        "position": token.start if token else None,
        "status": word.status,
        "heard": word.heard,
        **_times(word.interval),
        "score": _score(pronunciation.score) if pronunciation else None,
        "phones": [
            {
                "phone": phone.phone,
                "ipa": phone.ipa,
                **_times(phone.interval),
                "score": _score(phone.score),
                "heard": phone.heard,
            }
            for phone in (pronunciation.phones if pronunciation else ())
        ],
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return asdict(counts) | {"wer": _quantity(counts.wer), "completeness": _quantity(counts.completeness)}


def _pacing(pacing: Pacing) -> dict[str, Any]:
    return {
        "seconds": _seconds(pacing.seconds),
        "speech_rate_wpm": _quantity(pacing.speech_rate_wpm),
        "wcpm": _quantity(pacing.wcpm),
        "articulation_rate": _quantity(pacing.articulation_rate),
        "phonation_ratio": _quantity(pacing.phonation_ratio),
        "initial_silence": _seconds(pacing.initial_silence),
        "final_silence": _seconds(pacing.final_silence),
        "pauses": [
            {
                **_times(pause.interval),
                "after": pause.after,
                "boundary": pause.boundary,
                "expected": pause.expected,
                "hesitation": pause.hesitation,
            }
            for pause in pacing.pauses
        ],
        "missing_pauses": list(pacing.missing_pauses),
        "hesitations": list(pacing.hesitations),
    }


def _prosody(prosody: Prosody, contour: bool) -> dict[str, Any]:
    quantities = (
        "f0_median_hz",
        "f0_range_semitones",
        "f0_deviation_semitones",
        "declination_semitones_per_second",
        "level_dbfs",
        "clipped_share",
        "noise_floor_dbfs",
        "snr_db",
    )
    described: dict[str, Any] = {name: _quantity(getattr(prosody, name)) for name in quantities}
    described["sentence_ends"] = [
        {
            "after": end.after,
            "question": end.question,
            "movement_semitones": _quantity(end.movement_semitones),
            "trailing_off_db": _quantity(end.trailing_off_db),
        }
        for end in prosody.sentence_ends
    ]
    if contour:
        described["contour"] = _contour(prosody.contour) if prosody.contour else None
    return described


def _contour(contour: Contour) -> dict[str, Any]:
    return {
        "times": [_seconds(value) for value in contour.times.tolist()],
        "f0_hz": [_finite(value, 1) for value in contour.f0_hz.tolist()],
        "loudness_db": [_finite(value, 1) for value in contour.loudness_db.tolist()],
    }


def _slip(slip: GrammarSlip) -> dict[str, Any]:
    return asdict(slip) | {"start": _seconds(slip.start)}


def _rubric(scores: Scores) -> dict[str, Any]:
    return {
        "version": scores.rubric,
        "pass_mark": _score(scores.pass_mark),
        "reasons": [
            asdict(reason) | {"value": _quantity(reason.value), "points": _score(reason.points)}
            for reason in scores.reasons
        ],
    }


def _advice(advice: Advice) -> dict[str, Any]:
    return asdict(advice) | {"words": list(advice.words), "start": _seconds(advice.start)}
