from __future__ import annotations

from pathlib import Path

import pytest

from enunciate.errors import EnunciateError
from enunciate.rubric import load_rubric


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_rubric_loads_and_says_which_it_is() -> None:
    rubric = load_rubric()

    assert rubric.version == "enunciate-rubric/2"
    assert rubric.fluency.pace_wpm == (120.0, 150.0)


def test_an_own_rubric_changes_only_what_it_says(tmp_path: Path) -> None:
    own = load_rubric(written(tmp_path, "version: ours/2\npass_mark: 80\nfluency: {pace_wpm: [110, 140]}\n"))

    assert (own.version, own.pass_mark, own.fluency.pace_wpm) == ("ours/2", 80.0, (110.0, 140.0))
    assert own.fluency.filler == load_rubric().fluency.filler


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pass_mark: 80\n", "needs a version of its own"),
        ("version: enunciate-rubric/2\n", "needs a version of its own"),
        ("version: ours/1\npass_mark: 180\n", "“pass_mark: 180”, but it must be a number from 0 to 100"),
        ("version: ours/1\npass_mark: high\n", "“pass_mark: high”, but it must be a number"),
        ("version: ours/1\npass_mark: true\n", "“pass_mark: True”, but it must be a number"),
        ("version: ours/1\naccuracy: {inserted: -1}\n", "“accuracy.inserted: -1”, but .* of 0 or more"),
        ("version: ours/1\naccuracy: {inserted: .nan}\n", "“accuracy.inserted: nan”, but"),
        ("version: ours/1\nprosody: {trailing_off_db: 3}\n", "number from -120 to 0"),
        ("version: ours/1\nfluency: {pace_wpm: [150, 120]}\n", "must be a band such as"),
        ("version: ours/1\nfluency: {pace_wpm: 130}\n", "must be a band such as"),
        ("version: ours/1\nfluency: {filer: 3}\n", "“fluency.filer” that means nothing; there are: .*filler"),
        ("version: ours/1\nweights: 3\n", "below “weights”"),
        (
            "version: ours/1\nweights: {pronunciation: 0, accuracy: 0, fluency: 0, prosody: 0, grammar: 0}\n",
            "every area the weight 0",
        ),
        ("version: ours/1\nprosody: {flat_semitones: 5}\n", "below “lively_semitones”"),
        ("version: [\n", "not valid YAML near line"),
        ("just words\n", "must hold lines of the form"),
        ("", "must hold lines of the form"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(EnunciateError, match=complaint) as caught:
        load_rubric(path)
    assert str(path) in str(caught.value)


def test_a_missing_rubric_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnunciateError, match="cannot be read: No such file"):
        load_rubric(tmp_path / "none.yaml")


def test_a_rubric_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(b"version: \xff\xfe\x00")

    with pytest.raises(EnunciateError, match="cannot be read: it is not UTF-8 text"):
        load_rubric(path)
