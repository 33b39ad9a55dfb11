"""Pitch, loudness and pauses over time, drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enunciate.measures import Contour, Pause

LEAST_SPAN_SEMITONES = 8.0
"""The pitch rows span at least this much, so that a flat voice looks flat."""

LOUDNESS_SPAN_DB = 36.0
"""From the loudest to what is drawn as silence."""

_BRAILLE_ROWS = ((0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08))
"""The dots of one character from the lowest up, left and right column (Unicode chart U+2800)."""

Grid = NDArray[np.float64]


def pitch_rows(
    contour: Contour, seconds: float, width: int, rows: int = 3, unicode: bool = True
) -> list[str]:
    """F0 on a semitone scale in `rows` lines of `width` characters, the highest first; blank where unvoiced.

    What lies beyond the scale (see `pitch_scale`) sticks to its edge.
    """
    across, up = (2, 4) if unicode else (1, 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        semitones = 12.0 * np.log2(contour.f0_hz.astype(np.float64))
    columns = medians(contour.times, semitones, seconds, width * across)
    voiced = columns[np.isfinite(columns)]
    cells = np.zeros((rows, width), dtype=np.int64)
    if not len(voiced):
        return [" " * width] * rows
    low, high = pitch_scale(voiced)
    for column in np.flatnonzero(np.isfinite(columns)):
        height = (columns[column] - low) / (high - low)
        step = int(np.clip(height * rows * up, 0, rows * up - 1))
        row, dot = rows - 1 - step // up, step % up
        if unicode:
            cells[row, column // 2] |= _BRAILLE_ROWS[dot][column % 2]
        else:
            cells[row, column] = dot + 1
    if unicode:
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]
    return ["".join(" .-'"[cell] for cell in row) for row in cells]


def pitch_scale(semitones: Grid) -> tuple[float, float]:
    """The lowest and highest pitch of a drawing: the 5th to the 95th percentile of what was voiced, widened
    to `LEAST_SPAN_SEMITONES`.

    >>> pitch_scale(np.array([90.0, 90.0]))
    (86.0, 94.0)
    """
    low, high = np.percentile(semitones, [5, 95]).tolist()
    spare = max(0.0, LEAST_SPAN_SEMITONES - (high - low)) / 2
    return low - spare, high + spare


def loudness_row(
    contour: Contour, seconds: float, width: int, floor_dbfs: float | None = None, unicode: bool = True
) -> str:
    """Loudness in one line of `width` characters, blank at `floor_dbfs` or `LOUDNESS_SPAN_DB` below the
    loudest."""
    columns = medians(contour.times, contour.loudness_db.astype(np.float64), seconds, width)
    known = columns[np.isfinite(columns)]
    if not len(known):
        return " " * width
    top = float(known.max())
    bottom = max(top - LOUDNESS_SPAN_DB, -np.inf if floor_dbfs is None else min(floor_dbfs, top - 6.0))
    levels = " ▁▂▃▄▅▆▇█" if unicode else " .:-=+*#@"
    heights = np.nan_to_num((columns - bottom) / (top - bottom), nan=0.0, neginf=0.0)
    return "".join(levels[int(np.clip(np.ceil(height * 8 - 1e-9), 0, 8))] for height in heights)


def pause_row(
    pauses: Sequence[Pause], marked: Sequence[Pause], seconds: float, width: int, unicode: bool = True
) -> str:
    """Where the pauses are: a double bar for those that are `marked` in the script, a dot for the others."""
    dot, bar = ("·", "‖") if unicode else (".", "|")
    row = [" "] * width
    for pause in sorted(pauses, key=lambda pause: pause in marked):
        first = min(width - 1, int(pause.interval.start / seconds * width))
        last = max(first + 1, min(width, round(pause.interval.end / seconds * width)))
        row[first:last] = [bar if pause in marked else dot] * (last - first)
    return "".join(row)


def time_row(seconds: float, width: int) -> str:
    """The time axis: a label every so many seconds, each starting at its place."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
    step = next((step for step in steps if step / seconds * width >= 9), steps[-1])
    row = ""
    for time in range(0, int(seconds) + 1, step):
        label = f"{time} s" if seconds < 120 else f"{time // 60}:{time % 60:02}"
        place = int(time / seconds * width)
        if place >= len(row) and place + len(label) <= width:
            row = row.ljust(place) + label
    return row


def medians(times: NDArray[np.float32], values: Grid, seconds: float, width: int) -> Grid:
    """The median of the finite values within each of `width` equal stretches; NaN where there is none.

    >>> medians(np.array([0.1, 0.2, 1.1], np.float32), np.array([1.0, 3.0, 5.0]), 3.0, 3).tolist()
    [2.0, 5.0, nan]
    """
    finite = np.isfinite(values)
    place = np.clip((times[finite] / seconds * width).astype(np.int64), 0, width - 1)
    ordered = values[finite][np.lexsort((values[finite], place))]
    counts = np.bincount(place, minlength=width)
    filled = counts > 0
    middle = (np.cumsum(counts) - counts)[filled] + (counts[filled] - 1) / 2
    found = np.full(width, np.nan)
    low, high = (ordered[edge(middle).astype(np.int64)] for edge in (np.floor, np.ceil))
    found[filled] = (low + high) / 2
    return found
