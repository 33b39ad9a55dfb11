from __future__ import annotations

import numpy as np

from enunciate.interval import Interval
from enunciate.measures import Contour, Pause
from enunciate.report import strip


def contour(f0: np.ndarray, loudness: np.ndarray | None = None) -> Contour:
    times = np.linspace(0, 10, len(f0), endpoint=False, dtype=np.float32)
    flat = np.full(len(f0), -20.0)
    return Contour(times, f0.astype(np.float32), (flat if loudness is None else loudness).astype(np.float32))


def test_a_rising_voice_climbs_from_bottom_left_to_top_right() -> None:
    rows = strip.pitch_rows(contour(100 * 2 ** np.linspace(0, 1, 1000)), 10.0, 30)
    assert [len(row) for row in rows] == [30, 30, 30]
    high, middle, low = (len(row) - len(row.lstrip()) for row in rows)
    assert high > middle > low == 0
    assert rows[2][0] == "⣀"


def test_a_flat_voice_stays_in_the_middle() -> None:
    wobble = 120.0 * 2 ** (np.sin(np.arange(1000)) / 24)
    high, middle, low = strip.pitch_rows(contour(wobble), 10.0, 40)
    assert (high.strip(), low.strip()) == ("", "")
    assert len(middle.strip()) == 40


def test_unvoiced_is_blank() -> None:
    f0 = np.full(1000, 120.0)
    f0[500:] = np.nan
    assert all(row[10:].isspace() for row in strip.pitch_rows(contour(f0), 10.0, 20))
    assert strip.pitch_rows(contour(np.full(10, np.nan)), 10.0, 5) == [" " * 5] * 3


def test_ascii_pitch() -> None:
    rows = strip.pitch_rows(contour(100 * 2 ** np.linspace(0, 1, 1000)), 10.0, 9, unicode=False)
    assert rows == ["      -''", "   .-'   ", "..'      "]


def test_loudness_spans_from_the_floor_to_the_loudest() -> None:
    levels = np.repeat([-20.0, -29.0, -38.0, -47.0, -80.0], 200)
    drawing = contour(np.full(1000, 120.0), levels)
    assert strip.loudness_row(drawing, 10.0, 5) == "█▆▄▂ "
    assert strip.loudness_row(drawing, 10.0, 5, floor_dbfs=-38.0) == "█▄   "
    assert strip.loudness_row(drawing, 10.0, 5, unicode=False) == "@*=: "


def test_digital_silence_is_blank() -> None:
    silent = contour(np.full(10, np.nan), np.full(10, -np.inf))
    assert strip.loudness_row(silent, 10.0, 5) == " " * 5


def test_pauses_are_where_they_were() -> None:
    pauses = (Pause(Interval(2.0, 4.0), 1, "none"), Pause(Interval(7.0, 7.1), 3, "major"))
    assert strip.pause_row(pauses, pauses[:1], 10.0, 10) == "  ‖‖   ·  "
    assert strip.pause_row(pauses, pauses[:1], 10.0, 10, unicode=False) == "  ||   .  "


def test_time_labels_start_at_their_time() -> None:
    row = strip.time_row(10.0, 40)
    assert (row.index("0 s"), row.index("5 s")) == (0, 20)
    assert "5:00" in strip.time_row(600.0, 40)
    assert len(strip.time_row(3.3, 12)) <= 12
