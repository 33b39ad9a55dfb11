from __future__ import annotations

import codecs

import pytest

from enunciate.batch.manifest import rows
from enunciate.errors import BatchError

TABLE = "recording;agent;wave\r\na.wav;José Peña;7\r\n\r\n;;\r\nb.wav;Zoë;7\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("recording", " File Name ").replace("agent", "AGENT").encode(),
        b"\r\n\r\n" + TABLE.encode(),
    ],
    ids=["utf-8", "byte order mark", "utf-16", "commas", "tabs", "unix", "other names", "blank lines first"],
)
def test_tables_as_spreadsheets_save_them(data: bytes) -> None:
    found, notices = rows(data, "class.csv")
    assert [dict(row.cells) for row in found] == [
        {"recording": "a.wav", "agent": "José Peña", "wave": "7"},
        {"recording": "b.wav", "agent": "Zoë", "wave": "7"},
    ]
    assert found[1].line - found[0].line == 3
    assert notices == ()


def test_the_code_page_of_windows_is_read_with_a_word_to_check_by() -> None:
    found, (notice,) = rows(TABLE.encode("cp1252"), "class.csv")
    assert found[0].cells["agent"] == "José Peña"
    assert "class.csv is not written in UTF-8, so it was read as Windows-1252: “José” in line 2" in notice


def test_an_encoding_that_was_named_is_used() -> None:
    found, notices = rows("recording,agent\na.wav,田中\n".encode("shift_jis"), "class.csv", "shift_jis")
    assert (found[0].cells["agent"], notices) == ("田中", ())


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"", None, "class.csv is empty: list one recording a line"),
        (b"recording,agent\n", None, "class.csv lists no recordings, only column names."),
        (b"name,script\nx,y\n", None, "no column “recording”, only “name”, “script”"),
        (b"recording,file\nx,y\n", None, "more than one column “recording”"),
        (b"PK\x03\x04xxxx", None, "is a spreadsheet or an archive: save it as CSV"),
        (b"a\0b\0", None, "is not a text file: save the table as CSV"),
        (b"recording\na\x81\x8d.wav\n", None, r"is not written in UTF-8 \(line 2\): save it as UTF-8"),
        (b"recording\n\xe9.wav\n", "ascii", r"is not written in ascii \(line 2\)"),
        (b"recording\na.wav\n", "klingon", "There is no encoding called 'klingon'"),
        (
            b'recording,text\na.wav,"Hello\nb.wav,x\n',
            None,
            "line 2: a quote .* is opened here and never closed",
        ),
        (b'recording,text\na.wav,"He"llo"\n', None, "line 2: a quote .* stands inside a quoted text"),
    ],
)
def test_what_is_no_manifest_is_said(data: bytes, encoding: str | None, said: str) -> None:
    with pytest.raises(BatchError, match=said):
        rows(data, "class.csv", encoding)


def test_a_row_tells_the_line_that_it_begins_in_and_what_is_wrong_with_it() -> None:
    data = b'recording,text\na.wav,"Two\nlines, one cell"\nb.wav,Hello, you\nc.wav\n'
    found, _ = rows(data, "class.csv")
    assert [row.line for row in found] == [2, 4, 5]
    assert found[0].cells["text"] == "Two\nlines, one cell"
    assert "3 cells under 2 column names: put quotes around a text" in (found[1].problem or "")
    assert (found[2].cells, found[2].problem) == ({"recording": "c.wav"}, None)


def test_other_columns_are_carried_along() -> None:
    (row,), _ = rows(b"recording,Team,,shift\na.wav,North,?,night\n", "class.csv")
    assert row.columns == {"Team": "North", "shift": "night"}


def test_json_lines() -> None:
    data = (
        b'{"recording": "a.wav", "take": 2, "agent": null}\n\n'
        b'{"recording"\n["a"]\n{"file": "b", "path": "c"}\n'
    )
    found, _ = rows(data, "class.jsonl")
    assert [row.line for row in found] == [1, 3, 4, 5]
    assert (found[0].cells, found[0].columns) == ({"recording": "a.wav"}, {"take": "2"})
    assert "not a JSON object" in (found[1].problem or "")
    assert "not a JSON object" in (found[2].problem or "")
    assert "more than one “recording”" in (found[3].problem or "")
    with pytest.raises(BatchError, match="is one JSON list: write one object a line"):
        rows(b'[{"recording": "a.wav"}]', "class.jsonl")
