from __future__ import annotations

import csv
import io

import pytest

from enunciate.batch import Job, Script
from enunciate.batch.table import COLUMNS, csv_bytes, row, safe
from tests.report import samples

JOB = Job(
    "class/a.wav", "/class/a.wav", Script("greeting", "Hello."), "=cmd()", "7", columns={"team": "+North"}
)


def table(
    *rows: tuple[dict[str, object], dict[str, str]], extra: tuple[str, ...] = ("team",)
) -> list[list[str]]:
    data = csv_bytes(rows, extra)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "x;=1", "x\n=1"],
)
def test_nothing_is_calculated_however_cells_are_separated(text: str) -> None:
    shown = safe(text)
    for cell in (part for line in shown.splitlines() for part in line.split(";")):
        assert cell.strip()[0] not in "=+-@＝"
    assert "\t" not in shown


@pytest.mark.parametrize("text", ["-5", "+5.25", "-0,5", "Maya", "José-María", "a=b", "2026-11-25", ""])
def test_harmless_text_and_numbers_stay(text: str) -> None:
    assert safe(text) == text


def test_a_reading_in_a_row() -> None:
    line = {"assessment": samples.mistaken().as_dict()}
    header, cells = table((row(JOB, line, None, "pages/a.html"), dict(JOB.columns)))
    found = dict(zip(header, cells, strict=True))
    assert header == [*COLUMNS, "team"]
    assert (found["agent"], found["wave"], found["team"]) == ("'=cmd()", "7", "'+North")
    assert found["status"] in ("passed", "retake")
    assert found["overall"] == str(line["assessment"]["scores"]["overall"])
    assert found["page"] == "pages/a.html"


def test_what_was_not_measured_is_an_empty_cell_and_not_zero() -> None:
    line = {"assessment": samples.not_this_script().as_dict()}
    cells = row(JOB, line, None, None)
    assert cells["status"] == "not a reading"
    assert cells["reason"]
    header, written = table((cells, {}))
    found = dict(zip(header, written, strict=True))
    assert (found["overall"], found["wer"], found["team"]) == ("", "", "")


def test_a_failure_and_what_an_interrupted_run_has_not_reached() -> None:
    assert row(JOB, None, "It is empty.", None) | {"reason": None} == row(JOB, None, None, None) | {
        "status": "failed"
    }
    assert row(JOB, None, None, None)["status"] == "waiting"


def test_a_column_of_the_manifest_called_like_one_of_ours_is_told_apart() -> None:
    header, cells = table((row(JOB, None, None, None), {"overall": "great"}), extra=("overall",))
    assert (header[-1], cells[-1]) == ("manifest overall", "great")
