"""assessments.csv: one row a recording, for spreadsheets.

Text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises ("CSV
injection"), and everything is quoted. A byte order mark tells Excel that the file is UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from enunciate.assessment_dict import SCORES
from enunciate.batch import Job

Status = Literal["passed", "retake", "not a reading", "failed", "waiting"]
"""What became of a recording: the last is what an interrupted run has not reached."""

_COUNTS = ("words", "correct", "mispronounced", "substituted", "omitted", "inserted")
_PACING = ("speech_rate_wpm", "wcpm")
_PROSODY = ("f0_median_hz", "level_dbfs", "snr_db")
COLUMNS = (
    "recording", "agent", "wave", "date", "script", "title", "status", "reason",
    *SCORES, "pass_mark", "seconds", *_COUNTS, "wer", *_PACING, *_PROSODY,
    "advice", "page", "model", "rubric", "sha256",
)  # fmt: skip
"""In their order; the manifest's own columns come after them."""

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_INNER = re.compile(r"(?<=[;,\t])(?=\s*[=+\-@])")


def safe(text: str) -> str:
    """Text as a cell that no spreadsheet calculates, whatever it separates cells by; numbers stay as they
    are.

    >>> safe("=HYPERLINK(1)"), safe("-5.5"), safe("Maya"), safe("a;=1")
    ("'=HYPERLINK(1)", '-5.5', 'Maya', "a;'=1")
    """
    text = " ".join(text.replace("\0", "").split("\n")).replace("\r", " ").replace("\t", " ")
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?", text):
        return text
    text = _INNER.sub("'", text)
    return "'" + text if _FORMULA.match(text) else text


def status(line: Mapping[str, Any] | None, failure: str | None) -> Status:
    """What became of a recording, from its line or its failure."""
    if line is None:
        return "waiting" if failure is None else "failed"
    if line["assessment"]["problem"] is not None or line["assessment"]["passed"] is None:
        return "not a reading"
    return "passed" if line["assessment"]["passed"] else "retake"


def row(job: Job, line: Mapping[str, Any] | None, failure: str | None, page: str | None) -> dict[str, Any]:
    """The cells of a recording by their columns; None where there is nothing to say."""
    cells: dict[str, Any] = {
        "recording": job.recording,
        "agent": job.agent,
        "wave": job.wave,
        "date": job.date,
        "script": job.script.id if job.script else None,
        "status": status(line, failure),
        "reason": failure,
    }
    if line is None:
        return cells
    found = line["assessment"]
    counts, pacing, prosody, rubric = (
        found[name] or {} for name in ("counts", "pacing", "prosody", "rubric")
    )
    return cells | {
        "script": found["script"]["id"],
        "title": found["script"]["title"],
        "reason": found["problem"],
        **found["scores"],
        "pass_mark": rubric.get("pass_mark"),
        "seconds": found["recording"]["seconds"],
        **{name: counts.get(name) for name in (*_COUNTS, "wer")},
        **{name: pacing.get(name) for name in _PACING},
        **{name: prosody.get(name) for name in _PROSODY},
        "advice": " ".join(advice["text"] for advice in found["advice"]),
        "page": page,
        "model": found["recognizer"]["model"],
        "rubric": rubric.get("version"),
        "sha256": found["recording"]["sha256"],
    }


def csv_bytes(rows: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]], extra: Sequence[str]) -> bytes:
    """The table as a file: `rows` are the cells of a recording and those of the manifest's own columns
    `extra`.

    A column of the manifest that is called like one of ours gets "manifest " in front.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    own = [f"manifest {name}" if name in COLUMNS else name for name in extra]
    writer.writerow([safe(name) for name in (*COLUMNS, *own)])
    for cells, columns in rows:
        values = [*(cells.get(name) for name in COLUMNS), *(columns.get(name, "") for name in extra)]
        writer.writerow([_cell(value) for value in values])
    return text.getvalue().encode("utf-8-sig", "replace")


def _cell(value: Any) -> str | float | int:
    if value is None:
        return ""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else safe(str(value))
