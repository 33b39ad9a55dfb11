"""The assessment as a TextGrid for Praat: the script, the words, the pauses and, where measured, the sounds.

The format is Praat's long text format (https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html) in
UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.textgrid import Textgrid

from enunciate.assessment import Assessment
from enunciate.errors import ReportError
from enunciate.interval import Interval
from enunciate.report.printable import printable

LEAST_SECONDS = 0.001
"""Nothing shorter becomes an interval of its own."""

_Labelled = tuple[Interval, str]


def write(assessment: Assessment, path: str | Path) -> None:
    """Write the TextGrid of `assessment` to `path`, over what was there.

    Tiers: `script` (as written), `words` (what was said, with its fate unless correct: "thirteen
    (substituted)"), `pauses` ("expected" or "unexpected") and `phones` (IPA) where there are any. An omitted
    word took no time and is not in it.

    Raises:
        ReportError: the file cannot be written.
    """
    seconds = assessment.recording.seconds
    grid = Textgrid(0.0, seconds)
    tiers = {
        "script": _script(assessment),
        "words": _words(assessment),
        "pauses": _pauses(assessment),
        "phones": _phones(assessment),
    }
    for name, labelled in tiers.items():
        entries = list(_apart(labelled, seconds))
        if entries or name != "phones":
            grid.addTier(IntervalTier(name, entries, 0.0, seconds))
    try:
        grid.save(str(path), format="long_textgrid", includeBlankSpaces=True)
    except OSError as error:
        raise ReportError(f"The TextGrid cannot be written to {path}: {error.strerror or error}.") from error


def _script(assessment: Assessment) -> Iterator[_Labelled]:
    timed = [
        (word.reference.token, word.interval)
        for word in assessment.alignment.words
        if word.reference and word.interval
    ]
    for token, group in groupby(timed, key=lambda entry: entry[0]):
        whole = Interval.around(interval for _, interval in group)
        if whole:
            yield whole, assessment.reference.tokens[token].written


def _words(assessment: Assessment) -> Iterator[_Labelled]:
    for word in assessment.alignment.words:
        if word.interval:
            said = word.heard or (
                word.reference.text if word.reference and word.status != "substituted" else "?"
            )
            yield word.interval, said if word.status == "correct" else f"{said} ({word.status})"


def _pauses(assessment: Assessment) -> Iterator[_Labelled]:
    for pause in assessment.measures.pacing.pauses if assessment.measures else ():
        yield pause.interval, "expected" if pause.expected else "unexpected"


def _phones(assessment: Assessment) -> Iterator[_Labelled]:
    for word in assessment.measures.words if assessment.measures else ():
        for phone in word.phones if word else ():
            yield phone.interval, phone.ipa


def _apart(labelled: Iterable[_Labelled], seconds: float) -> Iterator[tuple[float, float, str]]:
    """In order, within the recording and without overlap, as a tier must be."""
    reached = 0.0
    for interval, label in sorted(labelled, key=lambda entry: entry[0].start):
        start, end = max(reached, round(interval.start, 4)), min(seconds, round(interval.end, 4))
        if end - start >= LEAST_SECONDS:
            yield start, end, printable(label)
            reached = end
