from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from praatio import textgrid as praat

from enunciate.errors import ReportError
from enunciate.interval import Interval
from enunciate.report import textgrid
from tests.report import samples


def read_back(assessment, path: Path) -> dict[str, list[tuple[float, float, str]]]:
    textgrid.write(assessment, path)
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=False, reportingMode="error")
    assert grid.maxTimestamp == pytest.approx(assessment.recording.seconds)
    return {name: [tuple(entry) for entry in grid.getTier(name).entries] for name in grid.tierNames}


def test_tiers_come_back_as_they_were_written(tmp_path: Path) -> None:
    tiers = read_back(samples.mistaken(), tmp_path / "a b.TextGrid")
    assert list(tiers) == ["script", "words", "pauses"]
    assert tiers["script"][1] == (1.1, 1.5, "morning,")
    assert [label for *_, label in tiers["words"][:8]] == [
        "um (filler)",
        "good",
        "morning",
        "thank",
        "you",
        "? (filler)",
        "for",
        "for (repeated)",
    ]
    assert [label for *_, label in tiers["pauses"]] == ["unexpected", "expected"]
    assert "number (substituted)" in [label for *_, label in tiers["words"]]
    price = next(entry for entry in tiers["script"] if entry[2] == "$49.99")
    assert price[1] - price[0] == pytest.approx(6 * samples.WORD_SECONDS)


def test_sounds_where_they_were_measured(tmp_path: Path) -> None:
    tiers = read_back(samples.with_phones(), tmp_path / "x.TextGrid")
    assert tiers["phones"] == [(0.3, 0.45, "θ"), (0.45, 0.7, "ɝ")]


def test_file_is_long_text_with_quotes_doubled_and_controls_shown(tmp_path: Path) -> None:
    path = tmp_path / "x.TextGrid"
    textgrid.write(samples.assessment(samples.reference('Say "yes" \x1b[0m')), path)
    text = path.read_text("utf-8")
    assert text.startswith('File type = "ooTextFile"\nObject class = "TextGrid"\n')
    assert 'text = """yes"""' in text
    assert "intervals [2]:" in text
    assert "\x1b" not in text


def test_words_that_overlap_are_set_apart(tmp_path: Path) -> None:
    made = samples.assessment(samples.reference("One two"))
    one, two = made.alignment.words
    early = dataclasses.replace(two, interval=Interval(0.6, 99.0))
    alignment = dataclasses.replace(made.alignment, words=(one, early))
    tiers = read_back(dataclasses.replace(made, alignment=alignment), tmp_path / "x.TextGrid")
    assert tiers["words"] == [(0.3, 0.7, "one"), (0.7, 1.6, "two")]


def test_nothing_said_makes_empty_tiers(tmp_path: Path) -> None:
    assert read_back(samples.not_this_script(), tmp_path / "x.TextGrid") == {
        "script": [],
        "words": [],
        "pauses": [],
    }


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"cannot be written to .*gone.*: No such file"):
        textgrid.write(samples.perfect(), tmp_path / "gone" / "x.TextGrid")
