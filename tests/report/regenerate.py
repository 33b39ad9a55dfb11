"""Writes the golden reports anew: `python -m tests.report.regenerate`. Read the difference first."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from enunciate.assessment import Assessment
from enunciate.report.terminal import show
from tests.report import samples

FOLDER = Path(__file__).parent / "goldens"

GOLDENS: dict[str, tuple[Callable[[], Assessment], int, str]] = {
    "mistaken-80.txt": (samples.mistaken, 80, "utf-8"),
    "mistaken-40.txt": (samples.mistaken, 40, "utf-8"),
    "mistaken-80-ascii.txt": (samples.mistaken, 80, "ascii"),
    "perfect-80.txt": (samples.perfect, 80, "utf-8"),
    "not-this-script-40.txt": (samples.not_this_script, 40, "utf-8"),
}
"""By file name: the reading, the width in columns and the terminal's encoding."""


def drawn(assessment: Assessment, width: int, encoding: str = "utf-8") -> str:
    """The report as it goes into a pipe, without the blanks at the ends of lines."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    show(assessment, Console(file=out, width=width, highlight=False, color_system=None))
    out.seek(0)
    return "".join(line.rstrip() + "\n" for line in out.read().split("\n")[:-1])


if __name__ == "__main__":
    for name, (sample, width, encoding) in GOLDENS.items():
        (FOLDER / name).write_text(drawn(sample(), width, encoding), encoding="utf-8")
