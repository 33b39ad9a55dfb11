from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from enunciate.batch import Job, Script
from enunciate.batch.results import ASSESSMENTS, EARLIER, FAILURES, Results, page_name
from enunciate.errors import BatchError

SCRIPT = Script("hello", "Good morning.")


def job(name: str, agent: str | None = None) -> Job:
    return Job(name, f"/in/{name}", SCRIPT, agent, source="in")


def assessment(name: str) -> dict[str, Any]:
    return {"recording": {"path": name}, "problem": None}


def filled(folder: Path, *names: str) -> Path:
    with Results(folder) as results:
        for name in names:
            results.add(job(name), f"key of {name}", assessment(name), page="<html>")
    return folder / ASSESSMENTS


def recordings(path: Path) -> list[str]:
    return [json.loads(line)["recording"] for line in path.read_text("utf-8").splitlines()]


def test_what_was_kept_is_recalled(tmp_path: Path) -> None:
    filled(tmp_path, "a.wav", "b.wav")
    with Results(tmp_path) as results:
        assert results.recall(job("a.wav"), "key of a.wav", page=True)
        assert not results.recall(job("b.wav"), "another key", page=True)
        line = results.line(job("a.wav"))
        assert line is not None
        assert line["assessment"] == assessment("a.wav")
        assert results.line(job("b.wav")) is None


@pytest.mark.parametrize("torn", [b'{"schema": "enunc', b"\0\0\0\0", b"{}"])
def test_a_line_that_a_crash_cut_off_is_taken_away(tmp_path: Path, torn: bytes) -> None:
    path = filled(tmp_path, "a.wav")
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with Results(tmp_path) as results:
        assert path.read_bytes() == whole
        results.add(job("b.wav"), "key of b.wav", assessment("b.wav"))
    assert recordings(path) == ["a.wav", "b.wav"]


def test_damage_in_the_middle_costs_that_line_alone(tmp_path: Path) -> None:
    path = filled(tmp_path, "a.wav", "b.wav")
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b"{", b"\0") + second)
    with Results(tmp_path) as results:
        assert "1 damaged line in" in results.notices[0]
        assert not results.recall(job("a.wav"), "key of a.wav", page=True)
        assert results.recall(job("b.wav"), "key of b.wav", page=True)


def test_a_page_that_is_gone_or_shows_another_name_is_wanted_again(tmp_path: Path) -> None:
    filled(tmp_path, "a.wav", "b.wav")
    (tmp_path / page_name("a.wav")).unlink()
    with Results(tmp_path) as results:
        assert not results.recall(job("a.wav"), "key of a.wav", page=True)
        assert not results.recall(job("b.wav", "Maya"), "key of b.wav", page=True)
        assert results.recall(job("a.wav"), "key of a.wav", page=False)


def test_without_pages_a_moved_recording_keeps_its_result_and_gets_its_new_names(tmp_path: Path) -> None:
    path = filled(tmp_path, "a.wav")
    with Results(tmp_path) as results:
        assert results.recall(job("moved/a.wav", "Maya"), "key of a.wav", page=False)
        assert results.tidy() == 1
    (line,) = map(json.loads, path.read_text("utf-8").splitlines())
    assert (line["recording"], line["agent"]) == ("moved/a.wav", "Maya")
    assert line["assessment"]["recording"]["path"] == "moved/a.wav"


def test_tidied_results_are_those_of_this_run_and_the_others_are_put_aside(tmp_path: Path) -> None:
    path = filled(tmp_path, "a.wav", "b.wav", "c.wav")
    with Results(tmp_path) as results:
        assert results.recall(job("c.wav"), "key of c.wav", page=True)
        results.add(job("a.wav"), "new key of a.wav", assessment("a.wav"))
        assert results.tidy() == 2
        assert results.tidy() == 0
        line = results.line(job("c.wav"))
        assert line is not None
        assert line["recording"] == "c.wav"
    assert recordings(path) == ["c.wav", "a.wav"]
    assert recordings(tmp_path / EARLIER) == ["a.wav", "b.wav"]
    with Results(tmp_path) as results:
        assert results.recall(job("b.wav"), "key of b.wav", page=True), "what was put aside is not lost"
        assert results.tidy() == 2
    assert recordings(path) == ["b.wav"]


def test_failures_are_those_of_the_last_run(tmp_path: Path) -> None:
    with Results(tmp_path) as results:
        results.fail(job("a.wav"), "It is empty.", "Traceback")
        assert results.failure(job("a.wav")) == "It is empty."
    (line,) = map(json.loads, (tmp_path / FAILURES).read_text("utf-8").splitlines())
    assert (line["recording"], line["reason"], line["detail"]) == ("a.wav", "It is empty.", "Traceback")
    with Results(tmp_path):
        assert (tmp_path / FAILURES).read_text("utf-8") == ""


def test_two_runs_do_not_write_to_the_same_results(tmp_path: Path) -> None:
    with Results(tmp_path), pytest.raises(BatchError, match="Another run is writing to"):
        Results(tmp_path)
    Results(tmp_path).close()


def test_a_folder_that_cannot_be_written_to_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BatchError, match=r"file.* cannot be written \("):
        Results(tmp_path / "file" / "out")


FULL = """
import resource, sys
from enunciate.batch.results import Results
from enunciate.errors import BatchError
from tests.batch.test_results import assessment, job
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with Results(sys.argv[1]) as results:
    try:
        for number in range(100):
            results.add(job(f"{number}.wav"), f"key {number}", assessment(f"{number}.wav"))
    except BatchError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit that stands in for a full disk is Unix's own")
def test_a_full_disk_stops_the_run_with_whole_lines_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stderr == ""
    assert (
        "assessments.jsonl cannot be written (File too large). What was scored so far is safe" in done.stdout
    )
    kept = (tmp_path / ASSESSMENTS).read_bytes()
    assert 0 < len(kept) <= 1000
    assert kept.endswith(b"}\n")
    assert recordings(tmp_path / ASSESSMENTS) == [f"{n}.wav" for n in range(kept.count(b"\n"))]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b/../c.wav", "CON.wav", "x" * 500 + ".wav", "日本.wav", ""]
)
def test_pages_stay_in_their_folder_under_names_that_all_systems_take(name: str) -> None:
    path = Path(page_name(name))
    assert path.parent == Path("pages")
    assert path.name.isascii()
    assert len(path.name) < 100
    assert path.stem.upper() != "CON"


def test_recordings_of_one_name_in_two_folders_have_two_pages() -> None:
    assert page_name("a/x.wav") != page_name("b/x.wav")
