"""Holds the floor plan: which room may import which, and what the help may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import enunciate

PACKAGE = Path(enunciate.__file__).parent

ROOMS = (
    "errors",
    "interval",
    "settings",
    "memory",
    "audio",
    "reference",
    "voice",
    "recognition",
    "alignment",
    "measures",
    "rubric",
    "scores",
    "assessment_dict",
    "assessment",
    "live",
    "history",
    "report",
    "batch",
    "teleprompter",
    "drills",
    "exams",
    "progress",
    "cli",
)
"""A room imports itself and the rooms before it."""

EXPENSIVE = (
    "vosk",
    "librosa",
    "spacy",
    "errant",
    "scipy",
    "numba",
    "soundfile",
    "sounddevice",
    "numpy",
    "rich",
    "jiwer",
    "praatio",
    "joblib",
    "fsspec",
    "distributed",
    "jinja2",
    "sqlalchemy",
    "alembic",
    "hibari",
    "onnxruntime",
)


def imported(tree: ast.Module, module: str) -> Iterator[str]:
    """The rooms that a module of the package imports when it runs, wherever in the module it does."""
    for_types_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types_only:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "enunciate" and len(parts) > 1:
                yield {"assess": "assessment", "Assessment": "assessment"}.get(parts[1], parts[1])


MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or not path.name.startswith("__")
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_rooms_before_it(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room not in ROOMS:
        pytest.fail(f"{room} is not in the drawing: place it in ROOMS and in the README")
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "models", "prompts"}
    tree = ast.parse(path.read_text("utf-8"))
    assert set(imported(tree, path.name)) <= allowed


def test_there_is_something_to_hold() -> None:
    assert {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES} == set(ROOMS)


def test_the_rule_sees_an_import_that_walks_back() -> None:
    tree = ast.parse("def f():\n    from enunciate.report import json\n    import enunciate.cli.score\n")
    assert list(imported(tree, "x")) == ["report", "cli"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *(
            [name, "--help"]
            for name in ("read", "say", "score", "demo", "record", "batch", "assess", "progress", "doctor")
        ),
    ],
)
def test_help_loads_nothing_expensive(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom enunciate.cli import root\n"
        f"try:\n    root.main({arguments!r}, prog_name='enunciate')\n"
        f"finally:\n    print(*(name for name in {EXPENSIVE!r} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.strip() == ""
