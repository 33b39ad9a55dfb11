"""From a recording and a script to an assessment: walks the rooms in order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from os import PathLike
from typing import Any

from enunciate.alignment import Alignment
from enunciate.alignment.reading import is_reading, read_script, said
from enunciate.alignment.words import align
from enunciate.assessment_dict import as_dict
from enunciate.audio import RATE, Audio, Recording
from enunciate.audio.files import read
from enunciate.audio.level import speech_problem
from enunciate.errors import AudioError
from enunciate.measures import Measures, accuracy, grammar, pacing, pronunciation, prosody
from enunciate.memory import Memory
from enunciate.recognition import Hypothesis, Recognizer
from enunciate.reference import Reference
from enunciate.rubric import Rubric
from enunciate.scores import Scores, recording_notices, score

SCHEMA = "enunciate.assessment/1"


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """All that is known of one reading of one script.

    Where the recording is not a reading of the script at all, `problem` says so in a sentence for the person,
    and the
    scores are None.
    """

    recording: Recording
    reference: Reference
    hypothesis: Hypothesis
    alignment: Alignment
    measures: Measures | None
    scores: Scores | None
    notices: tuple[str, ...] = ()
    problem: str | None = None

    def as_dict(self, *, contour: bool = False) -> dict[str, Any]:
        """The assessment as the JSON object that `enunciate schema` describes; its numbers are all finite.

        With `contour`, `prosody` also holds pitch and loudness over time.
        """
        return {"schema": SCHEMA, **as_dict(self, contour=contour)}


def assess(
    recording: str | PathLike[str] | Recording | Audio,
    *,
    text: str | None = None,
    script: str | PathLike[str] | Reference | None = None,
    model: str | None = None,
    recognizer: Recognizer | None = None,
) -> Assessment:
    """Assess a recording of a person reading a script.

    `recording` is a path, or sound that is already in memory. The script is either given as `text`, or is a
    `script`: the
    name of one that ships with enunciate, the path of a file, or a `Reference`. `model` names a recognition
    model or its
    folder, as the command line does; it is loaded once a process. A `recognizer` of one's own takes its
    place.

    Raises an EnunciateError with one sentence that says what is wrong: `AudioError`, `ScriptError` or
    `ModelError`. A
    recording that can be read but is not a reading of the script is no error: see `Assessment.problem`.
    """
    from enunciate.recognition.engines import recognizer as load_recognizer
    from enunciate.reference import scripts

    if (text is None) == (script is None):
        raise TypeError("assess() takes either text or script")
    if isinstance(script, Reference):
        reference = script
    else:
        reference = scripts.from_text(text) if text is not None else scripts.find(str(script))
    return assess_reading(as_recording(recording), reference, recognizer or load_recognizer(model))


def assess_reading(
    recording: Recording,
    reference: Reference,
    recognizer: Recognizer,
    rubric: Rubric | None = None,
    memory: Memory | None = None,
) -> Assessment:
    """Assess a reading with engines that are already loaded: a pure function of its arguments.

    `memory` may have been filled with parts of the same reading before; it only saves time.
    """
    audio = recording.audio
    problem = speech_problem(audio)
    if problem is not None:
        nothing = Hypothesis((), recognizer.engine, recognizer.model)
        unread = align(reference, ())
        return Assessment(recording, reference, nothing, unread, None, None, recording.notices, problem)
    alignment = read_script(audio, reference, recognizer, memory)
    hypothesis = Hypothesis(tuple(said(alignment)), recognizer.engine, recognizer.model)
    limits = () if recognizer.transcribes else (_LIMITS.format(model=recognizer.model),)
    counts = accuracy.count(alignment)
    problem = None
    if not is_reading(alignment):
        problem = (
            f"This recording does not seem to be a reading of “{reference.title}”: hardly any of its words "
            "were heard. Check that the recording and the script belong together, and that it is read in "
            "English."
        )
    elif counts.inserted > max(_ADDED_WORDS, _ADDED_SHARE * counts.words):
        problem = (
            f"Far more was said here than “{reference.title}” holds. Check that the recording and "
            "the script belong together, or cut the recording down to the reading."
        )
    if problem is not None:
        return Assessment(recording, reference, hypothesis, alignment, None, None, recording.notices, problem)
    sounds = pronunciation.measure(audio, alignment, memory)
    measures = Measures(
        counts,
        pacing.measure(alignment, audio),
        prosody.measure(audio, alignment),
        grammar.measure(alignment),
        sounds.words,
    )
    scores = score(measures, alignment, rubric)
    notices = (*recording.notices, *recording_notices(measures.prosody, rubric), *limits)
    return Assessment(recording, reference, hypothesis, alignment, measures, scores, notices)


_ADDED_WORDS, _ADDED_SHARE = 5, 0.5
"""More words than these, and than this share of the script's, nobody adds by slips of the tongue."""

_LIMITS = (
    "Words were followed with the model {model}, which follows a known script well but cannot transcribe "
    "freely: where something else was said, it often cannot tell what."
)


def as_recording(recording: str | PathLike[str] | Recording | Audio) -> Recording:
    """A recording from its path, or from sound in memory, which has to be at `RATE`; else AudioError."""
    if isinstance(recording, Recording):
        return recording
    if not isinstance(recording, Audio):
        return read(recording)
    if recording.rate != RATE:
        raise AudioError(f"Sound in memory has to be at {RATE} Hz, not {recording.rate}: resample it first.")
    digest = hashlib.sha256(recording.samples.tobytes()).hexdigest()
    return Recording(recording, "", digest, recording.rate, 1, recording.seconds)
