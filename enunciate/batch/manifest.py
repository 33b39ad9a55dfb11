"""Manifests: tables of recordings as trainers keep them, in CSV, TSV or JSON Lines.

What spreadsheets do to such files is expected: a byte order mark, UTF-16, the code page of Windows,
semicolons or tabs for commas, blank lines, cells that hold line breaks. Every row knows the line of the file
that it begins in.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from enunciate.errors import BatchError

SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")

_NAMES = {
    "recording": "recording",
    "file": "recording",
    "filename": "recording",
    "file name": "recording",
    "path": "recording",
    "audio": "recording",
    "script": "script",
    "text": "text",
    "agent": "agent",
    "wave": "wave",
    "date": "date",
}
"""What columns may be called, in lower case, and what they hold."""

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 1 << 20
"""Characters. A longer cell is a sign of a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a manifest: cells by what they hold, those of other columns by their names."""

    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    problem: str | None = None
    """What is wrong with the row as such."""


def rows(data: bytes, name: str, encoding: str | None = None) -> tuple[list[Row], tuple[str, ...]]:
    r"""The rows of the manifest called `name`, and notices about how it was read.

    `encoding` is used where it is given, and found out where not. A row that cannot be used says why; raises
    BatchError where the manifest as a whole cannot be.

    >>> found, _ = rows("\ufeffRecording;Agent\r\n\r\na.wav;José\r\n".encode(), "class.csv")
    >>> found[0].line, dict(found[0].cells)
    (3, {'recording': 'a.wav', 'agent': 'José'})
    """
    text, notices = _decoded(data, name, encoding)
    if not text.strip():
        raise BatchError(f"{name} is empty: list one recording a line, under a line of column names.")
    lines = name.lower().endswith((".jsonl", ".ndjson"))
    found = list(_json_rows(text, name) if lines else _table_rows(text, name))
    if not found:
        raise BatchError(f"{name} lists no recordings, only column names.")
    return found, notices


def _decoded(data: bytes, name: str, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), ()
        except LookupError as error:
            raise BatchError(
                f"There is no encoding called {encoding!r}: try utf-8, cp1252 or utf-16."
            ) from error
        except UnicodeDecodeError as error:
            raise BatchError(
                f"{name} is not written in {encoding} (line {_line(data, error.start)}): "
                "save it as UTF-8, or name another --encoding."
            ) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), ()
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BatchError(f"{name} is a spreadsheet or an archive: save it as CSV (UTF-8) first.")
    if b"\0" in data:
        raise BatchError(f"{name} is not a text file: save the table as CSV (UTF-8).")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        return _old_encoding(data, name, _line(data, error.start))


def _old_encoding(data: bytes, name: str, line: int) -> tuple[str, tuple[str, ...]]:
    """The text as spreadsheets on Western Windows save it, and a notice that shows how it was understood.

    Detectors were tried: on a class list's few letters beyond ASCII they made “Peńa” of “Peña”.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BatchError(
            f"{name} is not written in UTF-8 (line {line}): save it as UTF-8, "
            "or name its encoding, such as --encoding shift_jis."
        ) from error
    sample = re.search(r"\w*[^\x00-\x7f]\w*", text)
    return text, (
        f"{name} is not written in UTF-8, so it was read as Windows-1252: "
        f"“{sample.group() if sample else ''}” in line {line}. "
        "If that looks wrong, save it as UTF-8 or name its --encoding.",
    )


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _table_rows(text: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BatchError(
                f"{name}, line {line}: {_why(error)}. Nothing after it can be read, so correct it first."
            ) from error
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if header is None:
            header = cells
            _check_header(header, name)
            continue
        problem = None
        if len(cells) > len(header) and any(cells[len(header) :]):
            problem = (
                f"the row has {len(cells)} cells under {len(header)} column names: put quotes around a text "
                "that holds the separator"
            )
        yield _row(line, dict(zip(header, cells, strict=False)), problem)


def _why(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said or "field larger" in said:
        return 'a quote (") is opened here and never closed'
    if "expected after" in said:
        return 'a quote (") stands inside a quoted text: double it'
    return said


def _delimiter(text: str, name: str) -> str:
    """What separates the cells, judged by the column names."""
    if name.lower().endswith((".tsv", ".tab")):
        return "\t"
    header = next(line for line in text.splitlines() if line.strip())
    return max(_DELIMITERS, key=header.count)


def _check_header(header: list[str], name: str) -> None:
    meant = [_NAMES.get(column.lower(), column) for column in header if column]
    if "recording" not in meant:
        raise BatchError(
            f"{name} has no column “recording”, only {', '.join(f'“{column}”' for column in meant)}. "
            "The first line must name the columns: recording, script or text, agent, wave, date."
        )
    twice = sorted({column for column in meant if meant.count(column) > 1})
    if twice:
        raise BatchError(f"{name} has more than one column “{twice[0]}”: rename one of them.")


def _json_rows(text: str, name: str) -> Iterator[Row]:
    if text.lstrip().startswith("["):
        raise BatchError(f"{name} is one JSON list: write one object a line, without brackets and commas.")
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            found = json.loads(content)
        except ValueError:
            yield Row(line, {}, {}, 'the line is not a JSON object, such as {"recording": "a.wav"}')
            continue
        if not isinstance(found, dict):
            yield Row(line, {}, {}, 'the line is not a JSON object, such as {"recording": "a.wav"}')
            continue
        cells = {key: _cell(value) for key, value in found.items() if value is not None}
        meant = [_NAMES.get(column.lower(), column) for column in cells]
        twice = sorted({column for column in meant if meant.count(column) > 1})
        yield _row(line, cells, f"the line has more than one “{twice[0]}”" if twice else None)


def _cell(value: object) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _row(line: int, named: Mapping[str, str], problem: str | None) -> Row:
    cells, columns = {}, {}
    for column, cell in named.items():
        if column.lower() in _NAMES:
            cells[_NAMES[column.lower()]] = cell
        elif column:
            columns[column] = cell
    return Row(line, {column: cell for column, cell in cells.items() if cell}, columns, problem)
