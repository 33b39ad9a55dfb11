"""The rubric: every number that a judgement rests on, from `rubric.yaml` or a trainer's own file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import astuple, dataclass, is_dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from enunciate.errors import EnunciateError


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each area counts in the overall score."""

    pronunciation: float
    accuracy: float
    fluency: float
    prosody: float
    grammar: float


@dataclass(frozen=True, slots=True)
class PronunciationRubric:
    """From where on words are clear, and below where they are worth practising."""

    clear_from: float
    practise_below: float


@dataclass(frozen=True, slots=True)
class AccuracyRubric:
    """Points for each in a hundred words read."""

    substituted: float
    mispronounced: float
    inserted: float
    repeated: float


@dataclass(frozen=True, slots=True)
class FluencyRubric:
    """Pace, pauses (seconds) and stumbles (points for each in a hundred words)."""

    clear_from: float
    words_at_least: float
    pace_wpm: tuple[float, float]
    slow_margin: float
    fast_margin: float
    pace_points_per_percent: float
    pace_points_at_most: float
    pause_from: float
    pause: float
    pause_second: float
    long_minor: float
    long_major: float
    long_paragraph: float
    filler: float
    repeated: float
    false_start: float
    self_correction: float
    missing_pause: float


@dataclass(frozen=True, slots=True)
class ProsodyRubric:
    """Pitch (semitones) and loudness (dB), with the points that each can cost."""

    clear_from: float
    lively_semitones: float
    flat_semitones: float
    flat_points: float
    habit_share: float
    rising_semitones: float
    rising_points: float
    trailing_off_db: float
    trailing_off_points: float


@dataclass(frozen=True, slots=True)
class GrammarRubric:
    """Points for each slip in a hundred words."""

    slip: float


@dataclass(frozen=True, slots=True)
class RecordingRubric:
    """From where on a recording is worth a word to the reader."""

    clipped_share: float
    snr_db: float
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class Rubric:
    """All of `rubric.yaml`, where each number is explained."""

    version: str
    pass_mark: float
    weights: Weights
    pronunciation: PronunciationRubric
    accuracy: AccuracyRubric
    fluency: FluencyRubric
    prosody: ProsodyRubric
    grammar: GrammarRubric
    recording: RecordingRubric


OWN = "enunciate-rubric/"
"""How the versions of the rubric that ships with enunciate begin."""

_MOST = sys.float_info.max
_BELOW_ZERO = (-120.0, 0.0)
_SCORE = (0.0, 100.0)
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "pass_mark": _SCORE,
    "clear_from": (1.0, 100.0),
    "practise_below": _SCORE,
    "words_at_least": (1.0, _MOST),
    "slow_margin": (0.0, 0.99),
    "clipped_share": (0.0, 1.0),
    "habit_share": (0.0, 1.0),
    "trailing_off_db": _BELOW_ZERO,
    "level_dbfs": _BELOW_ZERO,
}
_T = TypeVar("_T")


def load_rubric(path: str | Path | None = None) -> Rubric:
    """The rubric that ships with enunciate, or a trainer's own file on top of it.

    A file of one's own holds a `version` and only those lines of `rubric.yaml` that it changes.

    >>> load_rubric().version
    'enunciate-rubric/2'

    Raises:
        EnunciateError: the file cannot be read or a line in it is wrong; the message names both.
    """
    return _shipped() if path is None else _own(Path(path))


@cache
def _shipped() -> Rubric:
    return _checked(_parse(_shipped_text(), "rubric.yaml"), "rubric.yaml")


def _shipped_text() -> str:
    return files("enunciate").joinpath("rubric.yaml").read_text(encoding="utf-8")


def _own(path: Path) -> Rubric:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise EnunciateError(f"The rubric {path} cannot be read: {reason}.") from error
    own = _parse(text, str(path))
    version = own.get("version")
    if not isinstance(version, str) or not version.strip() or version.startswith(OWN):
        raise EnunciateError(
            f"The rubric {path} needs a version of its own, such as “version: our-rubric/1”, "
            "so that its scores are not mixed up with others."
        )
    return _checked(_merged(_parse(_shipped_text(), "rubric.yaml"), own), str(path))


def _parse(text: str, name: str) -> dict[Any, Any]:
    import yaml

    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        raise EnunciateError(
            f"The rubric {name} is not valid YAML{line}: check its indents and colons."
        ) from error
    if not isinstance(tree, dict):
        raise EnunciateError(
            f"The rubric {name} must hold lines of the form “name: value”, as rubric.yaml does."
        )
    return tree


def _checked(tree: dict[Any, Any], name: str) -> Rubric:
    rubric = _build(Rubric, tree, name)
    if not any(astuple(rubric.weights)):
        raise EnunciateError(f"The rubric {name} gives every area the weight 0: one must be more.")
    if not rubric.prosody.flat_semitones < rubric.prosody.lively_semitones:
        raise EnunciateError(f"The rubric {name} needs a “prosody.flat_semitones” below “lively_semitones”.")
    return rubric


def _merged(base: dict[Any, Any], own: dict[Any, Any]) -> dict[Any, Any]:
    both = {
        key: _merged(base[key], value)
        if isinstance(value, dict) and isinstance(base.get(key), dict)
        else value
        for key, value in own.items()
    }
    return base | both


def _build(kind: type[_T], tree: Any, name: str, where: str = "") -> _T:
    """An instance of the dataclass `kind` from its tree of YAML values, each checked."""
    if not isinstance(tree, dict):
        raise EnunciateError(f"The rubric {name} needs lines of the form “name: value” below “{where}”.")
    hints = get_type_hints(kind)
    unknown = [str(key) for key in tree if key not in hints]
    if unknown:
        raise EnunciateError(
            f"The rubric {name} has a line “{_path(where, unknown[0])}” that means nothing; "
            f"there are: {', '.join(hints)}."
        )
    values: dict[str, Any] = {}
    for key, hint in hints.items():
        place = _path(where, key)
        if isinstance(hint, type) and is_dataclass(hint):
            values[key] = _build(hint, tree[key], name, place)
        elif hint is str:
            values[key] = str(tree[key])
        elif hint is float:
            values[key] = _number(tree[key], name, place, _BOUNDS.get(key, (0.0, _MOST)))
        else:
            values[key] = _band(tree[key], name, place)
    return kind(**values)


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _number(value: Any, name: str, where: str, bounds: tuple[float, float]) -> float:
    low, high = bounds
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    limits = f"of {low:g} or more" if high == _MOST else f"from {low:g} to {high:g}"
    raise EnunciateError(f"The rubric {name} has “{where}: {value}”, but it must be a number {limits}.")


def _band(value: Any, name: str, where: str) -> tuple[float, float]:
    if isinstance(value, list) and len(value) == 2:
        low, high = (_number(edge, name, where, (1.0, _MOST)) for edge in value)
        if low < high:
            return low, high
    raise EnunciateError(
        f"The rubric {name} has “{where}: {value}”, but it must be a band such as [120, 150]."
    )
