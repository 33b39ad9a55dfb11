"""From a recording and a script to an assessment: walks the rooms in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from enunciate.alignment import Alignment
from enunciate.assessment_dict import as_dict
from enunciate.audio import Recording
from enunciate.measures import Measures
from enunciate.recognition import Hypothesis
from enunciate.reference import Reference
from enunciate.scores import Scores

SCHEMA = "enunciate.assessment/1"


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """All that is known of one reading of one script.

    Where the recording is not a reading of the script at all, `problem` says so in a sentence for the person, and the
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
